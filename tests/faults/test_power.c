/* test_power.c -- power is lost at any moment of a run that is saved: its checkpoint is the last
 * one or the next, whole.
 *
 * The calls on files are recorded.  What a disk holds after each of them is what was synced, and
 * of the rest anything: each change of a name by itself or not, each file cut, with holes, empty.
 */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/base/ctx.h"
#include "framework/system/fault.h"
#include "tests/draw.h"
#include "tests/faults/times.h"
#include "tests/unit/store_help.h"

#include <longhand.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS = 400, FILES = 40, NAMES = 24, FDS = 256, SAVES = 5, SECTOR = 512, PAGE = 4096 };
enum { NONE = -1, FOLDER = -2 };

typedef enum what { WRITE, SYNC, SYNC_FOLDER, NAME, UNNAME, RETURNED } what;

/* A change: bytes to a file; a name that a file has from now on; one that is no more. */
typedef struct event {
    what what;
    int file;
    char name[80], gone[80]; /* gone: of a rename, the name it had */
    char *bytes;
    size_t size, at;
} event;

static event trace[EVENTS];
static int events, files, file_of_fd[FDS];
static struct { char name[80]; int file; } now[NAMES]; /* names while it is recorded */
static int names;
static char *version[SAVES + 1]; /* model.h5 as each save has left it */
static size_t version_size[SAVES + 1];
static int saves;

static int *find(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    for (int i = 0; i < names; i++)
        if (strcmp(now[i].name, name) == 0)
            return &now[i].file;
    if (names == NAMES)
        exit(99);
    snprintf(now[names].name, sizeof now[0].name, "%s", name);
    now[names].file = NONE;
    return &now[names++].file;
}

static event *add(what w, int file, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    event *e = &trace[events++];

    if (events == EVENTS)
        exit(99);
    *e = (event){.what = w, .file = file};
    if (path)
        snprintf(e->name, sizeof e->name, "%s", slash ? slash + 1 : path);
    return e;
}

static void record_rename(const lhi_file_event *e, int moves)
{
    int *from = find(e->path);
    event *to = add(NAME, *from, e->to);

    *find(e->to) = *from;
    if (moves) {
        const char *slash = strrchr(e->path, '/');

        snprintf(to->gone, sizeof to->gone, "%s", slash ? slash + 1 : e->path);
        *from = NONE;
    }
}

static void record(const lhi_file_event *e)
{
    const int file = e->fd >= 0 && e->fd < FDS ? file_of_fd[e->fd] : NONE;

    if (e->path && strstr(e->path, ".lock")) /* it says who runs, and is nothing to go on from */
        return;
    if (e->call == LHI_CALL_OPEN && e->fd < FDS) {
        file_of_fd[e->fd] = e->flags & O_DIRECTORY ? FOLDER : NONE;
        if (e->flags & O_CREAT) {
            file_of_fd[e->fd] = *find(e->path) = files++;
            add(NAME, file_of_fd[e->fd], e->path);
        }
    } else if (e->call == LHI_CALL_WRITE && file >= 0) {
        event *w = add(WRITE, file, NULL);

        w->bytes = memcpy(malloc(e->size + 1), e->bytes, e->size);
        w->size = e->size, w->at = e->at;
    } else if (e->call == LHI_CALL_SYNC && file != NONE)
        add(file == FOLDER ? SYNC_FOLDER : SYNC, file, NULL);
    else if (e->call == LHI_CALL_CLOSE && e->fd < FDS)
        file_of_fd[e->fd] = NONE;
    else if (e->call == LHI_CALL_RENAME || e->call == LHI_CALL_LINK)
        record_rename(e, e->call == LHI_CALL_RENAME);
    else if (e->call == LHI_CALL_UNLINK) {
        add(UNNAME, NONE, e->path);
        *find(e->path) = NONE;
    }
}

static void keep_version(const lh_ctx *c)
{
    CHECK(lh_error(c) == LH_OK, "%s", lh_message(c));
    add(RETURNED, saves, NULL);
    version[saves] = check_read("model.h5", &version_size[saves]);
    saves++;
}

