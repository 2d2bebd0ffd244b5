/* named.h -- a named array, as it stands in the files of other programs. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_NAMED_H
#define LHI_NAMED_H

#include "framework/base/state.h"

/* A named array of a file, as doubles, row by row. */
typedef struct lhi_named {
    char name[LHI_NAME];
    size_t rows, cols; /* a vector of n is 1 x n, a scalar 1 x 1 */
    int vector;        /* 1: the file has it with one dimension */
    int bits;          /* of an element in the file: 16 (bfloat16, too), 32, 64; integers: 64 */
    double *at;
} lhi_named;

#endif
