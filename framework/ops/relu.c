/* relu.c -- A = max(0, Z), element by element; a NaN goes through. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/op_impl.h"

/* NOTES 2, 4.  z <= 0 is false for a NaN, so that a broken run does not look healthy. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->out->cols;
    const real *z = s->in[0]->value;
    real *a = s->out->value;

    LH_APART
    for (size_t i = from * n; i < to * n; i++)
        a[i] = z[i] <= 0 ? 0 : z[i];
}

/* NOTES 15, 19: dZ += dA * g'(Z), with g'(0) = 0.  A > 0 exactly where Z > 0. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->out->cols;
    const real *a = s->out->value, *da = s->out->grad;
    real *dz = s->in[operand]->grad;

    LH_GIVE(dz, t, n, a[i] == 0 ? 0 : da[i]);
}

static void jvp(const lh_call *s)
{
    const real *z = s->in[0]->value, *tz = s->in[0]->tangent;
    real *ta = s->out->tangent;

    for (size_t i = 0; i < lh_elements(s->out); i++)
        ta[i] = z[i] <= 0 ? 0 : tz[i];
}

/* In the piece that the value chooses. */
static void analytic(const lh_call *s)
{
    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const lh_complex z = lh_complex_at(s->in[0], i);

        ((real *)s->out->tangent)[i] = z.re <= 0 ? 0 : z.im;
    }
}

#if LH_IS_WIDE
/* By cases on Z itself: the slope is 1 to the right of 0, and 0 elsewhere. */
static void hand(const lh_call *s)
{
    const real *z = s->in[0]->value, *da = s->out->grad;
    real *dz = s->in[0]->grad;

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        if (z[i] > 0 || z[i] != z[i])
            dz[i] += da[i];
    }
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    (void)r;
    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const double off = s->in[0]->off[i];

        s->out->off[i] = (double)((const real *)s->in[0]->value)[i] < -off ? 0 : off;
    }
}

/* Where rounding may have chosen the other piece, the whole of dA may be wrong.  Z is compared in
 * its own type: what is 0 as a double may be more in wide. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const lh_slot *in = s->in[operand];

    for (size_t i = 0; i < lh_elements(s->out); i++) {
        const real z = ((const real *)in->value)[i], z_off = (real)in->off[i];
        const double da = lh_grad_size_at(s->out, i), off = s->out->grad_off[i];

        if (z > z_off)
            in->grad_off[i] += off + lh_gamma(r->adds, r) * (da + off);
        else if (!(z < -z_off) && z_off > 0)
            in->grad_off[i] += da + off;
    }
}
#endif

static const lh_case cases[] = {
    {.why = "ordinary values",   .in = {{5, 3}},   .lo = -2, .hi = 2},
    {.why = "one element",       .in = {{1, 1}},   .lo = -2, .hi = 2},
    {.why = "all cut off",       .in = {{4, 4}},   .lo = -2, .hi = -1},
    {.why = "exactly at the kink", .in = {{3, 3}}, .lo = 0,  .hi = 0},
    {.why = "many rows",         .in = {{300, 3}}, .lo = -2, .hi = 2},
    {0}
};

static const lh_lines lines = {
    .forward = "max(0, #1)", .backward = {"d#0 * [#1 > 0]"}
};

static size_t pieces(const lh_call *s, unsigned char *piece)
{
    const real *z = s->in[0]->value;

    for (size_t i = 0; piece && i < lh_elements(s->out); i++)
        piece[i] = z[i] > 0;
    return lh_elements(s->out);
}

static const lhi_fuses fuses = {.ends = LHI_ENDS_CUT | LHI_ENDS_KEEP};

LH_DEFINE_OP(relu, .n_in = 1, .shape = lh_shape_same, .flops = lh_flops_elementwise,
             .lines = &lines,
             .reads = LH_READS_OUT, .pieces = pieces, .fuses = &fuses, .pointwise = 1);
