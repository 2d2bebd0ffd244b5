/* test_gemm.c -- products and sums of every variant against plain loops, by memcmp. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/kernels/variant.h"
#include "tests/check.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *scratch;

#define V    f32
#define REAL float
#define FMA  fmaf
#define WIDE 0
#include "tests/unit/gemm_cases.h"

#define V    f64
#define REAL double
#define FMA  fma
#define WIDE 0
#include "tests/unit/gemm_cases.h"

#define V         wide
#define REAL      long double
#define FMA(a, b, c) ((a) * (b) + (c))
#define WIDE      1
#include "tests/unit/gemm_cases.h"

static void portable_f32(void)
{
    all_f32("f32", LHI_F32, LH_F32);
}

static void portable_f64(void)
{
    all_f64("f64", LHI_F64, LH_F64);
}

static void wide(void)
{
    all_wide("wide", LHI_WIDE, LH_WIDE);
}

#ifdef LHI_X86
#define V    f32_avx2
#define REAL float
#define FMA  fmaf
#define WIDE 0
#include "tests/unit/gemm_cases.h"

#define V    f64_avx2
#define REAL double
#define FMA  fma
#define WIDE 0
#include "tests/unit/gemm_cases.h"

#define V    f32_avx512
#define REAL float
#define FMA  fmaf
#define WIDE 0
#include "tests/unit/gemm_cases.h"

#define V    f64_avx512
#define REAL double
#define FMA  fma
#define WIDE 0
#include "tests/unit/gemm_cases.h"

static void avx2(void)
{
    all_f32_avx2("f32_avx2", LHI_F32_AVX2, LH_F32);
    all_f64_avx2("f64_avx2", LHI_F64_AVX2, LH_F64);
}

static void avx512(void)
{
    all_f32_avx512("f32_avx512", LHI_F32_AVX512, LH_F32);
    all_f64_avx512("f64_avx512", LHI_F64_AVX512, LH_F64);
}
#endif

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"portable float is the plain loops, bit for bit", portable_f32},
        {"portable double is the plain loops, bit for bit", portable_f64},
        {"wide is the plain loops to its rounding", wide},
#ifdef LHI_X86
        {"AVX2 is the plain loops, bit for bit", avx2},
        {"AVX-512 is the plain loops, bit for bit", avx512},
#endif
        {0}};

    return check_main(argc, argv, "gemm", tests);
}
