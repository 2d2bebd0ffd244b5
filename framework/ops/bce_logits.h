/* bce_logits.h -- the loss bce(sigma(Z), y) from Z itself: all of an op but its cases. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_BCE_LOGITS_H
#define LHI_BCE_LOGITS_H

#include "framework/ops/op_impl.h"
#include "framework/ops/weights.h"

/* NOTES 7 with 6 put in: max(z,0) - y z + log1p(exp(-|z|)) of each row. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->in[0]->cols;
    const real *z = s->in[0]->value, *y = s->in[1]->value;
    real *term = s->terms;

    LH_TERMS(term, n, from, to,
             WEIGHT(i) * ((z[i] <= 0 ? 0 : z[i]) - y[i] * z[i] + k_log1p(k_exp(-R_ABS(z[i])))));
}

static void finish(const lh_call *s)
{
    const real sum = LH_T(lhi_total)(s->in[0]->rows, s->shards, s->terms);

    *(real *)s->out->value = sum / (real)s->m;
}

/* NOTES 11: dZ += dL/m * (yhat - y), written (1-y) sigma(z) - y sigma(-z): that is the same
 * number, and stays right where yhat is so near to y that the difference would cancel. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->in[0]->cols;
    const real *z = s->in[0]->value, *y = s->in[1]->value;
    const real scale = *(const real *)s->out->grad / (real)s->m;
    real *dz = s->in[operand]->grad;

    LH_GIVE(dz, t, n,
            scale * (WEIGHT(i) *
                     (((real)1 - y[i]) * k_sigmoid(z[i]) - y[i] * k_sigmoid(-z[i]))));
}

static void jvp(const lh_call *s)
{
    const real *z = s->in[0]->value, *y = s->in[1]->value, *tz = s->in[0]->tangent;
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++)
        sum += WEIGHT(i) * tz[i] * (((real)1 - y[i]) * k_sigmoid(z[i]) - y[i] * k_sigmoid(-z[i]));
    *(real *)s->out->tangent = sum / (real)s->m;
}

/* The forward formula in the piece that the value chooses. */
static void analytic(const lh_call *s)
{
    const real *y = s->in[1]->value;
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const lh_complex z = lh_complex_at(s->in[0], i);
        const real side = z.re > 0 ? 1 : -1;
        lh_complex e = lh_complex_exp((lh_complex){-side * z.re, -side * z.im});

        e.re += 1;
        sum += WEIGHT(i) * ((z.re > 0 ? z.im : 0) - y[i] * z.im + lh_complex_log(e).im);
    }
    *(real *)s->out->tangent = sum / (real)s->m;
}

#if LH_IS_WIDE
/* The slope of each piece of the forward formula: [z > 0] - y, and of log1p(e^-|z|) the
 * chain -sign(z) e/(1 + e); where the pieces meet, at 0, it is 1/2 - y. */
static void hand(const lh_call *s)
{
    const real *z = s->in[0]->value, *y = s->in[1]->value;
    const real dl = *(const real *)s->out->grad;
    real *dz = s->in[0]->grad;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const real e = k_exp(-R_ABS(z[i])), slope = e / ((real)1 + e);
        const real g = z[i] > 0 ? ((real)1 - y[i]) - slope
                                : z[i] < 0 ? slope - y[i] : (real)0.5 - y[i];

        dz[i] += dl * g * WEIGHT(i) / (real)s->m;
    }
}

/* |dL/dz| m <= (1 - y) sigma(z) + y sigma(-z); |sigma'| <= 1/4 beyond that. */
static double slope_size(const lh_call *s, size_t i)
{
    const real z = ((const real *)s->in[0]->value)[i];
    const double y = (double)((const real *)s->in[1]->value)[i];

    return (1 - y) * (double)k_sigmoid(z) + y * (double)k_sigmoid(-z);
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t cells = lh_elements(s->in[0]);
    const double g = lh_gamma((double)cells + 8 + WEIGHTED, r);
    double sum = 0;

    for (size_t i = 0; i < cells; i++) {
        const double off = s->in[0]->off[i], size = lh_size_at(s->in[0], i);

        sum += fabs((double)WEIGHT(i)) *
                   (off * (slope_size(s, i) + off / 4) + g * (2 * (size + off) + 1)) +
               8 * r->tiny;
    }
    *s->out->off = sum / (double)s->m;
}

/* sigma(z) moves by sigma'(z) off (1 + 2 off) at most, for both signs of z. */
static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const double m = (double)s->m;
    const double dl = lh_grad_size_at(s->out, 0), off = *s->out->grad_off;
    const double g = lh_gamma(16 + WEIGHTED + r->adds, r);

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const double z_off = s->in[0]->off[i], slope = slope_size(s, i);
        const double e = (double)k_exp(-R_ABS(((const real *)s->in[0]->value)[i]));
        const double moved = z_off < 0.5 ? e / ((1 + e) * (1 + e)) * (1 + 2 * z_off) * z_off : 1;

        s->in[operand]->grad_off[i] +=
            fabs((double)WEIGHT(i)) * (off * slope + (dl + off) * (moved + g * slope)) / m +
            8 * r->tiny;
    }
}
#endif

/* From the chain of the page to its end, and to the form that is computed. */
static const lh_lines lines = {
    .forward = "-(1/m) sum(" WEIGHED "(#2 * log(sigma(#1)) + (1 - #2) * log(1 - sigma(#1))))"
               " = (1/m) sum(" WEIGHED "(max(0, #1) - #2 * #1 + log1p(exp(-abs(#1)))))",
    .backward = {SCALE "(-#2/sigma(#1) + (1 - #2)/(1 - sigma(#1))) * sigma(#1) * (1 - sigma(#1))"
                 " = " SCALE "(-#2 * (1 - sigma(#1)) + (1 - #2) * sigma(#1))"
                 " = " SCALE "(-#2 + #2 * sigma(#1) + sigma(#1) - #2 * sigma(#1))"
                 " = " SCALE "(sigma(#1) - #2)"
                 " = " SCALE "((1 - #2) * sigma(#1) - #2 * sigma(-#1))"}
};

#endif
