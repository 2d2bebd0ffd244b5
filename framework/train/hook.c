/* hook.c -- what is done between the steps of a run: when it is due, and that looking is cheap. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include "framework/system/sys.h"

/* A small step takes less than three microseconds, of which a look at the clock would be felt: so
 * many steps are made from one look to the next as take about this long. */
static const double apart = 0.02; /* seconds */
enum { MOST = 4096 };

void lhi_run_hook(lh_run *r, lhi_hook *h)
{
    h->next = r->hooks;
    r->hooks = h;
    r->look = r->step;
}

static int is_due(const lh_run *r, const lhi_hook *h, double now)
{
    return now >= h->at || r->step >= h->step || (r->epoch >= h->epoch && r->position == 0);
}

/* Steps until the next look: those of the last ones that took so long. */
static long steps_apart(const lh_run *r, double now)
{
    const double took = now - r->clock, made = (double)(r->step - r->looked);
    const double steps = made > 0 && took > 0 ? made * (apart / took) : 1;

    return steps < 1 ? 1 : steps < MOST ? (long)steps : MOST;
}

int lhi_run_looks(lh_run *r)
{
    const double now = lhi_sys_clock();
    long next;

    for (const lhi_hook *h = r->hooks; h; h = h->next)
        if (is_due(r, h, now))
            return 1;
    next = r->step + steps_apart(r, now);
    for (const lhi_hook *h = r->hooks; h; h = h->next)
        next = h->step < next ? h->step : next;
    r->look = next;
    r->looked = r->step;
    r->clock = now;
    return 0;
}

void lhi_run_hooks(lh_run *r)
{
    const double now = lhi_sys_clock();

    for (lhi_hook *h = r->hooks; h; h = h->next)
        if (lhi_ok(r->c) && is_due(r, h, now))
            h->f(r, h->arg);
    r->look = r->step + 1;
    r->looked = r->step;
    r->clock = lhi_sys_clock();
}
