/* lean.c -- takes out of a plan what its result does not need.
 *
 * A plan that keeps everything computes Z = X W, then Z + b, then relu, each into an array of
 * its own.  Here the product does all three before it stores an element, and on the way
 * back it masks what it hands down; a gradient that is only passed on is not copied.
 * The operations and their order stay, so the bits do. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"

#include <string.h>

typedef struct leaner {
    lh_tape *t;
    lhi_plan *p;
    unsigned char *gone;   /* a flag an act */
    size_t *phase;         /* an act: the barriers before it */
} leaner;

static const lhi_node *node_of(const leaner *s, uint32_t id)
{
    return &s->t->node[id];
}

static const lh_op *op_of(const leaner *s, uint32_t id)
{
    return lhi_node_op(node_of(s, id));
}

static const lhi_fuses *fuses(const leaner *s, uint32_t id)
{
    return lhi_fuses_of(op_of(s, id));
}

/* Does an act read the value of a node? */
static int reads(const leaner *s, const lhi_act *a, uint32_t id)
{
    const lhi_node *n = node_of(s, a->node);
    const lh_op *op = op_of(s, a->node);

    if (a->row == id || a->keep == id)
        return 1;
    if (a->kind == LHI_BACKWARD && op->reads & LH_READS_OUT && a->node == id)
        return 1;
    for (int k = 0; k < op->n_in; k++)
        if (n->in[k] == id && (a->kind == LHI_FORWARD ||
                               (a->kind == LHI_BACKWARD && op->reads >> k & 1)))
            return 1;
    return 0;
}

/* The only act that reads the value of a node, NULL when there are none or several. */
static lhi_act *only_reader(const leaner *s, uint32_t id)
{
    lhi_act *found = NULL;

    for (size_t i = 0; i < s->p->acts; i++)
        if (!s->gone[i] && reads(s, &s->p->act[i], id)) {
            if (found)
                return NULL;
            found = &s->p->act[i];
        }
    return found;
}

/* Leaves an act out; the team waits before the next one instead. */
static void leave_out(leaner *s, lhi_act *a)
{
    size_t i = (size_t)(a - s->p->act);

    s->gone[i] = 1;
    if (!a->barrier)
        return;
    while (++i < s->p->acts)
        if (!s->gone[i]) {
            s->p->act[i].barrier = 1;
            return;
        }
}

/* The act that may be done in the ending of a product whose result is `id` so far: the only
 * one to use that result, by the same rows, without waiting in between. */
static lhi_act *follower(const leaner *s, uint32_t id, unsigned end)
{
    lhi_act *a = id == s->p->root ? NULL : only_reader(s, id);

    return a && a->kind == LHI_FORWARD && a->by_rows && !a->barrier &&
                   fuses(s, a->node)->ends & end && node_of(s, a->node)->in[0] == id
               ? a
               : NULL;
}

static void end_products(leaner *s)
{
    for (size_t i = 0; i < s->p->forwards; i++) {
        lhi_act *a = &s->p->act[i], *next;

        if (s->gone[i] || a->kind != LHI_FORWARD || !a->by_rows || !fuses(s, a->node)->product)
            continue;
        next = follower(s, a->out, LHI_ENDS_ROW);
        if (next) {
            const uint32_t row = node_of(s, next->node)->in[1];

            /* A row that is computed may not be there yet when the product begins. */
            if (node_of(s, row)->rows == 1 && node_of(s, row)->kind != LHI_OP) {
                a->row = row;
                s->p->value_of[a->out] = LHI_NONE;
                a->out = next->node;
                leave_out(s, next);
            }
        }
        next = follower(s, a->out, LHI_ENDS_CUT);
        if (next) {
            a->cut = 1;
            s->p->value_of[a->out] = LHI_NONE;
            a->out = next->node;
            leave_out(s, next);
        }
    }
}

static int same_shape(const lhi_node *a, const lhi_node *b)
{
    return a->rows == b->rows && a->cols == b->cols;
}

/* Is act i the last to read the gradient array of a node, all readers before it being
 * the same thread's? */
static int is_last_of_gradient(const leaner *s, size_t i, uint32_t array)
{
    for (size_t j = s->p->forwards; j < s->p->acts; j++)
        if (j != i && !s->gone[j] && s->p->grad_of[s->p->act[j].node] == array &&
            (j > i || !s->p->act[j].by_rows))
            return 0;
    return 1;
}

/* The only act that gives to the gradient of a node, NULL when there are several. */
static lhi_act *only_giver(const leaner *s, uint32_t id)
{
    lhi_act *found = NULL;

    for (size_t j = s->p->forwards; j < s->p->acts; j++) {
        lhi_act *a = &s->p->act[j];

        if (!s->gone[j] && node_of(s, a->node)->in[a->operand] == id) {
            if (found)
                return NULL;
            found = a;
        }
    }
    return found;
}

