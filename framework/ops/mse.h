/* mse.h -- the loss (1/m) sum (A - Y)^2, over all columns: all of an op but its cases. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_MSE_H
#define LHI_MSE_H

#include "framework/ops/op_impl.h"
#include "framework/ops/weights.h"

static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->in[0]->cols;
    const real *a = s->in[0]->value, *y = s->in[1]->value;
    real *term = s->terms;

    LH_TERMS(term, n, from, to, WEIGHT(i) * ((a[i] - y[i]) * (a[i] - y[i])));
}

static void finish(const lh_call *s)
{
    const real sum = LH_T(lhi_total)(s->in[0]->rows, s->shards, s->terms);

    *(real *)s->out->value = sum / (real)s->m;
}

/* dA += dL/m 2 (A - Y) */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->in[0]->cols;
    const real *a = s->in[0]->value, *y = s->in[1]->value;
    const real scale = 2 * (*(const real *)s->out->grad / (real)s->m);
    real *da = s->in[operand]->grad;

    LH_GIVE(da, t, n, scale * (WEIGHT(i) * (a[i] - y[i])));
}

static void jvp(const lh_call *s)
{
    const real *a = s->in[0]->value, *y = s->in[1]->value, *ta = s->in[0]->tangent;
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++)
        sum += WEIGHT(i) * (2 * (a[i] - y[i]) * ta[i]);
    *(real *)s->out->tangent = sum / (real)s->m;
}

static void analytic(const lh_call *s)
{
    const real *y = s->in[1]->value;
    real sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const lh_complex a = lh_complex_at(s->in[0], i), e = {a.re - y[i], a.im};

        sum += WEIGHT(i) * lh_complex_mul(e, e).im;
    }
    *(real *)s->out->tangent = sum / (real)s->m;
}

#if LH_IS_WIDE
/* The product rule: each factor of e e gives its share. */
static void hand(const lh_call *s)
{
    const real *a = s->in[0]->value, *y = s->in[1]->value;
    const real dl = *(const real *)s->out->grad;
    real *da = s->in[0]->grad;

    for (size_t i = lh_elements(s->in[0]); i-- > 0;) {
        const real e = a[i] - y[i];

        da[i] += (dl * e + e * dl) * WEIGHT(i) / (real)s->m;
    }
}

static double error_size(const lh_call *s, size_t i)
{
    return (double)R_ABS(((const real *)s->in[0]->value)[i] - ((const real *)s->in[1]->value)[i]);
}

static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const double g = lh_gamma((double)lh_elements(s->in[0]) + 8 + WEIGHTED, r);
    double sum = 0;

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const double off = s->in[0]->off[i], e = error_size(s, i);

        sum += fabs((double)WEIGHT(i)) *
                   (off * (2 * e + off) + g * (e + off) * (e + off) + r->tiny) +
               WEIGHTED * r->tiny;
    }
    *s->out->off = sum / (double)s->m + r->tiny;
}

static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const double dl = lh_grad_size_at(s->out, 0), dl_off = *s->out->grad_off, m = (double)s->m;
    const double g = lh_gamma(4 + WEIGHTED + r->adds, r);

    for (size_t i = 0; i < lh_elements(s->in[0]); i++) {
        const double off = s->in[0]->off[i], e = error_size(s, i);

        s->in[operand]->grad_off[i] +=
            2 * fabs((double)WEIGHT(i)) *
                (dl_off * e + (dl + dl_off) * (off + g * (e + off))) / m +
            4 * r->tiny;
    }
}
#endif

static double flops(const lh_call *s)
{
    return 3.0 * (double)lh_elements(s->in[0]);
}

#if WEIGHTED
#define TWICE "(2 d#0/m) * #3 * "
#else
#define TWICE "(2 d#0/m) "
#endif

static const lh_lines lines = {
    .forward = "(1/m) sum(" WEIGHED "(#1 - #2)^2)", .backward = {TWICE "(#1 - #2)"}
};

#endif
