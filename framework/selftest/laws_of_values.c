/* laws_of_values.c -- an op's functions agree: gradients, differences, tangents, bounds. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/selftest/laws.h"
#include "framework/verify/check.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* --- a second gradient --- */

/* |a - b| in units of roundoff of the type, of what the case says: of b, or of 1; but in
 * any case of `size`, what the number's terms add up to. */
static double off(const lhi_op_case *k, lh_wide a, lh_wide b, lh_wide size)
{
    const lh_wide u = (k->type == LH_F32 ? (lh_wide)FLT_EPSILON : (lh_wide)DBL_EPSILON) / 2;
    const lh_wide scale = k->given->claim == LH_ABSOLUTE ? fmaxl(size, 1) : size;

    if (a != a || b != b)
        return a != a && b != b ? 0 : (double)INFINITY;
    return a == b ? 0 : (double)(fabsl(a - b) / (scale * u));
}

/* The largest magnitude of an array of the wide type. */
static lh_wide most(const void *wide, size_t cells)
{
    lh_wide x = 0;

    for (size_t e = 0; e < cells; e++)
        x = fmaxl(x, fabsl(((const lh_wide *)wide)[e]));
    return x;
}

/* Units of roundoff of the largest element: chains of some hundred terms and a few more. */
static const double CLOSE = 60;

static void compare(lhi_trying *s, const lhi_op_case *k, const char *what, const void *x,
                    const void *wide, size_t cells)
{
    const lh_wide size = most(wide, cells);

    for (size_t e = 0; e < cells; e++) {
        const lh_wide a = lhi_get(k->type, x, e), b = ((const lh_wide *)wide)[e];
        const double units = off(k, a, b, size);

        lhi_law_says(s, units <= CLOSE, "%s %zu is %.20Lg, the second one %.20Lg: %g units of "
                     "roundoff", what, e, a, b, units);
        s->worst[what[0] == 'g'] = fmax(s->worst[what[0] == 'g'], units / CLOSE);
    }
}

