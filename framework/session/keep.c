/* keep.c -- saving a run while it goes on: when, from a copy, by a thread, and what stays. */
/* SPDX-License-Identifier: MIT */
#include "framework/session/keep.h"

#include "framework/base/duration.h"
#include "framework/base/floats.h"
#include "framework/base/place.h"
#include "framework/base/stop.h"
#include "framework/base/text.h"
#include "framework/session/session.h"
#include "framework/store/store.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Seconds after which a save in the making is looked at again. */
static const double again = 0.25;

lhi_keeper *lhi_keeper_of(const lh_run *r, const char *path)
{
    for (lhi_keeper *k = r->c->keepers; k; k = k->next)
        if (k->r == r && k->path && strcmp(k->path, path) == 0)
            return k;
    return NULL;
}

/* The path with a word before its ending. */
static int name_beside(const lhi_keeper *k, const char *word, char name[LHI_PATH])
{
    const char *slash = strrchr(k->path, '/'), *dot = strrchr(k->path, '.');
    const int stem = dot && dot > (slash ? slash + 1 : k->path) ? (int)(dot - k->path)
                                                                : (int)strlen(k->path);

    return snprintf(name, LHI_PATH, "%.*s-%s%s", stem, k->path, word, k->path + stem) < LHI_PATH;
}

int lhi_keep_name(const lhi_keeper *k, long step, int for_good, char name[LHI_PATH])
{
    char word[40];

    snprintf(word, sizeof word, "%ld%s", step, for_good ? "-kept" : "");
    return name_beside(k, word, name);
}

/* Gives what stands at the path a second name. */
static int keep_here(lhi_keeper *k, int for_good)
{
    char name[LHI_PATH];
    const int status = lhi_keep_name(k, k->here, for_good, name) ? lhi_sys_link(k->path, name)
                                                                 : -ENAMETOOLONG;

    if (status != 0)
        lhi_format(k->problem, sizeof k->problem,
                   "an older checkpoint could not be kept beside %s: %s", k->path,
                   strerror(-status));
    return status == 0;
}

static void remove_too_many(lhi_keeper *k)
{
    char name[LHI_PATH];

    while (k->olders > (size_t)k->r->c->set.keep - 1) {
        if (lhi_keep_name(k, k->older[0], 0, name))
            lhi_sys_unlink(name);
        memmove(k->older, k->older + 1, --k->olders * sizeof *k->older);
    }
}

void lhi_keep_older(lhi_keeper *k, long step)
{
    if (k->olders > 0 && k->older[k->olders - 1] == step)
        return;
    if (k->olders == (size_t)k->r->c->set.keep)
        remove_too_many(k);
    k->older[k->olders++] = step;
}

/* The new one, when the one before it is kept as it should be.  What fails is kept in c, or in
 * k->problem where only an older one is not kept. */
static void write_one(lhi_keeper *k, lh_ctx *c, const lhi_state *s)
{
    const int spare = k->here >= 0 && k->here == k->spare;

    if (k->here >= 0 && k->here != s->step && (spare || k->r->c->set.keep > 1) &&
        keep_here(k, 0) && !spare)
        lhi_keep_older(k, k->here);
    switch (lhi_store_write(c, s, k->path)) {
    case LH_OK:
        k->here = (long)s->step;
        remove_too_many(k);
        break;
    case LH_EIO: /* nobody knows what stands there; the one before it has its second name */
        k->here = -1;
        break;
    default:
        break;
    }
}

static void tell(lhi_keeper *k)
{
    if (k->problem[0] && strcmp(k->problem, k->told) != 0)
        lhi_warn(k->r->c, "%s", k->problem);
    else if (!k->problem[0] && k->told[0])
        lh_say(k->r->c, "%s could be saved again", k->path);
    memcpy(k->told, k->problem, sizeof k->told);
}

static int stays_for_good(const lhi_keeper *k)
{
    const int every = k->r->c->set.keep_every;

    return every > 0 && k->saves % every == 0;
}

/* On the thread, or where there is none to be had in its place. */
static void write_snapshot(void *arg)
{
    lhi_keeper *k = arg;
    lh_ctx *c = &k->beside;
    LHI_USUAL_FLOATS(c);

    k->problem[0] = 0;
    write_one(k, c, &k->snapshot.state);
    if (!lhi_ok(c))
        lhi_take_back(c, k->problem, sizeof k->problem);
    else if (stays_for_good(k))
        keep_here(k, 1);
    lhi_ctx_empty(c);
    k->took = lhi_sys_clock() - k->began;
}

