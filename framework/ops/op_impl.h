/* op_impl.h -- all that an op file includes. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OP_IMPL_H
#define LHI_OP_IMPL_H

#include "framework/kernels/kernels.h"
#include "framework/kernels/math.h"
#include "framework/kernels/real.h"

#include <longhand/op.h>

#include <stdio.h>
#include <string.h>

/* Names the op after its file.  An op without forward, backward, jvp, hand, cases or
 * derivation does not compile. */
#define LH_DEFINE_OP(id, ...)                                                       \
    extern const lh_op LH_T(lhi_op_##id);                                           \
    const lh_op LH_T(lhi_op_##id) = {                                               \
        .name = #id, .forward = forward, .backward = backward, .jvp = jvp,          \
        .hand = hand, .derivation = derivation, .cases = cases, __VA_ARGS__}

/* Shape rule: the shape of the one operand. */
static inline int lhi_shape_same(const lh_shape *in, lh_shape *out, char *why, size_t room)
{
    (void)why, (void)room;
    *out = in[0];
    return 0;
}

/* Shape rule of a loss: two operands of one shape, a scalar comes out. */
static inline int lhi_shape_loss(const lh_shape *in, lh_shape *out, char *why, size_t room)
{
    *out = (lh_shape){1, 1};
    if (in[0].rows == in[1].rows && in[0].cols == in[1].cols)
        return 0;
    snprintf(why, room, "prediction and label must have one shape");
    return -1;
}

/* About a dozen operations an element; the transcendental ones cost that much more. */
static inline double lhi_flops_elementwise(const lh_step *s)
{
    return 12.0 * (double)s->in[0]->rows * (double)s->in[0]->cols;
}

static inline size_t lhi_elements(const lh_slot *a)
{
    return a->rows * a->cols;
}

#endif
