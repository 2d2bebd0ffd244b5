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

/* For measurements (bench/): the most that the machine does, and the matrix product.  n
 * counts elements, a multiple of 256. */
typedef struct lhi_probe {
    double (*peak)(size_t rounds); /* fused multiply-adds in registers; what they come to */
    double peak_flops;             /* operations of a round */
    double (*read)(const void *from, size_t n);
    void (*copy)(void *to, const void *from, size_t n);
    void (*triad)(void *to, const void *a, const void *b, size_t n); /* to = a + s b */
    /* C := A B, row by row without gaps, and the bytes of scratch (work) that it needs. */
    size_t (*multiply_work)(size_t m, size_t k);
    void (*multiply)(size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
                     void *work);
} lhi_probe;

/* Kernels that are called by a table instead of from an op. */
typedef struct lhi_kernels {
    /* The sum of a b over n elements, in double and in a fixed order. */
    double (*dot)(const void *a, const void *b, size_t n);
    /* to := weight from + to, or, where it is fresh, without to. */
    void (*gather)(void *to, const void *from, double weight, int fresh, size_t n);
    const lhi_probe *probe;
} lhi_kernels;

/* The best variant that this CPU runs for a type, or the one asked for by name ("auto",
 * "portable", "avx2", "avx512"); -1 when this CPU or build has not got it. */
int lhi_variant_pick(lh_type type, const char *isa);
const char *lhi_variant_isa(int variant);
/* The variant of the same type in portable code. */
int lhi_variant_portable(int variant);
const lhi_kernels *lhi_variant_kernels(int variant);

/* 1 when the CPU has a fused multiply-add; without, the same bits come slowly. */
int lhi_cpu_has_fma(void);

#endif