void lhi_keep_wait(lhi_keeper *k)
{
    if (!k->busy)
        return;
    lhi_sys_thread_end(&k->thread);
    k->busy = 0;
    lhi_stop_saving(k->r->c, k->took);
    tell(k);
}

static long next_multiple(long done, long every)
{
    return every > 0 && done < LONG_MAX - every ? (done / every + 1) * every : LONG_MAX;
}

static void set_hook(lhi_keeper *k)
{
    const double soon = lhi_sys_clock() + again;

    k->hook.at = k->busy && soon < k->at ? soon : k->at;
    k->hook.step = k->step;
    k->hook.epoch = k->epoch;
}

static void plan(lhi_keeper *k)
{
    const lhi_every *every = &k->r->c->set.save_every;

    k->at = every->seconds > 0 ? lhi_sys_clock() + every->seconds : (double)INFINITY;
    k->step = next_multiple(k->r->step, every->steps);
    k->epoch = next_multiple(k->r->epoch, every->epochs);
    set_hook(k);
}

void lhi_keep_now(lhi_keeper *k, const lhi_state *s)
{
    k->problem[0] = 0;
    write_one(k, k->r->c, s);
    if (lhi_ok(k->r->c))
        tell(k);
    plan(k);
}

/* The run goes on while an older state of it is written: it is copied first. */
static void begin_save(lhi_keeper *k)
{
    lh_run *r = k->r;
    lhi_state s;

    if (lhi_run_state(r, &s) == LH_OK) {
        if (!r->c->set.reproducible)
            s.provenance_count = lhi_provenance(r->c, &s.provenance);
        lhi_snapshot_take(r->c, &k->snapshot, &s);
    }
    lhi_run_state_free(r, &s);
    if (!lhi_ok(r->c)) {
        lhi_take_back(r->c, k->problem, sizeof k->problem);
        tell(k);
        return;
    }
    k->saves++;
    k->began = lhi_sys_clock();
    k->busy = lhi_sys_thread_begin(&k->thread, write_snapshot, k) == 0;
    if (!k->busy) {
        write_snapshot(k);
        tell(k);
    }
}

static void tell_slow(lhi_keeper *k)
{
    if (!k->slow_told)
        lhi_warn(k->r->c, "a save of %s takes longer than the time between two of them: it is %.3g "
                 "s old, and this one is left out; --save-every=20m would ask for fewer",
                 k->path, lhi_sys_clock() - k->began);
    k->slow_told = 1;
}

static void turn(lh_run *r, void *arg)
{
    lhi_keeper *k = arg;

    if (k->busy && lhi_sys_thread_done(&k->thread))
        lhi_keep_wait(k);
    if (lhi_sys_clock() < k->at && r->step < k->step && r->epoch < k->epoch) {
        set_hook(k);
        return;
    }
    if (k->busy)
        tell_slow(k);
    else
        begin_save(k);
    plan(k);
}

/* The newest checkpoint of the run that stands there; 0: there is none. */
static int newest(const lhi_keeper *k, char name[LHI_PATH])
{
    if (k->here >= 0)
        return snprintf(name, LHI_PATH, "%s", k->path) < LHI_PATH;
    return k->olders > 0 && lhi_keep_name(k, k->older[k->olders - 1], 0, name);
}

/* A step is not finite: the run as it was before it is saved beside what stands there.  Where a
 * step before it has moved a parameter to what is no number, the newest checkpoint leads there. */
static void save_wrong(lh_run *r, void *arg, char *done, size_t room, char *hint,
                       size_t hint_room)
{
    lhi_keeper *k = arg;
    const int own = r->bound || r->own > 0 || !r->d->frame;
    char name[LHI_PATH], why[900];
    lh_status status;
    lhi_state s;

    lhi_keep_wait(k);
    if (!name_beside(k, "nonfinite", name))
        return;
    if (lhi_run_state(r, &s) == LH_OK) {
        if (!r->c->set.reproducible)
            s.provenance_count = lhi_provenance(r->c, &s.provenance);
        lhi_store_write(r->c, &s, name);
    }
    lhi_run_state_free(r, &s);
    status = lhi_ok(r->c) ? LH_OK : lhi_take_back(r->c, why, sizeof why);
    if (status != LH_OK)
        snprintf(done, room, "\n  %s", why);
    else
        snprintf(done, room, "\n  the run as it was before that step is saved as %s", name);
    if (!own && (status == LH_OK || newest(k, name)))
        snprintf(hint, hint_room, "longhand replay %s shows what goes wrong; ", name);
    else if (!own)
        snprintf(hint, hint_room,
                 "with a checkpoint from before it (--save-every=1epochs) longhand replay shows "
                 "the step that moved it; ");
}

