/* variant.c -- looks at the CPU once and chooses. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/variant.h"

#include <string.h>

extern const lhi_kernels lhi_kernels_f32, lhi_kernels_f64, lhi_kernels_wide;
#ifdef LHI_X86
extern const lhi_kernels lhi_kernels_f32_avx2, lhi_kernels_f64_avx2;
extern const lhi_kernels lhi_kernels_f32_avx512, lhi_kernels_f64_avx512;
#endif

static const lhi_kernels *const kernels[LHI_VARIANTS] = {
    [LHI_F32] = &lhi_kernels_f32,
    [LHI_F64] = &lhi_kernels_f64,
    [LHI_WIDE] = &lhi_kernels_wide,
#ifdef LHI_X86
    [LHI_F32_AVX2] = &lhi_kernels_f32_avx2,
    [LHI_F64_AVX2] = &lhi_kernels_f64_avx2,
    [LHI_F32_AVX512] = &lhi_kernels_f32_avx512,
    [LHI_F64_AVX512] = &lhi_kernels_f64_avx512,
#endif
};

static int has_avx2(void)
{
#ifdef LHI_X86
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 0;
#endif
}

static int has_avx512(void)
{
#ifdef LHI_X86
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#else
    return 0;
#endif
}

int lhi_variant_pick(lh_type type, const char *isa)
{
    static const int of[3][LH_TYPES] = {{LHI_F32, LHI_F64, LHI_WIDE},
                                        {LHI_F32_AVX2, LHI_F64_AVX2, LHI_WIDE},
                                        {LHI_F32_AVX512, LHI_F64_AVX512, LHI_WIDE}};
    int level = has_avx512() ? 2 : has_avx2() ? 1 : 0;

    if (strcmp(isa, "portable") == 0)
        level = 0;
    else if (strcmp(isa, "avx2") == 0)
        level = level >= 1 ? 1 : -1;
    else if (strcmp(isa, "avx512") == 0)
        level = level >= 2 ? 2 : -1;
    return level < 0 ? -1 : of[level][type];
}

const char *lhi_variant_isa(int variant)
{
    if (variant == LHI_F32_AVX512 || variant == LHI_F64_AVX512)
        return "avx512";
    if (variant == LHI_F32_AVX2 || variant == LHI_F64_AVX2)
        return "avx2";
    return "portable";
}

int lhi_variant_portable(int variant)
{
    return variant == LHI_F32_AVX2 || variant == LHI_F32_AVX512   ? LHI_F32
           : variant == LHI_F64_AVX2 || variant == LHI_F64_AVX512 ? LHI_F64
                                                                   : variant;
}

const lhi_kernels *lhi_variant_kernels(int variant)
{
    return kernels[variant];
}

int lhi_cpu_has_fma(void)
{
#ifdef LHI_X86
    return __builtin_cpu_supports("fma");
#else
    return 1; /* AArch64, POWER and s390x have it in the base set */
#endif
}
