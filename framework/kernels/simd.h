/* simd.h -- a vector of reals: the few operations that the kernels with registers need.
 *
 * Besides arithmetic: parts of a vector (the last columns of a matrix), the two pieces
 * of relu, and the two shuffles that transpose a block. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SIMD_H
#define LHI_SIMD_H

#include "framework/kernels/real.h"

#include <string.h>

/* V_PART(n) chooses the first n lanes, 1..LANES; loads of a part leave zeros elsewhere.
 * V_CUT(x) is x <= 0 ? 0 : x and V_KEEP(a, x) is a == 0 ? 0 : x, in each lane; a NaN is
 * neither <= 0 nor == 0.  V_MIX_LOW(a, b) is a0 b0 a1 b1 ..., V_MIX_HIGH(a, b) the rest.
 * A tile of C is TILE_ROWS rows of TILE_VECS vectors, as many as the registers hold. */

#if defined(__AVX512F__) && LHI_TYPE == 32
#include <immintrin.h>
typedef __m512 vec;
typedef __mmask16 vpart;
#define LANES 16
#define V_LOAD(p)            _mm512_loadu_ps(p)
#define V_STORE(p, v)        _mm512_storeu_ps(p, v)
#define V_STORE_FIRST(p, v)  _mm_store_ss(p, _mm512_castps512_ps128(v))
#define V_PART(n)            ((vpart)((1u << (n)) - 1))
#define V_LOAD_PART(p, m)    _mm512_maskz_loadu_ps(m, p)
#define V_STORE_PART(p, m, v) _mm512_mask_storeu_ps(p, m, v)
#define V_ALL(x)             _mm512_set1_ps(x)
#define V_FMA(a, b, c)       _mm512_fmadd_ps(a, b, c)
#define V_ADD(a, b)          _mm512_add_ps(a, b)
#define V_SUB(a, b)          _mm512_sub_ps(a, b)
#define V_MUL(a, b)          _mm512_mul_ps(a, b)
#define V_CUT(x) \
    _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NLE_UQ), x)
#define V_KEEP(a, x) \
    _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_NEQ_UQ), x)
#define V_MIX_LOW(a, b)                                                                  \
    _mm512_permutex2var_ps(a,                                                            \
                           _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, \
                                             22, 7, 23),                                 \
                           b)
#define V_MIX_HIGH(a, b)                                                                     \
    _mm512_permutex2var_ps(a,                                                                \
                           _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, \
                                             30, 15, 31),                                    \
                           b)
#define TILE_ROWS 12
#define TILE_VECS 2

#elif defined(__AVX512F__) && LHI_TYPE == 64
#include <immintrin.h>
typedef __m512d vec;
typedef __mmask8 vpart;
#define LANES 8
#define V_LOAD(p)            _mm512_loadu_pd(p)
#define V_STORE(p, v)        _mm512_storeu_pd(p, v)
#define V_STORE_FIRST(p, v)  _mm_store_sd(p, _mm512_castpd512_pd128(v))
#define V_PART(n)            ((vpart)((1u << (n)) - 1))
#define V_LOAD_PART(p, m)    _mm512_maskz_loadu_pd(m, p)
#define V_STORE_PART(p, m, v) _mm512_mask_storeu_pd(p, m, v)
#define V_ALL(x)             _mm512_set1_pd(x)
#define V_FMA(a, b, c)       _mm512_fmadd_pd(a, b, c)
#define V_ADD(a, b)          _mm512_add_pd(a, b)
#define V_SUB(a, b)          _mm512_sub_pd(a, b)
#define V_MUL(a, b)          _mm512_mul_pd(a, b)
#define V_CUT(x) \
    _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_NLE_UQ), x)
#define V_KEEP(a, x) \
    _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(a, _mm512_setzero_pd(), _CMP_NEQ_UQ), x)
#define V_MIX_LOW(a, b) \
    _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b)
#define V_MIX_HIGH(a, b) \
    _mm512_permutex2var_pd(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b)
#define TILE_ROWS 12
#define TILE_VECS 2

#elif defined(__AVX2__) && defined(__FMA__) && LHI_TYPE == 32
#include <immintrin.h>
typedef __m256 vec;
typedef __m256i vpart;
#define LANES 8
#define V_LOAD(p)            _mm256_loadu_ps(p)
#define V_STORE(p, v)        _mm256_storeu_ps(p, v)
#define V_STORE_FIRST(p, v)  _mm_store_ss(p, _mm256_castps256_ps128(v))
#define V_PART(n) \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define V_LOAD_PART(p, m)    _mm256_maskload_ps(p, m)
#define V_STORE_PART(p, m, v) _mm256_maskstore_ps(p, m, v)
#define V_ALL(x)             _mm256_set1_ps(x)
#define V_FMA(a, b, c)       _mm256_fmadd_ps(a, b, c)
#define V_ADD(a, b)          _mm256_add_ps(a, b)
#define V_SUB(a, b)          _mm256_sub_ps(a, b)
#define V_MUL(a, b)          _mm256_mul_ps(a, b)
#define V_CUT(x)     _mm256_and_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NLE_UQ), x)
#define V_KEEP(a, x) _mm256_and_ps(_mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_NEQ_UQ), x)
#define V_MIX_LOW(a, b) \
    _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x20)
