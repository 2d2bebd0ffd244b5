/* adam.c -- Adam (Kingma and Ba, ICLR 2015): m := beta1 m + (1 - beta1) g,
 * v := beta2 v + (1 - beta2) g^2, theta := theta - alpha m' / (sqrt(v') + epsilon), where
 * m' = m/(1 - beta1^t) and v' = v/(1 - beta2^t) at move t.  AdamW (Loshchilov and Hutter, ICLR
 * 2019) is this with a decay that stands apart from g. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim_impl.h"

static void begin(lhi_rule *r, uint64_t move)
{
    r->of_step[0] = 1 - lhi_power(r->number[1], move);
    r->of_step[1] = __builtin_sqrt(1 - lhi_power(r->number[2], move));
}

/* alpha' = alpha/(1 - beta1^t) and epsilon' = epsilon sqrt(1 - beta2^t): then the step is
 * alpha' sqrt(1 - beta2^t) m / (sqrt(v) + epsilon'), with one division an element. */
INLINE void loop(const int plain, real *restrict theta, const real *restrict grad,
                 void *const *slot, size_t n, const lhi_rule *r)
{
    const LH_T(lhi_pull) p = pull_of(r);
    const real alpha = (real)(r->rate / r->of_step[0] * r->of_step[1]);
    const real epsilon = (real)(r->number[3] * r->of_step[1]);
    const real beta1 = (real)r->number[1], rest1 = (real)(1 - r->number[1]);
    const real beta2 = (real)r->number[2], rest2 = (real)(1 - r->number[2]);
    real *restrict m = slot[0], *restrict v = slot[1];

    for (size_t i = 0; i < n; i++) {
        const real g = pulled(plain, &p, grad[i], theta[i]);

        m[i] = R_FMA(rest1, g, beta1 * m[i]);
        v[i] = R_FMA(rest2 * g, g, beta2 * v[i]);
        theta[i] = kept(plain, &p, theta[i]) -
                   alpha * m[i] / (R_SQRT(v[i]) + epsilon);
    }
}

LHI_MOVER(adam, .begin = begin);
