/* softmax.c -- S_ij = exp(Z_ij) / sum_k exp(Z_ik), over the columns of each row. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/softmax.h"

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op, (void)number;
    *out = in[0];
    return lhi_has_columns(in, why, room) ? 0 : -1;
}

static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *z = s->in[0]->value;
    real *out = s->out->value;

    for (size_t i = from; i < to; i += LHI_SIDE_BY_SIDE) {
        const size_t rows = to - i < LHI_SIDE_BY_SIDE ? to - i : LHI_SIDE_BY_SIDE;
        lhi_logits of[LHI_SIDE_BY_SIDE];

        lhi_logits_of(z + i * n, n, rows, out + i * n, of);
        for (size_t r = 0; r < rows; r++) {
            real *e = out + (i + r) * n;
            const real sum = (real)1 + of[r].rest;

            LH_APART
            for (size_t j = 0; j < n; j++)
                e[j] = e[j] / sum;
        }
    }
}

/* dZ += S * (dS - sum_k dS_k S_k), the sum a chain of fused multiply-adds. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *out = s->out->value, *ds = s->out->grad;
    real *dz = s->in[operand]->grad;

    for (size_t top = t.i0; top < t.i1; top += LHI_SIDE_BY_SIDE) {
        const size_t rows = t.i1 - top < LHI_SIDE_BY_SIDE ? t.i1 - top : LHI_SIDE_BY_SIDE;
        real dot[LHI_SIDE_BY_SIDE] = {0};

        for (size_t j = 0; j < n; j++)
            for (size_t r = 0; r < rows; r++)
                dot[r] = R_FMA(ds[(top + r) * n + j], out[(top + r) * n + j], dot[r]);
        for (size_t r = 0; r < rows; r++) {
            const lh_tile row = {top + r, top + r + 1, t.j0, t.j1};
            const real mean = dot[r];

            LH_GIVE(dz, row, n, out[i] * (ds[i] - mean));
        }
    }
}

static void jvp(const lh_call *s)
{
    const size_t n = s->out->cols;
    const real *out = s->out->value, *tz = s->in[0]->tangent;
    real *ts = s->out->tangent;

    for (size_t i = 0; i < s->out->rows; i++) {
        real mean = 0;

        for (size_t j = 0; j < n; j++)
            mean += out[i * n + j] * tz[i * n + j];
        for (size_t j = 0; j < n; j++)
            ts[i * n + j] = out[i * n + j] * (tz[i * n + j] - mean);
    }
}

static void analytic(const lh_call *s)
{
    const size_t n = s->out->cols;
    real *ts = s->out->tangent;

    for (size_t i = 0; i < s->out->rows; i++) {
        const real largest = lhi_largest_of(s->in[0], i);
        const lh_complex sum = lhi_exps(s->in[0], i);

        for (size_t e = i * n; e < (i + 1) * n; e++)
            ts[e] = lh_complex_div(lhi_exp_below(s->in[0], e, largest), sum).im;
    }
}

#if LH_IS_WIDE
/* By the whole matrix of derivatives: dS_k/dZ_j is -S_k S_j, and where k is j what the others of
 * S_j leave, S_j sum_k S_k. */
static void hand(const lh_call *s)
{
    const size_t n = s->out->cols;
    const real *out = s->out->value, *ds = s->out->grad;
    real *dz = s->in[0]->grad;

    for (size_t row = 0; row < lh_elements(s->out); row += n)
        for (size_t j = n; j-- > 0;) {
            real all = 0;

            for (size_t k = n; k-- > 0;)
                all += out[row + k] * (ds[row + j] - ds[row + k]);
            dz[row + j] += out[row + j] * all;
        }
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t n = s->out->cols;
    const double g = lh_gamma((double)n + 4, r);

    for (size_t i = 0; i < s->out->rows; i++) {
        const lhi_row w = lhi_row_of(s->in[0], i, r);

        for (size_t j = 0; j < n; j++)
            s->out->off[i * n + j] =
                lhi_p_off(&w, j, r) + g * lh_size_at(s->out, i * n + j) + r->tiny;
    }
}

/* dZ_j = S_j sum_k S_k (dS_j - dS_k): linear in dS; with S off by a it moves by a_j times that
 * sum, and by S_j times the sum of a_k. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t n = s->out->cols;
    const double g = lh_gamma((double)n + 6 + r->adds, r);

    for (size_t i = 0; i < s->out->rows; i++) {
        const double *a = s->out->off + i * n, *off = s->out->grad_off + i * n;
        double mean = 0, mean_off = 0, all_off = 0;

        for (size_t j = 0; j < n; j++) {
            const double d = lh_grad_size_at(s->out, i * n + j) + off[j];
            const double p = lh_size_at(s->out, i * n + j);

            mean += d * (p + a[j]);
            mean_off += d * a[j];
            all_off += p * off[j];
        }
        for (size_t j = 0; j < n; j++) {
            const double p = lh_size_at(s->out, i * n + j);
            const double d = lh_grad_size_at(s->out, i * n + j) + off[j];

            s->in[operand]->grad_off[i * n + j] +=
                p * (off[j] * (1 - 2 * p) + all_off) + a[j] * (d + mean) + p * mean_off +
                g * (p + a[j]) * (d + mean) + (double)(n + 2) * r->tiny;
        }
    }
}
#endif

/* exp, a sum and a quotient. */
static double flops(const lh_call *s)
{
    return 16.0 * (double)lh_elements(s->out);
}

static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 3}},   .lo = -3,   .hi = 3},
    {.why = "one element",     .in = {{1, 1}},   .lo = -3,   .hi = 3},
    {.why = "one row",         .in = {{1, 26}},  .lo = -3,   .hi = 3},
    {.why = "many rows",       .in = {{300, 5}}, .lo = -4,   .hi = 4},
    {.why = "many columns",    .in = {{9, 200}}, .lo = -2,   .hi = 2},
    {.why = "equal logits",    .in = {{4, 6}},   .lo = 1,    .hi = 1},
    {.why = "far apart",       .in = {{20, 4}},  .lo = -40,  .hi = 40, .claim = LH_ABSOLUTE},
    {0}
};

static const lh_lines lines = {
    .forward = "exp(#1)/over_columns(exp(#1))",
    .backward = {"#0 * (d#0 - over_columns(d#0 * #0))"}
};

LH_DEFINE_OP(softmax, .n_in = 1, .shape = shape, .flops = flops, .lines = &lines,
             .reads = LH_READS_OUT);
