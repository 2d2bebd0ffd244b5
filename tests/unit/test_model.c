/* test_model.c -- a run's numbers are about one model, its rows and its scale. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/data.h"
#include "framework/session/session.h"
#include "framework/tape/tape.h"
#include "framework/train/run.h"
#include "framework/verify/check.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char said[4000];

static void listen(void *arg, const char *text)
{
    (void)arg;
    snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", text);
}

typedef struct net {
    lh_ctx *c;
    lh_tape *t;
    lh_var L, yhat;
} net;

static net open_net(uint64_t seed)
{
    net k = {.c = lh_open(0, NULL, "test")};

    said[0] = 0;
    lh_on_message(k.c, listen, NULL);
    k.c->set.seed = seed;
    k.c->set.threads = 1;
    k.c->set.progress = "none";
    k.c->set.reproducible = 1;
    return k;
}

/* One layer on 30 features. */
static void record(net *k)
{
    k->t = lh_tape_new(lh_params_new(k->c, LH_F32));
    lh_var X = lh_input(k->t, "X", LH_ROWS, 30), y = lh_input(k->t, "y", LH_ROWS, 1);
    lh_let(Z, lh_matmul(X, lh_param(k->t, "W", 30, 1, LH_HE)));
    lh_let(yhat, lh_sigmoid(Z));
    lh_let(L, lh_bce_logits(Z, y));
    k->L = L;
    k->yhat = yhat;
}

static float first_of(const net *k)
{
    return ((const float *)k->t->params->value)[0];
}

/* A run of 9 epochs whose fifth is its best; *best and *last are W(0,0) of it and of the ninth. */
static lh_run *watched(net *k, lh_data *d, float *best, float *last)
{
    static const double fall[] = {NAN, 3, NAN, 2, 1, 4, 4, 4, NAN};
    lh_run *r = lh_train(k->L, LH_MOMENTUM(0.05, 0.9), d, 64, 20);

    for (size_t i = 0; lh_epoch(r); i++) {
        CHECK(i < 9, "epoch %zu after the patience", i + 1);
        lh_watch(r, "fall", i < 9 ? fall[i] : 0, 4);
        *last = first_of(k);
        if (i == 4)
            *best = *last;
    }
    return r;
}

static void one_model(void)
{
    net k = open_net(7), e;
    lh_data *d, *test;
    lh_checkpoint *file;
    float best = 0, last = 0;
    double accuracy, loss;
    lh_run *r;

    record(&k);
    d = lh_data_open(k.c, "wdbc");
    test = lh_hold_out(d, 0.25);
    r = watched(&k, d, &best, &last);
    CHECK(lh_epochs(r) == 9 && lh_best_epoch(r) == 5, "%ld epochs, the best is %ld", lh_epochs(r),
          lh_best_epoch(r));
    CHECK(best != last && first_of(&k) == best, "after the run its model stands in the store");
    CHECK(strstr(said, "the model is that of epoch 5") != NULL, "%s", said);
    accuracy = lh_accuracy(k.yhat, test);
    loss = lh_loss(k.L, test);
    CHECK(lh_save(r, check_path("model.h5")) == LH_OK, "%s", lh_message(k.c));

    e = open_net(1);
    file = lh_checkpoint_open(e.c, check_path("model.h5"));
    CHECK(file && ((const float *)file->state.param[0].value)[0] == best &&
              ((const float *)file->state.param[0].last)[0] == last,
          "the file has the model and the last parameters");
    d = lh_data_open(e.c, "wdbc");
    lh_var L = lh_checkpoint_network(file);
    lh_data *held = lh_checkpoint_rows(file, d, 1);
    CHECK(lh_checkpoint_parts(file, d) == 1 && lh_rows(held) == lh_rows(test), "%ld parts",
          lh_checkpoint_parts(file, d));
    CHECK(lh_accuracy(lh_output(L), held) == accuracy && lh_loss(L, held) == loss,
          "the file measures as the run did: %s", lh_message(e.c));
    CHECK(strcmp(lh_checkpoint_watched(file), "fall") == 0, "%s", lh_checkpoint_watched(file));
    lh_close(e.c);
    lh_close(k.c);
}

