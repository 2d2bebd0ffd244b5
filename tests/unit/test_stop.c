/* test_stop.c -- work ends before it is done: when a signal asks for it, and in time. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/stop.h"
#include "framework/system/sys.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *argv[] = {(char[]){"program"}, NULL};

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *opened(int argc)
{
    lh_ctx *c = lh_open(argc, argc ? argv : NULL, "a program");

    lh_on_message(c, silent, NULL);
    return c;
}

/* A context with so much time, some seconds of which are gone; nothing was measured. */
static lh_ctx *timed(const char *span, double gone)
{
    lh_ctx *c = opened(0);

    lh_opt_set(c, "max-time", span);
    c->deadline.began -= gone;
    return c;
}

static void in_time(void)
{
    static const struct {
        const char *span;
        double gone, saving, pause;
        int stops;
    } cases[] = {{"100s", 10, 0, 0, 0},  {"100s", 94, 0, 0, 0},   {"100s", 96, 0, 0, 1},
                 {"100s", 94, 1, 0, 1},  {"100s", 84, 5, 0, 0},   {"100s", 86, 5, 0, 1},
                 {"100s", 74, 0, 20, 0}, {"100s", 76, 0, 20, 1},  {"100s", 58, 5, 25, 0},
                 {"100s", 61, 5, 25, 1}, {"20s", 17, 0, 0, 0},    {"20s", 19, 0, 0, 1},
                 {"1h", 3590, 0, 0, 0},  {"1h", 3596, 0, 0, 1},   {"2d", 3596, 0, 0, 0}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lh_ctx *c = timed(cases[i].span, cases[i].gone);

        lhi_stop_saving(c, cases[i].saving);
        lhi_stop_saving(c, cases[i].saving / 2); /* the longest counts */
        c->deadline.pause[1] = cases[i].pause;
        CHECK(lhi_stops(c) == cases[i].stops, "case %zu", i);
        CHECK(lhi_hurries(c) == cases[i].stops, "case %zu", i);
        lh_close(c);
    }
}

/* One very long time between two steps may be one in which the process was stopped. */
static void pauses(void)
{
    lh_ctx *c = timed("1000s", 0);

    lhi_stops(c);
    c->deadline.looked -= 990;
    CHECK(!lhi_stops(c), "a SIGSTOP is taken for a step");
    c->deadline.looked -= 300;
    CHECK(!lhi_stops(c) && c->deadline.pause[1] > 299 && c->deadline.pause[1] < 350, "%g",
          c->deadline.pause[1]);
    c->deadline.began -= 1000 - 320;
    CHECK(!lhi_stops(c), "320 s are enough for a step of 300");
    c->deadline.began -= 30;
    CHECK(lhi_stops(c), "290 s are not");
    lh_close(c);
}

static int64_t job_from(const char *text)
{
    lh_ctx *c;
    int64_t at;

    setenv("SLURM_JOB_END_TIME", text, 1);
    c = opened(0);
    at = c->deadline.job_at;
    lh_close(c);
    unsetenv("SLURM_JOB_END_TIME");
    return at;
}

/* The scheduler's clock is that of the day; its time is also counted by one that nobody sets. */
static void jobs(void)
{
    static const char *const bad[] = {"", "soon", "-5", "0", "12", "99999999999999999999x", "1e12"};
    const int64_t now = lhi_sys_time();
    char text[40];
    lh_ctx *c;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(job_from(bad[i]) == 0, "\"%s\"", bad[i]);
    snprintf(text, sizeof text, "%lld", (long long)now - 5);
    CHECK(job_from(text) == 0, "a job that has ended is given more time");
    snprintf(text, sizeof text, "%lld", (long long)now + 1000);
    CHECK(job_from(text) == now + 1000, "%s", text);

    setenv("SLURM_JOB_END_TIME", text, 1);
    c = opened(0);
    unsetenv("SLURM_JOB_END_TIME");
    CHECK(!lhi_stops(c), "1000 s are left");
    c->deadline.began -= 997; /* as if they were gone, and the clock of the day set back */
    c->deadline.job -= 997;
    CHECK(lhi_stops(c), "a clock that is set back gives no time");
    c->deadline.began += 997;
    c->deadline.job += 997;
    CHECK(!lhi_stops(c), "1000 s are left");
    c->deadline.job_at -= 997; /* as if it were set forward */
    CHECK(lhi_stops(c), "the scheduler ends by the clock of the day");
    lh_close(c);
}

/* --- signals, in work that is no run --- */

typedef struct trial {
    lh_ctx *c;
    lh_data *d;
    lh_var L, yhat;
    lh_checkpoint *k;
    char *to;
} trial;

static void read_rows(trial *k)
{
    lh_data_read(k->c, "wdbc", NULL);
}

