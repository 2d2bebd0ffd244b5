/* local.c -- each op of the tape alone: backward on its own arrays, beside its second gradient. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <math.h>
#include <stdio.h>

/* Operations from which on the laws are not tried in wide, too: it would take too long. */
static const double enough = 4e6;

/* The part of a block that an array of n elements takes, on a boundary. */
static void *carve(char **at, size_t n, size_t element)
{
    void *const here = *at;

    *at += (n * element + 63) / 64 * 64 + 64;
    return here;
}

/* The operands of an op, and its output after them. */
static lh_slot *slot_at(lhi_alone *a, int i)
{
    return i < a->op->n_in ? &a->in[i] : &a->out;
}

static lh_slot *ref_at(lhi_alone *a, int i)
{
    return i < a->op->n_in ? &a->ref_in[i] : &a->ref_out;
}

/* Places for one op in one type; without a block it only measures. */
static size_t lay_out(lhi_alone *a, char *block)
{
    const size_t element = lhi_type_size(a->type);
    size_t most = 0;
    char *at = block;

    for (int i = 0; i <= a->op->n_in; i++) {
        lh_slot *slot = slot_at(a, i), *ref = ref_at(a, i);
        const size_t n = lhi_cells(slot);

        most = n > most ? n : most;
        slot->value = carve(&at, n, element);
        slot->grad = carve(&at, n, element);
        *ref = (lh_slot){.rows = slot->rows, .cols = slot->cols};
        ref->value = carve(&at, n, sizeof(lh_wide));
        ref->grad = carve(&at, n, sizeof(lh_wide));
        ref->off = carve(&at, n, sizeof(double));
        ref->grad_off = carve(&at, n, sizeof(double));
    }
    a->got = carve(&at, most, sizeof *a->got);
    a->wanted = carve(&at, most, sizeof *a->wanted);
    a->off = carve(&at, most, sizeof *a->off);
    return (size_t)(at - block);
}

static void set_up(lhi_alone *a, lhi_check *k, uint32_t node, lh_type type)
{
    const lhi_ws *w = k->tape[type];

    *a = (lhi_alone){.k = k, .node = node, .type = type, .op = lhi_op_of(w, node),
                     .wide = lhi_op_of(k->tape[LH_WIDE], node)};
    a->step = a->ref_step = lhi_call_of(w, node, 0);
    a->ref_step.op = a->wide;
    a->ref_step.work = lhi_call_of(k->tape[LH_WIDE], node, 0).work;
    for (int i = 0; i < a->op->n_in; i++) {
        a->in[i] = *a->step.in[i];
        a->step.in[i] = &a->in[i];
        a->ref_step.in[i] = &a->ref_in[i];
    }
    a->out = *a->step.out;
    a->step.out = &a->out;
    a->ref_step.out = &a->ref_out;
}

/* The same numbers in wide, and what rounding does to this op alone. */
static void refer(lhi_alone *a)
{
    const lh_rounding r = lhi_rounding(a->type);

    for (int i = 0; i <= a->op->n_in; i++) {
        const lh_slot *slot = slot_at(a, i), *ref = ref_at(a, i);

        for (size_t e = 0; e < lhi_cells(slot); e++) {
            ((lh_wide *)ref->value)[e] = lhi_get(a->type, slot->value, e);
            ((lh_wide *)ref->grad)[e] = slot == &a->out ? lhi_get(a->type, slot->grad, e) : 0;
            ref->off[e] = ref->grad_off[e] = 0;
        }
    }
    a->wide->value_bound(&a->ref_step, &r);
    lhi_bounds_settle(a->ref_out.off, lhi_cells(&a->out));
    for (int o = 0; o < a->op->n_in; o++)
        if (!(a->op->no_grad >> o & 1)) {
            a->wide->grad_bound(&a->ref_step, o, &r);
            lhi_bounds_settle(a->ref_in[o].grad_off, lhi_cells(&a->in[o]));
        }
    a->wide->hand(&a->ref_step);
}

