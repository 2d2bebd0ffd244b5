/* matmul.c -- C = A B. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op, (void)number;
    *out = (lh_shape){in[0].rows, in[1].cols};
    if (in[1].rows == LH_ROWS)
        snprintf(why, room, "the right operand must have a fixed number of rows");
    else if (in[0].cols != in[1].rows)
        snprintf(why, room, "%td columns against %td rows", in[0].cols, in[1].rows);
    else
        return 0;
    return -1;
}

static LH_T(lhi_ending) ending(const lh_call *s, size_t from, size_t cols)
{
    const lhi_fused *f = lhi_fused_of(s);

    return (LH_T(lhi_ending)){
        .row = f->row ? f->row->value : NULL,
        .cut = f->cut,
        .keep = f->keep ? (const real *)f->keep->value + from * cols : NULL,
        .keep_row = cols};
}

/* NOTES 1, 3, 5: the product of Z = A.W + b. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t k = s->in[0]->cols, n = s->out->cols;
    const real *a = s->in[0]->value, *b = s->in[1]->value;
    const LH_T(lhi_ending) end = ending(s, from, n);

    LH_T(lhi_gemm)(to - from, n, k, (LH_T(lhi_matrix)){a + from * k, k, 1},
                   (LH_T(lhi_matrix)){b, n, 1}, (real *)s->out->value + from * n, n, 1, &end,
                   s->work);
}

/* NOTES 14, 18: dA += dC B^T.  NOTES 12, 16, 20: dB += A^T dC, summed over the rows. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t k = s->in[0]->cols, n = s->out->cols;
    const real *a = s->in[0]->value, *b = s->in[1]->value, *dc = s->out->grad;
    const LH_T(lhi_ending) end = ending(s, t.i0, k);

    if (operand == 0)
        LH_T(lhi_gemm)(t.i1 - t.i0, t.j1 - t.j0, n, (LH_T(lhi_matrix)){dc + t.i0 * n, n, 1},
                       (LH_T(lhi_matrix)){b + t.j0 * n, 1, n},
                       (real *)s->in[0]->grad + t.i0 * k + t.j0, k, s->fresh, &end, s->work);
    else {
        const lhi_moving *m = lhi_fused_of(s)->moving;
        const LH_T(lhi_move) move = {s->in[1]->value, m ? m->velocity : NULL,
                                     m ? (real)m->rate : 0, m ? (real)m->momentum : 0,
                                     m && m->forget};

        LH_T(lhi_gemm_over_rows)(s->out->rows, s->shards, k, n, a, dc, t.i0, t.i1, t.j0, t.j1,
                                 s->in[1]->grad, s->fresh, m ? &move : NULL, s->work);
    }
}

/* The larger of what dA and C need, and what dB needs. */
static size_t work(const lh_call *s)
{
    const size_t m = s->in[0]->rows, k = s->in[0]->cols, n = s->out->cols;
    const size_t rows = LH_T(lhi_gemm_work)(m, k > n ? k : n);
    const size_t sums = LH_T(lhi_gemm_work)(k > n ? k : n, m);

    return (rows > sums ? rows : sums) * sizeof(real);
}

/* C' = A' B + A B'. */
static void jvp(const lh_call *s)
{
    const size_t m = s->out->rows, k = s->in[0]->cols, n = s->out->cols;
    const real *a = s->in[0]->value, *b = s->in[1]->value;
    const real *ta = s->in[0]->tangent, *tb = s->in[1]->tangent;
    real *tc = s->out->tangent;

    for (size_t e = 0; e < m * n; e++)
        tc[e] = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++)
            for (size_t j = 0; j < n; j++)
                tc[i * n + j] += ta[i * k + p] * b[p * n + j] + a[i * k + p] * tb[p * n + j];
}

/* C over complex numbers. */
static void analytic(const lh_call *s)
{
    const size_t m = s->out->rows, k = s->in[0]->cols, n = s->out->cols;
    real *tc = s->out->tangent;

    for (size_t e = 0; e < m * n; e++)
        tc[e] = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++) {
            const lh_complex a = lh_complex_at(s->in[0], i * k + p);

            for (size_t j = 0; j < n; j++)
                tc[i * n + j] += lh_complex_mul(a, lh_complex_at(s->in[1], p * n + j)).im;
        }
}

