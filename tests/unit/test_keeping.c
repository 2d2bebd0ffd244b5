/* test_keeping.c -- a run that is saved while it goes on: when, what stays, what is told. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/every.h"
#include "framework/session/keep.h"
#include "framework/store/store.h"
#include "framework/system/fault.h"
#include "tests/check.h"

#include <longhand.h>

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IN = 3, ROWS = 60, EACH = 5, BATCH = ROWS / EACH };

typedef struct trial {
    lh_ctx *c;
    lh_var X, y, W, L;
    lh_data *d;
    char *path;
    int slow, full, again, others;
} trial;

static float x[ROWS][IN], label[ROWS];

static void listen_to(void *arg, const char *text)
{
    trial *k = arg;

    k->slow += strstr(text, "takes longer") != NULL;
    k->full += strstr(text, "No space left") != NULL;
    k->again += strstr(text, "could be saved again") != NULL;
    k->others += strncmp(text, "warning: ", 9) == 0 && !strstr(text, "takes longer") &&
                 !strstr(text, "No space left");
}

static void begin(trial *k, const char *name, const char *every)
{
    *k = (trial){.c = lh_open(0, NULL, "test"), .path = strdup(check_path(name))};
    lh_on_message(k->c, listen_to, k);
    k->c->set.progress = "none";
    k->c->set.reproducible = 1;
    k->c->set.threads = 1;
    lh_opt_set(k->c, "save-every", every);
    k->d = lh_data_open(k->c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(k->c, LH_F32));
    k->X = lh_input(t, "X", LH_ROWS, 30);
    k->y = lh_input(t, "y", LH_ROWS, 1);
    k->W = lh_param(t, "W", 30, 1, LH_HE);
    k->L = lh_bce_logits(lh_matmul(k->X, k->W), k->y);
}

/* lh_close(), with the message of what failed. */
static int ends(trial *k)
{
    const char *message = lh_message(k->c);
    int code;

    CHECK(!message[0] || lh_error(k->c) == LH_EIO || lh_error(k->c) == LH_EUSAGE, "%s", message);
    code = lh_close(k->c);
    free(k->path);
    return code;
}

static int exists(const char *name)
{
    return access(check_path(name), F_OK) == 0;
}

static void texts(void)
{
    static const struct {
        const char *text;
        double seconds;
        long steps, epochs;
    } good[] = {{"90s", 90, 0, 0},      {"10m", 600, 0, 0},  {"2h", 7200, 0, 0},
                {"1d12h", 129600, 0, 0}, {"500steps", 0, 500, 0}, {"1step", 0, 1, 0},
                {"5epochs", 0, 0, 5},   {"1epoch", 0, 0, 1}, {"never", 0, 0, 0}};
    static const char *const bad[] = {"", "10", "s", "steps", "0steps", "0s", "-5s", "5 steps",
                                      "5days", "1.5h", "99999999999999999steps", "5stepss",
                                      "Never", "10m5steps"};
    lhi_every e;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(lhi_every_read(good[i].text, &e) == NULL && e.seconds == good[i].seconds &&
                  e.steps == good[i].steps && e.epochs == good[i].epochs,
              "%s is %g s, %ld steps, %ld epochs", good[i].text, e.seconds, e.steps, e.epochs);
    e = (lhi_every){7, 8, 9};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(lhi_every_read(bad[i], &e) != NULL && e.seconds == 7 && e.steps == 8 && e.epochs == 9,
              "'%s' is taken", bad[i]);
}

/* A hook that counts, and where it is called. */
typedef struct counting {
    lhi_hook hook;
    int calls;
    long first, last;
} counting;

static void count(lh_run *r, void *arg)
{
    counting *k = arg;

    if (k->calls++ == 0)
        k->first = r->step;
    k->last = r->step;
    k->hook.step = k->hook.step == LONG_MAX ? LONG_MAX : k->hook.step + 10;
    k->hook.epoch = k->hook.epoch == LONG_MAX ? LONG_MAX : k->hook.epoch + 2;
    k->hook.at = (double)INFINITY;
}

