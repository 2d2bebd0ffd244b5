/* test_replay.c -- a step that is not finite: what is saved of it, and what a replay tells. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "framework/train/run.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 40 };

typedef struct net {
    lh_ctx *c;
    lh_tape *t;
    lh_data *d;
    lh_var X, y, W, L;
} net;

static char said[4000];

static void listen(void *arg, const char *text)
{
    (void)arg;
    snprintf(said, sizeof said, "%s", text);
}

/* y is 1000 times the sum of two columns: squares of it fall or grow without end. */
static const char *rows(void)
{
    const char *path = check_path("rows.csv");
    char text[ROWS * 40 + 20] = "a,b,y\n";

    for (int i = 0; i < ROWS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d,%d\n", i * 7 % 11,
                 i * 5 % 13, 1000 * (i * 7 % 11 + i * 5 % 13));
    check_write(path, text, -1);
    return path;
}

static net open_net(const char *data)
{
    static const lh_reading how = {.label = "y", .labels = LH_LABELS_VALUES,
                                   .scale = LH_SCALE_NONE};
    net k = {.c = lh_open(0, NULL, "test")};

    lh_on_message(k.c, listen, NULL);
    k.c->set.progress = "none";
    k.c->set.save_every = (lhi_every){.steps = 0};
    k.d = lh_data_read(k.c, data, &how);
    k.t = lh_tape_new(lh_params_new(k.c, LH_F32));
    k.X = lh_input(k.t, "X", LH_ROWS, 2);
    k.y = lh_input(k.t, "y", LH_ROWS, 1);
    k.W = lh_param(k.t, "W", 2, 1, LH_GLOROT);
    k.L = lh_mse(lh_matmul(k.X, k.W), k.y);
    return k;
}

/* What a replay prints; its result in *wrong. */
static char *replayed(const char *path, const char *data, long steps, int *wrong)
{
    const char *to = check_path("replayed.txt");
    lh_ctx *c = lh_open(0, NULL, "test");
    FILE *out = fopen(to, "w");
    lh_checkpoint *k;

    lh_on_message(c, listen, NULL);
    c->set.progress = "none";
    k = lh_checkpoint_open(c, path);
    *wrong = lh_checkpoint_replay(k, data, 0, steps, out);
    snprintf(said, sizeof said, "%s", lh_message(c));
    fclose(out);
    lh_close(c);
    return check_read(to, NULL);
}

/* The text from the second line on: the first names the file that was begun with. */
static const char *below(const char *text)
{
    const char *end = strchr(text, '\n');

    return end ? end + 1 : "";
}

static lh_optimizer growing(int kind)
{
    lh_optimizer how[] = {LH_SGD(0.02), LH_MOMENTUM(0.04, 0.5), LH_SGD(0.03), LH_SGD(0.04)};

    how[2].accumulate = 3;
    how[3].schedule = LH_COSINE(100);
    how[3].decay = 0.01;
    return how[kind];
}

static void a_replay_is_the_run(void)
{
    for (int kind = 0; kind < 4; kind++) {
        const char *data = rows(), *path = check_path("run.h5");
        net k = open_net(data);
        lh_run *r = lh_train(k.L, growing(kind), k.d, 16, 400);
        char *after_the_run, *text;
        long steps;
        int wrong, epochs = 0;

        lh_will_save(r, path);
        while (lh_epoch(r))
            if (++epochs == 2)
                lh_save(r, check_path("second.h5"));
        steps = lh_steps(r);
        CHECK(lh_error(k.c) == LH_ENONFINITE && epochs > 2, "%d: %d epochs, %s", kind, epochs,
              lh_message(k.c));
        CHECK(strstr(lh_message(k.c), "is saved as") && strstr(lh_message(k.c), "longhand replay"),
              "%s", lh_message(k.c));
        CHECK(lh_close(k.c) == 3, "the exit code");
        after_the_run = replayed(check_path("run-nonfinite.h5"), data, 1, &wrong);
        CHECK(wrong == 1, "%d: the step again: %s", kind, said);
        snprintf(said, sizeof said, "Step %ld of the run,", steps + 1);
        CHECK(strncmp(below(after_the_run), said, strlen(said)) == 0, "%s", after_the_run);
        CHECK(strstr(after_the_run, "it sums over rows") && strstr(after_the_run, " mse("), "%s",
              after_the_run);
        text = replayed(check_path("second.h5"), data, 1000, &wrong);
        CHECK(wrong == 1 && strcmp(below(text), below(after_the_run)) == 0,
              "%d, from the second epoch on:\n%s\nand of that step:\n%s", kind, text,
              after_the_run);
        free(text);
        text = replayed(check_path("second.h5"), data, 3, &wrong);
        CHECK(wrong == 0 && strstr(text, "Nothing goes wrong"), "%s", text);
        free(text);
        free(after_the_run);
    }
}

