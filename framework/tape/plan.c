/* plan.c -- the order of work for a root, and where the team must wait. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"

#include <string.h>

/* How the threads divided the work that last wrote an array, since the last barrier. */
enum division { SETTLED, BY_ROWS, BY_ARRAY };

typedef struct planner {
    lh_tape *t;
    lhi_plan *p;
    unsigned char *value, *grad; /* enum division, a node each */
    lhi_act *waiting;         /* sums over the batch, put off to the next barrier */
    size_t waiters;
} planner;

/* Depth first without recursion: a deep tape must not overflow the stack. */
static void sort(planner *s, uint32_t root, uint32_t *stack, unsigned char *next)
{
    size_t depth = 0;

    stack[depth++] = root;
    s->p->used[root] = 1;
    while (depth > 0) {
        const uint32_t id = stack[depth - 1];
        const lhi_node *n = &s->t->node[id];

        if (next[id] < lhi_arity(n)) {
            const uint32_t in = n->in[next[id]++];

            if (!s->p->used[in]) {
                s->p->used[in] = 1;
                stack[depth++] = in;
            }
        } else {
            s->p->order[s->p->count++] = id;
            depth--;
        }
    }
}

static void mark_gradients(planner *s)
{
    for (size_t i = 0; i < s->p->count; i++) {
        const uint32_t id = s->p->order[i];
        const lhi_node *n = &s->t->node[id];

        s->p->needs[id] = n->kind == LHI_PARAM || n->wanted;
        for (int k = 0; k < lhi_arity(n); k++)
            if (s->p->needs[n->in[k]] && !(lhi_node_op(n)->no_grad >> k & 1))
                s->p->needs[id] = 1;
    }
}

/* Everything is visible to every thread after a barrier. */
static int settle(planner *s)
{
    memset(s->value, SETTLED, s->t->count);
    memset(s->grad, SETTLED, s->t->count);
    return 1;
}

/* May work that is divided in one way touch an array that was divided in another? */
static int clashes(unsigned char last, int by_rows)
{
    return last == BY_ARRAY ? by_rows : last == BY_ROWS ? !by_rows : 0;
}

/* A batch is read by rows or whole, anything else whole. */
static int clashes_value(const planner *s, uint32_t id, int by_rows)
{
    return lhi_is_batch(&s->t->node[id]) ? clashes(s->value[id], by_rows)
                                         : s->value[id] != SETTLED;
}

/* An act that does what its op does and nothing besides. */
static lhi_act act_of(uint32_t id, enum lhi_act_kind kind, int by_rows, int barrier)
{
    return (lhi_act){.node = id, .kind = kind, .by_rows = by_rows, .barrier = barrier, .out = id,
                     .row = LHI_NONE, .keep = LHI_NONE};
}

static void plan_forward(planner *s)
{
    lhi_plan *p = s->p;

    for (size_t i = 0; i < s->p->count; i++) {
        const uint32_t id = s->p->order[i];
        const lhi_node *n = &s->t->node[id];
        const int terms = n->kind == LHI_OP && lhi_node_op(n)->terms;
        const int by_rows = n->kind == LHI_OP && lhi_is_batch(terms ? &s->t->node[n->in[0]] : n);
        int wait = 0;

        if (n->kind == LHI_INPUT && lhi_is_batch(n))
            s->value[id] = BY_ROWS; /* the batch is gathered by rows, in the same region */
        if (n->kind != LHI_OP)
            continue;
        for (int k = 0; k < lhi_arity(n); k++)
            wait |= clashes_value(s, n->in[k], by_rows);
        if (wait)
            settle(s);
        p->act[p->forwards++] = act_of(id, LHI_FORWARD, by_rows, wait);
        if (terms) {
            settle(s);
            p->act[p->forwards++] = act_of(id, LHI_FINISH, 0, 1);
        }
        s->value[id] = terms || !by_rows ? BY_ARRAY : BY_ROWS;
    }
}

static void emit(planner *s, lhi_act a, int wait)
{
    if (wait)
        settle(s);
    a.barrier = wait;
    s->p->act[s->p->acts++] = a;
}

