/* stop.c -- whether a program is to end before its work is done: asked by a signal, or by time. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/stop.h"

#include "framework/base/duration.h"
#include "framework/system/sys.h"

#include <stdio.h>
#include <stdlib.h>

enum { AFTERWARDS = 5 }; /* seconds for figures and files after a run that was stopped */
enum reason { NOBODY, SIGNAL, LIMIT, JOB };

static void end_signals(void *unused)
{
    (void)unused;
    lhi_sys_signals_end();
}

/* When the job ends that the program is a part of, in seconds since 1970; 0 where nobody says so,
 * or where it has passed: a job that was given more time keeps its environment. */
static int64_t end_of_job(void)
{
    const char *text = lhi_sys_env("SLURM_JOB_END_TIME");
    char *end;
    const long long at = text ? strtoll(text, &end, 10) : 0;

    return at > 0 && *end == 0 && at > lhi_sys_time() ? at : 0;
}

void lhi_stop_begin(lh_ctx *c)
{
    lhi_deadline *l = &c->deadline;

    l->began = lhi_sys_clock();
    l->job_at = end_of_job();
    if (l->job_at > 0)
        l->job = l->began + (double)(l->job_at - lhi_sys_time());
    if (c->argc > 0) {
        lhi_sys_signals_begin();
        lhi_at_close(c, end_signals, NULL);
    }
}

static int is_limited(const lh_ctx *c)
{
    return c->set.max_time > 0 || c->deadline.job_at > 0;
}

/* What is kept for the end of so much time: the step that a run is at, its save, which may meet a
 * slower disk, and what comes after it. */
static double margin(const lh_ctx *c, double all)
{
    const lhi_deadline *l = &c->deadline;

    return l->pause[1] + 2 * l->saving + (all < 10 * AFTERWARDS ? all / 10 : AFTERWARDS);
}

static enum reason asked(const lh_ctx *c)
{
    const lhi_deadline *l = &c->deadline;
    double now;

    if (lhi_sys_signalled())
        return SIGNAL;
    if (!is_limited(c))
        return NOBODY;
    now = lhi_sys_tick();
    if (c->set.max_time > 0 && now >= l->began + c->set.max_time - margin(c, c->set.max_time))
        return LIMIT;
    /* The scheduler goes by the time of day, which may be set forward; back it gives nothing. */
    if (l->job_at > 0) {
        const double kept = margin(c, l->job - l->began);

        if (now >= l->job - kept || (double)lhi_sys_time() >= (double)l->job_at - kept)
            return JOB;
    }
    return NOBODY;
}

/* The longest of them may be one in which the process itself was stopped (SIGSTOP), so it is the
 * one after it that counts. */
static void note_pause(lhi_deadline *l)
{
    const double now = lhi_sys_tick(), pause = l->looked > 0 ? now - l->looked : 0;

    l->looked = now;
    if (pause > l->pause[0]) {
        l->pause[1] = l->pause[0];
        l->pause[0] = pause;
    } else if (pause > l->pause[1])
        l->pause[1] = pause;
}

int lhi_stops(lh_ctx *c)
{
    if (is_limited(c))
        note_pause(&c->deadline);
    return asked(c) != NOBODY;
}

int lhi_hurries(const lh_ctx *c)
{
    return c->stopped ? lhi_sys_tick() > c->deadline.until : asked(c) != NOBODY;
}

int lhi_gives_up(lh_ctx *c, const char *work)
{
    char text[80];

    if (c->under_way > 0 || !lhi_hurries(c))
        return 0;
    lhi_fail(c, LH_ESTOPPED, NULL, "stopped %s while %s", lhi_stop_reason(c, text), work);
    return 1;
}

void lhi_stop_under_way(lh_ctx *c, int begins)
{
    c->under_way += begins ? 1 : -1;
    c->deadline.looked = 0;
}

void lhi_stopped(lh_ctx *c)
{
    lhi_deadline *l = &c->deadline;

    if (!c->stopped)
        l->until = lhi_sys_clock() + AFTERWARDS;
    if (!c->stopped && asked(c) == LIMIT && l->began + c->set.max_time < l->until)
        l->until = l->began + c->set.max_time;
    c->stopped = 1;
}

void lhi_stop_saving(lh_ctx *c, double seconds)
{
    if (seconds > c->deadline.saving)
        c->deadline.saving = seconds;
}

const char *lhi_stop_reason(const lh_ctx *c, char text[80])
{
    char span[LHI_DURATION_TEXT];

    switch (asked(c)) {
    case NOBODY:
        snprintf(text, 80, "%s", c->ranks ? "with a rank that was asked to" : "");
        break;
    case SIGNAL:
        snprintf(text, 80, "by %s", lhi_sys_signal_name(lhi_sys_signalled()));
        break;
    case LIMIT:
        lhi_duration_text(c->set.max_time, span);
        snprintf(text, 80, "in time for --max-time=%s", span);
        break;
    case JOB:
        snprintf(text, 80, "before the job ends (SLURM_JOB_END_TIME)");
        break;
    }
    return text;
}

void lhi_stop_tell(lh_ctx *c)
{
    char span[LHI_DURATION_TEXT];

    if (c->deadline.job_at == 0)
        return;
    lhi_duration_text(c->deadline.job - lhi_sys_clock(), span);
    lh_say(c, "the job ends in %s (SLURM_JOB_END_TIME): the run stops in time to be saved", span);
}
