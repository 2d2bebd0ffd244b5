/* hand.c -- the hand column: the driver's derivations, and the ops' second gradients. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <string.h>

struct lh_page {
    lhi_check *k;
    lh_wide **derived; /* one a derivation of the tape; NULL until worked */
    unsigned char *working;
    unsigned char *extra; /* a flag a node: not on the way to L, but its value is there now */
    lh_wide *zeros;       /* as long as the largest array: a wrong name must not crash the driver */
};

void lh_hand(lh_var L, const char *name, lh_derivation *by_hand)
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
        t->hand[t->hands++] = (lhi_hand){t->node[v.id].name, (void (*)(void))by_hand, v.id};
}

lh_page *lhi_page_new(lhi_check *k)
{
    lh_page *p = lhi_alloc(k->c, sizeof *p);
    size_t most = 1;

    if (!p)
        return NULL;
    p->k = k;
    p->derived = lhi_alloc_array(k->c, k->t->hands + 1, sizeof *p->derived);
    p->working = lhi_alloc(k->c, k->t->hands + 1);
    p->extra = lhi_alloc(k->c, k->t->count);
    for (size_t i = 0; i < k->t->count; i++)
        if (k->wide->slot[i].rows * k->wide->slot[i].cols > most)
            most = k->wide->slot[i].rows * k->wide->slot[i].cols;
    p->zeros = lhi_alloc_array(k->c, most, sizeof *p->zeros);
    return lhi_ok(k->c) ? p : NULL;
}

/* A value that L does not need, such as yhat beside a loss on logits, is worked when it
 * is looked at.  The nodes before it get the values they have. */
static int has_value(lh_page *p, uint32_t id)
{
    lhi_plan *plan;

    if (p->k->p->used[id] || p->extra[id])
        return 1;
    plan = lhi_plan_new(p->k->t, id, LHI_FORWARD_ONLY);
    if (!plan)
        return 0;
    lhi_run_from(p->k->wide, plan, 0);
    p->extra[id] = 1;
    lhi_plan_free(p->k->c, plan);
    return 1;
}

/* The last derivation given for a node; hands when there is none. */
static size_t hand_of(const lh_tape *t, uint32_t id)
{
    size_t i = t->hands;

    while (i-- > 0)
        if (t->hand[i].node == id)
            return i;
    return t->hands;
}

static const lh_wide *derive(lh_page *p, size_t index)
{
    lh_tape *t = p->k->t;
    const lhi_hand *h = &t->hand[index];
    const lh_slot *a = &p->k->wide->slot[h->node];

    if (p->working[index]) {
        lhi_fail(t->c, LH_ENAME, NULL, "the derivation of d%s needs itself", h->name);
        return NULL;
    }
    if (p->derived[index])
        return p->derived[index];
    p->working[index] = 1;
    p->derived[index] = lhi_alloc_array(t->c, a->rows * a->cols, sizeof **p->derived);
    if (p->derived[index])
        ((lh_derivation *)h->by_hand)(p, p->derived[index]);
    p->working[index] = 0;
    return lhi_ok(t->c) ? p->derived[index] : NULL;
}

lh_matrix lh_on(lh_page *p, const char *name)
{
    lh_tape *t = p->k->t;
    lh_var v = lh_named(t, name);
    const lh_slot *a;
    size_t index;

    if (v.tape && has_value(p, v.id)) {
        a = &p->k->wide->slot[v.id];
        return (lh_matrix){a->value, a->rows, a->cols};
    }
    v = name[0] == 'd' ? lh_named(t, name + 1) : v;
    index = v.tape ? hand_of(t, v.id) : t->hands;
    if (index < t->hands) {
        const lh_wide *d = derive(p, index);

        a = &p->k->wide->slot[v.id];
        return d ? (lh_matrix){d, a->rows, a->cols} : (lh_matrix){p->zeros, 0, 0};
    }
    lhi_fail(t->c, LH_ENAME, "attach one with lh_hand() before it is looked at",
             "a derivation looks at '%s': there is no such value, and no derivation of it", name);
    return (lh_matrix){p->zeros, 0, 0};
}

void lhi_hand_all(lhi_check *k)
{
    lhi_ws *w = k->hand;

    lhi_run_from(w, k->p, 0);
    lhi_set(LH_WIDE, w->slot[k->p->root].grad, 0, 1);
    for (size_t i = k->p->forwards; i-- > 0;) {
        const uint32_t id = k->p->act[i].node;
        const lh_step s = lhi_step_of(w, id, 0);

        if (k->p->act[i].kind == LHI_FORWARD && k->p->needs[id])
            lhi_op_of(w, id)->hand(&s);
    }
}

const lh_wide *lhi_by_hand(lhi_check *k, lh_page *p, uint32_t id, int *by_driver)
{
    const size_t index = hand_of(k->t, id);

    *by_driver = index < k->t->hands;
    return *by_driver ? derive(p, index) : k->hand->slot[id].grad;
}
