/* run.c -- runs a plan: the forward loop and the backward loop. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/stop.h"
#include "framework/base/threads.h"
#include "framework/tape/shared.h"

#include <stdio.h>

/* A thread's part of an array: whole rows where there are several, else columns. */
static lh_tile part_of(const lh_slot *a, int by_rows, int rank, int size)
{
    if (by_rows || a->rows > 1)
        return (lh_tile){lhi_share(a->rows, rank, size), lhi_share(a->rows, rank + 1, size), 0,
                         a->cols};
    return (lh_tile){0, a->rows, lhi_share(a->cols, rank, size),
                     lhi_share(a->cols, rank + 1, size)};
}

/* Where the store keeps what a descent knows of a parameter; NULL: it keeps less. */
static void *slot_of(const lhi_ws *w, const lhi_descent *d, size_t k, uint32_t param)
{
    const lh_params *p = w->t->params;

    return k < d->slots ? lhi_params_at(p, p->slot[d->slot[k]].at, w->t->node[param].param) : NULL;
}

static double factor_of(const lhi_ws *w, uint32_t param)
{
    return w->t->params->at[w->t->node[param].param].factor;
}

/* The rows that forward() fills: of the output, or of the terms. */
static void forward(const lhi_act *a, const lhi_job *j, int rank, int size)
{
    const lh_call *s = &j->call;
    const size_t rows = s->op->terms ? s->in[0]->rows : s->out->rows;

    if (a->kind == LHI_FORWARD)
        s->op->forward(s, lhi_share(rows, rank, size), lhi_share(rows, rank + 1, size));
    else if (rank == 0)
        s->op->finish(s);
}

static void backward(const lhi_act *a, const lhi_job *j, int rank, int size)
{
    const lh_tile t = part_of(j->call.in[a->operand], a->by_rows, rank, size);

    if (t.i0 < t.i1 && t.j0 < t.j1)
        j->call.op->backward(&j->call, a->operand, t);
}

static void descend(const lhi_ws *w, uint32_t param, size_t first, size_t count,
                    const lhi_descent *d)
{
    const lh_slot *a = &w->slot[param];
    const size_t skip = first * w->element;
    const double factor = factor_of(w, param);
    void *slot[LHI_DESCENT_SLOTS] = {NULL};
    lhi_rule rule = d->rule;

    if (factor == 0)
        return;
    rule.rate *= factor;
    for (size_t k = 0; k < d->slots; k++)
        slot[k] = (char *)slot_of(w, d, k, param) + skip;
    d->mover->move((char *)a->value + skip, (char *)a->grad + skip, slot, count, &rule);
}

/* A parameter moves while its gradient is in the registers, where the op can do that, or
 * else when a thread's part of the gradient is whole. */
static void backward_and_move(const lhi_ws *w, const lhi_act *a, lhi_job *j, const lhi_descent *d,
                              int rank, int size)
{
    const lh_slot *in = j->call.in[a->operand];
    const uint32_t param = w->t->node[a->node].in[a->operand];
    const lh_tile t = part_of(in, a->by_rows, rank, size);
    const double factor = factor_of(w, param);
    const lhi_moving moving = {slot_of(w, d, 0, param), d->rule.rate * factor,
                               d->slots ? d->rule.number[1] : 0, d->forget};
    const unsigned moves = d->fuses && factor != 0 ? lhi_fuses_of(j->call.op)->moves : 0;
    const int at_once = moves >> a->operand & 1;

    if (t.i0 == t.i1 || t.j0 == t.j1)
        return;
    j->fused.moving = at_once ? &moving : NULL;
    j->call.op->backward(&j->call, a->operand, t);
    j->fused.moving = NULL;
    if (!at_once)
        descend(w, param, t.i0 * in->cols + t.j0, (t.i1 - t.i0 - 1) * in->cols + t.j1 - t.j0, d);
}

void lhi_run_act(lhi_ws *w, size_t act, const lhi_descent *d, int rank, int size)
{
    const lhi_act *a = &w->p->act[act];
    lhi_job *j = &w->job[(size_t)rank * w->p->acts + act];

    j->call.step = w->step; /* the job is made once for many steps */
    j->call.trains = w->trains;
    if (w->shared)
        lhi_shared_act_run(w, act, rank, size);
    else if (act < w->p->forwards)
        forward(a, j, rank, size);
    else if (d && a->moves)
        backward_and_move(w, a, j, d, rank, size);
    else
        backward(a, j, rank, size);
}

