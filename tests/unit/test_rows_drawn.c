/* test_rows_drawn.c -- X, y and w of drawn tables and settings, beside a plain reference. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/data.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 24, MOST = 5, TEXTS = 3 };

/* A table: columns of numbers, some with cells missing, or of texts; then weights and a label. */
typedef struct drawn {
    size_t rows, cols;
    int text[MOST];
    double cell[ROWS][MOST]; /* a NaN is missing; of texts the number of one */
    double weight[ROWS], label[ROWS];
    lh_labels labels;
    lh_reading how;
} drawn;

static const char *const names[TEXTS] = {"blue", "green", "red"};
static const char *const kinds[TEXTS] = {"A", "B", "C"};

static void ignore(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static drawn draw(uint64_t *state)
{
    drawn t = {.rows = 6 + draw_from(state) % (ROWS - 5), .cols = 1 + draw_from(state) % MOST,
               .labels = (lh_labels)(1 + draw_from(state) % 3)};

    t.how = (lh_reading){.missing = (lh_missing)(draw_from(state) % 4),
                         .scale = (lh_scale)(draw_from(state) % 4),
                         .keep_f32 = draw_from(state) % 4 == 0, .weight = "w", .label = "y"};
    t.how.balance = t.labels != LH_LABELS_VALUES && draw_from(state) % 2;
    for (size_t j = 0; j < t.cols; j++) {
        t.text[j] = draw_from(state) % 3 == 0;
        for (size_t i = 0; i < t.rows; i++)
            t.cell[i][j] = t.how.missing && draw_from(state) % 5 == 0 ? (double)NAN
                         : t.text[j] ? (double)(i < TEXTS ? i : draw_from(state) % TEXTS)
                                     : (double)(long)draw_between(-50, 50, state) / 4;
    }
    for (size_t i = 0; i < t.rows; i++) {
        t.weight[i] = (double)(draw_from(state) % 4);
        t.label[i] = t.labels == LH_LABELS_VALUES ? (double)(long)draw_between(-90, 90, state) / 8
                   : i < 3 ? (double)(i % (t.labels == LH_LABELS_BINARY ? 2 : 3))
                           : (double)(draw_from(state) % (t.labels == LH_LABELS_BINARY ? 2 : 3));
    }
    return t;
}

/* Every text of a column must occur, or fewer columns of X are made. */
static size_t texts_of(const drawn *t, size_t j, double *value)
{
    size_t n = 0;

    for (int k = 0; k < TEXTS; k++)
        for (size_t i = 0; i < t->rows; i++)
            if (t->cell[i][j] == k) {
                value[n++] = k;
                break;
            }
    return n;
}

static int has_missing(const drawn *t, size_t j)
{
    for (size_t i = 0; i < t->rows; i++)
        if (t->cell[i][j] != t->cell[i][j])
            return 1;
    return 0;
}

static void write_table(const drawn *t, const char *path)
{
    FILE *out = fopen(path, "w");

    for (size_t j = 0; j < t->cols; j++)
        fprintf(out, "c%zu,", j);
    fprintf(out, "w,y\n");
    for (size_t i = 0; i < t->rows; i++) {
        for (size_t j = 0; j < t->cols; j++)
            if (t->cell[i][j] != t->cell[i][j])
                fprintf(out, "%s,", j % 2 ? "" : "NA");
            else if (t->text[j])
                fprintf(out, "%s,", names[(int)t->cell[i][j]]);
            else
                fprintf(out, "%.17g,", t->cell[i][j]);
        fprintf(out, "%g,", t->weight[i]);
        if (t->labels == LH_LABELS_VALUES)
            fprintf(out, "%.17g\n", t->label[i]);
        else
            fprintf(out, "%s\n", kinds[(int)t->label[i]]);
    }
    fclose(out);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double quantile(double *x, size_t n, double q)
{
    const double at = q * (double)(n - 1);
    const size_t k = (size_t)at;

    qsort(x, n, sizeof *x, by_value);
    return k + 1 < n ? x[k] + (at - (double)k) * (x[k + 1] - x[k]) : x[n - 1];
}

/* Centre and spread of n numbers. */
static void scale_of(lh_scale scale, double *x, size_t n, double *centre, double *spread)
{
    double sum = 0, squares = 0;

    *centre = 0;
    *spread = 1;
    if (scale == LH_SCALE_STANDARD) {
        for (size_t i = 0; i < n; i++)
            sum += x[i] / (double)n;
        for (size_t i = 0; i < n; i++)
            squares += (x[i] - sum) * (x[i] - sum) / (double)n;
        *centre = sum;
        *spread = sqrt(squares);
    } else if (scale == LH_SCALE_MINMAX) {
        *centre = quantile(x, n, 0);
        *spread = quantile(x, n, 1) - *centre;
    } else if (scale == LH_SCALE_ROBUST) {
        *centre = quantile(x, n, 0.5);
        *spread = quantile(x, n, 0.75) - quantile(x, n, 0.25);
    }
    if (!(*spread > 1e-12))
        *spread = 1;
}

static double fill_of(const drawn *t, size_t j, const lh_data *train)
{
    double x[ROWS], sum = 0;
    size_t n = 0;

    for (size_t i = 0; i < train->rows; i++)
        if (t->cell[train->row[i]][j] == t->cell[train->row[i]][j])
            sum += x[n++] = t->cell[train->row[i]][j];
    return n == 0 ? 0 : t->how.missing == LH_MISSING_MEDIAN ? quantile(x, n, 0.5)
                                                            : sum / (double)n;
}

static int near(double x, double y)
{
    return fabs(x - y) <= 1e-9 * (1 + fabs(y));
}

/* One column of the file in the rows of `of`, beside X from column `first` on; returns how many
 * columns of X it made, 0 when one is wrong. */
static size_t compare_column(const drawn *t, size_t j, const lh_data *train, const lh_data *of,
                             size_t first)
{
    const double *X = of->copy[LH_F64], fill = fill_of(t, j, train);
    const int marks = t->how.missing == LH_MISSING_INDICATOR && has_missing(t, j);
    double column[ROWS], centre, spread, value[TEXTS];
    const size_t texts = t->text[j] ? texts_of(t, j, value) : 0, width = t->text[j] ? texts : 1;
    size_t wrong = 0;

    for (size_t i = 0; i < train->rows; i++) {
        const double x = t->cell[train->row[i]][j];

        column[i] = x == x ? x : fill;
    }
    scale_of(t->how.scale, column, train->rows, &centre, &spread);
    for (size_t i = 0; i < of->rows; i++) {
        const double x = t->cell[of->row[i]][j], *row = X + i * of->cols + first;

        for (size_t k = 0; k < texts; k++)
            wrong += row[k] != (x == value[k]);
        if (!t->text[j])
            wrong += !near(row[0], ((x == x ? x : fill) - centre) / spread);
        if (marks)
            wrong += row[width] != (x != x);
    }
    return wrong ? 0 : width + (size_t)marks;
}

static size_t compare_labels(const drawn *t, const lh_data *train, const lh_data *of)
{
    double y[ROWS], w[ROWS], column[ROWS], centre = 0, spread = 1, of_class[TEXTS] = {0};
    size_t wrong = 0, there = 0;

    lhi_data_gather_f64(of, NULL, 0, of->rows, NULL, y);
    lhi_data_gather_weights(of, NULL, 0, of->rows, LH_F64, w);
    for (size_t i = 0; i < train->rows; i++) {
        column[i] = t->label[train->row[i]];
        if (t->how.balance)
            of_class[(int)column[i]]++;
    }
    for (int k = 0; k < TEXTS; k++)
        there += of_class[k] > 0;
    if (t->labels == LH_LABELS_VALUES)
        scale_of(t->how.scale, column, train->rows, &centre, &spread);
    for (size_t i = 0; i < of->rows; i++) {
        const double label = t->label[of->row[i]], own = t->weight[of->row[i]];
        const double class = t->how.balance ? of_class[(int)label] : 0;

        wrong += !near(y[i], (label - centre) / spread);
        wrong += !near(w[i], class > 0 ? own * (double)train->rows / ((double)there * class)
                           : t->how.balance ? 0 : own);
    }
    return wrong;
}

static void compare(const drawn *t, const lh_data *train, const lh_data *of, long n)
{
    size_t first = 0;

    for (size_t j = 0; j < t->cols; j++) {
        const size_t width = compare_column(t, j, train, of, first);

        if (!CHECK(width > 0, "table %ld, column %zu of %zu rows is another", n, j, of->rows))
            return;
        first += width;
    }
    CHECK(first == of->cols, "table %ld: %zu columns, and not %zu", n, of->cols, first);
    CHECK(compare_labels(t, train, of) == 0, "table %ld: labels or weights are others", n);
}

static lh_ctx *quiet(long threads)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    char text[32];

    snprintf(text, sizeof text, "%ld", threads);
    lh_opt_set(c, "threads", text);
    lh_on_message(c, ignore, NULL);
    return c;
}

static void reference(void)
{
    uint64_t state = 20261128;

    for (long n = 0; n < 600; n++) {
        const drawn t = draw(&state);
        lh_ctx *c = quiet(1 + n % 3);
        lh_data *d, *test;

        write_table(&t, check_path("a.csv"));
        d = lh_data_read(c, check_path("a.csv"), &t.how);
        test = lh_hold_out(d, 0.3);
        if (CHECK(lhi_data_prepare(d, LH_F64) == LH_OK && lhi_data_prepare(test, LH_F64) == LH_OK,
                  "table %ld: %s", n, lh_message(c))) {
            compare(&t, d, d, n);
            compare(&t, d, test, n);
        }
        lh_close(c);
    }
}

/* Rows held out are changed; what is trained on stays equal to the bit. */
static void no_leak(void)
{
    uint64_t state = 7;

    for (long n = 0; n < 200; n++) {
        drawn t = draw(&state);
        lh_ctx *c = quiet(1);
        lh_data *d[2], *test;

        for (int k = 0; k < 2; k++) {
            write_table(&t, check_path("a.csv"));
            d[k] = lh_data_read(c, check_path("a.csv"), &t.how);
            if (n % 2)
                test = lh_hold_out(d[k], 0.3);
            else
                lh_fold(d[k], 3, (size_t)n / 2 % 3, &d[k], &test);
            CHECK(lhi_data_prepare(d[k], LH_F32) == LH_OK, "%s", lh_message(c));
            for (size_t i = 0; i < test->rows; i++) {
                for (size_t j = 0; j < t.cols; j++)
                    if (!t.text[j] && t.cell[test->row[i]][j] == t.cell[test->row[i]][j])
                        t.cell[test->row[i]][j] += 1000;
                if (t.labels == LH_LABELS_VALUES)
                    t.label[test->row[i]] -= 5000;
                t.weight[test->row[i]] += 3;
            }
        }
        CHECK(d[0]->rows == d[1]->rows && d[0]->cols == d[1]->cols &&
                  memcmp(d[0]->copy[LH_F32], d[1]->copy[LH_F32],
                         d[0]->rows * d[0]->cols * sizeof(float)) == 0,
              "table %ld: rows held out reached X", n);
        for (size_t i = 0; i < d[0]->rows; i++)
            CHECK(lhi_data_target(d[0], i, 0) == lhi_data_target(d[1], i, 0) &&
                      lhi_data_weight(d[0], i) == lhi_data_weight(d[1], i),
                  "table %ld: rows held out reached y or w", n);
        lh_close(c);
    }
}

/* A larger table, so that there is work for a team. */
static void any_threads(void)
{
    static const char path[] = "large.csv";
    static float *one;
    FILE *out = fopen(check_path(path), "w");
    uint64_t state = 3;

    for (int i = 0; out && i < 5000; i++) {
        for (int j = 0; j < 20; j++)
            if (draw_from(&state) % 9)
                fprintf(out, "%.6g,", draw_between(-1, 3, &state));
            else
                fputc(',', out);
        fprintf(out, "%d\n", i % 3);
    }
    if (out)
        fclose(out);
    for (long threads = 1; threads <= 4; threads++)
        for (lh_scale scale = LH_SCALE_STANDARD; scale <= LH_SCALE_ROBUST; scale += 3) {
            static float *first[4];
            lh_ctx *c = quiet(threads);
            lh_data *d = lh_data_read(c, check_path(path),
                                      &(lh_reading){.missing = LH_MISSING_MEDIAN, .scale = scale});

            CHECK(lhi_data_prepare(d, LH_F32) == LH_OK, "%s", lh_message(c));
            one = d->copy[LH_F32];
            if (threads == 1 && (first[scale] = malloc(100000 * sizeof *one)) != NULL)
                memcpy(first[scale], one, 100000 * sizeof *one);
            CHECK(first[scale] && memcmp(first[scale], one, 100000 * sizeof *one) == 0,
                  "%ld threads, scale %d: other bits", threads, (int)scale);
            if (threads == 4)
                free(first[scale]);
            lh_close(c);
        }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"X, y and w of drawn tables are those of the reference", reference},
        {"nothing of rows held out reaches the training", no_leak},
        {"bits do not depend on the number of threads", any_threads},
        {NULL, NULL}};

    return check_main(argc, argv, "rows_drawn", tests);
}
