/* metrics.c -- outputs over a data set, and what is measured on them. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/threads.h"
#include "framework/ops/ops.h"
#include "framework/train/run.h"

#include <longhand/ops.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 }; /* rows at a time; a constant, so that a mean has one meaning */

/* A root of a tape made ready to be evaluated, kept with the tape. */
struct lhi_eval {
    struct lhi_eval *next;
    uint32_t root, gen;
    lhi_plan *p;
    lhi_ws *w;
};

static struct lhi_eval *ready(lh_var v)
{
    lh_tape *t = v.tape;
    struct lhi_eval *e;

    for (e = t->evals; e; e = e->next)
        if (e->root == v.id && e->gen == t->gen)
            return e;
    e = lhi_alloc(t->c, sizeof *e);
    if (!e || !(e->p = lhi_plan_new(t, v.id, LHI_LEAN | LHI_FORWARD_ONLY)) ||
        !(e->w = lhi_ws_new(t, e->p, t->params->type, CHUNK, lhi_threads(t->c, NULL), 0)))
        return NULL;
    e->root = v.id;
    e->gen = t->gen;
    e->next = t->evals;
    t->evals = e;
    return e;
}

/* A pass over the rows of a data set, and the chunk that it has come to. */
struct pass {
    struct lhi_eval *e;
    lhi_feed feed;
    const lh_data *d;
    size_t from, to;
    void (*take)(void *arg, const lhi_ws *w, size_t from, size_t rows);
    void *arg;
};

static void work(void *arg, int rank, int size)
{
    const struct pass *k = arg;

    lhi_feed_rows(&k->feed, k->e->w, k->d, NULL, k->from, k->to, rank, size);
    lhi_run_forward(k->e->w, rank, size);
}

static void chunks(void *arg)
{
    struct pass *k = arg;
    lhi_ws *w = k->e->w;

    for (k->from = 0; k->from < k->d->rows; k->from = k->to) {
        k->to = k->from + CHUNK < k->d->rows ? k->from + CHUNK : k->d->rows;
        lhi_ws_rows(w, k->to - k->from);
        lhi_paced(w->t->c, &w->pace[0], k->to - k->from, work, k);
        k->take(k->arg, w, k->from, k->to - k->from);
    }
}

/* Calls take(arg, workspace slot of v, first row, rows) for the rows of d, chunk by chunk. */
static int over_rows(lh_var v, lh_data *d, const char *caller,
                     void (*take)(void *arg, const lhi_ws *w, size_t from, size_t rows), void *arg)
{
    struct pass k = {.d = d, .take = take, .arg = arg};

    if (!lhi_var_good(v, caller) || lhi_data_is_inert(d))
        return -1;
    if (lhi_data_prepare(d, v.tape->params->type) != LH_OK || !(k.e = ready(v)) ||
        lhi_feed_find(&k.feed, v.tape, k.e->p, d, caller) != 0)
        return -1;
    lhi_keep_team(v.tape->c, lhi_pace_size(&k.e->w->pace[0], CHUNK), chunks, &k);
    return 0;
}

struct scores {
    uint32_t node;
    double *at, sum;
};

static void take_scores(void *arg, const lhi_ws *w, size_t from, size_t rows)
{
    struct scores *s = arg;

    for (size_t i = 0; i < rows; i++)
        s->at[from + i] = (double)lhi_get(w->type, w->slot[s->node].value, i);
}

static void take_loss(void *arg, const lhi_ws *w, size_t from, size_t rows)
{
    struct scores *s = arg;

    (void)from;
    s->sum += (double)lhi_get(w->type, w->slot[s->node].value, 0) * (double)rows;
}

double *lhi_scores(lh_var yhat, lh_data *d)
{
    struct scores s = {.node = yhat.id};

    if (!yhat.tape || !lhi_var_good(yhat, "a metric") || lhi_data_is_inert(d))
        return NULL;
    if (yhat.tape->node[yhat.id].rows != LH_ROWS || yhat.tape->node[yhat.id].cols != 1) {
        char shape[60];

        lhi_fail(yhat.tape->c, LH_ESHAPE, "give the output yhat, not the loss",
                 "a metric needs one output a row, [m x 1], not %s",
                 lhi_shape_text(yhat.tape->node[yhat.id].rows, yhat.tape->node[yhat.id].cols, shape,
                                sizeof shape));
        return NULL;
    }
    s.at = lhi_alloc_array(yhat.tape->c, d->rows, sizeof *s.at);
    return s.at && over_rows(yhat, d, "a metric", take_scores, &s) == 0 ? s.at : NULL;
}

