/* ranks.c -- the processes that work as one: who speaks, and what they agree on before a step. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ranks.h"

#include "framework/system/await.h"

#include <stdio.h>
#include <string.h>

/* What a rank brings to a meeting. */
typedef struct word {
    int64_t number;
    int32_t at, status, stops, pad;
} word;

struct lhi_ranks {
    lhi_engine *e;
    int over;        /* they meet no more, */
    lh_status why;   /* and this is why */
    char text[sizeof((lh_ctx *)NULL)->message];
    word *word;      /* of each */
    size_t *at;      /* one more than there are */
    char doing[60];
};

static const char *const names[] = {
    "the beginning of a run", "epoch", "step", "lh_save()", "lh_close()"
};

static const char *name_of(const word *w, char text[60])
{
    if (w->at == LHI_MEET_EPOCH || w->at == LHI_MEET_STEP)
        snprintf(text, 60, "%s %lld", names[w->at], (long long)w->number + 1);
    else
        snprintf(text, 60, "%s", names[w->at]);
    return text;
}

void lhi_ranks_with(lh_ctx *c, lhi_engine *e)
{
    lhi_ranks *g = lhi_alloc(c, sizeof *g);

    if (e->rank != 0) {
        c->silent = 1;
        c->set.plot = "none";
        c->set.progress = "none";
    }
    if (!g || !(g->word = lhi_alloc_array(c, (size_t)e->size, sizeof *g->word)) ||
        !(g->at = lhi_alloc_array(c, (size_t)e->size + 1, sizeof *g->at)))
        return;
    g->e = e;
    c->ranks = g;
}

#ifdef LHI_MPI
static void part(void *arg)
{
    lhi_mpi_part(arg);
}

void lhi_ranks_join(lh_ctx *c)
{
    const char *why;
    lhi_engine *e = c->argc > 0 ? lhi_mpi_join(&why) : NULL;

    if (c->argc > 0 && why)
        lhi_fail(c, LH_ESTATE, "open it in main(), or begin one process", "%s", why);
    if (!e)
        return;
    lhi_at_close(c, part, e);
    e->patience = c->set.rank_wait > 0 ? c->set.rank_wait : 600;
    lhi_sys_await_as(c->program, e->rank, e->size);
    lhi_ranks_with(c, e);
}
#else
void lhi_ranks_join(lh_ctx *c)
{
    (void)c;
}
#endif

lhi_engine *lhi_engine_of(const lh_ctx *c)
{
    return c->ranks ? c->ranks->e : NULL;
}

void lhi_ranks_beside(const lh_ctx *c, int *here, int *together)
{
    *here = c->ranks ? c->ranks->e->here : 1;
    *together = c->ranks ? c->ranks->e->together : 1;
}

/* Equal parts of `size` bytes, one a rank, or all of them that of rank `of`. */
static const size_t *cut(lhi_ranks *g, size_t size, int of)
{
    for (int r = 0; r <= g->e->size; r++)
        g->at[r] = of < 0 ? (size_t)r * size : r > of ? size : 0;
    return g->at;
}

/* The error of rank r becomes that of those that have none. */
static void take_over(lh_ctx *c, int r, lh_status status)
{
    lhi_ranks *g = c->ranks;
    char text[sizeof c->message] = "";

    snprintf(text, sizeof text, "%s", lh_message(c));
    g->e->gather(g->e, text, cut(g, sizeof text, r));
    if (g->e->rank != r)
        lhi_fail(c, status, NULL, "rank %d: %s", r, text);
}

static void exchange(lh_ctx *c, lhi_meeting at, long number, lh_status status, int stops)
{
    lhi_ranks *g = c->ranks;
    word *mine = &g->word[g->e->rank];

    *mine = (word){number, (int32_t)at, (int32_t)status, stops, 0};
    name_of(mine, g->doing);
    g->e->doing = g->doing;
    g->e->gather(g->e, g->word, cut(g, sizeof *g->word, -1));
}

