/* slice.c -- B = the columns of A from one to another, which is the first left out. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

/* A number as one of columns; -1: it is none. */
static ptrdiff_t whole(double x)
{
    const ptrdiff_t n = x >= 0 && x < 1e15 ? (ptrdiff_t)x : -1;

    return (double)n == x ? n : -1;
}

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    const ptrdiff_t from = whole(number[0]), to = whole(number[1]);

    (void)op;
    *out = (lh_shape){in[0].rows, to - from};
    if (from >= 0 && from < to && to <= in[0].cols)
        return 0;
    if (from < 0 || to < 0)
        snprintf(why, room, "columns are counted from 0, in whole numbers");
    else
        snprintf(why, room, "of %td columns there are none from %td up to before %td",
                 in[0].cols, from, to);
    return -1;
}

static size_t first_of(const lh_call *s)
{
    return (size_t)s->number[0];
}

static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *a = (const real *)s->in[0]->value + first_of(s);
    real *b = s->out->value;

    for (size_t i = from; i < to; i++)
        memcpy(b + i * n, a + i * s->in[0]->cols, n * sizeof *b);
}

/* dA += dB in its columns, and nothing in the others, which the first to give sets. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols, first = first_of(s), past = first + n;
    const size_t j0 = t.j0 > first ? t.j0 : first, j1 = t.j1 < past ? t.j1 : past;
    const real *db = s->out->grad;

    for (size_t row = t.i0; row < t.i1; row++) {
        const lh_tile of_row = {0, 1, j0, j1};
        const real *d = db + row * n;
        real *da = (real *)s->in[operand]->grad + row * s->in[operand]->cols;

        for (size_t j = t.j0; s->fresh && j < t.j1; j++)
            da[j] = 0;
        if (j0 < j1)
            LH_GIVE(da, of_row, s->in[operand]->cols, d[i - first]);
    }
}

/* Element e of B is this one of A. */
static size_t place(const lh_call *s, size_t e)
{
    return e / s->out->cols * s->in[0]->cols + first_of(s) + e % s->out->cols;
}

static void jvp(const lh_call *s)
{
    for (size_t e = 0; e < lh_elements(s->out); e++)
        ((real *)s->out->tangent)[e] = ((const real *)s->in[0]->tangent)[place(s, e)];
}

static void analytic(const lh_call *s)
{
    jvp(s);
}

#if LH_IS_WIDE
static void hand(const lh_call *s)
{
    for (size_t e = lh_elements(s->out); e-- > 0;)
        ((real *)s->in[0]->grad)[place(s, e)] += ((const real *)s->out->grad)[e];
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    (void)r;
    for (size_t e = 0; e < lh_elements(s->out); e++)
        s->out->off[e] = s->in[0]->off[place(s, e)];
}

/* Nothing rounds but the additions of several users. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const double g = lh_gamma(r->adds, r);

    for (size_t e = 0; e < lh_elements(s->out); e++)
        s->in[operand]->grad_off[place(s, e)] += lhi_passed_off(s->out, e, g);
}
#endif

/* No arithmetic: an element counts as one operation. */
static double flops(const lh_call *s)
{
    return (double)lh_elements(s->out);
}

static const lh_case cases[] = {
    {.why = "the middle",  .in = {{5, 4}},   .number = {1, 3},   .lo = -2, .hi = 2},
    {.why = "all of them", .in = {{1, 2}},   .number = {0, 2},   .lo = -2, .hi = 2},
    {.why = "one row",     .in = {{1, 300}}, .number = {9, 270}, .lo = -2, .hi = 2},
    {.why = "the first",   .in = {{300, 3}}, .number = {0, 1},   .lo = -2, .hi = 2},
    {.why = "the last",    .in = {{40, 37}}, .number = {20, 37}, .lo = -2, .hi = 2},
    {0}
};

static const lh_lines lines = {
    .forward = "cut(#1, $1, $2)", .backward = {"into(d#0, $1, #1)"}
};

LH_DEFINE_OP(slice, .n_in = 1, .numbers = 2, .shape = shape, .flops = flops, .lines = &lines,
             .linear = 1);
