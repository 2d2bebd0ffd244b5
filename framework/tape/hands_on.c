/* hands_on.c -- running a tape by hand: bind, forward, backward, look. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/threads.h"
#include "framework/tape/tape.h"

#include <string.h>

lh_status lh_bind(lh_var input, const void *values, size_t rows)
{
    lh_tape *t = input.tape;
    lhi_node *n;

    if (!lhi_var_good(input, "lh_bind"))
        return t ? t->c->status : LH_EUSAGE;
    n = &t->node[input.id];
    if (n->kind != LHI_INPUT)
        return lhi_fail(t->c, LH_ESTATE, NULL, "lh_bind: '%s' is no input",
                        n->name ? n->name : "the variable");
    if (!lhi_is_batch(n) && rows != (size_t)n->rows)
        return lhi_fail(t->c, LH_ESHAPE, NULL, "lh_bind: '%s' has %td rows, not %zu", n->name,
                        n->rows, rows);
    if (t->bound_room < t->count) {
        size_t room = t->bound_room;

        if (lhi_grow(t->c, &t->bound, &room, t->count, sizeof *t->bound) != 0 ||
            lhi_grow(t->c, &t->bound_rows, &t->bound_room, t->count, sizeof *t->bound_rows) != 0)
            return t->c->status;
    }
    t->bound[input.id] = values;
    t->bound_rows[input.id] = rows;
    return LH_OK;
}

int lhi_bound_rows(lh_tape *t, const lhi_plan *p, const char *caller, size_t *rows)
{
    const lhi_node *first = NULL;

    *rows = 0;
    for (size_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];

        if (n->kind != LHI_INPUT || !p->used[i])
            continue;
        if (i >= t->bound_room || !t->bound[i]) {
            lhi_fail(t->c, LH_ESTATE, "lh_bind() gives an input its values",
                     "%s: input '%s' is not bound", caller, n->name);
            return -1;
        }
        if (!lhi_is_batch(n))
            continue;
        if (first && t->bound_rows[i] != *rows) {
            lhi_fail(t->c, LH_ESHAPE, NULL, "%s: '%s' has %zu rows, '%s' %zu", caller,
                     first->name, *rows, n->name, t->bound_rows[i]);
            return -1;
        }
        first = n;
        *rows = t->bound_rows[i];
    }
    return 0;
}

static void forward(void *w, int rank, int size)
{
    lhi_run_forward(w, rank, size);
}

static void backward(void *w, int rank, int size)
{
    lhi_run_backward(w, NULL, rank, size);
}

/* The plan of the root, and a workspace with room for the rows; both are kept. */
static int prepare(lh_tape *t, uint32_t root, size_t *rows)
{
    if (t->plan && t->plan->root != root) {
        if (t->ws)
            lhi_ws_free(t->ws);
        t->ws = NULL;
        lhi_plan_free(t->c, t->plan);
        t->plan = NULL;
    }
    if (!t->plan && !(t->plan = lhi_plan_new(t, root, LHI_KEEP_ALL)))
        return -1;
    if (lhi_bound_rows(t, t->plan, "lh_forward", rows) != 0)
        return -1;
    if (t->ws && (t->ws->nodes != t->count || *rows > t->ws->room || !t->sealed)) {
        lhi_ws_free(t->ws);
        t->ws = NULL;
    }
    if (!t->ws)
        t->ws = lhi_ws_new(t, t->plan, t->params->type, *rows ? *rows : 1, lhi_threads(t->c, NULL),
                           LHI_WS_GRADIENTS);
    if (!t->ws)
        return -1;
    lhi_ws_rows(t->ws, *rows);
    return 0;
}

lh_status lh_forward(lh_var v)
{
    LHI_USUAL_FLOATS(v.tape ? v.tape->c : NULL);
    lh_tape *t = v.tape;
    size_t rows;

    if (!lhi_var_good(v, "lh_forward"))
        return t ? t->c->status : LH_EUSAGE;
    if (prepare(t, v.id, &rows) != 0)
        return t->c->status;
    for (size_t i = 0; i < t->count; i++)
        if (t->node[i].kind == LHI_INPUT && t->plan->used[i])
            memcpy(t->ws->slot[i].value, t->bound[i],
                   t->ws->slot[i].rows * t->ws->slot[i].cols * t->ws->element);
    lhi_paced(t->c, &t->ws->pace[0], rows, forward, t->ws);
    t->ran = v.id + 1;
    return LH_OK;
}

lh_status lhi_backward(lh_var L)
{
    lh_tape *t = L.tape;

    if (!lhi_var_good(L, "lh_backward"))
        return t ? t->c->status : LH_EUSAGE;
    if (t->ran != L.id + 1)
        return lhi_fail(t->c, LH_ESTATE, "call lh_forward(L) first",
                        "lh_backward: there is no forward pass to go back from");
    if (!lhi_loss_good(L, "lh_backward"))
        return t->c->status;
    for (size_t i = 0; i < t->count; i++) /* those that no act sets */
        if (t->ws->slot[i].grad && !t->plan->given[i])
            memset(t->ws->slot[i].grad, 0,
                   t->ws->slot[i].rows * t->ws->slot[i].cols * t->ws->element);
    if (t->ws->slot[L.id].grad)
        lhi_set(t->ws->type, t->ws->slot[L.id].grad, 0, 1);
    lhi_paced(t->c, &t->ws->pace[1], t->ws->m, backward, t->ws);
    return LH_OK;
}

static lh_array view(lh_var v, int gradient)
{
    LHI_USUAL_FLOATS(v.tape ? v.tape->c : NULL);
    lh_array a = {NULL, 0, 0, LH_F32};
    lh_tape *t = v.tape;

    if (!lhi_var_good(v, gradient ? "lh_grad" : "lh_value"))
        return a;
    if (t->node[v.id].kind == LHI_PARAM) { /* there also before the first run */
        lh_params *p = t->params;

        if (lhi_params_lay(p) == 0)
            a = (lh_array){lhi_params_at(p, gradient ? p->grad : p->value, t->node[v.id].param),
                           (size_t)t->node[v.id].rows, (size_t)t->node[v.id].cols, p->type};
        return a;
    }
    if (!t->ws || !t->ran || v.id >= t->ws->nodes || !t->plan->used[v.id])
        return a;
    a.at = gradient ? t->ws->slot[v.id].grad : t->ws->slot[v.id].value;
    a.rows = t->ws->slot[v.id].rows;
    a.cols = t->ws->slot[v.id].cols;
    a.type = t->ws->type;
    return a;
}

lh_array lh_value(lh_var v)
{
    return view(v, 0);
}

lh_array lh_grad(lh_var v)
{
    return view(v, 1);
}

double lh_at(lh_array a, size_t row, size_t col)
{
    return a.at && row < a.rows && col < a.cols
               ? (double)lhi_get(a.type, a.at, row * a.cols + col)
               : 0;
}
