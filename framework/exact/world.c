/* world.c -- one draw: the tape forward in a field, and its tangents. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/exact.h"

#include "framework/base/stop.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The most products of numbers for one gradient: some seconds. */
#define MOST_WORK 3e8

int lhi_stuck(lhi_world *w, lhi_trouble trouble, const char *format, ...)
{
    va_list args;

    if (w->trouble != LHI_FINE)
        return 0;
    w->trouble = trouble;
    va_start(args, format);
    vsnprintf(w->why, sizeof w->why, format, args);
    va_end(args);
    return 0;
}

uint32_t lhi_world_node(const lhi_world *w, const char *name, size_t length)
{
    return lhi_page_node(w->page, w->t, name, length);
}

/* The line of an op over its operands, as a tree. */
static lhi_ref line_of(lhi_world *w, uint32_t id)
{
    const lhi_node *n = &w->t->node[id];
    const lh_op *op = n->kind == LHI_OP ? lhi_node_op(n) : NULL;
    lhi_binding b = lhi_operands(w->pool, 0, NULL);
    lhi_ref step[LHI_CHAIN];
    lhi_misread why;

    if (!op || !op->lines || !op->lines->forward)
        return LHI_NO_EXPR;
    b.count = lhi_leaf(w->pool, LHI_E_COUNT, n->in[0]);
    for (int k = 0; k < op->n_in; k++)
        b.value[1 + k] = lhi_leaf(w->pool, LHI_E_VALUE, n->in[k]);
    for (int k = 0; k < LH_NUMBERS; k++)
        b.setting[k] = lhi_of_double(w->pool, n->number[k]);
    return lhi_read(w->pool, op->lines->forward, &b, step, &why) ? step[0] : LHI_NO_EXPR;
}

lhi_world *lhi_world_new(lh_var L, const lhi_page *page, lhi_pool *pool)
{
    lh_ctx *c = L.tape->c;
    const size_t n = L.tape->count;
    lhi_world *w = lhi_alloc(c, sizeof *w);

    if (!w)
        return NULL;
    *w = (lhi_world){.c = c, .t = L.tape, .root = L.id, .page = page, .pool = pool,
                     .moving = LHI_NO_EXPR};
    w->forward = lhi_alloc_array(c, n, sizeof *w->forward);
    w->value = lhi_alloc_array(c, n, sizeof *w->value);
    w->moved = lhi_alloc_array(c, n, sizeof *w->moved);
    w->grad = lhi_alloc_array(c, n, sizeof *w->grad);
    for (uint32_t i = 0; lhi_ok(c) && i < n; i++)
        w->forward[i] = line_of(w, i);
    if (lhi_ok(c))
        return w;
    lhi_world_free(w);
    return NULL;
}

static void forget(lhi_world *w, lhi_exact *list)
{
    for (size_t i = 0; list && i < w->t->count; i++)
        lhi_exact_free(w->c, &list[i]);
}

void lhi_world_free(lhi_world *w)
{
    forget(w, w->value);
    forget(w, w->moved);
    forget(w, w->grad);
    lhi_release(w->c, w->value);
    lhi_release(w->c, w->moved);
    lhi_release(w->c, w->grad);
    lhi_release(w->c, w->forward);
    lhi_release(w->c, w);
}

/* A batch of few rows, as many as nothing else on the tape has of anything, so that no product of
 * matrices fits by chance. */
static size_t rows_of_draw(const lh_tape *t, uint64_t draw)
{
    for (size_t rows = 2 + draw % 3;; rows++) {
        int is_taken = 0;

        for (size_t i = 0; i < t->count; i++)
            is_taken |= t->node[i].cols == (ptrdiff_t)rows || t->node[i].rows == (ptrdiff_t)rows;
        if (!is_taken)
            return rows;
    }
}

void lhi_world_draw(lhi_world *w, uint64_t draw, int levels)
{
    forget(w, w->value);
    forget(w, w->moved);
    forget(w, w->grad);
    w->trouble = LHI_FINE;
    w->draw = draw;
    w->rows = rows_of_draw(w->t, draw);
    lhi_tower_make(&w->tower, levels, draw);
}

/* Element e of what is drawn for a node. */
static lhi_dual drawn(const lhi_world *w, uint32_t id, size_t e)
{
    return lhi_dual_drawn(&w->tower, w->draw, ((uint64_t)(id + 1) << 32) + e);
}

static int draw_node(lhi_world *w, uint32_t id)
{
    const lhi_node *n = &w->t->node[id];
    lhi_exact *x = &w->value[id];

    if (!lhi_exact_make(w, lhi_is_batch(n) ? w->rows : (size_t)n->rows, (size_t)n->cols, x))
        return 0;
    for (size_t e = 0; e < x->rows * x->cols; e++)
        x->at[e] = drawn(w, id, e);
    return 1;
}

const lhi_exact *lhi_world_value(lhi_world *w, uint32_t id)
{
    char text[80];

    if (w->moved[id].at)
        return &w->moved[id];
    if (w->value[id].at)
        return &w->value[id];
    if (w->t->node[id].kind != LHI_OP)
        return draw_node(w, id) ? &w->value[id] : NULL;
    if (w->forward[id] == LHI_NO_EXPR) {
        lhi_stuck(w, LHI_NO_LAW, "%s has no line that could be worked",
                  lhi_node_text(w->t, id, text, sizeof text));
        return NULL;
    }
    return lhi_work(w, w->forward[id], &w->value[id]) ? &w->value[id] : NULL;
}

static int is_behind(const lhi_world *w, uint32_t id)
{
    const lhi_node *n = &w->t->node[id];

    for (int k = 0; k < lhi_arity(n); k++)
        if (w->moved[n->in[k]].at)
            return 1;
    return 0;
}

