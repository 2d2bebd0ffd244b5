/* sums.h -- sums and means over rows, over columns, or both: all of an op but its lines.
 *
 * A file defines OVER_ROWS, OVER_COLUMNS and MEAN (0 or 1) and includes it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SUMS_H
#define LHI_SUMS_H

#include "framework/ops/op_impl.h"
#include "framework/ops/row_sums.h"

static inline int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                        char *why, size_t room)
{
    (void)op, (void)number, (void)why, (void)room;
    *out = (lh_shape){OVER_ROWS ? 1 : in[0].rows, OVER_COLUMNS ? 1 : in[0].cols};
    return 0;
}

/* Where in S the element (i, j) of A goes. */
static inline size_t place(const lh_call *s, size_t i, size_t j)
{
    return (OVER_ROWS ? 0 : i) * s->out->cols + (OVER_COLUMNS ? 0 : j);
}

/* How many of A's elements go to each of S, 1 at least. */
static inline size_t terms_of(const lh_call *s)
{
    const size_t n = (OVER_ROWS ? s->in[0]->rows : 1) * (OVER_COLUMNS ? s->in[0]->cols : 1);

    return n ? n : 1;
}

/* What is 1/terms_of() of a sum; of a sum that stays a sum, itself. */
static inline real part(const lh_call *s, real x)
{
    return MEAN ? x / (real)terms_of(s) : x;
}

/* Over the columns each row's chain, over the rows the shards' chains and their tree. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const lh_slot *a = s->in[0];
    real *sum = OVER_ROWS && OVER_COLUMNS ? s->terms : s->out->value;

    if (from == to)
        return;
    if (OVER_COLUMNS)
        lhi_row_sums(a->value, a->cols, from, to, sum);
    else
        LH_T(lhi_sum_over_rows)(a->rows, s->shards, a->cols, a->value, 0, a->cols, sum, 1, s->work);
    if (!(OVER_ROWS && OVER_COLUMNS))
        for (size_t e = from * s->out->cols; e < to * s->out->cols; e++)
            sum[e] = part(s, sum[e]);
}

#if OVER_ROWS && OVER_COLUMNS
static void finish(const lh_call *s)
{
    *(real *)s->out->value = part(s, LH_T(lhi_total)(s->in[0]->rows, s->shards, s->terms));
}
#endif

#if OVER_ROWS && !OVER_COLUMNS
static size_t work(const lh_call *s)
{
    return LH_T(lhi_gemm_work)(1, s->in[0]->rows) * sizeof(real);
}
#endif

/* dA_ij += dS, or its part. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->in[operand]->cols;
    const real *ds = s->out->grad;
    real *da = s->in[operand]->grad;

    for (size_t row = t.i0; row < t.i1; row++) {
        const lh_tile of_row = {0, 1, t.j0, t.j1};
        const real *d = ds + place(s, row, 0);
        const real same = OVER_COLUMNS ? part(s, *d) : 0;

        if (OVER_COLUMNS)
            LH_GIVE(da + row * n, of_row, n, same);
        else
            LH_GIVE(da + row * n, of_row, n, part(s, d[i]));
    }
}

static void jvp(const lh_call *s)
{
    const size_t n = s->in[0]->cols;
    const real *ta = s->in[0]->tangent;
    real *ts = s->out->tangent;

    for (size_t e = 0; e < lh_elements(s->out); e++)
        ts[e] = 0;
    for (size_t e = 0; e < lh_elements(s->in[0]); e++)
        ts[place(s, e / n, e % n)] += ta[e];
    for (size_t e = 0; e < lh_elements(s->out); e++)
        ts[e] = part(s, ts[e]);
}

static void analytic(const lh_call *s)
{
    const size_t n = s->in[0]->cols;
    real *ts = s->out->tangent;

    for (size_t e = 0; e < lh_elements(s->out); e++)
        ts[e] = 0;
    for (size_t e = 0; e < lh_elements(s->in[0]); e++)
        ts[place(s, e / n, e % n)] += part(s, lh_complex_at(s->in[0], e).im);
}

#if LH_IS_WIDE
/* From S to A: each element of dS goes to all that it was summed from. */
static void hand(const lh_call *s)
{
    const size_t m = s->in[0]->rows, n = s->in[0]->cols;
    const real *ds = s->out->grad;
    real *da = s->in[0]->grad;

    for (size_t j = n; j-- > 0;)
        for (size_t i = m; i-- > 0;)
            da[i * n + j] += ds[place(s, i, j)] * ((real)1 / (real)(MEAN ? terms_of(s) : 1));
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t n = s->in[0]->cols;
    const double terms = (double)terms_of(s), g = lh_gamma(terms + MEAN, r);
    double *off = s->out->off;

    for (size_t e = 0; e < lh_elements(s->out); e++)
        off[e] = 0;
    for (size_t e = 0; e < lh_elements(s->in[0]); e++)
        off[place(s, e / n, e % n)] +=
            s->in[0]->off[e] + g * (lh_size_at(s->in[0], e) + s->in[0]->off[e]);
    for (size_t e = 0; MEAN && e < lh_elements(s->out); e++)
        off[e] = off[e] / terms + r->tiny;
}

/* A mean's part is a quotient, in hand() a product with a rounded one. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t n = s->in[0]->cols;
    const double parts = MEAN ? (double)terms_of(s) : 1, g = lh_gamma(2 * MEAN + r->adds, r);

    for (size_t e = 0; e < lh_elements(s->in[0]); e++)
        s->in[operand]->grad_off[e] +=
            lhi_passed_off(s->out, place(s, e / n, e % n), g) / parts + 2 * MEAN * r->tiny;
}
#endif

static double flops(const lh_call *s)
{
    return (double)lh_elements(s->in[0]);
}

static const lh_case cases[] = {
    {.why = "ordinary values",   .in = {{5, 3}},    .lo = -2,   .hi = 2},
    {.why = "one element",       .in = {{1, 1}},    .lo = -2,   .hi = 2},
    {.why = "one column",        .in = {{70, 1}},   .lo = -2,   .hi = 2},
    {.why = "several shards",    .in = {{300, 7}},  .lo = -1,   .hi = 1},
    {.why = "one wide row",      .in = {{1, 300}},  .lo = -1e6, .hi = 1e6},
    {0}
};

/* A sum of whole numbers is one. */
#define LHI_SUMS .n_in = 1, .shape = shape, .flops = flops, .lines = &lines, .linear = !MEAN

#endif
