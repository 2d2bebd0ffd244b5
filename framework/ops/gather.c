/* gather.c -- A = the rows of a table that a column of places says: an embedding. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

enum { MOST = 1 << 24 };

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op, (void)number;
    *out = (lh_shape){in[1].rows, in[0].cols};
    if (in[0].rows == LH_ROWS)
        snprintf(why, room, "the table cannot be a batch");
    else if (in[0].rows > MOST)
        snprintf(why, room, "a float cannot count the rows of a table beyond %d", MOST);
    else if (in[1].cols != 1)
        snprintf(why, room, "the places must be one column, a row's number (from 0) each");
    else
        return 0;
    return -1;
}

/* The row of the table for row i of the output; past the end where the place is none: there the
 * output is NaN, which training stops at, and nothing is read or given. */
static size_t place(const lh_call *s, size_t i)
{
    const size_t rows = s->in[0]->rows;
    const real at = ((const real *)s->in[1]->value)[i];

    return at >= 0 && at < (real)rows && (real)(size_t)at == at ? (size_t)at : rows;
}

static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *table = s->in[0]->value;

    for (size_t i = from; i < to; i++) {
        const size_t k = place(s, i);
        real *a = (real *)s->out->value + i * n;

        for (size_t j = 0; j < n; j++)
            a[j] = k < s->in[0]->rows ? table[k * n + j] : (real)NAN;
    }
}

/* dTable += the rows of dA at their places, one after another: a chain for each element, which
 * the one who has the tile works whole. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *da = s->out->grad;
    real *d = s->in[operand]->grad;

    if (s->fresh)
        for (size_t k = t.i0; k < t.i1; k++)
            memset(d + k * n + t.j0, 0, (t.j1 - t.j0) * sizeof *d);
    for (size_t i = 0; i < s->out->rows; i++) {
        const size_t k = place(s, i);

        for (size_t j = t.j0; k >= t.i0 && k < t.i1 && j < t.j1; j++)
            d[k * n + j] += da[i * n + j];
    }
}

static void jvp(const lh_call *s)
{
    const size_t n = s->out->cols;
    const real *table = s->in[0]->tangent;

    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const size_t k = place(s, e / n);

        ((real *)s->out->tangent)[e] = k < s->in[0]->rows ? table[k * n + e % n] : (real)NAN;
    }
}

static void analytic(const lh_call *s)
{
    const size_t n = s->out->cols;

    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const size_t k = place(s, e / n);

        ((real *)s->out->tangent)[e] =
            k < s->in[0]->rows ? lh_complex_at(s->in[0], k * n + e % n).im : (real)NAN;
    }
}

#if LH_IS_WIDE
/* As the product with the matrix that has a 1 in each row, at its place: from the table's side. */
static void hand(const lh_call *s)
{
    const size_t n = s->out->cols;
    const real *at = s->in[1]->value, *da = s->out->grad;
    real *d = s->in[0]->grad;

    for (size_t k = 0; k < s->in[0]->rows; k++)
        for (size_t i = s->out->rows; i-- > 0;)
            for (size_t j = 0; at[i] == (real)k && j < n; j++)
                d[k * n + j] += da[i * n + j];
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t n = s->out->cols;

    (void)r;
    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const size_t k = place(s, e / n);

        s->out->off[e] = k < s->in[0]->rows ? s->in[0]->off[k * n + e % n] : 0;
    }
}

/* A chain of the rows that have one place. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t n = s->out->cols;
    const double g = lh_gamma((double)s->out->rows + r->adds, r);

    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const size_t k = place(s, e / n);

        if (k < s->in[0]->rows)
            s->in[operand]->grad_off[k * n + e % n] += lhi_passed_off(s->out, e, g);
    }
}
#endif

static double flops(const lh_call *s)
{
    return (double)lh_elements(s->out);
}

#define PLACES .drawn = {[1] = LH_PLACES}

static const lh_case cases[] = {
    {.why = "a small table",   .in = {{4, 3}, {7, 1}}, .lo = -3, .hi = 3, PLACES},
    {.why = "one row",         .in = {{1, 5}, {4, 1}}, .lo = -3, .hi = 3, PLACES},
    {.why = "one place",       .in = {{6, 2}, {1, 1}}, .lo = -3, .hi = 3, PLACES},
    {.why = "one column",      .in = {{5, 1}, {9, 1}}, .lo = -3, .hi = 3, PLACES},
    {.why = "many rows of few places", .in = {{5, 3}, {300, 1}}, .lo = -3, .hi = 3, PLACES},
    {.why = "most never taken", .in = {{90, 4}, {12, 1}}, .lo = -3, .hi = 3, PLACES},
    {0}
};

LH_DEFINE_OP(gather, .n_in = 2, .shape = shape, .flops = flops, .no_grad = 2,
             .reads = LH_READS(1), .linear = 1);
