/* exchange.c -- sums over the shards of this rank, and over those of all. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/shared.h"

#include "framework/base/threads.h"

#include <string.h>

/* --- the sums over the shards of this rank --- */

/* The arrays of a call with rows from..to-1 of its batch alone. */
typedef struct part {
    lh_call call;
    lh_slot slot[LH_OPERANDS + 1];
} part;

static void *row_of(const lhi_ws *w, void *array, const lh_slot *a, size_t row)
{
    return array ? (char *)array + row * a->cols * w->element : NULL;
}

static void narrow(const lhi_ws *w, const lh_slot *whole, size_t from, size_t to, lh_slot *a)
{
    *a = *whole;
    a->value = row_of(w, whole->value, whole, from);
    a->grad = row_of(w, whole->grad, whole, from);
    a->rows = to - from;
}

/* A sum over rows from..to-1, in `shards` shards, into an array of its own. */
static void sum_part(const lhi_ws *w, const lhi_act *a, const lhi_job *j, size_t from, size_t to,
                     size_t shards, lh_tile t, void *sum)
{
    const lhi_node *n = &w->t->node[a->node];
    part p = {.call = j->call};

    for (int k = 0; k < j->call.op->n_in; k++) {
        p.slot[k] = *j->call.in[k];
        if (lhi_is_batch(&w->t->node[n->in[k]]))
            narrow(w, j->call.in[k], from, to, &p.slot[k]);
        p.call.in[k] = &p.slot[k];
    }
    narrow(w, j->call.out, from, to, &p.slot[LH_OPERANDS]);
    p.call.out = &p.slot[LH_OPERANDS];
    p.slot[a->operand].grad = sum;
    p.call.first = from;
    p.call.shards = shards;
    p.call.fresh = 1;
    j->call.op->backward(&p.call, a->operand, t);
}

/* Does a batch of these shards alone have the cuts that they have here? */
static int cut_alike(const lhi_partials *t, lhi_knot k)
{
    const size_t shards = (size_t)(k.past - k.first), from = t->cut[k.first];
    const size_t rows = t->cut[k.past] - from;

    for (size_t s = 1; s < shards; s++)
        if (lhi_cut(rows, s, shards) != t->cut[(size_t)k.first + s] - from)
            return 0;
    return 1;
}

/* Shard by shard: the sums stand like the digits of a binary number (kernels/gemm.c). */
static void sum_shards(const lhi_ws *w, size_t act, const lhi_job *j, lhi_knot k, lh_tile t,
                       size_t first, size_t count, char *sum)
{
    const lhi_shared *s = w->shared;
    const lhi_act *a = &w->p->act[act];
    const lhi_kernels *kernels = lhi_variant_kernels(w->variant);
    const size_t apart = s->elements * w->element;
    char *level = s->level + (s->group[s->act[act].group].part + s->act[act].at) * w->element;

    for (int i = 0; i < k.past - k.first; i++) {
        const int last = i + 1 == k.past - k.first;
        int free = 0;
        char *to;

        while (i >> free & 1)
            free++;
        to = last ? sum : level + (size_t)free * apart;
        sum_part(w, a, j, s->tree.cut[k.first + i], s->tree.cut[k.first + i + 1], 1, t, to);
        for (int l = 0; i >> l; l++)
            if (i >> l & 1 && (last || l < free))
                kernels->gather(to + first * w->element,
                                level + (size_t)l * apart + first * w->element, 1, 0, count);
    }
}

static char *sums_of(const lhi_shared *s, const lhi_group *g, int knot, size_t element)
{
    return s->part + (g->part * (size_t)s->most_own + (size_t)knot * g->elements) * element;
}

void lhi_shared_sum(const lhi_ws *w, size_t act, const lhi_job *j, int rank, int size)
{
    const lhi_shared *s = w->shared;
    const lhi_act *a = &w->p->act[act];
    const lh_slot *in = j->call.in[a->operand];
    const lhi_group *g = &s->group[s->act[act].group];
    const lh_tile t = lhi_shared_tile(in, rank, size);
    const size_t first = t.i0 * in->cols + t.j0;
    const size_t count = (t.i1 - t.i0 - 1) * in->cols + t.j1 - t.j0;
    const int mine = s->first[s->e->rank], own = s->first[s->e->rank + 1] - mine;

    if (t.i0 >= t.i1 || t.j0 >= t.j1)
        return;
    for (int i = 0; i < own; i++) {
        const lhi_knot k = s->tree.knot[mine + i];
        char *sum = sums_of(s, g, i, w->element) + s->act[act].at * w->element;

        if (cut_alike(&s->tree, k))
            sum_part(w, a, j, s->tree.cut[k.first], s->tree.cut[k.past],
                     (size_t)(k.past - k.first), t, sum);
        else
            sum_shards(w, act, j, k, t, first, count, sum);
    }
}

/* --- what is exchanged --- */

/* Adds up elements from..to-1 of all knots, `apart` elements from one to the next: the sum is in
 * the first. */
