/* run.c -- the training loop: batches, steps, epochs, history. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include "framework/base/floats.h"
#include "framework/base/rng.h"
#include "framework/base/stop.h"
#include "framework/base/text.h"
#include "framework/base/threads.h"
#include "framework/ops/ops.h"
#include "framework/system/sys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SLOW_DISK = 20000000 }; /* bytes a second */

static lh_run *inert(lh_ctx *c)
{
    lh_run *r = lhi_alloc(c, sizeof *r);

    if (r)
        *r = (lh_run){.c = c, .inert = 1};
    return r;
}

int lhi_run_good(const lh_run *r, const char *caller)
{
    if (r->gen == r->t->gen || r->listing)
        return 1;
    lhi_fail(r->c, LH_ESTALE, "call lh_train() again over what is recorded now",
             "%s: the tape of the run was recorded anew by lh_tape_reset()", caller);
    return 0;
}

/* What a user may give wrongly; -1 after an error. */
static int check_arguments(lh_var L, long epochs, const char *caller)
{
    lh_ctx *c = L.tape->c;

    if (!lhi_var_good(L, caller) || lh_opt_done(c) != LH_OK || !lhi_loss_good(L, caller))
        return -1;
    if (epochs < 0)
        lhi_fail(c, LH_EUSAGE, NULL, "%s: %ld epochs cannot be done", caller, epochs);
    return lhi_ok(c) ? 0 : -1;
}

static void end_signals(void *unused)
{
    (void)unused;
    lhi_sys_signals_end();
    lhi_sys_pipes_end();
}

void lhi_run_tell(const lh_run *r)
{
    lh_ctx *c = r->c;
    const lhi_ws *w = r->w;
    const char *rule;
    const int threads = lhi_threads(c, &rule);

    if (c->told_on == w->variant + 1) /* folds are many runs of one kind */
        return;
    c->told_on = w->variant + 1;
    lh_say(c, "training in %s with %s code on %s%d thread%s (%s)", lhi_type_name(w->type),
           lhi_variant_isa(w->variant), lhi_threads_forced(c) ? "" : "up to ", threads,
           threads == 1 ? "" : "s", rule);
    lhi_stop_tell(c);
    if (!lhi_cpu_has_fma())
        lhi_warn(c, "this CPU has no fused multiply-add: the results are the same, slowly");
}

/* The parameters that the root needs.  Others of the store are another tape's, or nobody's: a
 * run neither saves nor turns them. */
static int find_params(lh_run *r)
{
    r->param = lhi_alloc_array(r->c, r->t->params->count, sizeof *r->param);
    for (uint32_t k = 0; r->param && k < r->t->params->count; k++)
        for (size_t i = 0; i < r->p->nodes; i++)
            if (r->p->used[i] && r->t->node[i].kind == LHI_PARAM && r->t->node[i].param == k) {
                r->param[r->params++] = k;
                break;
            }
    return lhi_ok(r->c) ? 0 : -1;
}

int lhi_run_ready(lh_run *r, int threads)
{
    r->w = lhi_run_workspace(r, r->batch, threads);
    if (!r->w || find_params(r) != 0 || lhi_run_movers(r) != 0)
        return -1;
    lhi_set(r->w->type, r->w->slot[r->p->root].grad, 0, 1); /* dL/dL */
    return 0;
}

/* A run of a rule, without rows and workspace; inert after an error, NULL without a context. */
static lh_run *run_of(lh_var L, const lh_optimizer *how, long epochs, const char *caller)
{
    lh_ctx *c = lhi_ctx_of(L);
    lhi_optim optim;
    lh_run *r;

    if (!c)
        return NULL;
    if (check_arguments(L, epochs, caller) != 0 ||
        lhi_optim_of(c, how, epochs, caller, &optim) != 0)
        return inert(c);
    lhi_warn_literal(L);
    r = lhi_alloc(c, sizeof *r);
    if (!r)
        return inert(c);
    *r = (lh_run){.c = c, .t = L.tape, .gen = L.tape->gen, .optim = optim, .epochs = epochs,
                  .met = -1};
    r->p = lhi_plan_new(L.tape, L.id, LHI_LEAN);
    return r->p ? r : inert(c);
}

