/* explain.c -- why a row of the ledger does not agree, and what is to blame. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One gradient that does not agree. */
typedef struct trouble {
    lhi_check *k;
    uint32_t id;
    lh_entry *e;
    size_t n;
    lhi_pair pair;
    double *off;
} trouble;

static void blame(lh_entry *e, const lhi_diagnosis *d, const char *who)
{
    e->reason = d->reason;
    e->ratio = d->ratio;
    snprintf(e->why, sizeof e->why, "%.150s%s%.80s", who, who[0] ? ": " : "", d->why);
}

/* A finding about an op that gives to this gradient. */
static const lh_finding *finding_of(const trouble *x)
{
    const lhi_report *r = x->k->report;
    char name[120];

    lhi_node_text(x->k->t, x->id, name, sizeof name);
    for (size_t i = 0; i < r->findings; i++)
        if (strcmp(r->finding[i].operand, name) == 0)
            return &r->finding[i];
    return NULL;
}

/* The first row that does not agree, this one not counted. */
static const lh_entry *earlier(const trouble *x)
{
    for (const lh_entry *e = x->k->report->row; e < x->e; e++)
        if (e->verdict == LH_DISAGREE)
            return e;
    return NULL;
}

/* The tape agrees with all others and the derivation stands alone. */
static int derivation_is_alone(const trouble *x)
{
    const lh_comparison *by = x->e->by;

    for (int m = 0; m < LH_METHODS; m++)
        if (m != LH_BY_HAND && by[m].compared + by[m].directions > 0 && !by[m].agrees)
            return 0;
    return by[LH_BY_HAND].compared > 0;
}

/* The derivation with the right gradients for those that it builds on is right itself. */
static int slip_is_above(trouble *x, const lh_wide *isolated)
{
    const lhi_pair p = {isolated, x->pair.wanted, x->off, x->pair.rows, x->pair.cols, x->pair.m,
                        x->pair.type};

    return isolated && lhi_fits(&p, 1, NULL, 0);
}

static void explain_derivation(trouble *x, const lh_wide *hand)
{
    lhi_check *k = x->k;
    const lhi_hand *h = lhi_derivation_of(k, x->id);
    const lh_wide *isolated = lhi_derive(k->page, x->id, -1);
    const lh_comparison *c = &x->e->by[LH_BY_HAND];
    const double most = c->rounding + c->estimate;
    lhi_diagnosis d;
    char who[160];

    for (size_t e = 0; e < x->n; e++) /* its own rounding is at most what decided */
        x->off[e] = fmax(2 * k->off[LH_WIDE].slot[x->id].grad_off[e], most);
    x->pair.got = hand;
    d = lhi_diagnose(&x->pair);
    if (d.reason == LH_WHY_NOTHING)
        d.reason = LH_WHY_VALUE;
    if (slip_is_above(x, isolated)) {
        const lh_entry *first = earlier(x);

        snprintf(who, sizeof who, "it follows from the derivation of %s", first ? first->name
                                                                                : "another");
    } else
        snprintf(who, sizeof who, "the derivation%s%s (%s:%d) stands alone against the tape",
                 h->cites ? " of " : "", h->cites ? h->cites : "", h->file ? h->file : "?",
                 h->line);
    blame(x->e, &d, who);
}

/* What one act gives to this gradient by the op's second rule, in an array of its own. */
static lh_wide *given_by(trouble *x, const lhi_act *a)
{
    lhi_ws *w = x->k->hand;
    lh_call s = lhi_call_of(w, a->node, 0);
    const lh_op *op = lhi_op_of(w, a->node);
    lh_slot in[LH_OPERANDS];

    for (int o = 0; o < op->n_in; o++) {
        in[o] = *s.in[o];
        if (in[o].grad)
            in[o].grad = lhi_alloc_array(x->k->c, lhi_cells(&in[o]), sizeof(lh_wide));
        s.in[o] = &in[o];
    }
    if (lhi_ok(x->k->c))
        op->hand(&s);
    for (int o = 0; o < op->n_in; o++)
        if (o != a->operand)
            lhi_release(x->k->c, in[o].grad);
    return in[a->operand].grad;
}

