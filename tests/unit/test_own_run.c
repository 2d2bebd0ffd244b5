/* test_own_run.c -- a loop of one's own over a run: own batches, own gradients, define by run. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/fault.h"
#include "framework/train/run.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN = 3, ROWS = 60, EACH = 5, BATCH = ROWS / EACH, EPOCHS = 8 };

typedef struct net {
    lh_ctx *c;
    lh_tape *t;
    lh_var X, y, W, b, L;
} net;

static float x[ROWS][IN], label[ROWS];
static char said[2000];

static void listen(void *arg, const char *text)
{
    (void)arg;
    snprintf(said, sizeof said, "%s", text);
}

static void record(net *k)
{
    k->X = lh_input(k->t, "X", LH_ROWS, IN);
    k->y = lh_input(k->t, "y", LH_ROWS, 1);
    k->W = lh_param(k->t, "W", IN, 1, LH_GLOROT);
    k->b = lh_param(k->t, "b", 1, 1, LH_ZEROS);
    k->L = lh_bce_logits(lh_add(lh_matmul(lh_dropout(k->X, 0.1), k->W), k->b), k->y);
}

static net open_net(int threads)
{
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, listen, NULL);
    k.c->set.threads = threads;
    k.c->set.progress = "none";
    k.c->set.reproducible = 1;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < IN; j++)
            x[i][j] = (float)lh_random(k.c, "x", (long)i, j) - 0.5f;
        label[i] = x[i][0] + x[i][1] > 0;
    }
    k.t = lh_tape_new(lh_params_new(k.c, LH_F32));
    record(&k);
    return k;
}

static lh_optimizer adam(void)
{
    lh_optimizer how = LH_ADAMW(0.05, 0.01);

    how.schedule = LH_COSINE(EPOCHS);
    how.accumulate = 2;
    return how;
}

/* The batch of a step, which follows from the step alone. */
static void bind(const net *k, long step)
{
    static float rows[BATCH][IN], labels[BATCH];
    uint32_t order[ROWS];

    lh_shuffle(k->c, "batches", step / EACH, order, ROWS);
    for (size_t i = 0; i < BATCH; i++) {
        const uint32_t row = order[(size_t)(step % EACH) * BATCH + i];

        memcpy(rows[i], x[row], sizeof x[row]);
        labels[i] = label[row];
    }
    lh_bind(k->X, &rows[0][0], BATCH);
    lh_bind(k->y, labels, BATCH);
}

/* Steps to the end, or until `stop` of them are made, when a signal comes. */
static void own_steps(const net *k, lh_run *r, long stop)
{
    for (;;) {
        if (lh_steps(r) == stop)
            raise(SIGUSR1);
        bind(k, lh_steps(r));
        if (!lh_step(r))
            break;
        if (lh_steps(r) % EACH == 0 && lh_epoch(r))
            lh_watch(r, "own loss", fabs(lh_last_loss(r) - 0.3), 0);
    }
}

static char *own_run(int threads, long stop, size_t *size)
{
    for (int part = stop < 0 ? 1 : 0; part < 2; part++) {
        net k = open_net(threads + part);
        lh_run *r;

        if (part && stop >= 0)
            k.c->set.resume = check_path("part.h5");
        r = lh_loop(k.L, adam(), EPOCHS);
        own_steps(&k, r, part ? -1 : stop);
        CHECK(lh_save(r, check_path(part ? "whole.h5" : "part.h5")) == LH_OK, "%s",
              lh_message(k.c));
        CHECK(lh_steps(r) == (part ? EPOCHS * EACH : stop), "%ld steps", lh_steps(r));
        CHECK(!part || (lh_epochs(r) == EPOCHS && lh_best_epoch(r) > 0 && lh_step(r) == 0),
              "it is finished");
        if (part) {
            CHECK(lh_history(r, check_path("history.csv")) == LH_OK, "%s", lh_message(k.c));
            CHECK(isfinite(lh_last_loss(r)) && isfinite(lh_step_loss(r)), "losses are known");
        }
        lh_close(k.c);
    }
    return check_read(check_path("whole.h5"), size);
}

