/* differ.c -- central differences in double, extrapolated once; slopes of both sides at a kink. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct lhi_differ {
    lhi_check *k;
    lhi_ws *w;
    size_t *start;     /* a node each: the first act that a change of it reaches */
    double *base;      /* operands of the piecewise ops at the unchanged point */
    double loss;
};

static int kinked(const lhi_differ *d, size_t act)
{
    const lhi_act *a = &d->k->p->act[act];

    return a->kind == LHI_FORWARD && lhi_op_of(d->w, a->node)->kinked;
}

static const lh_slot *operand(const lhi_ws *w, const lhi_plan *p, size_t act)
{
    return &w->slot[w->t->node[p->act[act].node].in[0]];
}

/* 1 when some piecewise op from an act on is in another piece than at the base. */
static int pieces_differ(const lhi_differ *d, size_t from)
{
    const double *base = d->base;

    for (size_t i = 0; i < d->k->p->forwards; i++) {
        const lh_slot *z;

        if (!kinked(d, i))
            continue;
        z = operand(d->w, d->k->p, i);
        for (size_t e = 0; i >= from && e < z->rows * z->cols; e++)
            if ((((const double *)z->value)[e] > 0) != (base[e] > 0))
                return 1;
        base += z->rows * z->cols;
    }
    return 0;
}

int lhi_same_pieces(const lhi_check *k, const lhi_ws *a, const lhi_ws *b)
{
    for (size_t i = 0; i < k->p->forwards; i++) {
        const lh_slot *x = operand(a, k->p, i), *y = operand(b, k->p, i);

        if (!lhi_op_of(a, k->p->act[i].node)->kinked)
            continue;
        for (size_t e = 0; e < x->rows * x->cols; e++)
            if ((lhi_get(a->type, x->value, e) > 0) != (lhi_get(b->type, y->value, e) > 0))
                return 0;
    }
    return 1;
}

lhi_differ *lhi_differ_new(lhi_check *k)
{
    lhi_differ *d = lhi_alloc(k->c, sizeof *d);
    size_t cells = 0;

    if (!d)
        return NULL;
    d->k = k;
    d->w = k->f64;
    d->start = lhi_alloc_array(k->c, k->t->count, sizeof *d->start);
    for (size_t i = 0; i < k->p->forwards; i++)
        if (kinked(d, i))
            cells += operand(d->w, k->p, i)->rows * operand(d->w, k->p, i)->cols;
    d->base = lhi_alloc_array(k->c, cells + 1, sizeof *d->base);
    if (!d->base || !d->start)
        return NULL;
    cells = 0;
    for (size_t i = 0; i < k->p->forwards; i++) {
        const uint32_t id = k->p->act[i].node;
        const lh_slot *z = operand(d->w, k->p, i);

        if (kinked(d, i)) {
            memcpy(d->base + cells, z->value, z->rows * z->cols * sizeof *d->base);
            cells += z->rows * z->cols;
        }
        d->start[id] = i + 1;
    }
    for (size_t i = k->p->forwards; i-- > 0;) { /* backward: the first use of a leaf stays */
        const lhi_node *n = &k->t->node[k->p->act[i].node];

        for (int o = 0; o < n->family->op[LHI_F64]->n_in; o++)
            if (k->t->node[n->in[o]].kind != LHI_OP)
                d->start[n->in[o]] = i;
    }
    d->loss = *(const double *)d->w->slot[k->p->root].value;
    return d;
}

void lhi_differ_restore(lhi_differ *d, uint32_t id)
{
    lhi_run_from(d->w, d->k->p, d->start[id]);
}

/* L with the element moved to x; *crossed is set when a piece changes. */
static double loss_at(lhi_differ *d, uint32_t id, size_t e, double x, int *crossed)
{
    ((double *)d->w->slot[id].value)[e] = x;
    lhi_run_from(d->w, d->k->p, d->start[id]);
    *crossed |= pieces_differ(d, d->start[id]);
    return *(const double *)d->w->slot[d->k->p->root].value;
}

/* (L(x+h) - L(x-h)) / ((x+h) - (x-h)): the divisor is the step that was really made. */
static double central(lhi_differ *d, uint32_t id, size_t e, double x, double h, int *crossed)
{
    const volatile double right = x + h, left = x - h;
    const double up = loss_at(d, id, e, right, crossed);
    const double down = loss_at(d, id, e, left, crossed);

    return (up - down) / (right - left);
}

/* The slope on one side (sign 1 or -1), by three points; the correction to the slope of
 * the chord is the estimate. */
static double one_sided(lhi_differ *d, uint32_t id, size_t e, double x, double h, double sign,
                        double *bound)
{
    int ignored = 0;
    const double here = loss_at(d, id, e, x, &ignored);
    const double half = loss_at(d, id, e, x + sign * h / 2, &ignored);
    const double full = loss_at(d, id, e, x + sign * h, &ignored);
    const double slope = sign * (4 * half - full - 3 * here) / h;

    *bound = fmax(*bound, fabs(slope - sign * (full - here) / h));
    return slope;
}

lhi_difference lhi_differ_at(lhi_differ *d, uint32_t id, size_t e)
{
    const double x = ((const double *)d->w->slot[id].value)[e];
    /* Truncation falls with h^2 and rounding grows with 1/h: they meet at cbrt(eps). */
    const double first = cbrt(DBL_EPSILON) * fmax(1, fabs(x));
    const double noise = d->k->sensitivity * DBL_EPSILON * fmax(fabs(d->loss), DBL_MIN);
    double h = first;
    lhi_difference r = {0, 0, 0, 1};

    for (int tries = 0; tries < 6 && r.kink; tries++, h /= 8) {
        double coarse, fine;

        r.kink = 0;
        coarse = central(d, id, e, x, h, &r.kink);
        fine = central(d, id, e, x, h / 2, &r.kink);
        r.low = r.high = fine + (fine - coarse) / 3;
        r.bound = fabs(fine - coarse) / 3 + 2 * noise / h;
    }
    if (r.kink) {
        double left, right;

        r.bound = 0;
        left = one_sided(d, id, e, x, first, -1, &r.bound);
        right = one_sided(d, id, e, x, first, 1, &r.bound);
        r.low = fmin(left, right);
        r.high = fmax(left, right);
        r.bound += 8 * noise / first;
    }
    ((double *)d->w->slot[id].value)[e] = x;
    return r;
}