/* Until a save was measured: values, the best ones and slots on a slow disk. */
static double slow_save(const lh_run *r)
{
    double bytes = 0;

    for (size_t k = 0; k < r->params; k++)
        bytes += (double)lhi_params_bytes(r->t->params, r->param[k]);
    return bytes * (double)(2 + r->slots + r->copies) / SLOW_DISK;
}

static void begin_signals(lh_run *r)
{
    lhi_stop_saving(r->c, slow_save(r));
    lhi_sys_signals_begin();
    lhi_sys_pipes_begin();
    lhi_at_close(r->c, end_signals, NULL);
    r->t->params->rule = r->optim.row->name;
}

lh_run *lhi_run_new(lh_var L, lh_optimizer how, lh_data *d, size_t batch, long epochs)
{
    lh_run *r = run_of(L, &how, epochs, "lh_train");
    lh_ctx *c = r ? r->c : NULL;

    if (!r || r->inert)
        return r;
    if (lhi_data_is_inert(d) || d->rows == 0) {
        lhi_fail(c, LH_EUSAGE, "lh_loop() takes batches of the driver's own",
                 "lh_train: there are no rows to train on");
        return inert(c);
    }
    r->d = d;
    r->batch = batch == 0 || batch > d->rows ? d->rows : batch;
    if (lhi_feed_find(&r->feed, r->t, r->p, d, "lh_train") != 0 ||
        lhi_data_prepare(d, r->t->params->type) != LH_OK ||
        lhi_run_ready(r, lhi_threads(c, NULL)) != 0)
        return inert(c);
    if (r->batch < d->rows && !(r->order = lhi_alloc_array(c, d->rows, sizeof *r->order)))
        return inert(c);
    begin_signals(r);
    lhi_data_lend(d, r->t->params);
    return r;
}

lh_run *lhi_run_alone(lh_var L, lh_optimizer how, long epochs)
{
    lh_run *r = run_of(L, &how, epochs, "lh_loop");

    if (!r || r->inert)
        return r;
    r->d = lhi_alloc(r->c, sizeof *r->d);
    if (!r->d)
        return inert(r->c);
    *r->d = (lh_data){.c = r->c, .name = "", .fit = r->d};
    r->batch = 1; /* until a larger one comes */
    r->listing = lhi_listing(r->t, r->p);
    if (!r->listing || lhi_run_ready(r, lhi_threads(r->c, NULL)) != 0)
        return inert(r->c);
    begin_signals(r);
    return r;
}

struct step {
    lh_run *r;
    size_t from, to;
};

/* One step, by each thread of the team: gather, forward, backward, descend.  The only
 * waiting is where the plan says so. */
static void work(void *arg, int rank, int size)
{
    const struct step *s = arg;
    lh_run *r = s->r;

    if (!r->bound)
        lhi_feed_rows(&r->feed, r->w, r->d, r->order, s->from, s->to, rank, size);
    lhi_run_forward(r->w, rank, size);
    lhi_run_backward(r->w, r->at_end ? NULL : &r->descent, rank, size);
    if (r->lates == 0)
        return;
    if (size > 1)
        lhi_barrier();
    if (lhi_root_is_finite(r->w))
        lhi_run_move(r, rank, size);
}

void lhi_run_step(lh_run *r, size_t from, size_t to)
{
    struct step s = {r, from, to};

    /* Gradients can be looked at after an epoch, those of its last step, and in a loop of one's
     * own. */
    r->descent.forget = !r->bound && to < r->d->rows;
    lhi_ws_rows(r->w, to - from);
    if (r->bound)
        lhi_take_bound(r->w, r->p);
    r->w->step = (uint64_t)r->step;
    lhi_run_before_move(r, to - from, 0);
    lhi_paced(r->c, &r->w->pace[0], to - from, work, &s);
    if (lhi_root_is_finite(r->w))
        lhi_run_after_move(r);
}

/* Names the first op that makes something that is not finite of what is: the step's
 * forward pass once more, this time keeping every value. */
static void find_first(lh_run *r, size_t from, size_t to, char *where, size_t room)
{
    lh_ctx *c = r->c;
    lhi_plan *p = lhi_plan_new(r->t, r->p->root, LHI_KEEP_ALL | LHI_FORWARD_ONLY);
    lhi_ws *w = p ? lhi_ws_new(r->t, p, r->w->type, to - from, 1, LHI_WS_TRAINS) : NULL;

    if (w) {
        w->step = (uint64_t)r->step;
        if (r->bound)
            lhi_take_bound(w, p);
        else
            lhi_feed_rows(&r->feed, w, r->d, r->order, from, to, 0, 1);
        lhi_run_forward(w, 0, 1);
        lhi_first_nonfinite(w, p, where, room);
        lhi_ws_free(w);
    }
    if (p)
        lhi_plan_free(c, p);
}