static void stopped_anywhere(void)
{
    size_t n, m;
    char *whole = own_run(1, -1, &n), *history;

    for (long stop = 0; stop < EPOCHS * EACH; stop += 3) {
        char *other = own_run(1 + (int)(stop % 3), stop, &m);

        CHECK(n == m && memcmp(whole, other, n) == 0, "stopped after %ld steps", stop);
        free(other);
    }
    history = check_read(check_path("history.csv"), NULL);
    CHECK(strstr(history, "own loss") && strstr(history, "loss"), "%s", history);
    free(whole), free(history);
}

/* The steps of lh_train() by lh_step(), and by lh_forward(), lh_backward() and lh_move(). */
static void three_ways(void)
{
    float value[3][IN];
    double last[3];

    for (int way = 0; way < 3; way++) {
        net k = open_net(1 + way);
        lh_optimizer how = LH_ADAM(0.05);
        lh_run *r;

        how.clip_norm = 0.1;
        r = lh_loop(k.L, how, 4);
        for (long step = 0; step < 4 * EACH; step++) {
            bind(&k, step);
            if (way == 0) {
                CHECK(lh_step(r) == 1, "%s", lh_message(k.c));
            } else {
                lh_training(k.t, lh_steps(r));
                lh_forward(k.L);
                lh_backward(k.L);
                if (way == 2) { /* set, and the tape recorded anew */
                    float g[IN];

                    memcpy(g, lh_grad(k.W).at, sizeof g);
                    CHECK(lh_set_grad(k.W, g) == LH_OK, "%s", lh_message(k.c));
                }
                CHECK(lh_move(r) == 1, "%s", lh_message(k.c));
                if (way == 2) {
                    lh_tape_reset(k.t);
                    record(&k);
                }
            }
            if ((step + 1) % EACH == 0)
                CHECK(lh_epoch(r) == 1, "%s", lh_message(k.c));
        }
        last[way] = lh_last_loss(r);
        CHECK(lh_epoch(r) == 0 && lh_move(r) == 0 && lh_step(r) == 0, "all epochs are done");
        lh_clear(k.c);
        CHECK(lh_save(r, check_path("run.h5")) == LH_OK, "%s", lh_message(k.c));
        memcpy(value[way], lh_value(k.W).at, sizeof value[way]);
        lh_close(k.c);
    }
    for (int way = 1; way < 3; way++)
        CHECK(memcmp(value[0], value[way], sizeof value[0]) == 0 && last[0] == last[way],
              "way %d: %.9g, not %.9g; loss %.17g, not %.17g", way, (double)value[way][0],
              (double)value[0][0], last[way], last[0]);
}

/* Over a data set the driver's own order is what lh_epoch() would have done. */
static void in_place_of_epochs(void)
{
    float value[2][30];

    for (int way = 0; way < 2; way++) {
        lh_ctx *c = lh_open(0, NULL, "test");
        lh_data *d = lh_data_open(c, "wdbc");
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
        lh_var W = lh_param(t, "W", lh_cols(d), 1, LH_GLOROT);
        lh_var L = lh_bce_logits(lh_matmul(X, W), y);
        static float all[569 * 30], labels[569];
        lh_run *r;

        c->set.progress = "none";
        lh_on_message(c, listen, NULL);
        r = lh_train(L, LH_MOMENTUM(0.1, 0.9), d, 0, 5);
        lhi_data_gather_f32(d, NULL, 0, lh_rows(d), all, labels);
        lh_bind(X, all, lh_rows(d)), lh_bind(y, labels, lh_rows(d));
        for (int i = 0; i < 5; i++)
            CHECK((way == 0 || i % 2 || lh_step(r)) && lh_epoch(r), "%s", lh_message(c));
        CHECK(lh_steps(r) == 5 && lh_epochs(r) == 5, "%ld steps", lh_steps(r));
        memcpy(value[way], lh_value(W).at, sizeof value[way]);
        CHECK(lh_save(r, check_path("data.h5")) == LH_OK, "%s", lh_message(c));
        lh_close(c);
    }
    CHECK(memcmp(value[0], value[1], sizeof value[0]) == 0, "the bits are others");
}

