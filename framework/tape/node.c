/* node.c -- what may be asked of a variable and of the node behind it. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"

#include <stdio.h>
#include <string.h>

int lhi_var_good(lh_var v, const char *what)
{
    if (!v.tape || !lhi_ok(v.tape->c))
        return 0;
    if (v.gen == v.tape->gen && v.id < v.tape->count)
        return 1;
    if (v.id == UINT32_MAX && v.tape->c->refused == LH_ENOMEM)
        lhi_fail(v.tape->c, LH_ENOMEM, NULL, "%s: the variable is none: %s", what,
                 v.tape->c->refusal);
    else if (v.id == UINT32_MAX)
        lhi_fail(v.tape->c, LH_ESTATE, "lh_message() had the reason when it was made",
                 "%s: the variable is none, the call that makes it failed", what);
    else
        lhi_fail(v.tape->c, LH_ESTALE,
                 "record it again after lh_tape_reset(), or keep its value, not the variable",
                 "%s: the variable was recorded before the last lh_tape_reset", what);
    return 0;
}

int lhi_loss_good(lh_var L, const char *caller)
{
    if (!lhi_var_good(L, caller))
        return 0;
    if (L.tape->node[L.id].rows == 1 && L.tape->node[L.id].cols == 1)
        return 1;
    lhi_fail(L.tape->c, LH_ESHAPE, "a loss is one number", "%s: the loss is no scalar", caller);
    return 0;
}

const char *lhi_shape_text(ptrdiff_t rows, ptrdiff_t cols, char *text, size_t room)
{
    if (rows == LH_ROWS)
        snprintf(text, room, "[m x %td]", cols);
    else
        snprintf(text, room, "[%td x %td]", rows, cols);
    return text;
}

const char *lhi_node_text(const lh_tape *t, uint32_t id, char *text, size_t room)
{
    const lhi_node *n = &t->node[id];
    size_t used = 0;

    if (n->name) {
        snprintf(text, room, "%s", n->name);
        return text;
    }
    for (int k = 0; k < lhi_arity(n); k++) {
        const lhi_node *in = &t->node[n->in[k]];

        used += (size_t)snprintf(text + used, room - used, "%s%s",
                                 k == 0 ? lhi_node_op(n)->name : "",
                                 k == 0 ? "(" : ", ");
        if (used >= room)
            return text;
        used += (size_t)snprintf(text + used, room - used, "%s",
                                 in->name ? in->name : lhi_node_op(in)->name);
        if (used >= room)
            return text;
    }
    snprintf(text + used, room - used, ")");
    return text;
}

lhi_node *lhi_find(const lh_tape *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->node[i].name && strcmp(t->node[i].name, name) == 0)
            return &t->node[i];
    return NULL;
}

/* The node of a variable that is asked about; NULL after an error of the call. */
static const lhi_node *asked(lh_var v, const char *what)
{
    lh_ctx *c = lhi_ctx_of(v);
    int good;

    if (!lhi_ok(c))
        return NULL;
    good = lhi_var_good(v, what);
    lhi_call_ends(c);
    return good ? &v.tape->node[v.id] : NULL;
}

ptrdiff_t lh_rows_of(lh_var v)
{
    const lhi_node *n = asked(v, "lh_rows_of");

    return n ? n->rows : 0;
}

ptrdiff_t lh_cols_of(lh_var v)
{
    const lhi_node *n = asked(v, "lh_cols_of");

    return n ? n->cols : 0;
}

lh_var lh_named(lh_tape *t, const char *name)
{
    const lhi_node *n = t && name ? lhi_find(t, name) : NULL;

    return n ? (lh_var){t, (uint32_t)(n - t->node), t->gen} : (lh_var){NULL, UINT32_MAX, 0};
}
