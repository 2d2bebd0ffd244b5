/* op_impl.h -- all that an op file includes; outside of the library, once for each type. */
/* SPDX-License-Identifier: MIT */
/* An op file of one's own is read three times, for float, double and long double: it ends with
 *
 *     #if !LH_IS_WIDE
 *     #include "swish.c"
 *     #endif
 *
 * and every name that it gives at file scope is LH_T(name), which is name_f32, name_f64 and
 * name_wide.  real is the type, and the functions of longhand/op/math.h (k_exp, k_log, k_log1p,
 * k_sigmoid, k_tanh, k_erf, k_sqrt) are those of the library: the same bits on every machine.
 * docs/own-op.md goes through experiments/own_op.c, one that works. */
#ifndef LHI_TYPE /* the library's own files are compiled for one type at a time */
#undef LH_OP_IMPL_H
#undef LH_OP_REAL_H
#undef LH_OP_MATH_H
#undef LH_OP_SUMS_H
#ifndef LH_TYPE
#define LH_TYPE    32
#define LH_VARIANT f32
#elif LH_TYPE == 32
#undef LH_TYPE
#undef LH_VARIANT
#define LH_TYPE    64
#define LH_VARIANT f64
#elif LH_TYPE == 64
#undef LH_TYPE
#undef LH_VARIANT
#define LH_TYPE    80
#define LH_VARIANT wide
#else
#error "an op file is read for three types; several ops are compiled as several files"
#endif
#endif

#ifndef LH_OP_IMPL_H
#define LH_OP_IMPL_H

#if defined(__GNUC__) && !defined(__clang__) && !defined(LHI_TYPE)
#pragma GCC optimize("fp-contract=off") /* a compiler's own fma would change bits */
#endif

#include <longhand/op.h>
#include <longhand/op/math.h>
#include <longhand/op/real.h>
#include <longhand/op/sums.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The members that every op has; own(name) is what its functions are called.  An op that leaves
 * one of these out does not compile. */
#define LH_OP_OF(own, id, ...)                                                           \
    {.size = sizeof(lh_op), .name = #id, .forward = own(forward), .backward = own(backward), \
     .jvp = own(jvp), .analytic = own(analytic), LH_EVIDENCE(own) .cases = own(cases), \
     __VA_ARGS__}

/* What only the widest type needs: an op file has it between #if LH_IS_WIDE and #endif. */
#undef LH_EVIDENCE
#if LH_IS_WIDE
#define LH_EVIDENCE(own) \
    .hand = own(hand), .value_bound = own(value_bound), .grad_bound = own(grad_bound),
#else
#define LH_EVIDENCE(own)
#endif

#ifndef LHI_TYPE
/* Defines the op in the type at hand. */
#define LH_DEFINE_OP(id, ...) \
    static const lh_op LH_T(id) = LH_OP_OF(LH_T, id, __VA_ARGS__)

/* In the last reading: an lh_family of the three, with what it computes; it initialises one. */
#define LH_FAMILY(id, text) {sizeof(lh_family), &id##_f32, &id##_f64, &id##_wide, text}
#endif

/* Each type has functions of its own. */
#define lh_shape_same        LH_T(lh_shape_same)
#define lh_shape_loss        LH_T(lh_shape_loss)
#define lh_flops_elementwise LH_T(lh_flops_elementwise)
#define lh_elements          LH_T(lh_elements)
#define lh_complex           LH_T(lh_complex)
#define lh_complex_at        LH_T(lh_complex_at)
#define lh_complex_mul       LH_T(lh_complex_mul)
#define lh_complex_div       LH_T(lh_complex_div)
#define lh_complex_exp       LH_T(lh_complex_exp)
#define lh_complex_log       LH_T(lh_complex_log)
#define lh_gamma             LH_T(lh_gamma)
#define lh_size_at           LH_T(lh_size_at)
#define lh_grad_size_at      LH_T(lh_grad_size_at)

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
 * expression in the element i: a chain from 0 in their order.  Eight rows are worked at once, x in
 * vectors (of few columns all rows in one, they lie in one piece) and the chains side by side. */