static void in_between(void)
{
    net k = open_net(7);
    lh_data *d;
    float best = 0, last = 0;
    lh_run *r;

    record(&k);
    d = lh_data_open(k.c, "wdbc");
    r = lh_train(k.L, LH_SGD(0.1), d, 64, 6);
    for (int i = 0; lh_epoch(r); i++) {
        lh_watch(r, "rise", i, 0);
        if (i == 0)
            best = first_of(&k);
        last = first_of(&k);
        lh_take_best(r);
        CHECK(first_of(&k) == best, "the model is in place after epoch %d", i + 1);
    }
    CHECK(first_of(&k) == best && ((const float *)r->best)[0] == last, "at the end");
    lh_close(k.c);

    k = open_net(7);
    record(&k);
    d = lh_data_open(k.c, "wdbc");
    r = lh_train(k.L, LH_SGD(0.1), d, 64, 6);
    while (lh_epoch(r))
        continue;
    CHECK(first_of(&k) == last, "looking at the model changes no step: %g, %g",
          (double)first_of(&k), (double)last);
    lh_close(k.c);
}

static void never_a_number(void)
{
    net k = open_net(7);
    float last = 0;
    lh_run *r;

    record(&k);
    r = lh_train(k.L, LH_SGD(0.1), lh_data_open(k.c, "wdbc"), 64, 20);
    while (lh_epoch(r)) {
        lh_watch(r, "nothing", (double)NAN, 3);
        last = first_of(&k);
    }
    CHECK(lh_epochs(r) == 3 && lh_best_epoch(r) == 0 && first_of(&k) == last, "%ld epochs, %ld",
          lh_epochs(r), lh_best_epoch(r));
    CHECK(strstr(said, "nothing was never a number") != NULL, "%s", said);
    CHECK(lh_save(r, check_path("none.h5")) == LH_OK, "%s", lh_message(k.c));
    lh_close(k.c);
}

static void held_out_rows(void)
{
    net k = open_net(9);
    lh_data *d, *part[3], *again;
    lh_checkpoint *file;
    lh_run *r;

    record(&k);
    part[0] = d = lh_data_open(k.c, "wdbc");
    part[1] = lh_hold_out(d, 0.25);
    part[2] = lh_hold_out(d, 0.2);
    r = lh_train(k.L, LH_SGD(0.1), part[2], 64, 1); /* the second part, of all things */
    lh_epoch(r);
    CHECK(lh_save(r, check_path("rows.h5")) == LH_OK, "%s", lh_message(k.c));
    file = lh_checkpoint_open(k.c, check_path("rows.h5"));
    again = lh_data_open(k.c, "wdbc");
    CHECK(lh_checkpoint_parts(file, again) == 2, "%ld", lh_checkpoint_parts(file, again));
    for (long i = 0; i <= 2; i++) {
        const lh_data *want = part[(size_t[]){2, 0, 1}[i]];
        const lh_data *got = lh_checkpoint_rows(file, again, i);

        CHECK(got->rows == want->rows &&
                  memcmp(got->row, want->row, got->rows * sizeof *got->row) == 0,
              "part %ld: %zu rows and not %zu", i, got->rows, want->rows);
    }
    CHECK(lh_error(k.c) == LH_OK, "%s", lh_message(k.c));
    CHECK(lh_rows(lh_checkpoint_rows(file, again, 3)) == 0 && lh_error(k.c) == LH_EUSAGE, "%s",
          lh_message(k.c));
    CHECK(lh_clear(k.c) == LH_EUSAGE && lh_rows(lh_checkpoint_rows(file, again, 1)) > 0,
          "a wrong part spoils nothing");
    check_write(check_path("other.csv"), "1,0\n2,1\n", -1);
    CHECK(lh_checkpoint_parts(file, lh_data_open(k.c, check_path("other.csv"))) == -1, "no part");
    CHECK(lh_checkpoint_parts(NULL, again) == -1, "no file");
    lh_close(k.c);
}

/* Rows from..to-1 of wdbc as a file of their own, sorted by nothing, features times `by`. */
static const char *rows_of(lh_ctx *c, const char *name, size_t from, size_t to, double by)
{
    const lh_data *d = lh_data_open(c, "wdbc");
    FILE *out = fopen(check_path(name), "w");

    for (size_t i = from; i < to; i++) {
        for (size_t j = 0; j < d->cols; j++)
            fprintf(out, "%.17g,", by * lhi_table_at(d->table, i, j));
        fprintf(out, "%d\n", (int)lhi_data_label(d, i));
    }
    fclose(out);
    return check_path(name);
}

