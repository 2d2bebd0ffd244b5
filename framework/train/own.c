/* own.c -- a loop of the driver's own over a run: its batches, or its gradients. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include "framework/base/floats.h"
#include "framework/base/rng.h"
#include "framework/base/stop.h"
#include "framework/base/threads.h"
#include "framework/system/sys.h"
#include "framework/tape/shared.h"

#include <math.h>
#include <string.h>

/* Rows that the workspace has room for; it is made anew, with half as much again, where they are
 * too many. */
static int make_room(lh_run *r, size_t rows)
{
    lhi_ws *w;

    if (rows <= r->w->room)
        return 0;
    w = lhi_run_workspace(r, rows + rows / 2, lhi_threads(r->c, NULL));
    if (!w)
        return -1;
    lhi_shared_reach(w);
    lhi_ws_free(r->w);
    r->w = w;
    lhi_set(w->type, w->slot[r->p->root].grad, 0, 1); /* dL/dL */
    return 0;
}

/* 1 when a step of the driver's own may be made; it begins to be shown. */
static int may_step(lh_run *r, const char *caller)
{
    if (lhi_run_stops(r))
        r->stopped = lhi_ok(r->c);
    else if (lhi_run_due(r))
        lhi_run_hooks(r);
    if (!lhi_run_goes_on(r)) {
        lhi_run_finish(r);
        return 0;
    }
    if (r->position > 0 && r->own == 0) {
        lhi_fail(r->c, LH_ESTATE, "lh_epoch() ends it",
                 "%s: %zu rows of an epoch over the data are done, and it is not at its end",
                 caller, r->position);
        return 0;
    }
    lhi_run_begin(r);
    return 1;
}

/* What a step adds to its epoch. */
static void count(lh_run *r, double loss, size_t rows, double began)
{
    r->loss_sum += loss * (double)rows;
    r->samples += (double)rows;
    r->position += rows;
    r->own++;
    r->step++;
    r->seconds += lhi_sys_clock() - began;
    r->step_loss = loss;
}

/* A step that has gone back is one, of which no loss is known. */
static int count_back(lh_run *r)
{
    r->bound = 0;
    r->own++;
    r->step_loss = (double)NAN;
    return 1;
}

static int step(lh_run *r)
{
    const double began = lhi_sys_clock();
    size_t rows;

    if (r->gen != r->t->gen) {
        lhi_fail(r->c, LH_ESTALE, "lh_forward(), lh_backward() and lh_move() follow another one",
                 "lh_step: the tape of the run was recorded anew by lh_tape_reset()");
        return 0;
    }
    if (!may_step(r, "lh_step") || lhi_bound_rows(r->t, r->p, "lh_step", &rows) != 0 ||
        make_room(r, rows) != 0)
        return 0;
    r->bound = 1;
    lhi_run_step(r, 0, rows);
    if (!lhi_root_is_finite(r->w))
        return lhi_run_nonfinite(r, 0, rows) && count_back(r);
    r->bound = 0;
    count(r, (double)lhi_get(r->w->type, r->w->slot[r->p->root].value, 0), rows, began);
    return 1;
}

int lhi_run_own_step(lh_run *r)
{
    int made;

    if (!lhi_ok(r->c))
        return lhi_run_finish(r);
    made = step(r);
    if (!made && !lhi_ok(r->c))
        lhi_run_finish(r);
    lhi_call_ends(r->c);
    return made;
}

/* The loss that the last lh_backward() since the move before began at; NaN and one row without. */
static double loss_of_backward(lh_run *r, size_t *rows)
{
    const lhi_root *last = NULL;

    for (const lhi_root *k = r->t->roots; k; k = k->next)
        if (k->went_back > r->seen && (!last || k->went_back > last->went_back))
            last = k;
    r->seen = r->t->passes;
    *rows = last && last->w->m ? last->w->m : 1;
    return last ? (double)lhi_get(last->w->type, last->w->slot[last->p->root].value, 0)
                : (double)NAN;
}