/* What the op gives to operand o where its array held x before. */
static void call_over(lhi_alone *a, int o, lh_wide x)
{
    for (size_t e = 0; e < lhi_cells(&a->in[o]); e++)
        lhi_set(a->type, a->in[o].grad, e, x);
    lhi_give(a, o, 1);
    for (size_t e = 0; e < lhi_cells(&a->in[o]); e++)
        a->got[e] = lhi_get(a->type, a->in[o].grad, e);
}

/* What is not finite may be what was there before: then it is not set, or added to. */
static lhi_diagnosis without_poison(lhi_alone *a, int o, const lhi_pair *x, lhi_diagnosis d)
{
    lhi_diagnosis clean;

    call_over(a, o, 0);
    clean = lhi_diagnose(x);
    if (clean.reason == LH_WHY_NONFINITE)
        return d;
    if (clean.reason != LH_WHY_NOTHING)
        return clean;
    d.reason = LH_WHY_DOUBLE_COUNT;
    snprintf(d.why, sizeof d.why, "it adds to what was there where it should set");
    return d;
}

/* Compares what the op gives to operand o with its second gradient. */
static int gradient_is_right(lhi_alone *a, int o)
{
    const size_t n = lhi_cells(&a->in[o]);
    /* hand() rounds, too, in wide. */
    const double both = 1 + lhi_rounding(LH_WIDE).u / lhi_rounding(a->type).u;
    const lhi_pair x = {a->got, a->wanted, a->off, a->in[o].rows, a->in[o].cols, a->step.m,
                        a->type};
    lhi_diagnosis d;

    for (size_t e = 0; e < n; e++) {
        a->wanted[e] = ((const lh_wide *)a->ref_in[o].grad)[e];
        a->off[e] = both * a->ref_in[o].grad_off[e];
    }
    call_over(a, o, (lh_wide)NAN); /* what it does not set stays NaN */
    if (!lhi_same_again(a, o))
        return 0;
    d = lhi_diagnose(&x);
    if (d.reason == LH_WHY_NOTHING)
        return 1;
    if (d.reason == LH_WHY_NONFINITE)
        d = without_poison(a, o, &x, d);
    else
        lhi_amiss(a, o, &x, &d);
    lhi_found(a, o, LH_BY_SECOND, &d, a->got[d.worst], a->wanted[d.worst], a->off[d.worst]);
    return 0;
}

/* One op in one type, operand by operand; 1 when nothing is wrong. */
static int look_at(lhi_check *k, uint32_t node, lh_type type)
{
    lhi_alone a;
    char *block;
    int good = 1, laws;

    set_up(&a, k, node, type);
    laws = type != LH_WIDE || a.op->flops(&a.step) <= enough;
    block = lhi_alloc_later(k->c, lay_out(&a, NULL));
    if (!block)
        return 1;
    lay_out(&a, block);
    for (int o = 0; o < a.op->n_in; o++) {
        if (a.op->no_grad >> o & 1 || !k->p->needs[k->t->node[node].in[o]])
            continue;
        lhi_load(&a);
        refer(&a);
        if (!gradient_is_right(&a, o) || (laws && !lhi_laws_hold(&a, o)))
            good = 0;
        good &= lhi_integers_hold(&a, o);
    }
    lhi_release(k->c, block);
    return good;
}

void lhi_look_at_ops(lhi_check *k)
{
    for (size_t i = k->p->forwards; i-- > 0 && lhi_ok(k->c) && !lhi_check_gives_up(k);)
        if (k->p->act[i].kind == LHI_FORWARD && k->p->needs[k->p->act[i].node])
            /* What is wrong in wide is wrong in its formula: one finding is enough. */
            for (int type = LH_WIDE; type >= (k->no_float ? LH_F64 : LH_F32) &&
                                     look_at(k, k->p->act[i].node, (lh_type)type);
                 type--)
                ;
}
