/* test_metrics.c -- each metric is what its definition says, counted pair by pair and row by row.
 *
 * With the variable LONGHAND_METRICS the random cases go to that file with their results, for
 * tests/unit/metrics_others.sh. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"
#include "framework/metrics/metrics.h"
#include "tests/check.h"
#include "tests/draw.h"
#include "tests/unit/metrics_plain.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 400, CASES = 200 };

/* A case, whose scores are whole parts of `steps`, so that many are equal. */
typedef struct drawn {
    lhi_scored s;
    double score[MOST], label[MOST], weight[MOST];
} drawn;

static double fraction(uint64_t *state, uint64_t steps)
{
    return (double)(draw_from(state) % (steps + 1)) / (double)steps;
}

static void draw_classes(drawn *k, size_t rows, size_t classes, uint64_t steps, uint64_t *state)
{
    k->s.of = LHI_OF_CLASSES;
    for (size_t i = 0; i < rows; i++) {
        double sum = 0;

        for (size_t j = 0; j < classes; j++)
            sum += k->score[i * classes + j] = fraction(state, steps) + 1.0 / 64;
        for (size_t j = 0; j < classes; j++)
            k->score[i * classes + j] /= sum;
        k->label[i] = i < classes ? (double)i : (double)(draw_from(state) % classes);
    }
}

static void draw_columns(drawn *k, size_t rows, size_t columns, uint64_t steps, uint64_t *state)
{
    for (size_t i = 0; i < rows * columns; i++) {
        const double x = fraction(state, steps);

        k->score[i] = k->s.of == LHI_OF_VALUES ? 8 * x - 3 : x;
        k->label[i] = k->s.of == LHI_OF_VALUES ? 9 * fraction(state, 7) - 4
                      : i < 2 * columns        ? (double)(i / columns)
                                               : (double)(draw_from(state) % 3 == 0);
    }
}

static void draw_case(drawn *k, lh_ctx *c, uint64_t number)
{
    static const int kinds[] = {LHI_OF_BINARY, LHI_OF_CLASSES, LHI_OF_VALUES};
    static const uint64_t steps[] = {3, 17, 1000003};
    uint64_t state = 77 + number;
    const int of = kinds[number % 3];
    const size_t outputs = of == LHI_OF_CLASSES ? 2 + number % 5 : 1 + number / 3 % 3;
    const size_t rows = 8 + draw_from(&state) % (MOST / outputs - 8);

    *k = (drawn){.s = {.c = c, .of = of, .rows = rows, .outputs = outputs, .threshold = 0.5,
                       .is = LHI_IS_PROBABLE | LHI_IS_DECIDED}};
    k->s.score = k->score;
    k->s.label = k->label;
    if (number % 4 == 1) {
        for (size_t i = 0; i < rows; i++)
            k->weight[i] = 0.25 * (double)(1 + draw_from(&state) % 9);
        k->s.weight = k->weight;
    }
    if (of == LHI_OF_CLASSES)
        draw_classes(k, rows, outputs, steps[number / 3 % 3], &state);
    else
        draw_columns(k, rows, outputs, steps[number / 3 % 3], &state);
    CHECK(lhi_scored_begin(&k->s) == 0, "no memory");
}

static double metric(lhi_scored *s, const char *name)
{
    return lhi_metric_of(lhi_metric_named(name), s);
}

static int near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fmax(1, fabs(b)) || (a != a && b != b);
}

static void add_numbers(lhi_text *t, const char *name, const double *at, size_t n)
{
    lhi_text_add(t, ", \"%s\": [", name);
    for (size_t i = 0; i < n; i++)
        lhi_text_add(t, "%s%.17g", i ? ", " : "", at[i]);
    lhi_text_add(t, "]");
}