/* The tangents of all that hangs on a node whose tangent is set, up to another. */
static const lhi_exact *pass(lhi_world *w, uint32_t from, uint32_t to)
{
    for (uint32_t i = from + 1; i <= to; i++) {
        lhi_exact x;

        if (!is_behind(w, i))
            continue;
        if (w->forward[i] == LHI_NO_EXPR)
            return lhi_world_value(w, i); /* says why there is none */
        if (!lhi_work(w, w->forward[i], &x))
            return NULL;
        w->moved[i] = x;
    }
    return &w->moved[to];
}

static void be_still(lhi_world *w, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i <= to; i++)
        lhi_exact_free(w->c, &w->moved[i]);
}

/* A node, before any of its elements has a tangent. */
static lhi_exact *begin(lhi_world *w, uint32_t id)
{
    const lhi_exact *x = lhi_world_value(w, id);

    return x && lhi_exact_copy(w, x, &w->moved[id]) ? &w->moved[id] : NULL;
}

/* The tangent of x as a number. */
static lhi_dual tangent(lhi_dual x)
{
    lhi_dual r = {.levels = x.levels, .x_free = x.d_free, .lost = x.lost};

    memcpy(r.x, x.d, sizeof r.x);
    return r;
}

static void move(lhi_dual *x, const lhi_dual *by)
{
    memcpy(x->d, by->x, sizeof x->d);
    x->d_free = 0;
}

/* The sum of x times the tangents of y (all of them where x is NULL: y is one number). */
static lhi_dual against(const lhi_world *w, const lhi_exact *x, const lhi_exact *y)
{
    lhi_dual sum = lhi_dual_whole(&w->tower, 0);

    for (size_t e = 0; e < y->rows * y->cols; e++) {
        const lhi_dual d = tangent(y->at[e]);

        sum = lhi_dual_sum(&w->tower, sum, x ? lhi_dual_product(&w->tower, x->at[e], d) : d);
    }
    return sum;
}

int lhi_world_pulled(lhi_world *w, uint32_t from, uint32_t to, const lhi_exact *x, lhi_exact *out)
{
    const lhi_dual one = lhi_dual_whole(&w->tower, 1);
    const lhi_exact *at = lhi_world_value(w, from), *end = lhi_world_value(w, to);
    const size_t n = at && end ? at->rows * at->cols : 0;
    const double before = w->work;
    double each = 0;

    if (n == 0 || !lhi_exact_make(w, at->rows, at->cols, out))
        return 0;
    for (size_t e = 0; e < n && w->trouble == LHI_FINE && !lhi_gives_up(w->c, "proving"); e++) {
        lhi_exact *moved = begin(w, from);
        const lhi_exact *seen;

        if (moved)
            move(&moved->at[e], &one);
        seen = moved ? to == from ? moved : pass(w, from, to) : NULL;
        /* What does not hang on it at all has no tangent, and no place among the moved. */
        out->at[e] = seen && seen->at ? against(w, x, seen) : lhi_dual_whole(&w->tower, 0);
        be_still(w, from, to > from ? to : from);
        if (e == 0)
            each = w->work - before;
        if (each * (double)n > MOST_WORK)
            lhi_stuck(w, LHI_TOO_LARGE, "the network is too large for it");
    }
    if (w->trouble == LHI_FINE && lhi_ok(w->c))
        return 1;
    lhi_exact_free(w->c, out);
    return 0;
}

/* dL/d... of a page is that of one sample, or of a sum of samples: m times that of their mean. */
static lhi_dual of_loss(const lhi_world *w, lhi_dual x)
{
    return w->per_sample
               ? lhi_dual_product(&w->tower, x, lhi_dual_whole(&w->tower, (int64_t)w->rows)) : x;
}

const lhi_exact *lhi_world_gradient(lhi_world *w, uint32_t id)
{
    lhi_exact *g = &w->grad[id];

    if (g->at)
        return g;
    if (!lhi_world_pulled(w, id, w->root, NULL, g))
        return NULL;
    for (size_t e = 0; e < g->rows * g->cols; e++)
        g->at[e] = of_loss(w, g->at[e]);
    return g;
}

int lhi_world_is_gradient(lhi_world *w, uint32_t id, const lhi_exact *given)
{
    lhi_exact *moved = begin(w, id);
    const lhi_exact *L;
    lhi_dual theirs = lhi_dual_whole(&w->tower, 0), ours = theirs;
    int same = -1;

    for (size_t e = 0; moved && e < moved->rows * moved->cols; e++) {
        /* Beyond all places that values are drawn by. */
        const lhi_dual v = lhi_dual_drawn(&w->tower, ~w->draw, e);

        move(&moved->at[e], &v);
        theirs = lhi_dual_sum(&w->tower, theirs, lhi_dual_product(&w->tower, given->at[e], v));
    }
    L = moved ? id == w->root ? moved : pass(w, id, w->root) : NULL;
    if (L) {
        ours = of_loss(w, L->at ? against(w, NULL, L) : ours);
        same = ours.x[0] == theirs.x[0];
        if (ours.lost || theirs.lost) {
            lhi_stuck(w, LHI_AGAIN, "no draw has a value of it");
            same = -1;
        } else if (ours.x_free || theirs.x_free) {
            lhi_stuck(w, LHI_NO_LAW, "it hangs on the value of a log or an erf");
            same = -1;
        }
    }
    be_still(w, id, w->root > id ? w->root : id);
    return lhi_ok(w->c) && w->trouble == LHI_FINE ? same : -1;
}
