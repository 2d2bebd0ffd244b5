/* gemm_plain.c -- the matrix product as it is defined: three loops, one chain an element. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"

void LH_T(lhi_gemm_plain)(size_t m, size_t n, size_t k, LH_T(lhi_matrix) a, LH_T(lhi_matrix) b,
                          real *c, size_t ldc)
{
    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++) {
            const real x = a.at[i * a.row + p * a.col];

            for (size_t j = 0; j < n; j++)
                c[i * ldc + j] = R_FMA(x, b.at[p * b.row + j * b.col], c[i * ldc + j]);
        }
}
