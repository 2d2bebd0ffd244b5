/* test_optim.c -- every optimiser and schedule: one set of bits, exact resume, what is refused. */
/* SPDX-License-Identifier: MIT */
#include "framework/optim/optim.h"
#include "framework/store/store.h"
#include "framework/train/run.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct net {
    lh_ctx *c;
    lh_data *d;
    lh_tape *t;
    lh_var W1, W2, L;
} net;

static char said[4000];

static void listen(void *arg, const char *text)
{
    (void)arg;
    snprintf(said, sizeof said, "%s", text);
}

static net open_net(int threads, lh_type type)
{
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, listen, NULL);
    k.c->set.seed = 7;
    k.c->set.threads = threads;
    k.c->set.progress = "none";
    k.c->set.reproducible = 1;
    k.d = lh_data_open(k.c, "wdbc");
    k.t = lh_tape_new(lh_params_new(k.c, type));
    lh_var X = lh_input(k.t, "X", LH_ROWS, lh_cols(k.d)), y = lh_input(k.t, "y", LH_ROWS, 1);
    k.W1 = lh_param(k.t, "W1", lh_cols(k.d), 50, LH_HE); /* more than one block */
    lh_var b1 = lh_param(k.t, "b1", 1, 50, LH_ZEROS);
    lh_var A1 = lh_relu(lh_add(lh_matmul(X, k.W1), b1));
    k.W2 = lh_param(k.t, "W2", 50, 1, LH_GLOROT);
    k.L = lh_bce_logits(lh_matmul(lh_dropout(A1, 0.1), k.W2), y);
    return k;
}

/* What is tried with every optimiser, in turn with every schedule. */
static lh_optimizer rule_at(size_t i, size_t *batch)
{
    const lhi_optim_row *row = lhi_optim_at(i % 9);
    const lhi_schedule_row *schedule = lhi_schedule_at_index(i % 7);
    const int whole = strcmp(row->name, "rprop") == 0 || strcmp(row->name, "lbfgs") == 0;
    lh_optimizer how = lh_rule(row->name, whole ? row->number[0].value : 0.02, 0.8,
                               i % 2 ? 0.01 : 0);

    how.schedule = lh_scheduled(schedule->name, strcmp(schedule->name, "plateau") == 0 ? 1 : 3,
                                0.7);
    if (strcmp(schedule->name, "cosine") == 0 || strcmp(schedule->name, "one-cycle") == 0)
        how.schedule.epochs = 0;
    how.schedule.warm_up += i % 4 == 3;
    how.clip = i % 3 == 1 ? 0.1 : 0;
    how.clip_norm = i % 3 == 2 ? 0.5 : 0;
    how.accumulate = i % 5 == 4 ? 3 : 1;
    how.apart = i % 6 == 5;
    *batch = whole ? 0 : 50;
    return how;
}

enum { CASES = 18, EPOCHS = 12 };

/* The bytes after all epochs of a run that nothing stops. */
static char *whole_run(size_t i, int threads, lh_type type, const char *isa, size_t *size)
{
    net k = open_net(threads, type);
    size_t batch;
    const lh_optimizer how = rule_at(i, &batch);
    lh_run *r;

    k.c->set.isa = isa;
    lh_rate_of(k.W2, i % 2 ? 0.5 : 1);
    r = lh_train(k.L, how, k.d, batch, EPOCHS);
    while (lh_epoch(r))
        continue;
    CHECK(lh_epochs(r) == EPOCHS && lh_save(r, check_path("whole.h5")) == LH_OK, "case %zu: %s", i,
          lh_message(k.c));
    lh_close(k.c);
    return check_read(check_path("whole.h5"), size);
}

static void one_set_of_bits(void)
{
    static const char *const isas[] = {"auto", "auto", "portable", "avx2", "avx512"};
    long compared = 0;

    for (size_t i = 0; i < CASES; i++) {
        const lh_type type = i < 9 ? LH_F32 : LH_F64;
        size_t n, m;
        char *one = whole_run(i, 1, type, "auto", &n);

        for (int way = 0; way < 5; way++) {
            char *other;

            if (lhi_variant_pick(type, isas[way]) < 0)
                continue;
            other = whole_run(i, 1 + way % 4, type, isas[way], &m);
            CHECK(n == m && memcmp(one, other, n) == 0, "case %zu, %s, way %d", i, isas[way], way);
            free(other);
            compared++;
        }
        free(one);
    }
    CHECK(compared >= 3 * CASES, "%ld compared", compared);
}

