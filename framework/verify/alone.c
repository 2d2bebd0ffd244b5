/* alone.c -- an op alone: its arrays filled from the tape, its backward called, what is found. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void lhi_give(lhi_alone *a, int o, int fresh)
{
    a->step.fresh = fresh;
    if (lhi_cells(&a->in[o]) > 0)
        a->op->backward(&a->step, o, (lh_tile){0, a->in[o].rows, 0, a->in[o].cols});
}

void lhi_load(lhi_alone *a)
{
    const lhi_ws *w = a->k->tape[a->type];
    const lh_slot *out = &w->slot[a->node];

    for (int i = 0; i < a->op->n_in; i++)
        memcpy(a->in[i].value, w->slot[a->k->t->node[a->node].in[i]].value,
               lhi_cells(&a->in[i]) * w->element);
    memcpy(a->out.value, out->value, lhi_cells(out) * w->element);
    memcpy(a->out.grad, out->grad, lhi_cells(out) * w->element);
}

void lhi_found(lhi_alone *a, int o, lh_method by, const lhi_diagnosis *d, lh_wide got,
               lh_wide wanted, double bound)
{
    lhi_check *k = a->k;
    lhi_report *r = k->report;
    lh_finding *f;
    const lhi_node *n = &k->t->node[a->node];
    char text[120];

    if (lhi_grow(k->c, &r->finding, &r->finding_room, r->findings + 1, sizeof *f) != 0)
        return;
    f = &r->finding[r->findings++];
    *f = (lh_finding){.type = a->type, .by = by, .reason = d->reason, .ratio = d->ratio,
                      .file = n->file, .line = n->line,
                      .row = d->worst / (a->in[o].cols ? a->in[o].cols : 1),
                      .col = a->in[o].cols ? d->worst % a->in[o].cols : 0,
                      .got = (double)got, .wanted = (double)wanted,
                      .off = (double)fabsl(got - wanted), .bound = bound};
    snprintf(f->op, sizeof f->op, "%s", a->op->name);
    snprintf(f->node, sizeof f->node, "%.63s", lhi_node_text(k->t, a->node, text, sizeof text));
    snprintf(f->operand, sizeof f->operand, "%.63s",
             lhi_node_text(k->t, n->in[o], text, sizeof text));
    snprintf(f->why, sizeof f->why, "%s", d->why);
}