/* A run that is saved after each epoch, with two older ones beside. */
static void record_a_run(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var L = lh_bce_logits(lh_matmul(X, lh_param(t, "W", 30, 1, LH_HE)), y);
    lh_run *r;

    CHECK(chdir(check_folder()) == 0, "the folder");
    lh_on_message(c, ignore, NULL);
    c->set.threads = 1, c->set.keep = 3;
    r = lh_train(L, LH_MOMENTUM(0.1, 0.9), d, 64, SAVES);
    memset(file_of_fd, NONE, sizeof file_of_fd);
    lhi_fault_watch(record);
    lh_will_save(r, "model.h5");
    while (lh_epoch(r)) {
        lh_save(r, "model.h5");
        keep_version(c);
    }
    lhi_fault_watch(NULL);
    CHECK(lh_close(c) == 0 && saves == SAVES, "%d saves", saves);
}

/* --- what a disk may hold --- */

/* How the bytes that are not synced of a file have got there. */
typedef enum torn { ALL, NOTHING, CUT, ZEROS_AFTER, HOLE, DRAWN, TORN } torn;

static struct { char name[80]; int file; } disk[NAMES];
static int on_disk;
static long states, wrong;
static int drops[RETURNED]; /* the control: these never reach the disk */
static uint64_t drawn = 88172645463325252u;
static char first_wrong[300];

static size_t draw(size_t below)
{
    return (size_t)(draw_from(&drawn) % below);
}

static int last_sync(int upto, what w, int file)
{
    int at = -1;

    for (int i = 0; i < upto && !drops[w]; i++)
        if (trace[i].what == w && trace[i].file == file)
            at = i;
    return at;
}

/* Sets or removes a name. */
static void put_name(const char *name, int file)
{
    int i = 0;

    while (i < on_disk && strcmp(disk[i].name, name) != 0)
        i++;
    if (i == on_disk && file == NONE)
        return;
    if (file == NONE) {
        disk[i] = disk[--on_disk];
        return;
    }
    on_disk += i == on_disk;
    snprintf(disk[i].name, sizeof disk[i].name, "%s", name);
    disk[i].file = file;
}

/* The bytes of a file after so many events, with those not synced as `how` says, at place k. */
static char *content(int file, int upto, torn how, size_t k, size_t *size)
{
    const int synced = last_sync(upto, SYNC, file);
    char *bytes = calloc(1, 1 << 20);

    *size = 0;
    for (int i = 0; i < upto; i++) {
        const event *e = &trace[i];
        size_t n = e->size;

        if (e->what != WRITE || e->file != file)
            continue;
        if (i > synced && how == NOTHING)
            continue;
        if (i > synced && how == CUT)
            n = n < k ? n : k;
        memcpy(bytes + e->at, e->bytes, n);
        *size = e->at + n > *size ? e->at + n : *size;
        if (i <= synced)
            continue;
        if (how == ZEROS_AFTER && k < n)
            memset(bytes + e->at + k, 0, n - k);
        for (size_t s = 0; s < n; s += SECTOR)
            if ((how == HOLE && s >= k && s < k + (k % PAGE ? SECTOR : PAGE)) ||
                (how == DRAWN && draw(2)))
                memset(bytes + e->at + s, 0, n - s < SECTOR ? n - s : SECTOR);
    }
    return bytes;
}

static int is_version(const char *path, int v)
{
    size_t size;
    char *bytes = check_read(path, &size);
    const int same = size == version_size[v] && memcmp(bytes, version[v], size) == 0;

    free(bytes);
    return same;
}

/* The checkpoint is there, can be read, and is the last whose save had returned, or the next. */
static void judge(int upto, torn how, size_t k)
{
    int returned = -1, well = 0;

    for (int i = 0; i < upto; i++)
        returned = trace[i].what == RETURNED ? trace[i].file : returned;
    states++;
    if (access("model.h5", F_OK) != 0)
        well = returned < 0; /* before the first save nothing was promised */
    else if (load("model.h5") == LH_OK)
        for (int v = returned < 0 ? 0 : returned; v <= returned + 1 && v < saves; v++)
            well |= is_version("model.h5", v);
    for (int i = 0; i < on_disk; i++) { /* and so is each older one that is kept */
        int whole = strncmp(disk[i].name, "model-", 6) != 0;

        for (int v = 0; v < saves && !whole; v++)
            whole = is_version(disk[i].name, v);
        well &= whole;
    }
    if (!well && wrong++ == 0)
        snprintf(first_wrong, sizeof first_wrong, "after %d calls, save %d, %d at %zu: %.200s",
                 upto, returned + 1, (int)how, k, said());
}

