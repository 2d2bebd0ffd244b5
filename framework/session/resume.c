/* resume.c -- going on from a checkpoint: one that is named, or the newest of this command. */
/* SPDX-License-Identifier: MIT */
#include "framework/session/keep.h"

#include "framework/store/store.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mode { NEVER, NAMED, AUTO, REQUIRE };

/* What schedulers tell of a job that they have begun before: Slurm and Grid Engine count, LSF says
 * Y.  PBS tells a job nothing of the kind. */
static const char *requeued_by(void)
{
    static const char *const told[][2] = {
        {"SLURM_RESTART_COUNT", "Slurm"}, {"LSB_RESTART", "LSF"}, {"RESTARTED", "Grid Engine"}};

    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const char *value = lhi_sys_env(told[i][0]);

        if (value && value[0] && strcmp(value, "0") != 0 && strcmp(value, "N") != 0)
            return told[i][1];
    }
    return NULL;
}

static enum mode mode_of(const lh_ctx *c)
{
    const char *how = c->set.resume;

    if (!how[0])
        return requeued_by() ? AUTO : NEVER;
    return strcmp(how, "auto") == 0      ? AUTO
           : strcmp(how, "require") == 0 ? REQUIRE
           : strcmp(how, "never") == 0   ? NEVER
                                         : NAMED;
}

static void say_going_on(const lh_run *r, const char *path)
{
    lh_say(r->c, "going on from %s after epoch %ld, step %ld%s", path, r->epoch, r->step,
           r->epoch >= r->epochs    ? ": no epoch is left to do"
           : lhi_run_has_ended(r) ? ": its patience had ended it"
                                  : "");
}

/* Before the first step: a program that announces no file has nothing beside it. */
static void miss(lh_run *r, void *arg)
{
    lhi_hook *h = arg;

    h->at = (double)INFINITY;
    for (const lhi_keeper *k = r->c->keepers; k; k = k->next)
        if (k->r == r)
            return;
    if (mode_of(r->c) == REQUIRE)
        lhi_fail(r->c, LH_EUSAGE, "give --resume=FILE, or call lh_will_save() before the training",
                 "--resume=require: this run has not said where it will be saved, so there is no "
                 "place to look");
    else if (r->c->set.resume[0])
        lhi_warn(r->c, "--resume=auto: this run has not said where it will be saved, so there is "
                 "no place to look; it begins anew");
}

int lhi_resume_file(lh_run *r)
{
    const enum mode how = mode_of(r->c);
    const char *path = r->c->set.resume;
    lhi_hook *h;
    lhi_state s;

    if (how == NAMED && lhi_store_read(r->c, path, &s) == LH_OK &&
        lhi_run_restore(r, &s, path) == LH_OK)
        say_going_on(r, path);
    if ((how == AUTO || how == REQUIRE) && (h = lhi_alloc(r->c, sizeof *h)) != NULL) {
        *h = (lhi_hook){.f = miss, .arg = h, .at = -(double)INFINITY, .step = LONG_MAX,
                        .epoch = LONG_MAX};
        lhi_run_hook(r, h);
    }
    return lhi_ok(r->c);
}

/* The steps of the checkpoints beside a path, by their names. */
typedef struct found {
    const lhi_keeper *k;
    const char *name;       /* of the path, without its folder */
    long *step, *kept;      /* ascending; those that stay for good */
    size_t steps, step_room, kepts, kept_room;
} found;

static void add(lh_ctx *c, long **list, size_t *count, size_t *room, long step)
{
    size_t i;

    if (lhi_grow(c, list, room, *count + 1, sizeof **list) != 0)
        return;
    for (i = (*count)++; i > 0 && (*list)[i - 1] > step; i--)
        (*list)[i] = (*list)[i - 1];
    (*list)[i] = step;
}

/* Is it "STEM-STEP.END" or "STEM-STEP-kept.END"? */
static void look_at(void *arg, const char *name)
{
    found *f = arg;
    const char *dot = strrchr(f->name, '.');
    const size_t stem = dot && dot > f->name ? (size_t)(dot - f->name) : strlen(f->name);
    const char *digits = name + stem + 1;
    size_t length;
    int kept;

    if (strncmp(name, f->name, stem) != 0 || name[stem] != '-')
        return;
    length = strspn(digits, "0123456789");
    kept = strncmp(digits + length, "-kept", 5) == 0;
    if (length == 0 || length > 18 || strcmp(digits + length + (kept ? 5 : 0), f->name + stem) != 0)
        return;
    if (kept)
        add(f->k->r->c, &f->kept, &f->kepts, &f->kept_room, strtol(digits, NULL, 10));
    else
        add(f->k->r->c, &f->step, &f->steps, &f->step_room, strtol(digits, NULL, 10));
}

/* Reads one into a context of its own, which is emptied with it. */
static lh_status read_apart(lh_ctx *apart, const char *path, lhi_state *s, char *why, size_t room)
{
    *apart = (lh_ctx){.program = "", .set.quiet = 1};
    if (lhi_store_read(apart, path, s) == LH_OK)
        return LH_OK;
    return lhi_take_back(apart, why, room);
}

/* What a checkpoint of this command says of its run. */
typedef struct reached {
    long step, epoch;
    int ended; /* by its patience */
} reached;

/* LH_OK when a file is whole and of this command, and with `take` the run goes on from it then;
 * else what it is, and why. */
