/* pace.c -- the size of the team, found by trying and looked after. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/pace.h"

#include "framework/base/threads.h"
#include "framework/system/sys.h"

enum {
    WARM = 2, /* steps of a size that do not count: the threads begin, the caches fill */
    LEAST = 4 /* steps that tell something */
};
static const double window = 0.03;  /* seconds that a mean looks back: turns of a scheduler */
static const double rest = 0.1;     /* seconds between trials that cost nothing */
static const double dear = 40;      /* rest for so many times what a trial has cost */
static const double hopeless = 1e-3; /* seconds that a trial may take beyond what it ought to */
static const double worthy = 50e-6; /* seconds of a step that a team ought to shorten */

static int size_of(const lhi_pace *p, int index)
{
    return index + 1 < p->sizes ? 1 << index : p->most;
}

void lhi_pace_begin(lhi_pace *p, int threads, int forced, double flops, size_t rows)
{
    /* A thread that joins costs a microsecond or so even when all goes well: a step that
     * is over sooner is not tried with more of them. */
    const double worth = flops / 2e4;

    *p = (lhi_pace){.most = threads, .sizes = 1, .rows = rows};
    if (forced)
        return;
    if (worth < p->most)
        p->most = worth < 1 ? 1 : (int)worth;
    while (p->sizes < LHI_PACE_SIZES && 1 << (p->sizes - 1) < p->most)
        p->sizes++;
}

int lhi_pace_size(const lhi_pace *p, size_t rows)
{
    const int size = size_of(p, p->now);

    return rows > 0 && (size_t)size > rows ? (int)rows : size;
}

int lhi_pace_asks(const lhi_pace *p)
{
    return p->now != p->kept || (p->kept + 1 < p->sizes && p->mean[p->kept + 1] == 0);
}

static void turn_to(lhi_pace *p, int index)
{
    p->now = index;
    p->steps = 0;
    p->time = p->counted = 0;
}

/* Whether a neighbour is to be tried; then it is what the next steps take. */
static void look_around(lhi_pace *p)
{
    const int up = p->kept + 1 < p->sizes ? p->kept + 1 : -1, down = p->kept - 1;
    const double mean = p->mean[p->kept];

    if (up > 0 && p->mean[up] == 0)
        turn_to(p, up);
    else if (down >= 0 && p->since > window / 4 &&
             (mean > 1.1 * p->mean[down] || mean > 1.5 * p->promise)) {
        p->promise = mean;
        turn_to(p, down); /* it was faster, or may be so now */
    } else if (p->since > p->wait)
        turn_to(p, up < 0 || (p->down && down >= 0) ? down : up);
}

/* What a stretch of steps took more than it would have with steps of another kind. */
static double cost_of(double time, long steps, double mean)
{
    const double cost = time - (double)steps * mean;

    return cost > 0 ? cost : 0;
}

static void end_trial(lhi_pace *p, double mean, int taken)
{
    const double before = p->mean[p->kept];
    const double more = p->now > p->kept ? mean : before, fewer = p->now > p->kept ? before : mean;
    /* The kept one may have come by its place through luck, a moment ago: that was dear, too.
     * What went well for long was no luck; the machine has changed. */
    const double cost = !taken                      ? cost_of(p->time, p->steps, before)
                        : p->kept_time < 8 * window ? cost_of(p->kept_time, p->kept_steps, mean)
                                                    : 0;

    if (more > 1.1 * fewer && fewer > worthy && !p->told) {
        p->loss = more / fewer;
        p->more = size_of(p, p->now > p->kept ? p->now : p->kept);
        p->fewer = size_of(p, p->now > p->kept ? p->kept : p->now);
    }
    p->mean[p->now] = mean;
    p->since = 0;
    p->wait = (taken ? window : rest) + dear * cost;
    p->down = !p->down;
    if (taken) {
        p->kept = p->now;
        p->promise = mean;
        p->chosen = 1;
        p->kept_time = 0;
        p->kept_steps = 0;
    }
    turn_to(p, p->kept);
    p->steps = taken ? WARM + LEAST : 0;
}

/* Fewer threads need not be faster, only as fast. */
static void judge(lhi_pace *p)
{
    const long n = p->steps - WARM;
    const double mean = n > 0 ? p->counted / (double)n : p->time / (double)p->steps;
    const double before = p->mean[p->kept];
    const int whole = p->counted > window;

    if (p->time > hopeless + 4 * (double)(n < LEAST ? WARM + LEAST : p->steps) * before)
        end_trial(p, mean, 0);
    else if (n < LEAST || ((n & (n - 1)) != 0 && !whole))
        return;
    else if (mean > (p->now < p->kept ? 1.02 : 0.97) * before)
        end_trial(p, mean, 0);
    else if (whole || (p->mean[p->now] == 0 && mean < 0.9 * before))
        end_trial(p, mean, 1);
}

void lhi_pace_note(lhi_pace *p, double seconds)
{
    double *mean = &p->mean[p->kept], weight;

    p->steps++;
    p->since += seconds;
    p->time += seconds;
    p->counted += p->steps > WARM ? seconds : 0;
    if (p->now != p->kept) {
        judge(p);
        return;
    }
    p->kept_steps += p->chosen;
    p->kept_time += p->chosen ? seconds : 0;
    if (p->steps <= WARM)
        return;
    /* A mean over all steps at first, then over those of the window, four at least. */
    weight = *mean < window / LEAST ? *mean / window : 1.0 / LEAST;
    if (weight * (double)(p->steps - WARM) < 1)
        weight = 1 / (double)(p->steps - WARM);
    *mean += weight * (seconds - *mean);
    if (p->steps - WARM >= LEAST && p->sizes > 1)
        look_around(p);
}

void lhi_pace_tell(lh_ctx *c, lhi_pace *p)
{
    if (p->told || !(p->loss > 0))
        return;
    p->told = 1;
    lh_say(c, "a step takes %.1f times as long on %d threads as on %d, as where other programs "
              "use the CPUs, too: going on with %d, and trying again now and then",
           p->loss, p->more, p->fewer, size_of(p, p->kept));
}

void lhi_paced(lh_ctx *c, lhi_pace *p, size_t rows, void (*work)(void *arg, int rank, int size),
               void *arg)
{
    const int timed = p->sizes > 1 && rows >= p->rows;
    const double began = timed ? lhi_sys_clock() : 0;

    lhi_team(c, lhi_pace_size(p, rows), work, arg);
    if (timed)
        lhi_pace_note(p, lhi_sys_clock() - began);
}
