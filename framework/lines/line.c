/* line.c -- the line of an op: read, its slopes found, all compiled. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A flag for each part: is it 0 where d#0 is?  What an author gives to a gradient must be. */
static int vanishes(lhi_pool *p, lhi_ref e, lhi_ref grad)
{
    unsigned char *zero = lhi_alloc(p->c, (size_t)e + 1);
    int result;

    for (lhi_ref i = 0; zero && i <= e; i++) {
        const lhi_expr *x = &p->at[i];
        const int a = x->a != LHI_NO_EXPR && zero[x->a], b = x->b != LHI_NO_EXPR && zero[x->b];

        switch (x->kind) {
        case LHI_E_ADD:
        case LHI_E_SUB:
            zero[i] = (unsigned char)(a && b);
            break;
        case LHI_E_TIMES:
        case LHI_E_PRODUCT:
            zero[i] = (unsigned char)(a || b);
            break;
        case LHI_E_NEG:
        case LHI_E_OVER:
            zero[i] = (unsigned char)a;
            break;
        default:
            zero[i] = i == grad || lhi_is_whole(p, i, 0);
        }
    }
    result = zero && zero[e];
    lhi_release(p->c, zero);
    return result;
}

/* The slope of an author's own backward line: what is left of it without d#0. */
static lhi_ref own_slope(lhi_pool *p, const char *text, const lhi_binding *b, lhi_misread *why)
{
    lhi_ref step[LHI_CHAIN], slope;
    const size_t n = lhi_read(p, text, b, step, why);

    if (n == 0)
        return LHI_NO_EXPR;
    slope = lhi_slope(p, step[n - 1], b->grad, why);
    if (slope == LHI_NO_EXPR)
        return slope;
    if (!lhi_occurs(p, slope, b->grad) && vanishes(p, step[n - 1], b->grad))
        return slope;
    *why = (lhi_misread){.why = "what a line gives to a gradient is d#0 times something",
                         .hint = "as in d#0 * (1 - #0^2)"};
    return LHI_NO_EXPR;
}

/* Sums, products and pieces of whole numbers. */
static int keeps_whole(const lhi_program *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->instr[i].code == LHI_DIV || f->instr[i].code >= LHI_SQRT)
            return 0;
    for (size_t i = 0; i < f->constants; i++)
        if (f->constant[i].wide != floorl(f->constant[i].wide))
            return 0;
    return 1;
}

static const char *kept(lhi_pool *p, lhi_ref e)
{
    lhi_text t = {.c = p->c};
    const char *copy = lhi_write(&t, p, e) ? lhi_strdup(p->c, t.at) : NULL;

    lhi_text_free(&t);
    return copy;
}

/* The result stands for itself where the whole line occurs; a letter is read as easily. */
static lhi_ref with_result(lhi_pool *p, lhi_ref slope, lhi_ref forward, const lhi_binding *b)
{
    return p->at[forward].kind < LHI_E_ADD ? slope
                                           : lhi_replace(p, slope, forward, b->value[0]);
}

/* Is the result a step in #k somewhere?  Its slope is a constant there, and it is not linear. */
static int steps(const lhi_pool *p, lhi_ref forward, lhi_ref leaf)
{
    unsigned char *part = lhi_parts(p, forward);
    int found = 0;

    for (lhi_ref e = 0; part && e <= forward; e++)
        found |= part[e] && p->at[e].kind == LHI_E_ABOVE && lhi_occurs(p, e, leaf) != 0;
    lhi_release(p->c, part);
    return found;
}

static int compile_slope(lhi_pool *p, const char *own, lhi_ref forward, int k,
                         const lhi_binding *b, lhi_line_op *out, lhi_misread *why)
{
    const lhi_ref leaf = b->value[1 + k];
    lhi_ref slope = lhi_slope(p, forward, leaf, why);

    if (slope == LHI_NO_EXPR)
        return -1;
    out->linear |= lhi_occurs(p, slope, leaf) == 0 && !steps(p, forward, leaf) ? 1u << k : 0;
    if (own && (slope = own_slope(p, own, b, why)) == LHI_NO_EXPR)
        return -1;
    slope = with_result(p, slope, forward, b);
    out->slope_text[k] = kept(p, slope);
    return lhi_compile(p, slope, &out->slope[k], why);
}

static int compile(lhi_pool *p, const char *forward, const char *const *slope,
                   const double *numbers, lhi_line_op *out, lhi_misread *why, int *of)
{
    lhi_binding b = lhi_operands(p, out->n_in, numbers);
    const lhi_ref result = b.value[0];
    lhi_ref step[LHI_CHAIN];

    *of = 0;
    b.is_row = b.is_column = 0; /* what repeats an operand is summed by the runs */
    b.value[0] = LHI_NO_EXPR;
    if (lhi_read(p, forward, &b, step, why) == 0 ||
        lhi_compile(p, step[0], &out->forward, why) != 0)
        return -1;
    b.value[0] = result;
    out->text = kept(p, step[0]);
    out->whole = keeps_whole(&out->forward);
    for (int k = 0; k < out->n_in; k++) {
        *of = slope && slope[k] ? 1 + k : 0;
        if (compile_slope(p, slope ? slope[k] : NULL, step[0], k, &b, out, why) != 0)
            return -1;
    }
    return lhi_ok(p->c) ? 0 : -1;
}

int lhi_line_compile(lh_ctx *c, lhi_op_finder find, const char *forward,
                     const char *const *slope, int n_in, const double *numbers, lhi_line_op *out,
                     lhi_misread *why, int *of)
{
    lhi_pool pool = {.c = c, .find = find};
    int good;

    *out = (lhi_line_op){.n_in = n_in};
    *why = (lhi_misread){.why = ""};
    good = compile(&pool, forward, slope, numbers, out, why, of);
    lhi_pool_free(&pool);
    return good;
}
