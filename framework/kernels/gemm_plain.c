/* gemm_plain.c -- the matrix product as it is defined: three loops, one chain an element. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"

void LH_T(lhi_gemm_plain)(size_t m, size_t n, size_t k, LH_T(lhi_matrix) a, LH_T(lhi_matrix) b,
                          real *c, size_t ldc, int fresh, const LH_T(lhi_ending) *end)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            real sum = fresh ? 0 : c[i * ldc + j];

            for (size_t p = 0; p < k; p++)
                sum = R_FMA(a.at[i * a.row + p * a.col], b.at[p * b.row + j * b.col], sum);
            if (end && end->row)
                sum = sum + end->row[j];
            if (end && end->cut)
                sum = sum <= 0 ? 0 : sum;
            if (end && end->keep)
                sum = end->keep[i * end->keep_row + j] == 0 ? 0 : sum;
            c[i * ldc + j] = sum;
        }
}
