/* variant.h -- the variants, how one is chosen, and what each offers outside of ops. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_VARIANT_H
#define LHI_VARIANT_H

#include "framework/base/type.h"

#include <stddef.h>

/* All variants, also those that this build has no code for. */
typedef enum lhi_variant_id {
    LHI_F32, LHI_F64, LHI_WIDE,
    LHI_F32_AVX2, LHI_F64_AVX2,
    LHI_F32_AVX512, LHI_F64_AVX512,
    LHI_VARIANTS
} lhi_variant_id;

/* Kernels that are called by a table instead of from an op. */
typedef struct lhi_kernels {
    /* velocity := momentum velocity + grad (left out when velocity is NULL);
     * value := value - rate velocity.  NOTES 22; each operation rounds by itself. */
    void (*descend)(void *value, const void *grad, void *velocity, size_t n, double rate,
                    double momentum);
} lhi_kernels;

/* The best variant that this CPU runs for a type, or the one asked for by name ("auto",
 * "portable", "avx2", "avx512"); -1 when this CPU or build has not got it. */
int lhi_variant_pick(lh_type type, const char *isa);
const char *lhi_variant_isa(int variant);
const lhi_kernels *lhi_variant_kernels(int variant);

/* 1 when the CPU has a fused multiply-add; without, the same bits come slowly. */
int lhi_cpu_has_fma(void);

#endif
