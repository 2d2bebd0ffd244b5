/* test_train.c -- training, metrics, early stop, resuming, and what can go wrong. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/data/data.h"
#include "framework/system/fault.h"
#include "framework/tape/tape.h"
#include "framework/train/run.h"
#include "framework/train/scored.h"
#include "tests/check.h"

#include <longhand.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct trial {
    lh_ctx *c;
    lh_data *d, *test;
    lh_tape *t;
    lh_var L, yhat;
} trial;

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

/* The network of the notes on wdbc. */
static trial open_trial(uint64_t seed, int threads, lh_type type)
{
    trial k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, silent, NULL);
    if (lh_error(k.c) == LH_OK) { /* the context without memory is nobody's to write to */
        k.c->set.seed = seed;
        k.c->set.threads = threads;
        k.c->set.progress = "none";
        k.c->set.reproducible = 1;
    }
    k.d = lh_data_open(k.c, "wdbc");
    k.test = lh_hold_out(k.d, 0.25);
    k.t = lh_tape_new(lh_params_new(k.c, type));
    lh_var X = lh_input(k.t, "X", LH_ROWS, lh_cols(k.d)), y = lh_input(k.t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(k.t, "W1", lh_cols(k.d), 16, LH_HE);
    lh_var b1 = lh_param(k.t, "b1", 1, 16, LH_ZEROS);
    lh_var W2 = lh_param(k.t, "W2", 16, 8, LH_HE), b2 = lh_param(k.t, "b2", 1, 8, LH_ZEROS);
    lh_var W3 = lh_param(k.t, "W3", 8, 1, LH_GLOROT), b3 = lh_param(k.t, "b3", 1, 1, LH_ZEROS);
    lh_let(A1, lh_relu(lh_add(lh_matmul(X, W1), b1)));
    lh_let(A2, lh_relu(lh_add(lh_matmul(A1, W2), b2)));
    lh_let(Z3, lh_add(lh_matmul(A2, W3), b3));
    lh_let(yhat, lh_sigmoid(Z3));
    lh_let(L, lh_bce_logits(Z3, y));
    k.yhat = yhat;
    k.L = L;
    return k;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void accuracy_on_wdbc(void)
{
    double accuracy[11], area[11];

    for (uint64_t seed = 1; seed <= 11; seed++) {
        trial k = open_trial(seed, 0, LH_F32);
        lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 200);

        while (lh_epoch(r))
            continue;
        accuracy[seed - 1] = lh_accuracy(k.yhat, k.test);
        area[seed - 1] = lh_auc(k.yhat, k.test);
        CHECK(lh_close(k.c) == 0, "seed %d", (int)seed);
    }
    qsort(accuracy, 11, sizeof *accuracy, by_value);
    qsort(area, 11, sizeof *area, by_value);
    printf("# 11 seeds: accuracy %.4f (%.4f to %.4f), AUC %.4f (%.4f to %.4f)\n", accuracy[5],
           accuracy[0], accuracy[10], area[5], area[0], area[10]);
    CHECK(accuracy[5] >= 0.95, "the median accuracy of 11 seeds is %.4f", accuracy[5]);
    CHECK(accuracy[0] >= 0.9 && area[5] >= 0.98, "%.4f, %.4f", accuracy[0], area[5]);
}

/* The bytes of a checkpoint after so many epochs. */
static char *checkpoint(int threads, lh_type type, double momentum, size_t batch, long epochs,
                        size_t *size)
{
    trial k = open_trial(5, threads, type);
    lh_run *r = lh_train(k.L, LH_MOMENTUM(0.05, momentum), k.d, batch, epochs);

    while (lh_epoch(r))
        lh_note(r, "test loss", lh_loss(k.L, k.test));
    CHECK(lh_save(r, check_path("bits.h5")) == LH_OK, "%s", lh_message(k.c));
    lh_close(k.c);
    return check_read(check_path("bits.h5"), size);
}

