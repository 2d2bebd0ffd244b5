/* plan.c -- the order of work for a root, and where the team must wait. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"

#include <string.h>

/* How the threads divided the work that last wrote an array, since the last barrier. */
enum division { SETTLED, BY_ROWS, BY_ARRAY };

typedef struct planner {
    lh_tape *t;
    lhi_plan *p;
    uint32_t *order;          /* nodes, operands before users */
    size_t count;
    unsigned char *value, *grad; /* enum division, a node each */
    unsigned char *begun;     /* its gradient has had a contribution */
    lhi_act *waiting;         /* sums over the batch, put off to the next barrier */
    size_t waiters;
} planner;

/* Of a node that is an op. */
static const lh_op *op_of(const lhi_node *n)
{
    return n->family->op[LHI_F64];
}

static int operands(const lhi_node *n)
{
    return n->kind == LHI_OP ? op_of(n)->n_in : 0;
}

/* Depth first without recursion: a deep tape must not overflow the stack. */
static void sort(planner *s, uint32_t root, uint32_t *stack, unsigned char *next)
{
    size_t depth = 0;

    stack[depth++] = root;
    s->p->used[root] = 1;
    while (depth > 0) {
        const uint32_t id = stack[depth - 1];
        const lhi_node *n = &s->t->node[id];

        if (next[id] < operands(n)) {
            const uint32_t in = n->in[next[id]++];

            if (!s->p->used[in]) {
                s->p->used[in] = 1;
                stack[depth++] = in;
            }
        } else {
            s->order[s->count++] = id;
            depth--;
        }
    }
}

static void mark_gradients(planner *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const uint32_t id = s->order[i];
        const lhi_node *n = &s->t->node[id];

        s->p->needs[id] = n->kind == LHI_PARAM || n->wanted;
        for (int k = 0; k < operands(n); k++)
            if (s->p->needs[n->in[k]] && !(op_of(n)->no_grad >> k & 1))
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

static void plan_forward(planner *s)
{
    lhi_plan *p = s->p;

    for (size_t i = 0; i < s->count; i++) {
        const uint32_t id = s->order[i];
        const lhi_node *n = &s->t->node[id];
        const int terms = n->kind == LHI_OP && op_of(n)->terms;
        const int by_rows = n->kind == LHI_OP && lhi_is_batch(terms ? &s->t->node[n->in[0]] : n);
        int wait = 0;

        if (n->kind == LHI_INPUT && lhi_is_batch(n))
            s->value[id] = BY_ROWS; /* the batch is gathered by rows, in the same region */
        if (n->kind != LHI_OP)
            continue;
        for (int k = 0; k < operands(n); k++) {
            const unsigned char last = s->value[n->in[k]];

            /* An operand that is no batch is read whole by every thread. */
            wait |= lhi_is_batch(&s->t->node[n->in[k]]) ? clashes(last, by_rows)
                                                        : last != SETTLED;
        }
        if (wait)
            settle(s);
        p->forward[p->forwards++] =
            (lhi_act){.node = id, .kind = LHI_FORWARD, .barrier = wait, .by_rows = by_rows};
        if (terms) {
            settle(s);
            p->forward[p->forwards++] =
                (lhi_act){.node = id, .kind = LHI_FINISH, .barrier = 1};
        }
        s->value[id] = terms || !by_rows ? BY_ARRAY : BY_ROWS;
    }
}

static void emit(planner *s, lhi_act a, int wait)
{
    if (wait)
        settle(s);
    a.barrier = wait;
    s->p->backward[s->p->backwards++] = a;
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

static void plan_backward(planner *s)
{
    for (size_t i = s->count; i-- > 0;) {
        const uint32_t id = s->order[i];
        const lhi_node *n = &s->t->node[id];

        if (n->kind != LHI_OP || !s->p->needs[id])
            continue;
        if (!lhi_is_batch(n) && s->waiters)
            release_waiting(s); /* its gradient may be among them */
        for (int k = 0; k < operands(n); k++) {
            const uint32_t in = n->in[k];
            const int by_rows = lhi_is_batch(&s->t->node[in]);
            lhi_act a = {.node = id, .kind = LHI_BACKWARD, .operand = k, .by_rows = by_rows,
                         .first = !s->begun[in]};

            if (!s->p->needs[in] || (op_of(n)->no_grad >> k & 1))
                continue;
            s->begun[in] = 1;
            if (lhi_is_batch(n) && !by_rows) {
                s->waiting[s->waiters++] = a;
                continue;
            }
            /* A gradient that is no batch is read whole, and so are all the values. */
            emit(s, a,
                 (lhi_is_batch(n) ? clashes(s->grad[id], by_rows) : s->grad[id] != SETTLED) ||
                     clashes(s->grad[in], by_rows) || s->value[id] == BY_ARRAY ||
                     (!by_rows && s->value[id] != SETTLED));
            s->grad[in] = by_rows ? BY_ROWS : BY_ARRAY;
        }
    }
    release_waiting(s);
}

lhi_plan *lhi_plan_new(lh_tape *t, uint32_t root)
{
    const size_t n = t->count;
    lhi_plan *p = lhi_alloc(t->c, sizeof *p);
    planner s = {.t = t, .p = p};
    uint32_t *stack;
    char *flags;

    if (!p)
        return NULL;
    p->root = root;
    p->forward = lhi_alloc_array(t->c, 2 * n, sizeof *p->forward);
    p->backward = lhi_alloc_array(t->c, LH_OPERANDS * n, sizeof *p->backward);
    p->used = lhi_alloc(t->c, n);
    p->needs = lhi_alloc(t->c, n);
    s.waiting = lhi_alloc_array(t->c, LH_OPERANDS * n, sizeof *s.waiting);
    stack = lhi_alloc_array(t->c, 2 * n, sizeof *stack);
    flags = lhi_alloc(t->c, 4 * n);
    if (lhi_ok(t->c)) {
        s.order = stack + n;
        s.value = (unsigned char *)flags;
        s.grad = s.value + n;
        s.begun = s.grad + n;
        sort(&s, root, stack, s.begun + n);
        mark_gradients(&s);
        plan_forward(&s);
        plan_backward(&s);
    }
    lhi_release(t->c, flags);
    lhi_release(t->c, stack);
    lhi_release(t->c, s.waiting);
    if (lhi_ok(t->c))
        return p;
    lhi_plan_free(t->c, p);
    return NULL;
}

void lhi_plan_free(lh_ctx *c, lhi_plan *p)
{
    lhi_release(c, p->needs);
    lhi_release(c, p->used);
    lhi_release(c, p->backward);
    lhi_release(c, p->forward);
    lhi_release(c, p);
}