static void hooks(void)
{
    counting by_step = {.hook = {.step = 10, .epoch = LONG_MAX, .at = (double)INFINITY}};
    counting by_epoch = {.hook = {.step = LONG_MAX, .epoch = 2, .at = (double)INFINITY}};
    counting by_time = {.hook = {.step = LONG_MAX, .epoch = LONG_MAX, .at = 0}};
    counting never = {.hook = {.step = LONG_MAX, .epoch = LONG_MAX, .at = (double)INFINITY}};
    counting *const all[] = {&by_step, &by_epoch, &by_time, &never};
    trial k;

    begin(&k, "hooks.h5", "never");
    k.c->set.threads = 2;
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 9); /* of 9 steps each */
    for (size_t i = 0; i < 4; i++) {
        all[i]->hook.f = count;
        all[i]->hook.arg = all[i];
        lhi_run_hook(r, &all[i]->hook);
    }
    while (lh_epoch(r))
        continue;
    CHECK(lh_steps(r) == 81, "%ld steps", lh_steps(r));
    CHECK(by_step.calls == 8 && by_step.first == 10 && by_step.last == 80, "%d from %ld to %ld",
          by_step.calls, by_step.first, by_step.last);
    CHECK(by_epoch.calls == 4 && by_epoch.first == 18 && by_epoch.last == 72, "%d from %ld to %ld",
          by_epoch.calls, by_epoch.first, by_epoch.last);
    CHECK(by_time.calls == 1 && by_time.first == 0, "%d at %ld", by_time.calls, by_time.first);
    CHECK(never.calls == 0, "%d", never.calls);
    CHECK(ends(&k) == 0, "%s", "an error");
}

/* Trains with the data; what the file then holds. */
static char *trained(const char *name, const char *every, size_t *size)
{
    trial k;
    char *bytes;

    begin(&k, name, every);
    k.c->set.threads = 2;
    lh_run *r = lh_train(k.L, LH_ADAM(0.01), k.d, 64, 12);
    lh_will_save(r, k.path);
    while (lh_epoch(r))
        lh_watch(r, "test", lh_epochs(r) == 7 ? 0.1 : 0.2, 0);
    CHECK(lh_save(r, k.path) == LH_OK, "%s", lh_message(k.c));
    bytes = check_read(k.path, size);
    CHECK(ends(&k) == 0 && k.others == 0, "%d warnings", k.others);
    return bytes;
}

static void same_bytes(void)
{
    static const char *const every[] = {"1step", "7steps", "2epochs", "1s"};
    size_t size, others;
    char *alone = trained("alone.h5", "never", &size);

    for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
        char *bytes = trained("saved.h5", every[i], &others);

        CHECK(size == others && memcmp(alone, bytes, size) == 0, "--save-every=%s changes the run",
              every[i]);
        free(bytes);
    }
    free(alone);
}

static void give_batch(trial *k, long step)
{
    for (size_t i = 0; i < BATCH; i++) {
        for (size_t j = 0; j < IN; j++)
            x[i][j] = (float)lh_random(k->c, "x", step, i * IN + j);
        label[i] = x[i][0] > x[i][1];
    }
    lh_bind(k->X, x[0], BATCH);
    lh_bind(k->y, label, BATCH);
}

static lh_run *own_run(trial *k, const char *name, const char *every, const char *resume)
{
    *k = (trial){.c = lh_open(0, NULL, "test"), .path = strdup(check_path(name))};
    lh_on_message(k->c, listen_to, k);
    k->c->set.progress = "none";
    k->c->set.reproducible = 1;
    lh_opt_set(k->c, "save-every", every);
    lh_opt_set(k->c, "resume", resume);
    lh_tape *t = lh_tape_new(lh_params_new(k->c, LH_F32));
    k->X = lh_input(t, "X", LH_ROWS, IN);
    k->y = lh_input(t, "y", LH_ROWS, 1);
    k->W = lh_param(t, "W", IN, 1, LH_GLOROT);
    k->L = lh_bce_logits(lh_matmul(k->X, k->W), k->y);
    lh_run *r = lh_loop(k->L, LH_MOMENTUM(0.1, 0.9), 8);
    CHECK(lh_will_save(r, k->path) == LH_OK, "%s", lh_message(k->c));
    return r;
}

