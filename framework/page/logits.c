/* logits.c -- lh_on_logits(): a loss of a prediction, with the prediction written out in it. */
/* SPDX-License-Identifier: MIT */
#include "framework/page/page.h"

#include "framework/base/floats.h"

#include <stdio.h>

/* The line of a node's op over what its letters stand for; LHI_NO_EXPR: it has none. */
static lhi_ref line_of(lhi_sentence *s, uint32_t id, const lhi_ref *operand)
{
    const lhi_node *n = &s->t->node[id];
    const lh_op *op = lhi_node_op(n);
    lhi_binding b = lhi_operands(&s->pool, op->n_in, NULL);
    lhi_ref step[LHI_CHAIN];

    b.value[0] = LHI_NO_EXPR;
    for (int k = 0; k < op->n_in; k++)
        b.value[1 + k] = operand[k];
    for (int k = 0; k < op->numbers; k++)
        b.setting[k] = lhi_of_double(&s->pool, n->number[k]);
    return op->lines && op->lines->forward &&
           lhi_read(&s->pool, op->lines->forward, &b, step, &s->why) ? step[0] : LHI_NO_EXPR;
}

static void operands(lhi_sentence *s, uint32_t id, lhi_ref operand[LH_OPERANDS])
{
    for (int k = 0; k < lhi_arity(&s->t->node[id]); k++)
        operand[k] = lhi_leaf(&s->pool, LHI_E_VALUE, s->t->node[id].in[k]);
}

/* The op that says L with the prediction's own line in the place of the prediction. */
static int is_said(lhi_sentence *s, uint32_t id, lhi_match *m)
{
    const uint32_t hat = s->t->node[id].in[0];
    lhi_ref inner[LH_OPERANDS], outer[LH_OPERANDS], e;

    if (s->t->node[hat].kind != LHI_OP)
        return 0;
    operands(s, hat, inner);
    operands(s, id, outer);
    outer[0] = line_of(s, hat, inner);
    e = outer[0] == LHI_NO_EXPR ? outer[0] : line_of(s, id, outer);
    e = e == LHI_NO_EXPR ? e : lhi_settle(s, e);
    return e != LHI_NO_EXPR && lhi_said_by(s, e, LHI_WHOLE_OPS, m) &&
           m->family != s->t->node[id].family;
}

static lh_var on_logits(lh_var L)
{
    const lhi_node *n = &L.tape->node[L.id];
    const lhi_page_text from = {.text = "", .shown = "", .file = n->file, .line = n->line};
    lhi_sentence s = {.t = L.tape, .from = &from};
    char name[LHI_NAME + 1];
    lhi_match m;
    lh_var v = L;

    snprintf(name, sizeof name, "%sz", n->name ? n->name : "L");
    s.pool = (lhi_pool){.c = L.tape->c, .find = lhi_op_named};
    if (n->kind == LHI_OP && is_said(&s, L.id, &m)) {
        v = lh_named(L.tape, name);
        if (v.id == UINT32_MAX || v.tape == NULL)
            v = lh_label(lhi_record_match(&s, &m), name, from.file, from.line);
    }
    lhi_sentence_free(&s);
    return v;
}

lh_var lh_on_logits(lh_var L)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(L));

    return lhi_ok(lhi_ctx_of(L)) && lhi_loss_good(L, "lh_on_logits") ? on_logits(L) : L;
}