static void write_case(lhi_text *t, const lhi_scored *s)
{
    const size_t labels = s->of == LHI_OF_CLASSES ? s->rows : s->rows * s->outputs;

    lhi_text_add(t, "{\"of\": %d, \"rows\": %zu, \"outputs\": %zu", s->of, s->rows, s->outputs);
    add_numbers(t, "score", s->score, s->rows * s->outputs);
    add_numbers(t, "label", s->label, labels);
    if (s->weight)
        add_numbers(t, "weight", s->weight, s->rows);
}

static void by_definition(void)
{
    const char *path = getenv("LONGHAND_METRICS");
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text text = {.c = c};
    static drawn k;
    size_t asked = 0;

    for (uint64_t n = 0; n < CASES; n++) {
        const lhi_metric *m;

        draw_case(&k, c, n);
        write_case(&text, &k.s);
        for (size_t i = 0; (m = lhi_metric_at(i)) != NULL; i++) {
            double got, wanted;

            if (!lhi_metric_fits(m, &k.s))
                continue;
            got = lhi_metric_of(m, &k.s);
            wanted = metric_by_definition(&k.s, m->name);
            CHECK(near(got, wanted), "case %d, %s: %.17g, by definition %.17g", (int)n, m->name,
                  got, wanted);
            lhi_text_add(&text, ", \"%s\": %.17g", m->name, got);
            asked++;
        }
        lhi_text_add(&text, "}\n");
        lhi_scored_end(&k.s);
    }
    CHECK(asked > 1500, "%zu were asked", asked);
    CHECK(text.at && !strstr(text.at, "nan"), "a metric of a case is not defined");
    CHECK(!path || lhi_text_write(&text, path, "the cases") == LH_OK, "%s", lh_message(c));
    lhi_text_free(&text);
    lh_close(c);
}

/* Rows with weights are rows that stand there so often. */
static void weights_are_rows(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    static drawn k, all;
    const lhi_metric *m;

    for (uint64_t n = 0; n < 30; n++) {
        size_t rows = 0;

        draw_case(&k, c, n);
        k.s.rows = k.s.rows > 60 ? 60 : k.s.rows;
        k.s.rows = k.s.rows * k.s.outputs > 130 ? 130 / k.s.outputs : k.s.rows;
        all = k;
        for (size_t i = 0; i < k.s.rows; i++) {
            const size_t times = i % 4;

            k.weight[i] = (double)times;
            for (size_t again = 0; again < times; again++, rows++) {
                const size_t o = k.s.outputs, labels = k.s.of == LHI_OF_CLASSES ? 1 : o;

                memcpy(all.score + rows * o, k.score + i * o, o * sizeof *k.score);
                memcpy(all.label + rows * labels, k.label + i * labels, labels * sizeof *k.label);
            }
        }
        k.s.weight = k.weight;
        lhi_scored_end(&k.s);
        all.s.rows = rows;
        all.s.weight = NULL;
        all.s.score = all.score, all.s.label = all.label;
        CHECK(lhi_scored_begin(&k.s) == 0 && lhi_scored_begin(&all.s) == 0, "no memory");
        for (size_t i = 0; (m = lhi_metric_at(i)) != NULL; i++)
            if (lhi_metric_fits(m, &k.s))
                CHECK(near(lhi_metric_of(m, &k.s), lhi_metric_of(m, &all.s)),
                      "case %d, %s: %.17g with weights, %.17g with rows", (int)n, m->name,
                      lhi_metric_of(m, &k.s), lhi_metric_of(m, &all.s));
        lhi_scored_end(&k.s);
        lhi_scored_end(&all.s);
    }
    lh_close(c);
}

