/* simd.h -- a vector of reals: the few operations that the kernels with registers need.
 *
 * Besides arithmetic: parts of a vector (the last columns of a matrix), the two pieces
 * of relu, and the two shuffles that transpose a block. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SIMD_H
#define LHI_SIMD_H
#include <longhand/op/real.h>

#include <string.h>

/* V_PART(n) chooses the first n lanes, 1..LANES; loads of a part leave zeros elsewhere.
 * V_CUT(x) is x <= 0 ? 0 : x and V_KEEP(a, x) is a == 0 ? 0 : x, in each lane; a NaN is
 * neither <= 0 nor == 0.  V_MIX_LOW(a, b) is a0 b0 a1 b1 ..., V_MIX_HIGH(a, b) the rest.
 * A tile of C is TILE_ROWS rows of TILE_VECS vectors, as many as the registers hold. */

#if defined(__AVX512F__) && LHI_TYPE != 80
#include <immintrin.h>
#if LHI_TYPE == 32
typedef __m512 vec;
typedef __mmask16 vpart;
#define LANES 16
#define V_OP(name)          _mm512_##name##_ps
#define V_WHERE(a, how)     _mm512_cmp_ps_mask(a, _mm512_setzero_ps(), how)
#define V_STORE_FIRST(p, v) _mm_store_ss(p, _mm512_castps512_ps128(v))
#define V_LOW_HALVES \
    _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define V_HIGH_HALVES \
    _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#else
typedef __m512d vec;
typedef __mmask8 vpart;
#define LANES 8
#define V_OP(name)          _mm512_##name##_pd
#define V_WHERE(a, how)     _mm512_cmp_pd_mask(a, _mm512_setzero_pd(), how)
#define V_STORE_FIRST(p, v) _mm_store_sd(p, _mm512_castpd512_pd128(v))
#define V_LOW_HALVES        _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11)
#define V_HIGH_HALVES       _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15)
#endif
#define V_PART(n)            ((vpart)((1u << (n)) - 1))
#define V_LOAD_PART(p, m)    V_OP(maskz_loadu)(m, p)
#define V_STORE_PART(p, m, v) V_OP(mask_storeu)(p, m, v)
#define V_CUT(x)             V_OP(maskz_mov)(V_WHERE(x, _CMP_NLE_UQ), x)
#define V_KEEP(a, x)         V_OP(maskz_mov)(V_WHERE(a, _CMP_NEQ_UQ), x)
#define V_MIX_LOW(a, b)      V_OP(permutex2var)(a, V_LOW_HALVES, b)
#define V_MIX_HIGH(a, b)     V_OP(permutex2var)(a, V_HIGH_HALVES, b)
#define TILE_ROWS 12
#define TILE_VECS 2

#elif defined(__AVX2__) && defined(__FMA__) && LHI_TYPE != 80
#include <immintrin.h>
typedef __m256i vpart;
#if LHI_TYPE == 32
typedef __m256 vec;
#define LANES 8
#define V_OP(name)          _mm256_##name##_ps
#define V_SWAP(a, b, how)   _mm256_permute2f128_ps(a, b, how)
#define V_STORE_FIRST(p, v) _mm_store_ss(p, _mm256_castps256_ps128(v))
#define V_PART(n) \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#else
typedef __m256d vec;
#define LANES 4
#define V_OP(name)          _mm256_##name##_pd
#define V_SWAP(a, b, how)   _mm256_permute2f128_pd(a, b, how)
#define V_STORE_FIRST(p, v) _mm_store_sd(p, _mm256_castpd256_pd128(v))
#define V_PART(n) \
    _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)(n)), _mm256_setr_epi64x(0, 1, 2, 3))
#endif
#define V_LOAD_PART(p, m)    V_OP(maskload)(p, m)
#define V_STORE_PART(p, m, v) V_OP(maskstore)(p, m, v)
#define V_CUT(x)             V_OP(and)(V_OP(cmp)(x, V_OP(setzero)(), _CMP_NLE_UQ), x)
#define V_KEEP(a, x)         V_OP(and)(V_OP(cmp)(a, V_OP(setzero)(), _CMP_NEQ_UQ), x)
#define V_MIX_LOW(a, b)      V_SWAP(V_OP(unpacklo)(a, b), V_OP(unpackhi)(a, b), 0x20)
#define V_MIX_HIGH(a, b)     V_SWAP(V_OP(unpacklo)(a, b), V_OP(unpackhi)(a, b), 0x31)
#define TILE_ROWS 6
#define TILE_VECS 2

