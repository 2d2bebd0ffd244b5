/* test_keeping.c -- a run that is saved while it goes on: when, and that nothing else changes. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/every.h"
#include "tests/unit/keeping_help.h"

#include <limits.h>
#include <math.h>

enum { IN = 3, ROWS = 60, EACH = 5, BATCH = ROWS / EACH };

static float x[ROWS][IN], label[ROWS];

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
    size_t size, others;
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
    char *slow = check_read(k.path, &size);
    CHECK(ends(&k) == 0 && k.others == 0 && k.slow == 1, "an error");
    /* It is the state of the fifth step, whatever the run has done since. */
    begin(&k, "quick.h5", "5steps");
    r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 1); /* of 9 steps */
    lh_will_save(r, k.path);
    while (lh_epoch(r))
        continue;
    lhi_keep_wait(lhi_keeper_of(r, k.path));
    char *quick = check_read(k.path, &others);
    CHECK(size == others && memcmp(slow, quick, size) == 0, "the copy has changed");
    free(slow);
    free(quick);
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

static void nonfinite(void)
{
    const float bad[30] = {(float)NAN};
    size_t size, others;
    trial k;

    begin(&k, "finite.h5", "1epoch");
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 9);
    lh_will_save(r, k.path);
    lh_epoch(r);
    lh_epoch(r);
    lhi_keep_wait(lhi_keeper_of(r, k.path));
    char *before = check_read(k.path, &size);
    lh_set(k.W, bad);
    CHECK(lh_epoch(r) == 0 && lh_error(k.c) == LH_ENONFINITE, "%s", lh_message(k.c));
    lhi_keep_wait(lhi_keeper_of(r, k.path));
    char *after = check_read(k.path, &others);
    CHECK(k.others == 1 && size == others && memcmp(before, after, size) == 0, "told %d times",
          k.others);
    free(before);
    free(after);
    lh_close(k.c);
    free(k.path);
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
        {"any allocation of a save that fails is told, and the run goes on", no_memory},
        {"a state that is not finite is told, and the file before it stays", nonfinite},
        {NULL, NULL}};

    return check_main(argc, argv, "keeping", tests);
}
