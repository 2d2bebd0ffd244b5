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

/* The i-th sums of a rank, from element `from` of a group on. */
static char *sums_of(const lhi_shared *s, const lhi_group *g, int r, int i, size_t from,
                     size_t element)
{
    return (char *)s->part[r] +
           (g->part * (size_t)s->most_own + (size_t)i * g->elements + from) * element;
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
        char *sum = sums_of(s, g, s->e->rank, i, s->act[act].at, w->element);

        if (cut_alike(&s->tree, k))
            sum_part(w, a, j, s->tree.cut[k.first], s->tree.cut[k.past],
                     (size_t)(k.past - k.first), t, sum);
        else
            sum_shards(w, act, j, k, t, first, count, sum);
    }
}

/* --- what is exchanged --- */

/* Sums of `bytes` bytes at most, as many as are open at once: they stay in the first cache. */
enum { BLOCK = 4096 };
typedef struct open_sums {
    _Alignas(64) char at[LHI_LEVELS][BLOCK];
} open_sums;

/* The sum of n elements of all knots, from element `from` on of what is there of them; `to` has
 * room for it, and may be the first of the open ones.  Returns where it is: a single knot stays
 * where it lies. */
static const char *add_up(const lhi_ws *w, open_sums *open, char *to, size_t from, size_t n)
{
    const lhi_shared *s = w->shared;
    const lhi_kernels *kernels = lhi_variant_kernels(w->variant);
    const char *sum[LHI_LEVELS + 1];
    int sums = 0;

    for (int k = 0; k < s->tree.knots; k++) {
        sum[sums++] = s->knot[k] + from * w->element;
        for (int i = 0; i < s->tree.adds[k]; i++, sums--) {
            char *both = sums == 2 ? to : open->at[sums - 2];

            if (sum[sums - 2] != both)
                kernels->gather(both, sum[sums - 2], 1, 1, n);
            kernels->gather(both, sum[sums - 1], 1, 0, n);
            sum[sums - 2] = both;
        }
    }
    return sum[0];
}

/* The sums of a group are each added up by who needs them, where that is less work than to divide
 * the work and send the results. */
static int by_all(const lhi_shared *s, const lhi_group *g)
{
    return g->small || (s->shares && s->tree.knots <= 2);
}

/* What all ranks need of each other's sums, which knot[k] is then: they lie where they were made,
 * or come here.  Of those of a group they are elements begin..end-1. */
static void meet(lhi_ws *w, const lhi_group *g, size_t begin, size_t end)
{
    lhi_shared *s = w->shared;
    const int me = s->e->rank, whole = by_all(s, g);
    const size_t one = (end - begin) * w->element;
    char *met = s->shares ? NULL : s->met + g->met * w->element;

    for (int r = 0; r < s->e->size; r++)
        for (int k = s->first[r]; k < s->first[r + 1]; k++)
            s->knot[k] = s->shares || r == me
                             ? sums_of(s, g, r, k - s->first[r], begin, w->element)
                             : met + (size_t)k * one;
    for (int r = 0; r <= s->e->size; r++)
        s->cut[r] = whole ? (size_t)s->first[r] * one
                          : lhi_share(g->elements, r, s->e->size) * w->element;
    if (s->shares)
        s->e->meet(s->e);
    else if (whole) {
        memcpy(met + s->cut[me], sums_of(s, g, me, 0, 0, w->element), s->cut[me + 1] - s->cut[me]);
        s->e->gather(s->e, met, s->cut);
    } else
        s->e->deal(s->e, sums_of(s, g, me, 0, 0, w->element), g->elements * w->element, s->first,
                   s->cut, met);
}

