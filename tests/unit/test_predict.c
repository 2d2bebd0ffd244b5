/* test_predict.c -- a model in a program that knows no tape, and predictions as a file: they have
 * the numbers of the network that was trained, for rows of every kind. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 300, CLASSES = 3 };

static const char *const colours[] = {"blue", "green", "red"};
static const char *const woods[] = {"ash", "fir, white", "oak"};

typedef struct sample {
    double a, b;    /* a may be missing */
    int colour, wood, holds;
    double size;
} sample;

static sample draw_sample(uint64_t *state)
{
    sample s = {draw_between(-1, 1, state), draw_between(5, 9, state),
                (int)(draw_from(state) % 3), 0, 0, 0};

    s.wood = s.a > 0.2 ? 0 : s.b > 7 ? 1 : 2;
    s.holds = s.a + s.colour > 0.9;
    s.size = 100 + 20 * s.a - s.b;
    if (draw_from(state) % 9 == 0)
        s.a = (double)NAN;
    return s;
}

/* The same rows for every test; without labels where they are not wanted, columns turned round. */
static void write_rows(const char *path, int labelled)
{
    static char text[1 << 16];
    uint64_t state = 11;
    size_t n = (size_t)sprintf(text, "%s", labelled ? "a,colour,b,wood,holds,size\n"
                                                    : "b,extra,a,colour\n");

    for (int i = 0; i < ROWS; i++) {
        const sample s = draw_sample(&state);
        char a[40];

        snprintf(a, sizeof a, s.a == s.a ? "%.17g" : "NA", s.a);
        if (labelled)
            n += (size_t)sprintf(text + n, "%s,%s,%.17g,\"%s\",%d,%.17g\n", a, colours[s.colour],
                                 s.b, woods[s.wood], s.holds, s.size);
        else
            n += (size_t)sprintf(text + n, "%.17g,7,%s,%s\n", s.b, a, colours[s.colour]);
    }
    check_write(path, text, (long)n);
}

typedef struct trained {
    lh_ctx *c;
    lh_data *d;
    lh_var yhat, L;
    const char *path;
} trained;

/* A layer trained on one of the columns of labels, and saved. */
static trained train(const char *label, const char *drop, lh_type type)
{
    trained k = {.c = lh_open(0, NULL, "test"), .path = check_path("model.h5")};
    const lh_reading how = {.label = label, .drop = drop, .missing = LH_MISSING_INDICATOR};
    lh_tape *t;
    lh_run *r;

    k.c->set.quiet = 1;
    k.c->set.threads = 1;
    k.c->set.progress = "none";
    write_rows(check_path("rows.csv"), 1);
    k.d = lh_data_read(k.c, check_path("rows.csv"), &how);
    lh_hold_out(k.d, 0.25);
    t = lh_tape_new(lh_params_new(k.c, type));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(k.d));
    const lh_labels labels = lh_labels_of(k.d);
    lh_var y = lh_input(t, "y", LH_ROWS, labels == LH_LABELS_CLASSES ? 1 : lh_outputs(k.d));
    lh_var Z = lh_mlp(X, "", 6, lh_outputs(k.d));
    lh_let(L, labels == LH_LABELS_CLASSES  ? lh_softmax_ce_classes(Z, y)
              : labels == LH_LABELS_BINARY ? lh_bce_logits(Z, y)
                                           : lh_mse(Z, y));
    k.L = L;
    k.yhat = lh_output(L);
    r = lh_train(L, LH_SGD(0.1), k.d, 32, 10);
    while (lh_epoch(r))
        continue;
    CHECK(lh_save(r, k.path) == LH_OK, "%s", lh_message(k.c));
    return k;
}

