/* parse.c -- the lines of an op, read into expressions. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/expr.h"

#include <ctype.h>
#include <string.h>

enum { DEEPEST = 40 }; /* brackets within brackets */

typedef struct reader {
    lhi_pool *p;
    const char *at;
    const lhi_binding *b;
    int depth, failed;
} reader;

static lhi_ref sum(reader *r);

lhi_ref lhi_make(lhi_pool *p, lhi_expr e)
{
    if (lhi_grow(p->c, &p->at, &p->room, p->count + 1, sizeof *p->at) != 0)
        return 0;
    p->at[p->count] = e;
    return (lhi_ref)p->count++;
}

lhi_ref lhi_leaf(lhi_pool *p, lhi_expr_kind kind, uint32_t node)
{
    return lhi_make(p, (lhi_expr){.kind = kind, .node = node, .a = LHI_NO_EXPR, .b = LHI_NO_EXPR});
}

static int is_one(const lhi_pool *p, lhi_ref e)
{
    return e < p->count && p->at[e].kind == LHI_E_NUMBER && p->at[e].number == 1;
}

lhi_ref lhi_join(lhi_pool *p, lhi_expr_kind kind, lhi_ref a, lhi_ref b)
{
    const int product = kind == LHI_E_TIMES || kind == LHI_E_PRODUCT;

    if (product && is_one(p, a))
        return b;
    if (product && is_one(p, b))
        return a;
    return lhi_make(p, (lhi_expr){.kind = kind, .a = a, .b = b});
}

