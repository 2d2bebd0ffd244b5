/* ranks.c -- several ranks: their sums beside those of MPI, and what a step gains. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ranks.h"
#include "framework/base/stop.h"
#include "framework/bench/bench.h"
#include "framework/bench/model.h"
#include "framework/system/sys.h"
#include "framework/tape/shared.h"
#include "framework/train/run.h"

#include <string.h>

static const struct network {
    size_t size[4], batch;
    int quick;
} networks[] = {
    {{30, 16, 8, 1}, 512, 1},
    {{784, 256, 128, 1}, 1024, 1},
    {{1024, 1024, 1024, 1}, 2048, 0},
};
enum { NETWORKS = sizeof networks / sizeof *networks };

/* What is done again and again by all ranks, or by rank 0 alone while the others wait. */
typedef struct work {
    lhi_bench *b;
    lhi_ws *w;        /* of a run that is shared */
    lh_run *r;
    float *x;         /* for the sum of MPI */
    int threads, alone;
    void (*once)(struct work *k);
    lhi_spread seconds;
} work;

static void exchange_part(void *arg, int rank, int size)
{
    lhi_shared_end(arg, rank, size);
}

static void exchange_ours(work *k)
{
    lhi_team(k->b->c, k->threads, exchange_part, k->w);
}

static void exchange_usual(work *k)
{
    lhi_engine *e = k->w->shared->e;

    e->usual_sum(e, k->x, k->w->shared->elements);
}

static void step_shared(work *k)
{
    lhi_ranks_meet(k->b->c, LHI_MEET_STEP, k->b->met++, 0);
    lhi_run_step(k->r, 0, k->r->batch);
}

static void step_alone(work *k)
{
    lhi_run_step(k->r, 0, k->r->batch);
}

/* All have come. */
static void gather(work *k)
{
    lhi_engine *e = k->w->shared->e;
    char byte = 0;

    if (k->w->shared->shares)
        e->meet(e);
    else
        lhi_ranks_tell(k->b->c, &byte, 1);
}

static int works(const work *k)
{
    return !k->alone || k->w->shared->e->rank == 0;
}

typedef struct sample {
    work *k;
    long reps;
    double seconds;
} sample;

static void lead(void *arg)
{
    sample *s = arg;
    double began;

    gather(s->k);
    began = lhi_sys_clock();
    for (long i = 0; works(s->k) && i < s->reps; i++)
        s->k->once(s->k);
    gather(s->k);
    s->seconds = lhi_sys_clock() - began;
}

static double time_of(work *k, long reps)
{
    sample s = {k, reps, 0};

    lhi_keep_team(k->b->c, works(k) ? k->threads : 1, lead, &s);
    return s.seconds > 1e-9 ? s.seconds : 1e-9;
}

/* Repetitions that last long enough, by the clock of rank 0. */
static long calibrate(work *k)
{
    const double least = lhi_bench_least(k->b);
    long reps = 1;

    for (int runs = 0; runs < 30; runs++) {
        const double more = least / time_of(k, reps), times = more > 64 ? 64 : more - 1;
        int64_t next = more <= 1 ? 0 : reps + 1 + (long)((double)reps * times);

        lhi_ranks_tell(k->b->c, &next, sizeof next);
        if (next == 0)
            break;
        reps = (long)next;
    }
    return reps;
}

/* Any rank that is asked to stop stops all. */
static int goes_on(lhi_bench *b)
{
    if (lhi_ranks_meet(b->c, LHI_MEET_STEP, b->met++, lhi_hurries(b->c)))
        b->stopped = 1;
    return lhi_ok(b->c) && !b->stopped;
}

/* Samples of each in turn. */
static void contest(lhi_bench *b, work *const k[], size_t count)
{
    double at[4][LHI_SAMPLES];
    long reps[4];
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        reps[i] = goes_on(b) ? calibrate(k[i]) : 1;
    for (; n < lhi_bench_rounds(b) && goes_on(b); n++)
        for (size_t i = 0; i < count; i++)
            at[i][n] = time_of(k[i], reps[i]) / (double)reps[i];
    for (size_t i = 0; i < count; i++)
        k[i]->seconds = lhi_spread_of(at[i], n);
}

