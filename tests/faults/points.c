/* points.c -- forks at each point: the child goes on with the failure, the parent without. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/faults/points.h"

#include "tests/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHARDS = 8, AHEAD = 500, KEPT = 80, FILES = 64, SECONDS = 60 };
enum { WELL = 40, WRONG = 41 }; /* exit codes that nothing else has */

/* What the processes of a piece of work know of it together. */
typedef struct shard {
    points_count count;
    int finished, ahead;
    enum lhi_fault_kind kind[AHEAD];
    enum lhi_file_call call[AHEAD];
    char control[600], wrong[KEPT][600];
} shard;

typedef struct saved_file {
    char name[256];
    char *bytes;
    size_t size;
} saved_file;

typedef struct files {
    saved_file at[FILES];
    int count;
} files;

static const points_work *work;
static shard *mine;
static int number, in_child, scouting, has_struck, descriptors;
static int skip, away; /* calls on files that are passed over, until the one to fail */
static long turn;
static points_struck what;
static pthread_t runner;
static pid_t self;
static files saved, before, after;

int points_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

/* Files that are open, but for a lock that is taken, which is held until the end. */
static int files_open(void)
{
    DIR *d = opendir("/proc/self/fd");
    char name[64], path[300];
    struct stat s;
    int n = 0;

    for (const struct dirent *e; d && (e = readdir(d));) {
        ssize_t length;

        snprintf(name, sizeof name, "/proc/self/fd/%.20s", e->d_name);
        length = readlink(name, path, sizeof path - 1);
        path[length > 0 ? length : 0] = 0;
        n += !strstr(path, ".lock") || stat(name, &s) != 0 || s.st_size == 0;
    }
    if (d)
        closedir(d);
    return n;
}

int points_files_with(const char *part)
{
    DIR *d = opendir(".");
    int n = 0;

    for (const struct dirent *e; d && (e = readdir(d));)
        n += strstr(e->d_name, part) != NULL;
    if (d)
        closedir(d);
    return n;
}

/* --- the folder: as it was before a child went on in it, and as the work leaves it --- */

static int is_file(const char *name)
{
    struct stat s;

    /* What is in a lock is of a process. */
    return lstat(name, &s) == 0 && S_ISREG(s.st_mode) && !strstr(name, ".lock");
}

static void keep_folder(files *f)
{
    DIR *d = opendir(".");

    for (f->count = 0; f->count < FILES;) {
        const struct dirent *e = d ? readdir(d) : NULL;
        saved_file *one = &f->at[f->count];

        if (!e)
            break;
        if (!is_file(e->d_name))
            continue;
        snprintf(one->name, sizeof one->name, "%s", e->d_name);
        one->bytes = check_read(one->name, &one->size);
        f->count++;
    }
    if (d)
        closedir(d);
}

static const saved_file *find(const files *f, const char *name)
{
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->at[i].name, name) == 0)
            return &f->at[i];
    return NULL;
}

static int is_as(const saved_file *f)
{
    size_t size;
    char *now = f ? check_read(f->name, &size) : NULL;
    const int same = now && size == f->size && memcmp(now, f->bytes, size) == 0;

    free(now);
    return same;
}

static void put_folder_back(files *f)
{
    DIR *d = opendir(".");

    for (const struct dirent *e; d && (e = readdir(d));)
        if (is_file(e->d_name) && !find(f, e->d_name))
            unlink(e->d_name);
    if (d)
        closedir(d);
    for (int i = 0; i < f->count; i++) {
        if (!is_as(&f->at[i]))
            check_write(f->at[i].name, f->at[i].bytes, (long)f->at[i].size);
        free(f->at[i].bytes);
    }
    f->count = 0;
}

static void learn(const points_work *w)
{
    int code = 0;
    pid_t child;

    keep_folder(&before);
    fflush(NULL);
    child = fork();
    if (child == 0)
        _exit(w->run(w));
    waitpid(child, &code, 0);
    keep_folder(&after);
    for (int i = 0; i < after.count; i++)
        if (!find(&before, after.at[i].name))
            unlink(after.at[i].name);
    for (int i = 0; i < before.count; i++)
        check_write(before.at[i].name, before.at[i].bytes, (long)before.at[i].size);
}

