/* hands_on.c -- running a tape by hand: bind, forward, backward, look. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/threads.h"
#include "framework/tape/tape.h"

#include <string.h>

/* What is wrong with binding the input, kept as an error. */
static lh_status bad_binding(lh_tape *t, const lhi_node *n, const void *values, size_t rows)
{
    if (n->kind != LHI_INPUT)
        return lhi_fail(t->c, LH_ESTATE, NULL, "lh_bind: '%s' is no input",
                        n->name ? n->name : "the variable");
    if (!values)
        return lhi_fail(t->c, LH_EUSAGE, NULL, "lh_bind: '%s' is given no values", n->name);
    if (!lhi_is_batch(n) && rows != (size_t)n->rows)
        return lhi_fail(t->c, LH_ESHAPE, NULL, "lh_bind: '%s' has %td rows, not %zu", n->name,
                        n->rows, rows);
    if (rows == 0 || rows > (size_t)(LHI_MOST_CELLS / n->cols))
        return lhi_fail(t->c, LH_ESHAPE, NULL, "lh_bind: '%s' cannot have %zu rows", n->name,
                        rows);
    return LH_OK;
}

static lh_status bind(lh_var input, lh_type type, const void *values, size_t rows)
{
    lh_tape *t = input.tape;
    lh_status s;

    if (!lhi_var_good(input, "lh_bind"))
        return t->c->status;
    if (t->bound_room < t->count) {
        size_t room = t->bound_room, type_room = room;

        if (lhi_grow(t->c, &t->bound, &room, t->count, sizeof *t->bound) != 0 ||
            lhi_grow(t->c, &t->bound_type, &type_room, t->count, sizeof *t->bound_type) != 0 ||
            lhi_grow(t->c, &t->bound_rows, &t->bound_room, t->count, sizeof *t->bound_rows) != 0)
            return t->c->status;
    }
    s = bad_binding(t, &t->node[input.id], values, rows);
    /* What was bound before is not what the driver means now: the next pass refuses. */
    t->bound[input.id] = s == LH_OK ? values : NULL;
    t->bound_rows[input.id] = rows;
    t->bound_type[input.id] = type < LH_TYPES ? type : t->params->type;
    return s;
}

lh_status lh_bind_as(lh_var input, lh_type type, const void *values, size_t rows)
{
    lh_ctx *c = lhi_ctx_of(input);

    if (!lhi_ok(c))
        return lh_error(c);
    bind(input, type, values, rows);
    return lhi_call_ends(c);
}

static lh_status set(lh_var param, lh_type type, const void *values, int gradient,
                     const char *caller)
{
    lh_tape *t = param.tape;
    lh_params *p = t->params;
    const lhi_node *n;

    if (!lhi_var_good(param, caller))
        return t->c->status;
    n = &t->node[param.id];
    if (n->kind != LHI_PARAM)
        return lhi_fail(t->c, LH_ESTATE, "an input is bound: lh_bind()",
                        "%s: '%s' is no parameter", caller, n->name ? n->name : "the variable");
    if (!values)
        return lhi_fail(t->c, LH_EUSAGE, NULL, "%s: '%s' is given no values", caller,
                        n->name);
    if (lhi_params_lay(p) != 0)
        return t->c->status;
    type = type < LH_TYPES ? type : p->type;
    for (size_t e = 0; e < p->at[n->param].rows * p->at[n->param].cols; e++)
        lhi_set(p->type, lhi_params_at(p, gradient ? p->grad : p->value, n->param), e,
                lhi_get(type, values, e));
    return LH_OK;
}

static lh_status set_and_end(lh_var param, lh_type type, const void *values, int gradient,
                             const char *caller)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(param));
    lh_ctx *c = lhi_ctx_of(param);

    if (!lhi_ok(c))
        return lh_error(c);
    set(param, type, values, gradient, caller);
    return lhi_call_ends(c);
}

lh_status lh_set_as(lh_var param, lh_type type, const void *values)
{
    return set_and_end(param, type, values, 0, "lh_set");
}