static void make_state(int upto, torn how, size_t k)
{
    DIR *d = opendir(".");

    for (const struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            unlink(e->d_name);
    closedir(d);
    for (int i = 0; i < on_disk; i++) {
        size_t size;
        char *bytes = content(disk[i].file, upto, how, k, &size);

        check_write(disk[i].name, bytes, (long)size);
        free(bytes);
    }
    judge(upto, how, k);
}

/* Is a file of those with a name not wholly synced, and how large? */
static size_t unsynced(int upto)
{
    size_t most = 0;

    for (int i = 0; i < on_disk; i++)
        for (int e = last_sync(upto, SYNC, disk[i].file) + 1; e < upto; e++)
            if (trace[e].what == WRITE && trace[e].file == disk[i].file && trace[e].size > most)
                most = trace[e].size;
    return most;
}

static void all_contents(int upto, int all)
{
    const size_t most = unsynced(upto);
    const long draws = all ? 64 * faults_times() : 4;

    make_state(upto, ALL, 0);
    if (most == 0)
        return;
    make_state(upto, NOTHING, 0);
    for (size_t k = 0; k < most && all; k += SECTOR) {
        make_state(upto, CUT, k);
        make_state(upto, ZEROS_AFTER, k);
        make_state(upto, HOLE, k);
    }
    for (long n = 0; n < draws; n++)
        make_state(upto, DRAWN, 0);
}

/* Of the names changed since the folder was synced each may have changed or not. */
static void all_states(int upto, int all)
{
    const int synced = last_sync(upto, SYNC_FOLDER, FOLDER);
    int pending[EVENTS], count = 0, most;

    for (int i = synced + 1; i < upto; i++)
        if (trace[i].what == NAME || trace[i].what == UNNAME)
            pending[count++] = i;
    most = count <= 6 ? 1 << count : 64;
    for (int subset = 0; subset < most; subset++) {
        const uint64_t taken = count <= 6 ? (uint64_t)subset : draw(SIZE_MAX);

        on_disk = 0;
        for (int i = 0, p = 0; i < upto; i++) {
            const event *e = &trace[i];
            const int is_pending = p < count && pending[p] == i;

            if (is_pending && !(taken >> p++ & 1))
                continue;
            if (e->what == UNNAME)
                put_name(e->name, NONE);
            if (e->what == NAME && e->gone[0])
                put_name(e->gone, NONE);
            if (e->what == NAME)
                put_name(e->name, e->file);
        }
        all_contents(upto, all);
    }
}

static void replay(int each, int all)
{
    states = wrong = 0;
    for (int upto = 0; upto <= events; upto += each)
        all_states(upto, all);
}

static void power_lost(void)
{
    record_a_run();
    replay(1, faults_times() > 0);
    printf("# %d calls of %d saves, %ld states of the disk, %ld wrong\n", events, saves, states,
           wrong);
    CHECK(wrong == 0, "%s", first_wrong);
    CHECK(states >= (faults_times() ? 1000 : 50), "%ld states", states);
}

/* Without what it rests on the same run must be seen to lose its checkpoint. */
static void controls(void)
{
    static const struct { what drops; const char *name; } control[] = {
        {SYNC, "the file is not synced"}, {SYNC_FOLDER, "the folder is not synced"}};

    for (int i = 0; i < 2; i++) {
        drops[control[i].drops] = 1;
        replay(7, 0);
        drops[control[i].drops] = 0;
        printf("# %s: %ld states, %ld lose the checkpoint\n", control[i].name, states, wrong);
        CHECK(wrong > 0, "%s, and nothing is lost", control[i].name);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"power lost at any moment leaves the last checkpoint or the next", power_lost},
        {"without a sync of the file, or of the folder, that is not so", controls},
        {NULL, NULL}};

    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return check_main(argc, argv, "power", tests);
}