static void equal_bits(void)
{
    static const int teams[] = {2, 3, 4, 7, 8};
    size_t compared = 0;

    for (int type = LH_F32; type <= LH_F64; type++)
        for (int momentum = 0; momentum < 2; momentum++)
            for (size_t batch = 0; batch < 200; batch += 64) {
                size_t n, m;
                char *one = checkpoint(1, (lh_type)type, 0.9 * momentum, batch, 3, &n);

                for (size_t t = 0; t < 5; t++, compared++) {
                    char *many = checkpoint(teams[t], (lh_type)type, 0.9 * momentum, batch, 3, &m);

                    CHECK(n == m && memcmp(one, many, n) == 0, "%d threads, batch %zu", teams[t],
                          batch);
                    free(many);
                }
                free(one);
            }
    CHECK(compared >= 80, "%zu files compared", compared);
}

static void resuming(void)
{
    for (int momentum = 0; momentum < 2; momentum++)
        for (long cut = 0; cut <= 6; cut += 2) {
            size_t n, m;
            char *whole = checkpoint(1, LH_F32, 0.9 * momentum, 50, 6, &n), *parts;
            trial k = open_trial(5, 2, LH_F32);
            lh_run *r = lh_train(k.L, LH_MOMENTUM(0.05, 0.9 * momentum), k.d, 50, cut);

            while (lh_epoch(r))
                lh_note(r, "test loss", lh_loss(k.L, k.test));
            lh_save(r, check_path("part.h5"));
            lh_close(k.c);
            k = open_trial(5, 3, LH_F32);
            k.c->set.resume = check_path("part.h5");
            r = lh_train(k.L, LH_MOMENTUM(0.05, 0.9 * momentum), k.d, 50, 6);
            CHECK(lh_epochs(r) == cut, "it goes on at %ld: %s", lh_epochs(r), lh_message(k.c));
            while (lh_epoch(r))
                lh_note(r, "test loss", lh_loss(k.L, k.test));
            CHECK(lh_save(r, check_path("whole.h5")) == LH_OK, "%s", lh_message(k.c));
            CHECK(lh_close(k.c) == 0, "closed");
            parts = check_read(check_path("whole.h5"), &m);
            CHECK(n == m && memcmp(whole, parts, n) == 0, "cut at %ld: the files differ", cut);
            free(whole);
            free(parts);
        }
}

static void resuming_wrongly(void)
{
    static const struct { const char *what, *part; } wrong[] = {
        {"seed", "seed"}, {"batch", "batch"}, {"rate", "rate and momentum"}, {"type", "type"},
        {"split", "rows of wdbc"}, {"network", "another network"}};
    trial k = open_trial(5, 1, LH_F32);
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 1);

    lh_epoch(r);
    lh_save(r, check_path("right.h5"));
    lh_close(k.c);
    for (size_t i = 0; i < 6; i++) {
        const char *what = wrong[i].what;
        lh_var L;

        k = open_trial(strcmp(what, "seed") == 0 ? 6 : 5, 1,
                       strcmp(what, "type") == 0 ? LH_F64 : LH_F32);
        k.c->set.resume = check_path("right.h5");
        if (strcmp(what, "split") == 0)
            lh_hold_out(k.d, 0.1);
        L = strcmp(what, "network") == 0 ? lh_add(k.L, k.L) : k.L;
        r = lh_train(L, LH_SGD(strcmp(what, "rate") == 0 ? 0.2 : 0.1), k.d,
                     strcmp(what, "batch") == 0 ? 32 : 64, 2);
        CHECK(lh_error(k.c) == LH_EMISMATCH && strstr(lh_message(k.c), wrong[i].part) &&
                  strstr(lh_message(k.c), "right.h5"),
              "%s: %s", what, lh_message(k.c));
        CHECK(lh_epoch(r) == 0, "nothing is trained");
        lh_close(k.c);
    }
}

static void no_allocation(void)
{
    trial k = open_trial(1, 2, LH_F32);
    lh_run *r = lh_train(k.L, LH_MOMENTUM(0.05, 0.9), k.d, 16, 40);
    long before;

    lh_epoch(r);
    lh_epoch(r);
    lhi_fault_arm(LHI_FAULT_ALLOC, 1, 0, 0); /* counts, and fails nothing */
    before = lh_steps(r);
    while (lh_epoch(r))
        continue;
    CHECK(lh_steps(r) - before >= 1000, "%ld steps", lh_steps(r) - before);
    CHECK(lhi_fault_calls(LHI_FAULT_ALLOC) == 0, "%ld allocations in %ld steps",
          lhi_fault_calls(LHI_FAULT_ALLOC), lh_steps(r) - before);
    lh_close(k.c);
}

