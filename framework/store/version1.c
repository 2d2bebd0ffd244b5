/* version1.c -- what a file of version 1 keeps at another place than a later one. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include <stdio.h>

typedef struct rule {
    double rate, momentum;
} rule;

static void set(lhi_state_number *n, const char *name, double value)
{
    snprintf(n->name, sizeof n->name, "%s", name);
    n->value = value;
}

/* It knew one rule, with a momentum that may be 0, and kept a slot only for more than that. */
static void read_rule(lhi_h5 *h, hid_t optimizer, lhi_state *s)
{
    static const lhi_field fields[] = {
        {"optimizer", "rate", LHI_REAL, offsetof(rule, rate), 0, 1},
        {"optimizer", "momentum", LHI_REAL, offsetof(rule, momentum), 0, 1},
    };
    rule r = {0, 0};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        lhi_h5_read_field(h, optimizer, &fields[i], &r);
    s->number = lhi_alloc_array(h->c, 2, sizeof *s->number);
    if (!s->number)
        return;
    snprintf(s->rule, sizeof s->rule, r.momentum > 0 ? "momentum" : "descent");
    set(&s->number[0], "rate", r.rate);
    set(&s->number[1], "momentum", r.momentum);
    s->numbers = r.momentum > 0 ? 2 : 1;
}

static void read_velocity(lhi_h5 *h, hid_t optimizer, lhi_state *s)
{
    if (!lhi_h5_has(h, optimizer, "velocity"))
        return;
    s->slot = lhi_alloc_array(h->c, 1, sizeof *s->slot);
    if (!s->slot || !(s->slot->at = lhi_alloc_array(h->c, s->params + 1, sizeof *s->slot->at)))
        return;
    snprintf(s->slot->name, sizeof s->slot->name, "velocity");
    s->slots = 1;
    lhi_h5_read_beside(h, lhi_h5_item(h, optimizer, "velocity", H5I_GROUP), s, s->slot->at);
}

/* Its /parameters are those to go on from, and /best has the model of a run that watches. */
static void read_best(lhi_h5 *h, hid_t file, lhi_state *s)
{
    void **best = lhi_alloc_array(h->c, s->params + 1, sizeof *best);

    if (best)
        lhi_h5_read_beside(h, lhi_h5_item(h, file, "best", H5I_GROUP), s, best);
    for (size_t i = 0; best && i < s->params; i++)
        if (best[i]) {
            s->param[i].last = s->param[i].value;
            s->param[i].value = best[i];
        }
    lhi_release(h->c, best);
}

void lhi_h5_read_first_version(lhi_h5 *h, hid_t file, lhi_state *s)
{
    const size_t mark = h->opens;
    const hid_t optimizer = lhi_h5_item(h, file, "optimizer", H5I_GROUP);

    read_rule(h, optimizer, s);
    read_velocity(h, optimizer, s);
    read_best(h, file, s);
    lhi_h5_drop(h, mark);
}
