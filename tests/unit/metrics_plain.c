/* metrics_plain.c -- the metrics as their definitions have them, pair by pair of rows. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/metrics_plain.h"

#include "tests/check.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_CLASSES = 8 };

static int so(const lhi_scored *s, size_t i, size_t j)
{
    return s->of == LHI_OF_CLASSES ? (size_t)s->label[i] == j : s->label[i * s->outputs + j] > 0.5;
}

static size_t named(const lhi_scored *s, size_t i)
{
    const double *z = s->score + i * s->outputs;
    size_t most = s->outputs - 1;

    for (size_t j = s->outputs; j-- > 0;)
        most = z[j] >= z[most] ? j : most;
    return most;
}

static int said(const lhi_scored *s, size_t i, size_t j)
{
    return s->of == LHI_OF_CLASSES ? named(s, i) == j
                                   : s->score[i * s->outputs + j] >= s->threshold;
}

static double weight(const lhi_scored *s, size_t i)
{
    return s->weight ? s->weight[i] : 1;
}

double metric_mass(const lhi_scored *s, size_t j, int is, int call)
{
    double sum = 0;

    for (size_t i = 0; i < s->rows; i++)
        if ((is < 0 || so(s, i, j) == is) && (call < 0 || said(s, i, j) == call))
            sum += weight(s, i);
    return sum;
}

static double ratio(double a, double b)
{
    return b == 0 ? 0 : a / b;
}

/* Precision, recall and F1 of a column from the masses. */
static double of_three(const lhi_scored *s, size_t j, int which)
{
    const double p = ratio(metric_mass(s, j, 1, 1), metric_mass(s, j, -1, 1));
    const double r = ratio(metric_mass(s, j, 1, 1), metric_mass(s, j, 1, -1));

    return which == 0 ? p : which == 1 ? r : ratio(2 * p * r, p + r);
}

static double mean_of_three(const lhi_scored *s, int which)
{
    double sum = 0, n = 0;

    for (size_t j = 0; j < s->outputs; j++)
        if (s->of != LHI_OF_CLASSES || metric_mass(s, j, 1, -1) + metric_mass(s, j, -1, 1) > 0)
            sum += of_three(s, j, which), n++;
    return sum / n;
}

/* The part of the pairs, one row that is so and one that is not, in the right order. */
static double pairs(const lhi_scored *s, size_t j)
{
    double right = 0, all = 0;

    for (size_t a = 0; a < s->rows; a++)
        for (size_t b = 0; b < s->rows; b++) {
            const double x = s->score[a * s->outputs + j], y = s->score[b * s->outputs + j];
            const double w = weight(s, a) * weight(s, b);

            if (!so(s, a, j) || so(s, b, j))
                continue;
            right += x > y ? w : x == y ? w / 2 : 0;
            all += w;
        }
    return right / all;
}

/* The mean, over the rows that are so, of the precision among the rows not below each. */
static double precision_at_rows(const lhi_scored *s, size_t j)
{
    double sum = 0, all = 0;

    for (size_t a = 0; a < s->rows; a++) {
        double hits = 0, called = 0;

        if (!so(s, a, j))
            continue;
        for (size_t b = 0; b < s->rows; b++)
            if (s->score[b * s->outputs + j] >= s->score[a * s->outputs + j]) {
                called += weight(s, b);
                hits += so(s, b, j) ? weight(s, b) : 0;
            }
        sum += weight(s, a) * hits / called;
        all += weight(s, a);
    }
    return sum / all;
}

static double mean_of(const lhi_scored *s, double (*f)(const lhi_scored *s, size_t j))
{
    double sum = 0;

    for (size_t j = 0; j < s->outputs; j++)
        sum += f(s, j);
    return sum / (double)s->outputs;
}

/* The mean over rows and outputs of what a row and an output give. */
static double mean_of_cells(const lhi_scored *s,
                            double (*f)(const lhi_scored *s, size_t i, size_t j))
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < s->outputs; j++) {
            sum += weight(s, i) * f(s, i, j);
            all += weight(s, i);
        }
    return sum / all;
}

static double right_cell(const lhi_scored *s, size_t i, size_t j)
{
    return so(s, i, j) == said(s, i, j);
}

static double squared_cell(const lhi_scored *s, size_t i, size_t j)
{
    return pow(s->score[i * s->outputs + j] - so(s, i, j), 2);
}

static double surprise_cell(const lhi_scored *s, size_t i, size_t j)
{
    const double p = s->score[i * s->outputs + j];
    const double q = fmin(fmax(so(s, i, j) ? p : 1 - p, DBL_EPSILON), 1 - DBL_EPSILON);

    return s->of == LHI_OF_CLASSES && !so(s, i, j) ? 0 : -log(q);
}

static double absolute_cell(const lhi_scored *s, size_t i, size_t j)
{
    return fabs(s->score[i * s->outputs + j] - s->label[i * s->outputs + j]);
}

static double root_column(const lhi_scored *s, size_t j)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < s->rows; i++) {
        sum += weight(s, i) *
               pow(s->score[i * s->outputs + j] - s->label[i * s->outputs + j], 2);
        all += weight(s, i);
    }
    return sqrt(sum / all);
}