/* Gradients that are only passed on, or masked where they are. */
static void join_gradients(leaner *s)
{
    for (size_t i = s->p->forwards; i < s->p->acts; i++) {
        lhi_act *a = &s->p->act[i], *giver;
        const lh_op *op = op_of(s, a->node);
        const uint32_t in = node_of(s, a->node)->in[a->operand];

        if (node_of(s, in)->kind != LHI_OP || !a->by_rows || only_giver(s, in) != a ||
            !same_shape(node_of(s, in), node_of(s, a->node)))
            continue;
        if (lhi_fuses_of(op)->passes >> a->operand & 1) {
            s->p->grad_of[in] = s->p->grad_of[a->node];
            leave_out(s, a);
            continue;
        }
        if (!op->pointwise || a->operand != 0 ||
            !is_last_of_gradient(s, i, s->p->grad_of[a->node]))
            continue;
        giver = only_giver(s, a->node);
        if (lhi_fuses_of(op)->ends & LHI_ENDS_KEEP && giver && giver->by_rows &&
            giver->operand == 0 && fuses(s, giver->node)->product &&
            giver->keep == LHI_NONE && !a->barrier &&
            s->p->grad_of[a->node] == a->node) {
            giver->keep = a->node;
            leave_out(s, a);
        }
        s->p->grad_of[in] = s->p->grad_of[a->node];
    }
}

/* Values that an op may write where its operand lies. */
static void join_values(leaner *s)
{
    for (size_t i = 0; i < s->p->forwards; i++) {
        const lhi_act *a = &s->p->act[i];
        uint32_t in;

        if (s->gone[i] || a->kind != LHI_FORWARD || !a->by_rows || a->barrier ||
            !op_of(s, a->node)->pointwise)
            continue;
        in = node_of(s, a->node)->in[0];
        if (node_of(s, in)->kind == LHI_OP && in != s->p->root && only_reader(s, in) == a &&
            same_shape(node_of(s, in), node_of(s, a->node)))
            s->p->value_of[a->out] = s->p->value_of[in];
    }
}

/* Is an array read after act i, or by several threads?  Then it is not free for its result. */
static int is_busy(const leaner *s, size_t i, uint32_t array)
{
    for (uint32_t id = 0; id < s->t->count; id++)
        for (size_t j = 0; s->p->used[id] && s->p->value_of[id] == array && j < s->p->acts; j++)
            if (!s->gone[j] && reads(s, &s->p->act[j], id) &&
                (j >= i || !s->p->act[j].by_rows))
                return 1;
    return 0;
}

/* All that lies in one array goes to another. */
static void move_into(leaner *s, uint32_t array, uint32_t other)
{
    for (uint32_t id = 0; id < s->t->count; id++)
        if (s->p->value_of[id] == array)
            s->p->value_of[id] = other;
}

/* The values of a layer may lie where those of a layer before the last one were: a thread
 * has the same rows of both. */
static void reuse_values(leaner *s)
{
    for (size_t i = 0; i < s->p->forwards; i++) {
        const lhi_act *a = &s->p->act[i];

        if (s->gone[i] || a->kind != LHI_FORWARD || !a->by_rows || op_of(s, a->node)->terms ||
            s->p->value_of[a->out] != a->out)
            continue;
        for (size_t j = 0; j < i; j++) {
            const uint32_t old = s->p->act[j].out;

            if (!s->gone[j] && s->p->act[j].by_rows && !op_of(s, s->p->act[j].node)->terms &&
                old != s->p->root && s->p->value_of[old] == old &&
                same_shape(node_of(s, old), node_of(s, a->out)) && !is_busy(s, i, old)) {
                move_into(s, a->out, old);
                break;
            }
        }
    }
}

/* Does an act need the value of a parameter, so that it may not move yet?  The gradient of a
 * product's operand needs the other one alone. */
static int needs_in_place(const leaner *s, const lhi_act *a, uint32_t id)
{
    const lhi_node *n = node_of(s, a->node);

    if (a->kind == LHI_BACKWARD && fuses(s, a->node)->product && n->in[a->operand] == id &&
        n->in[!a->operand] != id)
        return 0;
    return reads(s, a, id);
}

/* A parameter may move with its last gradient when all that need it lie behind a barrier,
 * and the root, which must be finite, as well. */
static void mark_moves(leaner *s)
{
    for (size_t i = s->p->forwards; i < s->p->acts; i++) {
        lhi_act *a = &s->p->act[i];
        const uint32_t in = node_of(s, a->node)->in[a->operand];

        a->moves = node_of(s, in)->kind == LHI_PARAM && s->phase[i] > s->phase[s->p->forwards - 1];
        for (size_t j = 0; a->moves && j < s->p->acts; j++) {
            const lhi_act *b = &s->p->act[j];
            const int gives = b->kind == LHI_BACKWARD && node_of(s, b->node)->in[b->operand] == in;

            if (!s->gone[j] && ((needs_in_place(s, b, in) && s->phase[j] >= s->phase[i]) ||
                                (gives && j > i)))
                a->moves = 0;
        }
    }
}

int lhi_plan_lean(lh_tape *t, lhi_plan *p)
{
    leaner s = {.t = t, .p = p};
    size_t kept = 0, forwards = 0, phase = 0;

    s.gone = lhi_alloc_array(t->c, p->acts + 1, 1);
    s.phase = lhi_alloc_array(t->c, p->acts + 1, sizeof *s.phase);
    if (lhi_ok(t->c)) {
        end_products(&s);
        join_gradients(&s);
        join_values(&s);
        reuse_values(&s);
        for (size_t i = 0; i < p->acts; i++)
            s.phase[i] = phase += (size_t)p->act[i].barrier;
        mark_moves(&s);
        for (size_t i = 0; i < p->acts; i++)
            if (!s.gone[i]) {
                forwards += i < p->forwards;
                p->act[kept++] = p->act[i];
            }
        p->acts = kept;
        p->forwards = forwards;
    }
    lhi_release(t->c, s.phase);
    lhi_release(t->c, s.gone);
    return lhi_ok(t->c) ? 0 : -1;
}
