/* fsck.c -- what stands in a run's folder: is it whole, whose is it, and what was left behind. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/quote.h"
#include "framework/base/type.h"
#include "framework/report/report.h"
#include "framework/session/session.h"
#include "framework/system/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Checkpoints of one announced path: "model.h5", "model-120.h5", "model-120-kept.h5". */
typedef struct family {
    char *path;            /* the name of the first, without the folder */
    char *newest;          /* that goes on farthest; NULL: none is whole */
    long rank, step, epoch; /* of that; rank: the steps that it is found by */
    lhi_text csv, lines;   /* its history, as files have it */
} family;

typedef struct look {
    lh_ctx *c;
    const char *folder;
    int removes;
    lhi_text out;
    char **name;
    size_t names, name_room;
    family *family;
    size_t families, family_room;
    size_t checkpoints, whole, faults;
    int at_work;           /* a process has one of the paths for itself */
} look;

static void add_name(void *arg, const char *name)
{
    look *l = arg;

    if (lhi_grow(l->c, &l->name, &l->name_room, l->names + 1, sizeof *l->name) == 0 &&
        (l->name[l->names] = lhi_strdup(l->c, name)) != NULL)
        l->names++;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void line(look *l, const char *name, const char *text)
{
    lhi_text_add(&l->out, "  ");
    lhi_add_legible(&l->out, name, strlen(name));
    lhi_text_add(&l->out, "%*s", strlen(name) < 22 ? 22 - (int)strlen(name) : 0, "");
    lhi_text_add(&l->out, "  ");
    lhi_add_legible(&l->out, text, strlen(text));
    lhi_text_put(&l->out, "\n", 1);
}

static void fault(look *l, const char *name, const char *text)
{
    l->faults++;
    line(l, name, text);
}

static const char *path_of(look *l, const char *name, char path[LHI_PATH])
{
    snprintf(path, LHI_PATH, "%s/%s", l->folder, name);
    return path;
}

/* --- checkpoints --- */

/* The first bytes: 1 of a checkpoint; 0 of another file; -1 of what should be one and is not. */
static int begins_as_ours(look *l, const char *name)
{
    char path[LHI_PATH], start[8] = "";
    enum lhi_file_kind kind;
    uint64_t size;
    int result = lhi_ends_with(name, ".h5") ? -1 : 0, fd;

    if (strstr(name, ".lh-") && lhi_ends_with(name, ".tmp"))
        return 0; /* in the making */
    fd = lhi_sys_open(path_of(l, name, path), &kind, &size);
    if (fd < 0)
        return result;
    if (kind != LHI_FILE_REGULAR ||
        (size >= sizeof start && lhi_sys_read(fd, start, sizeof start) == 0 &&
         memcmp(start, "\x89HDF\r\n\x1a\n", sizeof start) == 0))
        result = 0; /* a folder, or arrays of somebody */
    else if (memcmp(start, "LONGHAND", sizeof start) == 0)
        result = 1;
    lhi_sys_close(fd);
    return result;
}

/* The steps that its name says, and the length of what stands before them; -1: none. */
static long steps_of(const char *name, size_t *stem)
{
    const char *dot = strrchr(name, '.'), *end = dot ? dot : name + strlen(name), *at;

    if (end - name > 5 && strncmp(end - 5, "-kept", 5) == 0)
        end -= 5;
    for (at = end; at > name && at[-1] >= '0' && at[-1] <= '9'; at--)
        continue;
    if (at == end || end - at > 18 || at - name < 2 || at[-1] != '-')
        return -1;
    *stem = (size_t)(at - 1 - name);
    return strtol(at, NULL, 10);
}

static family *family_of(look *l, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t stem = 0;
    char *path = steps_of(name, &stem) < 0
                     ? lhi_strdup(l->c, name)
                     : lhi_strf(l->c, "%.*s%s", (int)stem, name, dot ? dot : "");

    for (size_t i = 0; path && i < l->families; i++)
        if (strcmp(l->family[i].path, path) == 0)
            return &l->family[i];
    if (!path || lhi_grow(l->c, &l->family, &l->family_room, l->families + 1,
                          sizeof *l->family) != 0)
        return NULL;
    l->family[l->families] = (family){.path = path, .rank = -1, .csv = {.c = l->c},
                                      .lines = {.c = l->c}};
    return &l->family[l->families++];
}

/* As --resume=auto has it: the one with the most steps, which a name beside the path says, and of
 * equal ones that of the path. */
static void count_in(look *l, const char *name, long named, const lhi_state *s)
{
    const long rank = named >= 0 ? named : (long)s->step;
    family *f = family_of(l, name);

    if (!f || rank < f->rank || (rank == f->rank && named >= 0))
        return;
    f->rank = rank;
    lhi_text_free(&f->csv);
    lhi_text_free(&f->lines);
    f->newest = lhi_strdup(l->c, name);
    f->step = (long)s->step;
    f->epoch = (long)s->epoch;
    lhi_history_text(&f->csv, s, "history.csv");
    lhi_history_text(&f->lines, s, "history.jsonl");
}

/* What is wrong with it, without its path, which stands before it. */
static void tell_damage(look *l, const char *name, const char *path, const lh_ctx *apart)
{
    const char *message = lh_message(apart), *rest = message + strlen(path);
    char text[3200];

    if (lh_error(apart) == LH_ENOMEM)
        lhi_fail(l->c, LH_ENOMEM, NULL, "%s", message);
    if (strncmp(message, path, strlen(path)) != 0)
        snprintf(text, sizeof text, "NOT READ: %s", message);
    else
        snprintf(text, sizeof text, "NOT WHOLE:%s%s", *rest == ':' ? "" : " it",
                 rest + (*rest == ':'));
    text[strcspn(text, "\n")] = 0;
    fault(l, name, text);
}

static void hush(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static void look_at_checkpoint(look *l, const char *name)
{
    lh_ctx apart = {.program = "", .set.quiet = 1, .say = hush};
    const int begins = begins_as_ours(l, name);
    char path[LHI_PATH], text[200];
    lh_checkpoint *k;
    size_t stem;
    long step;

    if (begins == 0)
        return;
    l->checkpoints++;
    k = lh_checkpoint_open(&apart, path_of(l, name, path));
    step = steps_of(name, &stem);
    if (!k) {
        tell_damage(l, name, path, &apart);
        if (lh_error(&apart) == LH_EFORMAT) /* one that cannot be read is not passed over */
            family_of(l, name);
    } else {
        l->whole++;
        snprintf(text, sizeof text, "whole: epoch %lld, step %lld, %zu parameters of %s",
                 (long long)k->state.epoch, (long long)k->state.step, k->state.params,
                 lhi_type_name(k->state.type));
        line(l, name, text);
        if (step >= 0 && step != k->state.step)
            fault(l, name, "its name says another step");
        count_in(l, name, step, &k->state);
    }
    lhi_ctx_empty(&apart);
}

/* --- what stands beside them --- */

/* The line in which two texts differ first, counted from 1. */
static size_t first_other_line(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t row = 1;

    for (size_t i = 0; i < a_size && i < b_size && a[i] == b[i]; i++)
        row += a[i] == '\n';
    return row;
}

static void compare_history(look *l, const family *f, const char *name, const lhi_text *own,
                            const char *found, size_t size)
{
    const char *const newest = f->newest;
    const char *at = own->at ? own->at : "";
    char text[600];

    if (size == own->size && memcmp(found, at, size) == 0) {
        snprintf(text, sizeof text, "the history of %.200s", newest);
        line(l, name, text);
        return;
    }
    if (size < own->size && memcmp(found, at, size) == 0)
        snprintf(text, sizeof text, "ends before the history of %.200s does", newest);
    else if (size > own->size && memcmp(found, at, own->size) == 0)
        snprintf(text, sizeof text, "goes on behind the history of %.200s", newest);
    else
        snprintf(text, sizeof text, "NOT the history of %.200s: line %zu is another", newest,
                 first_other_line(found, size, at, own->size));
    (l->at_work ? line : fault)(l, name, text); /* a run writes it at its end */
}

/* Those of longhand train: of model.h5, or of the only run that is here. */
static void look_at_history(look *l, const char *name)
{
    const int csv = strcmp(name, "history.csv") == 0;
    char path[LHI_PATH], *bytes = NULL;
    const family *f = NULL;
    enum lhi_file_kind kind;
    size_t runs = 0; /* of which something is whole */
    uint64_t size;
    int fd;

    for (size_t i = 0; i < l->families; i++)
        if (strcmp(l->family[i].path, "model.h5") == 0) {
            f = &l->family[i];
            runs = 1;
            break;
        } else if (l->family[i].newest && runs++ == 0)
            f = &l->family[i];
    if (!f || !f->newest || runs != 1 || (!csv && strcmp(name, "history.jsonl") != 0))
        return;
    fd = lhi_sys_open(path_of(l, name, path), &kind, &size);
    if (fd >= 0 && kind == LHI_FILE_REGULAR && size < PTRDIFF_MAX / 2)
        bytes = lhi_alloc(l->c, (size_t)size + 1);
    if (bytes && lhi_sys_read(fd, bytes, (size_t)size) == 0)
        compare_history(l, f, name, csv ? &f->csv : &f->lines, bytes, (size_t)size);
    else
        fault(l, name, "cannot be read");
    if (fd >= 0)
        lhi_sys_close(fd);
    lhi_release(l->c, bytes);
}

static void look_at_lock(look *l, const char *name)
{
    char path[LHI_PATH], text[LHI_CLAIM_TEXT + 80];
    lhi_claim k;
    int status;

    if (!lhi_ends_with(name, ".lock"))
        return;
    path_of(l, name, path);
    path[strlen(path) - strlen(".lock")] = 0;
    status = lhi_sys_look_at_claim(&k, path);
    if (status == -EWOULDBLOCK) {
        l->at_work = 1;
        snprintf(text, sizeof text, "at work: %s", k.holder);
        line(l, name, text);
    } else if (status == 0 && strncmp(k.holder, "process ", 8) == 0) {
        const int gone = k.sure && l->removes && lhi_sys_claim(&k, path) == 0;

        if (gone)
            lhi_sys_unclaim(&k);
        snprintf(text, sizeof text, "%s: %s%s", k.sure ? "left by a process that is gone"
                                                       : "nobody can know whether it lives",
                 k.holder, gone ? "; removed" : "");
        (gone ? line : fault)(l, name, text);
    }
}

static void tell_leftover(void *arg, const char *path, uint64_t bytes, int state)
{
    look *l = arg;
    const char *name = strrchr(path, '/') + 1;
    char text[120];

    snprintf(text, sizeof text, "%llu bytes of a file in the making, %s",
             (unsigned long long)bytes,
             state == 2              ? "at work"
             : state == 0            ? "nobody can know whether its process lives"
             : l->removes ? "left by a process that is gone; removed"
                          : "left by a process that is gone");
    (state == 2 || (state == 1 && l->removes) ? line : fault)(l, name, text);
}

static void tell_resume(look *l)
{
    for (size_t i = 0; i < l->families; i++) {
        const family *f = &l->family[i];

        lhi_text_add(&l->out, "--resume=auto beside ");
        lhi_add_legible(&l->out, f->path, strlen(f->path));
        if (f->newest) {
            lhi_text_add(&l->out, " goes on from ");
            lhi_add_legible(&l->out, f->newest, strlen(f->newest));
            lhi_text_add(&l->out, " (epoch %ld, step %ld), with the same command\n", f->epoch,
                         f->step);
        } else {
            lhi_text_add(&l->out, " begins anew: none is whole\n");
        }
    }
}

static void look_at_all(look *l)
{
    char path[LHI_PATH];

    lhi_sys_each_beside(path_of(l, "", path), add_name, l);
    if (l->names > 1)
        qsort(l->name, l->names, sizeof *l->name, by_name);
    for (size_t i = 0; i < l->names && lhi_ok(l->c); i++)
        look_at_checkpoint(l, l->name[i]);
    for (size_t i = 0; i < l->names && lhi_ok(l->c); i++)
        look_at_lock(l, l->name[i]);
    for (size_t i = 0; i < l->names && lhi_ok(l->c); i++)
        look_at_history(l, l->name[i]);
    lhi_sys_sweep(l->folder, l->removes ? LHI_SWEEP_FOLDER : LHI_SWEEP_LOOK, tell_leftover, l);
    if (l->checkpoints > 0)
        lhi_text_put(&l->out, "\n", 1);
    tell_resume(l);
    lhi_text_add(&l->out, "%zu of %zu checkpoints are whole; %zu thing%s to see to\n", l->whole,
                 l->checkpoints, l->faults, l->faults == 1 ? "" : "s");
}

long lh_folder_check(lh_ctx *c, const char *folder, int remove_leftovers, FILE *out)
{
    LHI_USUAL_FLOATS(c);
    look l = {.c = c, .folder = folder, .removes = remove_leftovers, .out = {.c = c}};
    int status;

    if (!lhi_ok(c))
        return -1;
    status = folder && folder[0] ? lhi_sys_is_folder(folder) : -ENOENT;
    if (status != 1 || strlen(folder) > LHI_PATH - 300) {
        lhi_refuse(c, LH_ENOINPUT, "name the folder of a run: what --out was",
                   "%s is no folder%s%s", folder ? folder : "", status < 0 ? ": " : "",
                   status < 0 ? strerror(-status) : "");
        return -1;
    }
    lhi_add_legible(&l.out, folder, strlen(folder));
    lhi_text_put(&l.out, "\n", 1);
    look_at_all(&l);
    if (lhi_ok(c) && out)
        fputs(l.out.at, out);
    for (size_t i = 0; i < l.families; i++) {
        lhi_text_free(&l.family[i].csv);
        lhi_text_free(&l.family[i].lines);
    }
    lhi_text_free(&l.out);
    return lhi_call_ends(c) == LH_OK ? (long)l.faults : -1;
}
