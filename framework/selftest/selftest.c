/* selftest.c -- every kind of mutant on every op: what the check notices, and why. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "framework/system/sys.h"
#include "framework/verify/check.h"
#include "framework/selftest/selftest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- does a mutant change anything? --- */

/* Inputs and parameters of a workspace at `scale` times their values. */
static void fill(lhi_ws *w, lh_wide scale)
{
    const lh_tape *t = w->t;
    const lh_params *p = t->params;

    for (size_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];
        const void *from = n->kind == LHI_PARAM   ? lhi_params_at(p, p->value, n->param)
                           : n->kind == LHI_INPUT ? t->bound[i]
                                                  : NULL;
        const lh_type type = n->kind == LHI_INPUT ? t->bound_type[i] : p->type;

        for (size_t e = 0; from && e < w->slot[i].rows * w->slot[i].cols; e++)
            lhi_set(w->type, w->slot[i].value, e, scale * lhi_get(type, from, e));
    }
}

static void pass(lhi_ws *w, const lhi_plan *p, lh_wide scale)
{
    fill(w, scale);
    lhi_run_whole(w, p);
}

/* Other values first, then these, twice: what is stale, or left over, shows. */
static lhi_ws *passes(const lhi_network *n, const lhi_plan *p, lh_type type)
{
    lhi_ws *w = lhi_ws_new(n->t, NULL, type, n->m, 1, LHI_WS_GRADIENTS | LHI_WS_OWN_PARAMS);

    for (int i = 0; w && i < 3; i++)
        pass(w, p, i ? 1 : 0.5L);
    return w;
}

static int same_gradients(const lhi_ws *a, const lhi_ws *b, const lhi_plan *p)
{
    for (size_t i = 0; i < a->nodes; i++)
        for (size_t e = 0; p->given[i] && e < a->slot[i].rows * a->slot[i].cols; e++) {
            const lh_wide x = lhi_get(a->type, a->slot[i].grad, e);
            const lh_wide y = lhi_get(b->type, b->slot[i].grad, e);

            if (!(x == y) && !(x != x && y != y))
                return 0;
        }
    return 1;
}

/* The right gradients of a network in every type. */
typedef struct rights {
    lhi_plan *p;
    lhi_ws *of[LH_TYPES];
} rights;

/* By the right rule in the place of a mutant: a contribution that is worked first and added
 * then rounds otherwise than one that is added on the way. */
static int rights_open(const lhi_network *n, rights *r)
{
    static const lhi_mutant none = {.name = "right", .answer = lhi_call_right, .operand = -1};
    lhi_node *node = &n->t->node[n->node];
    const lhi_op_family *family = node->family;

    *r = (rights){.p = lhi_plan_new(n->t, n->L.id, LHI_KEEP_ALL)};
    node->family = lhi_mutant_of(family, &none, n->c->set.isa);
    for (int type = 0; r->p && type < LH_TYPES; type++)
        r->of[type] = passes(n, r->p, (lh_type)type);
    node->family = family;
    return lhi_ok(n->c) ? 0 : -1;
}

/* With the mutant in its place. */
static int works(const lhi_network *n, const rights *r)
{
    int same = 1;

    for (int type = 0; same && type < LH_TYPES; type++) {
        lhi_ws *w = passes(n, r->p, (lh_type)type);

        same = w && same_gradients(r->of[type], w, r->p);
        if (w)
            lhi_ws_free(w);
    }
    return !same;
}

/* --- trials --- */

static unsigned methods_of(const lhi_report *r)
{
    unsigned by = 0;

    for (size_t i = 0; i < r->rows; i++)
        for (int m = 0; m < LH_METHODS; m++) {
            const lh_comparison *c = &r->row[i].by[m];

            if (c->compared + c->directions > 0 && !c->agrees)
                by |= 1u << m;
        }
    for (size_t i = 0; i < r->findings; i++)
        by |= 1u << r->finding[i].by;
    return by;
}

/* Of the op nearest to the loss that is wrong by itself, else of the first row. */
static lh_reason reason_of(const lhi_report *r)
{
    if (r->findings > 0)
        return r->finding[0].reason;
    for (size_t i = 0; i < r->rows; i++)
        if (r->row[i].verdict != LH_AGREE)
            return r->row[i].reason;
    return LH_WHY_NOTHING;
}

static lhi_trial *new_trial(lhi_selftest *s)
{
    if (lhi_grow(s->c, &s->trial, &s->room, s->trials + 1, sizeof *s->trial) != 0)
        return NULL;
    return &s->trial[s->trials++];
}

/* Checks the network as it is now; the trial is told what came of it. */
static int check(lhi_selftest *s, lhi_network *n, lhi_trial *to)
{
    lhi_report *r = lhi_verify(n->L, NULL, 0, NULL, NULL);

    if (!r) {
        lhi_fail(s->c, lh_error(n->c), NULL, "%s %s: %s", to->op, n->text, lh_message(n->c));
        return -1;
    }
    to->noticed = r->verdict != LH_AGREE;
    to->by = methods_of(r);
    to->reason = reason_of(r);
    lhi_report_free(n->c, r);
    return 0;
}

