/* row_sums.h -- the sum of each row of an array, a chain over its columns. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_ROW_SUMS_H
#define LHI_ROW_SUMS_H

#include <longhand/op/real.h>

/* Rows that are summed side by side, for an addition takes several beats: each row is a chain
 * from 0 in the order of its columns whatever their number. */
enum { LHI_SIDE_BY_SIDE = 8 };

/* sum[i] of row i of A [. x n], for from <= i < to. */
static inline void lhi_row_sums(const real *a, size_t n, size_t from, size_t to, real *sum)
{
    size_t i = from;

    for (; i + LHI_SIDE_BY_SIDE <= to; i += LHI_SIDE_BY_SIDE) {
        real of[LHI_SIDE_BY_SIDE] = {0};

        for (size_t j = 0; j < n; j++)
            for (size_t r = 0; r < LHI_SIDE_BY_SIDE; r++)
                of[r] += a[(i + r) * n + j];
        for (size_t r = 0; r < LHI_SIDE_BY_SIDE; r++)
            sum[i + r] = of[r];
    }
    for (; i < to; i++) {
        real of = 0;

        for (size_t j = 0; j < n; j++)
            of += a[i * n + j];
        sum[i] = of;
    }
}

#endif
