/* math_arrays.h -- the functions of kernels/math.h over arrays, for the tests. */
/* SPDX-License-Identifier: MIT */
#ifndef MATH_ARRAYS_H
#define MATH_ARRAYS_H

#include <stddef.h>

void exp_f32(const float *x, float *y, size_t n);
void log_f32(const float *x, float *y, size_t n);
void log1p_f32(const float *x, float *y, size_t n);
void sigmoid_f32(const float *x, float *y, size_t n);

void exp_f64(const double *x, double *y, size_t n);
void log_f64(const double *x, double *y, size_t n);
void log1p_f64(const double *x, double *y, size_t n);
void sigmoid_f64(const double *x, double *y, size_t n);

/* Defines them; the including file has chosen LHI_TYPE and LHI_VARIANT. */
#define MATH_ARRAY(name)                                        \
    void LH_T(name)(const real *x, real *y, size_t n)           \
    {                                                           \
        for (size_t i = 0; i < n; i++)                          \
            y[i] = k_##name(x[i]);                              \
    }

#endif
