/* reader.h -- a text on its way into a tree: what parse.c and atoms.c share. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_READER_H
#define LHI_READER_H

#include "framework/lines/tree.h"

#include <ctype.h>
#include <string.h>

typedef struct lhi_parser {
    lhi_pool *p;
    const char *text, *at;
    const lhi_binding *b; /* NULL: names are symbols */
    lhi_misread *why;
    int depth, failed;    /* failed: from there on everything that is read is nothing */
} lhi_parser;

/* --- parse.c --- */

/* Keeps the first reason, and its place.  Returns 0, an expression that nobody will look at. */
lhi_ref lhi_fail_at(lhi_parser *r, const char *at, const char *hint, const char *why);
/* The same with the name between two pieces of the reason. */
lhi_ref lhi_fail_at_name(lhi_parser *r, const char *name, size_t length, const char *hint,
                         const char *before, const char *after);
/* An expression that was read at this place of the text. */
lhi_ref lhi_make_at(lhi_parser *r, const char *at, lhi_expr e);
lhi_ref lhi_join_at(lhi_parser *r, const char *at, lhi_expr_kind kind, lhi_ref a, lhi_ref b);
void lhi_skip_blanks(lhi_parser *r);
int lhi_take(lhi_parser *r, const char *word);
/* e, when the bracket that was opened at `open` is closed here by `word`. */
lhi_ref lhi_shut(lhi_parser *r, const char *word, const char *open, lhi_ref e);
/* Sums and all below; a value with what is raised or transposed. */
lhi_ref lhi_read_sum(lhi_parser *r);
lhi_ref lhi_read_postfix(lhi_parser *r);

/* --- atoms.c --- */

lhi_ref lhi_read_number(lhi_parser *r);
lhi_ref lhi_read_bound(lhi_parser *r);
lhi_ref lhi_read_word(lhi_parser *r);

static inline int lhi_is_letter(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static inline int lhi_begins_a_factor(const char *at)
{
    return *at && (strchr("#([$", *at) || lhi_is_letter(*at));
}

#endif
