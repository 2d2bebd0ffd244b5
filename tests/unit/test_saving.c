/* test_saving.c -- a place that fails loses nothing; signals that are not ours stay. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/base/ctx.h"
#include "tests/check.h"

#include <longhand.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct trial {
    lh_ctx *c;
    lh_data *d;
    lh_var L, W, yhat;
    int warnings, leftovers;
} trial;

static void listen_to(void *arg, const char *text)
{
    trial *k = arg;

    k->warnings += strncmp(text, "warning: ", 9) == 0;
    k->leftovers += strstr(text, "killed program") != NULL;
}

static void begin(trial *k)
{
    *k = (trial){.c = lh_open(0, NULL, "test")};
    lh_on_message(k->c, listen_to, k);
    k->c->set.progress = "none";
    k->c->set.threads = 1;
    k->d = lh_data_open(k->c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(k->c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    k->W = lh_param(t, "W", 30, 1, LH_HE);
    k->L = lh_bce_logits(lh_matmul(X, k->W), y);
    k->yhat = lh_output(k->L);
}

static void saving_elsewhere(void)
{
    const char *good = check_path("rescue.h5");
    const double xs[2] = {1, 2};
    trial k;
    int epochs = 0;

    begin(&k);
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 10);
    while (lh_epoch(r)) {
        epochs++;
        if (epochs < 3)
            continue;
        CHECK(lh_save(r, "/nonexistent/m.h5") == LH_EIO, "epoch %d", epochs);
        CHECK(lh_folder(k.c, "/proc/self/status/run") == LH_EIO, "a folder in a file");
    }
    CHECK(epochs == 10, "it trained %d epochs", epochs);
    /* Each is told when it comes, and not again each epoch. */
    CHECK(k.warnings == 2, "they were told %d times", k.warnings);
    CHECK(strstr(lh_message(k.c), "/nonexistent/m.h5"), "%s", lh_message(k.c));
    CHECK(lh_csv(k.c, "/nonexistent/t.csv", &(lh_column){"x", xs}, 1, 2) == LH_EIO, "a table");
    CHECK(lh_plot_curves(k.c, "/nonexistent/t.png", (lh_axes){.title = "t"},
                         &(lh_curve){"x", xs, xs, 2, 0}, 1) == LH_EIO, "a figure");
    CHECK(lh_history(r, "/nonexistent/h.csv") == LH_EIO, "a history");
    CHECK(lh_plot(r, "/nonexistent/h.png", "loss") == LH_EIO, "curves");
    CHECK(lh_plot_norms(r, "/nonexistent/n.png") == LH_EIO, "norms");
    CHECK(lh_plot_roc(k.yhat, k.d, "/nonexistent/r.png") == LH_EIO, "ROC");
    CHECK(lh_derive(k.L, k.d, 8, NULL, "/nonexistent/d.txt") == LH_EIO, "a derivation");
    k.c->set.ledger = "/nonexistent/l.csv,/nonexistent/l.h5";
    CHECK(lh_verify(k.L, k.d, 8) == LH_EIO, "a ledger");
    CHECK(lh_will_save(r, "/nonexistent/m.h5") == LH_EIO, "what is tried late");
    CHECK(lh_save(r, good) == LH_OK && lh_value(k.W).at, "%s", lh_message(k.c));
    CHECK(lh_clear(k.c) == LH_EIO && lh_error(k.c) == LH_OK, "%s", lh_message(k.c));
    CHECK(lh_checkpoint_open(k.c, good) != NULL, "%s", lh_message(k.c));
    CHECK(lh_close(k.c) == 0, "what was dealt with is forgotten");
}

static void told_at_the_end(void)
{
    trial k;

    begin(&k);
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 1);
    while (lh_epoch(r))
        continue;
    lh_save(r, "/nonexistent/m.h5");
    lh_save(r, check_path("other.h5"));
    CHECK(lh_close(k.c) == 74, "a save that failed is no success");
}

