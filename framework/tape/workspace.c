/* workspace.c -- the arrays of all nodes of a tape in one element type. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"

#include <string.h>

lh_wide lhi_get(lh_type type, const void *array, size_t index)
{
    switch (type) {
    case LH_F32:
        return (lh_wide)((const float *)array)[index];
    case LH_F64:
        return (lh_wide)((const double *)array)[index];
    default:
        return ((const lh_wide *)array)[index];
    }
}

void lhi_set(lh_type type, void *array, size_t index, lh_wide x)
{
    switch (type) {
    case LH_F32:
        ((float *)array)[index] = (float)x;
        break;
    case LH_F64:
        ((double *)array)[index] = (double)x;
        break;
    default:
        ((lh_wide *)array)[index] = x;
    }
}

static size_t rows_of(const lhi_node *n, size_t batch)
{
    return lhi_is_batch(n) ? batch : (size_t)n->rows;
}

/* Walks over every array of a workspace.  Without a block it only measures; with one
 * it also hands out the places.  Arrays begin on a cache line of their own. */
static size_t lay_out(const lh_tape *t, lh_type type, size_t rows, unsigned flags, lhi_ws *w)
{
    const size_t element = lhi_type_size(type);
    size_t used = 0;

    for (size_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];
        const size_t cells = rows_of(n, rows) * (size_t)n->cols;
        const size_t bytes = (cells * element + 63) / 64 * 64;
        const size_t terms = n->kind == LHI_OP && n->family->op[LHI_F64]->terms
                                 ? (rows_of(&t->node[n->in[0]], rows) * element + 63) / 64 * 64
                                 : 0;
        const int stored = n->kind == LHI_PARAM && !(flags & LHI_WS_OWN_PARAMS);

        if (w)
            w->slot[i] = (lh_slot){.rows = rows_of(n, rows), .cols = (size_t)n->cols};
        if (!stored) {
            if (w)
                w->slot[i].value = w->block + used;
            used += bytes;
        }
        if ((flags & LHI_WS_GRADIENTS) && !stored && (n->kind != LHI_INPUT || n->wanted)) {
            if (w)
                w->slot[i].grad = w->block + used;
            used += bytes;
        }
        if (flags & LHI_WS_TANGENTS) {
            if (w)
                w->slot[i].tangent = w->block + used;
            used += bytes;
        }
        if (terms && w)
            w->terms[i] = w->block + used;
        used += terms;
    }
    return used;
}

size_t lhi_ws_bytes(const lh_tape *t, lh_type type, size_t rows, unsigned flags)
{
    return lay_out(t, type, rows, flags, NULL);
}

/* The store's arrays may have moved when parameters were added. */
static void point_at_store(lhi_ws *w)
{
    lh_params *p = w->t->params;

    for (size_t i = 0; i < w->nodes && !w->own_params; i++)
        if (w->t->node[i].kind == LHI_PARAM) {
            w->slot[i].value = lhi_params_at(p, p->value, w->t->node[i].param);
            w->slot[i].grad = lhi_params_at(p, p->grad, w->t->node[i].param);
        }
}

lhi_ws *lhi_ws_new(lh_tape *t, lh_type type, size_t rows, int threads, unsigned flags)
{
    lh_ctx *c = t->c;
    lhi_ws *w;
    const int variant = lhi_variant_pick(type, c->set.isa);

    if (!lhi_ok(c))
        return NULL;
    if (variant < 0) {
        lhi_fail(c, LH_EUSAGE, "--isa=auto takes the best that there is",
                 "--isa=%s: this CPU has no such instructions", c->set.isa);
        return NULL;
    }
    if (lhi_params_lay(t->params) != 0 || !(w = lhi_alloc(c, sizeof *w)))
        return NULL;
    if (type != t->params->type)
        flags |= LHI_WS_OWN_PARAMS;
    t->sealed = 1;
    *w = (lhi_ws){.t = t, .variant = variant, .type = type, .element = lhi_type_size(type),
                  .m = rows, .room = rows, .shards = c->set.shards, .nodes = t->count,
                  .own_params = (flags & LHI_WS_OWN_PARAMS) != 0, .threads = threads,
                  .work_bytes = lhi_variant_kernels(variant)->work_bytes};
    w->block_bytes = lhi_ws_bytes(t, type, rows, flags);
    w->slot = lhi_alloc_array(c, t->count, sizeof *w->slot);
    w->terms = lhi_alloc_array(c, t->count, sizeof *w->terms);
    w->block = lhi_alloc(c, w->block_bytes);
    w->work = lhi_alloc_array(c, (size_t)threads, w->work_bytes);
    if (!lhi_ok(c)) {
        lhi_ws_free(w);
        return NULL;
    }
    lay_out(t, type, rows, flags, w);
    point_at_store(w);
    if (w->own_params)
        lhi_ws_take_params(w);
    return w;
}

void lhi_ws_free(lhi_ws *w)
{
    lh_ctx *c = w->t->c;

    lhi_release(c, w->work);
    lhi_release(c, w->block);
    lhi_release(c, w->terms);
    lhi_release(c, w->slot);
    lhi_release(c, w);
}

void lhi_ws_rows(lhi_ws *w, size_t rows)
{
    w->m = rows;
    for (size_t i = 0; i < w->nodes; i++)
        if (lhi_is_batch(&w->t->node[i]))
            w->slot[i].rows = rows;
    point_at_store(w);
}

void lhi_ws_take_params(lhi_ws *w)
{
    const lh_params *p = w->t->params;

    for (size_t i = 0; i < w->nodes; i++) {
        const lhi_node *n = &w->t->node[i];

        if (n->kind != LHI_PARAM)
            continue;
        for (size_t e = 0; e < p->at[n->param].rows * p->at[n->param].cols; e++)
            lhi_set(w->type, w->slot[i].value, e,
                    lhi_get(p->type, lhi_params_at(p, p->value, n->param), e));
    }
}