int lhi_run_nonfinite(lh_run *r, size_t from, size_t to)
{
    char where[300] = "no single op is to blame", what[400];
    char done[LHI_WRONG_DONE], hint[LHI_WRONG_HINT];

    find_first(r, from, to, where, sizeof where);
    snprintf(what, sizeof what, "the loss is not finite at step %ld of epoch %ld (%s)",
             r->step + 1, r->epoch + 1, where);
    if (lhi_back_go(r, what))
        return 1;
    lhi_run_wrong(r, done, hint);
    strcat(hint, "; lh_bce_logits never overflows");
    lhi_fail(r->c, LH_ENONFINITE, hint,
             "the loss is not finite at step %ld of epoch %ld; the parameters are those before "
             "the step\n  %s%s",
             r->step + 1, r->epoch + 1, where, done);
    return 0;
}

void lhi_run_wrong(lh_run *r, char done[LHI_WRONG_DONE], char hint[LHI_WRONG_HINT])
{
    const char *const helps = r->copies ? "a smaller rate often helps"
                                        : "a smaller rate often helps; --on-nan=back tries it";
    size_t used;

    done[0] = hint[0] = 0;
    if (r->wrong && lhi_ok(r->c))
        r->wrong(r, r->wrong_arg, done, LHI_WRONG_DONE - 100, hint, LHI_WRONG_HINT - 100);
    used = strlen(done);
    if (r->halvings > 0)
        snprintf(done + used, LHI_WRONG_DONE - used, "\n  the run has gone back %d time%s before",
                 r->halvings, r->halvings == 1 ? "" : "s");
    strcat(hint, helps);
}

size_t lhi_run_rows(const lh_run *r)
{
    const size_t left = r->d->rows - r->position;

    return left < r->batch ? left : r->batch;
}

int lhi_run_next(lh_run *r)
{
    const size_t rows = lhi_run_rows(r);

    lhi_data_ahead(r->d, r->order, r->position, rows);
    lhi_run_step(r, r->position, r->position + rows);
    if (!lhi_root_is_finite(r->w))
        return 0;
    r->loss_sum += (double)lhi_get(r->w->type, r->w->slot[r->p->root].value, 0) * (double)rows;
    r->samples += (double)rows;
    r->position += rows;
    r->step++;
    return 1;
}

/* Steps of an epoch, for as long as one team suits them. */
static void steps(void *arg)
{
    lh_run *r = arg;
    const int size = lhi_pace_size(&r->w->pace[0], 0);

    do {
        if (!lhi_run_next(r))
            return;
    } while (r->position < r->d->rows && !lhi_run_stops(r) && !lhi_run_due(r) &&
             lhi_pace_size(&r->w->pace[0], 0) == size);
}

/* |dL/dW| of the epoch's last step, for every parameter with more than one row. */
static void note_norms(lh_run *r)
{
    const lh_params *p = r->t->params;

    for (size_t i = 0; i < p->count; i++) {
        const void *g = lhi_params_at(p, p->grad, i);
        char name[LHI_NAME + 4];
        double sum = 0;

        if (p->at[i].rows < 2)
            continue;
        for (size_t e = 0; e < p->at[i].rows * p->at[i].cols; e++) {
            const double x = (double)lhi_get(p->type, g, e);

            sum = fma(x, x, sum);
        }
        snprintf(name, sizeof name, "|d%s|", p->at[i].name);
        lhi_run_note(r, name, sqrt(sum));
    }
}

/* An epoch is shown when the next one is asked for: by then the driver has noted what belongs
 * to it. */
static void show(lh_run *r)
{
    char text[160];
    int used = lhi_format(text, sizeof text, "loss %.4g", r->last_loss);

    if (!r->unseen)
        return;
    r->unseen = 0;
    for (size_t i = 0; i < r->series_count; i++) {
        const char *name = r->series[i].name;
        const double x = r->series[i].at[r->epoch - 1];

        if (name[0] != '|' && strcmp(name, "loss") != 0 && x - x == 0 &&
            used + 60 < (int)sizeof text)
            used += lhi_format(text + used, sizeof text - (size_t)used, "  %.24s %.4g", name, x);
    }
    lhi_progress_show(&r->progress, r->epoch, "%s", text);
}

