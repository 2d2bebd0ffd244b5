/* workspace.c -- the arrays of all nodes of a tape in one element type. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/base/threads.h"
#include "framework/tape/shared.h"

#include <stdio.h>
#include <string.h>

const lh_op *lhi_op_of(const lhi_ws *w, uint32_t node)
{
    return lhi_family_op(w->t->node[node].family, w->variant);
}

lh_call lhi_call_of(const lhi_ws *w, uint32_t node, int rank)
{
    const lhi_node *n = &w->t->node[node];
    lh_call s = {.op = lhi_op_of(w, node), .out = &w->slot[node], .number = n->number,
                 .terms = w->terms[node], .m = w->m ? w->m : 1, .shards = w->shards,
                 .seed = w->t->c->set.seed, .stream = w->stream[node], .step = w->step,
                 .trains = w->trains,
                 .work = w->work + (size_t)rank * w->work_bytes};

    for (int k = 0; k < s.op->n_in; k++)
        s.in[k] = &w->slot[n->in[k]];
    if (s.op->terms && !lhi_is_batch(&w->t->node[n->in[0]]))
        s.m = s.in[0]->rows; /* a mean over rows that are no batch */
    return s;
}

double lhi_plan_flops(const lhi_ws *w, const lhi_plan *p)
{
    double flops = 0;

    for (size_t i = 0; i < p->forwards; i++)
        if (p->act[i].kind == LHI_FORWARD) {
            const lh_call s = lhi_call_of(w, p->act[i].node, 0);

            flops += lhi_op_of(w, p->act[i].node)->flops(&s);
        }
    return flops;
}

static size_t rows_of(const lhi_node *n, size_t batch)
{
    return lhi_is_batch(n) ? batch : (size_t)n->rows;
}

