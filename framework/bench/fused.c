/* fused.c -- the page's step without a tape: what the tape is measured against.
 *
 * The same kernels in the same order, written out for this one network: what is left
 * between the two is what planning and running a plan costs. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/fused.h"

#include "framework/base/threads.h"
#include "framework/kernels/kernels.h"

#include <longhand/op/math.h>

typedef LH_T(lhi_matrix) matrix;

/* NOTES 1 to 5: row block of A W + b, cut where `cut`. */
static void layer(const lhi_net *f, int l, const real *in, size_t from, size_t to, real *work)
{
    const size_t k = f->size[l], n = f->size[l + 1];
    const LH_T(lhi_ending) end = {.row = f->b[l], .cut = l < 2};

    LH_T(lhi_gemm)(to - from, n, k, (matrix){in + from * k, k, 1}, (matrix){f->w[l], n, 1},
                   (real *)f->a[l] + from * n, n, 1, &end, work);
}

/* NOTES 14, 15, 18, 19: dZ of the layer below. */
static void layer_back(const lhi_net *f, int l, size_t from, size_t to, real *work)
{
    const size_t k = f->size[l], n = f->size[l + 1];
    const LH_T(lhi_ending) end = {.keep = (const real *)f->a[l - 1] + from * k, .keep_row = k};

    LH_T(lhi_gemm)(to - from, k, n, (matrix){(const real *)f->dz[l] + from * n, n, 1},
                   (matrix){f->w[l], 1, n}, (real *)f->dz[l - 1] + from * k, k, 1, &end, work);
}

/* NOTES 12, 13, 16, 17, 20 to 22: a thread's part of dW and db, and what they move. */
static void move(const lhi_net *f, int l, const real *in, int rank, int size, real *work)
{
    const size_t k = f->size[l], n = f->size[l + 1];
    const real rate = (real)f->rate;
    const LH_T(lhi_move) how = {.theta = f->w[l], .rate = rate, .forget = 1};
    const size_t j0 = lhi_share(n, rank, size), j1 = lhi_share(n, rank + 1, size);
    const size_t i0 = lhi_share(k, rank, size), i1 = lhi_share(k, rank + 1, size);
    real *b = f->b[l], *db = f->db[l];

    if (j0 < j1)
        LH_T(lhi_sum_over_rows)(f->batch, f->shards, n, f->dz[l], j0, j1, db, 1, work);
    for (size_t j = j0; j < j1; j++)
        b[j] = b[j] - rate * db[j];
    if (i0 < i1)
        LH_T(lhi_gemm_over_rows)(f->batch, f->shards, k, n, in, f->dz[l], i0, i1, 0, n, f->dw[l], 1,
                                 &how, work);
}

static void step(lhi_net *f, int rank, int size)
{
    const size_t from = lhi_share(f->batch, rank, size), to = lhi_share(f->batch, rank + 1, size);
    const real *z = f->a[2], *y = f->y;
    const real scale = (real)1 / (real)f->batch;
    real *term = f->terms, *dz = f->dz[2];
    real *work = (real *)(void *)(f->work + (size_t)rank * f->work_bytes);

    layer(f, 0, f->x, from, to, work);
    layer(f, 1, f->a[0], from, to, work);
    layer(f, 2, f->a[1], from, to, work);
    for (size_t i = from; i < to; i++)
        term[i] = (z[i] <= 0 ? 0 : z[i]) - y[i] * z[i] + k_log1p(k_exp(-R_ABS(z[i])));
    if (size > 1)
        lhi_barrier();
    if (rank == 0)
        f->loss = (double)(LH_T(lhi_total)(f->batch, f->shards, term) / (real)f->batch);
    for (size_t i = from; i < to; i++)
        dz[i] = scale * (((real)1 - y[i]) * k_sigmoid(z[i]) - y[i] * k_sigmoid(-z[i]));
    layer_back(f, 2, from, to, work);
    layer_back(f, 1, from, to, work);
    if (size > 1)
        lhi_barrier();
    if (!(f->loss - f->loss == 0))
        return;
    move(f, 2, f->a[1], rank, size, work);
    move(f, 1, f->a[0], rank, size, work);
    move(f, 0, f->x, rank, size, work);
}

static size_t work(const lhi_net *f)
{
    size_t most = 0;

    for (int l = 0; l < 3; l++) {
        const size_t k = f->size[l], n = f->size[l + 1], wide = k > n ? k : n;
        const size_t rows = LH_T(lhi_gemm_work)(f->batch, wide);
        const size_t sums = LH_T(lhi_gemm_work)(wide, f->batch);

        most = rows > most ? rows : most;
        most = sums > most ? sums : most;
    }
    return (most * sizeof(real) + 63) / 64 * 64;
}

extern const lhi_fused_kernel LH_T(lhi_fused_kernel);
const lhi_fused_kernel LH_T(lhi_fused_kernel) = {step, work};