/* Each op is right alone: is the whole contribution of one of them missing, or there twice? */
static int user_amiss(trouble *x, lhi_diagnosis *d)
{
    const lhi_plan *p = x->k->p;
    int found = 0;

    for (size_t i = 0; i < p->forwards && !found; i++) {
        lhi_act a = p->act[i];

        if (a.kind != LHI_FORWARD || !p->needs[a.node])
            continue;
        for (a.operand = 0; a.operand < lhi_arity(&x->k->t->node[a.node]) && !found;
             a.operand++) {
            lh_wide *term = NULL;
            char name[120];

            if (x->k->t->node[a.node].in[a.operand] == x->id)
                term = given_by(x, &a);
            if (!term)
                continue;
            found = lhi_fits(&x->pair, 1, term, -1) ? -1 : lhi_fits(&x->pair, 1, term, 1);
            if (found) {
                d->reason = found < 0 ? LH_WHY_MISSING_TERM : LH_WHY_DOUBLE_COUNT;
                snprintf(d->why, sizeof d->why, "what %s gives is %s",
                         lhi_node_text(x->k->t, a.node, name, sizeof name),
                         found < 0 ? "missing" : "there twice");
            }
            lhi_release(x->k->c, term);
        }
    }
    return found != 0;
}

/* The method that decided, against the tape: only numbers at one element are known. */
static void explain_by_numbers(trouble *x, lhi_diagnosis *d)
{
    const lh_comparison *c = &x->e->by[x->e->decided];

    d->ratio = c->tape / c->value;
    d->reason = fabs(d->ratio + 1) < 1e-6 ? LH_WHY_SIGN : LH_WHY_VALUE;
    lhi_format(d->why, sizeof d->why, "the tape has %.9g and %s %.9g%s", c->tape,
               lh_method_name(x->e->decided, NULL), c->value,
               c->in_direction ? " along a direction" : "");
}

/* A type whose rounding is over its bound. */
static int explain_rounding(trouble *x, lh_type type, lh_wide *got, lhi_diagnosis *d)
{
    for (size_t e = 0; e < x->n; e++) {
        got[e] = lhi_get(type, x->k->tape[type]->slot[x->id].grad, e);
        x->off[e] = x->k->off[type].slot[x->id].grad_off[e] +
                    x->k->off[LH_WIDE].slot[x->id].grad_off[e];
    }
    x->pair.got = got;
    x->pair.type = type;
    *d = lhi_diagnose(&x->pair);
    return d->reason != LH_WHY_NOTHING;
}

static void explain_tape(trouble *x, lh_wide *room)
{
    const lh_finding *f = finding_of(x);
    const lh_entry *first = earlier(x);
    lhi_diagnosis d = lhi_diagnose(&x->pair);
    char who[160] = "";

    if (f) {
        x->e->reason = f->reason;
        x->e->ratio = f->ratio;
        snprintf(x->e->why, sizeof x->e->why, "%s (%s:%d): %.150s", f->op, f->file ? f->file : "?",
                 f->line, f->why);
        return;
    }
    if (first)
        snprintf(who, sizeof who, "it follows from %s", first->name);
    if (d.reason == LH_WHY_NOTHING && explain_rounding(x, LH_F64, room, &d))
        snprintf(who, sizeof who, "in double");
    else if (d.reason == LH_WHY_NOTHING && explain_rounding(x, LH_F32, room, &d))
        snprintf(who, sizeof who, "in float");
    else if (d.reason == LH_WHY_NOTHING)
        explain_by_numbers(x, &d);
    else if (!first)
        user_amiss(x, &d);
    blame(x->e, &d, who);
}

void lhi_explain_row(lhi_check *k, uint32_t id, const lh_wide *hand, lh_entry *e)
{
    trouble x = {.k = k, .id = id, .e = e, .n = e->rows * e->cols};
    lh_wide *room = lhi_alloc_array(k->c, x.n + 1, sizeof *room);

    x.off = lhi_alloc_array(k->c, x.n + 1, sizeof *x.off);
    x.pair = (lhi_pair){k->tape[LH_WIDE]->slot[id].grad, k->hand->slot[id].grad, x.off, e->rows,
                        e->cols, k->rows, LH_WIDE};
    for (size_t i = 0; x.off && i < x.n; i++)
        x.off[i] = 2 * k->off[LH_WIDE].slot[id].grad_off[i];
    if (lhi_ok(k->c) && hand && derivation_is_alone(&x))
        explain_derivation(&x, hand);
    else if (lhi_ok(k->c))
        explain_tape(&x, room);
    lhi_release(k->c, x.off);
    lhi_release(k->c, room);
}
