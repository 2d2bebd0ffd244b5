/* draws.c -- how far rounding goes behind many layers, by draws: a statistical bound.
 *
 * The worst case lets every rounding err to its limit and in the direction that hurts; behind each
 * layer that costs the sum of the sizes of a row of weights, and 30 layers of 60 units multiply it
 * by 10^19.  Here each number is moved by the bound of its own op alone times a random number, and
 * the whole is run on: signs cancel as they do in a machine. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/verify/check.h"

#include <math.h>
#include <string.h>

/* Let a root be that of the sum of the squares of all that reaches a number.  Each draw's deviation
 * is 1.15 roots; that of the error is one at most, where roundings are independent and each within
 * its op's bound.  The draws alone promise little: the bound is below 8 roots, which the error
 * passes once in 10^13 (Hoeffding), 1.6 times in 10^4, and below one root once in 8 10^10.  The
 * error passes the bound only where all 8 draws are unusually small and it is unusually large: for
 * normal ones once in 10^9 a number, and once in 6 10^10 where roundings are uniform.  The draws
 * are not of one size, for two equal ones would cancel in half of them. */
enum { DRAWS = 8, FACTOR = 16 };

typedef struct drawing {
    lhi_check *k;
    lhi_bounds *b;
    lhi_ws *w;         /* wide */
    double *own;       /* what one op alone may be off by */
    double **act;      /* and one act of the backward pass */
    double **most;     /* of each node: how far the draws went */
    uint32_t draw;
} drawing;

static lh_wide moved(const drawing *d, uint32_t stream, uint32_t of, size_t e, double by)
{
    return (lh_wide)(4 * by * (lhi_random_unit(of, stream, d->draw, e) - 0.5));
}

/* Moves the value of a node by off; inf is no distance that one could go. */
static void move(drawing *d, uint32_t id, const double *off)
{
    lh_wide *x = d->w->slot[id].value;

    for (size_t e = 0; e < lhi_cells(&d->w->slot[id]); e++)
        if (isfinite(off[e]))
            x[e] += moved(d, 0x76616c, id, e, off[e]);
}

static int kept(const drawing *d, size_t node, int grads)
{
    return d->k->p->used[node] && (!grads || d->k->p->needs[node]);
}

static void keep_most(drawing *d, int grads)
{
    for (size_t i = 0; i < d->w->nodes; i++) {
        const lh_slot *to = &d->w->slot[i], *from = &d->k->hand->slot[i];

        for (size_t e = 0; kept(d, i, grads) && e < lhi_cells(to); e++) {
            const lh_wide gone =
                grads ? ((const lh_wide *)to->grad)[e]
                      : ((const lh_wide *)to->value)[e] - ((const lh_wide *)from->value)[e];
            const double size = isfinite(gone) ? (double)fabsl(gone) : (double)INFINITY;

            d->most[i][e] = d->draw == 0 ? size : fmax(d->most[i][e], size);
        }
    }
}

/* What the draws came to, where it is less than the worst case.  Of a piecewise op it is what the
 * op makes of its operand's: where no draw crossed the kink, a pass still may. */
static void settle(drawing *d, int grads)
{
    for (uint32_t i = 0; i < d->w->nodes; i++) {
        double *off = grads ? d->b->slot[i].grad_off : d->b->slot[i].off;

        for (size_t e = 0; kept(d, i, grads) && e < lhi_cells(&d->w->slot[i]); e++)
            off[e] = fmin(off[e], FACTOR * d->most[i][e]);
        if (!grads && kept(d, i, 0) && d->k->t->node[i].kind == LHI_OP &&
            lhi_op_of(d->w, i)->pieces)
            lhi_bounds_value(d->k, d->b, i, 0, off);
    }
}

static void take_values(drawing *d)
{
    for (size_t i = 0; i < d->w->nodes; i++)
        if (d->k->p->used[i])
            memcpy(d->w->slot[i].value, d->k->hand->slot[i].value,
                   lhi_cells(&d->w->slot[i]) * sizeof(lh_wide));
}

