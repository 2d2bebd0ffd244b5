/* selftest.c -- every kind of mutant on every op: what the check notices, and why. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/progress.h"
#include "framework/base/stop.h"
#include "framework/base/threads.h"
#include "framework/ops/ops.h"
#include "framework/selftest/selftest.h"
#include "framework/verify/check.h"

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
    lhi_ws *w = lhi_ws_new(n->t, NULL, type, n->m, 1,
                           LHI_WS_GRADIENTS | LHI_WS_OWN_PARAMS | LHI_WS_TRAINS);

    for (int i = 0; w && i < 3; i++)
        pass(w, p, i ? 1 : 0.5L);
    return w;
}

/* What no whole pass shows: the op's gradients once more, by tiles, and with NaN in what it says
 * that it does not read. */
static void in_parts(const lhi_network *n, const lhi_plan *p, lhi_ws *w)
{
    lh_call s = lhi_call_of(w, n->node, 0);
    const lh_op *op = s.op;

    s.fresh = 1;
    for (int i = 0; i <= op->n_in; i++) {
        const lh_slot *a = i < op->n_in ? s.in[i] : s.out;

        if (!(op->reads & (i < op->n_in ? LH_READS(i) : LH_READS_OUT)))
            for (size_t e = 0; e < lhi_cells(a); e++)
                lhi_set(w->type, a->value, e, (lh_wide)NAN);
    }
    for (int o = 0; o < op->n_in; o++) {
        const lh_slot *a = s.in[o];

        if (op->no_grad >> o & 1 || !p->needs[w->t->node[n->node].in[o]])
            continue;
        for (int part = 0; part < 3; part++) {
            const size_t i0 = lhi_share(a->rows, part, 3), i1 = lhi_share(a->rows, part + 1, 3);

            if (i0 < i1)
                op->backward(&s, o, (lh_tile){i0, i1, 0, a->cols});
        }
    }
}

/* The same but for rounding: beside what an op does not depend on (a softmax on what all logits
 * have in common) a wrong rule is a right one. */
static int same_gradients(const lhi_ws *a, const lhi_ws *b, const lhi_plan *p)
{
    const lh_wide u = (lh_wide)lhi_rounding(a->type).u;

    for (size_t i = 0; i < a->nodes; i++) {
        const size_t cells = p->given[i] ? lhi_cells(&a->slot[i]) : 0;
        lh_wide most = 0;

        for (size_t e = 0; e < cells; e++)
            most = fmaxl(most, fabsl(lhi_get(a->type, a->slot[i].grad, e)));
        for (size_t e = 0; e < cells; e++) {
            const lh_wide x = lhi_get(a->type, a->slot[i].grad, e);
            const lh_wide y = lhi_get(b->type, b->slot[i].grad, e);

            if (!(fabsl(x - y) <= 8 * u * most) && !(x != x && y != y))
                return 0;
        }
    }
    return 1;
}

/* The right gradients of a network in every type: whole, and then in parts. */
typedef struct rights {
    lhi_plan *p;
    lhi_ws *of[LH_TYPES], *in_parts[LH_TYPES];
} rights;

/* By the right rule in the place of a mutant: a contribution that is worked first and added
 * then rounds otherwise than one that is added on the way. */
