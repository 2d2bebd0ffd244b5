/* kernels.h -- the arithmetic that ops are made of, for one variant. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_KERNELS_H
#define LHI_KERNELS_H
#include "framework/kernels/variant.h"

#include <longhand/op/real.h>
#include <longhand/op/sums.h>

/* A matrix anywhere in memory: element (i, j) is at[i * row + j * col].  One of the two
 * steps is 1. */
typedef struct LH_T(lhi_matrix) {
    const real *at;
    size_t row, col;
} LH_T(lhi_matrix);

/* What a product does to its elements before it stores them, each element in this order. */
typedef struct LH_T(lhi_ending) {
    const real *row;      /* one row, added to every row; NULL: nothing */
    int cut;              /* x <= 0 ? 0 : x */
    const real *keep;     /* 0 where this array of C's shape is 0; NULL: nothing */
    size_t keep_row;      /* from one row of it to the next */
} LH_T(lhi_ending);

/* How parameters move as soon as their gradient g is whole, element by element as the movers sgd
 * and momentum do it (framework/optim/).  The arrays have the shape of the gradient's. */
typedef struct LH_T(lhi_move) {
    real *theta, *velocity; /* velocity may be NULL */
    real rate, momentum;
    int forget;             /* g itself is not stored */
} LH_T(lhi_move);

/* C += A B with A [m x k], B [k x n], row i of C at c + i ldc.  Element (i, j) is the
 * chain fma(A[i,p], B[p,j], C[i,j]) over p = 0..k-1, whatever the blocking.  `fresh`:
 * the chain begins at 0 and C's old values are not read.  `end` may be NULL.
 * work: lhi_gemm_work(m, k) elements. */
void LH_T(lhi_gemm)(size_t m, size_t n, size_t k, LH_T(lhi_matrix) a, LH_T(lhi_matrix) b,
                    real *c, size_t ldc, int fresh, const LH_T(lhi_ending) *end, real *work);

/* The definition: the same by three plain loops. */
void LH_T(lhi_gemm_plain)(size_t m, size_t n, size_t k, LH_T(lhi_matrix) a, LH_T(lhi_matrix) b,
                          real *c, size_t ldc, int fresh, const LH_T(lhi_ending) *end);

/* A tile of G += A^T D, summed over the m rows of A [m x p] and D [m x q] by shards:
 * rows i0..i1-1, columns j0..j1-1 of G [p x q].  `fresh`: G is set, not added to.
 * `move`: what G is the gradient of moves at once; NULL: nothing does.
 * work: lhi_gemm_work(p, m) elements. */
void LH_T(lhi_gemm_over_rows)(size_t m, size_t shards, size_t p, size_t q, const real *a,
                              const real *d, size_t i0, size_t i1, size_t j0, size_t j1,
                              real *g, int fresh, const LH_T(lhi_move) *move, real *work);

/* g[j] += the sum of column j of D [m x q], by shards, for j0 <= j < j1; or g[j] = it.
 * work: lhi_gemm_work(1, m) elements. */
void LH_T(lhi_sum_over_rows)(size_t m, size_t shards, size_t q, const real *d, size_t j0,
                             size_t j1, real *g, int fresh, real *work);

/* The scratch for a result of m rows and chains k long, in elements. */
size_t LH_T(lhi_gemm_work)(size_t m, size_t k);

/* lhi_kernels.dot. */
double LH_T(lhi_dot)(const real *a, const real *b, size_t n);

/* The sum of m terms, by shards. */
real LH_T(lhi_total)(size_t m, size_t shards, const real *terms);

#endif