static void metrics(void)
{
    trial k = open_trial(3, 1, LH_F64);
    double *score, pairs = 0, right = 0, hits = 0;
    size_t cols = 0;

    score = lhi_outputs(k.yhat, k.test, "test", &cols);
    CHECK(cols == 1, "%zu columns", cols);
    for (size_t i = 0; score && i < lh_rows(k.test); i++) {
        hits += (score[i] >= 0.5) == (lhi_data_label(k.test, i) == 1);
        for (size_t j = 0; j < lh_rows(k.test); j++)
            if (lhi_data_label(k.test, i) == 1 && lhi_data_label(k.test, j) == 0) {
                pairs++;
                right += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
            }
    }
    CHECK(pairs > 0 && lh_auc(k.yhat, k.test) == right / pairs, "%.17g is not %.17g",
          lh_auc(k.yhat, k.test), right / pairs);
    CHECK(lh_accuracy(k.yhat, k.test) == hits / (double)lh_rows(k.test), "accuracy");
    lh_close(k.c);

    /* Ties, and the corners. */
    k.c = lh_open(0, NULL, "test");
    const double tied[] = {1, 1, 2, 2, 0, 0}, labels[] = {0, 1, 1, 1, 0, 1};
    lhi_scored ties = {.c = k.c, .of = LHI_OF_BINARY, .rows = 6, .outputs = 1, .score = tied,
                       .label = labels};
    double fpr[7], tpr[7];
    size_t points = 0;
    /* positives 1, 2, 2, 0 against negatives 1, 0: 8 pairs; 0.5 + 1, 2, 2, 0.5 */
    CHECK(lhi_scored_begin(&ties) == 0 && lhi_roc(&ties, 0, fpr, tpr, &points) == 6.0 / 8,
          "%.17g", lhi_roc(&ties, 0, NULL, NULL, NULL));
    CHECK(points == 4 && fpr[0] == 0 && tpr[0] == 0 && fpr[3] == 1 && tpr[3] == 1 &&
              tpr[1] == 0.5 && fpr[1] == 0 && fpr[2] == 0.5 && tpr[2] == 0.75,
          "%zu points", points);
    lh_close(k.c);
}

static void watching(void)
{
    trial k = open_trial(1, 1, LH_F32);
    lh_run *r = lh_train(k.L, LH_SGD(0.1), k.d, 64, 100);
    static const double falling[] = {5, 4, 3, 3.5, 3.2, 9, 9};
    float best = 0, last = 0;

    CHECK(lh_best_epoch(r) == 0, "nothing is watched yet");
    for (int i = 0; lh_epoch(r); i++) {
        lh_watch(r, "validation loss", falling[i < 7 ? i : 6], 3);
        last = ((float *)k.t->params->value)[0];
        if (i == 2)
            best = last;
    }
    CHECK(lh_epochs(r) == 6 && lh_best_epoch(r) == 3 && r->best_value == 3,
          "%ld epochs, best %ld", lh_epochs(r), lh_best_epoch(r));
    CHECK(((float *)k.t->params->value)[0] == best && best != last, "the run ends with its best");
    lh_take_best(r);
    CHECK(((float *)k.t->params->value)[0] == best, "and has it still");
    CHECK(lh_epoch(r) == 0, "it has ended");
    lh_patience(r, 4);
    CHECK(lh_epoch(r) == 1 && lh_epochs(r) == 7, "more patience: %ld epochs", lh_epochs(r));
    CHECK(((float *)r->best)[0] == best, "the best waits while it trains");
    lh_watch(r, "other", 1, 3);
    CHECK(lh_error(k.c) == LH_ESTATE, "%s", lh_message(k.c));
    lh_close(k.c);
}