static void one_scale(void)
{
    net k = open_net(3);
    lh_data *d, *other, *like;
    double accuracy, loss;
    lh_run *r;

    record(&k);
    d = lh_data_open(k.c, rows_of(k.c, "train.csv", 0, 300, 1));
    other = lh_data_open(k.c, rows_of(k.c, "other.csv", 300, 569, 1));
    like = lh_data_open(k.c, check_path("other.csv"));
    CHECK(lh_data_like(like, d) == LH_OK, "%s", lh_message(k.c));
    r = lh_train(k.L, LH_SGD(0.1), d, 64, 20);
    while (lh_epoch(r))
        continue;
    said[0] = 0;
    accuracy = lh_accuracy(k.yhat, other);
    loss = lh_loss(k.L, other);
    CHECK(strcmp(said, "other.csv is standardised as the training rows of train.csv were\n") == 0,
          "once: %s", said);
    CHECK(lhi_data_mean(other)[3] == lhi_data_mean(d)[3] &&
              lhi_data_deviation(other)[3] == lhi_data_deviation(d)[3],
          "another scale than the model's");
    CHECK(accuracy == lh_accuracy(k.yhat, like) && loss == lh_loss(k.L, like), "%g, %g", accuracy,
          lh_accuracy(k.yhat, like));
    CHECK(lh_auc(k.yhat, other) == lh_auc(k.yhat, like), "areas");
    CHECK(lh_save(r, check_path("scaled.h5")) == LH_OK, "%s", lh_message(k.c));

    /* A network from a file has the scale with it, whether it is asked for or not. */
    lh_var L = lh_checkpoint_network(lh_checkpoint_open(k.c, check_path("scaled.h5")));
    CHECK(lh_loss(L, lh_data_open(k.c, check_path("other.csv"))) == loss, "%s", lh_message(k.c));
    lh_close(k.c);
}

/* Whatever looks at rows with a trained network, before a metric has. */
static void every_door(void)
{
    for (int door = 0; door < 5; door++) {
        net k = open_net(3);
        lh_data *d, *other;
        lh_vpoint at[1];
        lh_run *r;

        record(&k);
        k.c->set.plot = "none";
        d = lh_data_open(k.c, rows_of(k.c, "train.csv", 0, 300, 1));
        other = lh_data_open(k.c, rows_of(k.c, "other.csv", 300, 569, 1));
        r = lh_train(k.L, LH_SGD(0.1), d, 64, 2);
        while (lh_epoch(r))
            continue;
        if (door == 0)
            lh_plot_roc(k.yhat, other, check_path("roc.png"));
        else if (door == 1)
            lh_difference_errors(k.L, other, 4, LH_F64, at, 1);
        else if (door == 2)
            lh_derive(k.L, other, 4, "text", check_path("derivation"));
        else if (door == 3)
            lh_train(k.L, LH_SGD(0.1), other, 64, 2);
        else
            lhi_report_free(k.c, lhi_verify(k.L, other, 4, NULL, NULL));
        CHECK(other->scale.mean && other->scale.mean[3] == d->scale.mean[3], "door %d: %s", door,
              lh_message(k.c));
        lh_close(k.c);
    }
}

static void scale_in_use(void)
{
    net k = open_net(3), second;
    lh_data *d, *other;
    lh_run *r;

    record(&k);
    d = lh_data_open(k.c, rows_of(k.c, "train.csv", 0, 300, 1));
    other = lh_data_open(k.c, rows_of(k.c, "other.csv", 300, 569, 1000));
    lh_loss(k.L, other); /* before the training it has its own */
    r = lh_train(k.L, LH_SGD(0.1), d, 64, 3);
    while (lh_epoch(r))
        continue;
    CHECK(isnan(lh_loss(k.L, other)) && lh_error(k.c) == LH_ESTATE &&
              strstr(lh_message(k.c), "other.csv") && strstr(lh_message(k.c), "train.csv"),
          "%s", lh_message(k.c));
    CHECK(lh_clear(k.c) == LH_ESTATE && lh_save(r, check_path("kept.h5")) == LH_OK,
          "the run is as it was: %s", lh_message(k.c));

    /* Two networks of other scales in one program. */
    second = k;
    record(&second);
    r = lh_train(second.L, LH_SGD(0.1), other, 64, 1);
    CHECK(lh_epoch(r) == 1 && isfinite(lh_loss(second.L, other)) && lh_error(k.c) == LH_OK, "%s",
          lh_message(k.c));
    CHECK(isnan(lh_loss(second.L, d)) && lh_error(k.c) == LH_ESTATE, "%s", lh_message(k.c));
    lh_close(k.c);
}

