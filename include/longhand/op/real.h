/* real.h -- the element type that a file is compiled for, and the names of what it defines.
 *
 * Everything in kernels/ and ops/ is compiled once per variant: an element type on an instruction
 * set.  -DLHI_TYPE=32, 64 or 80 and -DLHI_VARIANT=f32_avx2 choose it; LH_T(f) is then f_f32_avx2.
 * Outside of the library op_impl.h chooses, for a file that is read once for each type. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_REAL_H
#define LH_OP_REAL_H

#include <longhand/op/strict.h>

#include <stddef.h>

#ifdef LHI_TYPE
#define LH_TYPE    LHI_TYPE
#define LH_VARIANT LHI_VARIANT
#endif

#define LH_JOIN2(a, b) a##_##b
#define LH_JOIN(a, b)  LH_JOIN2(a, b)
#define LH_T(name)     LH_JOIN(name, LH_VARIANT)

#undef real
#undef R_FMA
#undef R_ABS
#undef R_SQRT
#undef LH_APART

#if LH_TYPE == 32
#define real           float
#define R_FMA(a, b, c) __builtin_fmaf(a, b, c)
#define R_ABS(x)       __builtin_fabsf(x)
#define R_SQRT(x)      __builtin_sqrtf(x)
#elif LH_TYPE == 64
#define real           double
#define R_FMA(a, b, c) __builtin_fma(a, b, c)
#define R_ABS(x)       __builtin_fabs(x)
#define R_SQRT(x)      __builtin_sqrt(x)
#elif LH_TYPE == 80
#define real           long double
/* The wide type checks the others and has no bits of its own to keep: a product and
 * a sum do, where a fused one would be a slow library call. */
#define R_FMA(a, b, c) ((a) * (b) + (c))
#define R_ABS(x)       __builtin_fabsl(x)
#define R_SQRT(x)      __builtin_sqrtl(x)
#else
#error "LH_TYPE is 32, 64 or 80: include <longhand/op_impl.h>"
#endif

/* What checks the other types is compiled in this one alone. */
#define LH_IS_WIDE (LH_TYPE == 80)

/* The operations of each element of a loop do not depend on other elements, even where
 * the arrays that it reads and writes are one. */
#if LH_TYPE == 80 || (defined(__clang__) && !defined(LHI_VARIANT))
/* There are no vectors, or not for certain, and clang warns of what it cannot do. */
#define LH_APART
#elif defined(__clang__)
#define LH_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define LH_APART _Pragma("GCC ivdep")
#endif

#endif
