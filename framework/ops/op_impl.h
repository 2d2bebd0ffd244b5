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

/* The operations of each element of a loop do not depend on other elements, even where
 * the arrays that it reads and writes are one. */
#if LHI_TYPE == 80 /* has no vectors, and clang warns of what it cannot do */
#define LH_APART
#elif defined(__clang__)
#define LH_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define LH_APART _Pragma("GCC ivdep")
#endif

/* In backward(): gives x, an expression in i, to element i of the gradient d for every
 * element of part t of an array of n columns.  The first to give sets, others add. */
#define LH_GIVE(d, t, n, x)                                                     \
    do {                                                                        \
        const size_t past_ = ((t).i1 - 1) * (n) + (t).j1;                       \
                                                                                \
        if (s->fresh) {                                                         \
            LH_APART                                                            \
            for (size_t i = (t).i0 * (n) + (t).j0; i < past_; i++)              \
                (d)[i] = (x);                                                   \
        } else {                                                                \
            LH_APART                                                            \
            for (size_t i = (t).i0 * (n) + (t).j0; i < past_; i++)              \
                (d)[i] += (x);                                                  \
        }                                                                       \
    } while (0)

/* In forward() of a loss: the term of each row, the sum over its n columns of x, an
 * expression in the element i. */
#define LH_TERMS(term, n, from, to, x)                                          \
    do {                                                                        \
        if ((n) == 1) {                                                         \
            LH_APART                                                            \
            for (size_t i = (from); i < (to); i++)                              \
                (term)[i] = (real)0 + (x);                                      \
            break;                                                              \
        }                                                                       \
        for (size_t r_ = (from); r_ < (to); r_++) {                             \
            (term)[r_] = 0;                                                     \
            for (size_t i = r_ * (n); i < (r_ + 1) * (n); i++)                  \
                (term)[r_] += (x);                                              \
        }                                                                       \
    } while (0)

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