static int rights_open(const lhi_network *n, lhi_at_work *now, rights *r)
{
    static const lhi_mutant none = {.name = "right", .answer = lhi_answer_right, .operand = -1};
    lhi_node *node = &n->t->node[n->node];
    const lhi_op_family *family = node->family;

    *r = (rights){.p = lhi_plan_new(n->t, n->L.id, LHI_KEEP_ALL)};
    node->family = lhi_mutant_of(now, family, &none, n->c->set.isa);
    for (int type = 0; r->p && type < LH_TYPES; type++) {
        r->of[type] = passes(n, r->p, (lh_type)type);
        r->in_parts[type] = passes(n, r->p, (lh_type)type);
        if (r->in_parts[type])
            in_parts(n, r->p, r->in_parts[type]);
    }
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
        if (same) {
            in_parts(n, r->p, w);
            same = same_gradients(r->in_parts[type], w, r->p);
        }
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

static int try_kind(lhi_selftest *s, lhi_network *n, lhi_at_work *now, const rights *right,
                    size_t kind)
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
    node->family = lhi_mutant_of(now, family, k, n->c->set.isa);
    to->works = works(n, right);
    node->family = lhi_mutant_of(now, family, k, n->c->set.isa); /* and has seen nothing yet */
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
static int try_network(lhi_selftest *s, lhi_network *n, int large)
{
    lhi_at_work *now = lhi_mutant_open(n->c, n->cells);
    rights right;
    int failed = !now || rights_open(n, now, &right) != 0 || try_right(s, n) != 0;

    for (size_t kind = 0; !failed && lhi_mutant_at(kind); kind++)
        if (lhi_mutant_at(kind)->large == large)
            failed = try_kind(s, n, now, &right, kind) != 0;
    return failed ? -1 : 0;
}

/* --- all of them, shared by a team --- */

/* A network to be tried, and what came of it. */
typedef struct task {
    const lhi_op_family *family;
    size_t which;          /* of its networks, or the large one: */
    int large;
    lhi_selftest *part;    /* in a context of its own */
} task;

typedef struct team {
    lh_ctx *c;
    task *task;
    size_t tasks, room;
    lhi_progress progress; /* of rank 0 */
} team;

static int add_task(team *t, const lhi_op_family *f, size_t which, int large)
{
    if (lhi_grow(t->c, &t->task, &t->room, t->tasks + 1, sizeof *t->task) != 0)
        return -1;
    t->task[t->tasks++] = (task){f, which, large, NULL};
    return 0;
}

static int add_op(team *t, const lhi_op_family *f)
{
    for (size_t which = 0; lhi_network_there(f, which); which++)
        if (add_task(t, f, which, 0) != 0)
            return -1;
    return lhi_network_large_there(f) ? add_task(t, f, 0, 1) : 0;
}

/* Contexts are not shared by threads: a task has one for what it finds, and the network its own. */
static void try_task(lh_ctx *like, task *k)
{
    lh_ctx *c = lh_open(0, NULL, "");
    lhi_network n;

    lh_on_message(c, lhi_silent, NULL);
    c->set.isa = like->set.isa;
    k->part = lhi_ok(c) ? lhi_alloc(c, sizeof *k->part) : NULL;
    if (!k->part) {
        lh_close(c);
        return;
    }
    k->part->c = c;
    if ((k->large ? lhi_network_open_large(c, k->family, &n)
                  : lhi_network_open(c, k->family, k->which, &n)) != 1)
        return;
    if (try_network(k->part, &n, k->large) != 0 && lhi_ok(c))
        lhi_fail(c, LH_ENOMEM, NULL, "self-test: %s", lh_message(n.c));
    lhi_network_close(&n);
}

static void work(void *arg, int rank, int size)
{
    team *t = arg;

    for (size_t i = (size_t)rank; i < t->tasks && !lhi_hurries(t->c); i += (size_t)size) {
        try_task(t->c, &t->task[i]);
        if (rank == 0)
            lhi_progress_show(&t->progress, (long)(i + 1), "%s",
                              lhi_family_op(t->task[i].family, LHI_F64)->name);
    }
}

/* Takes over what a task found, whose context ends.  -1: it failed. */
static int collect(lhi_selftest *s, task *k)
{
    lhi_selftest *part = k->part;
    lh_ctx *c = part ? part->c : NULL;
    int failed = !part || !lhi_ok(c);

    if (!part)
        lhi_fail(s->c, LH_ENOMEM, NULL, "self-test: there is no memory for a network");
    else if (failed)
        lhi_fail(s->c, lh_error(c), NULL, "%s", lh_message(c));
    for (size_t i = 0; !failed && i < part->trials; i++) {
        lhi_trial *to = new_trial(s);

        failed = !to;
        if (to)
            *to = part->trial[i];
    }
    if (!failed) {
        s->networks += part->networks;
        if (part->alarms > 0 && s->alarms == 0)
            snprintf(s->alarm, sizeof s->alarm, "%s", part->alarm);
        s->alarms += part->alarms;
    }
    if (c)
        lh_close(c);
    return failed ? -1 : 0;
}

/* Of many networks an even choice: the large ones, which are few, always. */
static void choose(team *t, size_t most)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->tasks; i++)
        if (t->task[i].large || i * most / t->tasks != (i + 1) * most / t->tasks)
            t->task[kept++] = t->task[i];
    t->tasks = kept;
}

lhi_selftest *lhi_selftest_run(lh_ctx *c, size_t most)
{
    lhi_selftest *s = lhi_alloc(c, sizeof *s);
    team t = {.c = c};
    const lhi_op_family *f;
    int failed = 0;

    if (!s)
        return NULL;
    s->c = c;
    while (lhi_mutant_at(s->kinds))
        s->kinds++;
    for (; !failed && (f = lhi_family_at(c, s->ops)) != NULL; s->ops++)
        failed = add_op(&t, f) != 0;
    if (most > 0 && most < t.tasks)
        choose(&t, most);
    lhi_progress_begin(&t.progress, c, "network", (long)t.tasks);
    if (!failed)
        lhi_team(c, lhi_threads(c, NULL), work, &t);
    lhi_progress_end(&t.progress);
    failed |= lhi_gives_up(c, "testing the checker");
    for (size_t i = 0; i < t.tasks; i++) /* each has a context to close */
        failed |= collect(s, &t.task[i]) != 0;
    lhi_release(c, t.task);
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
    const lhi_score all = lhi_selftest_score(s, LHI_ANY, LH_REASONS, methods);

    if (s->alarms > 0)
        return lhi_fail(s->c, LH_EVERIFY, NULL, "self-test: %zu of %zu right networks are "
                        "suspected, the first of %s", s->alarms, s->networks, s->alarm);
    if (all.noticed < all.trials || all.trials == 0)
        return lhi_fail(s->c, LH_EVERIFY,
                        "longhand check --self-test --detailed lists what is not noticed",
                        "self-test: %zu of %zu wrong rules are noticed", all.noticed, all.trials);
    if (all.right * 100 < all.trials * 90)
        return lhi_fail(s->c, LH_EVERIFY,
                        "longhand check --self-test --detailed lists what is misnamed",
                        "self-test: for %zu of %zu wrong rules the reason is right", all.right,
                        all.trials);
    return LH_OK;
}