double lh_accuracy(lh_var yhat, lh_data *d)
{
    LHI_USUAL_FLOATS(yhat.tape ? yhat.tape->c : NULL);
    double *score = lhi_scores(yhat, d), right = 0;

    if (!score)
        return (double)NAN;
    for (size_t i = 0; i < d->rows; i++)
        right += (score[i] >= 0.5) == (lhi_data_label(d, i) >= 0.5);
    lhi_release(yhat.tape->c, score);
    return right / (double)d->rows;
}

double lh_loss(lh_var L, lh_data *d)
{
    LHI_USUAL_FLOATS(L.tape ? L.tape->c : NULL);
    struct scores s = {.node = L.id};

    if (!L.tape || over_rows(L, d, "lh_loss", take_loss, &s) != 0)
        return (double)NAN;
    return s.sum / (double)d->rows;
}

typedef struct ranked {
    double score;
    int positive;
} ranked;

/* Highest first; equal scores are one step of the curve, so their order is free.  A NaN
 * goes last, so that the order stays one. */
static int by_score(const void *a, const void *b)
{
    const double x = ((const ranked *)a)->score, y = ((const ranked *)b)->score;

    if (x != x || y != y)
        return (x != x) - (y != y);
    return (x < y) - (x > y);
}

double lhi_roc(lh_ctx *c, const double *score, const lh_data *d, double *fpr, double *tpr,
               size_t *points)
{
    ranked *r = lhi_alloc_array(c, d->rows, sizeof *r);
    double positives = 0, above = 0, hits = 0, misses = 0;
    size_t n = 0;

    if (!r)
        return (double)NAN;
    for (size_t i = 0; i < d->rows; i++) {
        r[i] = (ranked){score[i], lhi_data_label(d, i) >= 0.5};
        positives += r[i].positive;
    }
    qsort(r, d->rows, sizeof *r, by_score);
    if (fpr)
        fpr[n] = tpr[n] = 0;
    n++;
    /* Twice the number of pairs (positive, negative) in the right order, ties once: whole
     * numbers, so exact in any order of summation. */
    for (size_t i = 0; i < d->rows;) {
        double p = 0, q = 0;
        size_t k = i;

        for (; k < d->rows && by_score(&r[i], &r[k]) == 0; k++) {
            p += r[k].positive;
            q += !r[k].positive;
        }
        above += q * (2 * hits + p);
        hits += p;
        misses += q;
        if (fpr) {
            fpr[n] = misses / ((double)d->rows - positives);
            tpr[n] = hits / positives;
        }
        n++;
        i = k;
    }
    lhi_release(c, r);
    if (points)
        *points = n;
    return above / 2 / (positives * ((double)d->rows - positives)); /* 0/0 is a NaN */
}

double lh_auc(lh_var yhat, lh_data *d)
{
    LHI_USUAL_FLOATS(yhat.tape ? yhat.tape->c : NULL);
    double *score = lhi_scores(yhat, d), area;

    if (!score)
        return (double)NAN;
    area = lhi_roc(yhat.tape->c, score, d, NULL, NULL, NULL);
    lhi_release(yhat.tape->c, score);
    return area;
}

lh_var lh_output(lh_var L)
{
    lh_tape *t = L.tape;
    lh_var z, yhat;

    if (!t || !lhi_var_good(L, "lh_output"))
        return (lh_var){t, UINT32_MAX, 0};
    if (lhi_is_op(t, L.id, "bce"))
        return (lh_var){t, t->node[L.id].in[0], t->gen};
    if (!lhi_is_op(t, L.id, "bce_logits")) {
        lhi_fail(t->c, LH_EUSAGE, NULL, "lh_output: the loss is neither bce nor bce_logits");
        return (lh_var){t, UINT32_MAX, 0};
    }
    z = (lh_var){t, t->node[L.id].in[0], t->gen};
    for (uint32_t i = 0; i < t->count; i++)
        if (lhi_is_op(t, i, "sigmoid") && t->node[i].in[0] == z.id)
            return (lh_var){t, i, t->gen};
    yhat = lh_sigmoid(z);
    return lh_named(t, "yhat").tape ? yhat : lh_label(yhat, "yhat", NULL, 0);
}