/* Goes on until a signal comes after so many microseconds, or to the end; 1 at the end.  *within
 * counts stops within an epoch. */
static int some_of_it(size_t i, int threads, long wait, int begun, long *within)
{
    net k = open_net(threads, i < 9 ? LH_F32 : LH_F64);
    size_t batch;
    const lh_optimizer how = rule_at(i, &batch);
    pid_t child;
    int ended;
    lh_run *r;

    if (begun)
        k.c->set.resume = check_path("part.h5");
    lh_rate_of(k.W2, i % 2 ? 0.5 : 1);
    r = lh_train(k.L, how, k.d, batch, EPOCHS);
    CHECK(lh_error(k.c) == LH_OK, "case %zu: %s", i, lh_message(k.c));
    if ((child = fork()) == 0) {
        const struct timespec pause = {0, wait * 1000};

        nanosleep(&pause, NULL);
        kill(getppid(), SIGTERM);
        _exit(0);
    }
    while (lh_epoch(r))
        continue;
    waitpid(child, NULL, 0);
    ended = lh_epochs(r) == EPOCHS;
    *within += !r->inert && r->position > 0;
    CHECK(lh_save(r, check_path("part.h5")) == LH_OK, "case %zu: %s", i, lh_message(k.c));
    ended |= lh_error(k.c) != LH_OK;
    lh_close(k.c);
    return ended;
}

static void resumed(void)
{
    long stops = 0, within = 0;

    srand(12);
    for (int again = 0; again < 20 && (again == 0 || within < 10); again++)
        for (size_t i = 0; i < CASES; i++) {
            size_t n, m;
            char *whole, *parts;
            int begun = 0, threads = 1;

            /* The last try is not cut, so that there is an end. */
            while (!some_of_it(i, threads, begun < 6 ? rand() % 3000 : 500000000, begun, &within))
                threads = 1 + begun++ % 3, stops++;
            whole = whole_run(i, 1, i < 9 ? LH_F32 : LH_F64, "auto", &n);
            parts = check_read(check_path("part.h5"), &m);
            CHECK(n == m && memcmp(whole, parts, n) == 0, "case %zu after %d stops", i, begun);
            free(whole), free(parts);
        }
    printf("# %ld stops, %ld within an epoch\n", stops, within);
    CHECK(stops >= CASES / 2 && within >= 10, "%ld stops, %ld within an epoch", stops, within);
}

/* --- what is refused --- */

static void resumed_wrongly(void)
{
    static const char *const what[] = {"rule", "schedule", "beta1", "decay", "*W1", "accumulate"};
    net k = open_net(1, LH_F32);
    lh_optimizer how = LH_ADAM(0.01);
    lh_run *r = lh_train(k.L, how, k.d, 64, 1);

    lh_epoch(r);
    lh_save(r, check_path("adam.h5"));
    lh_close(k.c);
    for (int i = 0; i < 6; i++) {
        k = open_net(1, LH_F32);
        k.c->set.resume = check_path("adam.h5");
        how = i == 0 ? LH_RMSPROP(0.01) : LH_ADAM(0.01);
        how.beta1 = i == 2 ? 0.8 : how.beta1;
        how.decay = i == 3 ? 0.1 : 0;
        how.accumulate = i == 5 ? 2 : 0;
        if (i == 1)
            how.schedule = LH_COSINE(4);
        if (i == 4)
            lh_freeze(k.W1);
        lh_train(k.L, how, k.d, 64, 2);
        snprintf(said, sizeof said, "its %s is another", what[i]);
        CHECK(lh_error(k.c) == LH_EMISMATCH && strstr(lh_message(k.c), said), "%s: %s", what[i],
              lh_message(k.c));
        lh_close(k.c);
    }
}