/* Nobody writes there any more for this run. */
static void leave(lhi_keeper *k)
{
    if (k->r->wrong_arg == k)
        k->r->wrong = NULL;
    lhi_keep_wait(k);
    if (k->claimed)
        lhi_sys_unclaim(&k->claim);
    k->claimed = 0;
    k->path = NULL;
    lhi_release(k->r->c, k->snapshot.block);
    k->snapshot = (lhi_snapshot){.room = 0};
    k->hook.at = (double)INFINITY;
    k->hook.step = k->hook.epoch = LONG_MAX;
}

static void at_close(void *arg)
{
    leave(arg);
}

/* Runs of one context may have one path, one after another. */
static void take_over(lh_ctx *c, const char *path)
{
    for (lhi_keeper *k = c->keepers; k; k = k->next)
        if (k->path && strcmp(k->path, path) == 0)
            leave(k);
}

/* The folder belongs to one run: two would replace each other's checkpoints. */
static void claim(lhi_keeper *k)
{
    lh_ctx *c = k->r->c;
    const int status = lhi_sys_claim(&k->claim, k->path);

    k->claimed = status == 0;
    if (status == -EWOULDBLOCK)
        lhi_fail(c, LH_EIO, "give another place (--out=FOLDER), or wait for the end of that run",
                 "%s is being written by another run: %s", k->path,
                 k->claim.holder[0] ? k->claim.holder : "a process that has just begun");
    else if (status != 0)
        lhi_warn(c, "%s cannot be locked (%s): see to it that no other run writes %s",
                 k->claim.path, strerror(-status), k->path);
    else if (k->claim.holder[0] && !k->claim.sure)
        lhi_warn(c, "%s was left by %s: on this file system nobody can know whether it still runs; "
                 "this run goes on, and two of them would replace each other's checkpoints",
                 k->claim.path, k->claim.holder);
}

static lhi_keeper *keeper_new(lh_run *r, const char *path)
{
    lh_ctx *c = r->c;
    lhi_keeper *k = lhi_alloc(c, sizeof *k);

    if (!k)
        return NULL;
    k->path = lhi_strdup(c, path);
    k->older = lhi_alloc_array(c, (size_t)c->set.keep + 1, sizeof *k->older);
    if (!lhi_ok(c))
        return NULL;
    k->r = r;
    k->here = k->spare = -1;
    k->beside.program = c->program;
    k->beside.set.quiet = 1;
    k->beside.floats_told = UINT_MAX;
    k->hook = (lhi_hook){.f = turn, .arg = k};
    take_over(c, path);
    claim(k);
    k->next = c->keepers;
    c->keepers = k;
    lhi_at_close(c, at_close, k);
    return k;
}

static void announce(lh_run *r, const char *path)
{
    lh_ctx *c = r->c;
    lhi_keeper *k;
    lhi_state s;

    if (lhi_run_state(r, &s) == LH_OK)
        lhi_place_try(c, path, lhi_store_least(&s));
    lhi_run_state_free(r, &s);
    if (!lhi_ok(c) || c->set.check || c->set.dry_run || !lhi_sys_holds_file(path) ||
        lhi_keeper_of(r, path))
        return;
    k = keeper_new(r, path);
    if (k && lhi_ok(c))
        lhi_resume_beside(k);
    if (!k || !lhi_ok(c)) {
        r->inert = 1; /* it must not write there, and not begin anew where it should go on */
        return;
    }
    if (c->silent) /* another rank saves */
        return;
    plan(k);
    lhi_run_hook(r, &k->hook);
    r->wrong = save_wrong;
    r->wrong_arg = k;
}

lh_status lh_will_save(lh_run *r, const char *path)
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);

    if (!r)
        return LH_EUSAGE;
    if (!lhi_ok(r->c) || r->inert)
        return r->c->status;
    if (!path || !path[0])
        lhi_fail(r->c, LH_EUSAGE, NULL, "lh_will_save: there is no path");
    else if (lhi_run_good(r, "lh_will_save"))
        announce(r, path);
    return lhi_call_ends_if_trained(r->c);
}
