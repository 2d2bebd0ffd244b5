/* chain.c -- derivatives as a page writes them, and its letters. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/exact.h"

#include <string.h>

int lhi_is_letter_of(const lhi_world *w, lhi_ref e, const char *letter)
{
    const lhi_expr *x = &w->pool->at[e];

    return x->kind == LHI_E_SYMBOL && x->length == (int)strlen(letter) &&
           memcmp(x->name, letter, strlen(letter)) == 0 &&
           lhi_world_node(w, x->name, (size_t)x->length) == LHI_NONE;
}

uint32_t lhi_world_node_of(const lhi_world *w, lhi_ref e)
{
    const lhi_expr *x = &w->pool->at[e];

    if (x->kind == LHI_E_VALUE)
        return x->node;
    return x->kind == LHI_E_SYMBOL ? lhi_world_node(w, x->name, (size_t)x->length) : LHI_NONE;
}

/* A letter that is no variable of the page stands for one number. */
int lhi_work_letter(lhi_world *w, lhi_ref e, lhi_exact *out)
{
    const lhi_expr *x = &w->pool->at[e];
    lhi_dual one = lhi_dual_whole(&w->tower, 1), drawn;

    if (lhi_is_letter_of(w, e, "m"))
        return lhi_exact_single(w, lhi_dual_whole(&w->tower, (int64_t)w->rows), out);
    drawn = lhi_dual_drawn(&w->tower, w->draw, lhi_digest(0, x->name, (size_t)x->length) >> 32);
    if (e == w->moving)
        memcpy(drawn.d, one.x, sizeof drawn.d);
    return lhi_exact_single(w, drawn, out);
}

/* The tangents of a matrix, as a matrix. */
static void keep_tangents(lhi_exact *x)
{
    for (size_t i = 0; i < x->rows * x->cols; i++) {
        lhi_dual *a = &x->at[i];

        memcpy(a->x, a->d, sizeof a->x);
        memset(a->d, 0, sizeof a->d);
        a->x_free = a->d_free;
        a->d_free = 0;
    }
}

/* g'(Z): the tangent of g where that of Z is 1.  */
int lhi_work_primed(lhi_world *w, lhi_ref e, lhi_exact *out)
{
    const lhi_expr x = w->pool->at[e], g = w->pool->at[x.a];
    const char *name = lhi_page_function(w->c, w->page, g.name, (size_t)g.length);
    const lhi_dual one = lhi_dual_whole(&w->tower, 1);
    const uint32_t id = x.b == LHI_NO_EXPR ? LHI_NONE : lhi_world_node_of(w, x.b);
    lhi_exact kept;
    lhi_ref call;
    int good;

    if (!name || g.kind != LHI_E_SYMBOL)
        return lhi_stuck(w, LHI_UNFIT, "there is no function before the '");
    if (id == LHI_NONE)
        return lhi_stuck(w, LHI_UNFIT, "after the ' stands a variable in brackets: g'(Z)");
    call = lhi_make(w->pool, (lhi_expr){.kind = LHI_E_CALL, .a = lhi_leaf(w->pool, LHI_E_VALUE, id),
                                        .b = LHI_NO_EXPR, .name = name,
                                        .length = (int)strlen(name)});
    if (!lhi_world_value(w, id) || !lhi_exact_copy(w, lhi_world_value(w, id), &kept))
        return 0;
    for (size_t i = 0; i < kept.rows * kept.cols; i++)
        memcpy(kept.at[i].d, one.x, sizeof kept.at[i].d);
    w->moved[id] = kept;
    good = lhi_work(w, call, out);
    lhi_exact_free(w->c, &w->moved[id]);
    if (good)
        keep_tangents(out);
    return good;
}

/* d sigma/dx: of a function by its letter. */
static int of_letter(lhi_world *w, lhi_ref e, lhi_exact *out)
{
    const lhi_expr x = w->pool->at[e], g = w->pool->at[x.a];
    const char *name = lhi_page_function(w->c, w->page, g.name, (size_t)g.length);
    lhi_ref call;
    int good;

    if (!name)
        return lhi_stuck(w, LHI_UNFIT, "%.*s is neither a variable nor a function", g.length,
                         g.name);
    call = lhi_make(w->pool, (lhi_expr){.kind = LHI_E_CALL, .a = x.b, .b = LHI_NO_EXPR,
                                        .name = name, .length = (int)strlen(name)});
    w->moving = x.b;
    good = lhi_work(w, call, out);
    w->moving = LHI_NO_EXPR;
    if (good)
        keep_tangents(out);
    return good;
}

static int ones(lhi_world *w, uint32_t id, lhi_exact *out)
{
    const lhi_exact *x = lhi_world_value(w, id);

    if (!x || !lhi_exact_make(w, x->rows, x->cols, out))
        return 0;
    for (size_t i = 0; i < x->rows * x->cols; i++)
        out->at[i] = lhi_dual_whole(&w->tower, 1);
    return 1;
}

/* x . da/db, or x * da/db: what a change of b does to what x is the gradient of a by. */
int lhi_work_chained(lhi_world *w, lhi_ref partial, const lhi_exact *x, lhi_exact *out)
{
    const lhi_expr *e = &w->pool->at[partial];
    const uint32_t a = lhi_world_node_of(w, e->a), b = lhi_world_node_of(w, e->b);
    const lhi_exact *at = lhi_world_value(w, a);

    if (!at)
        return 0;
    if (x->rows != at->rows || x->cols != at->cols)
        return lhi_unfit(w, x, at);
    return lhi_world_pulled(w, b, a, x, out);
}

int lhi_work_partial(lhi_world *w, lhi_ref e, lhi_exact *out)
{
    const lhi_expr x = w->pool->at[e];
    const uint32_t a = lhi_world_node_of(w, x.a), b = lhi_world_node_of(w, x.b);
    const lhi_expr *below = &w->pool->at[x.b];
    const lhi_exact *g;
    lhi_exact one;
    int good;

    if (a == LHI_NONE && w->pool->at[x.a].kind == LHI_E_SYMBOL && below->kind == LHI_E_SYMBOL)
        return of_letter(w, e, out);
    if (a == LHI_NONE || b == LHI_NONE)
        return lhi_stuck(w, LHI_UNFIT, "%.*s is no variable of the page", below->length,
                         below->name ? below->name : "");
    if (a == w->root) {
        g = lhi_world_gradient(w, b);
        return g && lhi_exact_copy(w, g, out);
    }
    /* By itself, of what goes element by element. */
    if (!ones(w, a, &one))
        return 0;
    good = lhi_work_chained(w, e, &one, out);
    lhi_exact_free(w->c, &one);
    return good;
}

/* A derivative that something is multiplied by. */
int lhi_is_chained(const lhi_world *w, const lhi_expr *e)
{
    const lhi_expr *right = e->b == LHI_NO_EXPR ? NULL : &w->pool->at[e->b];

    return (e->kind == LHI_E_TIMES || e->kind == LHI_E_PRODUCT || e->kind == LHI_E_DOT) &&
           right->kind == LHI_E_PARTIAL && lhi_world_node_of(w, right->a) != LHI_NONE &&
           lhi_world_node_of(w, right->a) != w->root && lhi_world_node_of(w, right->b) != LHI_NONE;
}