static void wrong_numbers(void)
{
    static const struct { const char *part; size_t at; double value; } wrong[] = {
        {"beta1 of 1", offsetof(lh_optimizer, beta1), 1},
        {"beta2 of nan", offsetof(lh_optimizer, beta2), (double)NAN},
        {"epsilon of 0", offsetof(lh_optimizer, epsilon), 0},
        {"decay of -1", offsetof(lh_optimizer, decay), -1},
        {"clip of -1", offsetof(lh_optimizer, clip), -1},
        {"clip-norm of nan", offsetof(lh_optimizer, clip_norm), (double)NAN},
        {"warm-up of 1.5", offsetof(lh_optimizer, schedule.warm_up), 1.5},
        {"factor of 0", offsetof(lh_optimizer, schedule.factor), 0},
        {"rate of 0", offsetof(lh_optimizer, rate), 0}};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        net k = open_net(1, LH_F32);
        lh_optimizer how = LH_ADAM(0.01);

        how.schedule = LH_STEP_DECAY(3, 0.5);
        memcpy((char *)&how + wrong[i].at, &wrong[i].value, sizeof wrong[i].value);
        lh_train(k.L, how, k.d, 64, 1);
        CHECK(lh_error(k.c) == LH_EUSAGE && strstr(lh_message(k.c), wrong[i].part), "%s: %s",
              wrong[i].part, lh_message(k.c));
        lh_close(k.c);
    }
    for (int i = 0; i < 3; i++) {
        net k = open_net(1, LH_F32);
        lh_optimizer how = i ? LH_SGD(0.1) : lh_rule("adamm", 0.1, 0, 0);

        if (i == 1)
            how.schedule.name = "cosin";
        if (i == 2)
            how.accumulate = -1;
        lh_train(k.L, how, k.d, 64, 1);
        CHECK(lh_error(k.c) == LH_EUSAGE &&
                  strstr(lh_message(k.c), i == 2   ? "-1 batches"
                                          : i == 1 ? "no schedule of the name 'cosin'"
                                                   : "no optimiser of the name 'adamm'"),
              "%s", lh_message(k.c));
        lh_close(k.c);
    }
}

/* --- single parameters --- */

static void single_rates(void)
{
    for (int i = 0; i < 9; i++) {
        net k = open_net(2, LH_F32);
        const lhi_optim_row *row = lhi_optim_at((size_t)i);
        float first[2];
        lh_run *r;

        CHECK(lh_freeze(k.W1) == LH_OK && lh_rate_of(k.W2, -1) == LH_EUSAGE, "%s",
              lh_message(k.c));
        lh_clear(k.c);
        CHECK(lh_rate_of(k.L, 1) == LH_ESTATE, "a loss has no rate");
        lh_clear(k.c);
        r = lh_train(k.L, lh_rule(row->name, 0.01, 0.9, 0.01), k.d, 64, 2);
        first[0] = ((const float *)lh_value(k.W1).at)[0];
        first[1] = ((const float *)lh_value(k.W2).at)[0];
        lh_epoch(r);
        CHECK(((const float *)lh_value(k.W1).at)[0] == first[0], "%s moves what is still",
              row->name);
        CHECK(((const float *)lh_value(k.W2).at)[0] != first[1], "%s moves nothing", row->name);
        CHECK(((const float *)lh_grad(k.W1).at)[0] != 0, "its gradient can be looked at");
        lh_rate_of(k.W1, 1);
        lh_epoch(r);
        CHECK(((const float *)lh_value(k.W1).at)[0] != first[0], "%s: it moves again", row->name);
        lh_close(k.c);
    }
}

/* Several batches make the move of one that has the rows of all of them, but for rounding. */
static void several_batches(void)
{
    double value[2][30 * 50];

    for (int i = 0; i < 2; i++) {
        net k = open_net(2, LH_F64);
        lh_optimizer how = LH_SGD(0.1);
        lh_run *r;

        how.accumulate = i ? 4 : 0;
        k.L = lh_bce_logits(lh_matmul(lh_relu(lh_matmul(lh_named(k.t, "X"), k.W1)), k.W2),
                            lh_named(k.t, "y"));
        r = lh_train(k.L, how, k.d, i ? 50 : 200, 2); /* 569 rows: the last move has fewer */
        while (lh_epoch(r))
            continue;
        CHECK(r->moves == 6 && lh_steps(r) == (i ? 24 : 6), "%ld moves", r->moves);
        memcpy(value[i], lh_value(k.W1).at, sizeof value[i]);
        lh_close(k.c);
    }
    for (size_t e = 0; e < 30 * 50; e++)
        CHECK(fabs(value[0][e] - value[1][e]) < 1e-12, "%g and %g", value[0][e], value[1][e]);
}

