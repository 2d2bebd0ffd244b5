/* test_lives.c -- a run that is ended again and again, at any moment, comes to the file of a run
 * that was left alone. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/base/rng.h"
#include "tests/check.h"
#include "tests/faults/times.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { SIDE_BY_SIDE = 2, WORDS = 24, WORD = 80, SETTINGS = 7, EACH = 6 };

/* What is trained: each kind has other things that a checkpoint must hold. */
static const char *const settings[SETTINGS][EACH] = {
    {"--batch=64"},
    {"--optimizer=momentum", "--type=f64", "--batch=50"},
    {"--optimizer=adam", "--rate=0.002", "--schedule=cosine", "--batch=32"},
    {"--patience=100000", "--momentum=0.9", "--rate=0.01"},
    {"--optimizer=rmsprop", "--rate=0.001", "--accumulate=3", "--batch=20"},
    {"--batch=0", "--optimizer=rprop", "--rate=0.001"},
    {"--on-nan=back", "--loss=squares", "--rate=4", "--momentum=0.5", "--warm-up=500",
     "--batch=64"},
};
enum { BACK = SETTINGS - 1 }; /* its rate rises until it goes back, near epochs 200 and 400 */
enum { LEAST = 400, MOST = 6000 };
static long epochs[SETTINGS];
static double seconds[SETTINGS], begins[SETTINGS]; /* that it trains, and until it does */

static uint32_t drawn;

