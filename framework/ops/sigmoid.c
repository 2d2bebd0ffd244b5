/* sigmoid.c -- A = sigma(Z) = 1/(1 + exp(-Z)), element by element. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

/* NOTES 6, 9. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *z = s->in[0]->value;
    real *a = s->out->value;

    LH_APART
    for (size_t i = from * n; i < to * n; i++)
        a[i] = k_sigmoid(z[i]);
}

/* NOTES 10: dZ += dA * A(1 - A).  It reads A and never Z. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *a = s->out->value, *da = s->out->grad;
    real *dz = s->in[operand]->grad;

    LH_GIVE(dz, t, n, da[i] * (a[i] * ((real)1 - a[i])));
}

static void jvp(const lh_call *s)
{
    const real *a = s->out->value, *tz = s->in[0]->tangent;
    real *ta = s->out->tangent;

    for (size_t i = 0; i < lh_elements(s->out); i++)
        ta[i] = tz[i] * (a[i] * ((real)1 - a[i]));
}

/* 1/(1 + e^-z), or e^z/(1 + e^z) on the left, where e^-z may be infinite. */
static void analytic(const lh_call *s)
{
    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const lh_complex z = lh_complex_at(s->in[0], i);
        const real side = z.re < 0 ? 1 : -1;
        const lh_complex e = lh_complex_exp((lh_complex){side * z.re, side * z.im});

        ((real *)s->out->tangent)[i] = lh_complex_div(z.re < 0 ? e : (lh_complex){1, 0},
                                               (lh_complex){1 + e.re, e.im}).im;
    }
}

#if LH_IS_WIDE
/* The quotient rule before it is simplified, from Z alone: it shares no intermediate
 * with backward(), so a mistake in A cannot hide in both. */
static void hand(const lh_call *s)
{
    const real *z = s->in[0]->value, *da = s->out->grad;
    real *dz = s->in[0]->grad;

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const real e = k_exp(-R_ABS(z[i])); /* the slope is even in Z */

        dz[i] += da[i] * e / (((real)1 + e) * ((real)1 + e));
    }
}

/* sigma'(z), small for large |z| without a loss of digits; it is even. */
static double slope_at(const lh_slot *z, size_t i)
{
    const double e = (double)k_exp(-R_ABS(((const real *)z->value)[i]));

    return e / ((1 + e) * (1 + e));
}

/* |sigma'| grows by e^off at most; sigma itself is good to 3u (make exhaustive). */
static void value_bound(const lh_call *s, const lh_rounding *r)
{
    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const double off = s->in[0]->off[i];
        const double slope = off < 0.5 ? slope_at(s->in[0], i) * (1 + 2 * off) : 0.25;

        s->out->off[i] = slope * off + 3 * r->u * lh_size_at(s->out, i) + r->tiny;
    }
}

/* dZ = dA (A(1 - A)): A off by a moves A(1 - A) by |1 - 2A| a + a^2 at most. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const double g = lh_gamma(8 + r->adds, r);

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const double slope = slope_at(s->in[operand], i), off = s->out->grad_off[i];
        const double a = lh_size_at(s->out, i), a_off = s->out->off[i];
        const double da = lh_grad_size_at(s->out, i) + off;

        s->in[operand]->grad_off[i] +=
            off * slope + da * (fabs(1 - 2 * a) * a_off + a_off * a_off + g * slope) +
            (da > 0 ? 4 * r->tiny : 0);
    }
}
#endif

/* Where A rounds to 1, A(1 - A) is 0 while the slope is exp(-Z): right to a unit
 * roundoff of dA, wrong in relative terms. */
static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 3}},   .lo = -4,   .hi = 4, .claim = LH_ABSOLUTE},
    {.why = "one element",     .in = {{1, 1}},   .lo = -1,   .hi = 1, .claim = LH_ABSOLUTE},
    {.why = "saturated",       .in = {{4, 2}},   .lo = -100, .hi = 100, .claim = LH_ABSOLUTE},
    {.why = "exactly 0",       .in = {{2, 2}},   .lo = 0,    .hi = 0, .claim = LH_ABSOLUTE},
    {.why = "many rows",       .in = {{300, 3}}, .lo = -9,   .hi = 9, .claim = LH_ABSOLUTE},
    {0}
};

static const lh_lines lines = {
    .forward = "sigma(#1) = 1/(1 + exp(-#1))",
    .backward = {"d#0 * #0 * (1 - #0)"},
    .slope = "-(1 + exp(-#1))^-2 * (-exp(-#1)) = exp(-#1)/(1 + exp(-#1))^2"
             " = 1/(1 + exp(-#1)) * ((1 + exp(-#1) - 1)/(1 + exp(-#1)))"
             " = sigma(#1) * (1 - sigma(#1))"
};

LH_DEFINE_OP(sigmoid, .n_in = 1, .shape = lh_shape_same, .flops = lh_flops_elementwise,
             .lines = &lines,
             .reads = LH_READS_OUT, .pointwise = 1);
