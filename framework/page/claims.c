/* claims.c -- the second half of a page: its derivation, kept with the tape to be proved. */
/* SPDX-License-Identifier: MIT */
#include "framework/page/page.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int is_this(const char *name, const char *wanted, size_t length)
{
    return strlen(name) == length && memcmp(name, wanted, length) == 0;
}

uint32_t lhi_page_node(const lhi_page *p, const lh_tape *t, const char *name, size_t length)
{
    for (size_t i = 0; p && i < p->aliases; i++)
        if (p->alias[i].node != LHI_NONE && is_this(p->alias[i].name, name, length))
            return p->alias[i].node;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->node[i].name && is_this(t->node[i].name, name, length))
            return i;
    return LHI_NONE;
}

const char *lhi_page_function(lh_ctx *c, const lhi_page *p, const char *name, size_t length)
{
    char lower[LHI_NAME];
    const lhi_function *f;
    const lh_op *op;

    for (size_t i = 0; p && i < p->aliases; i++)
        if (p->alias[i].function && is_this(p->alias[i].name, name, length))
            return p->alias[i].function;
    if (length >= sizeof lower)
        return NULL;
    for (size_t i = 0; i <= length; i++) /* "ReLU" */
        lower[i] = (char)(i < length ? tolower((unsigned char)name[i]) : 0);
    f = lhi_function_named(lower, (int)length);
    op = f ? NULL : lhi_op_named(c, lower);
    return f ? f->name : op ? op->name : NULL;
}

static int is_name(void *arg, const char *name, size_t length)
{
    const lhi_claim_names *n = arg;

    return lhi_page_node(n->page, n->t, name, length) != LHI_NONE;
}

static const char *function(void *arg, const char *name, size_t length)
{
    const lhi_claim_names *n = arg;

    return lhi_page_function(n->t->c, n->page, name, length);
}

lhi_pool lhi_claim_pool(const lhi_claim_names *names)
{
    return (lhi_pool){.c = names->t->c, .find = lhi_op_named, .is_name = is_name,
                      .function = function, .derivatives = 1, .arg = (void *)(uintptr_t)names};
}

/* --- words --- */

static size_t word(const char *at)
{
    size_t n = 0;

    while (isalnum((unsigned char)at[n]) || at[n] == '_' || (unsigned char)at[n] >= 0x80)
        n++;
    return n;
}

static const char *behind_words(const char *at)
{
    static const char words[] = "for one sample:";

    if (strncmp(at, words, sizeof words - 1) == 0)
        at += sizeof words - 1;
    return at + strspn(at, " ");
}

/* "dL/dZ3 =", "sigma(x) =", "theta :=": no variable stands on the left. */
int lhi_is_claim(const char *at)
{
    const char *left = behind_words(at), *end = strchr(left, '=');
    size_t n = word(left);

    if (!end || n == 0)
        return 0;
    if (end > left && end[-1] == ':')
        return 1;
    if (left[0] == 'd' && left[n] == '/' && left[n + 1] == 'd')
        return word(left + n + 2) > 0;
    return left[n] == '(' && memchr(left, ')', (size_t)(end - left)) != NULL;
}

/* Blanks the words where they stand, with a comma before them; 1: they do. */
static int take_words(char *text, const char *words)
{
    char *at = strstr(text, words), *before = at;

    if (!at)
        return 0;
    memset(at, ' ', strlen(words));
    while (before > text && before[-1] == ' ')
        before--;
    if (before > text && before[-1] == ',')
        before[-1] = ' ';
    return 1;
}

/* A remark at the end, "(each algebra step is on the page)": three words and no mathematics. */
static void take_remark(char *text)
{
    char *open = strrchr(text, '(');
    size_t words = 0;
    const char *at;

    if (!open || !strchr(open, ')') || strchr(open, ')')[1 + strspn(strchr(open, ')') + 1, " ")])
        return;
    for (at = open + 1; *at != ')'; words++) {
        const size_t n = word(at);

        if (n == 0)
            return;
        at += n + strspn(at + n, " ,");
    }
    if (words >= 3)
        memset(open, ' ', (size_t)(at + 1 - open));
}

/* "theta := theta - alpha dL/dtheta, alpha the learning rate, for W1, b1" */
static const char *take_names(lh_ctx *c, char *text)
{
    char *comma = strchr(text, ','), *names;

    if (!comma)
        return NULL;
    names = strstr(comma, " for ");
    *comma = 0;
    return names ? lhi_strf(c, "%s", names + 5) : NULL;
}

void lhi_take_claim(lh_tape *t, lhi_page *page, const lhi_page_text *from, char *at, int number)
{
    const lhi_claim_names names = {t, page};
    lhi_page_claim claim = {.shown = lhi_strf(t->c, "%s", from->shown + (at - from->text)),
                       .file = from->file, .line = from->line, .number = number};
    char *that_is = strstr(at, ", that is "), *moves = strstr(at, ":=");
    lhi_pool pool = lhi_claim_pool(&names);
    lhi_ref step[LHI_CHAIN];
    lhi_misread why;

    memset(at, ' ', (size_t)(behind_words(at) - at));
    if (that_is)
        memcpy(that_is, "  =       ", 10);
    claim.over_rows = take_words(at, "summed over the rows");
    take_remark(at);
    if (moves) {
        claim.moves = 1;
        *moves = ' ';
        claim.names = take_names(t->c, at);
    }
    if (!lhi_read(&pool, from->text, NULL, step, &why))
        lhi_tell_place(t->c, from, LH_EUSAGE, &why);
    claim.text = lhi_strf(t->c, "%s", at);
    if (lhi_ok(t->c) && lhi_grow(t->c, &page->claim, &page->room, page->claims + 1,
                                 sizeof *page->claim) == 0)
        page->claim[page->claims++] = claim;
    lhi_pool_free(&pool);
}

size_t lh_page_lines(lh_var L)
{
    return L.tape && L.tape->page ? L.tape->page->claims : 0;
}