/* Before the work a place that fails ends it: nothing is trained that could not be kept. */
static void tried_before(void)
{
    static const char *const bad[] = {"/nonexistent/m.h5", "", "/proc/self/m.h5", "/"};
    trial k;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(&k);
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 3);
        CHECK(lh_will_save(r, bad[i]) != LH_OK, "'%s' can be written", bad[i]);
        CHECK(lh_epoch(r) == 0 && lh_epochs(r) == 0, "it trains for '%s'", bad[i]);
        CHECK(lh_close(k.c) == (bad[i][0] ? 74 : 2), "'%s'", bad[i]);
    }
    begin(&k);
    CHECK(lh_folder(k.c, "/proc/self") == LH_EIO && lh_close(k.c) == 74, "a folder to read");
}

static void leftovers_told(void)
{
    char *path = strdup(check_path("left.h5")), name[400];
    trial k;

    begin(&k);
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 1);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s.lh-%016d.tmp", path, i);
        check_write(name, "part of a file", -1);
    }
    CHECK(lh_will_save(r, path) == LH_OK && k.leftovers == 3, "told %d", k.leftovers);
    CHECK(access(name, F_OK) != 0 && access(path, F_OK) != 0, "what is left");
    snprintf(name, sizeof name, "%s.lh-%016d.tmp", check_path("any.png"), 7);
    check_write(name, "part of a picture", -1);
    CHECK(lh_folder(k.c, check_folder()) == LH_OK && k.leftovers == 4, "told %d", k.leftovers);
    CHECK(access(name, F_OK) != 0 && lh_close(k.c) == 0, "%s", name);
    /* A driver that asks nothing before: the first save to a path looks. */
    begin(&k);
    r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 1);
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s.lh-%016d.tmp", path, i);
        check_write(name, "part of a file", -1);
        CHECK(lh_save(r, path) == LH_OK && k.leftovers == 1, "told %d", k.leftovers);
        CHECK((access(name, F_OK) != 0) == (i == 0), "it looks each time");
    }
    lh_close(k.c);
    free(path);
}

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    (void)number;
    caught++;
}

enum when { NEVER, BEFORE, AFTER };

/* Raises a signal in the third of 6 epochs.  Returns the epochs done; *left is the handler that
 * stands after lh_close(), *code its exit code. */
static int epochs_with(int number, void (*handler)(int), enum when set, void (**left)(int),
                       int *code)
{
    trial k;
    int epochs = 0;

    caught = 0;
    signal(number, set == BEFORE ? handler : SIG_DFL);
    begin(&k);
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 6);
    if (set == AFTER)
        signal(number, handler);
    while (lh_epoch(r))
        if (++epochs == 3)
            raise(number);
    *code = lh_close(k.c);
    *left = signal(number, SIG_DFL);
    return epochs;
}

static void signals(void)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1, SIGUSR2};
    void (*left)(int);
    int code;

    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        const int n = stops[i];

        CHECK(epochs_with(n, NULL, NEVER, &left, &code) == 3 && code == 75, "%d does not stop it",
              n);
        CHECK(left == SIG_DFL, "signal %d is still ours", n);
        CHECK(epochs_with(n, SIG_IGN, BEFORE, &left, &code) == 6 && code == 0,
              "%d was ignored and stops it", n);
        CHECK(left == SIG_IGN, "signal %d is no longer ignored", n);
        CHECK(epochs_with(n, on_signal, BEFORE, &left, &code) == 6 && caught == 1 && code == 0,
              "%d of the driver's stops it", n);
        CHECK(left == on_signal, "the driver's handler of %d is gone", n);
        CHECK(epochs_with(n, on_signal, AFTER, &left, &code) == 6 && caught == 1 && code == 0,
              "%d, taken over, stops it", n);
        CHECK(left == on_signal, "the handler of %d that came later is gone", n);
    }
    CHECK(epochs_with(SIGPIPE, NULL, NEVER, &left, &code) == 6 && left == SIG_DFL,
          "a closed pipe ends it");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"after a save that failed the run goes on and is saved elsewhere", saving_elsewhere},
        {"a save that failed is told at the end", told_at_the_end},
        {"a place that fails is told before the first epoch", tried_before},
        {"what killed programs have left is removed and told before training", leftovers_told},
        {"signals stop a run, but for those that are the program's", signals},
        {NULL, NULL}};

    return check_main(argc, argv, "saving", tests);
}
