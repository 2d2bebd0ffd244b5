/* outputs.c -- a variable and a loss over all rows of a data set, and the output of a loss. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/stop.h"
#include "framework/base/threads.h"
#include "framework/data/feed.h"
#include "framework/ops/ops.h"
#include "framework/train/scored.h"

#include <math.h>
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
        if (lhi_gives_up(w->t->c, "evaluating"))
            return;
        k->to = k->from + CHUNK < k->d->rows ? k->from + CHUNK : k->d->rows;
        lhi_data_ahead(k->d, NULL, k->from, k->to - k->from);
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
    return lhi_ok(v.tape->c) ? 0 : -1;
}

struct outputs {
    uint32_t node;
    size_t cols;
    double *at, sum;
};

static void take_outputs(void *arg, const lhi_ws *w, size_t from, size_t rows)
{
    struct outputs *s = arg;

    for (size_t i = 0; i < rows * s->cols; i++)
        s->at[from * s->cols + i] = (double)lhi_get(w->type, w->slot[s->node].value, i);
}

static void take_loss(void *arg, const lhi_ws *w, size_t from, size_t rows)
{
    struct outputs *s = arg;

    (void)from;
    s->sum += (double)lhi_get(w->type, w->slot[s->node].value, 0) * (double)rows;
}

double *lhi_outputs(lh_var yhat, lh_data *d, const char *caller, size_t *cols)
{
    struct outputs s = {.node = yhat.id};
    const lhi_node *n;

    if (!lhi_var_good(yhat, caller))
        return NULL;
    n = &yhat.tape->node[yhat.id];
    if (!lhi_is_batch(n)) {
        char shape[60];

        lhi_fail(yhat.tape->c, LH_ESHAPE, "give the output yhat, not the loss: lh_output(L)",
                 "%s: outputs of each row are needed, [m x 1] or more columns, not %s", caller,
                 lhi_shape_text(n->rows, n->cols, shape, sizeof shape));
        return NULL;
    }
    *cols = s.cols = (size_t)n->cols;
    s.at = lhi_alloc_array(yhat.tape->c, lh_rows(d), s.cols * sizeof *s.at);
    if (s.at && over_rows(yhat, d, caller, take_outputs, &s) == 0)
        return s.at;
    lhi_release(yhat.tape->c, s.at);
    return NULL;
}

double lh_loss(lh_var L, lh_data *d)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(L));
    lh_ctx *c = lhi_ctx_of(L);
    struct outputs s = {.node = L.id};
    int done;

    if (!lhi_ok(c))
        return (double)NAN;
    done = lhi_loss_good(L, "lh_loss") && over_rows(L, d, "lh_loss", take_loss, &s) == 0;
    lhi_call_ends(c);
    return done ? s.sum / (double)d->rows : (double)NAN;
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

lh_var lh_prediction(lh_var L)
{
    lh_ctx *c = lhi_ctx_of(L);
    lh_var named = {NULL, 0, 0};

    if (lhi_ok(c) && lhi_var_good(L, "lh_prediction"))
        named = lh_named(L.tape, "yhat");
    if (c)
        lhi_call_ends(c);
    return named.tape ? named : lh_output(L);
}