static uint64_t draw(uint64_t below)
{
    return lhi_random_bits(13, LHI_STREAM_SPLIT, drawn++, 0) % below;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void rest(double time)
{
    struct timespec t = {(time_t)time, (long)((time - (double)(time_t)time) * 1e9)};

    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

/* The command itself: libtool's script in front of it takes longer to begin than it does. */
static const char *command(void)
{
    static char path[500];
    const char *const build = getenv("top_build") ? getenv("top_build") : ".";
    char library[500];

    if (path[0])
        return path;
    snprintf(path, sizeof path, "%s/.libs/longhand", build);
    snprintf(library, sizeof library, "%s/.libs", build);
    if (access(path, X_OK) == 0)
        setenv("LD_LIBRARY_PATH", library, 1);
    else
        snprintf(path, sizeof path, "%s/longhand", build);
    return path;
}

typedef struct words {
    char text[WORDS][WORD];
    int count;
} words;

static void add(words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(words *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(w->text[w->count++], WORD, format, args);
    va_end(args);
}

/* Starts a run of a kind in a folder; -1: it cannot be started. */
static pid_t start(int kind, long passes, const char *folder, const words *more)
{
    static const char *const common[] = {"train",       "--check-rows=0",  "--plot=none",
                                         "--quiet",     "--progress=none", "--reproducible",
                                         "--hidden=6,4"};
    posix_spawn_file_actions_t actions;
    char *argv[2 * WORDS], out[520], said[520], number[40];
    size_t n = 0;
    pid_t child;

    argv[n++] = (char *)(uintptr_t)command();
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        argv[n++] = (char *)(uintptr_t)common[i];
    for (int i = 0; i < EACH && settings[kind][i]; i++)
        argv[n++] = (char *)(uintptr_t)settings[kind][i];
    for (int i = 0; more && i < more->count; i++)
        argv[n++] = (char *)(uintptr_t)more->text[i];
    snprintf(out, sizeof out, "--out=%s", folder);
    snprintf(number, sizeof number, "--epochs=%ld", passes);
    argv[n++] = out;
    argv[n++] = number;
    argv[n] = NULL;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    snprintf(said, sizeof said, "%s.said", folder);
    posix_spawn_file_actions_addopen(&actions, 2, said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (posix_spawn(&child, command(), &actions, NULL, argv, environ) != 0)
        child = -1;
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

static int ended(pid_t child)
{
    int status = -1;

    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static const char *folder_of(const char *what, int number)
{
    static char path[4][500];
    static unsigned next;
    char *p = path[next++ % 4];

    snprintf(p, sizeof path[0], "%s/%s-%d", check_folder(), what, number);
    return p;
}

static char *read_of(const char *folder, const char *name, size_t *size)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, R_OK) == 0 ? check_read(path, size) : NULL;
}

static int same(const char *a, const char *b, const char *name)
{
    size_t n = 0, m = 1;
    char *const x = read_of(a, name, &n), *const y = read_of(b, name, &m);
    const int equal = x && y && n == m && memcmp(x, y, n) == 0;

    free(x);
    free(y);
    return equal;
}

/* Files of a folder whose names end so; with `remove` they go. */
static int files(const char *folder, const char *ending, int remove)
{
    DIR *const d = opendir(folder);
    const struct dirent *e;
    int count = 0;

    while (d && (e = readdir(d)) != NULL) {
        const size_t n = strlen(e->d_name), k = strlen(ending);
        char path[800];

        if (n < k || strcmp(e->d_name + n - k, ending) != 0 || e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        count += remove ? unlink(path) == 0 : 1;
    }
    if (d)
        closedir(d);
    return count;
}

static double run_alone(int kind, long passes)
{
    const char *const folder = folder_of("alone", kind);
    const double began = now();

    files(folder, "", 1);
    CHECK(ended(start(kind, passes, folder, NULL)) == 0, "kind %d: a run", kind);
    return now() - began;
}

/* What the last life in a folder has said. */
static const char *last_words(const char *folder)
{
    static char text[1000];
    char path[1100], *all;
    size_t size;

    snprintf(path, sizeof path, "%s.said", folder);
    all = check_read(path, &size);
    snprintf(text, sizeof text, "%s", all);
    free(all);
    return text;
}

/* The runs that nobody ends, and how long they take. */
static void leave_alone(void)
{
    const double goal = faults_times() > 0 ? 0.6 : 0.15; /* seconds that a run trains for, about */

    for (int k = 0; k < SETTINGS; k++) {
        double first, some;

        if (epochs[k] > 0)
            continue;
        first = run_alone(k, 1);
        some = run_alone(k, 500);
        epochs[k] = some > first ? (long)(500 * goal / (some - first)) : MOST;
        epochs[k] = epochs[k] < LEAST ? LEAST : epochs[k] > MOST ? MOST : epochs[k];
        begins[k] = first;
        seconds[k] = run_alone(k, epochs[k]) - first;
        CHECK((strstr(last_words(folder_of("alone", k)), "with half the rate") != NULL) ==
                  (k == BACK), "kind %d: does it go back?", k);
        printf("# kind %d: %ld epochs, %.2f s and %.2f before\n", k, epochs[k], seconds[k], first);
    }
}

/* A run in the making. */
typedef struct life {
    char folder[500];
    int kind;
    long lives;
    pid_t child;
    double ends;   /* when it is to be ended */
    int signal;
    int stopped;   /* it was halted first */
} life;

typedef struct tally {
    long ends, runs, saving, without, halts;
} tally;

/* A threads' number, an instruction set and an interval of its own. */
static void breathe(life *l, int kills)
{
    static const int stops[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU};
    /* Less than a whole run: only one that goes on comes to an end. */
    const double most = begins[l->kind] + seconds[l->kind] * (l->lives < 40 ? 0.3 : 0.6);
    words w = {.count = 0};

    add(&w, "--resume=auto");
    add(&w, "--threads=%d", 1 + (int)draw(3));
    add(&w, "--isa=%s", draw(4) == 0 ? "portable" : "auto");
    if (kills)
        add(&w, "--save-every=%dsteps", 1 + (int)draw(300));
    else
        add(&w, "--save-every=never");
    l->signal = kills ? SIGKILL : stops[draw(sizeof stops / sizeof *stops)];
    l->stopped = draw(4) == 0;
    l->lives++;
    l->child = start(l->kind, epochs[l->kind], l->folder, &w);
    l->ends = now() + (double)draw(1000) / 1000 * most;
}

static void begin(life *l, int number, int kills)
{
    *l = (life){.kind = (int)draw(SETTINGS), .child = -1};
    snprintf(l->folder, sizeof l->folder, "%s", folder_of(kills ? "killed" : "stopped", number));
    files(l->folder, "", 1);
    breathe(l, kills);
}

/* How it ended: by us, or because all was done. */
static void look(life *l, int status, int number, int kills, tally *t)
{
    const char *const alone = folder_of("alone", l->kind);
    const int left = files(l->folder, ".tmp", 0);

    if (WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 75)) {
        CHECK(kills ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : left == 0,
              "kind %d, life %ld: status %#x, %d files left", l->kind, l->lives, (unsigned)status,
              left);
        t->ends++;
        t->saving += left > 0;
        t->without += files(l->folder, "model.h5", 0) == 0;
        breathe(l, kills);
        return;
    }
    CHECK(status == 0, "kind %d, life %ld, process %ld: status %#x: %s", l->kind, l->lives,
          (long)l->child, (unsigned)status, status == 0 ? "" : last_words(l->folder));
    CHECK(same(l->folder, alone, "model.h5"), "kind %d after %ld lives: another model", l->kind,
          l->lives);
    CHECK(same(l->folder, alone, "history.csv"), "kind %d after %ld lives: another history",
          l->kind, l->lives);
    CHECK(left == 0, "%d files are left", left);
    t->runs++;
    begin(l, number, kills);
}

static void end_one(life *l, tally *t)
{
    if (l->stopped) {
        kill(l->child, SIGSTOP);
        rest(0.02);
        t->halts++;
    }
    kill(l->child, l->signal);
    if (l->stopped)
        kill(l->child, SIGCONT);
    l->ends = now() + 60;
}

/* Ends lives until there were so many ends; what then still runs is let run to its end. */
static tally live(long ends, int kills)
{
    tally t = {0};
    life all[SIDE_BY_SIDE];
    int running = SIDE_BY_SIDE;

    leave_alone();
    for (int i = 0; i < SIDE_BY_SIDE; i++)
        begin(&all[i], i, kills);
    while (running > 0) {
        running = 0;
        for (int i = 0; i < SIDE_BY_SIDE; i++) {
            life *l = &all[i];
            int status = -1;

            if (l->child < 0)
                continue;
            running++;
            if (waitpid(l->child, &status, WNOHANG) == l->child) {
                const long runs = t.runs;

                look(l, status, i, kills, &t);
                if (t.ends >= ends && t.runs > runs) {
                    kill(l->child, SIGKILL);
                    ended(l->child);
                    l->child = -1;
                }
            } else if (t.ends < ends && now() >= l->ends) {
                end_one(l, &t);
            }
        }
        rest(0.0005);
    }
    return t;
}

static long wanted(long in_all, long in_a_sample)
{
    return faults_times() > 0 ? in_all * faults_times() : in_a_sample;
}

static void killed(void)
{
    const long ends = wanted(1000, 12);
    const tally t = live(ends, 1);

    printf("# %ld kills in %ld runs, %ld of them within a save, %ld before the first, %ld halted: "
           "all runs equal\n", t.ends, t.runs, t.saving, t.without, t.halts);
    CHECK(t.ends >= ends && t.runs >= SIDE_BY_SIDE, "%ld kills, %ld runs", t.ends, t.runs);
    CHECK(faults_times() == 0 || t.saving >= ends / 100, "only %ld kills within a save", t.saving);
}

static void signalled(void)
{
    const long ends = wanted(300, 6);
    const tally t = live(ends, 0);

    printf("# %ld signals in %ld runs, %ld before there was anything to save, %ld halted: all runs "
           "equal\n", t.ends, t.runs, t.without, t.halts);
    CHECK(t.ends >= ends && t.runs >= SIDE_BY_SIDE, "%ld signals, %ld runs", t.ends, t.runs);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a run that is killed at any moment ends with the bytes of one left alone", killed},
        {"one that is told to stop saves at once, and so ends the same", signalled},
        {NULL, NULL},
    };

    return check_main(argc, argv, "lives", tests);
}
