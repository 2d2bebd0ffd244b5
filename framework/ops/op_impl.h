/* op_impl.h -- all that an op file of the tree includes: what one outside does, and kernels. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OP_IMPL_H
#define LHI_OP_IMPL_H

#include "framework/base/rng.h"
#include "framework/kernels/kernels.h"
#include "framework/tape/fuses.h"

#include <longhand/op_impl.h>

/* How far what is passed on may be off: by what came in, and g of the sum that it goes into. */
static inline double lhi_passed_off(const lh_slot *out, size_t e, double g)
{
    const double off = out->grad_off[e];

    return off + g * (lh_grad_size_at(out, e) + off);
}

/* Names the op after its file. */
#define LHI_OWN(name) name
#define LH_DEFINE_OP(id, ...)             \
    extern const lh_op LH_T(lhi_op_##id); \
    const lh_op LH_T(lhi_op_##id) = LH_OP_OF(LHI_OWN, id, __VA_ARGS__)

#endif
