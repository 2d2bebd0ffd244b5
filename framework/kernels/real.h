/* real.h -- the element type of a variant, and the names of its functions.
 *
 * Everything in kernels/ and ops/ is compiled once per variant: an element type on
 * an instruction set.  -DLHI_TYPE=32, 64 or 80 and -DLHI_VARIANT=f32_avx2 choose it;
 * LH_T(f) is then f_f32_avx2. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_REAL_H
#define LHI_REAL_H

#include "framework/base/strict.h"

#include <stddef.h>

#define LHI_JOIN2(a, b) a##_##b
#define LHI_JOIN(a, b)  LHI_JOIN2(a, b)
#define LH_T(name)      LHI_JOIN(name, LHI_VARIANT)

#if LHI_TYPE == 32
typedef float real;
#define R_FMA(a, b, c) __builtin_fmaf(a, b, c)
#define R_ABS(x)       __builtin_fabsf(x)
#define R_SQRT(x)      __builtin_sqrtf(x)
#elif LHI_TYPE == 64
typedef double real;
#define R_FMA(a, b, c) __builtin_fma(a, b, c)
#define R_ABS(x)       __builtin_fabs(x)
#define R_SQRT(x)      __builtin_sqrt(x)
#elif LHI_TYPE == 80
typedef long double real;
/* The wide type checks the others and has no bits of its own to keep: a product and
 * a sum do, where a fused one would be a slow library call. */
#define R_FMA(a, b, c) ((a) * (b) + (c))
#define R_ABS(x)       __builtin_fabsl(x)
#define R_SQRT(x)      __builtin_sqrtl(x)
#else
#error "LHI_TYPE is 32, 64 or 80"
#endif

/* What checks the other types is compiled in this one alone. */
#define LH_IS_WIDE (LHI_TYPE == 80)

/* The operations of each element of a loop do not depend on other elements, even where
 * the arrays that it reads and writes are one. */
#if LHI_TYPE == 80 /* has no vectors, and clang warns of what it cannot do */
#define LH_APART
#elif defined(__clang__)
#define LH_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define LH_APART _Pragma("GCC ivdep")
#endif

#endif