static lh_status try(lh_run *r, const char *path, int take, reached *at, char *why, size_t room)
{
    lh_ctx apart;
    lhi_state s;
    lh_status status = read_apart(&apart, path, &s, why, room);

    if (status == LH_OK) {
        *at = (reached){(long)s.step, (long)s.epoch,
                        s.watch[0] && s.patience > 0 && s.epoch - s.best_epoch >= s.patience};
        if (lhi_run_compare_command(r, &s, path) == LH_OK && take)
            lhi_run_restore(r, &s, path);
        status = lhi_ok(r->c) ? LH_OK : lhi_take_back(r->c, why, room);
    }
    lhi_ctx_empty(&apart);
    if (status == LH_ENOMEM) /* it may be whole: nothing must take its place */
        lhi_fail(r->c, LH_ENOMEM, NULL, "%s could not be looked at: %s", path, why);
    return status;
}

/* It is there, and the system did not let it be read now. */
static int is_unread(const char *path, lh_status status)
{
    return status == LH_EIO || (status == LH_ENOINPUT && lhi_sys_is_folder(path) != -ENOENT);
}

static void reject(const lh_run *r, const char *why)
{
    lhi_warn(r->c, "passed over: %s", why);
}

/* Goes on from the newest that is whole, where it is newer than what the run has. */
static void take_newest(lhi_keeper *k, const long *step, size_t steps, int kept,
                        char taken[LHI_PATH])
{
    char name[LHI_PATH], why[1500];
    reached at;

    while (steps-- > 0 && step[steps] > k->r->step)
        if (!lhi_keep_name(k, step[steps], kept, name))
            continue;
        else if (try(k->r, name, 1, &at, why, sizeof why) != LH_OK)
            reject(k->r, why);
        else
            memcpy(taken, name, sizeof name);
}

/* Those of this run's earlier lives are counted with what it will keep. */
static void count_older(lhi_keeper *k, const found *f)
{
    char name[LHI_PATH], why[1500];
    reached at;

    for (size_t i = 0; i < f->steps && f->step[i] <= k->r->step; i++)
        if (f->step[i] != k->here && lhi_keep_name(k, f->step[i], 0, name) &&
            try(k->r, name, 0, &at, why, sizeof why) == LH_OK)
            lhi_keep_older(k, f->step[i]);
}

/* One that is not at its end would be replaced by a run that begins anew. */
static void spare_unfinished(lhi_keeper *k)
{
    const lh_run *r = k->r;
    char name[LHI_PATH], why[1500];
    reached at;
    lh_status status;

    status = try(k->r, k->path, 0, &at, why, sizeof why);
    if (is_unread(k->path, status))
        lhi_warn(r->c, "%s; this run begins anew, and will replace it", why);
    if (status != LH_OK || at.step == 0 || at.ended || at.epoch >= r->epochs ||
        !lhi_keep_name(k, at.step, 0, name))
        return;
    k->here = k->spare = at.step;
    lh_say(r->c, "%s is of this command and not at its end (epoch %ld of %ld, step %ld): "
           "--resume=auto goes on with it; this run begins anew, and it stays as %s",
           k->path, at.epoch, r->epochs, at.step, name);
}

static void take_up(lhi_keeper *k, enum mode how)
{
    lh_run *r = k->r;
    char taken[LHI_PATH] = "", why[1500];
    const char *slash = strrchr(k->path, '/');
    found f = {.k = k, .name = slash ? slash + 1 : k->path};
    reached at;
    lh_status status;
    int unread = 0;

    if (how == AUTO && !r->c->set.resume[0])
        lh_say(r->c, "%s has begun this job before: going on as with --resume=auto",
               requeued_by());
    lhi_sys_each_beside(k->path, look_at, &f);
    if (how == NAMED) {
        k->here = strcmp(r->c->set.resume, k->path) == 0 ? r->step : -1;
    } else if ((status = try(r, k->path, 1, &at, why, sizeof why)) == LH_OK) {
        k->here = r->step;
        snprintf(taken, sizeof taken, "%s", k->path);
    } else {
        unread = is_unread(k->path, status);
        if (unread || status != LH_ENOINPUT)
            reject(r, why);
    }
    if (how != NAMED) {
        take_newest(k, f.step, f.steps, 0, taken);
        take_newest(k, f.kept, f.kepts, 1, taken);
    }
    if (taken[0])
        say_going_on(r, taken);
    else if (unread && lhi_ok(r->c)) /* perhaps the work of days: nothing must take its place */
        lhi_fail(r->c, LH_EIO, "try again when it can be; --resume=never begins anew", "%s", why);
    else if (how == REQUIRE)
        lhi_fail(r->c, LH_ENOINPUT, "--resume=auto begins anew then",
                 "--resume=require: there is no checkpoint of this command to go on from beside %s",
                 k->path);
    else if (how == AUTO)
        lh_say(r->c, "nothing to go on from beside %s: this run begins anew", k->path);
    if (taken[0] || how == NAMED)
        count_older(k, &f);
    lhi_release(r->c, f.step);
    lhi_release(r->c, f.kept);
}

void lhi_resume_beside(lhi_keeper *k)
{
    const enum mode how = mode_of(k->r->c);

    if (k->r->step > 0 && how != NAMED)
        return; /* it goes on already */
    if (how != NEVER)
        take_up(k, how);
    else if (!k->r->c->set.resume[0])
        spare_unfinished(k);
}