/* The raw rows as a program would have them, in the order that the model tells. */
static void fill_rows(const lh_model *m, double *rows)
{
    uint64_t state = 11;
    const size_t n = lh_model_inputs(m);

    for (int i = 0; i < ROWS; i++) {
        const sample s = draw_sample(&state);

        for (size_t k = 0; k < n; k++) {
            const char *name = lh_model_input(m, k);

            rows[(size_t)i * n + k] = strcmp(name, "a") == 0   ? s.a
                                      : strcmp(name, "b") == 0 ? s.b
                                                               : lh_model_text(m, k,
                                                                               colours[s.colour]);
        }
    }
}

/* The cells of a CSV file without quotes, one after another. */
static size_t read_cells(const char *path, double *cell, size_t most, char *first, size_t room)
{
    char *text = check_read(path, NULL), *at = strchr(text, '\n') + 1;
    size_t n = 0;

    snprintf(first, room, "%.*s", (int)strcspn(text, "\n"), text);
    for (; *at && n < most; at += *at != 0) {
        if (*at == '"') { /* a class */
            at = strchr(at + 1, '"') + 1;
            cell[n++] = (double)NAN;
            continue;
        }
        char *end;

        cell[n] = strtod(at, &end);
        if (end == at)
            cell[n] = (double)NAN, end = at + strcspn(at, ",\n");
        n++;
        at = end;
    }
    free(text);
    return n;
}

/* All doors say the same of the same rows: lh_predict, the file, another file without labels and
 * with its columns in another order, and the model in another context. */
static void compare(const char *label, const char *drop, lh_type type, const char *names)
{
    static double here[ROWS * CLASSES], there[ROWS * CLASSES], cells[ROWS * 5], rows[ROWS * 3];
    trained k = train(label, drop, type);
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_checkpoint *file;
    char first[200];
    lh_model *m;
    lh_data *all;
    size_t outputs, columns;

    c->set.quiet = 1;
    file = lh_checkpoint_open(k.c, k.path);
    all = lh_checkpoint_data(file, check_path("rows.csv"));
    CHECK(lh_rows(all) == ROWS && lh_predict(k.yhat, all, here) == LH_OK, "%s", lh_message(k.c));
    outputs = (size_t)lh_cols_of(k.yhat);

    CHECK(lh_predict_csv(k.yhat, all, check_path("p.csv")) == LH_OK, "%s", lh_message(k.c));
    columns = outputs + (lh_labels_of(all) != LH_LABELS_VALUES);
    CHECK(read_cells(check_path("p.csv"), cells, ROWS * 5, first, sizeof first) == ROWS * columns,
          "cells");
    CHECK(strcmp(first, names) == 0, "%s", first);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < outputs; j++) {
            const double x = here[i * outputs + j], y = cells[i * columns + columns - outputs + j];

            CHECK(type == LH_F32 && columns > outputs ? (float)y == (float)x : y == x,
                  "row %zu: %.17g, in the file %.17g", i, x, y);
        }

    write_rows(check_path("new.csv"), 0);
    all = lh_checkpoint_data(file, check_path("new.csv"));
    CHECK(lh_predict(lh_prediction(lh_checkpoint_network(file)), all, there) == LH_OK &&
              memcmp(here, there, ROWS * outputs * sizeof *here) == 0,
          "rows without labels: %s", lh_message(k.c));
    CHECK(isnan(lh_metric(k.yhat, all, "accuracy")) &&
              strstr(lh_message(k.c), "have no labels"), "%s", lh_message(k.c));
    lh_clear(k.c);

    m = lh_model_open(c, k.path);
    CHECK(m && lh_model_inputs(m) == 3 && lh_model_outputs(m) == outputs, "%s", lh_message(c));
    fill_rows(m, rows);
    CHECK(lh_model_predict(m, rows, ROWS, there) == LH_OK &&
              memcmp(here, there, ROWS * outputs * sizeof *here) == 0,
          "another program: %s", lh_message(c));
    CHECK(lh_model_predict(m, rows + 3 * 7, 1, there) == LH_OK &&
              memcmp(here + 7 * outputs, there, outputs * sizeof *here) == 0, "one row");
    CHECK(strstr(first, lh_model_output(m, outputs - 1)) != NULL, "%s", lh_model_output(m, 0));
    CHECK(lh_close(c) == 0 && lh_close(k.c) == 0, "they close");
}