static void undefined(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    const double score[] = {0.25, 0.75, 0.5}, ones[] = {1, 1, 1}, broken[] = {0.5, NAN, 1};
    const double outside[] = {0, 3, 0}, classes[] = {0, 1, 1};
    const double three[] = {3, 0, 1, 0, 0, 3, 1, 0, 0, 1, 2, 0};
    lhi_scored s = {.c = c, .of = LHI_OF_BINARY, .rows = 3, .outputs = 1, .score = score,
                    .label = ones, .threshold = 0.5, .is = LHI_IS_PROBABLE};

    CHECK(lhi_scored_begin(&s) == 0, "no memory");
    CHECK(isnan(metric(&s, "auc")), "the AUC of one class is %g", metric(&s, "auc"));
    CHECK(metric(&s, "accuracy") == 2.0 / 3, "%g", metric(&s, "accuracy"));
    CHECK(metric(&s, "balanced_accuracy") == 2.0 / 3, "%g", metric(&s, "balanced_accuracy"));
    CHECK(lhi_threshold_of(&s, LHI_BY_F1) == 0.5, "%g", lhi_threshold_of(&s, LHI_BY_F1));
    s.of = LHI_OF_VALUES;
    CHECK(isnan(metric(&s, "r2")), "the R2 of equal labels is %g", metric(&s, "r2"));
    CHECK(!lhi_metric_fits(lhi_metric_named("auc"), &s), "numbers have an AUC");
    s.rows = 0;
    CHECK(isnan(metric(&s, "mae")), "no row has the error %g", metric(&s, "mae"));
    lhi_scored_end(&s);
    s = (lhi_scored){.c = c, .of = LHI_OF_BINARY, .rows = 3, .outputs = 1, .score = broken,
                     .label = ones, .threshold = 0.5};
    CHECK(lhi_scored_begin(&s) == 0 && isnan(metric(&s, "accuracy")), "a NaN counts as a row");
    CHECK(!lhi_metric_fits(lhi_metric_named("brier"), &s), "what is no probability has a Brier");
    lhi_scored_end(&s);
    s = (lhi_scored){.c = c, .of = LHI_OF_CLASSES, .rows = 1, .outputs = 3, .score = score,
                     .label = outside + 1, .threshold = 0.5};
    CHECK(lhi_scored_begin(&s) == 0 && isnan(metric(&s, "accuracy")), "a class beyond the last");
    lhi_scored_end(&s);
    s = (lhi_scored){.c = c, .of = LHI_OF_CLASSES, .rows = 3, .outputs = 4, .score = three,
                     .label = classes, .threshold = 0.5};
    CHECK(lhi_scored_begin(&s) == 0, "no memory");
    CHECK(metric(&s, "balanced_accuracy") == 0.75 && isnan(metric(&s, "auc")) &&
              metric(&s, "precision") == 2.0 / 3, /* of classes 0, 1 and 2: 1, 1, 0; 3 is none */
          "%g of two classes, precision %g of three", metric(&s, "balanced_accuracy"),
          metric(&s, "precision"));
    lhi_scored_end(&s);
    CHECK(!lhi_metric_named("acuracy"), "a metric that is none was found");
    lh_close(c);
}

/* A probability of 0 of what became true costs 52 log 2. */
static void impossible(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    const double score[] = {0, 1}, label[] = {1, 1};
    lhi_scored s = {.c = c, .of = LHI_OF_BINARY, .rows = 2, .outputs = 1, .score = score,
                    .label = label, .threshold = 0.5, .is = LHI_IS_PROBABLE};

    CHECK(lhi_scored_begin(&s) == 0, "no memory");
    CHECK(fabs(metric(&s, "log_loss") - 26 * 0.6931471805599453) < 1e-12, "%.17g",
          metric(&s, "log_loss"));
    lhi_scored_end(&s);
    lh_close(c);
}

/* 95 of 100 samples of 400 coins at 1/2 have the half in an interval of 95 in 100, nearly; and
 * the interval is that of the normal distribution, nearly. */