/* A network whose step is this rank's alone, or shared. */
static lh_run *run_of(lhi_bench *b, const lhi_task *task, int threads, int alone)
{
    struct lhi_ranks *ranks = b->c->ranks;
    void *s = lhi_tape_step_make(b, task);
    int made;

    if (!s)
        return NULL;
    if (alone)
        b->c->ranks = NULL;
    b->c->set.threads = threads; /* how many are best is not the same for all ranks */
    made = lhi_tape_step_ready(s, threads) == 0;
    b->c->set.threads = 0;
    b->c->ranks = ranks;
    return made ? lhi_tape_step_run(s) : NULL;
}

static void one_network(lhi_bench *b, const struct network *net)
{
    lhi_engine *e = lhi_engine_of(b->c);
    lhi_rank_result *to = &b->rank[b->ranks];
    const int many = e->together == e->size ? e->size * b->threads : 0;
    lhi_task task = {.batch = net->batch, .threads = b->threads};
    lh_run *shared, *alone, *wide;
    work k[5];

    memcpy(task.size, net->size, sizeof task.size);
    shared = run_of(b, &task, b->threads, 0);
    alone = run_of(b, &task, b->threads, 1);
    wide = many ? run_of(b, &task, many, 1) : alone;
    if (!shared || !alone || !wide)
        return;
    lhi_shared_reach(shared->w);
    for (size_t i = 0; i < sizeof k / sizeof *k; i++)
        k[i] = (work){.b = b, .w = shared->w, .r = shared, .threads = b->threads};
    k[1].x = lhi_alloc(b->c, shared->w->shared->elements * sizeof(float));
    k[0].once = exchange_ours;
    k[1].once = exchange_usual;
    k[2].once = step_shared;
    k[3].once = k[4].once = step_alone;
    k[3].alone = k[4].alone = 1;
    k[3].r = alone;
    k[4].r = wide;
    k[4].threads = many;
    if (!k[1].x)
        return;
    step_shared(&k[2]);
    contest(b, (work *[]){&k[0], &k[1]}, e->usual_sum ? 2 : 1);
    contest(b, (work *[]){&k[2], &k[3], &k[4]}, many ? 3 : 2);
    *to = (lhi_rank_result){.batch = net->batch, .floats = shared->w->shared->elements,
                            .partials = shared->w->shared->most_own};
    memcpy(to->size, net->size, sizeof to->size);
    to->ours = k[0].seconds;
    to->usual = k[1].seconds;
    to->step = k[2].seconds;
    to->alone = k[3].seconds;
    to->wide = k[4].seconds;
    b->ranks++;
}

size_t lhi_bench_rank_count(const lhi_bench *b)
{
    size_t n = 0;

    for (size_t i = 0; i < NETWORKS; i++)
        n += networks[i].quick || !b->plan->quick;
    return n;
}

void lhi_bench_ranks(lhi_bench *b)
{
    lhi_engine *e = lhi_engine_of(b->c);

    e->doing = "a measurement";
    b->rank = lhi_alloc_array(b->c, NETWORKS, sizeof *b->rank);
    for (size_t i = 0; b->rank && i < NETWORKS && lhi_ok(b->c) && !b->stopped; i++)
        if (networks[i].quick || !b->plan->quick) {
            lhi_bench_tell(b, "%zu, %zu, %zu, %zu on %d ranks", networks[i].size[0],
                           networks[i].size[1], networks[i].size[2], networks[i].size[3],
                           e->size);
            one_network(b, &networks[i]);
        }
}

/* --- what is shown --- */

static double percent(const lhi_spread *s)
{
    return s->median > 0 ? 50 * (s->high - s->low) / s->median : 0;
}