/* The forward pass, each value moved as soon as it is there. */
static void draw_values(drawing *d)
{
    const lhi_plan *p = d->k->p;

    take_values(d);
    for (uint32_t i = 0; i < d->w->nodes; i++)
        if (p->used[i] && d->k->t->node[i].kind != LHI_OP)
            move(d, i, d->b->slot[i].off);
    for (size_t i = 0; i < p->forwards; i++) {
        const uint32_t id = p->act[i].node;
        const int whole = p->act[i].kind == LHI_FINISH || !lhi_op_of(d->w, id)->terms;

        lhi_run_one(d->w, p, i);
        if (!whole)
            continue;
        lhi_bounds_value(d->k, d->b, id, 1, d->own);
        move(d, id, d->own);
    }
    keep_most(d, 0);
}

/* What all acts have rounded, on its way down by the ops' second rules: the backward pass is
 * linear. */
static void draw_grads(drawing *d)
{
    const lhi_plan *p = d->k->p;

    for (size_t i = 0; i < d->w->nodes; i++)
        if (d->w->slot[i].grad)
            memset(d->w->slot[i].grad, 0, lhi_cells(&d->w->slot[i]) * sizeof(lh_wide));
    for (size_t i = p->forwards; i < p->acts; i++) {
        const lh_slot *a = &d->w->slot[lhi_given_by(d->k, i)];

        for (size_t e = 0; e < lhi_cells(a); e++)
            ((lh_wide *)a->grad)[e] += moved(d, 0x677264, (uint32_t)i, e, d->act[i][e]);
    }
    lhi_hand_down(d->k, d->w);
    keep_most(d, 1);
}

static int begin(drawing *d)
{
    const lhi_check *k = d->k;
    size_t most = 0, cells = 0;

    d->w = lhi_ws_new(k->t, NULL, LH_WIDE, k->rows, 1,
                      LHI_WS_GRADIENTS | LHI_WS_OWN_PARAMS | LHI_WS_TRAINS);
    d->most = lhi_alloc_array(k->c, k->t->count + 1, sizeof *d->most);
    if (!lhi_ok(k->c))
        return -1;
    for (size_t i = 0; i < d->w->nodes; i++) {
        cells += lhi_cells(&d->w->slot[i]);
        most = lhi_cells(&d->w->slot[i]) > most ? lhi_cells(&d->w->slot[i]) : most;
    }
    d->most[0] = lhi_alloc_array(k->c, cells + 1, sizeof **d->most);
    d->own = lhi_alloc_array(k->c, most + 1, sizeof *d->own);
    for (size_t i = 1; lhi_ok(k->c) && i < d->w->nodes; i++)
        d->most[i] = d->most[i - 1] + lhi_cells(&d->w->slot[i - 1]);
    return lhi_ok(k->c) ? 0 : -1;
}

static void end(drawing *d)
{
    lhi_release(d->k->c, d->own);
    lhi_release(d->k->c, d->most ? d->most[0] : NULL);
    lhi_release(d->k->c, d->most);
    lhi_bounds_acts_free(d->k, d->act);
    if (d->w)
        lhi_ws_free(d->w);
}

int lhi_bounds_draw(lhi_check *k, lhi_bounds *b)
{
    drawing d = {.k = k, .b = b};

    b->drawn = 1;
    if (begin(&d) == 0) {
        for (d.draw = 0; !b->shared && d.draw < DRAWS && !lhi_check_gives_up(k); d.draw++)
            draw_values(&d);
        if (!b->shared)
            settle(&d, 0);
        take_values(&d);
        d.act = lhi_bounds_acts(k, b, NULL);
        for (d.draw = 0; d.act && d.draw < DRAWS && !lhi_check_gives_up(k); d.draw++)
            draw_grads(&d);
        if (d.act)
            settle(&d, 1);
    }
    end(&d);
    return lhi_ok(k->c) ? 0 : -1;
}
