/* test_contexts.c -- contexts on several threads at once: each as if it were alone. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/fault.h"
#include "tests/check.h"

#include <longhand.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 3, CONTEXTS = THREADS * ROUNDS, CALLS = 13, PATHS = 9 };

/* What one context does, and what it came to: CHECK() is for one thread alone. */
typedef struct work {
    int seed, failed, calls, code;
    double loss, again;
    char folder[300], path[PATHS][400], message[400];
} work;

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static void did(work *k, lh_status s)
{
    k->calls++;
    k->failed += s != LH_OK;
}

static const char *in(work *k, int which, const char *name)
{
    snprintf(k->path[which], sizeof k->path[0], "%s/%s", k->folder, name);
    return k->path[which];
}

/* Opens the checkpoint again: the loss of its network. */
static double read_again(lh_ctx *c, lh_data *test, const char *path)
{
    lh_checkpoint *saved = lh_checkpoint_open(c, path);
    FILE *out = tmpfile();
    double loss;

    lh_checkpoint_print(saved, out);
    lh_info(c, out);
    loss = lh_loss(lh_checkpoint_network(saved), test);
    fclose(out);
    return loss;
}

/* Records, checks, trains, saves, reads, draws: all that touches HDF5, files or programs. */
static void run(work *k)
{
    char seed[40], ledger[900], *argv[] = {(char[]){"threads"}, seed, ledger,
                                           (char[]){"--threads=1"}, (char[]){"--reproducible"},
                                           (char[]){"--quiet"}, (char[]){"--progress=none"}, NULL};
    double xs[3] = {1, 2, 3};
    lh_ctx *c;

    snprintf(seed, sizeof seed, "--seed=%d", k->seed);
    snprintf(ledger, sizeof ledger, "--ledger=%s,%s", in(k, 0, "ledger.h5"),
             in(k, 1, "ledger.npz"));
    c = lh_open(7, argv, "threads");
    lh_on_message(c, silent, NULL);
    lh_data *d = lh_data_open(c, "wdbc"), *test = lh_hold_out(d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", 30, 4, LH_HE), V = lh_param(t, "V", 4, 1, LH_GLOROT);
    lh_let(A, lh_relu(lh_matmul(X, W)));
    lh_let(L, lh_bce_logits(lh_matmul(A, V), y));

    did(k, lh_folder(c, k->folder));
    did(k, lh_verify(L, d, 8));
    did(k, lh_verify_theirs(L, d, 8, k->path[0]));
    did(k, lh_verify_theirs(L, d, 8, k->path[1]));
    did(k, lh_derive(L, d, 8, NULL, in(k, 2, "derivation.html")));
    lh_run *r = lh_train(L, LH_MOMENTUM(0.1, 0.9), d, 64, 3);
    did(k, lh_will_save(r, in(k, 3, "model.h5")));
    while (lh_epoch(r)) {
        lh_note(r, "test loss", lh_loss(L, test));
        did(k, lh_save(r, k->path[3]));
    }
    k->loss = lh_loss(L, test);
    k->again = read_again(c, test, k->path[3]);
    did(k, lh_history(r, in(k, 4, "history.csv")));
    did(k, lh_plot(r, in(k, 5, "curves.svg"), "loss"));
    did(k, lh_csv(c, in(k, 6, "table.csv"), &(lh_column){"x", xs}, 1, 3));
    did(k, lh_plot_curves(c, in(k, 7, "own.svg"), (lh_axes){.title = "own"},
                          &(lh_curve){"x", xs, xs, 3, 0}, 1));
    snprintf(k->message, sizeof k->message, "%s", lh_message(c));
    k->code = lh_close(c);
}

/* Saves and opens as fast as it can, so that visits to HDF5 would meet. */
static void *hammer(void *arg)
{
    enum { TIMES = 40 };
    work *k = arg;
    char *argv[] = {(char[]){"threads"}, (char[]){"--threads=1"}, NULL};
    lh_ctx *c = lh_open(2, argv, "threads");

    lh_on_message(c, silent, NULL);
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_run *r = lh_train(lh_bce_logits(lh_matmul(X, lh_param(t, "W", 30, 1, LH_HE)), y),
                         LH_SGD(0.1), d, 0, 1);
    did(k, lh_folder(c, k->folder));
    for (int i = 0; i < TIMES; i++) {
        did(k, lh_save(r, in(k, 0, "model.h5")));
        did(k, lh_checkpoint_open(c, k->path[0]) ? LH_OK : LH_EFORMAT);
    }
    snprintf(k->message, sizeof k->message, "%s", lh_message(c));
    k->code = lh_close(c);
    return NULL;
}

static void prepare(work *k, const char *how, int seed)
{
    *k = (work){.seed = seed};
    snprintf(k->folder, sizeof k->folder, "%s/%s%d", check_folder(), how, seed);
}

static void *rounds(void *arg)
{
    work *k = arg;

    for (int i = 0; i < ROUNDS; i++)
        run(&k[i]);
    return NULL;
}

static void many_contexts(void)
{
    static work alone[CONTEXTS], together[CONTEXTS];
    static const int files[] = {0, 1, 2, 3, 4, 6};
    pthread_t thread[THREADS];
    int compared = 0;

    for (int i = 0; i < CONTEXTS; i++) {
        prepare(&alone[i], "alone", i + 1);
        prepare(&together[i], "together", i + 1);
        run(&alone[i]);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&thread[i], NULL, rounds, &together[i * ROUNDS]) == 0, "thread %d", i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < CONTEXTS; i++) {
        const work *a = &alone[i], *b = &together[i];

        CHECK(a->code == 0 && a->failed == 0, "alone: %d, %s", a->code, a->message);
        CHECK(b->code == 0 && b->failed == 0, "seed %d: %d, %s", b->seed, b->code, b->message);
        CHECK(a->calls >= CALLS && b->calls == a->calls, "%d calls", b->calls);
        CHECK(a->loss == b->loss && a->loss == a->again && b->loss == b->again,
              "losses %.17g, %.17g, %.17g, %.17g", a->loss, b->loss, a->again, b->again);
        for (size_t f = 0; f < sizeof files / sizeof files[0]; f++, compared++) {
            size_t n, m;
            char *one = check_read(a->path[files[f]], &n);
            char *other = check_read(b->path[files[f]], &m);

            CHECK(n > 0 && n == m && memcmp(one, other, n) == 0, "%s", b->path[files[f]]);
            free(one);
            free(other);
        }
    }
    CHECK(compared >= 70, "%d files were compared", compared);
}