static void add_exchanges(const lhi_bench *b, lhi_text *t, int ranks)
{
    lhi_text_add(t, "\nSums over %d ranks, microseconds\n"
                    "   floats       MB        longhand   MPI_Allreduce   ratio   predicted in"
                    " shared memory\n", ranks);
    for (size_t i = 0; i < b->ranks; i++) {
        const lhi_rank_result *r = &b->rank[i];
        const double bytes = 4.0 * (double)r->floats;

        lhi_text_add(t, "%9zu %8.3f %9.1f +-%3.0f%%", r->floats, bytes / 1e6,
                     r->ours.median * 1e6, percent(&r->ours));
        if (r->usual.count)
            lhi_text_add(t, "  %8.1f +-%3.0f%%  %6.2f", r->usual.median * 1e6, percent(&r->usual),
                         r->ours.median / r->usual.median);
        lhi_text_add(t, "  %10.1f\n",
                     lhi_model_exchange(&lhi_wire_memory, bytes, ranks, r->partials) * 1e6);
    }
}

static void add_gains(const lhi_bench *b, lhi_text *t, int ranks)
{
    lhi_text_add(t, "\nTraining step on %d ranks of %d thread%s, milliseconds\n"
                    "                        batch    one rank     all ranks  efficiency"
                    "  predicted   one, all threads   ratio\n",
                 ranks, b->threads, b->threads == 1 ? "" : "s");
    for (size_t i = 0; i < b->ranks; i++) {
        const lhi_rank_result *r = &b->rank[i];
        const double bytes = 4.0 * (double)r->floats;

        lhi_text_add(t, " %5zu, %4zu, %4zu, %zu %6zu %8.3f +-%2.0f%% %8.3f +-%2.0f%%  %6.0f %%"
                        "  %7.0f %%", r->size[0], r->size[1], r->size[2], r->size[3],
                     r->batch, r->alone.median * 1e3, percent(&r->alone), r->step.median * 1e3,
                     percent(&r->step), 100 * r->alone.median / r->step.median / ranks,
                     100 * lhi_model_efficiency(&lhi_wire_memory, r->alone.median, bytes, ranks));
        if (r->wide.count)
            lhi_text_add(t, "   %8.3f +-%2.0f%%  %6.2f", r->wide.median * 1e3, percent(&r->wide),
                         r->step.median / r->wide.median);
        lhi_text_add(t, "\n");
    }
}

/* Shards have 64 rows at least: so many ranks have work. */
static void add_links(const lhi_bench *b, lhi_text *t)
{
    enum { ROWS = 4096, MOST = 64 };
    const lhi_wire *const link[] = {&lhi_wire_10, &lhi_wire_100};

    lhi_text_add(t, "\nEfficiency of a step of %d rows that is predicted of ranks like these, in"
                    " percent\n%-28s", ROWS, "");
    for (int n = 2; n <= MOST; n *= 2)
        lhi_text_add(t, " %5d", n);
    lhi_text_add(t, "\n");
    for (size_t i = 0; i < b->ranks; i++)
        for (size_t l = 0; l < sizeof link / sizeof *link; l++) {
            const lhi_rank_result *r = &b->rank[i];
            const double seconds = r->alone.median * ROWS / (double)r->batch;

            lhi_text_add(t, " %5zu, %4zu, %4zu, %zu %8s", r->size[0], r->size[1], r->size[2],
                         r->size[3], link[l]->name);
            for (int n = 2; n <= MOST; n *= 2)
                lhi_text_add(t, " %5.0f", 100 * lhi_model_efficiency(link[l], seconds,
                                                                  4.0 * (double)r->floats, n));
            lhi_text_add(t, "\n");
        }
}

void lhi_bench_show_ranks(const lhi_bench *b, lhi_text *t)
{
    const int ranks = b->ranks ? lhi_engine_of(b->c)->size : 0;

    if (ranks == 0)
        return;
    add_exchanges(b, t, ranks);
    add_gains(b, t, ranks);
    add_links(b, t);
}
