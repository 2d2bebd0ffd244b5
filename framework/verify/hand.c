/* hand.c -- the driver's derivations, and the ops' second gradients. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/verify/check.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { ISOLATED = -1, WAYS = LHI_WAYS + 1 };

struct lh_page {
    lhi_check *k;
    int way;              /* how lh_on() answers now: see lhi_derive() */
    lh_wide **derived;    /* of each way and derivation; NULL until worked */
    lh_wide **moved;      /* of each way and node: its value, moved; NULL until looked at */
    unsigned char *working;
    unsigned char *extra; /* a flag a node: not on the way to L, but its value is there now */
    unsigned char *label; /* a flag a node: a label, or what it is worked from: it never moves */
    lh_wide *zeros;       /* as long as the largest array: a wrong name must not crash the driver */
};

void lh_hand_at(lh_var L, const char *name, lh_derivation *by_hand, const char *cites,
                const char *file, int line)
{
    lh_tape *t = L.tape;
    lh_var v;

    if (!lhi_var_good(L, "lh_hand"))
        return;
    v = lh_named(t, name);
    if (!v.tape || !by_hand) {
        lhi_fail(t->c, LH_ENAME, "lh_let() names a variable, and the names are case sensitive",
                 "lh_hand: there is no variable '%s'", name ? name : "(null)");
        return;
    }
    if (lhi_grow(t->c, &t->hand, &t->hand_room, t->hands + 1, sizeof *t->hand) == 0)
        t->hand[t->hands++] = (lhi_hand){t->node[v.id].name, (void (*)(void))by_hand, v.id, L.id,
                                         cites ? lhi_strdup(t->c, cites) : NULL, file, line};
}

/* Ops give labels no gradient.  What a label is worked from is a label, too, and so is what is
 * worked from labels alone. */
static void find_labels(const lhi_check *k, unsigned char *label)
{
    const lhi_node *node = k->t->node;

    for (size_t i = k->t->count; i-- > 0;)
        for (int o = 0; o < lhi_arity(&node[i]); o++)
            label[node[i].in[o]] |= label[i] || (lhi_op_of(k->hand, (uint32_t)i)->no_grad >> o & 1);
    for (size_t i = 0; i < k->t->count; i++) {
        int all = node[i].kind == LHI_OP;

        for (int o = 0; o < lhi_arity(&node[i]); o++)
            all &= label[node[i].in[o]];
        label[i] |= (unsigned char)all;
    }
}

lh_page *lhi_page_new(lhi_check *k)
{
    const lhi_ws *w = k->tape[LH_WIDE];
    lh_page *p = lhi_alloc(k->c, sizeof *p);
    size_t most = 1;

    if (!p)
        return NULL;
    p->k = k;
    p->derived = lhi_alloc_array(k->c, WAYS * (k->t->hands + 1), sizeof *p->derived);
    p->moved = lhi_alloc_array(k->c, LHI_JITTERS * k->t->count, sizeof *p->moved);
    p->working = lhi_alloc(k->c, k->t->hands + 1);
    p->extra = lhi_alloc(k->c, k->t->count);
    p->label = lhi_alloc(k->c, k->t->count);
    if (p->label)
        find_labels(k, p->label);
    for (size_t i = 0; i < k->t->count; i++)
        if (w->slot[i].rows * w->slot[i].cols > most)
            most = w->slot[i].rows * w->slot[i].cols;
    p->zeros = lhi_alloc_array(k->c, most, sizeof *p->zeros);
    return lhi_ok(k->c) ? p : NULL;
}

void lhi_page_free(lhi_check *k)
{
    lh_page *p = k->page;

    if (!p)
        return;
    for (size_t i = 0; i < WAYS * (k->t->hands + 1); i++)
        lhi_release(k->c, p->derived[i]);
    for (size_t i = 0; i < LHI_JITTERS * k->t->count; i++)
        lhi_release(k->c, p->moved[i]);
    lhi_release(k->c, p->zeros);
    lhi_release(k->c, p->label);
    lhi_release(k->c, p->extra);
    lhi_release(k->c, p->working);
    lhi_release(k->c, p->moved);
    lhi_release(k->c, p->derived);
    lhi_release(k->c, p);
}

/* A value that L does not need, such as yhat beside a loss on logits, is worked when it
 * is looked at.  The nodes before it get the values they have. */
static int has_value(lh_page *p, uint32_t id)
{
    if (!p->k->p->used[id] && !p->extra[id])
        p->extra[id] = lhi_run_value(p->k->tape[LH_WIDE], id) == 0;
    return p->k->p->used[id] || p->extra[id];
}

/* Every element up or down by a unit in the last place, at random.  A label does not move, nor a
 * whole number of an input: a derivation may tell those apart by cases (y == 1, a table), and
 * what it then comes to says nothing of rounding. */
static const lh_wide *moved_value(lh_page *p, uint32_t id)
{
    const lh_slot *a = &p->k->tape[LH_WIDE]->slot[id];
    const int input = p->k->t->node[id].kind == LHI_INPUT;
    lh_wide **m = &p->moved[(size_t)(p->way - 1) * p->k->t->count + id];

    if (*m || p->label[id])
        return p->label[id] ? a->value : *m;
    *m = lhi_alloc_array(p->k->c, a->rows * a->cols, sizeof **m);
    for (size_t e = 0; *m && e < a->rows * a->cols; e++) {
        const lh_wide x = ((const lh_wide *)a->value)[e];
        const int up = lhi_random_bits(id, 0x6d6f76, (uint32_t)p->way, e) & 1;

        (*m)[e] = input && x == floorl(x) ? x
                  : up                    ? x + x * LDBL_EPSILON
                                          : x - x * LDBL_EPSILON;
    }
    return *m;
}