static int try_kind(lhi_selftest *s, lhi_network *n, const rights *right, size_t kind)
{
    const lhi_mutant *k = lhi_mutant_at(kind);
    lhi_node *node = &n->t->node[n->node];
    const lhi_op_family *family = node->family;
    lhi_trial *to = new_trial(s);
    int failed;

    if (!to)
        return -1;
    *to = (lhi_trial){.kind = kind, .op = lhi_family_op(family, LHI_F64)->name};
    snprintf(to->network, sizeof to->network, "%s", n->text);
    node->family = lhi_mutant_of(family, k, n->c->set.isa);
    to->works = k->flags & LHI_MUTANT_BY_LAW || works(n, right);
    node->family = lhi_mutant_of(family, k, n->c->set.isa); /* and has seen nothing yet */
    failed = to->works && check(s, n, to) != 0;
    node->family = family;
    return failed ? -1 : 0;
}

/* The right op must not be suspected. */
static int try_right(lhi_selftest *s, lhi_network *n)
{
    lhi_trial none = {.op = lhi_node_op(&n->t->node[n->node])->name};

    if (check(s, n, &none) != 0)
        return -1;
    s->networks++;
    if (none.noticed && s->alarms++ == 0)
        snprintf(s->alarm, sizeof s->alarm, "%s %s: %s", none.op, n->text,
                 lh_reason_name(none.reason, NULL));
    return 0;
}

/* The kinds that are for a large network, or the others. */
static int try_network(lhi_selftest *s, lhi_network *n, unsigned is_large)
{
    rights right;
    int failed = lhi_mutant_open(n->c, n->cells) != 0 || rights_open(n, &right) != 0 ||
                 try_right(s, n) != 0;

    for (size_t kind = 0; !failed && lhi_mutant_at(kind); kind++)
        if ((lhi_mutant_at(kind)->flags & LHI_MUTANT_LARGE) == is_large)
            failed = try_kind(s, n, &right, kind) != 0;
    lhi_network_close(n);
    return failed ? -1 : 0;
}

static int try_op(lhi_selftest *s, const lhi_op_family *f)
{
    lhi_network n;
    size_t which = 0;
    int there;

    while ((there = lhi_network_open(s->c, f, which, &n)) == 1 && try_network(s, &n, 0) == 0)
        which++;
    if (there != 0)
        return -1;
    there = lhi_network_open_large(s->c, f, &n);
    return there == 0 ? 0 : there < 0 ? -1 : try_network(s, &n, LHI_MUTANT_LARGE);
}

lhi_selftest *lhi_selftest_run(lh_ctx *c)
{
    lhi_selftest *s = lhi_alloc(c, sizeof *s);
    const lhi_op_family *f;
    int failed = 0;

    if (!s)
        return NULL;
    s->c = c;
    while (lhi_mutant_at(s->kinds))
        s->kinds++;
    lhi_sys_lock(LHI_LOCK_SELFTEST);
    while (!failed && (f = lhi_family_at(s->c, s->ops)) != NULL) {
        failed = try_op(s, f) != 0;
        s->ops++;
    }
    lhi_sys_unlock(LHI_LOCK_SELFTEST);
    return failed ? NULL : s;
}

/* --- what it comes to --- */

static int counts(const lhi_trial *t, size_t kind, lh_reason class)
{
    if (!t->works)
        return 0;
    if (kind != LHI_ANY)
        return t->kind == kind;
    return class == LH_REASONS || lhi_mutant_at(t->kind)->class == class;
}

lhi_score lhi_selftest_score(const lhi_selftest *s, size_t kind, lh_reason class,
                             unsigned methods)
{
    lhi_score sum = {0};

    for (size_t i = 0; i < s->trials; i++) {
        const lhi_trial *t = &s->trial[i];
        const int noticed = methods == LHI_ALL_METHODS ? t->noticed : (t->by & methods) != 0;

        if (!counts(t, kind, class))
            continue;
        sum.trials++;
        sum.noticed += (size_t)noticed;
        sum.right += (size_t)(noticed && lhi_mutant_at(t->kind)->reasons >> t->reason & 1);
        for (int m = 0; m < LH_METHODS; m++)
            sum.by[m] += t->by >> m & 1;
    }
    return sum;
}

lh_status lhi_selftest_judge(const lhi_selftest *s, unsigned methods)
{
    static const lh_reason whole[] = {LH_WHY_SIGN, LH_WHY_SCALE, LH_WHY_TRANSPOSED,
                                      LH_WHY_MISSING_TERM, LH_WHY_NONFINITE};
    const lhi_score all = lhi_selftest_score(s, LHI_ANY, LH_REASONS, methods);
    const char *const hint = "longhand check --self-test --detailed lists what is not noticed";

    if (s->alarms > 0)
        return lhi_fail(s->c, LH_EVERIFY, NULL, "self-test: %zu of %zu right networks are "
                        "suspected, the first of %s", s->alarms, s->networks, s->alarm);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        const lhi_score one = lhi_selftest_score(s, LHI_ANY, whole[i], methods);

        if (one.noticed < one.trials || one.trials == 0)
            return lhi_fail(s->c, LH_EVERIFY, hint,
                            "self-test: %zu of %zu wrong rules of class %s are noticed",
                            one.noticed, one.trials, lh_reason_name(whole[i], NULL));
    }
    if (all.noticed * 100 < all.trials * 98)
        return lhi_fail(s->c, LH_EVERIFY, hint, "self-test: %zu of %zu wrong rules are noticed",
                        all.noticed, all.trials);
    if (all.right * 100 < all.trials * 90)
        return lhi_fail(s->c, LH_EVERIFY, hint,
                        "self-test: for %zu of %zu wrong rules the reason is right", all.right,
                        all.trials);
    return LH_OK;
}