#elif defined(__ARM_NEON) && defined(__aarch64__) && LHI_TYPE != 80
#include <arm_neon.h>
#if LHI_TYPE == 32
typedef float32x4_t vec;
#define LANES 4
#define V_OP(name)           v##name##_f32
#else
typedef float64x2_t vec;
#define LANES 2
#define V_OP(name)           v##name##_f64
#endif
#define LHI_PARTS_BY_COPY
#define V_LOAD(p)            V_OP(ld1q)(p)
#define V_STORE(p, v)        V_OP(st1q)(p, v)
#define V_STORE_FIRST(p, v)  V_OP(st1q_lane)(p, v, 0)
#define V_ALL(x)             V_OP(dupq_n)(x)
#define V_FMA(a, b, c)       V_OP(fmaq)(c, a, b)
#define V_ADD(a, b)          V_OP(addq)(a, b)
#define V_SUB(a, b)          V_OP(subq)(a, b)
#define V_MUL(a, b)          V_OP(mulq)(a, b)
#define V_CUT(x)             V_OP(bslq)(V_OP(cleq)(x, V_ALL(0)), V_ALL(0), x)
#define V_KEEP(a, x)         V_OP(bslq)(V_OP(ceqq)(a, V_ALL(0)), V_ALL(0), x)
#define V_MIX_LOW(a, b)      V_OP(zip1q)(a, b)
#define V_MIX_HIGH(a, b)     V_OP(zip2q)(a, b)
#define TILE_ROWS 8
#define TILE_VECS 2

#else
typedef real vec;
typedef int vpart;
#define LANES 1
#define V_LOAD(p)            (*(p))
#define V_STORE(p, v)        (*(p) = (v))
#define V_STORE_FIRST(p, v)  (*(p) = (v))
#define V_PART(n)            ((vpart)(n))
#define V_LOAD_PART(p, m)    ((void)(m), *(p))
#define V_STORE_PART(p, m, v) ((void)(m), *(p) = (v))
#define V_ALL(x)             (x)
#define V_FMA(a, b, c)       R_FMA(a, b, c)
#define V_ADD(a, b)          ((a) + (b))
#define V_SUB(a, b)          ((a) - (b))
#define V_MUL(a, b)          ((a) * (b))
#define V_CUT(x)             ((x) <= 0 ? 0 : (x))
#define V_KEEP(a, x)         ((a) == 0 ? 0 : (x))
#define V_MIX_LOW(a, b)      (a)
#define V_MIX_HIGH(a, b)     (b)
#if LHI_TYPE == 80 /* a stack of eight registers */
#define TILE_ROWS 2
#define TILE_VECS 2
#else
#define TILE_ROWS 4
#define TILE_VECS 4
#endif
#endif

#ifndef V_LOAD /* the x86 sets, which differ in V_OP */
#define V_LOAD(p)            V_OP(loadu)(p)
#define V_STORE(p, v)        V_OP(storeu)(p, v)
#define V_ALL(x)             V_OP(set1)(x)
#define V_FMA(a, b, c)       V_OP(fmadd)(a, b, c)
#define V_ADD(a, b)          V_OP(add)(a, b)
#define V_SUB(a, b)          V_OP(sub)(a, b)
#define V_MUL(a, b)          V_OP(mul)(a, b)
#endif

#ifdef LHI_PARTS_BY_COPY
/* No masks in this instruction set: parts go through memory, at the edges alone. */
typedef size_t vpart;
#define V_PART(n) ((vpart)(n))

static inline vec lhi_load_part(const real *p, vpart n)
{
    real all[LANES] = {0};

    memcpy(all, p, n * sizeof *p);
    return V_LOAD(all);
}

static inline void lhi_store_part(real *p, vpart n, vec v)
{
    real all[LANES];

    V_STORE(all, v);
    memcpy(p, all, n * sizeof *p);
}
#define V_LOAD_PART(p, m)     lhi_load_part(p, m)
#define V_STORE_PART(p, m, v) lhi_store_part(p, m, v)
#endif

/* Transposes LANES vectors: vector i becomes lane i of every vector. */
static inline __attribute__((always_inline)) void v_transpose(vec *row)
{
#if LANES > 1
    for (size_t step = 1; step < LANES; step *= 2) {
        vec mixed[LANES];

#pragma GCC unroll 16
        for (size_t i = 0; i < LANES / 2; i++) {
            mixed[2 * i] = V_MIX_LOW(row[i], row[i + LANES / 2]);
            mixed[2 * i + 1] = V_MIX_HIGH(row[i], row[i + LANES / 2]);
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < LANES; i++)
            row[i] = mixed[i];
    }
#else
    (void)row;
#endif
}

#endif
