/* sigmoid.c -- A = sigma(Z) = 1/(1 + exp(-Z)), element by element. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

/* NOTES 6, 9. */
static void forward(const lh_step *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *z = s->in[0]->value;
    real *a = s->out->value;

    LH_APART
    for (size_t i = from * n; i < to * n; i++)
        a[i] = k_sigmoid(z[i]);
}

/* NOTES 10: dZ += dA * A(1 - A).  It reads A and never Z. */
static void backward(const lh_step *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *a = s->out->value, *da = s->out->grad;
    real *dz = s->in[operand]->grad;

    LH_GIVE(dz, t, n, da[i] * (a[i] * ((real)1 - a[i])));
}

static void jvp(const lh_step *s)
{
    const real *a = s->out->value, *tz = s->in[0]->tangent;
    real *ta = s->out->tangent;

    for (size_t i = 0; i < lhi_elements(s->out); i++)
        ta[i] = tz[i] * (a[i] * ((real)1 - a[i]));
}

/* The quotient rule before it is simplified, from Z alone: it shares no intermediate
 * with backward(), so a mistake in A cannot hide in both. */
static void hand(const lh_step *s)
{
    const real *z = s->in[0]->value, *da = s->out->grad;
    real *dz = s->in[0]->grad;

    for (size_t i = 0; i < lhi_elements(s->out); i++) {
        const real e = k_exp(-R_ABS(z[i])); /* the slope is even in Z */

        dz[i] += da[i] * e / (((real)1 + e) * ((real)1 + e));
    }
}

static const char *const derivation[] = {
    "A = (1 + e^-Z)^-1",
    "dA/dZ = -(1 + e^-Z)^-2 (-e^-Z) = e^-Z / (1 + e^-Z)^2",
    "      = 1/(1 + e^-Z) * (1 + e^-Z - 1)/(1 + e^-Z) = A (1 - A)",
    "dZ = dA * A (1 - A)",
    NULL
};

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
             " = 1/(1 + exp(-#1)) * (1 + exp(-#1) - 1)/(1 + exp(-#1))"
             " = sigma(#1) * (1 - sigma(#1))"
};

LH_DEFINE_OP(sigmoid, .n_in = 1, .shape = lhi_shape_same, .flops = lhi_flops_elementwise,
             .lines = &lines,
             .reads = LH_READS_OUT, .pointwise = 1, .formula = "\\sigma(#1)");
