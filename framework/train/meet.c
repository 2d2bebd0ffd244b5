/* meet.c -- a run that several ranks share: where they meet, and that it is one run. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include "framework/base/ranks.h"
#include "framework/base/stop.h"
#include "framework/base/text.h"
#include "framework/tape/shared.h"

#include <string.h>

lhi_ws *lhi_run_workspace(lh_run *r, size_t rows, int threads)
{
    lhi_engine *e = lhi_engine_of(r->c);
    lhi_ws *w = lhi_ws_new(r->t, r->p, r->t->params->type, rows, threads,
                           LHI_WS_GRADIENTS | LHI_WS_TRAINS);

    if (w && e && lhi_shared_begin(w, e) != 0) {
        lhi_ws_free(w);
        return NULL;
    }
    return w;
}

static uint64_t digest_of_text(uint64_t digest, const char *text)
{
    return lhi_digest(digest, text, strlen(text));
}

static uint64_t digest_of_options(lh_ctx *c)
{
    const uint64_t seeds[] = {c->set.seed, lhi_split_seed(c), lhi_shuffle_seed(c)};
    const char **line;
    uint64_t digest = lhi_digest(0, seeds, sizeof seeds);

    for (size_t i = 0, n = lhi_config(c, &line); i < n; i++)
        digest = digest_of_text(digest, line[i]);
    return digest;
}

/* Values of the parameters as they are, and where the run is. */
static uint64_t digest_of_place(const lh_run *r)
{
    const lh_params *p = r->t->params;
    const long at[] = {r->epoch, r->step, (long)r->position, r->epochs};
    uint64_t digest = lhi_digest(0, at, sizeof at);

    for (size_t i = 0; i < r->params; i++)
        digest = lhi_digest(digest, lhi_params_at(p, p->value, r->param[i]),
                            lhi_params_bytes(p, r->param[i]));
    return digest;
}

/* The ranks are at one run: what they would make of it apart would be no run at all. */
static void compare(lh_run *r)
{
    char *listing = lhi_listing(r->t, r->p);
    const lh_data *d = r->d;
    const size_t sizes[] = {d->rows, d->cols, r->batch, r->w->shards};
    uint64_t data = lhi_digest(0, sizes, sizeof sizes);
    lhi_alike mark[4];

    if (!listing)
        return;
    data = digest_of_text(data, d->digest);
    if (d->row)
        data = lhi_digest(data, d->row, d->rows * sizeof *d->row);
    mark[0] = (lhi_alike){"options", digest_of_options(r->c)};
    mark[1] = (lhi_alike){"lines of its network", digest_of_text(0, listing)};
    mark[2] = (lhi_alike){"data", data};
    mark[3] = (lhi_alike){"parameters, or another step to go on from,", digest_of_place(r)};
    lhi_ranks_compare(r->c, mark, sizeof mark / sizeof *mark);
    lhi_release(r->c, listing);
}

/* Shards that are not dealt evenly to the ranks cost: more to send, or ranks without rows. */
static void tell_cut(const lh_run *r)
{
    const lhi_shared *s = r->w->shared;
    const int size = s->e->size, shards = (int)s->tree.shards;
    int half = 1;

    while (2 * half < size)
        half *= 2;
    if (shards < size)
        lh_say(r->c, "a batch of %zu rows is %d shard%s: %d of %d ranks have no rows (a larger "
               "batch, or --shards)", s->tree.rows, shards, shards == 1 ? "" : "s",
               size - shards, size);
    else if (s->tree.knots > size && half == size)
        lh_say(r->c, "%d shards on %d ranks: a power of two of them would send less, and have "
               "other bits (--shards)", shards, size);
    else if (s->tree.knots > size)
        lh_say(r->c, "%d shards on %d ranks: with %d or %d ranks each would send less", shards,
               size, half, 2 * half);
}

static void begin(lh_run *r)
{
    compare(r);
    if (lhi_ok(r->c) && r->w->shared) {
        lhi_shared_reach(r->w);
        lh_say(r->c, "training on %d ranks%s", r->w->shared->e->size,
               r->w->shared->shares ? ", which share memory" : "");
        tell_cut(r);
    }
}

int lhi_run_stops(lh_run *r)
{
    if (!r->c->ranks)
        return lhi_stops(r->c);
    if (r->met != r->step) { /* once a step, whatever the team of each rank is doing */
        const int first = r->met < 0;

        r->met = r->step;
        r->all_stop = lhi_ranks_meet(r->c, LHI_MEET_STEP, r->step, lhi_stops(r->c));
        if (first && lhi_ok(r->c))
            begin(r);
    }
    return r->all_stop || !lhi_ok(r->c);
}

void lhi_run_meet(lh_run *r)
{
    if (r->c->ranks && lhi_ok(r->c))
        lhi_ranks_meet(r->c, LHI_MEET_EPOCH, r->epoch, 0);
}