static void a_move_is_named(void)
{
    const char *data = rows(), *path = check_path("start.h5");
    net k = open_net(data);
    lh_run *r = lh_train(k.L, LH_SGD(1e38), k.d, 0, 5);
    char *text;
    int wrong;

    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    lh_will_save(r, check_path("moved.h5"));
    while (lh_epoch(r))
        ;
    CHECK(lh_error(k.c) == LH_ENONFINITE && strstr(lh_message(k.c), "moved-nonfinite.h5 was not"),
          "%s", lh_message(k.c));
    lh_close(k.c);
    text = replayed(path, data, 0, &wrong);
    CHECK(wrong == 1 && strstr(text, "Step 1 of the run") &&
              strstr(text, "Loss and gradients are finite, and the move of a parameter is not") &&
              strstr(text, "W becomes inf at row 0, column 0"), "%s%s", text, said);
    free(text);
}

/* The root of 0 is 0, and has no slope. */
static void the_backward_pass_is_told(void)
{
    const char *data = rows(), *path = check_path("root.h5");
    net k = open_net(data);
    lh_var Z = lh_matmul(k.X, lh_param(k.t, "V", 2, 1, LH_ZEROS));
    lh_let(A, lh_sqrt(Z));
    lh_run *r = lh_train(lh_mse(A, k.y), LH_SGD(0.1), k.d, 0, 5);
    char *text;
    int wrong;

    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    lh_close(k.c);
    text = replayed(path, data, 0, &wrong);
    CHECK(wrong == 1 && strstr(text, "The loss is finite.") &&
              strstr(text, "in the backward pass:\n  line 4 of the network: A = sqrt(%3)") &&
              strstr(text, "(row 1 of rows.csv)"), "%s%s", text, said);
    free(text);
}

static void what_cannot_be_replayed_is_refused(void)
{
    const char *data = rows(), *path = check_path("loop.h5"), *other = check_path("other.csv");
    static float x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, y[4];
    net k = open_net(data);
    lh_run *r = lh_loop(k.L, LH_SGD(1e30), 5);
    lh_checkpoint *open;
    int wrong;

    lh_will_save(r, path);
    do {
        lh_bind(k.X, x, 4);
        lh_bind(k.y, y, 4);
    } while (lh_step(r));
    CHECK(lh_error(k.c) == LH_ENONFINITE && strstr(lh_message(k.c), "loop-nonfinite.h5") &&
              !strstr(lh_message(k.c), "longhand replay"), "%s", lh_message(k.c));
    lh_close(k.c);
    free(replayed(check_path("loop-nonfinite.h5"), data, 0, &wrong));
    CHECK(wrong == -1 && strstr(said, "a loop of the driver's own"), "%s", said);

    k = open_net(data);
    r = lh_train(k.L, LH_SGD(1e-6), k.d, 8, 2);
    while (lh_epoch(r))
        ;
    CHECK(lh_save(r, path) == LH_OK, "%s", lh_message(k.c));
    check_write(other, "a,b,y\n1,2,3\n4,5,9\n3,1,4\n", -1);
    free(replayed(path, other, 0, &wrong));
    CHECK(wrong == -1 && strstr(said, "other.csv is another file"), "%s", said);
    open = lh_checkpoint_open(k.c, path);
    CHECK(lh_checkpoint_replay(open, data, 0, -1, NULL) == -1 && lh_clear(k.c) == LH_EUSAGE,
          "steps below 0");
    CHECK(lh_checkpoint_replay(NULL, data, 0, 0, NULL) == -1, "NULL");
    CHECK(lh_checkpoint_replay(open, data, 0, 0, NULL) == 0, "%s", lh_message(k.c));
    lh_close(k.c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"from a checkpoint on, the steps are those of the run to the last bit",
         a_replay_is_the_run},
        {"a parameter whose move is not finite is named", a_move_is_named},
        {"an op of the backward pass is told with its line and row", the_backward_pass_is_told},
        {"what cannot be replayed is refused, and says why", what_cannot_be_replayed_is_refused},
        {NULL, NULL},
    };

    return check_main(argc, argv, "replay", tests);
}
