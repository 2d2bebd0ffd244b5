/* sgd.c -- gradient descent, NOTES 22: theta := theta - alpha g. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim_impl.h"

INLINE void loop(const int plain, real *restrict theta, const real *restrict grad,
                 void *const *slot, size_t n, const lhi_rule *r)
{
    const LH_T(lhi_pull) p = pull_of(r);
    const real alpha = (real)r->rate;

    (void)slot;
    for (size_t i = 0; i < n; i++) {
        const real g = pulled(plain, &p, grad[i], theta[i]);

        theta[i] = kept(plain, &p, theta[i]) - alpha * g;
    }
}

LHI_MOVER(sgd, .begin = NULL);