/* To the gradients, which may each be of two sums: an element has one thread that gives to it. */
static void give_whole(const lhi_ws *w, const lhi_group *g, int rank, int size)
{
    const lhi_kernels *kernels = lhi_variant_kernels(w->variant);
    const size_t most = BLOCK / w->element;
    open_sums open;

    for (size_t i = g->from; i < g->to; i++) {
        const lhi_shared_act *s = &w->shared->act[i];
        const lh_call *call = &w->job[i].call;
        const lh_slot *in = call->in[w->p->act[i].operand];
        const size_t to = lhi_share(lhi_cells(in), rank + 1, size);

        if (s->how != LHI_SHARDS)
            continue;
        for (size_t from = lhi_share(lhi_cells(in), rank, size), n; from < to; from += n) {
            char *grad = (char *)in->grad + from * w->element;
            const char *sum;

            n = to - from < most ? to - from : most;
            sum = add_up(w, &open, call->fresh ? grad : open.at[0], s->at + from, n);
            if (sum != grad)
                kernels->gather(grad, sum, 1, call->fresh, n);
        }
    }
}

/* A thread's part of this rank's block.  Where its first knot was, and nobody reads it any more,
 * the sum is put. */
static void add_block(const lhi_ws *w, const lhi_group *g, size_t begin, size_t end, int rank,
                      int size)
{
    const lhi_shared *s = w->shared;
    const size_t most = BLOCK / w->element, past = lhi_share(end - begin, rank + 1, size);
    open_sums open;

    for (size_t from = lhi_share(end - begin, rank, size), n; from < past; from += n) {
        char *to = sums_of(s, g, s->e->rank, 0, begin + from, w->element);
        const char *sum;

        n = past - from < most ? past - from : most;
        sum = add_up(w, &open, open.at[0], from, n);
        if (sum != to)
            memcpy(to, sum, n * w->element);
    }
}

/* The blocks of all ranks to the gradients. */
static void give_blocks(const lhi_ws *w, const lhi_group *g, int rank, int size)
{
    const lhi_shared *s = w->shared;
    const lhi_kernels *kernels = lhi_variant_kernels(w->variant);

    for (size_t i = g->from; i < g->to; i++) {
        const lh_call *call = &w->job[i].call;
        const lh_slot *in = call->in[w->p->act[i].operand];
        const size_t at = s->act[i].at;
        size_t from = at + lhi_share(lhi_cells(in), rank, size);
        const size_t past = at + lhi_share(lhi_cells(in), rank + 1, size);

        for (int r = 0; s->act[i].how == LHI_SHARDS && r < s->e->size && from < past; r++) {
            const size_t end = lhi_share(g->elements, r + 1, s->e->size);
            const size_t to = end < past ? end : past;

            if (from >= to)
                continue;
            kernels->gather((char *)in->grad + (from - at) * w->element,
                            sums_of(s, g, r, 0, from, w->element), 1, call->fresh, to - from);
            from = to;
        }
    }
}

/* All ranks are through with what they have read, or have made what is read next. */
static void meet_again(lhi_ws *w, const lhi_group *g)
{
    lhi_shared *s = w->shared;

    if (s->shares)
        s->e->meet(s->e);
    else if (!by_all(s, g)) /* into the place of this rank's first knot */
        s->e->gather(s->e, sums_of(s, g, 0, 0, 0, w->element), s->cut);
}

static void exchange(lhi_ws *w, const lhi_group *g, int rank, int size)
{
    const lhi_shared *s = w->shared;
    const int whole = by_all(s, g);
    const size_t begin = whole ? 0 : lhi_share(g->elements, s->e->rank, s->e->size);
    const size_t end = whole ? g->elements : lhi_share(g->elements, s->e->rank + 1, s->e->size);

    if (rank == 0)
        meet(w, g, begin, end);
    if (size > 1)
        lhi_barrier();
    if (whole)
        give_whole(w, g, rank, size);
    else
        add_block(w, g, begin, end, rank, size);
    if (size > 1)
        lhi_barrier();
    if (rank == 0)
        meet_again(w, g);
    if (whole)
        return;
    if (size > 1)
        lhi_barrier();
    give_blocks(w, g, rank, size);
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
    exchange(w, &s->group[k], rank, size);
    if (size > 1)
        lhi_barrier();
}
