/* math_arrays.h -- the functions of longhand/op/math.h over arrays, for the tests. */
/* SPDX-License-Identifier: MIT */
#ifndef MATH_ARRAYS_H
#define MATH_ARRAYS_H

#include <stddef.h>

/* exp_f32(x, y, n) and so on, of the variant v. */
#define MATH_ARRAYS(real, v)                                  \
    void exp_##v(const real *x, real *y, size_t n);           \
    void log_##v(const real *x, real *y, size_t n);           \
    void log1p_##v(const real *x, real *y, size_t n);         \
    void sigmoid_##v(const real *x, real *y, size_t n);       \
    void tanh_##v(const real *x, real *y, size_t n);          \
    void erf_##v(const real *x, real *y, size_t n);           \
    void sqrt_##v(const real *x, real *y, size_t n);

MATH_ARRAYS(float, f32)
MATH_ARRAYS(double, f64)
#ifdef LHI_X86
MATH_ARRAYS(float, f32_avx2)
MATH_ARRAYS(double, f64_avx2)
MATH_ARRAYS(float, f32_avx512)
MATH_ARRAYS(double, f64_avx512)
#endif

#endif
