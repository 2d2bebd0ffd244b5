/* clock.c -- samples in turn, as long as a clock needs them. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"
#include "framework/system/sys.h"

static int run(lhi_entrant *e, long reps)
{
    if (e->trouble[0] || e->run(e, reps) != 0)
        return -1;
    /* A clock that stood still says nothing about speed, but the work was done. */
    if (!(e->seconds > 1e-9))
        e->seconds = 1e-9;
    return 0;
}

/* So many repetitions that a sample lasts `least` seconds, judged by the fastest run so far:
 * the first one makes threads and touches memory, and any one may have been interrupted. */
static void calibrate(lhi_entrant *e, double least)
{
    double best = 0, more;

    e->reps = 1;
    for (int runs = 0; runs < 40 && run(e, e->reps) == 0; runs++) {
        const double one = e->seconds / (double)e->reps;

        best = runs == 0 || one < best ? one : best;
        more = least / best / (double)e->reps;
        if (runs >= 2 && (more <= 1 || e->reps >= 100000000))
            return;
        if (runs == 0 && e->seconds > 0.5)
            return;
        if (more > 1) /* at least one more, so that this ends */
            e->reps += 1 + (long)((double)e->reps * (more > 64 ? 64 : 1.1 * more - 1));
    }
}

/* Threads that wait for more work spin for some milliseconds before they sleep; the next
 * in turn must not have to share the cores with them. */
static void rest(int threads)
{
    lhi_sys_pause(threads > 1 ? 0.04 : 0.002);
}

void lhi_contest(lhi_bench *b, lhi_entrant *e, size_t count, int threads)
{
    const double least = lhi_bench_least(b);

    for (size_t i = 0; i < count && lhi_bench_goes_on(b); i++) {
        calibrate(&e[i], least);
        rest(threads);
    }
    for (size_t round = 0; round < lhi_bench_rounds(b); round++)
        for (size_t i = 0; i < count; i++) {
            if (!lhi_bench_goes_on(b))
                return;
            /* One repetition that takes so long needs no company of nine. */
            if (e[i].samples >= 3 && e[i].reps == 1 && e[i].seconds > 0.5)
                continue;
            if (run(&e[i], e[i].reps) == 0 && e[i].samples < LHI_SAMPLES)
                e[i].sample[e[i].samples++] = e[i].seconds / (double)e[i].reps;
            rest(threads);
        }
}