/* Two runs over one network, and parameters that come to the store while they go on. */
static void one_store(void)
{
    net k = open_net(8), other;
    lh_data *d;
    lh_run *a, *b;
    lh_checkpoint *saved;
    lh_var V = {NULL, 0, 0};
    float model;
    double first = 0;

    record(&k);
    d = lh_data_open(k.c, "wdbc");
    a = lh_train(k.L, LH_MOMENTUM(0.1, 0.9), d, 64, 3);
    for (int i = 0; lh_epoch(a); i++)
        lh_watch(a, "rise", i, 0);
    model = first_of(&k);
    CHECK(lh_save(a, check_path("a.h5")) == LH_OK, "%s", lh_message(k.c));

    b = lh_train(k.L, LH_MOMENTUM(0.3, 0.9), d, 64, 3);
    other = k;
    other.t = lh_tape_new(k.t->params);
    for (int i = 0; lh_epoch(b); i++) {
        lh_watch(b, "rise", i, 0);
        if (i == 0) {
            V = lh_param(other.t, "V", 400, 40, LH_HE);
            first = lh_at(lh_value(V), 0, 0);
        }
    }
    CHECK(first != 0 && lh_at(lh_value(V), 0, 0) == first,
          "a run turns what is its own: %g, %g before", lh_at(lh_value(V), 0, 0), first);
    CHECK(first_of(&k) != model, "the second run has moved on");
    CHECK(lh_save(b, check_path("b.h5")) == LH_OK && lh_save(a, check_path("a2.h5")) == LH_OK, "%s",
          lh_message(k.c));
    saved = lh_checkpoint_open(k.c, check_path("b.h5"));
    CHECK(saved && lh_checkpoint_network(saved).tape && lh_error(k.c) == LH_OK,
          "a run saves what its tape has: %s", lh_message(k.c));
    lh_close(k.c);
}

/* What a driver does each epoch must not make the context grow. */
static void nothing_grows(void)
{
    net k = open_net(9);
    size_t blocks[4] = {0};
    lh_data *d;
    lh_run *r;

    record(&k);
    k.c->set.reproducible = 0;
    d = lh_data_open(k.c, "wdbc");
    r = lh_train(k.L, LH_SGD(0.1), d, 64, 4);
    for (int i = 0; lh_epoch(r); i++) {
        lh_watch(r, "loss of all", lh_loss(k.L, d), 0);
        CHECK(lh_save(r, check_path("grows.h5")) == LH_OK &&
                  lh_history(r, check_path("grows.csv")) == LH_OK &&
                  lh_will_save(r, check_path("grows.h5")) == LH_OK,
              "%s", lh_message(k.c));
        blocks[i] = k.c->block_count;
    }
    CHECK(blocks[1] == blocks[3] && blocks[1] > 0, "%zu blocks, then %zu", blocks[1], blocks[3]);
    lh_close(k.c);
}

/* A set that the first network uses with a scale of its own is no use to the second. */
static void refused_is_told(void)
{
    net k = open_net(10);
    lh_data *d, *other;
    lh_run *r;

    record(&k);
    d = lh_data_open(k.c, "wdbc");
    other = lh_hold_out(lh_data_open(k.c, "wdbc"), 0.25);
    CHECK(isfinite(lh_loss(k.L, other)), "%s", lh_message(k.c));
    r = lh_train(k.L, LH_SGD(0.1), d, 64, 1);
    CHECK(lh_epoch(r) == 1, "%s", lh_message(k.c));
    CHECK(lh_derive(k.L, other, 5, "text", check_path("d.txt")) == LH_ESTATE,
          "a derivation that could not be evaluated is none: %s", lh_message(k.c));
    lh_clear(k.c);
    CHECK(lh_data_like(other, d) == LH_ESTATE && lh_save(r, check_path("kept.h5")) == LH_OK,
          "the trained network is still there: %s", lh_message(k.c));
    lh_clear(k.c);
    CHECK(lh_verify(k.L, other, 5) == LH_ESTATE, "the reason is kept: %s", lh_message(k.c));
    CHECK(strstr(lh_message(k.c), "another mean and deviation") != NULL, "%s", lh_message(k.c));
    lh_close(k.c);
}

