/* simd.h -- a vector of reals: the five operations that the matrix product needs. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SIMD_H
#define LHI_SIMD_H

#include "framework/kernels/real.h"

#if defined(__AVX512F__) && LHI_TYPE == 32
#include <immintrin.h>
typedef __m512 vec;
#define LANES 16
#define V_LOAD(p)      _mm512_loadu_ps(p)
#define V_STORE(p, v)  _mm512_storeu_ps(p, v)
#define V_ALL(x)       _mm512_set1_ps(x)
#define V_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define TILE_ROWS 12
#define TILE_VECS 2

#elif defined(__AVX512F__) && LHI_TYPE == 64
#include <immintrin.h>
typedef __m512d vec;
#define LANES 8
#define V_LOAD(p)      _mm512_loadu_pd(p)
#define V_STORE(p, v)  _mm512_storeu_pd(p, v)
#define V_ALL(x)       _mm512_set1_pd(x)
#define V_FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define TILE_ROWS 12
#define TILE_VECS 2

#elif defined(__AVX2__) && defined(__FMA__) && LHI_TYPE == 32
#include <immintrin.h>
typedef __m256 vec;
#define LANES 8
#define V_LOAD(p)      _mm256_loadu_ps(p)
#define V_STORE(p, v)  _mm256_storeu_ps(p, v)
#define V_ALL(x)       _mm256_set1_ps(x)
#define V_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define TILE_ROWS 6
#define TILE_VECS 2

#elif defined(__AVX2__) && defined(__FMA__) && LHI_TYPE == 64
#include <immintrin.h>
typedef __m256d vec;
#define LANES 4
#define V_LOAD(p)      _mm256_loadu_pd(p)
#define V_STORE(p, v)  _mm256_storeu_pd(p, v)
#define V_ALL(x)       _mm256_set1_pd(x)
#define V_FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define TILE_ROWS 6
#define TILE_VECS 2

#elif defined(__ARM_NEON) && defined(__aarch64__) && LHI_TYPE == 32
#include <arm_neon.h>
typedef float32x4_t vec;
#define LANES 4
#define V_LOAD(p)      vld1q_f32(p)
#define V_STORE(p, v)  vst1q_f32(p, v)
#define V_ALL(x)       vdupq_n_f32(x)
#define V_FMA(a, b, c) vfmaq_f32(c, a, b)
#define TILE_ROWS 8
#define TILE_VECS 2

#elif defined(__ARM_NEON) && defined(__aarch64__) && LHI_TYPE == 64
#include <arm_neon.h>
typedef float64x2_t vec;
#define LANES 2
#define V_LOAD(p)      vld1q_f64(p)
#define V_STORE(p, v)  vst1q_f64(p, v)
#define V_ALL(x)       vdupq_n_f64(x)
#define V_FMA(a, b, c) vfmaq_f64(c, a, b)
#define TILE_ROWS 8
#define TILE_VECS 2

#else
typedef real vec;
#define LANES 1
#define V_LOAD(p)      (*(p))
#define V_STORE(p, v)  (*(p) = (v))
#define V_ALL(x)       (x)
#define V_FMA(a, b, c) R_FMA(a, b, c)
#define TILE_ROWS 4
#define TILE_VECS 4
#endif

#endif
