/* rows.c -- the sum of the loss's terms, and gradient descent. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"

real LH_T(lhi_total)(size_t m, size_t most, const real *terms)
{
    return lh_total(m, most, terms);
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
