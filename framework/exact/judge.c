/* judge.c -- one step of a line, in one draw. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/exact.h"

static int over_rows(lhi_world *w, lhi_exact *x)
{
    lhi_exact sum;

    if (x->rows != w->rows)
        return 1;
    if (!lhi_exact_make(w, 1, x->cols, &sum))
        return 0;
    for (size_t j = 0; j < x->cols; j++) {
        sum.at[j] = x->at[j];
        for (size_t i = 1; i < x->rows; i++)
            sum.at[j] = lhi_dual_sum(&w->tower, sum.at[j], x->at[i * x->cols + j]);
    }
    lhi_exact_free(w->c, x);
    *x = sum;
    return 1;
}

/* Of gradients: the shape is the node's, and one direction decides. */
static int is_gradient(lhi_world *w, const lhi_chain *l, lhi_exact *x)
{
    const lhi_exact *at = lhi_world_value(w, l->node);
    int right;

    if (!at)
        return -1;
    if (x->rows != at->rows || x->cols != at->cols) {
        lhi_unfit(w, at, x);
        return -1;
    }
    right = lhi_world_is_gradient(w, l->node, x);
    if (right == 1 && !w->grad[l->node].at) {
        w->grad[l->node] = *x;
        *x = (lhi_exact){.rows = 0};
    }
    return right;
}

static int is_same(lhi_world *w, const lhi_exact *a, const lhi_exact *b)
{
    int same = 1, unknown = 0, lost = 0;

    if (a->rows != b->rows || a->cols != b->cols) {
        lhi_unfit(w, a, b);
        return -1;
    }
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        same &= a->at[i].x[0] == b->at[i].x[0];
        unknown |= a->at[i].x_free || b->at[i].x_free;
        lost |= a->at[i].lost || b->at[i].lost;
    }
    if (lost)
        lhi_stuck(w, LHI_AGAIN, "no draw has a value of it");
    else if (unknown)
        lhi_stuck(w, LHI_NO_LAW, "it hangs on the value of a log or an erf");
    return lost || unknown ? -1 : same;
}

/* The letter of the rate, "alpha": the first of a step that is no variable. */
static lhi_ref rate(const lhi_world *w, lhi_ref step)
{
    unsigned char *part = lhi_parts(w->pool, step);
    lhi_ref found = LHI_NO_EXPR;

    for (lhi_ref i = 0; part && i <= step && found == LHI_NO_EXPR; i++)
        if (part[i] && w->pool->at[i].kind == LHI_E_SYMBOL &&
            lhi_world_node_of(w, i) == LHI_NONE && !lhi_is_letter_of(w, i, "m"))
            found = i;
    lhi_release(w->c, part);
    return found;
}

/* Gradient descent: the value less the rate times the gradient. */
static lhi_ref descent(lhi_world *w, const lhi_chain *l, lhi_ref step)
{
    lhi_pool *p = w->pool;
    const lhi_ref alpha = rate(w, step), value = lhi_leaf(p, LHI_E_VALUE, l->moves);
    const lhi_ref L = lhi_leaf(p, LHI_E_VALUE, w->root);

    if (alpha == LHI_NO_EXPR) {
        lhi_stuck(w, LHI_UNFIT, "no letter stands for the rate");
        return LHI_NO_EXPR;
    }
    return lhi_join(p, LHI_E_SUB, value,
                    lhi_join(p, LHI_E_TIMES, alpha, lhi_join(p, LHI_E_PARTIAL, L, value)));
}

int lhi_judge(lhi_world *w, const lhi_chain *l, lhi_ref step)
{
    const lhi_ref other = l->moves == LHI_NONE ? l->step[0] : descent(w, l, step);
    lhi_exact x, y = {.rows = 0};
    int right = -1;

    if (other == LHI_NO_EXPR || !lhi_work(w, step, &x))
        return -1;
    if (l->claim->over_rows && !over_rows(w, &x))
        return -1;
    if (l->node != LHI_NONE)
        right = is_gradient(w, l, &x);
    else if (lhi_work(w, other, &y))
        right = is_same(w, &y, &x);
    lhi_exact_free(w->c, &x);
    lhi_exact_free(w->c, &y);
    return lhi_ok(w->c) ? right : -1;
}