/* --- schedules --- */

static double part(const lh_schedule s, int64_t epoch, int64_t moves, int64_t each)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_optimizer how = LH_SGD(1);
    const lhi_schedule_at at = {.epoch = epoch, .moves = moves, .each = each};
    lhi_optim o;
    double rate;

    how.schedule = s;
    CHECK(lhi_optim_of(c, &how, 10, "test", &o) == 0, "%s", lh_message(c));
    rate = lhi_optim_rate(&o, &at);
    lh_close(c);
    return rate;
}

static void near(double a, long double b, const char *what)
{
    CHECK(fabsl((long double)a - b) < 1e-15L, "%s: %.17g, not %.17Lg", what, a, b);
}

static void schedules(void)
{
    const long double pi = 3.14159265358979323846264338327950288L;
    lh_schedule s = LH_COSINE(0);

    for (int i = 0; i <= 4096; i++) {
        const double x = lhi_cos_pi(i / 4096.0);
        const long double right = cosl(pi * i / 4096);

        CHECK(fabsl((long double)x - right) <= 0x1p-52L, "cos(pi %d/4096): %.17g", i, x);
    }
    CHECK(lhi_cos_pi(0.5) == 0 && lhi_cos_pi(1) == -1 && lhi_cos_pi(0) == 1, "whole quarters");
    for (int n = 0; n < 40; n++)
        near(part(s, n / 4, n % 4, 4), (1 + cosl(pi * n / 40)) / 2, "cosine, move by move");
    CHECK(part(s, 10, 0, 4) == 0 && part(s, 12, 1, 4) == 0, "after its end");
    s.warm_up = 2;
    CHECK(part(s, 0, 0, 4) == 0.125 && part(s, 1, 3, 4) == 1 && part(s, 2, 0, 4) == 1, "warm-up");
    near(part(s, 6, 0, 4), 0.5L, "half of what is left after the warm-up");
    CHECK(part(LH_STEP_DECAY(3, 0.5), 8, 1, 4) == 0.25, "step");
    CHECK(part(LH_EXPONENTIAL(0.5), 3, 1, 4) == 0.125, "exponential");
    s = LH_ONE_CYCLE(0); /* 40 moves: the top is the 12th */
    near(part(s, 0, 0, 4), 0.04L, "one cycle begins");
    near(part(s, 2, 3, 4), 1, "and climbs");
    CHECK(part(s, 9, 3, 4) == 4e-6 && part(s, 11, 0, 4) == 4e-6, "and ends");
}

static void plateaus(void)
{
    static const double loss[] = {5, 4, 4, 4.5, 4.2, 3, (double)NAN, 3, 3, 3, 3, 3};
    static const int64_t drops[] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3};
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_optimizer how = LH_SGD(1);
    lhi_plateau on = {.seen = 0};
    lhi_optim o;

    how.schedule = LH_PLATEAU(2, 0.5);
    CHECK(lhi_optim_of(c, &how, 10, "test", &o) == 0, "%s", lh_message(c));
    for (size_t i = 0; i < sizeof loss / sizeof *loss; i++) {
        lhi_plateau anew = {.seen = 0};
        double not_yet[sizeof loss / sizeof *loss];

        memcpy(not_yet, loss, sizeof not_yet);
        not_yet[i] = (double)NAN; /* as before it is noted: it is looked at again */
        lhi_optim_drops(&on, &o, not_yet, i + 1);
        CHECK(lhi_optim_drops(&anew, &o, loss, i + 1) == drops[i], "%zu epochs at once", i + 1);
        CHECK(lhi_optim_drops(&on, &o, loss, i + 1) == drops[i], "%zu epochs, one by one", i + 1);
    }
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"every optimiser has one set of bits", one_set_of_bits},
        {"stopped anywhere, each ends with the bytes of one that never stopped", resumed},
        {"a run with another rule, schedule or number is refused, which is said", resumed_wrongly},
        {"numbers and names that are none are refused", wrong_numbers},
        {"a parameter has a rate of its own, or none", single_rates},
        {"several batches make one move", several_batches},
        {"schedules are what their formulas say", schedules},
        {"a plateau drops when no value of lately was the smallest", plateaus},
        {NULL, NULL},
    };

    return check_main(argc, argv, "optim", tests);
}
