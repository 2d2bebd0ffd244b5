/* optim_impl.h -- what the file of an optimiser includes, and how each of them reads a gradient. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OPTIM_IMPL_H
#define LHI_OPTIM_IMPL_H

#include "framework/kernels/mover.h"

#include <longhand/op/real.h>

#define INLINE static inline __attribute__((always_inline))

/* A rule's common part in the element type. */
typedef struct LH_T(lhi_pull) {
    real scale, most, decay, keep;
} LH_T(lhi_pull);

INLINE LH_T(lhi_pull) pull_of(const lhi_rule *r)
{
    return (LH_T(lhi_pull)){(real)r->scale, (real)r->most, r->apart ? 0 : (real)r->decay,
                            r->apart ? (real)(1 - r->rate * r->decay) : 1};
}

/* g as it moves theta; a NaN passes.  Where nothing is common to all rules (`plain`), as it is. */
INLINE real pulled(const int plain, const LH_T(lhi_pull) *p, real g, real theta)
{
    if (plain)
        return g;
    g = p->scale * g;
    g = g > p->most ? p->most : g;
    g = g < -p->most ? -p->most : g;
    return g + p->decay * theta;
}

/* What a decay that stands apart leaves of theta. */
INLINE real kept(const int plain, const LH_T(lhi_pull) *p, real theta)
{
    return plain ? theta : p->keep * theta;
}

/* The loop of move(), once without and once with what is common to all rules: `plain` is a
 * constant in it.  Each operation rounds by itself. */
#define LHI_MOVER(name, ...)                                                              \
    static void move(void *value, const void *grad, void *const *slot, size_t n,          \
                     const lhi_rule *r)                                                   \
    {                                                                                     \
        if (r->plain)                                                                     \
            loop(1, value, grad, slot, n, r);                                             \
        else                                                                              \
            loop(0, value, grad, slot, n, r);                                             \
    }                                                                                     \
    LHI_MOVER_OF(name, .move = move, __VA_ARGS__)
#define LHI_MOVER_OF(name, ...)                                                           \
    extern const lhi_mover LH_T(lhi_mover_##name);                                        \
    const lhi_mover LH_T(lhi_mover_##name) = {__VA_ARGS__}

#endif
