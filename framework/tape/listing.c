/* listing.c -- a tape as text: what a checkpoint stores and compares. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/text.h"
#include "framework/tape/tape.h"

static const char *const first_names[LH_INITS] = {"zeros", "he", "glorot"};

static void operand(lhi_text *out, const lh_tape *t, const uint32_t *number, uint32_t id)
{
    if (t->node[id].name)
        lhi_text_add(out, "%s", t->node[id].name);
    else
        lhi_text_add(out, "%%%u", (unsigned)number[id]);
}

static void shape(lhi_text *out, const lhi_node *n)
{
    char text[60];

    lhi_text_add(out, " %s", lhi_shape_text(n->rows, n->cols, text, sizeof text));
}

/* Depth first in the order of the operands, each node after what it needs. */
static void walk(lhi_text *out, const lh_tape *t, const lhi_plan *p, uint32_t *number)
{
    uint32_t count = 0;

    for (size_t i = 0; i < p->count; i++) {
        const uint32_t id = p->order[i];
        const lhi_node *n = &t->node[id];
        const lh_op *op = n->kind == LHI_OP ? lhi_node_op(n) : NULL;

        if (!op)
            continue;
        for (int k = 0; k < op->n_in; k++) {
            const lhi_node *in = &t->node[n->in[k]];

            if (in->kind == LHI_OP || number[n->in[k]])
                continue;
            number[n->in[k]] = ++count;
            lhi_text_add(out, "%s = %s", in->name, in->kind == LHI_INPUT ? "input" : "param");
            shape(out, in);
            if (in->kind == LHI_PARAM)
                lhi_text_add(out, " %s", first_names[t->params->at[in->param].first]);
            lhi_text_add(out, "\n");
        }
        number[id] = ++count;
        operand(out, t, number, id);
        lhi_text_add(out, " = %s(", op->name);
        for (int k = 0; k < op->n_in; k++) {
            lhi_text_add(out, "%s", k ? ", " : "");
            operand(out, t, number, n->in[k]);
        }
        for (int k = 0; k < op->numbers; k++)
            lhi_text_add(out, "%s %.17g", k ? "," : ";", n->number[k]);
        lhi_text_add(out, ")");
        shape(out, n);
        lhi_text_add(out, "\n");
    }
}

char *lhi_listing(lh_tape *t, const lhi_plan *p)
{
    uint32_t *number = lhi_alloc_array(t->c, t->count, sizeof *number);
    lhi_text out = {.c = t->c};

    if (number)
        walk(&out, t, p, number);
    lhi_release(t->c, number);
    return lhi_ok(t->c) ? out.at : NULL;
}