#define LH_TERMS(term, n, from, to, x)                                          \
    do {                                                                        \
        if ((n) == 1) {                                                         \
            LH_APART                                                            \
            for (size_t i = (from); i < (to); i++)                              \
                (term)[i] = (real)0 + (x);                                      \
            break;                                                              \
        }                                                                       \
        for (size_t r_ = (from); r_ < (to); r_ += 8) {                          \
            const size_t rows_ = (to) - r_ < 8 ? (to) - r_ : 8;                 \
            real sum_[8] = {0}, of_[8 * 32] = {0};                              \
                                                                                \
            for (size_t c_ = 0; c_ < (n); c_ += 32) {                           \
                const size_t cols_ = (n) - c_ < 32 ? (n) - c_ : 32;             \
                const size_t runs_ = cols_ == (n) ? 1 : rows_;                  \
                const size_t run_ = cols_ == (n) ? rows_ * (n) : cols_;         \
                                                                                \
                for (size_t k_ = 0; k_ < runs_; k_++) {                         \
                    const size_t at_ = (r_ + k_) * (n) + c_;                    \
                                                                                \
                    LH_APART                                                    \
                    for (size_t i = at_; i < at_ + run_; i++)                   \
                        of_[k_ * cols_ + i - at_] = (x);                        \
                }                                                               \
                for (size_t j_ = 0; j_ < cols_; j_++)                           \
                    for (size_t k_ = 0; k_ < 8; k_++)                           \
                        sum_[k_] += of_[k_ * cols_ + j_];                       \
            }                                                                   \
            for (size_t k_ = 0; k_ < rows_; k_++)                               \
                (term)[r_ + k_] = sum_[k_];                                     \
        }                                                                       \
    } while (0)

/* Shape rule: the shape of the one operand. */
static inline int lh_shape_same(const lh_op *op, const lh_shape *in, const double *number,
                                 lh_shape *out, char *why, size_t room)
{
    (void)op, (void)number, (void)why, (void)room;
    *out = in[0];
    return 0;
}

/* Shape rule of a loss: two operands of one shape, a scalar comes out. */
static inline int lh_shape_loss(const lh_op *op, const lh_shape *in, const double *number,
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
static inline double lh_flops_elementwise(const lh_call *s)
{
    return 12.0 * (double)s->in[0]->rows * (double)s->in[0]->cols;
}

static inline size_t lh_elements(const lh_slot *a)
{
    return a->rows * a->cols;
}

/* --- the complex step: value + i tangent, the tangent tiny --- */

typedef struct lh_complex {
    real re, im;
} lh_complex;

static inline lh_complex lh_complex_at(const lh_slot *a, size_t i)
{
    return (lh_complex){((const real *)a->value)[i], ((const real *)a->tangent)[i]};
}

static inline lh_complex lh_complex_mul(lh_complex a, lh_complex b)
{
    return (lh_complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static inline lh_complex lh_complex_div(lh_complex a, lh_complex b)
{
    const real size = b.re * b.re + b.im * b.im;

    return (lh_complex){(a.re * b.re + a.im * b.im) / size, (a.im * b.re - a.re * b.im) / size};
}

/* e^re (cos im + i sin im) */
static inline lh_complex lh_complex_exp(lh_complex z)
{
    return (lh_complex){k_exp(z.re), k_exp(z.re) * z.im};
}

/* log |z| + i atan(im / re) */
static inline lh_complex lh_complex_log(lh_complex z)
{
    return (lh_complex){k_log(z.re), z.im / z.re};
}

/* --- running error bounds (N. Higham, Accuracy and Stability of Numerical Algorithms, 2002,
 * sections 3.1 to 3.3): doubles, a few roundings of which no bound is short by more than it is
 * long elsewhere --- */

/* A chain of n roundings is off by gamma times the sum of the sizes of its terms. */
static inline double lh_gamma(double n, const lh_rounding *r)
{
    return n * r->u < 1 ? n * r->u / (1 - n * r->u) : (double)INFINITY;
}

static inline double lh_size_at(const lh_slot *a, size_t i)
{
    return (double)R_ABS(((const real *)a->value)[i]);
}

static inline double lh_grad_size_at(const lh_slot *a, size_t i)
{
    return (double)R_ABS(((const real *)a->grad)[i]);
}

#endif
