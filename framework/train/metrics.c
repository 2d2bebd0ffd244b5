/* metrics.c -- outputs over a data set, and what is measured on them. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/threads.h"
#include "framework/ops/ops.h"
#include "framework/train/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 }; /* rows at a time; a constant, so that a mean has one meaning */

/* A pass over the rows of a data set, and the chunk that it has come to. */
struct pass {
    lhi_root *root;
    lhi_feed feed;
    const lh_data *d;
    size_t from, to;
    void (*take)(void *arg, const lhi_ws *w, size_t from, size_t rows);
    void *arg;
};

static void work(void *arg, int rank, int size)
{
    const struct pass *k = arg;

    lhi_feed_rows(&k->feed, k->root->w, k->d, NULL, k->from, k->to, rank, size);
    lhi_run_forward(k->root->w, rank, size);
}

static void chunks(void *arg)
{
    struct pass *k = arg;
    lhi_ws *w = k->root->w;

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

    if (!lhi_var_good(v, caller))
        return -1;
    if (lhi_data_is_inert(d)) {
        lhi_fail(v.tape->c, LH_EUSAGE, NULL, "%s: there are no rows to measure on", caller);
        return -1;
    }
    if (!(k.root = lhi_root_of(v.tape, v.id, LHI_LEAN | LHI_FORWARD_ONLY)) ||
        lhi_root_room(v.tape, k.root, CHUNK) != 0 ||
        lhi_feed_find(&k.feed, v.tape, k.root->p, d, caller) != 0 ||
        lhi_data_prepare(d, v.tape->params->type) != LH_OK)
        return -1;
    lhi_keep_team(v.tape->c, lhi_pace_size(&k.root->w->pace[0], CHUNK), chunks, &k);
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

double *lhi_scores(lh_var yhat, lh_data *d, const char *caller)
{
    struct scores s = {.node = yhat.id};
    const lhi_node *n;

    if (!lhi_var_good(yhat, caller))
        return NULL;
    n = &yhat.tape->node[yhat.id];
    if (!lhi_is_batch(n) || n->cols != 1) {
        char shape[60];

        lhi_fail(yhat.tape->c, LH_ESHAPE,
                 n->cols > 1 ? "of several classes, compare the largest of each row yourself: "
                               "lh_forward(yhat), lh_value(yhat)"
                             : "give the output yhat, not the loss: lh_output(L)",
                 "%s: one output a row is needed, [m x 1], not %s", caller,
                 lhi_shape_text(n->rows, n->cols, shape, sizeof shape));
        return NULL;
    }
    s.at = lhi_alloc_array(yhat.tape->c, lh_rows(d), sizeof *s.at);
    if (s.at && over_rows(yhat, d, caller, take_scores, &s) == 0)
        return s.at;
    lhi_release(yhat.tape->c, s.at);
    return NULL;
}

/* Does a loss take this node for logits? */
static int are_logits(const lh_tape *t, uint32_t id)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];
        const char *output = n->kind == LHI_OP ? lhi_node_op(n)->output : NULL;

        if (output && output[0] && n->in[0] == id)
            return 1;
    }
    return 0;
}

/* 1/2 is a threshold for probabilities alone; -1 and the error where these are none. */
static int are_probabilities(lh_var yhat, const double *score, size_t rows)
{
    const lh_tape *t = yhat.tape;
    const int logits = are_logits(t, yhat.id);
    char name[100];
    size_t i = 0;

    while (i < rows && score[i] >= 0 && score[i] <= 1)
        i++;
    if (i == rows && !logits)
        return 0;
    lhi_node_text(t, yhat.id, name, sizeof name);
    if (logits)
        lhi_fail(t->c, LH_EUSAGE, "lh_accuracy(lh_output(L), d)",
                 "lh_accuracy: %s are the logits of a loss, 1/2 is no threshold for them", name);
    else
        lhi_fail(t->c, LH_EUSAGE, "lh_accuracy(lh_output(L), d)",
                 "lh_accuracy: %s is %g in row %zu, which is no probability", name, score[i], i);
    return -1;
}

static double accuracy(lh_var yhat, lh_data *d)
{
    double *score = lhi_scores(yhat, d, "lh_accuracy"), right = 0;

    for (size_t i = 0; score && i < d->rows; i++)
        right += (score[i] >= 0.5) == (lhi_data_label(d, i) >= 0.5);
    if (!score || are_probabilities(yhat, score, d->rows) != 0)
        right = (double)NAN;
    lhi_release(yhat.tape->c, score);
    return right / (double)lh_rows(d);
}

static double loss(lh_var L, lh_data *d)
{
    struct scores s = {.node = L.id};

    if (!lhi_loss_good(L, "lh_loss") || over_rows(L, d, "lh_loss", take_loss, &s) != 0)
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

static double area(lh_var yhat, lh_data *d)
{
    double *score = lhi_scores(yhat, d, "lh_auc");
    const double part =
        score ? lhi_roc(yhat.tape->c, score, d, NULL, NULL, NULL) : (double)NAN;

    lhi_release(yhat.tape->c, score);
    return part;
}

/* A question about the network; whatever comes of it, the network is what it was. */
static double ask(lh_var v, lh_data *d, double (*measure)(lh_var v, lh_data *d))
{
    LHI_USUAL_FLOATS(lhi_ctx_of(v));
    lh_ctx *c = lhi_ctx_of(v);
    double answer = (double)NAN;

    if (lhi_ok(c)) {
        answer = measure(v, d);
        lhi_call_ends(c);
    }
    return answer;
}

double lh_accuracy(lh_var yhat, lh_data *d)
{
    return ask(yhat, d, accuracy);
}

double lh_auc(lh_var yhat, lh_data *d)
{
    return ask(yhat, d, area);
}

double lh_loss(lh_var L, lh_data *d)
{
    return ask(L, d, loss);
}

/* What an op makes of the logits of a loss: the node on the tape, or a new one at its end.  That
 * one is no part of what has run, so that it may come after the first run, too. */
static lh_var output_of(lh_tape *t, const char *op, const lhi_node *loss)
{
    const int sealed = t->sealed, line = loss->line;
    const char *file = loss->file;
    const uint32_t z = loss->in[0];
    lh_var yhat;

    for (uint32_t i = 0; i < t->count; i++)
        if (lhi_is_op(t, i, op) && t->node[i].in[0] == z)
            return (lh_var){t, i, t->gen};
    t->sealed = 0;
    yhat = lhi_record(lhi_family(t->c, op), &(lh_var){t, z, t->gen}, NULL);
    if (!lh_named(t, "yhat").tape)
        lh_label(yhat, "yhat", file, line);
    t->sealed = sealed;
    return yhat;
}

lh_var lh_output(lh_var L)
{
    lh_tape *t = L.tape;
    lh_var yhat = {t, UINT32_MAX, 0};

    if (!lhi_ok(lhi_ctx_of(L)))
        return yhat;
    if (lhi_var_good(L, "lh_output")) {
        const lhi_node *n = &t->node[L.id];
        const char *output = n->kind == LHI_OP ? lhi_node_op(n)->output : NULL;
        char name[100];

        if (!output)
            lhi_fail(t->c, LH_EUSAGE, "give the output itself: the loss was written out",
                     "lh_output: %s is the result of no loss that says what its output is",
                     lhi_node_text(t, L.id, name, sizeof name));
        else
            yhat = output[0] ? output_of(t, output, n) : (lh_var){t, n->in[0], t->gen};
    }
    return lhi_call_ends(t->c) == LH_OK ? yhat : (lh_var){t, UINT32_MAX, 0};
}