/* Steps and moves of the driver's own until so many are made; it is then as if it were killed. */
static void own_steps(trial *k, lh_run *r, long most)
{
    int goes_on = 1;

    while (goes_on && lh_steps(r) < most) {
        give_batch(k, lh_steps(r));
        if (lh_steps(r) % 2) {
            lh_forward(k->L);
            lh_backward(k->L);
            goes_on = lh_move(r);
        } else {
            goes_on = lh_step(r);
        }
        if (goes_on && lh_steps(r) % EACH == 0) {
            lh_epoch(r);
            lh_note(r, "twice", 2 * lh_last_loss(r));
        }
    }
}

static void own_loops(void)
{
    size_t size, others;
    char *alone, *bytes;
    trial k;
    lh_run *r = own_run(&k, "own.h5", "never", "never");

    own_steps(&k, r, LONG_MAX);
    CHECK(lh_epochs(r) == 8 && lh_save(r, k.path) == LH_OK, "%ld epochs", lh_epochs(r));
    alone = check_read(k.path, &size);
    CHECK(ends(&k) == 0, "an error");
    for (long cut = 4; cut < 40; cut += 9) {
        unlink(check_path("own-cut.h5"));
        r = own_run(&k, "own-cut.h5", "3steps", "auto");
        own_steps(&k, r, cut);
        ends(&k); /* without lh_save() */
        r = own_run(&k, "own-cut.h5", "3steps", "auto");
        CHECK(lh_steps(r) > 0 && lh_steps(r) <= cut && lh_steps(r) % 3 == 0,
              "cut at %ld it goes on from %ld", cut, lh_steps(r));
        own_steps(&k, r, LONG_MAX);
        CHECK(lh_save(r, k.path) == LH_OK, "%s", lh_message(k.c));
        bytes = check_read(k.path, &others);
        CHECK(size == others && memcmp(alone, bytes, size) == 0, "cut at %ld the bytes differ",
              cut);
        free(bytes);
        CHECK(ends(&k) == 0, "an error");
    }
    free(alone);
}

static void full_disk(void)
{
    trial k;

    begin(&k, "full.h5", "1step");
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 40);
    CHECK(lh_will_save(r, k.path) == LH_OK, "%s", lh_message(k.c));
    lhi_fault_arm(LHI_FAULT_FILE, 1, -1, ENOSPC);
    for (int i = 0; i < 3 && lh_epoch(r); i++)
        lhi_keep_wait(lhi_keeper_of(r, k.path));
    CHECK(lhi_fault_struck(LHI_FAULT_FILE) > 2, "the disk was not full");
    lhi_fault_arm(LHI_FAULT_FILE, 0, 0, 0);
    CHECK(k.full == 1 && k.again == 0 && lh_error(k.c) == LH_OK, "told %d times: %s", k.full,
          lh_message(k.c));
    CHECK(!exists("full.h5"), "there is a file");
    while (lh_epoch(r))
        continue;
    CHECK(lh_epochs(r) == 40, "the run went on to epoch %ld", lh_epochs(r));
    CHECK(lh_save(r, k.path) == LH_OK && k.again == 1, "%s, told %d", lh_message(k.c), k.again);
    CHECK(ends(&k) == 0 && k.others == 0, "what was told in time is no error of the end");
}

static void slow_saves(void)
{
    trial k;

    begin(&k, "slow.h5", "5steps");
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 300);
    lh_will_save(r, k.path);
    lhi_sys_lock(LHI_LOCK_HDF5); /* as a disk that takes no more for a time */
    while (lh_epochs(r) < 200 && lh_epoch(r))
        continue;
    CHECK(lh_epochs(r) == 200 && k.slow == 1, "at epoch %ld, told %d times", lh_epochs(r), k.slow);
    CHECK(!exists("slow.h5"), "there is a file");
    lhi_sys_unlock(LHI_LOCK_HDF5);
    lhi_keep_wait(lhi_keeper_of(r, k.path));
    CHECK(exists("slow.h5"), "there is no file");
    CHECK(lhi_keeper_of(r, k.path)->saves == 1, "%ld were begun",
          lhi_keeper_of(r, k.path)->saves);
    while (lh_epoch(r))
        continue;
    CHECK(ends(&k) == 0 && k.others == 0 && k.slow == 1, "an error");
}

