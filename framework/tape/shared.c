/* shared.c -- a batch that several ranks work on: what each does of it, and what they exchange. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/shared.h"

#include "framework/base/threads.h"

#include <string.h>

enum {
    OUT = LH_OPERANDS, OUT_GRAD, TERMS, /* bits of .gathers after the operands' */
    SMALL = 1 << 16                     /* bytes of sums that all ranks get */
};

/* --- which act is what --- */

static int batch(const lhi_ws *w, uint32_t id)
{
    return lhi_is_batch(&w->t->node[id]);
}

static unsigned batch_operands(const lhi_ws *w, const lhi_node *n, unsigned of)
{
    unsigned all = 0;

    for (int k = 0; k < lhi_arity(n); k++)
        if (of >> k & 1 && batch(w, n->in[k]))
            all |= 1u << k;
    return all;
}

static lhi_shared_act forward_act(const lhi_ws *w, const lhi_act *a)
{
    const lhi_node *n = &w->t->node[a->node];

    if (a->kind == LHI_FINISH)
        return (lhi_shared_act){.how = LHI_WHOLE,
                                .gathers = batch(w, n->in[0]) ? 1u << TERMS : 0};
    if (a->by_rows)
        return (lhi_shared_act){.how = LHI_OWN_ROWS};
    return (lhi_shared_act){.how = LHI_WHOLE, .gathers = batch_operands(w, n, ~0u)};
}

static lhi_shared_act backward_act(const lhi_ws *w, const lhi_act *a)
{
    const lhi_node *n = &w->t->node[a->node];
    const lh_op *op = lhi_op_of(w, a->node);
    lhi_shared_act s = {.how = LHI_WHOLE};

    if (a->by_rows)
        return (lhi_shared_act){.how = LHI_OWN_ROWS};
    if (lhi_is_batch(n) && lhi_fuses_of(op)->shards >> a->operand & 1)
        return (lhi_shared_act){.how = LHI_SHARDS};
    s.gathers = batch_operands(w, n, op->reads);
    if (lhi_is_batch(n))
        s.gathers |= 1u << OUT_GRAD | (op->reads & LH_READS_OUT ? 1u << OUT : 0);
    return s;
}

/* The array that an act gives to. */
static uint32_t target(const lhi_ws *w, const lhi_act *a)
{
    return w->p->grad_of[w->t->node[a->node].in[a->operand]];
}

/* Does act i need a sum that acts from..i-1 have made and that is not exchanged yet?  Its own sums
 * over shards are added to it in turn when they are. */
static int needs(const lhi_ws *w, const lhi_shared_act *s, size_t from, size_t i)
{
    const lhi_act *a = &w->p->act[i];

    for (size_t j = from; j < i; j++) {
        const uint32_t sum = target(w, &w->p->act[j]);

        if (s[j].how == LHI_SHARDS &&
            (w->p->grad_of[a->node] == sum || (s[i].how != LHI_SHARDS && target(w, a) == sum)))
            return 1;
    }
    return 0;
}

static void close_group(lhi_ws *w, size_t from, size_t to)
{
    lhi_shared *s = w->shared;
    lhi_group g = {.from = from, .to = to, .part = s->elements};

    for (size_t i = from; i < to; i++)
        if (s->act[i].how == LHI_SHARDS) {
            const lhi_node *n = &w->t->node[w->p->act[i].node];

            s->act[i].group = s->groups;
            s->act[i].at = g.elements;
            g.elements += lhi_cells(&w->slot[n->in[w->p->act[i].operand]]);
        }
    if (g.elements == 0)
        return;
    g.small = g.elements * w->element <= SMALL;
    s->elements += g.elements;
    s->group[s->groups++] = g;
}

static void find_groups(lhi_ws *w)
{
    lhi_shared *s = w->shared;
    const lhi_plan *p = w->p;
    size_t from = p->forwards;

    for (size_t i = 0; i < p->acts; i++)
        s->act[i] = i < p->forwards ? forward_act(w, &p->act[i]) : backward_act(w, &p->act[i]);
    for (size_t i = p->forwards; i < p->acts; i++)
        if (needs(w, s->act, from, i)) {
            close_group(w, from, i);
            s->act[i].flush = 1;
            from = i;
        }
    close_group(w, from, p->acts);
}

