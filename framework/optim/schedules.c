/* schedules.c -- the rate as a function of whole numbers: epochs and moves done. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim.h"

#include <math.h>
#include <string.h>

/* The series of Taylor in s = t^2 from the last term on, which is left out where the rest is below
 * a tenth of a unit in the last place. */
static double series(const double *term, size_t n, double s)
{
    double p = term[0];

    for (size_t i = 1; i < n; i++)
        p = fma(p, s, term[i]);
    return p;
}

static double cos_small(double t)
{
    static const double term[] = {1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600,
                                  -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -0.5, 1};

    return series(term, sizeof term / sizeof *term, t * t);
}

static double sin_small(double t)
{
    static const double term[] = {1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800,
                                  -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6};
    const double s = t * t;

    return fma(series(term, sizeof term / sizeof *term, s) * s, t, t);
}

double lhi_cos_pi(double x)
{
    const double pi = 0x1.921fb54442d18p1;

    if (x > 0.5)
        return -lhi_cos_pi(1 - x);
    return x > 0.25 ? sin_small(pi * (0.5 - x)) : cos_small(pi * x);
}

/* From `from` to `to` along half a wave, of which x is done. */
static double wave(double from, double to, double x)
{
    return to + (from - to) / 2 * (1 + lhi_cos_pi(x));
}

/* Moves done, and those that the schedule lasts. */
static double done(const lhi_schedule_at *at)
{
    return (double)(at->epoch * at->each + at->moves);
}

static double length(const lhi_schedule_at *at)
{
    return (double)(at->lasts * at->each);
}

static double constant(const lh_schedule *s, const lhi_schedule_at *at)
{
    (void)s, (void)at;
    return 1;
}

static double step(const lh_schedule *s, const lhi_schedule_at *at)
{
    return lhi_power(s->factor, (uint64_t)(at->epoch / (int64_t)s->epochs));
}

static double exponential(const lh_schedule *s, const lhi_schedule_at *at)
{
    return lhi_power(s->factor, (uint64_t)at->epoch);
}

static double cosine(const lh_schedule *s, const lhi_schedule_at *at)
{
    const double n = done(at), all = length(at);

    return n < all ? wave(1, s->floor, n / all) : s->floor;
}

/* Smith and Topin 2018, with half waves. */
static double one_cycle(const lh_schedule *s, const lhi_schedule_at *at)
{
    const double n = done(at), last = length(at) - 1, top = s->climb * (last + 1) - 1;

    if (n < top)
        return wave(s->start, 1, n / top);
    return n < last ? wave(1, s->floor, top > 0 ? (n - top) / (last - top) : n / last) : s->floor;
}

static double plateau(const lh_schedule *s, const lhi_schedule_at *at)
{
    const double part = lhi_power(s->factor, (uint64_t)at->drops);

    return part > s->floor ? part : s->floor;
}

#define LHI_NOTHING   {{NULL, 0}}
#define LHI_LIST(...) {__VA_ARGS__}
#define LHI_SCHEDULE(name, function, text, ...) {#name, text, __VA_ARGS__, function},
static const lhi_schedule_row rows[] = {
#include "framework/optim/schedules.def"
};

const lhi_schedule_row *lhi_schedule_at_index(size_t index)
{
    return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}

/* The way up is a line to the rate that the schedule begins with, which it does after it. */
double lhi_optim_rate(const lhi_optim *o, const lhi_schedule_at *at)
{
    const lh_schedule *s = &o->how.schedule;
    const int64_t up = (int64_t)s->warm_up;
    lhi_schedule_at after = *at;

    if (at->epoch < up)
        return o->how.rate * ((done(at) + 1) / (double)(up * at->each));
    after.epoch -= up;
    after.lasts = (int64_t)s->epochs - up;
    return o->how.rate * o->schedule->part(s, &after);
}

int lhi_optim_looks_back(const lhi_optim *o)
{
    return o->schedule->part == plateau;
}

static void look(lhi_plateau *p, const lhi_optim *o, double value)
{
    const double best = p->seen ? p->best : (double)INFINITY;

    p->without = value < best ? 0 : p->without + 1;
    p->best = value < best ? value : best;
    p->seen++;
    if (p->without > (int64_t)o->how.schedule.epochs) {
        p->drops++;
        p->without = 0;
    }
}

int64_t lhi_optim_drops(lhi_plateau *p, const lhi_optim *o, const double *series, size_t count)
{
    lhi_plateau now;

    while (p->seen + 1 < count)
        look(p, o, series[p->seen]);
    now = *p;
    if (now.seen < count)
        look(&now, o, series[now.seen]);
    return now.drops;
}