static void read_file(trial *k)
{
    char rows[] = "a,b,label\n1,2,0\n2,1,1\n3,4,0\n4,3,1\n";

    check_write(check_path("rows.csv"), rows, -1);
    lh_data_read(k->c, check_path("rows.csv"), NULL);
}

static void prepare(trial *k)
{
    lh_train(k->L, LH_SGD(0.1), k->d, 64, 1);
}

static void measure(trial *k)
{
    CHECK(isnan(lh_loss(k->L, k->d)), "a loss over no rows");
}

static void score(trial *k)
{
    lh_metric(k->yhat, k->d, "auc");
}

static void check(trial *k)
{
    lh_verify(k->L, k->d, 8);
}

static void derive(trial *k)
{
    lh_derive(k->L, k->d, 8, NULL, k->to);
}

static void predict(trial *k)
{
    lh_predict_csv(k->yhat, k->d, k->to);
}

static void bench(trial *k)
{
    FILE *out = fopen(k->to, "w");

    lh_bench(k->c, (lh_bench_plan){.quick = 1, .only = "gemm", .peers = "none"}, out);
    fclose(out);
    remove(k->to);
}

static void selftest(trial *k)
{
    lh_selftest(k->c, 0);
}

static const struct {
    const char *name, *says;
    void (*work)(trial *k);
} works[] = {
    {"rows that are built in", "while reading wdbc", read_rows},
    {"a file of rows", "while reading ", read_file},
    {"the rows of a run", "while preparing rows", prepare},
    {"a loss", "while evaluating", measure},
    {"a metric", "while evaluating", score},
    {"a check", "while checking", check},
    {"a derivation", "while checking", derive},
    {"predictions", "while evaluating", predict},
    {"a contest", "", bench},
    {"the self-test", "while testing the checker", selftest},
};
enum { WORKS = sizeof works / sizeof *works };

static trial begun(int argc)
{
    trial k = {.c = opened(argc)};
    lh_tape *t;
    lh_var X;

    lh_opt_set(k.c, "plot", "png");
    k.d = lh_data_open(k.c, "wdbc");
    t = lh_tape_new(lh_params_new(k.c, LH_F32));
    X = lh_input(t, "X", LH_ROWS, lh_cols(k.d));
    k.L = lh_bce_logits(lh_matmul(X, lh_param(t, "W", lh_cols(k.d), 1, LH_HE)),
                        lh_input(t, "y", LH_ROWS, 1));
    k.yhat = lh_output(k.L);
    return k;
}

static void at_once(void)
{
    for (size_t i = 0; i < WORKS; i++) {
        trial k = begun(1);
        char path[4096];

        snprintf(path, sizeof path, "%s", check_path("page.html"));
        k.to = path;
        if (works[i].work != prepare) { /* the rows are ready in both types */
            lh_loss(k.L, k.d);
            derive(&(trial){.L = k.L, .d = k.d, .to = path});
            remove(path);
        }
        CHECK(lh_error(k.c) == LH_OK, "%s", lh_message(k.c));
        raise(SIGTERM);
        works[i].work(&k);
        CHECK(strstr(lh_message(k.c), works[i].says) != NULL, "%s: %s", works[i].name,
              lh_message(k.c));
        CHECK(!works[i].says[0] || strstr(lh_message(k.c), "stopped by SIGTERM") != NULL,
              "%s: %s", works[i].name, lh_message(k.c));
        CHECK(access(path, F_OK) != 0, "%s leaves a file", works[i].name);
        CHECK(lh_close(k.c) == 75, "%s", works[i].name);
    }
}

/* Where the arguments are not ours, neither are the signals, but for those of a run. */
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    (void)number;
    caught++;
}

static void whose_signals(void)
{
    for (int argc = 0; argc < 2; argc++) {
        trial k;
        struct sigaction a;

        signal(SIGTERM, SIG_DFL);
        k = begun(argc);
        sigaction(SIGTERM, NULL, &a);
        CHECK((a.sa_handler == SIG_DFL) == (argc == 0), "argc %d", argc);
        sigaction(SIGPIPE, NULL, &a);
        CHECK(a.sa_handler == SIG_DFL, "a closed pipe ends what prints to it");
        lh_close(k.c);
        sigaction(SIGTERM, NULL, &a);
        CHECK(a.sa_handler == SIG_DFL, "argc %d", argc);
    }
    signal(SIGTERM, on_signal);
    trial k = begun(1);
    raise(SIGTERM);
    CHECK(lh_loss(k.L, k.d) > 0 && caught == 1, "a signal of the program's own stops it");
    CHECK(lh_close(k.c) == 0, "it is no error");
    signal(SIGTERM, SIG_DFL);
}