static void skip_blanks(reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

static int take(reader *r, const char *word)
{
    const size_t length = strlen(word);

    skip_blanks(r);
    if (strncmp(r->at, word, length) != 0)
        return 0;
    r->at += length;
    return 1;
}

static lhi_ref fail(reader *r)
{
    r->failed = 1;
    return 0;
}

static lhi_ref want(reader *r, const char *word, lhi_ref e)
{
    return take(r, word) ? e : fail(r);
}

/* The rest of a number: digits are all that lines need. */
static int digits(reader *r)
{
    int n = 0;

    if (!isdigit((unsigned char)*r->at))
        fail(r);
    while (isdigit((unsigned char)*r->at) && n < 10000)
        n = 10 * n + (*r->at++ - '0');
    return n;
}

/* "#1" or "d#0". */
static lhi_ref bound(reader *r)
{
    const int gradient = take(r, "d");
    int which;

    r->at++;
    which = digits(r);
    if (!r->b || which > LH_OPERANDS || (gradient && which != 0) ||
        (!gradient && r->b->value[which] == LHI_NO_EXPR))
        return fail(r);
    return gradient ? r->b->grad : r->b->value[which];
}

static int is_sigma_of_first(const reader *r, const char *name, size_t length, lhi_ref a)
{
    return r->b && r->b->sigma != LHI_NO_EXPR && a == r->b->value[1] && length == 5 &&
           strncmp(name, "sigma", 5) == 0;
}

/* A function: what stands in the brackets. */
static lhi_ref call(reader *r, const char *name, size_t length)
{
    const lhi_ref a = sum(r), b = take(r, ",") ? sum(r) : LHI_NO_EXPR;

    if (!take(r, ")"))
        return fail(r);
    if (length == 9 && strncmp(name, "over_rows", 9) == 0 && r->b && !r->b->is_row)
        return a;
    if (is_sigma_of_first(r, name, length, a))
        return r->b->sigma;
    if (length == 7 && strncmp(name, "partial", 7) == 0 && b != LHI_NO_EXPR)
        return lhi_join(r->p, LHI_E_PARTIAL, a, b);
    if (r->b && !lhi_function_named(name, (int)length))
        return fail(r);
    return lhi_make(r->p, (lhi_expr){.kind = LHI_E_CALL, .a = a, .b = b, .name = name,
                                     .length = (int)length});
}

static lhi_ref word(reader *r)
{
    const char *name = r->at;
    size_t length = 0;
    lhi_ref e, prime = LHI_NO_EXPR;

    while (isalnum((unsigned char)r->at[length]) || r->at[length] == '_')
        length++;
    r->at += length;
    if (*r->at == '(') {
        r->at++;
        return call(r, name, length);
    }
    if (r->b)
        return length == 1 && *name == 'm' ? lhi_leaf(r->p, LHI_E_COUNT, r->b->node[1]) : fail(r);
    e = lhi_make(r->p, (lhi_expr){.kind = LHI_E_SYMBOL, .name = name, .length = (int)length});
    if (*r->at == '\'') {
        r->at++;
        if (take(r, "(")) /* g'(Z): the brackets belong to it */
            prime = want(r, ")", sum(r));
        e = lhi_join(r->p, LHI_E_PRIME, e, prime);
    }
    return e;
}

static lhi_ref primary(reader *r)
{
    lhi_ref a, b;

    skip_blanks(r);
    if (r->at[0] == '#' || (r->at[0] == 'd' && r->at[1] == '#'))
        return bound(r);
    if (isdigit((unsigned char)*r->at))
        return lhi_make(r->p, (lhi_expr){.kind = LHI_E_NUMBER, .number = digits(r)});
    if (isalpha((unsigned char)*r->at))
        return word(r);
    if (take(r, "("))
        return want(r, ")", sum(r));
    if (!take(r, "["))
        return fail(r);
    a = want(r, ">", sum(r));
    b = want(r, "]", sum(r));
    return lhi_join(r->p, LHI_E_ABOVE, a, b);
}

static lhi_ref postfix(reader *r)
{
    lhi_ref a = primary(r);

    while (!r->failed && take(r, "^")) {
        int sign = 1;

        if (take(r, "T")) {
            a = lhi_join(r->p, LHI_E_TRANSPOSE, a, LHI_NO_EXPR);
            continue;
        }
        sign = take(r, "-") ? -1 : 1;
        a = lhi_make(r->p, (lhi_expr){.kind = LHI_E_POWER, .a = a, .b = LHI_NO_EXPR,
                                      .number = sign * digits(r)});
    }
    return a;
}

/* Factors that stand beside each other. */
static lhi_ref product(reader *r)
{
    lhi_ref a = postfix(r);

    while (!r->failed) {
        skip_blanks(r);
        if (take(r, "."))
            a = lhi_join(r->p, LHI_E_DOT, a, postfix(r));
        else if (*r->at && strchr("#([", *r->at) ? 1 : isalpha((unsigned char)*r->at))
            a = lhi_join(r->p, LHI_E_PRODUCT, a, postfix(r));
        else
            break;
    }
    return a;
}

static lhi_ref quotient(reader *r)
{
    lhi_ref a = product(r);

    while (!r->failed && take(r, "/"))
        a = lhi_join(r->p, LHI_E_OVER, a, product(r));
    return a;
}

static lhi_ref term(reader *r)
{
    lhi_ref a = quotient(r);

    while (!r->failed && take(r, "*"))
        a = lhi_join(r->p, LHI_E_TIMES, a, quotient(r));
    return a;
}

static lhi_ref sum(reader *r)
{
    const int negative = take(r, "-");
    lhi_ref a;

    if (++r->depth > DEEPEST)
        return fail(r);
    a = term(r);
    if (negative)
        a = lhi_join(r->p, LHI_E_NEG, a, LHI_NO_EXPR);
    while (!r->failed) {
        if (take(r, "+"))
            a = lhi_join(r->p, LHI_E_ADD, a, term(r));
        else if (take(r, "-"))
            a = lhi_join(r->p, LHI_E_SUB, a, term(r));
        else
            break;
    }
    r->depth--;
    return a;
}

size_t lhi_parse(lhi_pool *p, const char *text, const lhi_binding *b, const char *whose,
                 lhi_ref step[LHI_CHAIN])
{
    reader r = {.p = p, .at = text, .b = b};
    size_t n = 0;

    do
        step[n++] = sum(&r);
    while (!r.failed && n < LHI_CHAIN && take(&r, "="));
    skip_blanks(&r);
    if (!r.failed && *r.at == 0)
        return lhi_ok(p->c) ? n : 0;
    lhi_fail(p->c, LH_EFORMAT, "<longhand/op.h> says at lh_lines what may stand there",
             "the lines of %s cannot be read at '%.20s' of '%.200s'", whose, r.at, text);
    return 0;
}