lh_status lh_set_grad_as(lh_var param, lh_type type, const void *values)
{
    return set_and_end(param, type, values, 1, "lh_set_grad");
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

/* What an input is bound to, in the type of the workspace. */
static void take_bound(const lh_tape *t, size_t input, lhi_ws *w)
{
    const size_t cells = lhi_cells(&w->slot[input]);
    const lh_type type = t->bound_type[input];

    if (type == w->type)
        memcpy(w->slot[input].value, t->bound[input], cells * w->element);
    else
        for (size_t e = 0; e < cells; e++)
            lhi_set(w->type, w->slot[input].value, e, lhi_get(type, t->bound[input], e));
}

void lhi_take_bound(lhi_ws *w, const lhi_plan *p)
{
    for (size_t i = 0; i < w->nodes; i++)
        if (w->t->node[i].kind == LHI_INPUT && p->used[i])
            take_bound(w->t, i, w);
}

int lhi_is_bound(const lh_tape *t, const lhi_plan *p)
{
    for (size_t i = 0; i < p->nodes; i++)
        if (t->node[i].kind == LHI_INPUT && p->used[i] && (i >= t->bound_room || !t->bound[i]))
            return 0;
    return 1;
}

static lh_status run_forward(lh_var v)
{
    lh_tape *t = v.tape;
    lhi_root *r;
    size_t rows;

    if (!lhi_var_good(v, "lh_forward") || !(r = lhi_root_of(t, v.id, LHI_KEEP_ALL)))
        return t->c->status;
    r->ran = r->went_back = 0; /* on an error there is nothing to look at or to go back from */
    if (lhi_bound_rows(t, r->p, "lh_forward", &rows) != 0 || lhi_root_room(t, r, rows) != 0)
        return t->c->status;
    lhi_take_bound(r->w, r->p);
    r->w->trains = t->training >= 0;
    r->w->step = (uint64_t)t->training;
    lhi_paced(t->c, &r->w->pace[0], rows, forward, r->w);
    r->ran = ++t->passes;
    return LH_OK;
}

static lh_status run_backward(lh_var L)
{
    lh_tape *t = L.tape;
    lhi_root *r;

    if (!lhi_loss_good(L, "lh_backward") || !(r = lhi_root_of(t, L.id, LHI_KEEP_ALL)))
        return t->c->status;
    if (!r->ran)
        return lhi_fail(t->c, LH_ESTATE, "call lh_forward(L) first",
                        "lh_backward: there is no forward pass to go back from");
    lhi_ws_rows(r->w, r->w->m); /* parameters that came since may have moved the store's arrays */
    for (size_t i = 0; i < r->w->nodes; i++) /* those that no act sets */
        if (r->w->slot[i].grad && !r->p->given[i])
            memset(r->w->slot[i].grad, 0, lhi_cells(&r->w->slot[i]) * r->w->element);
    if (r->w->slot[L.id].grad)
        lhi_set(r->w->type, r->w->slot[L.id].grad, 0, 1);
    lhi_paced(t->c, &r->w->pace[1], r->w->m, backward, r->w);
    r->went_back = ++t->passes;
    return LH_OK;
}

lh_status lh_forward(lh_var v)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(v));
    lh_ctx *c = lhi_ctx_of(v);

    if (!lhi_ok(c))
        return lh_error(c);
    run_forward(v);
    return lhi_call_ends(c);
}

lh_status lh_training(lh_tape *t, long step)
{
    if (!t)
        return LH_EUSAGE;
    if (lhi_ok(t->c))
        t->training = step >= 0 ? step : -1;
    return lh_error(t->c);
}

lh_status lhi_backward(lh_var L)
{
    lh_ctx *c = lhi_ctx_of(L);

    if (!lhi_ok(c))
        return lh_error(c);
    run_backward(L);
    return lhi_call_ends(c);
}

/* After --check has ended the work what there is can still be looked at: a loop that does not
 * mind the status goes on reading. */
static int may_look(lh_var v, const char *caller)
{
    return v.tape->c->status == LH_ENDED ? v.gen == v.tape->gen && v.id < v.tape->count
                                         : lhi_var_good(v, caller);
}

static lh_array param_view(lh_tape *t, const lhi_node *n, int gradient)
{
    lh_params *p = t->params;

    if (lhi_params_lay(p) != 0) /* it is there also before the first run */
        return (lh_array){NULL, 0, 0, p->type};
    return (lh_array){lhi_params_at(p, gradient ? p->grad : p->value, n->param), (size_t)n->rows,
                      (size_t)n->cols, p->type};
}

/* Of the root that ran last, of those that need the node. */
static lh_array view(lh_var v, int gradient)
{
    lh_tape *t = v.tape;
    const lhi_root *last = NULL;
    const lh_slot *a;

    if (!may_look(v, gradient ? "lh_grad" : "lh_value"))
        return (lh_array){NULL, 0, 0, LH_F32};
    if (t->node[v.id].kind == LHI_PARAM)
        return param_view(t, &t->node[v.id], gradient);
    for (const lhi_root *r = t->roots; r; r = r->next) {
        const uint64_t when = gradient ? r->went_back : r->ran;

        if (when && v.id < r->w->nodes && r->p->used[v.id] &&
            (!last || when > (gradient ? last->went_back : last->ran)))
            last = r;
    }
    if (!last)
        return (lh_array){NULL, 0, 0, LH_F32};
    a = &last->w->slot[v.id];
    return (lh_array){gradient ? a->grad : a->value, a->rows, a->cols, last->w->type};
}

static lh_array view_of(lh_var v, int gradient)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(v));
    lh_ctx *c = lhi_ctx_of(v);
    lh_array a = {NULL, 0, 0, LH_F32};

    if (lhi_ok(c) || (c && c->status == LH_ENDED)) {
        a = view(v, gradient);
        lhi_call_ends(c);
    }
    return a;
}

lh_array lh_value(lh_var v)
{
    return view_of(v, 0);
}

lh_array lh_grad(lh_var v)
{
    return view_of(v, 1);
}

double lh_at(lh_array a, size_t row, size_t col)
{
    return a.at && row < a.rows && col < a.cols && (unsigned)a.type < LH_TYPES
               ? (double)lhi_get(a.type, a.at, row * a.cols + col)
               : 0;
}
