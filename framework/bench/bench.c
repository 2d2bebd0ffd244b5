/* bench.c -- what all contests share: how long, in which teams, and what samples come to. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"

#include "framework/base/quantile.h"
#include "framework/base/stop.h"
#include "framework/system/sys.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t lhi_bench_rounds(const lhi_bench *b)
{
    return b->plan->quick ? 3 : 9;
}

double lhi_bench_least(const lhi_bench *b)
{
    return b->plan->quick ? 0.004 : 0.02;
}

int lhi_bench_wants(const lhi_bench *b, const char *part)
{
    return strcmp(b->plan->only, part) == 0 || strcmp(b->plan->only, "all") == 0;
}

size_t lhi_bench_teams(const lhi_bench *b, int *threads, size_t room)
{
    size_t n = 0;

    for (int t = 1; t < b->threads && n + 1 < room; t *= 2)
        threads[n++] = t;
    threads[n++] = b->threads;
    return n;
}

int lhi_bench_goes_on(lhi_bench *b)
{
    if (lhi_hurries(b->c))
        b->stopped = 1;
    return lhi_ok(b->c) && !b->stopped;
}

lhi_entrant *lhi_bench_entrants(lhi_bench *b, const void *task, size_t ours,
                                int (*peers)(lhi_entrant *e, long reps), size_t *count)
{
    lhi_entrant *e = lhi_alloc_array(b->c, ours + b->peers, sizeof *e);

    *count = 0;
    if (!e)
        return NULL;
    for (size_t i = 0; i < ours; i++)
        e[(*count)++] = (lhi_entrant){.peer = -1, .task = task};
    for (size_t i = 0; i < b->peers; i++)
        if (b->peer[i].runs)
            e[(*count)++] = (lhi_entrant){.who = b->peer[i].family, .peer = (int)i, .run = peers,
                                          .state = &b->peer[i], .task = task};
    return e;
}

lhi_spread lhi_spread_of(double *samples, size_t count)
{
    if (count == 0)
        return (lhi_spread){0};
    return (lhi_spread){.median = lhi_quantile(samples, count, 0.5),
                        .low = lhi_quantile(samples, count, 0.25),
                        .high = lhi_quantile(samples, count, 0.75),
                        .least = lhi_quantile(samples, count, 0),
                        .count = count};
}

static int is_better(const lhi_result *a, const lhi_result *b)
{
    const int good_a = a->seconds.count && a->agrees, good_b = b->seconds.count && b->agrees;

    return good_a != good_b ? good_a : a->seconds.median < b->seconds.median;
}

/* Of two results of one family the better one stands for it. */
static void mark_seconds(lhi_result *r, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count && r[i].peer >= 0; k++)
            if (k != i && r[k].peer >= 0 && strcmp(r[i].who, r[k].who) == 0 &&
                !r[k].is_second && (is_better(&r[k], &r[i]) || (!is_better(&r[i], &r[k]) && k < i)))
                r[i].is_second = 1;
}

lhi_result *lhi_bench_results(lhi_bench *b, lhi_entrant *e, size_t count, double scale)
{
    lhi_result *r = lhi_alloc_array(b->c, count, sizeof *r);

    for (size_t i = 0; r && i < count; i++) {
        const double allowed = 1e-3 * fmax(fabs(e[0].check), scale);

        r[i] = (lhi_result){.who = e[i].who, .text = e[i].peer >= 0 ? b->peer[e[i].peer].text : "",
                            .peer = e[i].peer, .check = e[i].check, .has_check = e[i].has_check};
        r[i].seconds = lhi_spread_of(e[i].sample, e[i].trouble[0] ? 0 : e[i].samples);
        r[i].agrees = !e[i].has_check || fabs(e[i].check - e[0].check) <= allowed;
        if (e[i].trouble[0])
            snprintf(r[i].trouble, sizeof r[i].trouble, "%s", e[i].trouble);
        else if (!r[i].agrees)
            snprintf(r[i].trouble, sizeof r[i].trouble,
                     "computes wrong results here: %.6g where %.6g is right", e[i].check,
                     e[0].check);
    }
    if (r)
        mark_seconds(r, count);
    return r;
}

void lhi_bench_add_act(lhi_bench *b, const char *name, double flops, double bytes, double seconds)
{
    lhi_act_cost *a;

    if (lhi_grow(b->c, &b->act, &b->act_room, b->acts + 1, sizeof *b->act) != 0)
        return;
    a = &b->act[b->acts++];
    *a = (lhi_act_cost){.flops = flops, .bytes = bytes, .seconds = seconds};
    snprintf(a->name, sizeof a->name, "%s", name);
}

void lhi_bench_tell(lhi_bench *b, const char *format, ...)
{
    char text[120];
    va_list args;

    va_start(args, format);
    lhi_sys_vformat(text, sizeof text, format, args);
    va_end(args);
    lhi_progress_show(&b->progress, ++b->told, "%s", text);
}