void lhi_run_forward(lhi_ws *w, int rank, int size)
{
    for (size_t i = 0; i < w->p->forwards; i++) {
        if (w->p->act[i].barrier && size > 1)
            lhi_barrier();
        lhi_run_act(w, i, NULL, rank, size);
    }
}

int lhi_root_is_finite(const lhi_ws *w)
{
    const lh_wide x = lhi_get(w->type, w->slot[w->p->root].value, 0);

    return x - x == 0;
}

void lhi_run_backward(lhi_ws *w, const lhi_descent *d, int rank, int size)
{
    int asked = 0;

    for (size_t i = w->p->forwards; i < w->p->acts; i++) {
        if (w->p->act[i].barrier && size > 1)
            lhi_barrier();
        /* What moves does so behind a barrier, and then the root is there. */
        if (d && w->p->act[i].moves && !asked++ && !lhi_root_is_finite(w))
            d = NULL;
        lhi_run_act(w, i, d, rank, size);
    }
    if (w->shared)
        lhi_shared_end(w, rank, size);
}

void lhi_run_one(lhi_ws *w, const lhi_plan *p, size_t act)
{
    lhi_job j;

    lhi_job_make(w, &p->act[act], 0, &j);
    forward(&p->act[act], &j, 0, 1);
}

void lhi_run_from(lhi_ws *w, const lhi_plan *p, size_t act)
{
    for (; act < p->forwards && !lhi_gives_up(w->t->c, "checking"); act++)
        lhi_run_one(w, p, act);
}

void lhi_run_back(lhi_ws *w, const lhi_plan *p)
{
    for (size_t i = p->forwards; i < p->acts && !lhi_gives_up(w->t->c, "checking"); i++) {
        lhi_job j;

        lhi_job_make(w, &p->act[i], 0, &j);
        backward(&p->act[i], &j, 0, 1);
    }
}

void lhi_run_whole(lhi_ws *w, const lhi_plan *p)
{
    lhi_run_from(w, p, 0);
    lhi_set(w->type, w->slot[p->root].grad, 0, 1);
    lhi_run_back(w, p);
}

int lhi_run_value(lhi_ws *w, uint32_t node)
{
    lhi_plan *p = lhi_plan_new(w->t, node, LHI_FORWARD_ONLY);

    if (!p)
        return -1;
    lhi_run_from(w, p, 0);
    lhi_plan_free(w->t->c, p);
    return 0;
}

static int place_of_nonfinite(const lhi_ws *w, const lh_slot *a, size_t *place)
{
    for (*place = 0; *place < a->rows * a->cols; ++*place) {
        const lh_wide x = lhi_get(w->type, a->value, *place);

        if (!(x - x == 0))
            return 1;
    }
    return 0;
}

/* The node itself when it has a name, else the first named one that is made of it. */
static uint32_t named_user(const lhi_ws *w, uint32_t id)
{
    for (uint32_t i = id + 1; i < w->nodes && !w->t->node[id].name; i++)
        for (int k = 0; w->t->node[i].kind == LHI_OP && k < lhi_op_of(w, i)->n_in; k++)
            if (w->t->node[i].in[k] == id) {
                id = i;
                break;
            }
    return id;
}

int lhi_first_nonfinite(const lhi_ws *w, const lhi_plan *p, char *text, size_t room)
{
    for (size_t i = 0; i < w->nodes; i++) {
        const lhi_node *n = &w->t->node[i];
        size_t at;

        if (p->used[i] && n->kind != LHI_OP && place_of_nonfinite(w, &w->slot[i], &at)) {
            snprintf(text, room, "%s holds a value that is not finite at row %zu, column %zu",
                     n->name, at / w->slot[i].cols, at % w->slot[i].cols);
            return 1;
        }
    }
    for (size_t i = 0; i < p->forwards; i++) {
        const uint32_t id = p->act[i].node;
        const lhi_node *n = &w->t->node[id], *user = &w->t->node[named_user(w, id)];
        char name[120];
        size_t at;

        if (p->act[i].kind == LHI_FORWARD && lhi_op_of(w, id)->terms)
            continue; /* its output comes with the finish */
        if (!place_of_nonfinite(w, &w->slot[id], &at))
            continue;
        snprintf(text, room, "%s%s%s is the first, at row %zu, column %zu (%s:%d)",
                 lhi_node_text(w->t, id, name, sizeof name), n->name ? "" : ", in ",
                 n->name ? "" : user->name ? user->name : "the tape", at / w->slot[id].cols,
                 at % w->slot[id].cols, user->file ? user->file : "?", user->line);
        return 1;
    }
    return 0;
}
