/* bounds.c -- running error bounds along the tape: how far rounding may take each number. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <float.h>
#include <math.h>

lh_rounding lhi_rounding(lh_type type)
{
    static const lh_rounding of[LH_TYPES] = {
        {.u = (double)FLT_EPSILON / 2, .tiny = (double)FLT_MIN * (double)FLT_EPSILON / 2},
        {.u = DBL_EPSILON / 2, .tiny = DBL_MIN * DBL_EPSILON},
        /* Half the least step of these two is no double; the least double is larger. */
        {.u = (double)(LDBL_EPSILON / 2), .tiny = DBL_MIN * DBL_EPSILON}};

    return of[type];
}

double lhi_ulp(double x, lh_type type)
{
    const int least = type == LH_F32 ? FLT_MIN_EXP : DBL_MIN_EXP;
    int e;

    frexp(x, &e);
    return ldexp(1, (e < least ? least : e) - (type == LH_F32 ? FLT_MANT_DIG : DBL_MANT_DIG));
}

static int allot(lhi_check *k, lhi_bounds *b)
{
    const lhi_ws *w = k->hand;
    size_t cells = 0, used = 0;

    for (size_t i = 0; i < w->nodes; i++)
        cells += 2 * w->slot[i].rows * w->slot[i].cols;
    b->slot = lhi_alloc_array(k->c, w->nodes, sizeof *b->slot);
    b->block = lhi_alloc_array(k->c, cells + 1, sizeof *b->block);
    for (size_t i = 0; lhi_ok(k->c) && i < w->nodes; i++) {
        const size_t n = w->slot[i].rows * w->slot[i].cols;

        b->slot[i] = w->slot[i];
        b->slot[i].off = b->block + used;
        b->slot[i].grad_off = b->block + used + n;
        used += 2 * n;
    }
    return lhi_ok(k->c) ? 0 : -1;
}

/* Nothing is known where infinity met 0. */
void lhi_bounds_settle(double *off, size_t n)
{
    for (size_t e = 0; e < n; e++)
        if (off[e] != off[e])
            off[e] = (double)INFINITY;
}

static lh_step step_of(const lhi_check *k, const lhi_bounds *b, uint32_t node)
{
    lh_step s = lhi_step_of(k->hand, node, 0);

    s.out = &b->slot[node];
    for (int o = 0; o < lhi_op_of(k->hand, node)->n_in; o++)
        s.in[o] = &b->slot[k->t->node[node].in[o]];
    return s;
}

/* Inputs and parameters are what they are, but for what a shorter type cuts off. */
static void leaves(const lhi_check *k, lhi_bounds *b, lh_type type)
{
    const lhi_ws *w = k->tape[type];

    for (size_t i = 0; i < w->nodes; i++) {
        const lh_slot *a = &b->slot[i];

        for (size_t e = 0; k->t->node[i].kind != LHI_OP && e < a->rows * a->cols; e++)
            a->off[e] = (double)fabsl(lhi_get(type, w->slot[i].value, e) -
                                      ((const lh_wide *)a->value)[e]);
    }
}

/* How many acts give to a node's gradient. */
static int givers(const lhi_check *k, uint32_t node)
{
    int n = 0;

    for (size_t i = k->p->forwards; i < k->p->acts; i++)
        n += k->t->node[k->p->act[i].node].in[k->p->act[i].operand] == node;
    return n;
}

static void back(const lhi_check *k, lhi_bounds *b, lh_rounding r)
{
    for (size_t i = k->p->forwards; i < k->p->acts; i++) {
        const lhi_act *a = &k->p->act[i];
        const lh_step s = step_of(k, b, a->node);

        r.adds = r.u > 0 ? givers(k, k->t->node[a->node].in[a->operand]) - 1 : 0;
        lhi_op_of(k->hand, a->node)->grad_bound(&s, a->operand, &r);
        lhi_bounds_settle(s.in[a->operand]->grad_off,
                          s.in[a->operand]->rows * s.in[a->operand]->cols);
    }
}

int lhi_bounds_make(lhi_check *k, lhi_bounds *b, lh_type type)
{
    const lh_rounding r = lhi_rounding(type);

    if (allot(k, b) != 0)
        return -1;
    leaves(k, b, type);
    for (size_t i = 0; i < k->p->forwards; i++) {
        const uint32_t id = k->p->act[i].node;
        const lh_step s = step_of(k, b, id);

        if (k->p->act[i].kind != LHI_FORWARD)
            continue;
        lhi_op_of(k->hand, id)->value_bound(&s, &r);
        lhi_bounds_settle(s.out->off, s.out->rows * s.out->cols);
    }
    back(k, b, r);
    return 0;
}

int lhi_bounds_paths(lhi_check *k, lhi_bounds *b)
{
    if (allot(k, b) != 0)
        return -1;
    b->slot[k->p->root].grad_off[0] = 1;
    back(k, b, (lh_rounding){0, 0, 0});
    return 0;
}