int lhi_run_finish(lh_run *r)
{
    lh_ctx *c = r->c;
    char reason[80];

    if (r->showing) {
        lhi_progress_end(&r->progress);
        lhi_stop_under_way(c, 0);
    }
    r->showing = 0;
    lhi_run_turn(r, 1);
    if (r->stopped && lhi_ok(c))
        lh_say(c, "stopped %s after step %ld; --resume=auto goes on from what is saved",
               lhi_stop_reason(c, reason), r->step);
    if (r->stopped)
        lhi_stopped(c);
    if (lhi_ok(c) && !r->stopped && r->epoch < r->epochs && lhi_run_has_ended(r))
        lhi_run_say_end(r);
    return 0;
}

int lhi_run_goes_on(lh_run *r)
{
    if (lhi_ok(r->c))
        show(r);
    return lhi_ok(r->c) && r->epoch < r->epochs && !r->stopped && !lhi_run_has_ended(r);
}

void lhi_run_begin(lh_run *r)
{
    lhi_run_turn(r, 0);
    lhi_back_mark(r);
    r->t->params->threshold = 0.5; /* one that was chosen was for what moves on now */
    if (!r->showing) {
        lhi_progress_begin(&r->progress, r->c, "epoch", r->epochs);
        lhi_stop_under_way(r->c, 1);
    }
    r->showing = 1;
}

void lhi_run_order(lh_run *r)
{
    if (r->order)
        lhi_data_order(r->d, lhi_shuffle_seed(r->c), (uint32_t)r->epoch, r->order);
}

/* All batches of an epoch over the data; 0 when it is not whole. */
static int all_steps(lh_run *r)
{
    lhi_run_order(r);
    while (r->position < r->d->rows) {
        if (lhi_run_stops(r))
            r->stopped = lhi_ok(r->c);
        else if (lhi_run_due(r))
            lhi_run_hooks(r);
        if (r->stopped || !lhi_ok(r->c))
            return 0;
        lhi_keep_team(r->c, lhi_pace_size(&r->w->pace[0], r->batch), steps, r);
        if (!lhi_root_is_finite(r->w)) {
            if (!lhi_run_nonfinite(r, r->position, r->position + lhi_run_rows(r)))
                return 0;
        } else if (r->position == r->d->rows) {
            lhi_back_if_moved(r);
        }
    }
    lhi_pace_tell(r->c, &r->w->pace[0]);
    return 1;
}

void lhi_run_end_epoch(lh_run *r)
{
    r->last_loss = r->loss_sum / (double)r->position;
    r->epoch++;
    r->look = r->step;
    r->c->trained = 1;
    r->position = 0;
    r->own = 0;
    r->loss_sum = 0;
    lhi_run_note(r, "loss", r->last_loss);
    note_norms(r);
    r->unseen = 1;
}

int lh_epoch(lh_run *r)
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);
    const double began = lhi_sys_clock();

    if (!r || r->inert)
        return 0;
    if (lhi_ok(r->c) && !lhi_run_good(r, "lh_epoch")) {
        lhi_call_ends(r->c);
        return 0;
    }
    lhi_run_meet(r);
    if (!lhi_run_goes_on(r))
        return lhi_run_finish(r);
    if (r->own == 0) { /* steps of the driver's own need but be counted */
        if (r->d->rows == 0)
            return lhi_run_finish(r);
        lhi_run_begin(r);
        if (!all_steps(r))
            return lhi_run_finish(r);
        r->seconds += lhi_sys_clock() - began;
    }
    lhi_run_end_epoch(r);
    return lhi_ok(r->c);
}

long lh_epochs(const lh_run *r)
{
    return r ? r->epoch : 0;
}

long lh_steps(const lh_run *r)
{
    return r ? r->step : 0;
}

double lh_last_loss(const lh_run *r)
{
    return r && r->epoch > 0 ? r->last_loss : (double)NAN;
}

double lh_speed(const lh_run *r)
{
    return r && r->seconds > 0 ? r->samples / r->seconds : 0;
}
