/* test_gemm.c -- the matrix product, sums over the batch and descent: bits of the definition. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/variant.h"
#include "framework/system/sanitized.h"
#include "tests/check.h"
#include "tests/descend.h"
#include "tests/draw.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers slow the plain loops down ten times, and need each path alone. */
enum { THIN = LHI_SANITIZED ? 10 : 1 };

static uint64_t state = 1;
static long compared;

static uint64_t draw(void)
{
    return draw_from(&state);
}

static void *get(size_t bytes)
{
    void *p = malloc(bytes);

    if (!p) {
        printf("Bail out! no memory\n");
        exit(1);
    }
    return p;
}

/* What kernels.h declares for a variant: that header serves one variant a file. */
#define DECLARE(real, v)                                                                        \
    typedef struct lhi_matrix_##v {                                                             \
        const real *at;                                                                         \
        size_t row, col;                                                                        \
    } lhi_matrix_##v;                                                                           \
    typedef struct lhi_ending_##v {                                                             \
        const real *row;                                                                        \
        int cut;                                                                                \
        const real *keep;                                                                       \
        size_t keep_row;                                                                        \
    } lhi_ending_##v;                                                                           \
    typedef struct lhi_move_##v {                                                               \
        real *theta, *velocity;                                                                 \
        real rate, momentum;                                                                    \
        int forget;                                                                             \
    } lhi_move_##v;                                                                             \
    void lhi_gemm_##v(size_t m, size_t n, size_t k, lhi_matrix_##v a, lhi_matrix_##v b,         \
                      real *c, size_t ldc, int fresh, const lhi_ending_##v *end, real *work);   \
    void lhi_gemm_plain_##v(size_t m, size_t n, size_t k, lhi_matrix_##v a, lhi_matrix_##v b,   \
                            real *c, size_t ldc, int fresh, const lhi_ending_##v *end);         \
    void lhi_gemm_over_rows_##v(size_t m, size_t most, size_t p, size_t q, const real *a,       \
                                const real *d, size_t i0, size_t i1, size_t j0, size_t j1,      \
                                real *g, int fresh, const lhi_move_##v *move, real *work);      \
    void lhi_sum_over_rows_##v(size_t m, size_t most, size_t q, const real *d, size_t j0,       \
                               size_t j1, real *g, int fresh, real *work);                      \
    size_t lhi_gemm_work_##v(size_t m, size_t k);                                               \
    real lhi_total_##v(size_t m, size_t most, const real *terms);

/* The products with types that are the same for all variants of an element. */
#define WRAP(real, type, v)                                                                     \
    DECLARE(real, v)                                                                            \
    static void gemm_##v(size_t m, size_t n, size_t k, strided_##type a, strided_##type b,      \
                         real *c, size_t ldc, int fresh, const ends_##type *e, real *work)      \
    {                                                                                           \
        const lhi_ending_##v end = {e->row, e->cut, e->keep, e->keep_row};                      \
                                                                                                \
        lhi_gemm_##v(m, n, k, (lhi_matrix_##v){a.at, a.row, a.col},                             \
                     (lhi_matrix_##v){b.at, b.row, b.col}, c, ldc, fresh, &end, work);          \
    }                                                                                           \
    static void plain_##v(size_t m, size_t n, size_t k, strided_##type a, strided_##type b,     \
                          real *c, size_t ldc, int fresh, const ends_##type *e)                 \
    {                                                                                           \
        const lhi_ending_##v end = {e->row, e->cut, e->keep, e->keep_row};                      \
                                                                                                \
        lhi_gemm_plain_##v(m, n, k, (lhi_matrix_##v){a.at, a.row, a.col},                       \
                           (lhi_matrix_##v){b.at, b.row, b.col}, c, ldc, fresh, &end);          \
    }                                                                                           \
    static void over_rows_##v(size_t m, size_t most, size_t p, size_t q, const real *a,         \
                              const real *d, size_t i0, size_t i1, size_t j0, size_t j1,        \
                              real *g, int fresh, const moves_##type *w, real *work)            \
    {                                                                                           \
        const lhi_move_##v move = {w ? w->theta : NULL, w ? w->velocity : NULL,                 \
                                   w ? w->rate : 0, w ? w->momentum : 0, w && w->forget};       \
                                                                                                \
        lhi_gemm_over_rows_##v(m, most, p, q, a, d, i0, i1, j0, j1, g, fresh,                   \
                               w ? &move : NULL, work);                                         \
    }

