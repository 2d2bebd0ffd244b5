/* own_huber.c -- a loss from outside, for test_own_op.c: quadratic near 0, linear beyond. */
/* SPDX-License-Identifier: MIT */
#include <longhand/op_impl.h>

/* h(r) of r = A - y: r^2/2 where |r| <= d, else d (|r| - d/2). */
static inline real LH_T(of)(real r, real d)
{
    return R_ABS(r) <= d ? (real)0.5 * r * r : d * (R_ABS(r) - (real)0.5 * d);
}

static inline real LH_T(slope)(real r, real d)
{
    return r > d ? d : r < -d ? -d : r;
}

static void LH_T(forward)(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->in[0]->cols;
    const real *a = s->in[0]->value, *y = s->in[1]->value, d = (real)s->number[0];
    real *term = s->terms;

    LH_TERMS(term, n, from, to, LH_T(of)(a[i] - y[i], d));
}

static void LH_T(finish)(const lh_call *s)
{
    *(real *)s->out->value = lh_total(s->in[0]->rows, s->shards, s->terms) / (real)s->m;
}

static void LH_T(backward)(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->in[0]->cols;
    const real *a = s->in[0]->value, *y = s->in[1]->value, d = (real)s->number[0];
    const real scale = *(const real *)s->out->grad / (real)s->m;
    real *da = s->in[operand]->grad;

    LH_GIVE(da, t, n, scale * LH_T(slope)(a[i] - y[i], d));
}

static void LH_T(jvp)(const lh_call *s)
{
    const real *a = s->in[0]->value, *y = s->in[1]->value, *ta = s->in[0]->tangent;
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++)
        sum += ta[i] * LH_T(slope)(a[i] - y[i], (real)s->number[0]);
    *(real *)s->out->tangent = sum / (real)s->m;
}

static void LH_T(analytic)(const lh_call *s)
{
    const real *y = s->in[1]->value, d = (real)s->number[0];
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        lh_complex r = lh_complex_at(s->in[0], i);

        r.re -= y[i];
        sum += R_ABS(r.re) <= d ? (real)0.5 * lh_complex_mul(r, r).im : r.re > 0 ? d * r.im
                                                                                 : -d * r.im;
    }
    *(real *)s->out->tangent = sum / (real)s->m;
}

#if LH_IS_WIDE
/* d r/max(|r|, d) */
static void LH_T(hand)(const lh_call *s)
{
    const real *a = s->in[0]->value, *y = s->in[1]->value, d = (real)s->number[0];
    const real dl = *(const real *)s->out->grad;
    real *da = s->in[0]->grad;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const real r = a[i] - y[i], size = R_ABS(r);

        da[i] += dl * (d * r / (size > d ? size : d)) / (real)s->m;
    }
}

static double LH_T(size)(const lh_call *s, size_t i)
{
    return (double)R_ABS(((const real *)s->in[0]->value)[i] - ((const real *)s->in[1]->value)[i]);
}

/* |h'| <= d. */
static void LH_T(value_bound)(const lh_call *s, const lh_rounding *r)
{
    const size_t cells = lh_elements(s->in[0]);
    const double g = lh_gamma((double)cells + 10, r), d = s->number[0];
    double sum = 0;

    for (size_t i = 0; i < cells; i++)
        sum += d * s->in[0]->off[i] + g * d * (LH_T(size)(s, i) + s->in[0]->off[i]) + 4 * r->tiny;
    *s->out->off = sum / (double)s->m;
}

/* h' moves as r does, at most. */
static void LH_T(grad_bound)(const lh_call *s, int operand, const lh_rounding *r)
{
    const double dl = lh_grad_size_at(s->out, 0), off = *s->out->grad_off, d = s->number[0];
    const double g = lh_gamma(10 + r->adds, r);

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const double size = LH_T(size)(s, i), slope = size < d ? size : d;
        const double moved = s->in[0]->off[i] + g * size;

        s->in[operand]->grad_off[i] +=
            (off * slope + (dl + off) * moved) / (double)s->m + 8 * r->tiny;
    }
}
#endif

static const lh_case LH_T(cases)[] = {
    {.why = "ordinary values", .in = {{5, 1}, {5, 1}},     .lo = -2, .hi = 2, .number = {1}},
    {.why = "one sample",      .in = {{1, 1}, {1, 1}},     .lo = -1, .hi = 1, .number = {0.5}},
    {.why = "several outputs", .in = {{7, 3}, {7, 3}},     .lo = -3, .hi = 3, .number = {2}},
    {.why = "several shards",  .in = {{300, 1}, {300, 1}}, .lo = -3, .hi = 3, .number = {1}},
    {0}
};

LH_DEFINE_OP(huber, .n_in = 2, .numbers = 1, .shape = lh_shape_loss, .finish = LH_T(finish),
             .terms = 1, .flops = lh_flops_elementwise, .no_grad = 2,
             .reads = LH_READS(0) | LH_READS(1), .output = "");

#if !LH_IS_WIDE
#include "own_huber.c"
#else
extern const lh_family huber;
const lh_family huber = LH_FAMILY(huber, "L = (1/m) sum(h(A - y)), h quadratic up to a number");
#endif
