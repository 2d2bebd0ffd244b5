/* along.c -- forward mode and the complex step, along directions. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/verify/check.h"

#include <math.h>
#include <string.h>

/* The step of the complex method: its square is nothing beside 1 in any type. */
static const double tiny_step = 0x1p-300;

int lhi_sign_of(const lhi_direction *d, size_t e)
{
    return d->count == 1 || lhi_random_bits(d->node, 0x51676e, 0, e) & 1 ? 1 : -1;
}

lh_wide lhi_tangent_along(lhi_check *k, int complex_step, const lhi_direction *d)
{
    lhi_ws *w = k->along;
    const double h = complex_step ? tiny_step : 1;

    for (size_t i = 0; i < w->nodes; i++)
        memset(w->slot[i].tangent, 0, w->slot[i].rows * w->slot[i].cols * w->element);
    for (size_t e = d->first; e < d->first + d->count; e++)
        lhi_set(w->type, w->slot[d->node].tangent, e, (lh_wide)h * lhi_sign_of(d, e));
    for (size_t i = k->start[d->node]; i < k->p->forwards; i++) {
        const uint32_t id = k->p->act[i].node;
        const lh_step s = lhi_step_of(w, id, 0);
        const lh_op *op = lhi_op_of(w, id);

        if (k->p->act[i].kind == LHI_FORWARD)
            (complex_step ? op->analytic : op->jvp)(&s);
    }
    return lhi_get(w->type, w->slot[k->p->root].tangent, 0) / (lh_wide)h;
}

/* How far a derivative that was worked forward may be off: the roundings of the longest path
 * over the sizes of all paths, and what the values that it read were off by. */
static double estimate(const lhi_check *k, int complex_step, const lhi_direction *d)
{
    const lh_type type = k->along->type;
    const lh_rounding r = lhi_rounding(type);
    /* A complex product has four times the roundings of a real one, at most. */
    const double n = k->path * r.u * (complex_step ? 4 : 1);
    const double gamma = n < 1 ? n / (1 - n) : (double)INFINITY;
    double sum = 0;

    for (size_t e = d->first; e < d->first + d->count; e++)
        sum += k->off[type].slot[d->node].grad_off[e] +
               gamma * k->paths.slot[d->node].grad_off[e];
    return sum;
}

lhi_derivative lhi_derivative_along(lhi_check *k, lh_method by, const lhi_direction *d)
{
    lhi_derivative r = {0};

    if (by == LH_BY_DIFFERENCES)
        return lhi_difference_along(k, d, 0);
    r.low = r.high = lhi_tangent_along(k, by == LH_BY_COMPLEX, d);
    r.estimate = estimate(k, by == LH_BY_COMPLEX, d);
    return r;
}