static void intervals(void)
{
    enum { ROWS = 400, TRIES = 100 };
    lh_ctx *c = lh_open(0, NULL, "test");
    const lhi_metric *m = lhi_metric_named("accuracy");
    static double score[ROWS], label[ROWS];
    uint64_t state = 5;
    int inside = 0;

    for (int k = 0; k < TRIES; k++) {
        lhi_scored s = {.c = c, .of = LHI_OF_BINARY, .rows = ROWS, .outputs = 1, .score = score,
                        .label = label, .threshold = 0.5};
        double lo, hi, low, high, middle;

        for (size_t i = 0; i < ROWS; i++) {
            score[i] = draw_between(0, 1, &state);
            label[i] = (double)(draw_from(&state) >> 63);
        }
        CHECK(lhi_scored_begin(&s) == 0, "no memory");
        middle = lhi_metric_of(m, &s);
        CHECK(lhi_interval(m, &s, (uint64_t)k, 300, 0.95, &lo, &hi) == 0, "no memory");
        CHECK(lo < middle && middle < hi && fabs(hi - lo - 2 * 1.96 * 0.025) < 0.02,
              "%g in %g to %g", middle, lo, hi);
        inside += lo <= 0.5 && 0.5 <= hi;
        CHECK(lhi_interval(m, &s, (uint64_t)k, 300, 0.95, &low, &high) == 0 && low == lo &&
                  high == hi,
              "the same seed gives another interval");
        CHECK(s.weight == NULL, "the weights are not put back");
        lhi_scored_end(&s);
    }
    CHECK(inside >= 87 && inside <= 99, "%d of %d", inside, TRIES);
    lh_close(c);
}

/* No other threshold, of all that there are, gives more. */
static void thresholds(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    static drawn k;

    for (uint64_t n = 0; n < 90; n += 3)
        for (int by = LHI_BY_F1; by <= LHI_BY_YOUDEN; by++) {
            double at, best, most = -1;

            draw_case(&k, c, n);
            k.s.rows *= k.s.outputs;
            k.s.outputs = 1;
            k.s.weight = NULL;
            at = lhi_threshold_of(&k.s, (lhi_choosing)by);
            k.s.threshold = at;
            best = by == LHI_BY_F1 ? metric(&k.s, "f1") : 2 * metric(&k.s, "balanced_accuracy") - 1;
            for (size_t i = 0; i < k.s.rows; i++) {
                double f;

                k.s.threshold = k.score[i];
                f = by == LHI_BY_F1 ? metric(&k.s, "f1")
                                    : 2 * metric(&k.s, "balanced_accuracy") - 1;
                most = f > most ? f : most;
            }
            CHECK(fabs(best - most) < 1e-12, "case %d: %.17g at %.17g, and %.17g elsewhere", (int)n,
                  best, at, most);
            lhi_scored_end(&k.s);
        }
    lh_close(c);
}

static void confusion(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    static drawn k;
    double at[36];

    for (uint64_t n = 0; n < 60; n++) {
        double diagonal = 0, all = 0;
        size_t side;

        draw_case(&k, c, n);
        if (k.s.of != LHI_OF_VALUES && k.s.outputs * (k.s.of == LHI_OF_BINARY) < 2) {
            side = k.s.of == LHI_OF_CLASSES ? k.s.outputs : 2;
            lhi_confusion(&k.s, 0, at);
            for (size_t i = 0; i < side * side; i++) {
                all += at[i];
                diagonal += i % (side + 1) == 0 ? at[i] : 0;
            }
            CHECK(near(diagonal / all, metric(&k.s, "accuracy")), "case %d", (int)n);
            for (int is = 0; is < 2 && side == 2; is++)
                CHECK(near(at[2 * is + 1], metric_mass(&k.s, 1 % k.s.outputs, is, 1)), "case %d",
                      (int)n);
        }
        lhi_scored_end(&k.s);
    }
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"each is what its definition says, with ties and weights", by_definition},
        {"a weight of n is n rows", weights_are_rows},
        {"what is not defined is a NaN, and some are zeros", undefined},
        {"a probability of 0 of what became true is not infinite", impossible},
        {"intervals are those of the bootstrap, and of the seed", intervals},
        {"no threshold gives more than the one that is chosen", thresholds},
        {"the confusion matrix has the accuracy on its diagonal", confusion},
        {0}};

    return check_main(argc, argv, "metrics", tests);
}