/* The last derivation given for a node and the loss that is checked; hands when there is none. */
static size_t hand_of(const lhi_check *k, uint32_t id)
{
    size_t i = k->t->hands;

    while (i-- > 0)
        if (k->t->hand[i].node == id && k->t->hand[i].loss == k->p->root)
            return i;
    return k->t->hands;
}

const lhi_hand *lhi_derivation_of(const lhi_check *k, uint32_t id)
{
    const size_t i = hand_of(k, id);

    return i < k->t->hands ? &k->t->hand[i] : NULL;
}

static const lh_wide *derive(lh_page *p, size_t index)
{
    lh_tape *t = p->k->t;
    const lhi_hand *h = &t->hand[index];
    const lh_slot *a = &p->k->tape[LH_WIDE]->slot[h->node];
    lh_wide **d = &p->derived[(size_t)(p->way + 1) * (t->hands + 1) + index];

    if (p->working[index]) {
        lhi_fail(t->c, LH_ENAME, NULL, "the derivation of d%s needs itself", h->name);
        return NULL;
    }
    if (*d)
        return *d;
    p->working[index] = 1;
    *d = lhi_alloc_array(t->c, a->rows * a->cols, sizeof **d);
    if (*d)
        ((lh_derivation *)h->by_hand)(p, *d);
    p->working[index] = 0;
    return lhi_ok(t->c) ? *d : NULL;
}

const lh_wide *lhi_derive(lh_page *p, uint32_t id, int way)
{
    p->way = way;
    return derive(p, hand_of(p->k, id));
}

/* A derivative that the page has by hand, or nothing. */
static const lh_wide *derived(lh_page *p, uint32_t id)
{
    const size_t index = hand_of(p->k, id);

    if (index == p->k->t->hands)
        return NULL;
    if (p->way >= LHI_AGAIN) /* the same values, for the one that is worked again */
        return p->derived[index + p->k->t->hands + 1];
    return p->way == ISOLATED ? p->k->hand->slot[id].grad : derive(p, index);
}

lh_matrix lh_on(lh_page *p, const char *name)
{
    lh_tape *t = p ? p->k->t : NULL;
    const lh_wide *at = NULL;
    const int moved = p && p->way > 0 && p->way < LHI_AGAIN;
    lh_var v = lh_named(t, name);

    if (!p)
        return (lh_matrix){NULL, 0, 0};
    if (v.tape && has_value(p, v.id))
        at = moved ? moved_value(p, v.id) : p->k->tape[LH_WIDE]->slot[v.id].value;
    else if (name && name[0] == 'd') {
        v = lh_named(t, name + 1);
        at = v.tape ? derived(p, v.id) : NULL;
    }
    if (at)
        return (lh_matrix){at, p->k->tape[LH_WIDE]->slot[v.id].rows,
                           p->k->tape[LH_WIDE]->slot[v.id].cols};
    if (lhi_ok(t->c))
        lhi_fail(t->c, LH_ENAME, "attach one with lh_hand() before it is looked at",
                 "a derivation looks at '%s': there is no such value, and no derivation of it",
                 name ? name : "(null)");
    return (lh_matrix){p->zeros, 0, 0};
}

void lhi_hand_all(lhi_check *k)
{
    lhi_run_from(k->hand, k->p, 0);
    lhi_set(LH_WIDE, k->hand->slot[k->p->root].grad, 0, 1);
    lhi_hand_down(k, k->hand);
}

/* Is operand o of a call the first that has this gradient? */
static int has_own_gradient(const lh_call *s, int o)
{
    int first = 0;

    while (s->in[first] != s->in[o])
        first++;
    return first == o && s->in[o]->grad;
}

lh_wide *lhi_hand_room(const lhi_check *k)
{
    size_t most = 0;

    for (size_t i = 0; k->hand && i < k->p->forwards; i++) {
        const lh_call s = lhi_call_of(k->hand, k->p->act[i].node, 0);
        size_t cells = 0;

        for (int o = 0; o < s.op->n_in; o++)
            cells += has_own_gradient(&s, o) ? lhi_cells(s.in[o]) : 0;
        most = cells > most ? cells : most;
    }
    return lhi_alloc_array(k->c, most + 1, sizeof(lh_wide));
}

/* What an op gives is summed apart from what others gave before: else each of its additions would
 * round to the size of the whole, and its bound knows its own alone. */
static void hand_one(const lhi_check *k, const lh_call *s)
{
    lh_wide *before = k->before;

    for (int o = 0; o < s->op->n_in; o++)
        if (has_own_gradient(s, o)) {
            const size_t bytes = lhi_cells(s->in[o]) * sizeof *before;

            memcpy(before, s->in[o]->grad, bytes);
            memset(s->in[o]->grad, 0, bytes);
            before += lhi_cells(s->in[o]);
        }
    s->op->hand(s);
    before = k->before;
    for (int o = 0; o < s->op->n_in; o++)
        for (size_t e = 0; has_own_gradient(s, o) && e < lhi_cells(s->in[o]); e++)
            ((lh_wide *)s->in[o]->grad)[e] += *before++;
}

void lhi_hand_down(const lhi_check *k, lhi_ws *w)
{
    for (size_t i = k->p->forwards; i-- > 0 && !lhi_check_gives_up(k);) {
        const uint32_t id = k->p->act[i].node;
        const lh_call s = lhi_call_of(w, id, 0);

        if (k->p->act[i].kind == LHI_FORWARD && k->p->needs[id])
            hand_one(k, &s);
    }
}