static void add_up(const lhi_ws *w, char *knots, size_t apart, size_t from, size_t to)
{
    enum { BLOCK = 1024 }; /* so that what is added stays in the first cache */
    const lhi_partials *t = &w->shared->tree;
    const lhi_kernels *kernels = lhi_variant_kernels(w->variant);

    for (; from < to; from += BLOCK) {
        const size_t n = to - from < BLOCK ? to - from : BLOCK;

        for (int i = 0; i < t->pluses; i++)
            kernels->gather(knots + ((size_t)t->plus[i].to * apart + from) * w->element,
                            knots + ((size_t)t->plus[i].from * apart + from) * w->element, 1, 0,
                            n);
    }
}

/* The sums over all shards to the gradients that they are of.  Two may be of one: an element has
 * one thread, whatever it is given. */
static void give(const lhi_ws *w, const lhi_group *g, const char *sum, int rank, int size)
{
    const lhi_kernels *kernels = lhi_variant_kernels(w->variant);

    for (size_t i = g->from; i < g->to; i++) {
        const lhi_shared_act *s = &w->shared->act[i];
        const lhi_job *j = &w->job[i];
        const lh_slot *in = j->call.in[w->p->act[i].operand];
        const size_t from = lhi_share(lhi_cells(in), rank, size);
        const size_t to = lhi_share(lhi_cells(in), rank + 1, size);

        if (s->how == LHI_SHARDS && from < to)
            kernels->gather((char *)in->grad + from * w->element,
                            sum + (s->at + from) * w->element, 1, j->call.fresh, to - from);
    }
}

static void exchange_small(lhi_ws *w, const lhi_group *g, int rank, int size)
{
    lhi_shared *s = w->shared;
    char *met = s->met + g->met * w->element;
    const size_t one = g->elements * w->element;
    const int mine = s->first[s->e->rank], own = s->first[s->e->rank + 1] - mine;
    const size_t from = lhi_share(g->elements, rank, size);
    const size_t to = lhi_share(g->elements, rank + 1, size);

    if (rank == 0) {
        memcpy(met + (size_t)mine * one, sums_of(s, g, 0, w->element), (size_t)own * one);
        for (int r = 0; r <= s->e->size; r++)
            s->cut[r] = (size_t)s->first[r] * one;
        s->e->gather(s->e, met, s->cut);
    }
    if (size > 1)
        lhi_barrier();
    add_up(w, met, g->elements, from, to);
    if (size > 1)
        lhi_barrier();
    give(w, g, met, rank, size);
}

/* The i-th knot of each rank that has so many: a block to each rank, and into the place of the
 * knot here. */
static void deal_knot(lhi_ws *w, const lhi_group *g, int i, size_t block)
{
    lhi_shared *s = w->shared;
    const int own = s->first[s->e->rank + 1] - s->first[s->e->rank];

    for (int r = 0; r <= s->e->size; r++)
        s->cut[r] = i < own ? lhi_share(g->elements, r, s->e->size) * w->element : 0;
    for (int r = 0; r < s->e->size; r++) {
        const int has = i < s->first[r + 1] - s->first[r];

        s->place[r] = has ? (size_t)(s->first[r] + i) * block * w->element : 0;
        s->bytes[r] = has ? block * w->element : 0;
    }
    s->e->deal(s->e, sums_of(s, g, i < own ? i : 0, w->element), s->cut,
               s->met + g->met * w->element, s->place, s->bytes);
}

static void exchange_large(lhi_ws *w, const lhi_group *g, int rank, int size)
{
    lhi_shared *s = w->shared;
    char *met = s->met + g->met * w->element;
    const size_t begin = lhi_share(g->elements, s->e->rank, s->e->size);
    const size_t block = lhi_share(g->elements, s->e->rank + 1, s->e->size) - begin;
    const size_t from = lhi_share(block, rank, size), to = lhi_share(block, rank + 1, size);

    for (int i = 0; rank == 0 && i < s->most_own; i++)
        deal_knot(w, g, i, block);
    if (size > 1)
        lhi_barrier();
    add_up(w, met, block, from, to);
    memcpy(s->sum + (begin + from) * w->element, met + from * w->element,
           (to - from) * w->element);
    if (size > 1)
        lhi_barrier();
    if (rank == 0) {
        for (int r = 0; r <= s->e->size; r++)
            s->cut[r] = lhi_share(g->elements, r, s->e->size) * w->element;
        s->e->gather(s->e, s->sum, s->cut);
    }
    if (size > 1)
        lhi_barrier();
    give(w, g, s->sum, rank, size);
}

void lhi_shared_exchange(lhi_ws *w, size_t before, int rank, int size)
{
    const lhi_shared *s = w->shared;
    size_t k = 0;

    while (k < s->groups && s->group[k].to != before)
        k++;
    if (k == s->groups)
        return;
    if (size > 1)
        lhi_barrier();
    if (s->group[k].small)
        exchange_small(w, &s->group[k], rank, size);
    else
        exchange_large(w, &s->group[k], rank, size);
    if (size > 1)
        lhi_barrier();
}
