/* add.c -- C = A + B, where B has A's shape or is one row added to every row. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op, (void)number;
    *out = in[0];
    if (in[0].cols != in[1].cols)
        snprintf(why, room, "%td columns against %td", in[0].cols, in[1].cols);
    else if (in[1].rows != in[0].rows && in[1].rows != 1)
        snprintf(why, room, "the second operand must have as many rows as the first, or one");
    else
        return 0;
    return -1;
}

/* One row against many.  A single row is added to a single row either way. */
static int is_row(const lh_call *s)
{
    return s->in[1]->rows != s->in[0]->rows;
}

/* NOTES 1, 3, 5: b is a row vector, added to every row. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *a = s->in[0]->value, *b = s->in[1]->value;
    real *c = s->out->value;

    for (size_t i = from; i < to; i++) {
        const real *row = is_row(s) ? b : b + i * n;

        LH_APART
        for (size_t j = 0; j < n; j++)
            c[i * n + j] = a[i * n + j] + row[j];
    }
}

/* dA += dC.  NOTES 13, 17, 21: db += dC summed over the rows. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *dc = s->out->grad;
    real *d = s->in[operand]->grad;

    if (operand == 1 && is_row(s))
        LH_T(lhi_sum_over_rows)(s->out->rows, s->shards, n, dc, t.j0, t.j1, d, s->fresh, s->work);
    else
        LH_GIVE(d, t, n, dc[i]);
}

static size_t work(const lh_call *s)
{
    return is_row(s) ? LH_T(lhi_gemm_work)(1, s->out->rows) * sizeof(real) : 0;
}

static void jvp(const lh_call *s)
{
    const size_t n = s->out->cols;
    const real *ta = s->in[0]->tangent, *tb = s->in[1]->tangent;
    real *tc = s->out->tangent;

    for (size_t i = 0; i < s->out->rows; i++)
        for (size_t j = 0; j < n; j++)
            tc[i * n + j] = ta[i * n + j] + tb[is_row(s) ? j : i * n + j];
}

static void analytic(const lh_call *s)
{
    const size_t n = s->out->cols;
    real *tc = s->out->tangent;

    for (size_t e = 0; e < lh_elements(s->out); e++)
        tc[e] = lh_complex_at(s->in[0], e).im +
                lh_complex_at(s->in[1], is_row(s) ? e % n : e).im;
}

#if LH_IS_WIDE
/* C_ij depends on A_ij and on B_ij or b_j with factor 1; the sum over the rows goes column
 * by column and from the last row up. */
static void hand(const lh_call *s)
{
    const size_t m = s->out->rows, n = s->out->cols;
    const real *dc = s->out->grad;
    real *da = s->in[0]->grad, *db = s->in[1]->grad;

    for (size_t j = 0; j < n; j++)
        for (size_t i = m; i-- > 0;) {
            if (da)
                da[i * n + j] += dc[i * n + j];
            if (db)
                db[is_row(s) ? j : i * n + j] += dc[i * n + j];
        }
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t n = s->out->cols;

    for (size_t e = 0; e < lh_elements(s->out); e++) {
        const double off = s->in[0]->off[e] + s->in[1]->off[is_row(s) ? e % n : e];

        s->out->off[e] = off + r->u * (lh_size_at(s->out, e) + off);
    }
}

/* A gradient that is passed on, or a chain of all rows. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t n = s->out->cols;
    const int sum = operand == 1 && is_row(s);
    const double g = lh_gamma((sum ? (double)s->out->rows : 0) + r->adds, r);

    for (size_t e = 0; e < lh_elements(s->out); e++)
        s->in[operand]->grad_off[sum ? e % n : e] += lhi_passed_off(s->out, e, g);
}
#endif

static double flops(const lh_call *s)
{
    return (double)lh_elements(s->in[0]);
}

static const lh_case cases[] = {
    {.why = "same shape",     .in = {{5, 3}, {5, 3}},    .lo = -3, .hi = 3},
    {.why = "a row to all",   .in = {{5, 3}, {1, 3}},    .lo = -3, .hi = 3},
    {.why = "one element",    .in = {{1, 1}, {1, 1}},    .lo = -3, .hi = 3},
    {.why = "several shards", .in = {{257, 5}, {1, 5}},  .lo = -3, .hi = 3},
    {.why = "a wide row",     .in = {{70, 300}, {1, 300}}, .lo = -1, .hi = 1},
    {0}
};

static const lh_lines lines = {
    .forward = "#1 + #2", .backward = {"d#0", "over_rows(d#0)"}
};

static const lhi_fuses fuses = {.ends = LHI_ENDS_ROW, .passes = 1, .shards = 2};

LH_DEFINE_OP(add, .n_in = 2, .shape = shape, .flops = flops, .work = work, .fuses = &fuses,
             .lines = &lines, .pointwise = 1, .linear = 3);