/* Values and gradients in a type against the wide forward pass and the second gradient. */
static void second_gradient(lhi_trying *s)
{
    lhi_op_case k, w;
    int failed = lhi_op_case_open(&k, s->c, lhi_tried(s), s->given, s->type);

    failed = lhi_op_case_open(&w, s->c, lhi_tried_wide(s), s->given, LH_WIDE) || failed;
    if (!failed) {
        lhi_op_case_cotangent(&k, 5, 1);
        lhi_op_case_cotangent(&w, 5, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_forward(&w, 1);
        lhi_op_case_backward(&k, 1);
        w.op->hand(&w.call);
        compare(s, &k, "value", k.out.value, w.out.value, lhi_cells(&k.out));
        for (int i = 0; i < k.op->n_in; i++)
            if (lhi_op_case_graded(&k, i))
                compare(s, &k, "gradient", k.in[i].grad, w.in[i].grad, lhi_cells(&k.in[i]));
    }
    lhi_op_case_close(&w);
    lhi_op_case_close(&k);
}

/* --- differences --- */

/* sum(cotangent * output) in wide, with one element of one operand moved. */
static lh_wide functional(lhi_op_case *k, int operand, size_t e, lh_wide x)
{
    lh_wide sum = 0;

    ((lh_wide *)k->in[operand].value)[e] = x;
    lhi_op_case_forward(k, 1);
    for (size_t i = 0; i < lhi_cells(&k->out); i++)
        sum += ((lh_wide *)k->out.value)[i] * ((lh_wide *)k->out.grad)[i];
    return sum;
}

/* Is the op in other pieces on the two sides of an element? */
static int is_kink(lhi_op_case *k, int operand, size_t e, lh_wide x, lh_wide h)
{
    const size_t n = k->op->pieces ? k->op->pieces(&k->call, NULL) : 0;
    unsigned char *left = n ? lhi_alloc_array(k->c, n, 2) : NULL, *right = left ? left + n : NULL;
    int differs = 0;

    if (left) {
        ((lh_wide *)k->in[operand].value)[e] = x - h;
        k->op->pieces(&k->call, left);
        ((lh_wide *)k->in[operand].value)[e] = x + h;
        k->op->pieces(&k->call, right);
        ((lh_wide *)k->in[operand].value)[e] = x;
        differs = memcmp(left, right, n) != 0;
    }
    lhi_release(k->c, left);
    return differs;
}

static void difference(lhi_trying *s, lhi_op_case *k, int i, size_t e)
{
    const lh_wide x = ((lh_wide *)k->in[i].value)[e], h = 1e-6L * fmaxl(1, fabsl(x));
    const lh_wide up = functional(k, i, e, x + h), down = functional(k, i, e, x - h);
    const lh_wide slope = (up - down) / (2 * h), g = ((lh_wide *)k->in[i].grad)[e];
    const lh_wide at = functional(k, i, e, x), left = (at - down) / h, right = (up - at) / h;

    if (is_kink(k, i, e, x, h)) /* the slope lies between those of both sides */
        lhi_law_says(s, g >= fminl(left, right) - 1e-4L && g <= fmaxl(left, right) + 1e-4L,
                     "element %zu of operand %d: %.12Lg at a kink of %.12Lg and %.12Lg", e, i, g,
                     left, right);
    else
        lhi_law_says(s, fabsl(slope - g) <= 1e-9L * fmaxl(fabsl(g), 1) * fmaxl(1, fabsl(x)) +
                                                1e-12L * fabsl(up),
                     "element %zu of operand %d: %.12Lg, differences %.12Lg", e, i, g, slope);
}

static void differences(lhi_trying *s)
{
    lhi_op_case k;

    if (lhi_op_case_open(&k, s->c, lhi_tried_wide(s), s->given, LH_WIDE) == 0) {
        lhi_op_case_cotangent(&k, 6, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_backward(&k, 1);
        for (int i = 0; i < k.op->n_in; i++) {
            const size_t cells = lhi_cells(&k.in[i]), step = cells / 40 + 1;

            for (size_t e = 0; lhi_op_case_graded(&k, i) && e < cells; e += step)
                difference(s, &k, i, e);
        }
    }
    lhi_op_case_close(&k);
}

/* --- tangents --- */

/* <J v, w> = <v, J^T w>. */
static void dot_products(lhi_trying *s)
{
    lh_wide left = 0, right = 0, size = 0;
    lhi_op_case k;

    if (lhi_op_case_open(&k, s->c, lhi_tried_wide(s), s->given, LH_WIDE) == 0) {
        lhi_op_case_cotangent(&k, 8, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_backward(&k, 1);
        for (int i = 0; i < k.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&k, i) && e < lhi_cells(&k.in[i]); e++) {
                const lh_wide v = 2 * (lh_wide)lhi_random_unit(9, 42, (uint32_t)i, e) - 1;

                ((lh_wide *)k.in[i].tangent)[e] = v;
                right += v * ((lh_wide *)k.in[i].grad)[e];
            }
        k.op->jvp(&k.call);
        for (size_t e = 0; e < lhi_cells(&k.out); e++) {
            left += ((lh_wide *)k.out.tangent)[e] * ((lh_wide *)k.out.grad)[e];
            size += fabsl(((lh_wide *)k.out.tangent)[e] * ((lh_wide *)k.out.grad)[e]);
        }
        lhi_law_says(s, fabsl(left - right) <= 1e-15L * size, "%.20Lg is not %.20Lg", left, right);
    }
    lhi_op_case_close(&k);
}

/* The complex step and forward mode are one number, by two ways. */
static void two_tangents(lhi_trying *s)
{
    const lh_wide h = 0x1p-300L;
    lhi_op_case a, b;
    int failed = lhi_op_case_open(&a, s->c, lhi_tried_wide(s), s->given, LH_WIDE);

    failed = lhi_op_case_open(&b, s->c, lhi_tried_wide(s), s->given, LH_WIDE) || failed;
    if (!failed) {
        lhi_op_case_forward(&a, 1);
        lhi_op_case_forward(&b, 1);
        for (int i = 0; i < a.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&a, i) && e < lhi_cells(&a.in[i]); e++) {
                ((lh_wide *)a.in[i].tangent)[e] = (lh_wide)((e * 7 + 3) % 11) - 5;
                ((lh_wide *)b.in[i].tangent)[e] = h * ((lh_wide)((e * 7 + 3) % 11) - 5);
            }
        a.op->jvp(&a.call);
        b.op->analytic(&b.call);
        for (size_t e = 0; e < lhi_cells(&a.out); e++) {
            const lh_wide x = ((lh_wide *)a.out.tangent)[e], y = ((lh_wide *)b.out.tangent)[e] / h;
            /* A sum of many terms, each right to a few units of its size. */
            const lh_wide allowed = 1e4L * (s->given->hi > 1e3 ? 1e6L : 1) * LDBL_EPSILON;

            lhi_law_says(s, fabsl(x - y) <= allowed * fmaxl(1, fabsl(x)),
                         "element %zu: jvp() gives %.20Lg, analytic() %.20Lg", e, x, y);
        }
    }
    lhi_op_case_close(&b);
    lhi_op_case_close(&a);
}

/* --- error bounds --- */

void lhi_law_bounds(lhi_op_case *w, uint64_t cotangent, lh_type type)
{
    const lh_rounding r = lhi_rounding(type);

    lhi_op_case_forward(w, 1);
    lhi_op_case_cotangent(w, cotangent, 1);
    w->op->value_bound(&w->call, &r);
    for (int i = 0; i < w->op->n_in; i++)
        if (lhi_op_case_graded(w, i))
            w->op->grad_bound(&w->call, i, &r);
}

static void within(lhi_trying *s, const char *what, const void *x, const void *wide,
                   const double *bound, size_t cells)
{
    for (size_t e = 0; e < cells; e++) {
        const double far =
            (double)fabsl(lhi_get(s->type, x, e) - ((const lh_wide *)wide)[e]);

        lhi_law_says(s, far <= bound[e], "%s %zu is off by %g, its bound is %g", what, e, far,
                     bound[e]);
        if (far > 0)
            s->worst[what[0] == 'g'] = fmax(s->worst[what[0] == 'g'], far / bound[e]);
    }
}

/* Values and gradients of a type are within the bounds of those in wide. */
static void bounded(lhi_trying *s)
{
    lhi_op_case k, w;
    int failed = lhi_op_case_open(&k, s->c, lhi_tried(s), s->given, s->type);

    failed = lhi_op_case_open(&w, s->c, lhi_tried_wide(s), s->given, LH_WIDE) || failed;
    if (!failed && s->type != LH_WIDE) {
        lhi_op_case_cotangent(&k, 21, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_backward(&k, 1);
        lhi_law_bounds(&w, 21, s->type);
        w.op->hand(&w.call);
        within(s, "value", k.out.value, w.out.value, w.out.off, lhi_cells(&k.out));
        for (int i = 0; i < k.op->n_in; i++)
            if (lhi_op_case_graded(&k, i))
                within(s, "gradient", k.in[i].grad, w.in[i].grad, w.in[i].grad_off,
                       lhi_cells(&k.in[i]));
    }
    lhi_op_case_close(&w);
    lhi_op_case_close(&k);
}

/* Without rounding and with exact values the bound of a gradient is |J^T| times that of the
 * output: nothing comes of nothing. */
static void no_rounding(lhi_trying *s)
{
    const lh_rounding none = {0, 0, 0};
    lhi_op_case w;

    if (lhi_op_case_open(&w, s->c, lhi_tried_wide(s), s->given, LH_WIDE) == 0) {
        lhi_op_case_forward(&w, 1);
        lhi_op_case_cotangent(&w, 21, 1);
        for (int i = 0; i < w.op->n_in; i++)
            if (lhi_op_case_graded(&w, i))
                w.op->grad_bound(&w.call, i, &none);
        for (int i = 0; i < w.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&w, i) && e < lhi_cells(&w.in[i]); e++)
                lhi_law_says(s, w.in[i].grad_off[e] == 0,
                             "element %zu of operand %d: a bound of %g out of nothing", e, i,
                             w.in[i].grad_off[e]);
    }
    lhi_op_case_close(&w);
}

const lhi_law lhi_laws_of_values[] = {
    {"values and gradients agree with the second gradient in wide", second_gradient, 0},
    {"gradients agree with central differences in wide", differences, 1},
    {"forward and reverse mode satisfy the dot-product identity", dot_products, 1},
    {"the complex step is the tangent of forward mode", two_tangents, 1},
    {"values and gradients are within their running error bounds", bounded, 0},
    {"without rounding there is no bound but what comes in", no_rounding, 1},
    {0}};