/* A signal between two contexts is nothing to the later one. */
static void forgotten(void)
{
    signal(SIGINT, SIG_DFL); /* a shell has it ignored by what it runs in the background */
    trial k = begun(1);

    raise(SIGINT);
    CHECK(isnan(lh_loss(k.L, k.d)), "it goes on");
    CHECK(lh_close(k.c) == 75, "75");
    k = begun(1);
    CHECK(lh_loss(k.L, k.d) > 0, "%s", lh_message(k.c));
    CHECK(lh_close(k.c) == 0, "0");
}

/* --- and around a run --- */

static int same_files(const char *a, const char *b)
{
    size_t m, n;
    char *x = check_read(a, &m), *y = check_read(b, &n);
    const int same = m == n && memcmp(x, y, m) == 0;

    free(x);
    free(y);
    return same;
}

enum moment { NEVER, BETWEEN, AFTER };

/* 6 epochs, each measured; a signal comes in the third before that, or when all are done. */
static void trained(enum moment when, const char *path, const char *resume, int code)
{
    trial k;
    lh_run *r;
    double worth;

    setenv("LONGHAND_REPRODUCIBLE", "1", 1);
    setenv("LONGHAND_RESUME", resume, 1);
    k = begun(1);
    r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 6);
    while (lh_epoch(r)) {
        if (when == BETWEEN && lh_epochs(r) == 3)
            raise(SIGTERM);
        worth = lh_loss(k.L, k.d);
        CHECK(worth == worth, "a run that is under way measures its epochs: %s", lh_message(k.c));
        lh_note(r, "worth", worth);
    }
    CHECK(lh_epochs(r) == (when == BETWEEN ? 3 : 6), "%ld epochs", lh_epochs(r));
    if (when == AFTER) {
        raise(SIGTERM);
        CHECK(isnan(lh_loss(k.L, k.d)), "it is measured all the same");
    }
    if (when == BETWEEN)
        CHECK(lh_loss(k.L, k.d) > 0, "there are some seconds for what is quick");
    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    if (when == BETWEEN) {
        k.c->deadline.until = 1; /* as if they were over */
        CHECK(isnan(lh_loss(k.L, k.d)) && lh_error(k.c) == LH_ESTOPPED, "%s", lh_message(k.c));
        CHECK(lh_save(r, path) == LH_OK, "a run can always be saved: %s", lh_message(k.c));
    }
    CHECK(lh_close(k.c) == code, "exit code");
    unsetenv("LONGHAND_REPRODUCIBLE");
    unsetenv("LONGHAND_RESUME");
}

static void around_runs(void)
{
    char whole[4096], cut[4096], late[4096], rest[4096];

    snprintf(whole, sizeof whole, "%s", check_path("whole.h5"));
    snprintf(cut, sizeof cut, "%s", check_path("cut.h5"));
    snprintf(late, sizeof late, "%s", check_path("late.h5"));
    snprintf(rest, sizeof rest, "%s", check_path("rest.h5"));
    trained(NEVER, whole, "", 0);
    trained(BETWEEN, cut, "", 75);
    trained(NEVER, rest, cut, 0);
    CHECK(same_files(whole, rest), "a run that was stopped between epochs lost a measurement");
    trained(AFTER, late, "", 75);
    CHECK(same_files(whole, late), "a run that was done when the signal came is lost");
}

/* Some seconds are left after a run that was stopped, but never more than it was given. */
static void afterwards(void)
{
    lh_ctx *c = timed("100s", 97);

    CHECK(lhi_stops(c), "97 of 100 s are gone");
    lhi_stopped(c);
    CHECK(!lhi_hurries(c) && !lhi_gives_up(c, "drawing"), "3 s are left for figures");
    CHECK(c->deadline.until <= c->deadline.began + 100, "%g", c->deadline.until);
    c->deadline.until -= 4;
    CHECK(lhi_hurries(c) && lhi_gives_up(c, "drawing"), "they are over");
    CHECK(strstr(lh_message(c), "stopped in time for --max-time=1m40s while drawing") != NULL,
          "%s", lh_message(c));
    CHECK(lh_close(c) == 75, "75");
}

int main(int count, char **arguments)
{
    static const check_test tests[] = {
        {"a run stops with time for its step, its save and what follows", in_time},
        {"a process that was stopped from outside takes that for no step", pauses},
        {"a Slurm job's end is heeded, whoever sets the clock", jobs},
        {"reading, measuring, checking, deriving, predicting end at a signal", at_once},
        {"signals are taken where the arguments are, and are given back", whose_signals},
        {"a signal concerns the contexts of its time alone", forgotten},
        {"a run that is stopped or done loses nothing", around_runs},
        {"after a run that was stopped there are some seconds", afterwards},
        {NULL, NULL}};

    return check_main(count, arguments, "stop", tests);
}
