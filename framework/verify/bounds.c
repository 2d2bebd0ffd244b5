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

static int allot(lhi_check *k, lhi_bounds *b, lh_type type)
{
    const lhi_ws *w = k->hand;
    size_t cells = 0, used = 0, most = 0;

    for (size_t i = 0; i < w->nodes; i++) {
        cells += 2 * lhi_cells(&w->slot[i]);
        most = lhi_cells(&w->slot[i]) > most ? lhi_cells(&w->slot[i]) : most;
    }
    *b = (lhi_bounds){.type = type, .slot = lhi_alloc_array(k->c, w->nodes, sizeof *b->slot),
                      .block = lhi_alloc_array(k->c, cells + most + 1, sizeof *b->block)};
    for (size_t i = 0; lhi_ok(k->c) && i < w->nodes; i++) {
        const size_t n = lhi_cells(&w->slot[i]);

        b->slot[i] = w->slot[i];
        b->slot[i].off = b->block + used;
        b->slot[i].grad_off = b->block + used + n;
        used += 2 * n;
    }
    b->zeros = b->block + used;
    return lhi_ok(k->c) ? 0 : -1;
}

void lhi_bounds_free(lhi_check *k, lhi_bounds *b)
{
    lhi_release(k->c, b->block);
    lhi_release(k->c, b->slot);
}

void lhi_bounds_settle(double *off, size_t n)
{
    for (size_t e = 0; e < n; e++)
        if (off[e] != off[e])
            off[e] = (double)INFINITY;
}

/* An op on slots of its own, whose operands are as they are where that is so. */
static lh_call step_of(const lhi_check *k, const lhi_bounds *b, uint32_t node, int exact,
                       lh_slot in[LH_OPERANDS], lh_slot *out)
{
    lh_call s = lhi_call_of(k->hand, node, 0);

    *out = b->slot[node];
    s.out = out;
    for (int o = 0; o < lhi_arity(&k->t->node[node]); o++) {
        in[o] = b->slot[k->t->node[node].in[o]];
        if (exact)
            in[o].off = b->zeros;
        s.in[o] = &in[o];
    }
    return s;
}

/* Inputs and parameters are what they are, but for what a shorter type cuts off. */
static void leaves(const lhi_check *k, lhi_bounds *b)
{
    const lhi_ws *w = k->tape[b->type];

    for (size_t i = 0; i < w->nodes; i++) {
        const lh_slot *a = &b->slot[i];

        for (size_t e = 0; k->t->node[i].kind != LHI_OP && e < lhi_cells(a); e++)
            a->off[e] = (double)fabsl(lhi_get(b->type, w->slot[i].value, e) -
                                      ((const lh_wide *)a->value)[e]);
    }
}

void lhi_bounds_value(const lhi_check *k, const lhi_bounds *b, uint32_t node, int alone,
                      double *off)
{
    const lh_rounding r = lhi_rounding(b->type);
    lh_slot in[LH_OPERANDS], out;
    const lh_call s = step_of(k, b, node, alone, in, &out);

    out.off = off;
    lhi_op_of(k->hand, node)->value_bound(&s, &r);
    lhi_bounds_settle(off, lhi_cells(&out));
}

static double size_at(const lh_wide *x, size_t e)
{
    return (double)fabsl(x[e]);
}

uint32_t lhi_given_by(const lhi_check *k, size_t act)
{
    return k->t->node[k->p->act[act].node].in[k->p->act[act].operand];
}

/* How many acts give to a node's gradient. */
static int givers(const lhi_check *k, uint32_t node)
{
    int n = 0;

    for (size_t i = k->p->forwards; i < k->p->acts; i++)
        n += lhi_given_by(k, i) == node;
    return n;
}

void lhi_bounds_act(const lhi_check *k, const lhi_bounds *b, size_t act, int more, int alone,
                    double *off)
{
    const lhi_act *a = &k->p->act[act];
    lh_rounding r = lhi_rounding(b->type);
    lh_slot in[LH_OPERANDS], out;
    const lh_call s = step_of(k, b, a->node, b->shared, in, &out);

    r.adds = givers(k, lhi_given_by(k, act)) - 1 + more;
    in[a->operand].grad_off = off;
    if (alone)
        out.grad_off = b->zeros;
    lhi_op_of(k->hand, a->node)->grad_bound(&s, a->operand, &r);
    lhi_bounds_settle(off, lhi_cells(&in[a->operand]));
}

