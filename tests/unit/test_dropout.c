/* test_dropout.c -- what is drawn in training: by seed, step, name and place, and nothing else. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/data/data.h"
#include "framework/verify/check.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 400, COLS = 10 };

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *open_ctx(uint64_t seed, int threads)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, silent, NULL);
    c->set.seed = seed;
    c->set.threads = threads;
    c->set.progress = "none";
    c->set.reproducible = 1;
    return c;
}

/* A network with two masks, one of which has no name. */
typedef struct net {
    lh_ctx *c;
    lh_data *d, *test;
    lh_tape *t;
    lh_var L, yhat;
} net;

static net open_net(uint64_t seed, int threads, double rate)
{
    net k = {.c = open_ctx(seed, threads)};

    k.d = lh_data_open(k.c, "wdbc");
    k.test = lh_hold_out(k.d, 0.25);
    k.t = lh_tape_new(lh_params_new(k.c, LH_F32));
    lh_var X = lh_input(k.t, "X", LH_ROWS, lh_cols(k.d)), y = lh_input(k.t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(k.t, "W1", lh_cols(k.d), 16, LH_HE);
    lh_var W2 = lh_param(k.t, "W2", 16, 8, LH_HE), W3 = lh_param(k.t, "W3", 8, 1, LH_HE);
    lh_let(A1, lh_dropout(lh_relu(lh_matmul(X, W1)), rate));
    lh_let(A2, lh_relu(lh_matmul(A1, W2)));
    lh_let(Z3, lh_matmul(lh_dropout(A2, rate), W3));
    lh_let(yhat, lh_sigmoid(Z3));
    lh_let(L, lh_bce_logits(Z3, y));
    k.yhat = yhat;
    k.L = L;
    return k;
}

/* --- the mask --- */

static const float ones[ROWS * COLS];

/* The factors of A = dropout(X + 1), by hand; name NULL: A has none; late: what it is made of is
 * recorded last. */
static void mask(uint64_t seed, long step, const char *name, double rate, int late, float *f)
{
    lh_ctx *c = open_ctx(seed, 1);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var other = {0}, X = lh_input(t, "X", LH_ROWS, COLS), one = lh_input(t, "one", 1, COLS), A;
    static float row[COLS];
    lh_array a;

    if (late)
        other = lh_relu(lh_sigmoid(X));
    A = lh_dropout(lh_add(X, one), rate);
    if (!late)
        other = lh_relu(lh_sigmoid(X));
    if (name)
        A = lh_label(A, name, __FILE__, __LINE__);
    for (int j = 0; j < COLS; j++)
        row[j] = 1;
    lh_bind(X, ones, ROWS);
    lh_bind(one, row, 1);
    lh_training(t, step);
    lh_forward(other);
    CHECK(lh_forward(A) == LH_OK, "%s", lh_message(c));
    a = lh_value(A);
    memcpy(f, a.at, ROWS * COLS * sizeof *f);
    lh_close(c);
}

static int same(const float *a, const float *b)
{
    return memcmp(a, b, ROWS * COLS * sizeof *a) == 0;
}

static void keyed(void)
{
    static float a[ROWS * COLS], b[ROWS * COLS];

    mask(1, 5, "A", 0.5, 0, a);
    mask(1, 5, "A", 0.5, 0, b);
    CHECK(same(a, b), "the same again");
    mask(1, 5, "A", 0.5, 1, b);
    CHECK(same(a, b), "recorded in another order");
    mask(2, 5, "A", 0.5, 0, b);
    CHECK(!same(a, b), "another seed");
    mask(1, 6, "A", 0.5, 0, b);
    CHECK(!same(a, b), "another step");
    mask(1, 5, "B", 0.5, 0, b);
    CHECK(!same(a, b), "another name");
    mask(1, 5, NULL, 0.5, 0, a);
    CHECK(!same(a, b), "no name");
    mask(1, 5, NULL, 0.5, 1, b);
    CHECK(same(a, b), "no name, recorded in another order");
}

/* As many as the rate says, by four deviations; each row and each column has its own. */
static void as_many(void)
{
    static const double rates[] = {0.1, 0.5, 0.9};
    static float f[ROWS * COLS];

    for (size_t k = 0; k < 3; k++) {
        const double n = ROWS * COLS, off = 4 * sqrt(rates[k] * (1 - rates[k]) / n);
        double dropped = 0;
        size_t rows = 0, cols = 0;

        mask(3, 0, "A", rates[k], 0, f);
        for (size_t e = 0; e < ROWS * COLS; e++) {
            dropped += f[e] == 0;
            CHECK(f[e] == 0 || f[e] == 1 / (float)(1 - rates[k]), "%g", (double)f[e]);
            rows += e >= COLS && f[e] != f[e - COLS];
            cols += e % COLS && f[e] != f[e - 1];
        }
        CHECK(fabs(dropped / n - rates[k]) < off, "%g of rate %g", dropped / n, rates[k]);
        CHECK(rows > 400 && cols > 400, "%zu and %zu neighbours differ", rows, cols);
    }
}

static void evaluation(void)
{
    static float f[ROWS * COLS];
    net k = open_net(4, 1, 0.5), plain = open_net(4, 1, 0);
    double before;

    mask(3, -1, "A", 0.5, 0, f);
    for (size_t e = 0; e < ROWS * COLS; e++)
        CHECK(f[e] == 1, "%g", (double)f[e]);
    before = lh_loss(k.L, k.test);
    CHECK(before == lh_loss(plain.L, plain.test), "the loss that is measured draws nothing");
    CHECK(lh_accuracy(k.yhat, k.test) == lh_accuracy(plain.yhat, plain.test), "nor the accuracy");
    lh_training(k.t, 7);
    CHECK(before == lh_loss(k.L, k.test), "not in a loop of one's own either");
    lh_close(k.c);
    lh_close(plain.c);
}

static void refused(void)
{
    static const double rates[] = {1, -0.1, 1.5, (double)NAN, (double)INFINITY};

    for (size_t i = 0; i < 5; i++) {
        lh_ctx *c = open_ctx(1, 1);
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));

        lh_dropout(lh_input(t, "X", LH_ROWS, 2), rates[i]);
        CHECK(lh_error(c) == LH_ESHAPE && strstr(lh_message(c), i < 3 ? "rate" : "finite"), "%s",
              lh_message(c));
        lh_close(c);
    }
}

