/* probe.c -- the machine itself: fused multiply-adds a second, bytes a second. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/threads.h"
#include "framework/bench/bench.h"
#include "framework/system/sys.h"

#include <string.h>

enum { PEAKS = 64, ROUNDS = 20000 };

/* What each thread adds up, kept so that no work can be left out. */
static _Atomic double kept;

struct peak {
    lh_ctx *c;
    const lhi_probe *probe;
    int threads;
    long reps;
};

static void work_peak(void *arg, int rank, int size)
{
    const struct peak *p = arg;
    double sum = 0;

    (void)size;
    for (long i = 0; i < p->reps; i++)
        sum += p->probe->peak(ROUNDS);
    if (rank == 0)
        kept = sum;
}

static int run_peak(lhi_entrant *e, long reps)
{
    struct peak *p = e->state;
    double began;

    p->reps = 1; /* wakes the threads */
    lhi_team(p->c, p->threads, work_peak, p);
    p->reps = reps;
    began = lhi_sys_clock();
    lhi_team(p->c, p->threads, work_peak, p);
    e->seconds = lhi_sys_clock() - began;
    return 0;
}

/* A rate from the seconds of one repetition of so much work. */
static void set_rate(lhi_rate *r, lhi_entrant *e, double work)
{
    const lhi_spread s = lhi_spread_of(e->sample, e->samples);

    r->median = work / s.median;
    r->low = work / s.high;
    r->high = work / s.low;
    r->best = work / s.least;
}

/* Peaks of an instruction set in one type, for each number of threads. */
static void add_peaks(lhi_bench *b, lh_type type, const char *isa, const int *threads, size_t n)
{
    const int variant = lhi_variant_pick(type, isa);
    const lhi_probe *probe = variant >= 0 ? lhi_variant_kernels(variant)->probe : NULL;
    lhi_entrant *e = probe ? lhi_alloc_array(b->c, n, sizeof *e) : NULL;
    struct peak *p = e ? lhi_alloc_array(b->c, n, sizeof *p) : NULL;

    for (size_t i = 0; p && i < n; i++) {
        p[i] = (struct peak){.c = b->c, .probe = probe, .threads = threads[i]};
        e[i].run = run_peak;
        e[i].state = &p[i];
    }
    if (p)
        lhi_contest(b, e, n, threads[n - 1]);
    for (size_t i = 0; p && i < n && b->peaks < PEAKS; i++) {
        if (e[i].samples == 0)
            continue;
        b->peak[b->peaks] = (lhi_rate){.what = lhi_variant_isa(variant),
                                       .where = lhi_type_name(type), .threads = threads[i]};
        set_rate(&b->peak[b->peaks++], &e[i], probe->peak_flops * ROUNDS * threads[i]);
    }
    lhi_release(b->c, p);
    lhi_release(b->c, e);
}

struct band {
    lh_ctx *c;
    const lhi_probe *probe;
    float *at[3];
    size_t n;                /* elements of an array, over all threads */
    int arrays, threads;
    long reps;
};

static void work_band(void *arg, int rank, int size)
{
    const struct band *b = arg;
    const size_t from = lhi_share(b->n / 256, rank, size) * 256;
    const size_t n = lhi_share(b->n / 256, rank + 1, size) * 256 - from;
    double sum = 0;

    for (long i = 0; i < b->reps; i++)
        if (b->arrays == 1)
            sum += b->probe->read(b->at[0] + from, n);
        else if (b->arrays == 2)
            b->probe->copy(b->at[0] + from, b->at[1] + from, n);
        else
            b->probe->triad(b->at[0] + from, b->at[1] + from, b->at[2] + from, n);
    if (rank == 0)
        kept = sum;
}

static int run_band(lhi_entrant *e, long reps)
{
    struct band *b = e->state;
    double began;

    b->reps = 1; /* wakes the threads, and fills the caches */
    lhi_team(b->c, b->threads, work_band, b);
    b->reps = reps;
    began = lhi_sys_clock();
    lhi_team(b->c, b->threads, work_band, b);
    e->seconds = lhi_sys_clock() - began;
    return 0;
}

/* Reading, copying and triad, each over `bytes` in all.  Bytes are counted as STREAM
 * counts them: those that the program reads and writes. */
