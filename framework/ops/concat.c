/* concat.c -- C = [A B]: the columns of A, and those of B beside them. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op, (void)number;
    *out = (lh_shape){in[0].rows, in[0].cols + in[1].cols};
    if (in[0].rows == in[1].rows)
        return 0;
    snprintf(why, room, "both operands must have as many rows");
    return -1;
}

/* The column of C that is the first of an operand's. */
static size_t first_of(const lh_call *s, int operand)
{
    return operand ? s->in[0]->cols : 0;
}

static void forward(const lh_call *s, size_t from, size_t to)
{
    for (int k = 0; k < 2; k++) {
        const size_t n = s->in[k]->cols;
        const real *a = s->in[k]->value;
        real *c = (real *)s->out->value + first_of(s, k);

        for (size_t i = from; n > 0 && i < to; i++)
            memcpy(c + i * s->out->cols, a + i * n, n * sizeof *c);
    }
}

/* dA += its columns of dC. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->in[operand]->cols;
    const real *dc = (const real *)s->out->grad + first_of(s, operand);
    real *da = s->in[operand]->grad;

    for (size_t row = t.i0; row < t.i1; row++) {
        const lh_tile of_row = {0, 1, t.j0, t.j1};
        const real *d = dc + row * s->out->cols;

        LH_GIVE(da + row * n, of_row, n, d[i]);
    }
}

/* Element e of an operand is this one of C. */
static size_t place(const lh_call *s, int operand, size_t e)
{
    const size_t n = s->in[operand]->cols;

    return e / n * s->out->cols + first_of(s, operand) + e % n;
}

static void jvp(const lh_call *s)
{
    for (int k = 0; k < 2; k++)
        for (size_t e = 0; e < lh_elements(s->in[k]); e++)
            ((real *)s->out->tangent)[place(s, k, e)] = ((const real *)s->in[k]->tangent)[e];
}

static void analytic(const lh_call *s)
{
    jvp(s);
}

#if LH_IS_WIDE
/* Of C, element by element: whose it is. */
static void hand(const lh_call *s)
{
    const size_t n = s->out->cols, left = s->in[0]->cols;
    const real *dc = s->out->grad;

    for (size_t e = lh_elements(s->out); e-- > 0;) {
        const int k = e % n >= left;
        real *d = s->in[k]->grad;

        if (d)
            d[e / n * s->in[k]->cols + e % n - (k ? left : 0)] += dc[e];
    }
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    (void)r;
    for (int k = 0; k < 2; k++)
        for (size_t e = 0; e < lh_elements(s->in[k]); e++)
            s->out->off[place(s, k, e)] = s->in[k]->off[e];
}

/* Nothing rounds but the additions of several users. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const double g = lh_gamma(r->adds, r);

    for (size_t e = 0; e < lh_elements(s->in[operand]); e++)
        s->in[operand]->grad_off[e] += lhi_passed_off(s->out, place(s, operand, e), g);
}
#endif

/* No arithmetic: an element counts as one operation. */
static double flops(const lh_call *s)
{
    return (double)lh_elements(s->out);
}

static const lh_case cases[] = {
    {.why = "ordinary values",  .in = {{5, 3}, {5, 2}},     .lo = -2, .hi = 2},
    {.why = "one element each", .in = {{1, 1}, {1, 1}},     .lo = -2, .hi = 2},
    {.why = "one row",          .in = {{1, 30}, {1, 7}},    .lo = -2, .hi = 2},
    {.why = "many rows",        .in = {{300, 2}, {300, 9}}, .lo = -2, .hi = 2},
    {.why = "nothing beside",   .in = {{4, 3}, {4, 0}},     .lo = -2, .hi = 2},
    {0}
};

static const lh_lines lines = {
    .forward = "beside(#1, #2)",
    .backward = {"cut(d#0, 0, columns(#1))", "cut(d#0, columns(#1), columns(#0))"}
};

LH_DEFINE_OP(concat, .n_in = 2, .shape = shape, .flops = flops, .lines = &lines, .linear = 3);
