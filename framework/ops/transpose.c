/* transpose.c -- B = A^T, of what is no batch. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

enum { BLOCK = 16 }; /* rows and columns: what is read and what is written stay in the cache */

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op, (void)number;
    *out = (lh_shape){in[0].cols, in[0].rows};
    if (in[0].rows != LH_ROWS)
        return 0;
    snprintf(why, room, "a batch has no fixed number of rows that could be columns");
    return -1;
}

/* Rows i0..i1-1 and columns j0..j1-1 of B [. x n] from those of A [n x .], whose rows have m
 * elements: set, or added. */
static void turn(const real *a, size_t m, real *b, size_t n, lh_tile t, int set)
{
    for (size_t top = t.i0; top < t.i1; top += BLOCK)
        for (size_t left = t.j0; left < t.j1; left += BLOCK) {
            const size_t below = top + BLOCK < t.i1 ? top + BLOCK : t.i1;
            const size_t right = left + BLOCK < t.j1 ? left + BLOCK : t.j1;

            for (size_t i = top; i < below; i++)
                for (size_t j = left; j < right; j++)
                    b[i * n + j] = set ? a[j * m + i] : b[i * n + j] + a[j * m + i];
        }
}

static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t m = s->out->rows, n = s->out->cols;

    turn(s->in[0]->value, m, s->out->value, n, (lh_tile){from, to, 0, n}, 1);
}

/* dA += dB^T */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    turn(s->out->grad, s->out->cols, s->in[operand]->grad, s->in[operand]->cols, t, s->fresh);
}

static void jvp(const lh_call *s)
{
    const size_t m = s->out->rows, n = s->out->cols;
    const real *ta = s->in[0]->tangent;
    real *tb = s->out->tangent;

    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            tb[i * n + j] = ta[j * m + i];
}

static void analytic(const lh_call *s)
{
    jvp(s);
}

#if LH_IS_WIDE
/* Element e of A is the only one that goes to its place in B. */
static void hand(const lh_call *s)
{
    const size_t cols = s->in[0]->cols;
    const real *db = s->out->grad;
    real *da = s->in[0]->grad;

    for (size_t e = 0; e < lh_elements(s->in[0]); e++)
        da[e] += db[e % cols * s->out->cols + e / cols];
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t cols = s->in[0]->cols;

    (void)r;
    for (size_t e = 0; e < lh_elements(s->in[0]); e++)
        s->out->off[e % cols * s->out->cols + e / cols] = s->in[0]->off[e];
}

/* Nothing rounds but the additions of several users. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t cols = s->in[0]->cols;
    const double g = lh_gamma(r->adds, r);

    for (size_t e = 0; e < lh_elements(s->in[0]); e++)
        s->in[operand]->grad_off[e] +=
            lhi_passed_off(s->out, e % cols * s->out->cols + e / cols, g);
}
#endif

/* No arithmetic: an element counts as one operation. */
static double flops(const lh_call *s)
{
    return (double)lh_elements(s->out);
}

static const lh_case cases[] = {
    {.why = "ordinary values",   .in = {{5, 3}},   .lo = -2,   .hi = 2},
    {.why = "one element",       .in = {{1, 1}},   .lo = -2,   .hi = 2},
    {.why = "one row",           .in = {{1, 37}},  .lo = -2,   .hi = 2},
    {.why = "one column",        .in = {{37, 1}},  .lo = -2,   .hi = 2},
    {.why = "several blocks",    .in = {{50, 35}}, .lo = -1e6, .hi = 1e6},
    {0}
};

static const lh_lines lines = {.forward = "#1^T", .backward = {"d#0^T"}};

LH_DEFINE_OP(transpose, .n_in = 1, .shape = shape, .flops = flops, .lines = &lines, .linear = 1);
