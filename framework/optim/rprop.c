/* rprop.c -- RPROP without backtracking of weights (Riedmiller and Braun 1993; iRPROP-, Igel and
 * Huesken 2000): each element has a step d of its own, which grows while g keeps its sign; when
 * it turns d shrinks and g counts as 0.  theta := theta - sign(g) d.  For whole batches. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim_impl.h"

/* d is 0 before the first move alone, and then begins at alpha. */
INLINE void loop(const int plain, real *restrict theta, const real *restrict grad,
                 void *const *slot, size_t n, const lhi_rule *r)
{
    const LH_T(lhi_pull) p = pull_of(r);
    const real alpha = (real)r->rate, fall = (real)r->number[1], rise = (real)r->number[2];
    const real least = (real)r->number[3], most = (real)r->number[4];
    real *restrict step = slot[0], *restrict last = slot[1];

    for (size_t i = 0; i < n; i++) {
        real g = pulled(plain, &p, grad[i], theta[i]);
        const real turn = g * last[i];
        real d = step[i] == 0 ? alpha : step[i];

        d = turn > 0 ? d * rise : turn < 0 ? d * fall : d;
        d = d < least ? least : d > most ? most : d;
        g = turn < 0 ? 0 : g;
        step[i] = d;
        last[i] = g;
        theta[i] = kept(plain, &p, theta[i]) - (g > 0 ? d : g < 0 ? -d : g);
    }
}

LHI_MOVER(rprop, .begin = NULL);