/* 1 - (mean squared error) / (variance), the latter from all pairs of rows. */
static double explained_column(const lhi_scored *s, size_t j)
{
    double about = 0, all = 0;

    for (size_t a = 0; a < s->rows; a++) {
        all += weight(s, a);
        for (size_t b = 0; b < s->rows; b++)
            about += weight(s, a) * weight(s, b) *
                     pow(s->label[a * s->outputs + j] - s->label[b * s->outputs + j], 2) / 2;
    }
    return 1 - pow(root_column(s, j), 2) / (about / (all * all));
}

/* What is thought beside what is, bin by bin: of the class that is named, or of a column. */
static double calibration(const lhi_scored *s, size_t column)
{
    const int classes = s->of == LHI_OF_CLASSES;
    double sum = 0, all = 0;

    for (int k = 0; k < 15; k++) {
        double thought = 0, was = 0;

        for (size_t i = 0; i < s->rows; i++) {
            const size_t j = classes ? named(s, i) : column;
            const double p = s->score[i * s->outputs + j];

            if (p * 15 > k + 1 || (k > 0 && p * 15 <= k))
                continue;
            thought += weight(s, i) * p;
            was += weight(s, i) * so(s, i, j);
        }
        sum += fabs(thought - was);
    }
    for (size_t i = 0; i < s->rows; i++)
        all += weight(s, i);
    return sum / all;
}

static double balanced_column(const lhi_scored *s, size_t j)
{
    return (ratio(metric_mass(s, j, 1, 1), metric_mass(s, j, 1, -1)) +
            ratio(metric_mass(s, j, 0, 0), metric_mass(s, j, 0, -1))) /
           ((metric_mass(s, j, 1, -1) > 0) + (metric_mass(s, j, 0, -1) > 0));
}

static double present_recall(const lhi_scored *s)
{
    double sum = 0, n = 0;

    for (size_t j = 0; j < s->outputs; j++)
        if (metric_mass(s, j, 1, -1) > 0)
            sum += of_three(s, j, 1), n++;
    return sum / n;
}

static double together(const lhi_scored *s, int which)
{
    double hit = 0, called = 0, is = 0;

    for (size_t j = 0; j < s->outputs; j++) {
        hit += metric_mass(s, j, 1, 1);
        called += metric_mass(s, j, -1, 1);
        is += metric_mass(s, j, 1, -1);
    }
    return which == 0 ? ratio(hit, called) : which == 1 ? ratio(hit, is)
                                                        : ratio(2 * hit, called + is);
}

/* The k classes named first, one after another, struck out as they are named. */
static double in_first(const lhi_scored *s, size_t k)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < s->rows; i++) {
        int out[MOST_CLASSES] = {0}, found = 0;

        for (size_t n = 0; n < k && n < s->outputs; n++) {
            size_t most = s->outputs;

            for (size_t j = 0; j < s->outputs; j++)
                if (!out[j] && (most == s->outputs || s->score[i * s->outputs + j] >
                                                          s->score[i * s->outputs + most]))
                    most = j;
            out[most] = 1;
            found |= so(s, i, most);
        }
        sum += found ? weight(s, i) : 0;
        all += weight(s, i);
    }
    return sum / all;
}

static double right_rows(const lhi_scored *s)
{
    double sum = 0;

    for (size_t j = 0; j < s->outputs; j++)
        sum += metric_mass(s, j, 1, 1);
    return sum / (metric_mass(s, 0, -1, -1));
}

double metric_by_definition(const lhi_scored *s, const char *name)
{
    const int classes = s->of == LHI_OF_CLASSES;

    if (strcmp(name, "accuracy") == 0)
        return classes ? right_rows(s) : mean_of_cells(s, right_cell);
    if (strcmp(name, "balanced_accuracy") == 0)
        return classes ? present_recall(s) : mean_of(s, balanced_column);
    if (strcmp(name, "precision") == 0)
        return mean_of_three(s, 0);
    if (strcmp(name, "recall") == 0)
        return mean_of_three(s, 1);
    if (strcmp(name, "f1") == 0)
        return mean_of_three(s, 2);
    if (strcmp(name, "precision_micro") == 0)
        return together(s, 0);
    if (strcmp(name, "recall_micro") == 0)
        return together(s, 1);
    if (strcmp(name, "f1_micro") == 0)
        return together(s, 2);
    if (strncmp(name, "top", 3) == 0)
        return in_first(s, (size_t)(name[3] - '0'));
    if (strcmp(name, "auc") == 0)
        return mean_of(s, pairs);
    if (strcmp(name, "average_precision") == 0)
        return mean_of(s, precision_at_rows);
    if (strcmp(name, "brier") == 0)
        return mean_of_cells(s, squared_cell) * (classes ? (double)s->outputs : 1);
    if (strcmp(name, "log_loss") == 0)
        return mean_of_cells(s, surprise_cell) * (classes ? (double)s->outputs : 1);
    if (strcmp(name, "ece") == 0)
        return classes ? calibration(s, 0) : mean_of(s, calibration);
    if (strcmp(name, "r2") == 0)
        return mean_of(s, explained_column);
    if (strcmp(name, "rmse") == 0)
        return mean_of(s, root_column);
    CHECK(strcmp(name, "mae") == 0, "no definition of %s stands here", name);
    return mean_of_cells(s, absolute_cell);
}
