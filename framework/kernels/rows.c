/* rows.c -- the sum of the loss's terms, and gradient descent. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"

real LH_T(lhi_total)(size_t m, size_t most, const real *terms)
{
    const size_t shards = lhi_shard_count(m, most);
    real part[LHI_MOST_SHARDS] = {0};

    for (size_t s = 0; s < shards; s++)
        for (size_t i = lhi_cut(m, s, shards); i < lhi_cut(m, s + 1, shards); i++)
            part[s] += terms[i];
    LH_T(lhi_tree)(part, shards, 1, 1);
    return part[0];
}

/* NOTES 22: theta := theta - alpha dL/dtheta. */
static void descend(void *value, const void *grad, void *velocity, size_t n, double rate,
                    double momentum)
{
    real *restrict theta = value, *restrict v = velocity;
    const real *restrict g = grad;
    const real alpha = (real)rate, mu = (real)momentum;

    if (v)
        for (size_t i = 0; i < n; i++) {
            v[i] = mu * v[i] + g[i];
            theta[i] = theta[i] - alpha * v[i];
        }
    else
        for (size_t i = 0; i < n; i++)
            theta[i] = theta[i] - alpha * g[i];
}

extern const lhi_probe LH_T(lhi_probe);
extern const lhi_kernels LH_T(lhi_kernels);
const lhi_kernels LH_T(lhi_kernels) = {descend, &LH_T(lhi_probe)};