static int is_well(const struct dirent *e, int all_new, points_whole *whole)
{
    const saved_file *is_new = find(&after, e->d_name);
    char *now;
    int well;

    if (!is_file(e->d_name) || is_as(is_new) || (!all_new && is_as(find(&before, e->d_name))))
        return 1;
    /* What cannot be removed is left, and swept away by a later run. */
    if (in_child && what.call == LHI_CALL_UNLINK && strstr(e->d_name, ".lh-"))
        return 1;
    if (!whole)
        return 0;
    now = check_read(e->d_name, NULL);
    well = whole(e->d_name, now, is_new ? is_new->bytes : NULL);
    free(now);
    return well;
}

const char *points_folder_is_wrong(const char *said, int all_new, points_whole *whole)
{
    static char why[400];
    DIR *d = opendir(".");

    why[0] = 0;
    for (const struct dirent *e; d && !why[0] && (e = readdir(d));)
        if (!is_well(e, all_new, whole))
            snprintf(why, sizeof why, "%s is neither as it was nor whole", e->d_name);
    if (d)
        closedir(d);
    for (int i = 0; i < before.count && !why[0]; i++) {
        char removed[300];

        snprintf(removed, sizeof removed, "%s is removed", before.at[i].name);
        if (access(before.at[i].name, F_OK) != 0 && !strstr(said, removed))
            snprintf(why, sizeof why, "%s is gone", before.at[i].name);
    }
    for (int i = 0; all_new && i < after.count && !why[0]; i++)
        if (!is_as(&after.at[i]))
            snprintf(why, sizeof why, "%s is not there, or not as it should be", after.at[i].name);
    return why[0] ? why : NULL;
}

/* --- a strike --- */

static const char *call_name(enum lhi_file_call call)
{
    static const char *const names[LHI_FILE_CALLS] = {
        "allocation", "open", "read", "write", "sync", "close", "rename", "link", "unlink",
        "mkdir", "map", "stat", "lock", "fcntl", "rights", "fallocate", "list"};

    return names[call];
}

static void note_wrong(const char *why)
{
    const long i = mine->count.wrong++;

    if (i < KEPT)
        snprintf(mine->wrong[i], sizeof mine->wrong[i], "point %ld (%s, %s%s): %s", what.point,
                 call_name(what.call),
                 what.way.number == LHI_FAULT_SHORT ? "short" : strerror(what.way.number),
                 what.way.forever ? ", and all after it" : "", why);
}

/* The file that a process prints to, beside its folder. */
static const char *said_path(int of_child)
{
    static char name[300];

    snprintf(name, sizeof name, "%s/said/%d%s", check_folder(), number, of_child ? ".child" : "");
    return name;
}

static void listen(void)
{
    int fd;

    fflush(NULL);
    fd = open(said_path(in_child), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(99);
    close(fd);
}

static const char *heard(int from_child)
{
    static char text[POINTS_SAID];
    char *all;

    fflush(NULL);
    all = check_read(said_path(from_child), NULL);
    snprintf(text, sizeof text, "%s", all);
    free(all);
    return text;
}

static void strike(const points_way *way, enum lhi_file_call call, int calls_away)
{
    char why[300];
    pid_t child;
    int code = 0;

    what.way = *way;
    what.call = call;
    away = calls_away;
    mine->count.strikes++;
    keep_folder(&saved);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        in_child = 1;
        self = getpid();
        alarm(SECONDS);
        listen();
        return;
    }
    if (child < 0 || waitpid(child, &code, 0) != child)
        note_wrong("no process for it");
    else if (WIFSIGNALED(code))
        note_wrong(strsignal(WTERMSIG(code)));
    else if (WEXITSTATUS(code) != WELL && WEXITSTATUS(code) != WRONG) {
        snprintf(why, sizeof why, "exit code %d: %.250s", WEXITSTATUS(code), heard(1));
        note_wrong(why);
    }
    put_folder_back(&saved);
}

static void note_ahead(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    if (mine->ahead == AHEAD)
        _exit(99);
    mine->kind[mine->ahead] = kind;
    mine->call[mine->ahead++] = call;
}

/* A signal interrupts what waits; what is short is read or written. */
static int fits(const points_way *way, enum lhi_fault_kind kind, enum lhi_file_call call)
{
    if (way->number == LHI_FAULT_SHORT)
        return kind == way->kind && (call == LHI_CALL_READ || call == LHI_CALL_WRITE);
    return kind == way->kind && (way->number != EINTR || kind == LHI_FAULT_FILE ||
                                 call == LHI_CALL_LOCK || call == LHI_CALL_ALLOCATE);
}

