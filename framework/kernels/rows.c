/* rows.c -- sums in a fixed order: of the loss's terms, and of products over parameters. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"

real LH_T(lhi_total)(size_t m, size_t most, const real *terms)
{
    return lh_total(m, most, terms);
}

/* As many chains as there are lanes, and then a tree over them. */
double LH_T(lhi_dot)(const real *a, const real *b, size_t n)
{
    enum { CHAINS = 16 };
    double chain[CHAINS] = {0};
    size_t i = 0;

    for (; i + CHAINS <= n; i += CHAINS)
        for (size_t l = 0; l < CHAINS; l++)
            chain[l] = __builtin_fma((double)a[i + l], (double)b[i + l], chain[l]);
    for (size_t l = 0; i + l < n; l++)
        chain[l] = __builtin_fma((double)a[i + l], (double)b[i + l], chain[l]);
    for (size_t step = 1; step < CHAINS; step *= 2)
        for (size_t l = 0; l < CHAINS; l += 2 * step)
            chain[l] += chain[l + step];
    return chain[0];
}

static double dot(const void *a, const void *b, size_t n)
{
    return LH_T(lhi_dot)(a, b, n);
}

static void gather(void *to, const void *from, double weight, int fresh, size_t n)
{
    real *restrict sum = to;
    const real *restrict x = from;
    const real w = (real)weight;

    if (fresh)
        for (size_t i = 0; i < n; i++)
            sum[i] = w * x[i];
    else
        for (size_t i = 0; i < n; i++)
            sum[i] = R_FMA(w, x[i], sum[i]);
}

extern const lhi_probe LH_T(lhi_probe);
extern const lhi_kernels LH_T(lhi_kernels);
const lhi_kernels LH_T(lhi_kernels) = {dot, gather, &LH_T(lhi_probe)};
