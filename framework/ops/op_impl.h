/* op_impl.h -- all that an op file includes. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OP_IMPL_H
#define LHI_OP_IMPL_H

#include "framework/base/rng.h"
#include "framework/kernels/kernels.h"
#include "framework/kernels/math.h"
#include "framework/kernels/real.h"
#include "framework/tape/fuses.h"

#include <longhand/op.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Names the op after its file.  An op that leaves one of these out does not compile. */
#define LH_DEFINE_OP(id, ...)                                                       \
    extern const lh_op LH_T(lhi_op_##id);                                           \
    const lh_op LH_T(lhi_op_##id) = {                                               \
        .size = sizeof(lh_op), .name = #id, .forward = forward, .backward = backward, \
        .jvp = jvp, .analytic = analytic, LH_EVIDENCE .cases = cases, __VA_ARGS__}

/* What only the widest type needs: an op file has it between #if LH_IS_WIDE and #endif. */
#if LH_IS_WIDE
#define LH_EVIDENCE .hand = hand, .value_bound = value_bound, .grad_bound = grad_bound,
#else
#define LH_EVIDENCE
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
static inline int lhi_shape_same(const lh_op *op, const lh_shape *in, const double *number,
                                 lh_shape *out, char *why, size_t room)
{
    (void)op, (void)number, (void)why, (void)room;
    *out = in[0];
    return 0;
}

/* Shape rule of a loss: two operands of one shape, a scalar comes out. */
static inline int lhi_shape_loss(const lh_op *op, const lh_shape *in, const double *number,
                                 lh_shape *out, char *why, size_t room)
{
    (void)op, (void)number;
    *out = (lh_shape){1, 1};
    if (in[0].rows == in[1].rows && in[0].cols == in[1].cols)
        return 0;
    snprintf(why, room, "prediction and label must have one shape");
    return -1;
}

/* About a dozen operations an element; the transcendental ones cost that much more. */
static inline double lhi_flops_elementwise(const lh_call *s)
{
    return 12.0 * (double)s->in[0]->rows * (double)s->in[0]->cols;
}

static inline size_t lhi_elements(const lh_slot *a)
{
    return a->rows * a->cols;
}

/* --- the complex step: value + i tangent, the tangent tiny --- */

typedef struct lhi_complex {
    real re, im;
} lhi_complex;

static inline lhi_complex lhi_complex_at(const lh_slot *a, size_t i)
{
    return (lhi_complex){((const real *)a->value)[i], ((const real *)a->tangent)[i]};
}

static inline lhi_complex lhi_mul(lhi_complex a, lhi_complex b)
{
    return (lhi_complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static inline lhi_complex lhi_div(lhi_complex a, lhi_complex b)
{
    const real size = b.re * b.re + b.im * b.im;

    return (lhi_complex){(a.re * b.re + a.im * b.im) / size, (a.im * b.re - a.re * b.im) / size};
}

/* e^re (cos im + i sin im) */
static inline lhi_complex lhi_exp(lhi_complex z)
{
    return (lhi_complex){k_exp(z.re), k_exp(z.re) * z.im};
}

/* log |z| + i atan(im / re) */
static inline lhi_complex lhi_log(lhi_complex z)
{
    return (lhi_complex){k_log(z.re), z.im / z.re};
}

/* --- running error bounds (N. Higham, Accuracy and Stability of Numerical Algorithms, 2002,
 * sections 3.1 to 3.3): doubles, a few roundings of which no bound is short by more than it is
 * long elsewhere --- */

/* A chain of n roundings is off by gamma times the sum of the sizes of its terms. */
static inline double lhi_gamma(double n, const lh_rounding *r)
{
    return n * r->u < 1 ? n * r->u / (1 - n * r->u) : (double)INFINITY;
}

static inline double lhi_size(const lh_slot *a, size_t i)
{
    return (double)R_ABS(((const real *)a->value)[i]);
}

static inline double lhi_grad_size(const lh_slot *a, size_t i)
{
    return (double)R_ABS(((const real *)a->grad)[i]);
}

#endif