#define ROW(id, isa, v)                                                                         \
    {id, isa, gemm_##v, plain_##v, over_rows_##v, lhi_sum_over_rows_##v,                        \
     lhi_gemm_work_##v, lhi_total_##v}

#define REAL     float
#define FMA      fmaf
#define T(name)  name##_f32
#define TYPE     LH_F32
#define SMALLEST 0x1p-149f
#define LARGEST  FLT_MAX
#include "tests/unit/gemm_cases.h"

WRAP(float, f32, f32)
#ifdef LHI_X86
WRAP(float, f32, f32_avx2)
WRAP(float, f32, f32_avx512)
#endif

static const variant_f32 *variants_f32(void)
{
    static const variant_f32 all[] = {
        ROW(LHI_F32, "portable", f32),
#ifdef LHI_X86
        ROW(LHI_F32_AVX2, "avx2", f32_avx2),
        ROW(LHI_F32_AVX512, "avx512", f32_avx512),
#endif
        {.isa = NULL}};

    return all;
}

#define REAL     double
#define FMA      fma
#define T(name)  name##_f64
#define TYPE     LH_F64
#define SMALLEST 0x1p-1074
#define LARGEST  DBL_MAX
#include "tests/unit/gemm_cases.h"

WRAP(double, f64, f64)
#ifdef LHI_X86
WRAP(double, f64, f64_avx2)
WRAP(double, f64, f64_avx512)
#endif

static const variant_f64 *variants_f64(void)
{
    static const variant_f64 all[] = {
        ROW(LHI_F64, "portable", f64),
#ifdef LHI_X86
        ROW(LHI_F64_AVX2, "avx2", f64_avx2),
        ROW(LHI_F64_AVX512, "avx512", f64_avx512),
#endif
        {.isa = NULL}};

    return all;
}

DECLARE(lh_wide, wide)

/* The wide type has no bits to keep, but its roundoff: within 1e-17 of the sum of sizes. */
static void wide(void)
{
    enum { MOST = 90 };
    static lh_wide a[MOST * MOST], b[MOST * MOST], c[MOST * MOST], first[MOST * MOST];
    lh_wide *work = get(lhi_gemm_work_wide(MOST, MOST) * sizeof *work), worst = 0;

    compared = 0;
    for (int t = 0; t < 100; t++) {
        const size_t m = draw() % MOST, n = draw() % MOST, k = draw() % MOST;

        for (size_t i = 0; i < MOST * MOST; i++) {
            a[i] = (lh_wide)number_f64(0), b[i] = (lh_wide)number_f64(0) / 3;
            c[i] = first[i] = (lh_wide)number_f64(0) / 7;
        }
        lhi_gemm_wide(m, n, k, (lhi_matrix_wide){a, k, 1}, (lhi_matrix_wide){b, 1, k}, c, n,
                      0, NULL, work);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++, compared++) {
                lh_wide sum = first[i * n + j], size = fabsl(sum);

                for (size_t p = 0; p < k; p++) {
                    sum += a[i * k + p] * b[j * k + p];
                    size += fabsl(a[i * k + p] * b[j * k + p]);
                }
                sum = fabsl(sum - c[i * n + j]) / size;
                worst = sum > worst ? sum : worst;
            }
        CHECK(memcmp(c + m * n, first + m * n, sizeof *c) == 0, "beyond C");
    }
    free(work);
    CHECK(worst <= 1e-17L * (lh_wide)(LDBL_EPSILON / 0x1p-63L), "off by %Lg", worst);
    CHECK(compared > 100000, "%ld compared", compared);
}

static void missing(void)
{
    static const char *const sets[] = {"avx2", "avx512"};

    for (int i = 0; i < 2; i++)
        if (lhi_variant_pick(LH_F32, sets[i]) < 0)
            printf("# %s: not tested, this CPU or build has not got it\n", sets[i]);
    CHECK(lhi_variant_pick(LH_F32, "portable") == LHI_F32 &&
              lhi_variant_pick(LH_F64, "portable") == LHI_F64,
          "portable is there on every CPU");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"what this CPU runs", missing},
        {"float: the product has the bits of three plain loops", products_f32},
        {"double: the product has the bits of three plain loops", products_f64},
        {"float: sums over the batch are the chains and the tree, in any split", batches_f32},
        {"double: sums over the batch are the chains and the tree, in any split", batches_f64},
        {"float: descent rounds each operation by itself", steps_f32},
        {"double: descent rounds each operation by itself", steps_f64},
        {"wide: the product is right", wide},
        {NULL, NULL}};

    return check_main(argc, argv, "gemm", tests);
}
