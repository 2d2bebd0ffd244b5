/* pace.c -- the size of the team, found by trying. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/pace.h"

enum {
    WARM = 2,  /* steps of a size that do not count: the threads begin, the caches fill */
    TRIED = 6  /* steps of a size in all */
};

void lhi_pace_begin(lhi_pace *p, int threads, int forced, double flops)
{
    /* A thread that joins costs a microsecond or so even when all goes well: a step that
     * is over sooner is not tried with more of them. */
    const double worth = flops / 2e4;

    *p = (lhi_pace){.most = threads, .size = 1, .best = 1};
    if (!forced && worth < p->most)
        p->most = worth < 1 ? 1 : (int)worth;
    if (forced || p->most == 1) {
        p->size = p->best = p->most;
        p->found = 1;
    }
}

int lhi_pace_size(const lhi_pace *p, size_t rows)
{
    return rows > 0 && (size_t)p->size > rows ? (int)rows : p->size;
}

int lhi_pace_asks(const lhi_pace *p)
{
    return !p->found;
}

void lhi_pace_note(lhi_pace *p, double seconds)
{
    p->steps++;
    if (p->steps <= WARM)
        return;
    if (p->steps == WARM + 1 || seconds < p->time)
        p->time = seconds;
    if (p->steps < TRIED)
        return;
    if (p->best_time <= 0 || p->time < p->best_time) {
        p->best = p->size;
        p->best_time = p->time;
    }
    /* More threads only make it worse once they have: the next size is not tried. */
    p->found = p->size == p->most || p->time > 1.2 * p->best_time;
    p->size = p->found ? p->best : 2 * p->size < p->most ? 2 * p->size : p->most;
    p->steps = 0;
}
