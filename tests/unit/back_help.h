/* back_help.h -- a linear network whose steps are no numbers where a test wants it. */
/* SPDX-License-Identifier: MIT */
#ifndef BACK_HELP_H
#define BACK_HELP_H

#include "framework/train/run.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN = 3, BATCH = 8, EACH = 5, ROWS = BATCH * EACH }; /* EACH steps an epoch */

typedef struct net {
    lh_ctx *c;
    lh_tape *t;
    lh_data *d;
    lh_var X, y, W, L;
} net;

static char said[3000];
static int went_back;

static void listen_to(void *arg, const char *text)
{
    (void)arg;
    snprintf(said, sizeof said, "%s", text);
    went_back += strstr(text, "back to the parameters at the beginning of epoch") != NULL;
}

/* Rows whose label is linear in them; the largest eigenvalue of the squares' second derivative is
 * about 1.9. */
static inline const char *rows_file(void)
{
    const char *path = check_path("rows.csv");
    char text[ROWS * 40 + 20] = "a,b,c,y\n";

    for (int i = 0; i < ROWS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d.5,%d.25,%d,%d\n", i * 7 % 3,
                 i * 5 % 2, i % 2, i * 7 % 3 - i % 2);
    check_write(path, text, -1);
    return path;
}

static inline net open_net(const char *on_nan, int threads, const char *data)
{
    static const lh_reading how = {.label = "y", .labels = LH_LABELS_VALUES,
                                   .scale = LH_SCALE_NONE};
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, listen_to, NULL);
    k.c->set.progress = "none";
    k.c->set.reproducible = 1;
    k.c->set.threads = threads;
    lh_opt_set(k.c, "on-nan", on_nan);
    lh_opt_set(k.c, "save-every", "never");
    if (data)
        k.d = lh_data_read(k.c, data, &how);
    k.t = lh_tape_new(lh_params_new(k.c, LH_F32));
    k.X = lh_input(k.t, "X", LH_ROWS, IN);
    k.y = lh_input(k.t, "y", LH_ROWS, 1);
    k.W = lh_param(k.t, "W", IN, 1, LH_GLOROT);
    k.L = lh_mse(lh_matmul(k.X, k.W), k.y);
    return k;
}

/* The batch of a step, of numbers so large that its loss is none where it is to be bad. */
static inline void give(const net *k, long step, int bad)
{
    static float x[BATCH][IN], label[BATCH];

    for (size_t i = 0; i < BATCH; i++) {
        for (size_t j = 0; j < IN; j++)
            x[i][j] = (float)lh_random(k->c, "x", step, i * IN + j) * (bad ? 1e30f : 1);
        label[i] = x[i][0] - 2 * x[i][1];
    }
    lh_bind(k->X, &x[0][0], BATCH);
    lh_bind(k->y, label, BATCH);
}

static inline void values_of(lh_var W, float w[IN])
{
    for (size_t j = 0; j < IN; j++)
        w[j] = (float)lh_at(lh_value(W), j, 0);
}

/* The optimisers, and what they begin with. */
enum { RULES = 10 };
static inline lh_optimizer rule(int k)
{
    lh_optimizer all[RULES] = {LH_SGD(0.1),      LH_MOMENTUM(0.1, 0.9), LH_NESTEROV(0.1, 0.9),
                               LH_ADAGRAD(0.3),  LH_RMSPROP(0.05),      LH_ADAM(0.1),
                               LH_ADAMW(0.1, 0.01), LH_RPROP(0.05),     LH_LBFGS(0.3),
                               LH_MOMENTUM(0.2, 0.5)};

    all[0].schedule = LH_PLATEAU(1, 0.5);
    all[1].schedule = LH_COSINE(20);
    all[9].accumulate = 3;
    return all[k];
}

#endif
