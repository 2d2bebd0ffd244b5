/* all.c -- lh_bench(): the plan, the contests in order, what is shown. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/place.h"
#include "framework/base/stop.h"
#include "framework/base/threads.h"
#include "framework/bench/bench.h"
#include "framework/system/sys.h"

#include <string.h>

#ifdef LHI_MPI
#define LHI_REMEDY "mpirun -n 2 longhand bench --only=ranks"
#else
#define LHI_REMEDY "./configure --with-mpi, then mpirun -n 2 longhand bench --only=ranks"
#endif

/* What was left out, and what cannot be; 0 after an error. */
static int complete(lh_ctx *c, lh_bench_plan *plan)
{
    static const char *const parts[] = {"all", "probe", "gemm", "step", "scaling",
                                        "ranks"};
    int known = 0;

    plan->only = plan->only && plan->only[0] ? plan->only : "all";
    plan->peers = plan->peers && plan->peers[0] ? plan->peers : "auto";
    plan->json = plan->json ? plan->json : "";
    plan->figures = plan->figures ? plan->figures : "";
    plan->patience = plan->patience > 0 ? plan->patience : 60;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        known |= strcmp(plan->only, parts[i]) == 0;
    if (!known)
        lhi_fail(c, LH_EUSAGE, "all, probe, gemm, step, scaling or ranks",
                 "lh_bench: there is no part '%.40s'", plan->only);
    else if (strcmp(plan->only, "ranks") == 0 && !c->ranks)
        lhi_fail(c, LH_EUSAGE, LHI_REMEDY,
                 "lh_bench: this is one process, and ranks are several");
    else if (c->set.type == LH_F64)
        lhi_fail(c, LH_EUSAGE, "leave --type out", "what is compared is computed in f32");
    else if (lhi_variant_pick(LH_F32, c->set.isa) < 0)
        lhi_fail(c, LH_EUSAGE, "--isa=auto takes the best that there is",
                 "--isa=%s: this CPU has no such instructions", c->set.isa);
    return lhi_ok(c);
}

static void measure_ranks(lhi_bench *b)
{
    lhi_progress_begin(&b->progress, b->c, "measurement", (long)lhi_bench_rank_count(b));
    lhi_bench_ranks(b);
    lhi_progress_end(&b->progress);
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
    if (strcmp(plan->only, "ranks") == 0)
        measure_ranks(b);
    else
        measure(b);
    c->set.threads = forced;
    if (b->stopped)
        lhi_stopped(c);
    if (lhi_ok(c))
        lhi_bench_show(b, out);
    if (lhi_ok(c) && plan->json[0])
        lhi_bench_json(b, plan->json);
    if (lhi_ok(c) && (plan->figures[0] || strcmp(c->set.plot, "term") == 0))
        lhi_bench_figures(b, plan->figures);
    lhi_sys_signals_end();
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
