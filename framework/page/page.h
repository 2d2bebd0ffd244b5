/* page.h -- lines of a driver and of a page on their way onto a tape. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PAGE_H
#define LHI_PAGE_H

#include "framework/lines/tree.h"
#include "framework/ops/ops.h"

#include <longhand/line.h>

struct lhi_page_text;

/* A name besides those of the tape: of a variable ("A3", which is yhat), or of a function ("g1",
 * which is relu). */
typedef struct lhi_alias {
    const char *name;
    uint32_t node;        /* LHI_NONE: it is a function's */
    const char *function;
} lhi_alias;

/* A line of a derivation: "dL/dW3 = A2^T.dL/dZ3", "sigma(x) = 1/(1 + e^-x)", or an update. */
typedef struct lhi_page_claim {
    const char *text;     /* to be read: what is said in words is blank */
    const char *shown, *file;
    int line, number;     /* of the file, and of the page; 0: it has none */
    int over_rows;        /* "summed over the rows" */
    int moves;            /* := */
    const char *names;    /* whose update it is: "W1, b1"; NULL: of all parameters */
} lhi_page_claim;

/* What a page says besides what is on the tape. */
typedef struct lhi_page {
    const lhi_alias *alias;
    size_t aliases;
    lhi_page_claim *claim;
    size_t claims, room;
} lhi_page;

/* Which ops are looked at. */
typedef enum lhi_ops_wanted {
    LHI_WHOLE_OPS,  /* those that are not elementwise: products, sums, losses */
    LHI_LOOP_OPS,   /* elementwise, with loops of their own */
    LHI_LINE_OPS    /* elementwise, lines themselves */
} lhi_ops_wanted;

/* One line being read.  In its tree a VALUE is a node of the tape; what a name stands for and
 * whether a product is one of matrices is settled by shapes. */
typedef struct lhi_sentence {
    lh_tape *t;
    const struct lhi_page_text *from;
    lhi_pool pool;
    lh_shape *shape;      /* of each settled expression */
    lhi_ref *settled;     /* what became of each that was read; LHI_NO_EXPR: not yet */
    size_t room, settled_room;
    struct lhi_made {
        lhi_ref e;
        lh_var v;
    } *made;              /* what of it is on the tape already */
    size_t made_count, made_room;
    struct lhi_pattern {
        const lhi_op_family *family;
        lhi_ref form;
        size_t size;
        lhi_ops_wanted kind;
    } *pattern;           /* what the ops say, once one is looked for (match.c) */
    size_t patterns, pattern_room;
    lh_status status;     /* LH_OK: so far, so good */
    lhi_misread why;
} lhi_sentence;

/* Keeps the first reason with the place of an expression.  Returns 0. */
lhi_ref lhi_misfit(lhi_sentence *s, lhi_ref e, lh_status status, const char *hint,
                   const char *format, ...) LH_PRINTF(5, 6);

/* --- settle.c --- */

/* The tree with names and products settled; LHI_NO_EXPR after a misfit. */
lhi_ref lhi_settle(lhi_sentence *s, lhi_ref e);
/* The node of the tape that a name stands for; LHI_NONE. */
uint32_t lhi_node_named(const lhi_sentence *s, const char *name, size_t length);
/* A settled expression and its shape. */
lhi_ref lhi_shaped(lhi_sentence *s, lhi_expr e, lh_shape shape);
/* Is it worked element by element from its parts (numbers are)?  Variables, products of matrices
 * and sums are not. */
int lhi_is_elementwise(lhi_sentence *s, lhi_ref e);
/* The number that a settled expression is; 0 where it is none. */
int lhi_number_of(const lhi_sentence *s, lhi_ref e, double *number);
/* The op that a call names, elementwise or not; NULL. */
const lhi_op_family *lhi_family_called(const lhi_sentence *s, lhi_ref call);

/* --- match.c --- */

/* What the letters of an op's line stand for in an expression. */
typedef struct lhi_match {
    const lhi_op_family *family;
    lhi_ref operand[LH_OPERANDS];
    double number[LH_NUMBERS];
    size_t size;          /* of the line that fits: the largest says most */
} lhi_match;

/* The op whose line says the whole of a settled expression; 0 when there is none. */
int lhi_said_by(lhi_sentence *s, lhi_ref e, lhi_ops_wanted wanted, lhi_match *found);

/* --- compose.c --- */

/* Records the op of a match over what its letters stand for. */
lh_var lhi_record_match(lhi_sentence *s, const lhi_match *m);
/* Records a settled expression; inert after a misfit, or an error in the context. */
lh_var lhi_compose(lhi_sentence *s, lhi_ref e);

/* --- line.c --- */

/* "Z1 = X W1 + b1 = name ...", and where it stands. */
typedef struct lhi_page_text {
    const char *text, *shown; /* what is read, and what messages show, byte for byte beside it */
    const char *file;
    int line;
    const lhi_alias *alias;
    size_t aliases;
    void (*more)(void *arg, const char *name, size_t length, lh_var v); /* NULL: nobody asks */
    void *arg;
} lhi_page_text;

/* Records it under the last of its names; more() is given the others.  Inert after an error. */
lh_var lhi_record_text(lh_tape *t, const lhi_page_text *from);
void lhi_sentence_free(lhi_sentence *s);
/* The error of a text that cannot be read: "file:line: why", the line, a mark, a hint. */
void lhi_tell_place(lh_ctx *c, const lhi_page_text *from, lh_status status, const lhi_misread *why);


/* --- claims.c --- */

/* The node or the function that a name means: of a page, or of the tape and the library alone. */
uint32_t lhi_page_node(const lhi_page *p, const lh_tape *t, const char *name, size_t length);
const char *lhi_page_function(lh_ctx *c, const lhi_page *p, const char *name, size_t length);
/* Is this line, without its number, one of a derivation? */
int lhi_is_claim(const char *at);
/* Takes it for the page; an error where it cannot be read. */
void lhi_take_claim(lh_tape *t, lhi_page *page, const lhi_page_text *from, char *at, int number);
/* A pool that reads the claims of a page. */
typedef struct lhi_claim_names {
    const lh_tape *t;
    const lhi_page *page;
} lhi_claim_names;
lhi_pool lhi_claim_pool(const lhi_claim_names *names);

#endif