/* The parts of a file of version 1 are found also when the data are in use, and spoil nothing. */
static void parts_of_version_1(void)
{
    net k = open_net(11);
    const char *source = getenv("srcdir");
    char path[1000];
    lh_checkpoint *c;
    lh_data *d;

    snprintf(path, sizeof path, "%s/tests/version1.h5", source ? source : ".");
    c = lh_checkpoint_open(k.c, path);
    d = lh_data_open(k.c, "wdbc");
    CHECK(isfinite(lh_loss(lh_checkpoint_network(c), d)), "%s", lh_message(k.c));
    CHECK(lh_checkpoint_parts(c, d) > 0 && lh_error(k.c) == LH_OK, "%s", lh_message(k.c));
    CHECK(lh_rows(lh_checkpoint_rows(c, d, 1)) > 0, "%s", lh_message(k.c));
    lh_close(k.c);
}

/* What is called 1 from which output on is a part of the model: here, in its file, after a
 * resume, and for every metric that goes by it. */
static void one_threshold(void)
{
    net k = open_net(7), e;
    lh_data *d, *validation, *held;
    lh_checkpoint *file;
    lh_scores *o;
    double f1, at;
    lh_run *r;

    record(&k);
    d = lh_data_open(k.c, "wdbc");
    validation = lh_hold_out(d, 0.25);
    r = lh_train(k.L, LH_SGD(0.1), d, 64, 2);
    while (lh_epoch(r))
        continue;
    f1 = lh_metric(k.yhat, validation, "f1");
    at = lh_choose_threshold(k.yhat, validation, "f1");
    CHECK(at > 0 && at < 1 && at != 0.5 && lh_metric(k.yhat, validation, "f1") > f1,
          "%g gives F1 %g, 1/2 gives %g", at, lh_metric(k.yhat, validation, "f1"), f1);
    f1 = lh_metric(k.yhat, validation, "f1");
    o = lh_scores_of(k.yhat, validation);
    CHECK(lh_scores_metric(o, "f1") == f1 && lh_scores_have(o, "auc") && !lh_scores_have(o, "r2"),
          "%s", lh_message(k.c));
    CHECK(2 * lh_scores_called(o, 1, 1) / (2 * lh_scores_called(o, 1, 1) +
              lh_scores_called(o, 0, 1) + lh_scores_called(o, 1, 0)) == f1, "the matrix");
    CHECK(lh_save(r, check_path("cut.h5")) == LH_OK, "%s", lh_message(k.c));

    e = open_net(7);
    e.c->set.resume = check_path("cut.h5");
    file = lh_checkpoint_open(e.c, check_path("cut.h5"));
    d = lh_data_open(e.c, "wdbc");
    held = lh_checkpoint_rows(file, d, 1);
    CHECK(lh_metric(lh_output(lh_checkpoint_network(file)), held, "f1") == f1, "%s",
          lh_message(e.c));
    record(&e);
    d = lh_data_open(e.c, "wdbc");
    held = lh_hold_out(d, 0.25);
    lh_train(e.L, LH_SGD(0.1), d, 64, 2);
    CHECK(lh_metric(e.yhat, held, "f1") == f1, "after a resume: %s", lh_message(e.c));
    lh_close(e.c);

    CHECK(isnan(lh_choose_threshold(k.yhat, validation, "f2")) && lh_clear(k.c) == LH_EUSAGE,
          "a rule that is none");
    CHECK(isnan(lh_metric(k.yhat, validation, "acuracy")) &&
              strstr(lh_message(k.c), "did you mean accuracy?"), "%s", lh_message(k.c));
    lh_clear(k.c);
    CHECK(isnan(lh_metric(k.yhat, validation, "rmse")) &&
              strstr(lh_message(k.c), "rmse means nothing for labels that are 0 and 1"), "%s",
          lh_message(k.c));
    lh_clear(k.c);
    lh_close(k.c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the model of a run that watches is its best, in memory, in the file and out of it",
         one_model},
        {"it can be looked at in between, and the run goes on as if nobody had", in_between},
        {"a series that is never a number ends the run, and its model is the last", never_a_number},
        {"a checkpoint knows the rows of each part", held_out_rows},
        {"another set is standardised as the training rows were, and that is said", one_scale},
        {"by whatever looks at it first", every_door},
        {"a set that is in use with another scale is refused, and spoils nothing", scale_in_use},
        {"a derivation or a check that cannot use a set says so", refused_is_told},
        {"two runs over one store have each its own best", one_store},
        {"saving and telling each epoch takes no memory that stays", nothing_grows},
        {"the parts of a file of version 1 are found in data that are in use", parts_of_version_1},
        {"the threshold that was chosen is the model's", one_threshold},
        {NULL, NULL},
    };

    return check_main(argc, argv, "model", tests);
}
