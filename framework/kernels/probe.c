/* probe.c -- what the machine can do at most, and the product, for measurements. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"
#include "framework/kernels/simd.h"

/* Enough independent chains to cover the latency of a fused multiply-add on two ports,
 * few enough to stay in 16 registers together with both factors. */
enum { CHAINS = 12 };

/* Read at run time, so that no chain can be worked out before; x := x/2 + 1 tends to 2. */
static const volatile real half = (real)0.5, one = 1;

/* All lanes of some vectors. */
static inline double total(const vec *v, size_t n)
{
    real lane[LANES];
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        V_STORE(lane, v[i]);
        for (size_t l = 0; l < LANES; l++)
            sum += (double)lane[l];
    }
    return sum;
}

static double peak(size_t rounds)
{
    const vec a = V_ALL(half), b = V_ALL(one);
    vec chain[CHAINS], last[CHAINS];

#pragma GCC unroll 12
    for (size_t i = 0; i < CHAINS; i++)
        chain[i] = V_ALL((real)i);
    for (size_t r = 0; r < rounds; r++)
#pragma GCC unroll 12
        for (size_t i = 0; i < CHAINS; i++)
            chain[i] = V_FMA(chain[i], a, b);
#pragma GCC unroll 12
    for (size_t i = 0; i < CHAINS; i++)
        last[i] = chain[i]; /* the chains themselves must not have an address */
    return total(last, CHAINS);
}

static double read_all(const void *from, size_t n)
{
    enum { SUMS = 8 };
    const real *x = from;
    const vec b = V_ALL(one);
    vec sum[SUMS], last[SUMS];

#pragma GCC unroll 8
    for (size_t s = 0; s < SUMS; s++)
        sum[s] = V_ALL((real)0);
    for (size_t i = 0; i + SUMS * LANES <= n; i += SUMS * LANES)
#pragma GCC unroll 8
        for (size_t s = 0; s < SUMS; s++)
            sum[s] = V_FMA(V_LOAD(x + i + s * LANES), b, sum[s]);
#pragma GCC unroll 8
    for (size_t s = 0; s < SUMS; s++)
        last[s] = sum[s];
    return total(last, SUMS);
}

static void copy(void *to, const void *from, size_t n)
{
    const real *restrict x = from;
    real *restrict y = to;

    for (size_t i = 0; i + LANES <= n; i += LANES)
        V_STORE(y + i, V_LOAD(x + i));
}

static void triad(void *to, const void *a, const void *b, size_t n)
{
    const real *restrict x = a, *restrict y = b;
    const vec s = V_ALL(half);
    real *restrict z = to;

    for (size_t i = 0; i + LANES <= n; i += LANES)
        V_STORE(z + i, V_FMA(s, V_LOAD(y + i), V_LOAD(x + i)));
}

static size_t multiply_work(size_t m, size_t k)
{
    return LH_T(lhi_gemm_work)(m, k) * sizeof(real);
}

static void multiply(size_t m, size_t n, size_t k, const void *a, const void *b, void *c,
                     void *work)
{
    LH_T(lhi_gemm)(m, n, k, (LH_T(lhi_matrix)){a, k, 1}, (LH_T(lhi_matrix)){b, n, 1}, c, n, 1,
                   NULL, work);
}

extern const lhi_probe LH_T(lhi_probe);
const lhi_probe LH_T(lhi_probe) = {peak, 2.0 * CHAINS * LANES, read_all, copy, triad, multiply_work,
                                   multiply};