static void many_saves(void)
{
    static work k[2 * THREADS];
    pthread_t thread[2 * THREADS];

    for (int i = 0; i < 2 * THREADS; i++) {
        prepare(&k[i], "hammer", i);
        CHECK(pthread_create(&thread[i], NULL, hammer, &k[i]) == 0, "thread %d", i);
    }
    for (int i = 0; i < 2 * THREADS; i++) {
        pthread_join(thread[i], NULL);
        CHECK(k[i].code == 0 && k[i].failed == 0 && k[i].calls >= 81, "%d of %d calls failed: %s",
              k[i].failed, k[i].calls, k[i].message);
    }
}

static void nothing_written(void *arg, const char *text)
{
    (void)text;
    ++*(int *)arg;
}

/* The context of an lh_open() without memory is one for all threads, in memory that cannot be
 * written to: a call that tries does not come back. */
static void no_memory(void)
{
    int told = 0;
    lh_ctx *c;

    lhi_fault_arm(LHI_FAULT_ALLOC, 1, 1, ENOMEM);
    c = lh_open(0, NULL, "test");
    lhi_fault_arm(LHI_FAULT_ALLOC, 0, 0, 0);
    lh_on_message(c, nothing_written, &told);
    CHECK(lh_clear(c) == LH_OK && lh_error(c) == LH_ENOMEM, "%s", lh_message(c));
    CHECK(lh_opt_int(c, "a", 7, "") == 7 && lh_opt_flag(c, "b", "") == 0, "options");
    lh_opt_example(c, "a", "b");
    CHECK(lh_opt_done(c) == LH_ENOMEM && lh_folder(c, check_folder()) == LH_ENOMEM, "status");
    lh_fail(c, LH_EIO, "%s", "another");
    lh_say(c, "%s", "nothing");
    lh_data *d = lh_data_open(c, "wdbc"), *test = lh_hold_out(d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var L = lh_bce_logits(lh_matmul(X, lh_param(t, "W", 30, 1, LH_HE)), y);
    lh_verify(L, d, 8);
    lh_run *r = lh_train(L, LH_SGD(0.1), d, 64, 3);
    CHECK(lh_epoch(r) == 0, "it trains without memory");
    lh_will_save(r, check_path("never.h5"));
    lh_save(r, check_path("never.h5"));
    lh_note(r, "loss", lh_loss(L, test));
    CHECK(!lh_checkpoint_open(c, check_path("never.h5")), "a checkpoint");
    CHECK(lh_error(c) == LH_ENOMEM && told == 0, "%s", lh_message(c));
    CHECK(lh_close(c) == 71, "exit code");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"contexts on several threads do what each does alone", many_contexts},
        {"saves and reads on many threads all go well", many_saves},
        {"the context without memory is never written to", no_memory},
        {NULL, NULL}};

    return check_main(argc, argv, "contexts", tests);
}