#if LH_IS_WIDE
/* From dL = sum_ij dC_ij dC_ij(A, B): each term A_ip B_pj of C_ij hands dC_ij B_pj to A_ip
 * and A_ip dC_ij to B_pj; no transpose is formed. */
static void hand(const lh_call *s)
{
    const size_t m = s->out->rows, k = s->in[0]->cols, n = s->out->cols;
    const real *a = s->in[0]->value, *b = s->in[1]->value, *dc = s->out->grad;
    real *da = s->in[0]->grad, *db = s->in[1]->grad;

    for (size_t p = 0; p < k; p++)
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                if (da)
                    da[i * k + p] += dc[i * n + j] * b[p * n + j];
                if (db)
                    db[p * n + j] += dc[i * n + j] * a[i * k + p];
            }
}

/* What a product x y brings to a chain that is off by g times its size: x and y may be off
 * by dx and dy.  With 0 it is exact. */
static double product_bound(double x, double dx, double y, double dy, double g, double tiny)
{
    const double most = (x + dx) * (y + dy);

    return x * dy + dx * (y + dy) + g * most + (x + dx > 0 && y + dy > 0 ? tiny : 0);
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t m = s->out->rows, k = s->in[0]->cols, n = s->out->cols;
    const double g = lh_gamma((double)k, r), *b_off = s->in[1]->off;
    double *off = s->out->off;

    for (size_t e = 0; e < m * n; e++)
        off[e] = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++) {
            const double a = lh_size_at(s->in[0], i * k + p), a_off = s->in[0]->off[i * k + p];

            for (size_t j = 0; j < n; j++)
                off[i * n + j] += product_bound(a, a_off, lh_size_at(s->in[1], p * n + j),
                                                b_off[p * n + j], g, r->tiny);
        }
}

/* dA = dC B^T is a chain of n products, dB = A^T dC one of m. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t m = s->out->rows, k = s->in[0]->cols, n = s->out->cols;
    const lh_slot *other = s->in[1 - operand];
    const double terms = (double)(operand ? m : n) + 1 + r->adds, g = lh_gamma(terms, r);
    double *off = s->in[operand]->grad_off;

    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++)
            for (size_t j = 0; j < n; j++) {
                const size_t e = operand ? i * k + p : p * n + j;

                off[operand ? p * n + j : i * k + p] +=
                    product_bound(lh_grad_size_at(s->out, i * n + j), s->out->grad_off[i * n + j],
                                  lh_size_at(other, e), other->off[e], g, r->tiny);
            }
}
#endif

static double flops(const lh_call *s)
{
    return 2.0 * (double)s->in[0]->rows * (double)s->in[0]->cols * (double)s->in[1]->cols;
}

static const lh_case cases[] = {
    {.why = "ordinary values",     .in = {{5, 3}, {3, 4}},    .lo = -2, .hi = 2},
    {.why = "one element",         .in = {{1, 1}, {1, 1}},    .lo = -2, .hi = 2},
    {.why = "one column",          .in = {{70, 40}, {40, 1}}, .lo = -1, .hi = 1},
    {.why = "no inner size",       .in = {{3, 0}, {0, 4}},    .lo = -1, .hi = 1},
    {.why = "several shards",      .in = {{300, 7}, {7, 33}}, .lo = -1, .hi = 1},
    {.why = "more than one tile",  .in = {{130, 270}, {270, 35}}, .lo = -1, .hi = 1},
    {.why = "far apart in size",   .in = {{9, 20}, {20, 9}},  .lo = -1e6, .hi = 1e6},
    {0}
};

static const lh_lines lines = {
    .forward = "#1 #2", .backward = {"d#0 #2^T", "#1^T d#0"}
};

static const lhi_fuses fuses = {.product = 1, .moves = 2, .shards = 2};

LH_DEFINE_OP(matmul, .n_in = 2, .shape = shape, .flops = flops, .work = work, .fuses = &fuses,
             .lines = &lines, .reads = LH_READS(0) | LH_READS(1), .linear = 3);