static size_t whole_lines(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

/* More bytes than any allocation gives, on a whole line: sums and products stay there. */
static const size_t too_many = SIZE_MAX / 64 * 64 - 64;

static size_t plus(size_t a, size_t b)
{
    return a < too_many - b ? a + b : too_many;
}

static size_t times(size_t a, size_t b)
{
    return b == 0 || a < too_many / b ? a * b : too_many;
}

/* Does an array of its own hold this node's value (or gradient)? */
static int owns(const lhi_plan *p, const uint32_t *of, size_t id)
{
    return !p || (p->used[id] && of[id] == id);
}

/* The nodes that a workspace has: those of its plan, where it has one. */
static size_t nodes_of(const lh_tape *t, const lhi_plan *p)
{
    return p ? p->nodes : t->count;
}

/* Walks over every array of a workspace.  Without one it only measures; with one it also
 * hands out the places.  Arrays begin on a cache line of their own, so that threads that work
 * on different ones do not meet in a line. */
static size_t lay_out(const lh_tape *t, const lhi_plan *p, lh_type type, size_t rows,
                      unsigned flags, lhi_ws *w)
{
    const size_t element = lhi_type_size(type);
    size_t used = 0;

    for (size_t i = 0; i < nodes_of(t, p); i++) {
        const lhi_node *n = &t->node[i];
        const size_t bytes = whole_lines(times(rows_of(n, rows), (size_t)n->cols * element));
        const size_t terms = n->kind == LHI_OP && lhi_node_op(n)->terms
                                 ? whole_lines(times(rows_of(&t->node[n->in[0]], rows), element))
                                 : 0;
        const int stored = n->kind == LHI_PARAM && !(flags & LHI_WS_OWN_PARAMS);
        const int graded = flags & LHI_WS_GRADIENTS && !stored &&
                           (n->kind != LHI_INPUT || n->wanted) &&
                           (!p || p->needs[i] || i == p->root);

        if (w)
            w->slot[i] = (lh_slot){.rows = rows_of(n, rows), .cols = (size_t)n->cols};
        if (!stored && owns(p, p ? p->value_of : NULL, i)) {
            if (w)
                w->slot[i].value = w->block + used;
            used = plus(used, bytes);
        }
        if (graded && owns(p, p ? p->grad_of : NULL, i)) {
            if (w)
                w->slot[i].grad = w->block + used;
            used = plus(used, bytes);
        }
        if (flags & LHI_WS_TANGENTS) {
            if (w)
                w->slot[i].tangent = w->block + used;
            used = plus(used, bytes);
        }
        if (terms && (!p || p->used[i])) {
            if (w)
                w->terms[i] = w->block + used;
            used = plus(used, terms);
        }
    }
    return used;
}

/* Nodes whose arrays are another node's. */
static void join(lhi_ws *w)
{
    for (size_t i = 0; w->p && i < w->nodes; i++) {
        if (!w->p->used[i])
            continue;
        if (w->p->value_of[i] != i && w->p->value_of[i] != LHI_NONE)
            w->slot[i].value = w->slot[w->p->value_of[i]].value;
        if (w->p->grad_of[i] != i)
            w->slot[i].grad = w->slot[w->p->grad_of[i]].grad;
    }
}

/* The store's arrays may have moved when parameters were added. */
static void point_at_store(lhi_ws *w)
{
    lh_params *p = w->t->params;

    w->store = p->value;
    for (size_t i = 0; i < w->nodes && !w->own_params; i++)
        if (w->t->node[i].kind == LHI_PARAM) {
            w->slot[i].value = lhi_params_at(p, p->value, w->t->node[i].param);
            w->slot[i].grad = lhi_params_at(p, p->grad, w->t->node[i].param);
        }
}

/* What a thread's scratch must hold, over all ops. */
static size_t scratch_of(const lh_tape *t, const lhi_plan *p, int variant, const lh_slot *slot,
                         size_t rows)
{
    size_t most = 0;

    for (size_t i = 0; i < nodes_of(t, p); i++) {
        const lhi_node *n = &t->node[i];
        const lh_op *op = n->kind == LHI_OP ? lhi_family_op(n->family, variant) : NULL;
        lh_call s = {.op = op, .out = &slot[i], .number = n->number, .m = rows};
        size_t bytes;

        if (!op || !op->work || (p && !p->used[i]))
            continue;
        for (int k = 0; k < op->n_in; k++)
            s.in[k] = &slot[n->in[k]];
        bytes = op->work(&s);
        most = bytes > most ? bytes : most;
    }
    return whole_lines(most);
}

/* The streams of random numbers: a node's name chooses its own, or what makes it, so that they are
 * the same in whatever order the nodes were recorded. */
static void find_streams(lhi_ws *w)
{
    for (size_t i = 0; i < w->nodes; i++) {
        const lhi_node *n = &w->t->node[i];
        char text[100];
        int used = 0;

        for (int k = 0; !n->name && k < lhi_arity(n); k++)
            used += snprintf(text + used, sizeof text - (size_t)used, "%.40s%c%x",
                             k ? "" : lhi_node_op(n)->name, k ? ',' : '(',
                             (unsigned)w->stream[n->in[k]]);
        w->stream[i] = lhi_stream_of(n->name ? n->name : text);
    }
}

static const lh_slot *slot_or_null(const lhi_ws *w, uint32_t id)
{
    return id == LHI_NONE ? NULL : &w->slot[id];
}

void lhi_job_make(const lhi_ws *w, const lhi_act *a, int rank, lhi_job *j)
{
    j->call = lhi_call_of(w, a->node, rank);
    j->call.out = &w->slot[a->out];
    j->call.fresh = a->first;
    j->call.fused = &j->fused;
    j->fused = (lhi_fused){slot_or_null(w, a->row), a->cut, slot_or_null(w, a->keep), NULL};
}

enum { LARGE = 1 << 22 };

/* A page is put near the thread that touches it first: each thread clears the rows that
 * it will work on, and its scratch. */
static void touch(void *arg, int rank, int size)
{
    lhi_ws *w = arg;

    for (size_t i = 0; i < w->nodes; i++) {
        const lh_slot *a = &w->slot[i];
        const size_t cell = a->cols * w->element;
        const size_t from = lhi_share(a->rows, rank, size), to = lhi_share(a->rows, rank + 1, size);
        void *const arrays[] = {a->value, a->grad, a->tangent};

        for (int k = 0; k < 3; k++)
            if (arrays[k])
                memset((char *)arrays[k] + from * cell, 0, (to - from) * cell);
    }
    memset(w->work + (size_t)rank * w->work_bytes, 0, w->work_bytes);
}

lhi_ws *lhi_ws_new(lh_tape *t, const lhi_plan *p, lh_type type, size_t rows, int threads,
                   unsigned flags)
{
    lh_ctx *c = t->c;
    lhi_ws *w;
    const int variant = lhi_variant_pick(type, c->set.isa);

    if (!lhi_ok(c))
        return NULL;
    if (variant < 0) {
        lhi_fail(c, LH_EUSAGE, "--isa=auto takes the best that there is",
                 "--isa=%s: this CPU has no such instructions", c->set.isa);
        return NULL;
    }
    if (lhi_params_lay(t->params) != 0 || !(w = lhi_alloc(c, sizeof *w)))
        return NULL;
    if (type != t->params->type)
        flags |= LHI_WS_OWN_PARAMS;
    t->sealed = 1;
    *w = (lhi_ws){.t = t, .p = p, .variant = variant, .type = type,
                  .element = lhi_type_size(type), .m = rows, .room = rows,
                  .shards = (size_t)c->set.shards, .nodes = nodes_of(t, p),
                  .trains = (flags & LHI_WS_TRAINS) != 0,
                  .own_params = (flags & LHI_WS_OWN_PARAMS) != 0, .threads = threads};
    w->slot = lhi_alloc_array(c, w->nodes, sizeof *w->slot);
    w->terms = lhi_alloc_array(c, w->nodes, sizeof *w->terms);
    w->stream = lhi_alloc_array(c, w->nodes, sizeof *w->stream);
    w->job = p ? lhi_alloc_array(c, p->acts * (size_t)threads, sizeof *w->job) : NULL;
    w->block_bytes = lay_out(t, p, type, rows, flags, NULL);
    w->block = lhi_alloc_later(c, w->block_bytes);
    if (lhi_ok(c)) {
        find_streams(w);
        lay_out(t, p, type, rows, flags, w);
        join(w);
        w->work_bytes = scratch_of(t, p, variant, w->slot, rows);
        w->work = lhi_alloc_later(c, (size_t)threads * w->work_bytes);
    }
    if (!lhi_ok(c)) {
        lhi_ws_free(w);
        return NULL;
    }
    /* The store's arrays are not among them.  Where a page is matters for many of them. */
    lhi_team(c, w->block_bytes > LARGE ? threads : 1, touch, w);
    point_at_store(w);
    if (w->own_params)
        lhi_ws_take_params(w);
    lhi_ws_rows(w, rows);
    for (int k = 0; p && k < 2; k++)
        lhi_pace_begin(&w->pace[k], threads, lhi_threads_forced(c),
                       (1 + k) * lhi_plan_flops(w, p), rows);
    return w;
}

size_t lhi_ws_bytes(const lh_tape *t, const lhi_plan *p, lh_type type, size_t rows,
                    unsigned flags, size_t *scratch)
{
    lh_slot *slot = lhi_alloc_array(t->c, t->count, sizeof *slot);
    const int variant = lhi_variant_pick(type, t->c->set.isa);

    for (size_t i = 0; slot && i < t->count; i++)
        slot[i] = (lh_slot){.rows = rows_of(&t->node[i], rows), .cols = (size_t)t->node[i].cols};
    if (scratch) /* none where there is no such instruction set and nothing can run */
        *scratch = slot && variant >= 0 ? scratch_of(t, p, variant, slot, rows) : 0;
    lhi_release(t->c, slot);
    return lay_out(t, p, type, rows, flags, NULL);
}

size_t lhi_shared_bytes(lh_tape *t, const lhi_plan *p, lh_type type, size_t rows, lhi_engine *e)
{
    lhi_ws w = {.t = t, .p = p, .variant = lhi_variant_pick(type, t->c->set.isa), .type = type,
                .element = lhi_type_size(type), .m = rows, .shards = (size_t)t->c->set.shards};
    size_t bytes = 0;

    w.slot = w.variant < 0 ? NULL : lhi_alloc_array(t->c, t->count, sizeof *w.slot);
    for (size_t i = 0; w.slot && i < t->count; i++)
        w.slot[i] = (lh_slot){.rows = rows_of(&t->node[i], rows), .cols = (size_t)t->node[i].cols};
    if (w.slot && lhi_shared_begin(&w, e) == 0)
        bytes = w.shared->room;
    lhi_shared_free(&w);
    lhi_release(t->c, w.slot);
    return bytes;
}

void lhi_ws_free(lhi_ws *w)
{
    lh_ctx *c = w->t->c;

    lhi_shared_free(w);
    lhi_release(c, w->work);
    lhi_release(c, w->block);
    lhi_release(c, w->job);
    lhi_release(c, w->stream);
    lhi_release(c, w->terms);
    lhi_release(c, w->slot);
    lhi_release(c, w);
}

void lhi_ws_rows(lhi_ws *w, size_t rows)
{
    if (w->store != w->t->params->value)
        point_at_store(w); /* jobs point at slots: those stay where they are */
    if (w->m == rows && w->ready)
        return;
    w->m = rows;
    w->ready = 1;
    for (size_t i = 0; i < w->nodes; i++)
        if (lhi_is_batch(&w->t->node[i]))
            w->slot[i].rows = rows;
    if (w->shared)
        lhi_shared_rows(w);
    for (int rank = 0; w->p && rank < w->threads; rank++)
        for (size_t i = 0; i < w->p->acts; i++)
            lhi_job_make(w, &w->p->act[i], rank, &w->job[(size_t)rank * w->p->acts + i]);
}

void lhi_ws_take_params(lhi_ws *w)
{
    const lh_params *p = w->t->params;

    for (size_t i = 0; i < w->nodes; i++) {
        const lhi_node *n = &w->t->node[i];

        if (n->kind != LHI_PARAM)
            continue;
        for (size_t e = 0; e < p->at[n->param].rows * p->at[n->param].cols; e++)
            lhi_set(w->type, w->slot[i].value, e,
                    lhi_get(p->type, lhi_params_at(p, p->value, n->param), e));
    }
}