static void add_bandwidths(lhi_bench *b, const char *where, size_t bytes, int threads, float *block)
{
    static const char *const names[] = {"read", "copy", "triad"};
    struct band band[3];
    lhi_entrant e[3];

    memset(e, 0, sizeof e);
    for (int i = 0; i < 3; i++) {
        const size_t n = bytes / sizeof(float) / (size_t)(i + 1) / 256 * 256;

        band[i] = (struct band){.c = b->c, .probe = b->kernels->probe,
                                .at = {block, block + n, block + 2 * n},
                                .n = n, .arrays = i + 1, .threads = threads};
        e[i].run = run_band;
        e[i].state = &band[i];
    }
    lhi_contest(b, e, 3, threads);
    for (int i = 0; i < 3 && e[2].samples > 0; i++) {
        lhi_rate *r = &b->bandwidth[b->bandwidths++];

        *r = (lhi_rate){.what = names[i], .where = where, .threads = threads, .bytes = bytes};
        set_rate(r, &e[i], (double)band[i].n * (i + 1) * sizeof(float));
    }
}

/* Half of each thread's second level; four times it, which must come from the third; twice
 * the third, which must come from memory, but no more than an eighth of that. */
static void probe_bandwidth(lhi_bench *b)
{
    const size_t l2 = lhi_sys_cache(2) ? lhi_sys_cache(2) : (size_t)1 << 20;
    const size_t l3 = lhi_sys_cache(3), memory = lhi_sys_memory();
    size_t large = l3 ? 2 * l3 : (size_t)64 << 20;
    const int teams[] = {1, b->threads};
    float *block;

    large = large < (size_t)64 << 20 ? (size_t)64 << 20 : large;
    large = memory && large > memory / 8 ? memory / 8 : large;
    if (b->plan->quick && large > (size_t)64 << 20)
        large = (size_t)64 << 20;
    if (large < 4 * l2 * (size_t)b->threads)
        large = 4 * l2 * (size_t)b->threads;
    block = lhi_alloc(b->c, large);
    b->bandwidth = lhi_alloc_array(b->c, 18, sizeof *b->bandwidth);
    for (int i = 0; block && b->bandwidth && i < (b->threads > 1 ? 2 : 1); i++) {
        const size_t each = l2 * (size_t)teams[i];

        add_bandwidths(b, "L2", each / 2, teams[i], block);
        if (l3 > 8 * each)
            add_bandwidths(b, "L3", 4 * each, teams[i], block);
        add_bandwidths(b, large > l3 ? "memory" : "L3, large", large, teams[i], block);
    }
    lhi_release(b->c, block);
}

void lhi_bench_probe(lhi_bench *b)
{
    static const char *const sets[] = {"portable", "avx2", "avx512"};
    int teams[16], ends[2] = {1, b->threads};
    const size_t n = lhi_bench_teams(b, teams, 16);
    const int all = lhi_bench_wants(b, "probe");

    b->peak = lhi_alloc_array(b->c, PEAKS, sizeof *b->peak);
    if (!b->peak)
        return;
    /* The chosen one for every size of a team: what the steps are measured against. */
    add_peaks(b, LH_F32, lhi_variant_isa(b->variant), teams, n);
    for (size_t i = 0; all && i < sizeof sets / sizeof *sets; i++) {
        if (strcmp(sets[i], lhi_variant_isa(b->variant)) != 0)
            add_peaks(b, LH_F32, sets[i], ends, b->threads > 1 ? 2 : 1);
        add_peaks(b, LH_F64, sets[i], ends, b->threads > 1 ? 2 : 1);
    }
    if (lhi_bench_goes_on(b) && (all || lhi_bench_wants(b, "gemm")))
        probe_bandwidth(b);
}

double lhi_bench_peak(const lhi_bench *b, int threads)
{
    for (size_t i = 0; i < b->peaks; i++)
        if (b->peak[i].threads == threads && strcmp(b->peak[i].where, "f32") == 0 &&
            strcmp(b->peak[i].what, lhi_variant_isa(b->variant)) == 0)
            return b->peak[i].best;
    return 0;
}

double lhi_bench_bandwidth(const lhi_bench *b, const char *what, const char *where)
{
    for (size_t i = 0; i < b->bandwidths; i++)
        if (b->bandwidth[i].threads == 1 && strcmp(b->bandwidth[i].what, what) == 0 &&
            strcmp(b->bandwidth[i].where, where) == 0)
            return b->bandwidth[i].median;
    return 0;
}