static void no_allocation(void)
{
    for (int way = 0; way < 2; way++) {
        net k = open_net(2);
        lh_run *r = lh_loop(k.L, adam(), 100);

        for (int i = 0; i < 300; i++) {
            if (i == 100)
                lhi_fault_arm(LHI_FAULT_ALLOC, 1, 0, 0); /* counts, and fails nothing */
            bind(&k, i);
            if (way)
                lh_forward(k.L), lh_backward(k.L), lh_move(r);
            else
                lh_step(r);
        }
        CHECK(lhi_fault_calls(LHI_FAULT_ALLOC) == 0 && lh_steps(r) == 300, "%ld allocations",
              lhi_fault_calls(LHI_FAULT_ALLOC));
        lh_close(k.c);
    }
}

static void refused(void)
{
    static const float huge[IN] = {1, (float)INFINITY, 0};
    net k = open_net(1);
    lh_run *r = lh_loop(k.L, LH_SGD(0.1), 2);
    const float before = ((const float *)lh_value(k.W).at)[0];

    CHECK(lh_step(r) == 0 && lh_error(k.c) == LH_ESTATE && strstr(lh_message(k.c), "not bound"),
          "%s", lh_message(k.c));
    lh_clear(k.c);
    CHECK(lh_epoch(r) == 0 && lh_epochs(r) == 0 && lh_error(k.c) == LH_OK, "no step, no epoch");
    bind(&k, 0);
    CHECK(lh_step(r) == 1 && lh_epoch(r) == 1, "%s", lh_message(k.c));
    CHECK(lh_set_grad(k.X, huge) == LH_ESTATE && strstr(lh_message(k.c), "lh_set_grad: 'X'"), "%s",
          lh_message(k.c));
    lh_clear(k.c);
    lh_set_grad(k.W, huge);
    CHECK(lh_move(r) == 0 && lh_error(k.c) == LH_ENONFINITE &&
              strstr(lh_message(k.c), "gradient of W is not finite at row 1"),
          "%s", lh_message(k.c));
    CHECK(((const float *)lh_value(k.W).at)[0] != before, "one step was made");
    lh_close(k.c);

    k = open_net(1);
    r = lh_loop(k.L, LH_SGD(0.1), 2);
    bind(&k, 0);
    lh_tape_reset(k.t);
    record(&k);
    bind(&k, 0);
    CHECK(lh_step(r) == 0 && lh_error(k.c) == LH_ESTALE, "%s", lh_message(k.c));
    lh_close(k.c);
    CHECK(lh_loop((lh_var){NULL, 0, 0}, LH_SGD(1), 1) == NULL && lh_step(NULL) == 0 &&
              lh_move(NULL) == 0 && isnan(lh_step_loss(NULL)),
          "nothing");
}

/* --check shows and ends, and nothing moves. */
static void looked_at(void)
{
    net k = open_net(1);
    lh_run *r;
    float before;

    k.c->set.check = 1;
    r = lh_loop(k.L, LH_SGD(0.1), 2);
    before = ((const float *)lh_value(k.W).at)[0];
    bind(&k, 0);
    CHECK(lh_step(r) == 0 && lh_error(k.c) == LH_ENDED && lh_step(r) == 0 && lh_move(r) == 0, "%s",
          lh_message(k.c));
    CHECK(((const float *)lh_value(k.W).at)[0] == before, "it has moved");
    CHECK(lh_close(k.c) == 0, "it is no error");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"stopped after any step, it ends with the bytes of one that never stopped",
         stopped_anywhere},
        {"steps, moves by gradients and define by run have the same bits", three_ways},
        {"over a data set a step may stand in the place of an epoch", in_place_of_epochs},
        {"no step and no move allocates", no_allocation},
        {"what cannot move is refused, and says why", refused},
        {"--check ends it before anything moves", looked_at},
        {NULL, NULL},
    };

    return check_main(argc, argv, "own_run", tests);
}