/* --- in training --- */

/* The steps of lh_train(), whose plan shares arrays, are those by hand. */
static void by_hand(void)
{
    net k = open_net(5, 2, 0.4), own = open_net(5, 1, 0.4);
    lh_run *r = lh_train(k.L, LH_SGD(1), k.d, 0, 3);
    static float x[569 * 30], y[569];
    size_t compared = 0;

    lhi_data_prepare(own.d, LH_F32);
    lhi_data_gather_f32(own.d, NULL, 0, lh_rows(own.d), x, y);
    lh_bind(lh_named(own.t, "X"), x, lh_rows(own.d));
    lh_bind(lh_named(own.t, "y"), y, lh_rows(own.d));
    for (long step = 0; lh_epoch(r); step++) {
        lh_training(own.t, step);
        lh_forward(own.L);
        CHECK(lh_backward(own.L) == LH_OK, "%s", lh_message(own.c));
        for (int p = 1; p <= 3; p++) {
            const char *name = p == 1 ? "W1" : p == 2 ? "W2" : "W3";
            const lh_array a = lh_grad(lh_named(k.t, name)), b = lh_grad(lh_named(own.t, name));
            const float *const got = a.at, *const g = b.at;
            float *const W = (float *)(uintptr_t)lh_value(lh_named(own.t, name)).at;

            for (size_t e = 0; e < a.rows * a.cols; e++, compared++) {
                CHECK(got[e] == g[e], "step %ld, %s, element %zu", step, name, e);
                W[e] -= g[e];
            }
        }
    }
    CHECK(compared == 3 * (30 * 16 + 16 * 8 + 8), "%zu", compared);
    lh_close(k.c);
    lh_close(own.c);
}

/* The bytes of a checkpoint after 40 epochs, those up to `cut` in a run of their own.  delay: and
 * that one is told to stop after so many microseconds, wherever it is. */
static char *trained(int threads, long cut, long delay, size_t *size)
{
    enum { EPOCHS = 40 };

    for (int part = cut || delay ? 0 : 1; part < 2; part++) {
        net k = open_net(6, part ? threads : 1, 0.3);
        pid_t child = 0;
        lh_run *r;

        if (part && (cut || delay))
            k.c->set.resume = check_path("part.h5");
        r = lh_train(k.L, LH_MOMENTUM(0.05, 0.9), k.d, 50, part || delay ? EPOCHS : cut);
        if (!part && delay && (child = fork()) == 0) {
            const struct timespec wait = {0, delay * 1000};

            nanosleep(&wait, NULL);
            kill(getppid(), SIGTERM);
            _exit(0);
        }
        while (lh_epoch(r))
            continue;
        if (child)
            waitpid(child, NULL, 0);
        CHECK(lh_save(r, check_path(part ? "whole.h5" : "part.h5")) == LH_OK, "%s",
              lh_message(k.c));
        lh_close(k.c);
    }
    return check_read(check_path("whole.h5"), size);
}

static void equal_bytes(void)
{
    size_t n, m;
    char *whole = trained(1, 0, 0, &n);

    for (int i = 0; i < 8; i++) {
        char *other = trained(1 + i % 4, i < 4 ? 5 * i : 0, i < 4 ? 0 : 400 * (i - 3), &m);

        CHECK(n == m && memcmp(whole, other, n) == 0, "run %d is another", i);
        free(other);
    }
    free(whole);
}

static void zeros_of_W2(void *arg, const char *name, size_t rows, size_t cols, const lh_wide *x)
{
    for (size_t e = 0; strcmp(name, "dW2") == 0 && e < rows * cols; e++)
        *(size_t *)arg += x[e] == 0;
}

/* Every method has the same mask, of one row: what it drops has no gradient. */
static void checked(void)
{
    size_t zeros[2] = {0, 0};

    for (int drops = 0; drops < 2; drops++) {
        net k = open_net(7, 1, drops ? 0.5 : 0);

        for (size_t rows = 1; rows <= 20; rows += 19) {
            lhi_report *r = lhi_verify(k.L, k.d, rows, rows == 1 ? zeros_of_W2 : NULL,
                                       &zeros[drops]);

            CHECK(r && r->verdict == LH_AGREE, "%s", lh_message(k.c));
        }
        CHECK(lh_derive(k.L, k.d, 8, "text", check_path("page.txt")) == LH_OK, "%s",
              lh_message(k.c));
        lh_close(k.c);
    }
    CHECK(zeros[1] > zeros[0], "%zu elements without a gradient, %zu without a mask", zeros[1],
          zeros[0]);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a mask depends on seed, step and name, and not on the order of recording", keyed},
        {"the rate says how many are dropped", as_many},
        {"nothing is dropped where the network is measured", evaluation},
        {"a rate that is none is refused", refused},
        {"steps by hand are those of lh_train()", by_hand},
        {"threads and stops change no byte", equal_bytes},
        {"a network with masks is checked and derived", checked},
        {0}};

    return check_main(argc, argv, "dropout", tests);
}
