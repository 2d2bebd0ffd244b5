/* momentum.c -- heavy ball (Polyak 1964): v := mu v + g, theta := theta - alpha v. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim_impl.h"

INLINE void loop(const int plain, real *restrict theta, const real *restrict grad,
                 void *const *slot, size_t n, const lhi_rule *r)
{
    const LH_T(lhi_pull) p = pull_of(r);
    const real alpha = (real)r->rate, mu = (real)r->number[1];
    real *restrict v = slot[0];

    for (size_t i = 0; i < n; i++) {
        const real g = pulled(plain, &p, grad[i], theta[i]);

        v[i] = mu * v[i] + g;
        theta[i] = kept(plain, &p, theta[i]) - alpha * v[i];
    }
}

LHI_MOVER(momentum, .begin = NULL);