/* The run goes back, 1, or fails. */
static int wrong_gradient(lh_run *r, const lhi_param *a, size_t e)
{
    char done[LHI_WRONG_DONE], hint[LHI_WRONG_HINT], what[LHI_NAME + 100];

    lhi_format(what, sizeof what, "the gradient of %s is not finite at row %zu, column %zu",
               a->name, e / a->cols, e % a->cols);
    if (lhi_back_go(r, what))
        return 1;
    r->bound = 1;
    lhi_run_wrong(r, done, hint);
    r->bound = 0;
    lhi_fail(r->c, LH_ENONFINITE, hint, "lh_move: %s; nothing has moved%s", what, done);
    return 0;
}

/* Where an element of a gradient is not finite; NULL: nowhere. */
static const lhi_param *look_for_wrong(const lh_run *r, size_t *at)
{
    const lh_params *p = r->t->params;

    for (size_t i = 0; i < r->moveds; i++) {
        const lhi_param *a = &p->at[r->moved[i]];
        const void *g = lhi_params_at(p, p->grad, r->moved[i]);

        for (*at = 0; *at < a->rows * a->cols; ++*at) {
            const lh_wide x = lhi_get(p->type, g, *at);

            if (!(x - x == 0))
                return a;
        }
    }
    return NULL;
}

/* Squares are summed first: only where that is not finite each element is looked at. */
static const lhi_param *find_wrong(const lh_run *r, size_t *at)
{
    const lh_params *p = r->t->params;
    double sum = 0;

    for (size_t i = 0; i < r->moveds; i++) {
        const void *g = lhi_params_at(p, p->grad, r->moved[i]);

        sum += lhi_variant_kernels(r->w->variant)->dot(
            g, g, p->at[r->moved[i]].rows * p->at[r->moved[i]].cols);
    }
    return sum - sum == 0 ? NULL : look_for_wrong(r, at);
}

static void work(void *arg, int rank, int size)
{
    lhi_run_move(arg, rank, size);
}

int lh_move(lh_run *r)
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);
    const double began = lhi_sys_clock();
    const lhi_param *wrong;
    size_t rows, at;
    double loss;

    if (!r || r->inert)
        return 0;
    if (!lhi_ok(r->c))
        return lhi_run_finish(r);
    if (!lhi_run_good(r, "lh_move") || !may_step(r, "lh_move")) {
        lhi_call_ends(r->c);
        return 0;
    }
    wrong = find_wrong(r, &at);
    if (wrong && wrong_gradient(r, wrong, at)) {
        loss_of_backward(r, &rows); /* which is not that of the next move */
        return count_back(r);
    }
    if (wrong) {
        lhi_call_ends(r->c);
        return 0;
    }
    loss = loss_of_backward(r, &rows);
    r->bound = 1;
    lhi_run_before_move(r, rows, 1);
    lhi_paced(r->c, &r->w->pace[1], LHI_BLOCK, work, r);
    lhi_run_after_move(r);
    r->bound = 0;
    count(r, loss, rows, began);
    return 1;
}

double lh_step_loss(const lh_run *r)
{
    return r && r->step > 0 ? r->step_loss : (double)NAN;
}

double lh_random(lh_ctx *c, const char *name, long step, size_t index)
{
    return c && name ? lhi_random_unit(c->set.seed, lhi_stream_of(name), (uint32_t)step, index) : 0;
}

lh_status lh_shuffle(lh_ctx *c, const char *name, long step, uint32_t *order, size_t n)
{
    if (!c)
        return LH_EUSAGE;
    if (!lhi_ok(c))
        return lh_error(c);
    if (!name || !order || n > UINT32_MAX)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_shuffle: %zu numbers cannot be put in order: %s", n,
                 !name    ? "there is no name"
                 : !order ? "there is no array"
                          : "they are too many");
    else
        lhi_random_order(lhi_shuffle_seed(c), lhi_stream_of(name), (uint32_t)step, order, n);
    return lhi_call_ends(c);
}
