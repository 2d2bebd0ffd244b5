/* bench.c -- lh_bench(): the plan, the contests in order, the results. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"

#include "framework/base/floats.h"
#include "framework/base/place.h"
#include "framework/base/threads.h"
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
    if (lhi_sys_signalled())
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

/* What was left out, and what cannot be; 0 after an error. */
static int complete(lh_ctx *c, lh_bench_plan *plan)
{
    static const char *const parts[] = {"all", "probe", "gemm", "step", "scaling"};
    int known = 0;

    plan->only = plan->only && plan->only[0] ? plan->only : "all";
    plan->peers = plan->peers && plan->peers[0] ? plan->peers : "auto";
    plan->json = plan->json ? plan->json : "";
    plan->figures = plan->figures ? plan->figures : "";
    plan->patience = plan->patience > 0 ? plan->patience : 60;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        known |= strcmp(plan->only, parts[i]) == 0;
    if (!known)
        lhi_fail(c, LH_EUSAGE, "all, probe, gemm, step or scaling",
                 "lh_bench: there is no part '%.40s'", plan->only);
    else if (c->set.type == LH_F64)
        lhi_fail(c, LH_EUSAGE, "leave --type out", "what is compared is computed in f32");
    else if (lhi_variant_pick(LH_F32, c->set.isa) < 0)
        lhi_fail(c, LH_EUSAGE, "--isa=auto takes the best that there is",
                 "--isa=%s: this CPU has no such instructions", c->set.isa);
    return lhi_ok(c);
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

static void measure(lhi_bench *b)
{
    const int steps = lhi_bench_wants(b, "step") || lhi_bench_wants(b, "scaling");
    const int peers = strcmp(b->plan->only, "probe") != 0 && strcmp(b->plan->peers, "none") != 0;

    lhi_progress_begin(&b->progress, b->c, "measurement",
                       1 + peers + (long)(lhi_bench_product_count(b) + lhi_bench_step_count(b)));
    lhi_bench_tell(b, "the machine"); /* while nothing else has begun */
    lhi_bench_probe(b);
    if (peers && lhi_bench_goes_on(b)) {
        lhi_bench_tell(b, "starting the other programs");
        lhi_peers_begin(b);
    }
    if (lhi_bench_goes_on(b) && lhi_bench_wants(b, "gemm"))
        lhi_bench_products(b);
    if (lhi_bench_goes_on(b) && steps)
        lhi_bench_steps(b);
    lhi_peers_end(b);
    lhi_progress_end(&b->progress);
}

static void run(lh_ctx *c, lh_bench_plan *plan, FILE *out)
{
    LHI_USUAL_FLOATS(c);
    lhi_bench *b = lhi_alloc(c, sizeof *b);
    int forced;

    if (!b)
        return;
    b->c = c;
    b->plan = plan;
    b->threads = lhi_threads(c, NULL);
    b->variant = lhi_variant_pick(LH_F32, c->set.isa);
    b->kernels = lhi_variant_kernels(b->variant);
    lhi_sys_signals_begin();
    /* A step takes as many threads as suit it, as without --threads, up to those asked for. */
    forced = c->set.threads;
    c->set.threads = 0;
    measure(b);
    c->set.threads = forced;
    c->stopped = b->stopped;
    lhi_sys_signals_end();
    if (lhi_ok(c))
        lhi_bench_show(b, out);
    if (lhi_ok(c) && plan->json[0])
        lhi_bench_json(b, plan->json);
    if (lhi_ok(c) && (plan->figures[0] || strcmp(c->set.plot, "term") == 0))
        lhi_bench_figures(b, plan->figures);
}

lh_status lh_bench(lh_ctx *c, lh_bench_plan plan, FILE *out)
{
    if (!lhi_ok(c))
        return lh_error(c);
    if (!out)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_bench: there is no stream to print to");
    else if (complete(c, &plan) && !c->set.dry_run &&
             (!plan.json[0] || lhi_place_try(c, plan.json, 0) == LH_OK))
        run(c, &plan, out);
    return lhi_call_ends(c);
}