#define V_MIX_HIGH(a, b) \
    _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x31)
#define TILE_ROWS 6
#define TILE_VECS 2

#elif defined(__AVX2__) && defined(__FMA__) && LHI_TYPE == 64
#include <immintrin.h>
typedef __m256d vec;
typedef __m256i vpart;
#define LANES 4
#define V_LOAD(p)            _mm256_loadu_pd(p)
#define V_STORE(p, v)        _mm256_storeu_pd(p, v)
#define V_STORE_FIRST(p, v)  _mm_store_sd(p, _mm256_castpd256_pd128(v))
#define V_PART(n) \
    _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)(n)), _mm256_setr_epi64x(0, 1, 2, 3))
#define V_LOAD_PART(p, m)    _mm256_maskload_pd(p, m)
#define V_STORE_PART(p, m, v) _mm256_maskstore_pd(p, m, v)
#define V_ALL(x)             _mm256_set1_pd(x)
#define V_FMA(a, b, c)       _mm256_fmadd_pd(a, b, c)
#define V_ADD(a, b)          _mm256_add_pd(a, b)
#define V_SUB(a, b)          _mm256_sub_pd(a, b)
#define V_MUL(a, b)          _mm256_mul_pd(a, b)
#define V_CUT(x)     _mm256_and_pd(_mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_NLE_UQ), x)
#define V_KEEP(a, x) _mm256_and_pd(_mm256_cmp_pd(a, _mm256_setzero_pd(), _CMP_NEQ_UQ), x)
#define V_MIX_LOW(a, b) \
    _mm256_permute2f128_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b), 0x20)
#define V_MIX_HIGH(a, b) \
    _mm256_permute2f128_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b), 0x31)
#define TILE_ROWS 6
#define TILE_VECS 2

#elif defined(__ARM_NEON) && defined(__aarch64__) && LHI_TYPE == 32
#include <arm_neon.h>
typedef float32x4_t vec;
#define LANES 4
#define LHI_PARTS_BY_COPY
#define V_LOAD(p)            vld1q_f32(p)
#define V_STORE(p, v)        vst1q_f32(p, v)
#define V_STORE_FIRST(p, v)  vst1q_lane_f32(p, v, 0)
#define V_ALL(x)             vdupq_n_f32(x)
#define V_FMA(a, b, c)       vfmaq_f32(c, a, b)
#define V_ADD(a, b)          vaddq_f32(a, b)
#define V_SUB(a, b)          vsubq_f32(a, b)
#define V_MUL(a, b)          vmulq_f32(a, b)
#define V_CUT(x)     vbslq_f32(vcleq_f32(x, vdupq_n_f32(0)), vdupq_n_f32(0), x)
#define V_KEEP(a, x) vbslq_f32(vceqq_f32(a, vdupq_n_f32(0)), vdupq_n_f32(0), x)
#define V_MIX_LOW(a, b)      vzip1q_f32(a, b)
#define V_MIX_HIGH(a, b)     vzip2q_f32(a, b)
#define TILE_ROWS 8
#define TILE_VECS 2

#elif defined(__ARM_NEON) && defined(__aarch64__) && LHI_TYPE == 64
#include <arm_neon.h>
typedef float64x2_t vec;
#define LANES 2
#define LHI_PARTS_BY_COPY
#define V_LOAD(p)            vld1q_f64(p)
#define V_STORE(p, v)        vst1q_f64(p, v)
#define V_STORE_FIRST(p, v)  vst1q_lane_f64(p, v, 0)
#define V_ALL(x)             vdupq_n_f64(x)
#define V_FMA(a, b, c)       vfmaq_f64(c, a, b)
#define V_ADD(a, b)          vaddq_f64(a, b)
#define V_SUB(a, b)          vsubq_f64(a, b)
#define V_MUL(a, b)          vmulq_f64(a, b)
#define V_CUT(x)     vbslq_f64(vcleq_f64(x, vdupq_n_f64(0)), vdupq_n_f64(0), x)
#define V_KEEP(a, x) vbslq_f64(vceqq_f64(a, vdupq_n_f64(0)), vdupq_n_f64(0), x)
#define V_MIX_LOW(a, b)      vzip1q_f64(a, b)
#define V_MIX_HIGH(a, b)     vzip2q_f64(a, b)
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
#define TILE_ROWS 4
#define TILE_VECS 4
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