/* Without a thread saves are made at once, and none is left out.  Returns how many there were. */
static long train_threadless(trial *k, const char *name, const char *every, const char *keep,
                             const char *for_good)
{
    begin(k, name, every);
    lh_opt_set(k->c, "keep", keep);
    lh_opt_set(k->c, "keep-every", for_good);
    lh_opt_set(k->c, "resume", "auto");
    lhi_fault_arm(LHI_FAULT_SPAWN, 1, -1, EAGAIN);
    lh_run *r = lh_train(k->L, LH_SGD(0.1), k->d, 64, 20); /* of 9 steps each */
    CHECK(lh_will_save(r, k->path) == LH_OK, "%s", lh_message(k->c));
    while (lh_epoch(r))
        continue;
    const long saves = lhi_fault_struck(LHI_FAULT_SPAWN);
    lhi_fault_arm(LHI_FAULT_SPAWN, 0, 0, 0);
    CHECK(lh_save(r, k->path) == LH_OK, "%s", lh_message(k->c));
    return saves;
}

static void no_thread(void)
{
    trial k;

    CHECK(train_threadless(&k, "threadless.h5", "7steps", "1", "0") == 25, "of 25 saves");
    CHECK(ends(&k) == 0 && k.others == 0 && k.slow == 0, "%d warnings", k.others);
}

/* The checkpoints "NAME-STEP.h5" and "NAME-STEP-kept.h5" that are there, as "90 135k ". */
static const char *beside(const char *name)
{
    static char text[500];
    size_t used = 0;

    text[0] = 0;
    for (int step = 0; step <= 180; step++)
        for (int kept = 0; kept < 2; kept++) {
            char file[100];

            snprintf(file, sizeof file, "%s-%d%s.h5", name, step, kept ? "-kept" : "");
            if (exists(file))
                used += (size_t)snprintf(text + used, sizeof text - used, "%d%s ", step,
                                         kept ? "k" : "");
        }
    return text;
}

static void kept(void)
{
    static const struct {
        const char *name, *every, *keep, *for_good, *left;
    } cases[] = {{"k1", "5epochs", "1", "0", ""},
                 {"k2", "5epochs", "2", "0", "135 "},
                 {"k3", "5epochs", "3", "0", "90 135 "},
                 {"k9", "5epochs", "9", "0", "45 90 135 "},
                 {"k4", "40steps", "2", "3", "120k 160 "},
                 {"k5", "20steps", "1", "2", "40k 80k 120k 160k "}};
    char file[40];
    trial k;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(file, sizeof file, "%s.h5", cases[i].name);
        train_threadless(&k, file, cases[i].every, cases[i].keep, cases[i].for_good);
        CHECK(strcmp(beside(cases[i].name), cases[i].left) == 0, "%s: there are %s", cases[i].name,
              beside(cases[i].name));
        CHECK(ends(&k) == 0 && k.others == 0, "%d warnings", k.others);
    }
    /* Those of its earlier lives count; what stays for good does. */
    unlink(check_path("k9.h5"));
    train_threadless(&k, "k9.h5", "9steps", "2", "0");
    CHECK(strcmp(beside("k9"), "171 ") == 0, "there are %s", beside("k9"));
    CHECK(ends(&k) == 0, "an error");
    unlink(check_path("k5.h5"));
    train_threadless(&k, "k5.h5", "never", "1", "0");
    CHECK(strcmp(beside("k5"), "40k 80k 120k 160k ") == 0, "there are %s", beside("k5"));
    CHECK(ends(&k) == 0, "an error");
}

static void no_memory(void)
{
    trial k;
    int struck = 1;

    for (long nth = 1; struck && nth < 200; nth++) {
        begin(&k, "starved.h5", "1epoch");
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 3);
        lh_will_save(r, k.path);
        lh_epoch(r);
        lhi_fault_arm(LHI_FAULT_ALLOC, nth, 1, ENOMEM);
        lh_epoch(r);
        lhi_keep_wait(lhi_keeper_of(r, k.path));
        struck = lhi_fault_struck(LHI_FAULT_ALLOC) > 0;
        lhi_fault_arm(LHI_FAULT_ALLOC, 0, 0, 0);
        while (lh_epoch(r))
            continue;
        CHECK(lh_epochs(r) == 3 && lh_save(r, k.path) == LH_OK, "allocation %ld: %s", nth,
              lh_message(k.c));
        CHECK(ends(&k) == 0, "allocation %ld", nth);
    }
    CHECK(!struck, "it never ends");
}