/* A rank that is elsewhere than rank 0; -1: none. */
static int strayed(const lhi_ranks *g)
{
    for (int r = 1; r < g->e->size; r++)
        if (g->word[r].at != g->word[0].at || g->word[r].number != g->word[0].number)
            return r;
    return -1;
}

/* The first rank that failed; -1: none. */
static int failed(const lhi_ranks *g)
{
    for (int r = 0; r < g->e->size; r++)
        if (lh_exit_code((lh_status)g->word[r].status) != 0)
            return r;
    return -1;
}

/* The ranks part for good.  An error that a driver has cleared comes back where it goes on: alone
 * it would wait for the others. */
static void part_for(lh_ctx *c)
{
    lhi_ranks *g = c->ranks;

    if (g->why == LH_OK) {
        g->why = c->status;
        memcpy(g->text, c->message, sizeof g->text);
    }
    lhi_fail(c, g->why, NULL, "%s", g->text);
}

int lhi_ranks_meet(lh_ctx *c, lhi_meeting at, long number, int stops)
{
    lhi_ranks *g = c->ranks;
    char one[60], other[60];
    int r, any = 0;

    if (g && g->over)
        part_for(c);
    if (!g || g->over)
        return stops;
    exchange(c, at, number, c->status, stops);
    for (int k = 0; k < g->e->size; k++) {
        any |= g->word[k].stops;
        g->over |= g->word[k].at == LHI_MEET_CLOSE;
    }
    r = failed(g);
    if (r >= 0) {
        g->over = 1;
        take_over(c, r, (lh_status)g->word[r].status);
    } else if ((r = strayed(g)) >= 0) {
        g->over = 1;
        lhi_fail(c, LH_ESTATE,
                 "each rank runs the same program to its end: nothing may depend on the process "
                 "that it is, such as time, the host, or a random number of its own",
                 "rank 0 came to %s, and rank %d to %s", name_of(&g->word[0], one), r,
                 name_of(&g->word[r], other));
    }
    if (g->over)
        part_for(c);
    return any;
}

lh_status lhi_ranks_part(lh_ctx *c, lh_status status)
{
    lhi_ranks *g = c->ranks;
    int r;

    if (!g || g->over)
        return status;
    /* What ended a program well is no failure of it: help, or --check that has done its work. */
    exchange(c, LHI_MEET_CLOSE, 0, status, 0);
    g->over = 1;
    r = failed(g);
    if (r >= 0)
        take_over(c, r, (lh_status)g->word[r].status);
    else if ((r = strayed(g)) >= 0)
        lhi_fail(c, LH_ESTATE, NULL, "rank 0 came to its end, and rank %d did not", r);
    return r >= 0 && lh_exit_code(status) == 0 ? (lh_status)g->word[r].status : status;
}

void lhi_ranks_compare(lh_ctx *c, const lhi_alike *mark, size_t count)
{
    lhi_ranks *g = c->ranks;
    uint64_t *all;

    if (!g || g->over || !lhi_ok(c))
        return;
    all = lhi_alloc_array(c, (size_t)g->e->size * count, sizeof *all);
    if (!all) /* one without memory ends as the others wait, and they with it */
        return;
    for (size_t k = 0; k < count; k++)
        all[(size_t)g->e->rank * count + k] = mark[k].digest;
    g->e->gather(g->e, all, cut(g, count * sizeof *all, -1));
    for (int r = 1; r < g->e->size; r++)
        for (size_t k = 0; k < count && lhi_ok(c); k++)
            if (all[(size_t)r * count + k] != all[k])
                lhi_fail(c, LH_ESTATE, "do all machines see the same files, and was each process "
                         "begun with the same arguments and environment?",
                         "rank %d has other %s than rank 0", r, mark[k].name);
    if (!lhi_ok(c)) {
        g->over = 1;
        part_for(c);
    }
    lhi_release(c, all);
}

void lhi_ranks_tell(lh_ctx *c, void *bytes, size_t size)
{
    lhi_ranks *g = c->ranks;

    if (g && !g->over)
        g->e->gather(g->e, bytes, cut(g, size, 0));
}
