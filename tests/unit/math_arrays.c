/* math_arrays.c -- the functions of longhand/op/math.h over arrays, compiled once a variant. */
/* SPDX-License-Identifier: MIT */
#include <longhand/op/math.h>

/* longhand/op/math.h serves one variant a file, and math_arrays.h declares them all. */
#define MATH_ARRAY(name)                                                \
    void LH_T(name)(const real *x, real *y, size_t n);                  \
    void LH_T(name)(const real *x, real *y, size_t n)                   \
    {                                                                   \
        for (size_t i = 0; i < n; i++)                                  \
            y[i] = k_##name(x[i]);                                      \
    }

MATH_ARRAY(exp)
MATH_ARRAY(log)
MATH_ARRAY(log1p)
MATH_ARRAY(sigmoid)
MATH_ARRAY(tanh)
MATH_ARRAY(erf)
MATH_ARRAY(sqrt)