/* Strikes in all ways at the point that is so many calls away. */
static void strike_at(enum lhi_fault_kind kind, enum lhi_file_call call, int calls_away)
{
    int any = 0;

    what.point++;
    for (int i = 0; i < work->way_count && !in_child; i++) {
        if (!fits(&work->ways[i], kind, call))
            continue;
        any = 1;
        if (turn++ % (work->shards * work->stride) == number * work->stride)
            strike(&work->ways[i], call, calls_away);
    }
    mine->count.points += any && !in_child;
}

/* Between two moments at which no file is open there are calls that cannot be failed by a fork in
 * their midst: parent and child would share the file, its place and its lock.  A child that fails
 * nothing goes ahead and says which they are. */
static void look_ahead(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    pid_t child;

    mine->ahead = 0;
    keep_folder(&saved);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        in_child = scouting = 1;
        self = getpid();
        note_ahead(kind, call);
        return;
    }
    waitpid(child, NULL, 0);
    put_folder_back(&saved);
    for (int i = 0; i < mine->ahead && !in_child; i++)
        strike_at(mine->kind[i], mine->call[i], i);
    skip = mine->ahead - 1;
}

static int is_on_files(enum lhi_fault_kind kind)
{
    return kind == LHI_FAULT_FILE || kind == LHI_FAULT_ASIDE;
}

static void scout(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    if (files_open() == descriptors)
        _exit(0);
    note_ahead(kind, call);
}

static int decide(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    /* Of the kinds that the work is struck in, memory is one, and calls on files are another. */
    if (kind == LHI_FAULT_SPAWN || is_on_files(kind) != is_on_files(work->ways[0].kind))
        return 0;
    /* A fork has one thread, which must be that of the work; and a process that the work has
     * forked itself ends in a way of its own. */
    if (!has_struck && (getpid() != self || !pthread_equal(pthread_self(), runner)))
        return 0;
    if (scouting)
        scout(kind, call);
    else if (!in_child && !is_on_files(kind))
        strike_at(kind, call, 0);
    else if (!in_child && skip > 0)
        skip--;
    else if (!in_child)
        look_ahead(kind, call);
    if (scouting || !in_child || away-- > 0)
        return 0;
    if (!has_struck) {
        has_struck = 1;
        return what.way.number;
    }
    return what.way.forever && kind == what.way.kind ? what.way.number : 0;
}

/* --- the work, in a process of its own --- */

static void go(const points_work *w)
{
    const char *why;
    char folder[300];
    int result;

    runner = pthread_self();
    self = getpid();
    snprintf(folder, sizeof folder, w->shards > 1 ? "%s/%d" : "%s", check_folder(), number);
    mkdir(folder, 0700);
    if (chdir(folder) != 0)
        _exit(99);
    if (w->shards > 1) /* that another work has left */
        put_folder_back(&saved);
    listen();
    if (w->prepare)
        w->prepare(w);
    learn(w);
    descriptors = files_open();
    lhi_fault_ask(decide);
    result = w->run(w);
    lhi_fault_ask(NULL);
    if (scouting)
        _exit(0);
    why = w->judge(w, in_child ? &what : NULL, result, heard(in_child));
    if (in_child && why)
        note_wrong(why);
    else if (why)
        snprintf(mine->control, sizeof mine->control, "%s", why);
    mine->finished |= !in_child;
    _exit(why ? WRONG : WELL);
}

points_count points_strike(const points_work *w)
{
    points_count sum = {0, 0, 0};
    shard *all = mmap(NULL, SHARDS * sizeof *all, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child[SHARDS];

    mkdir(check_path("said"), 0700);
    if (all == MAP_FAILED || w->shards > SHARDS)
        exit(99);
    work = w;
    turn = 0;
    what = (points_struck){.point = 0};
    fflush(NULL);
    for (number = 0; number < w->shards; number++) {
        mine = &all[number];
        child[number] = fork();
        if (child[number] == 0)
            go(w);
    }
    for (int k = 0; k < w->shards; k++) {
        int code = 0;

        waitpid(child[k], &code, 0);
        CHECK(all[k].finished && code == WELL << 8, "%s as it is, code %d: %s", w->name, code,
              all[k].control);
        for (long i = 0; i < all[k].count.wrong && i < KEPT; i++)
            CHECK(0, "%s, %s", w->name, all[k].wrong[i]);
        sum.points = all[k].count.points;
        sum.strikes += all[k].count.strikes;
        sum.wrong += all[k].count.wrong;
    }
    munmap(all, SHARDS * sizeof *all);
    return sum;
}
