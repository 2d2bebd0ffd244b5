/* bce.h -- L = -(1/m) sum(y log yhat + (1-y) log(1-yhat)): all of an op but its cases. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_BCE_H
#define LHI_BCE_H

#include "framework/ops/op_impl.h"
#include "framework/ops/weights.h"

/* NOTES 7, the term of each row.  No clamp: where yhat has rounded to 0 or 1 this is
 * infinite or NaN, as the page is; bce_logits is the form to train with. */
static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->in[0]->cols;
    const real *p = s->in[0]->value, *y = s->in[1]->value;
    real *term = s->terms;

    LH_TERMS(term, n, from, to,
             WEIGHT(i) * (y[i] * k_log(p[i]) + ((real)1 - y[i]) * k_log((real)1 - p[i])));
}

/* NOTES 7: the sum, and 1/m once. */
static void finish(const lh_call *s)
{
    const real sum = LH_T(lhi_total)(s->in[0]->rows, s->shards, s->terms);

    *(real *)s->out->value = -sum / (real)s->m;
}

/* NOTES 8: dyhat += dL/m * (-y/yhat + (1-y)/(1-yhat)). */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->in[0]->cols;
    const real *p = s->in[0]->value, *y = s->in[1]->value;
    const real scale = *(const real *)s->out->grad / (real)s->m;
    real *dp = s->in[operand]->grad;

    LH_GIVE(dp, t, n,
            scale * (WEIGHT(i) * (-y[i] / p[i] + ((real)1 - y[i]) / ((real)1 - p[i]))));
}

static void jvp(const lh_call *s)
{
    const real *p = s->in[0]->value, *y = s->in[1]->value, *tp = s->in[0]->tangent;
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++)
        sum += WEIGHT(i) * tp[i] * (-y[i] / p[i] + ((real)1 - y[i]) / ((real)1 - p[i]));
    *(real *)s->out->tangent = sum / (real)s->m;
}

static void analytic(const lh_call *s)
{
    const real *y = s->in[1]->value;
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const lh_complex p = lh_complex_at(s->in[0], i);

        sum += WEIGHT(i) *
               (y[i] * lh_complex_log(p).im +
                ((real)1 - y[i]) * lh_complex_log((lh_complex){1 - p.re, -p.im}).im);
    }
    *(real *)s->out->tangent = -sum / (real)s->m;
}

#if LH_IS_WIDE
/* Over the common denominator: (yhat - y) / (yhat (1 - yhat)), divided by m at the end. */
static void hand(const lh_call *s)
{
    const real *p = s->in[0]->value, *y = s->in[1]->value;
    const real dl = *(const real *)s->out->grad;
    real *dp = s->in[0]->grad;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++)
        dp[i] += WEIGHT(i) * (dl * (p[i] - y[i]) / (p[i] * ((real)1 - p[i])) / (real)s->m);
}

/* y f(p) + (1 - y) f(1 - p), where p may be off: f is large where its argument is small, and
 * what a weight of 0 cancels is not there at all. */
static double weighed(double y, double p, double off, double (*f)(double x, double off))
{
    return (y > 0 ? y * f(p, off) : 0) + (y < 1 ? (1 - y) * f(1 - p, off) : 0);
}

static double inverse(double x, double off)
{
    return x > off ? 1 / (x - off) : (double)INFINITY;
}

/* How much 1/x may be off. */
static double inverse_off(double x, double off)
{
    return off > 0 ? inverse(x, off) * off / x : 0;
}

static double log_size(double x, double off)
{
    (void)off;
    return fabs((double)k_log((real)x)) + 1;
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t cells = lh_elements(s->in[0]);
    const double g = lh_gamma((double)cells + 8 + WEIGHTED, r);
    const real *y = s->in[1]->value;
    double sum = 0;

    for (size_t i = 0; i < cells; i++) {
        const double p = lh_size_at(s->in[0], i), off = s->in[0]->off[i];
        const double w = fabs((double)WEIGHT(i));

        if (off > 0)
            sum += w * off * weighed((double)y[i], p, off, inverse);
        sum += w * (g * weighed((double)y[i], p, off, log_size) + 8 * r->tiny) +
               WEIGHTED * r->tiny;
    }
    *s->out->off = sum / (double)s->m;
}

static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const double m = (double)s->m;
    const double dl = lh_grad_size_at(s->out, 0), off = *s->out->grad_off;
    const double g = lh_gamma(10 + WEIGHTED + r->adds, r);
    const real *y = s->in[1]->value;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const double p = lh_size_at(s->in[0], i), p_off = s->in[0]->off[i];
        const double terms = weighed((double)y[i], p, 0, inverse);

        s->in[operand]->grad_off[i] +=
            fabs((double)WEIGHT(i)) *
                (off * terms +
                 (dl + off) * (weighed((double)y[i], p, p_off, inverse_off) + g * terms)) / m +
            8 * r->tiny;
    }
}
#endif

static const lh_lines lines = {
    .forward = "-(1/m) sum(" WEIGHED "(#2 * log(#1) + (1 - #2) * log(1 - #1)))",
    .backward = {SCALE "(-#2/#1 + (1 - #2)/(1 - #1))"}
};

#endif