static size_t part_bytes(const lhi_ws *w)
{
    return w->shared->elements * (size_t)w->shared->most_own * w->element;
}

/* Small groups have room for the sums of all ranks each; large ones follow one another in that of
 * a block. */
static int make_room(lhi_ws *w)
{
    lhi_shared *s = w->shared;
    size_t small = 0, block = 0, met, level;

    for (size_t k = 0; k < s->groups; k++) {
        lhi_group *g = &s->group[k];
        const size_t one = g->elements / (size_t)s->e->size + 1;

        g->met = small;
        if (g->small)
            small += g->elements * (size_t)s->most_all;
        else
            block = one > block ? one : block;
    }
    for (size_t k = 0; k < s->groups; k++)
        if (!s->group[k].small)
            s->group[k].met = small;
    met = (small + block * (size_t)s->most_all) * w->element;
    level = s->elements * LHI_LEVELS * w->element;
    s->room = part_bytes(w) + met + level;
    s->part[0] = lhi_alloc_later(w->t->c, part_bytes(w));
    for (int r = 1; r < s->e->size; r++)
        s->part[r] = s->part[0];
    s->met = lhi_alloc_later(w->t->c, met);
    s->level = lhi_alloc_later(w->t->c, level);
    return lhi_ok(w->t->c) ? 0 : -1;
}

void lhi_shared_reach(lhi_ws *w)
{
    lhi_shared *s = w->shared;
    void *alone = s ? s->part[0] : NULL;

    if (!s || s->shares || s->e->share(s->e, part_bytes(w), s->part) != 0)
        return;
    s->shares = 1;
    lhi_release(w->t->c, alone);
    lhi_release(w->t->c, s->met);
    s->met = NULL;
}

int lhi_shared_begin(lhi_ws *w, lhi_engine *e)
{
    lh_ctx *c = w->t->c;
    const size_t ranks = (size_t)e->size + 1;
    lhi_shared *s = lhi_alloc(c, sizeof *s);

    if (!s)
        return -1;
    w->shared = s;
    s->e = e;
    s->first = lhi_alloc_array(c, ranks, sizeof *s->first);
    s->row = lhi_alloc_array(c, 2 * ranks, sizeof *s->row);
    s->part = lhi_alloc_array(c, ranks, sizeof *s->part);
    s->act = lhi_alloc_array(c, w->p->acts, sizeof *s->act);
    s->group = lhi_alloc_array(c, w->p->acts, sizeof *s->group);
    if (!lhi_ok(c))
        return -1;
    s->cut = s->row + ranks;
    lhi_partials_most(w->shards, e->size, &s->most_own, &s->most_all);
    lhi_shared_rows(w);
    find_groups(w);
    return make_room(w);
}

void lhi_shared_free(lhi_ws *w)
{
    lh_ctx *c = w->t->c;
    lhi_shared *s = w->shared;

    if (!s)
        return;
    if (s->shares)
        s->e->leave(s->e, s->part[s->e->rank]);
    else if (s->part)
        lhi_release(c, s->part[0]);
    lhi_release(c, s->level);
    lhi_release(c, s->met);
    lhi_release(c, s->part);
    lhi_release(c, s->group);
    lhi_release(c, s->act);
    lhi_release(c, s->row);
    lhi_release(c, s->first);
    lhi_release(c, s);
    w->shared = NULL;
}

void lhi_shared_rows(lhi_ws *w)
{
    lhi_shared *s = w->shared;

    if (s->tree.rows != w->m)
        lhi_partials_of(&s->tree, w->m, w->shards, s->e->size, s->first, s->row);
}

void lhi_shared_own(const lhi_ws *w, size_t *from, size_t *to)
{
    const lhi_shared *s = w->shared;

    *from = s->row[s->e->rank];
    *to = s->row[s->e->rank + 1];
}