static void locked(void)
{
    char expected[60];
    trial a, b;

    begin(&a, "mine.h5", "never");
    lh_run *r = lh_train(a.L, LH_SGD(0.1), a.d, 64, 2);
    CHECK(lh_will_save(r, a.path) == LH_OK && exists("mine.h5.lock"), "%s", lh_message(a.c));
    begin(&b, "mine.h5", "never");
    lh_run *other = lh_train(b.L, LH_SGD(0.1), b.d, 64, 2);
    CHECK(lh_will_save(other, b.path) == LH_EIO, "two runs have one file");
    snprintf(expected, sizeof expected, "another run: process %ld on ", (long)getpid());
    CHECK(strstr(lh_message(b.c), expected), "%s", lh_message(b.c));
    CHECK(lh_epoch(other) == 0 && ends(&b) == 74 && exists("mine.h5.lock"), "it goes on");
    /* A second run of the same program has it next. */
    r = lh_train(a.L, LH_SGD(0.1), a.d, 64, 2);
    CHECK(lh_will_save(r, a.path) == LH_OK && lh_will_save(r, a.path) == LH_OK, "%s",
          lh_message(a.c));
    CHECK(ends(&a) == 0 && !exists("mine.h5.lock"), "the lock is left");
    check_write(check_path("mine.h5.lock"), "process 1 on elsewhere since 1970", -1);
    begin(&a, "mine.h5", "never");
    r = lh_train(a.L, LH_SGD(0.1), a.d, 64, 2);
    CHECK(lh_will_save(r, a.path) == LH_OK, "%s", lh_message(a.c));
    CHECK(ends(&a) == 0 && !exists("mine.h5.lock"), "a dead one's lock is left");
}

static void unannounced(void)
{
    static const struct {
        const char *resume;
        int code, epochs, told;
    } cases[] = {{"require", 2, 0, 0}, {"auto", 0, 2, 1}, {"never", 0, 2, 0}};
    trial k;

    for (size_t i = 0; i < 3; i++) {
        begin(&k, "silent.h5", "never");
        lh_opt_set(k.c, "resume", cases[i].resume);
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 2);
        while (lh_epoch(r))
            continue;
        CHECK(lh_epochs(r) == cases[i].epochs && k.others == cases[i].told, "%s: %ld epochs, %d",
              cases[i].resume, lh_epochs(r), k.others);
        CHECK(ends(&k) == cases[i].code, "%s", cases[i].resume);
    }
}

static void no_files(void)
{
    trial k;

    begin(&k, "x.h5", "1step");
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 3);
    CHECK(lh_will_save(r, "/dev/null") == LH_OK && !lhi_keeper_of(r, "/dev/null"), "%s",
          lh_message(k.c));
    CHECK(access("/dev/null.lock", F_OK) != 0, "a lock beside a device");
    while (lh_epoch(r))
        continue;
    CHECK(ends(&k) == 0, "an error");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"how often is read from a text, all of it", texts},
        {"hooks are called between steps, when a time, a step or an epoch has come", hooks},
        {"saving on the way changes no byte of what comes out", same_bytes},
        {"a loop of one's own that is cut anywhere goes on to the same bytes", own_loops},
        {"a disk that is full is told once, and the run goes on", full_disk},
        {"a save that is slower than the interval is told once, not queued", slow_saves},
        {"without a thread it saves by itself", no_thread},
        {"so many are kept as was asked for, and those for good", kept},
        {"any allocation of a save that fails is told, and the run goes on", no_memory},
        {"a file has one run at a time, and a dead one's lock is taken", locked},
        {"what cannot be looked for is told before the first step", unannounced},
        {"a device is neither locked nor written to on the way", no_files},
        {NULL, NULL}};

    return check_main(argc, argv, "keeping", tests);
}