/* The sums over the batch, after one barrier for all of them. */
static void release_waiting(planner *s)
{
    for (size_t i = 0; i < s->waiters; i++) {
        const lhi_act a = s->waiting[i];
        const uint32_t in = s->t->node[a.node].in[a.operand];

        emit(s, a, i == 0);
        s->grad[in] = BY_ARRAY;
    }
    s->waiters = 0;
}

/* Does the backward pass of a node read a value that other threads may still be at? */
static int unsettled(const planner *s, const lhi_node *n, uint32_t id, int by_rows)
{
    const unsigned reads = lhi_node_op(n)->reads;

    if (reads & LH_READS_OUT && clashes_value(s, id, by_rows))
        return 1;
    for (int k = 0; k < lhi_arity(n); k++)
        if (reads >> k & 1 && clashes_value(s, n->in[k], by_rows))
            return 1;
    return 0;
}

static void plan_backward(planner *s)
{
    for (size_t i = s->p->count; i-- > 0;) {
        const uint32_t id = s->p->order[i];
        const lhi_node *n = &s->t->node[id];

        if (n->kind != LHI_OP || !s->p->needs[id])
            continue;
        if (!lhi_is_batch(n) && s->waiters)
            release_waiting(s); /* its gradient may be among them */
        for (int k = 0; k < lhi_arity(n); k++) {
            const uint32_t in = n->in[k];
            const int by_rows = lhi_is_batch(&s->t->node[in]);
            lhi_act a = act_of(id, LHI_BACKWARD, by_rows, 0);

            a.operand = k;
            a.first = !s->p->given[in];
            if (!s->p->needs[in] || (lhi_node_op(n)->no_grad >> k & 1))
                continue;
            s->p->given[in] = 1;
            if (lhi_is_batch(n) && !by_rows) {
                s->waiting[s->waiters++] = a;
                continue;
            }
            /* A gradient that is no batch is read whole, and so are all the values. */
            emit(s, a,
                 (lhi_is_batch(n) ? clashes(s->grad[id], by_rows) : s->grad[id] != SETTLED) ||
                     clashes(s->grad[in], by_rows) || unsettled(s, n, id, by_rows));
            s->grad[in] = by_rows ? BY_ROWS : BY_ARRAY;
        }
    }
    release_waiting(s);
}

lhi_plan *lhi_plan_new(lh_tape *t, uint32_t root, unsigned flags)
{
    const size_t n = t->count;
    lhi_plan *p = lhi_alloc(t->c, sizeof *p);
    planner s = {.t = t, .p = p};
    uint32_t *stack;
    char *bytes;

    if (!p)
        return NULL;
    p->root = root;
    p->nodes = n;
    p->act = lhi_alloc_array(t->c, (2 + LH_OPERANDS) * n, sizeof *p->act);
    p->used = lhi_alloc_array(t->c, 3 * n, 1);
    p->order = lhi_alloc_array(t->c, 3 * n, sizeof *p->order);
    s.waiting = lhi_alloc_array(t->c, LH_OPERANDS * n, sizeof *s.waiting);
    stack = lhi_alloc_array(t->c, n, sizeof *stack);
    bytes = lhi_alloc_array(t->c, 3 * n, 1);
    if (lhi_ok(t->c)) {
        p->needs = p->used + n;
        p->given = p->needs + n;
        p->value_of = p->order + n;
        p->grad_of = p->value_of + n;
        s.value = (unsigned char *)bytes;
        s.grad = s.value + n;
        sort(&s, root, stack, s.grad + n);
        mark_gradients(&s);
        plan_forward(&s);
        p->acts = p->forwards;
        if (!(flags & LHI_FORWARD_ONLY))
            plan_backward(&s);
        for (uint32_t i = 0; i < n; i++)
            p->value_of[i] = p->grad_of[i] = i;
        if (flags & LHI_LEAN)
            lhi_plan_lean(t, p);
    }
    lhi_release(t->c, bytes);
    lhi_release(t->c, stack);
    lhi_release(t->c, s.waiting);
    if (lhi_ok(t->c))
        return p;
    lhi_plan_free(t->c, p);
    return NULL;
}

void lhi_plan_free(lh_ctx *c, lhi_plan *p)
{
    lhi_release(c, p->order);
    lhi_release(c, p->used);
    lhi_release(c, p->act);
    lhi_release(c, p);
}