static void not_finite(void)
{
    trial k = open_trial(1, 2, LH_F32);
    lh_run *r = lh_train(k.L, LH_SGD(1e30), k.d, 64, 100);
    long steps;
    float first = ((float *)k.t->params->value)[0];

    while (lh_epoch(r))
        continue;
    steps = lh_steps(r);
    CHECK(lh_error(k.c) == LH_ENONFINITE && strstr(lh_message(k.c), "is the first") &&
              strstr(lh_message(k.c), "test_train.c:"),
          "%s", lh_message(k.c));
    CHECK(steps >= 1 && ((float *)k.t->params->value)[0] != first, "a step was made before");
    for (size_t e = 0; e < k.t->params->laid_size; e++)
        CHECK(isfinite(((float *)k.t->params->value)[e]), "parameter %zu is kept finite", e);
    CHECK(lh_save(r, check_path("never.h5")) == LH_ENONFINITE, "a failed run is not saved");
    CHECK(lh_close(k.c) == 3, "exit code");
}

static void arguments(void)
{
    static const struct { double rate, momentum; long epochs; } wrong[] = {
        {0, 0, 1}, {-1, 0, 1}, {(double)NAN, 0, 1}, {(double)INFINITY, 0, 1}, {0.1, 1, 1},
        {0.1, -0.1, 1}, {0.1, 0, -1}};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        trial k = open_trial(1, 1, LH_F32);
        lh_run *r = lh_train(k.L, LH_MOMENTUM(wrong[i].rate, wrong[i].momentum), k.d, 64,
                             wrong[i].epochs);

        CHECK(lh_error(k.c) == LH_EUSAGE, "%zu: %s", i, lh_message(k.c));
        CHECK(lh_epoch(r) == 0 && lh_save(r, check_path("x.h5")) == LH_EUSAGE, "inert");
        lh_note(r, "x", 1), lh_watch(r, "x", 1, 1), lh_take_best(r);
        CHECK(isnan(lh_accuracy(k.yhat, k.test)) && isnan(lh_loss(k.L, k.test)), "no metric");
        lh_close(k.c);
    }
}

/* The whole driver, with each allocation and each file call failing in turn. */
static void faults(void)
{
    long struck = 0, clean = 0;

    for (int kind = LHI_FAULT_ALLOC; kind <= LHI_FAULT_FILE; kind++)
        for (int forever = 0; forever < 2; forever++)
            for (long n = 1; n < 2000; n++) {
                lh_status status;
                trial k;
                lh_run *r;

                lhi_fault_arm((enum lhi_fault_kind)kind, n, forever ? -1 : 1, ENOSPC);
                k = open_trial(1, 1, LH_F32);
                r = lh_train(k.L, LH_MOMENTUM(0.1, 0.9), k.d, 64, 2);
                while (lh_epoch(r))
                    lh_watch(r, "test loss", lh_loss(k.L, k.test), 5);
                lh_save(r, check_path("fault.h5"));
                lh_history(r, check_path("fault.csv"));
                status = lh_error(k.c);
                struck += lhi_fault_struck((enum lhi_fault_kind)kind) > 0;
                if (lhi_fault_struck((enum lhi_fault_kind)kind) == 0) {
                    lhi_fault_arm((enum lhi_fault_kind)kind, 1, 0, 0);
                    CHECK(status == LH_OK && lh_close(k.c) == 0, "%s", lh_message(k.c));
                    clean++;
                    break;
                }
                CHECK(status != LH_OK, "kind %d: failure %ld was not told", kind, n);
                lhi_fault_arm((enum lhi_fault_kind)kind, 1, 0, 0);
                CHECK(lh_close(k.c) != 0, "kind %d: failure %ld ended well", kind, n);
            }
    printf("# %ld failures\n", struck);
    CHECK(clean == 4 && struck > 200, "%ld failures, %ld runs to the end", struck, clean);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the median held-out accuracy of 11 seeds on wdbc is 0.95 at least", accuracy_on_wdbc},
        {"checkpoints are equal bytes for any number of threads", equal_bits},
        {"a resumed run is the run that never stopped, byte for byte", resuming},
        {"resuming with anything else is refused, and says with what", resuming_wrongly},
        {"after the first epochs nothing is allocated", no_allocation},
        {"accuracy and AUC are what their definitions say", metrics},
        {"lh_watch keeps the best parameters and stops", watching},
        {"a loss that is not finite stops before the parameters move", not_finite},
        {"arguments that cannot train are refused", arguments},
        {"every failed allocation and file call is told, and nothing crashes", faults},
        {0}};

    return check_main(argc, argv, "train", tests);
}
