/* strict.h -- what a compiler must not do to arithmetic, should build-aux/flags.sh miss it. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_STRICT_H
#define LH_OP_STRICT_H

#include <float.h>

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
    defined(__NO_SIGNED_ZEROS__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "fast-math breaks the promise of equal bits: build without it"
#endif

/* 16, on processors with arithmetic for _Float16, says only that this type has its own, too. */
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "operations are not rounded to their own type (x87?): build with -msse2 -mfpmath=sse"
#endif

/* -fsingle-precision-constant */
_Static_assert(sizeof 1.0 == sizeof(double) && DBL_MANT_DIG == 53 && FLT_MANT_DIG == 24,
               "a constant without a letter is a double of 53 bits, a float has 24");

#ifdef __clang__ /* gcc has no such pragma */
#pragma STDC FP_CONTRACT OFF
#endif

#endif