int lhi_bounds_say_nothing(const lhi_check *k, const lhi_bounds *b)
{
    for (size_t i = 0; i < k->t->count; i++) {
        const lh_slot *a = &b->slot[i];
        size_t zeros = 0, e = 0;

        if (!k->p->used[i] || !k->p->needs[i])
            continue;
        for (; e < lhi_cells(a) && !(4 * a->grad_off[e] < size_at(a->grad, e)); e++)
            zeros += size_at(a->grad, e) == 0;
        if (e == lhi_cells(a) && zeros < e)
            return 1;
    }
    return 0;
}

int lhi_bounds_make(lhi_check *k, lhi_bounds *b, lh_type type)
{
    if (allot(k, b, type) != 0)
        return -1;
    b->shared = type == LH_WIDE;
    if (!b->shared)
        leaves(k, b);
    for (size_t i = 0; i < k->p->forwards && !lhi_check_gives_up(k); i++)
        if (k->p->act[i].kind == LHI_FORWARD)
            lhi_bounds_value(k, b, k->p->act[i].node, b->shared, b->slot[k->p->act[i].node].off);
    for (size_t i = k->p->forwards; i < k->p->acts && !lhi_check_gives_up(k); i++)
        lhi_bounds_act(k, b, i, 0, 0, b->slot[lhi_given_by(k, i)].grad_off);
    return lhi_ok(k->c) ? 0 : -1;
}

int lhi_bounds_near(lhi_check *k, lhi_bounds *b, lh_type type)
{
    const lh_rounding r = lhi_rounding(type);

    if (allot(k, b, type) != 0)
        return -1;
    for (size_t i = 0; i < k->t->count; i++)
        for (size_t e = 0; e < lhi_cells(&b->slot[i]); e++)
            if (((const lh_wide *)b->slot[i].value)[e] != 0) /* 0 is exact: no kink is near */
                b->slot[i].off[e] = r.u * size_at(b->slot[i].value, e) + r.tiny;
    return 0;
}

double **lhi_bounds_acts(lhi_check *k, const lhi_bounds *b, int (*more)(const lhi_check *, size_t))
{
    double **act = lhi_alloc_array(k->c, k->p->acts + 1, sizeof *act);
    size_t cells = 0;

    for (size_t i = k->p->forwards; i < k->p->acts; i++)
        cells += lhi_cells(&b->slot[lhi_given_by(k, i)]);
    if (act)
        act[0] = lhi_alloc_array(k->c, cells + 1, sizeof **act);
    if (!lhi_ok(k->c))
        return NULL;
    cells = 0;
    for (size_t i = k->p->forwards; i < k->p->acts && !lhi_check_gives_up(k); i++) {
        act[i] = act[0] + cells;
        cells += lhi_cells(&b->slot[lhi_given_by(k, i)]);
        lhi_bounds_act(k, b, i, more ? more(k, i) : 0, 1, act[i]);
    }
    if (lhi_ok(k->c))
        return act;
    lhi_bounds_acts_free(k, act);
    return NULL;
}

void lhi_bounds_acts_free(lhi_check *k, double **act)
{
    lhi_release(k->c, act ? act[0] : NULL);
    lhi_release(k->c, act);
}

double lhi_bounds_loss(lhi_check *k, lh_type type)
{
    double sum = 0;

    for (size_t i = 0; i < k->p->forwards; i++) {
        const uint32_t id = k->p->act[i].node;
        const lh_slot *a = &k->hand->slot[id];
        double *off;

        if (k->p->act[i].kind != LHI_FORWARD || !k->p->needs[id])
            continue;
        if (lhi_check_gives_up(k))
            break;
        off = lhi_alloc_array(k->c, lhi_cells(a) + 1, sizeof *off);
        if (!off)
            return (double)INFINITY;
        lhi_bounds_value(k, &k->off[type], id, 1, off);
        for (size_t e = 0; e < lhi_cells(a); e++)
            if (size_at(a->grad, e) > 0)
                sum += size_at(a->grad, e) * off[e];
        lhi_release(k->c, off);
    }
    return 2 * sum; /* L bends: at the point that was moved a share is another */
}
