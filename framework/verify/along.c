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
        const lh_call s = lhi_call_of(w, id, 0);
        const lh_op *op = lhi_op_of(w, id);

        if (k->p->act[i].kind == LHI_FORWARD)
            (complex_step ? op->analytic : op->jvp)(&s);
    }
    return lhi_get(w->type, w->slot[k->p->root].tangent, 0) / (lh_wide)h;
}

/* An error in a tangent goes on to L by
 * the gradient there, so that what one op brings is bounded by what its backward act may be off
 * by, alone, times the tangents that it read: to first order, and no sum over paths. */
double lhi_tangent_off(const lhi_check *k, int complex_step, const lhi_direction *d)
{
    const lhi_ws *w = k->along;
    const double h = complex_step ? tiny_step : 1;
    double sum = 0;

    for (size_t i = k->p->forwards; i < k->p->acts; i++) {
        const uint32_t id = lhi_given_by(k, i);
        const int is_moved = id == d->node;
        const size_t first = is_moved ? d->first : 0;
        const size_t past = is_moved                           ? d->first + d->count
                            : k->t->node[id].kind == LHI_OP ? lhi_cells(&w->slot[id])
                                                            : 0;

        for (size_t e = first; e < past; e++) {
            const double t = (double)fabsl(lhi_get(w->type, w->slot[id].tangent, e));

            sum += t > 0 ? t / h * k->along_off[i][e] : 0;
        }
    }
    /* A complex product has four times the roundings of a real one, at most. */
    return complex_step ? 4 * sum : sum;
}
