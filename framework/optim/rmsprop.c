/* rmsprop.c -- RMSProp (Tieleman and Hinton 2012): s := beta2 s + (1 - beta2) g^2,
 * theta := theta - alpha g / (sqrt(s) + epsilon). */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim_impl.h"

INLINE void loop(const int plain, real *restrict theta, const real *restrict grad,
                 void *const *slot, size_t n, const lhi_rule *r)
{
    const LH_T(lhi_pull) p = pull_of(r);
    const real alpha = (real)r->rate, beta2 = (real)r->number[1];
    const real rest = (real)(1 - r->number[1]), epsilon = (real)r->number[2];
    real *restrict s = slot[0];

    for (size_t i = 0; i < n; i++) {
        const real g = pulled(plain, &p, grad[i], theta[i]);

        s[i] = R_FMA(rest * g, g, beta2 * s[i]);
        theta[i] = kept(plain, &p, theta[i]) - alpha * g / (R_SQRT(s[i]) + epsilon);
    }
}

LHI_MOVER(rmsprop, .begin = NULL);