/* --- the acts --- */

lh_tile lhi_shared_tile(const lh_slot *a, int rank, int size)
{
    if (a->rows > 1)
        return (lh_tile){lhi_share(a->rows, rank, size), lhi_share(a->rows, rank + 1, size), 0,
                         a->cols};
    return (lh_tile){0, a->rows, lhi_share(a->cols, rank, size),
                     lhi_share(a->cols, rank + 1, size)};
}

static void gather_rows(lhi_ws *w, void *array, size_t cols)
{
    const lhi_shared *s = w->shared;

    for (int r = 0; r <= s->e->size; r++)
        s->cut[r] = s->row[r] * cols * w->element;
    s->e->gather(s->e, array, s->cut);
}

static void gather_whole(lhi_ws *w, size_t act, const lhi_job *j, int rank, int size)
{
    const unsigned what = w->shared->act[act].gathers;
    const lh_call *s = &j->call;

    if (!what)
        return;
    if (size > 1)
        lhi_barrier();
    for (int k = 0; rank == 0 && k < LH_OPERANDS; k++)
        if (what >> k & 1)
            gather_rows(w, s->in[k]->value, s->in[k]->cols);
    if (rank == 0 && what >> OUT & 1)
        gather_rows(w, s->out->value, s->out->cols);
    if (rank == 0 && what >> OUT_GRAD & 1)
        gather_rows(w, s->out->grad, s->out->cols);
    if (rank == 0 && what >> TERMS & 1)
        gather_rows(w, s->terms, 1);
    if (size > 1)
        lhi_barrier();
}

static void work_own_rows(const lhi_ws *w, size_t act, const lhi_job *j, int rank, int size)
{
    const lhi_act *a = &w->p->act[act];
    size_t from, to;
    lh_tile t;

    lhi_shared_own(w, &from, &to);
    t = (lh_tile){from + lhi_share(to - from, rank, size),
                  from + lhi_share(to - from, rank + 1, size), 0, 0};
    if (t.i0 == t.i1)
        return;
    if (act < w->p->forwards) {
        j->call.op->forward(&j->call, t.i0, t.i1);
        return;
    }
    t.j1 = j->call.in[a->operand]->cols;
    if (t.j1 > 0)
        j->call.op->backward(&j->call, a->operand, t);
}

static void work_whole(const lhi_act *a, const lhi_job *j, int rank, int size)
{
    const lh_call *s = &j->call;
    const lh_slot *to = a->kind != LHI_FORWARD ? s->in[a->operand]
                        : s->op->terms         ? s->in[0]
                                               : s->out;
    const lh_tile t = lhi_shared_tile(to, rank, size);

    if (a->kind == LHI_FINISH && rank == 0)
        s->op->finish(s);
    else if (a->kind == LHI_FORWARD)
        s->op->forward(s, lhi_share(to->rows, rank, size), lhi_share(to->rows, rank + 1, size));
    else if (a->kind == LHI_BACKWARD && t.i0 < t.i1 && t.j0 < t.j1)
        s->op->backward(s, a->operand, t);
}

void lhi_shared_act_run(lhi_ws *w, size_t act, int rank, int size)
{
    const lhi_shared_act *s = &w->shared->act[act];
    const lhi_job *j = &w->job[(size_t)rank * w->p->acts + act];

    if (s->flush)
        lhi_shared_exchange(w, act, rank, size);
    switch (s->how) {
    case LHI_OWN_ROWS:
        work_own_rows(w, act, j, rank, size);
        break;
    case LHI_WHOLE:
        gather_whole(w, act, j, rank, size);
        work_whole(&w->p->act[act], j, rank, size);
        break;
    case LHI_SHARDS:
        lhi_shared_sum(w, act, j, rank, size);
        break;
    }
}

void lhi_shared_end(lhi_ws *w, int rank, int size)
{
    lhi_shared_exchange(w, w->p->acts, rank, size);
}