static void classes(void)
{
    compare("wood", "holds,size", LH_F32, "prediction,p(ash),\"p(fir, white)\",p(oak)");
    compare("wood", "holds,size", LH_F64, "prediction,p(ash),\"p(fir, white)\",p(oak)");
}

static void binary(void)
{
    compare("holds", "wood,size", LH_F32, "prediction,p(1)");
}

static void values(void)
{
    compare("size", "wood,holds", LH_F32, "size");
    compare("size", "wood,holds", LH_F64, "size");
}

/* In the units of the file: near what is there. */
static void units(void)
{
    trained k = train("size", "wood,holds", LH_F64);
    static double to[ROWS];

    CHECK(lh_predict(k.yhat, k.d, to) == LH_OK, "%s", lh_message(k.c));
    for (size_t i = 0; i < lh_rows(k.d); i++)
        CHECK(to[i] > 60 && to[i] < 130, "%g", to[i]);
    CHECK(lh_metric(k.yhat, k.d, "r2") > 0.8 && lh_metric(k.yhat, k.d, "rmse") < 8, "%g, %g",
          lh_metric(k.yhat, k.d, "r2"), lh_metric(k.yhat, k.d, "rmse"));
    lh_close(k.c);
}

static void refused(void)
{
    trained k = train("wood", "holds,size", LH_F32);
    lh_ctx *c = lh_open(0, NULL, "test");
    double row[3] = {0, 0, 0}, to[CLASSES];
    lh_model *m;

    c->set.quiet = 1;
    CHECK(!lh_model_open(c, check_path("none.h5")) && lh_clear(c) == LH_ENOINPUT, "no file");
    CHECK(!lh_model_open(c, check_path("rows.csv")) && lh_clear(c) == LH_EFORMAT, "no checkpoint");
    m = lh_model_open(c, k.path);
    CHECK(isnan(lh_model_text(m, 1, "mauve")) && lh_model_text(m, 1, "red") == 2, "texts");
    CHECK(lh_model_predict(m, NULL, 1, to) == LH_EUSAGE && lh_clear(c) == LH_EUSAGE, "no rows");
    row[1] = 3;
    CHECK(lh_model_predict(m, row, 1, to) == LH_EDATA && strstr(lh_message(c), "column 1 colour"),
          "%s", lh_message(c));
    lh_clear(c);
    row[1] = 0, row[2] = (double)INFINITY;
    CHECK(lh_model_predict(m, row, 1, to) == LH_EDATA && lh_clear(c) == LH_EDATA, "infinite");
    row[2] = (double)NAN;
    CHECK(lh_model_predict(m, row, 1, to) == LH_OK && fabs(to[0] + to[1] + to[2] - 1) < 1e-6,
          "it fills what is missing: %s", lh_message(c));
    CHECK(lh_predict_csv(k.yhat, k.d, check_path("no/p.csv")) == LH_EIO &&
              lh_clear(k.c) == LH_EIO, "a place that is not there");
    CHECK(lh_predict(k.L, k.d, to) == LH_ESHAPE && lh_clear(k.c) == LH_ESHAPE, "the loss");
    CHECK(lh_model_inputs(NULL) == 0 && lh_model_input(m, 9)[0] == 0, "nothing");
    CHECK(lh_close(c) == 0 && lh_close(k.c) == 0, "they close");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"classes are the same through every door", classes},
        {"so are 0 and 1", binary},
        {"and numbers", values},
        {"which are in the units of the file", units},
        {"what cannot be predicted is told", refused},
        {0}};

    return check_main(argc, argv, "predict", tests);
}
