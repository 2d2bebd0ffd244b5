/* test_splits.c -- hold-outs, folds, subsets and other files: which rows are where. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/data.h"
#include "framework/system/fault.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <longhand.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 103, GROUPS = 17 };

static void ignore(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *quiet(const char *option)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    const char *equals = strchr(option, '=');
    char name[40];

    snprintf(name, sizeof name, "%.*s", (int)(equals - option - 2), option + 2);
    lh_opt_set(c, name, equals + 1);
    lh_on_message(c, ignore, NULL);
    return c;
}

/* x counts, g is a group, y a class of three, the last one rare. */
static const char *table(void)
{
    const char *path = check_path("a.csv");
    FILE *out = fopen(path, "w");
    uint64_t state = 11;

    fprintf(out, "x,g,y\n");
    for (int i = 0; out && i < ROWS; i++)
        fprintf(out, "%d,g%d,%s\n", i * i, (int)(draw_from(&state) % GROUPS),
                i % 11 == 5 ? "C" : i % 3 ? "A" : "B");
    if (out)
        fclose(out);
    return path;
}

static void count(const lh_data *d, size_t *classes, int *groups, int *seen)
{
    for (size_t i = 0; i < d->rows; i++) {
        classes[(size_t)lhi_data_label(d, i)]++;
        if (d->frame->how->group)
            groups[(size_t)lhi_table_at(d->table, d->row[i], 1)]++;
        seen[d->row[i]]++;
    }
}

static void stratified(void)
{
    const char *path = table();

    for (int k = 1; k < 20; k++) {
        lh_ctx *c = quiet("--seed=5");
        lh_data *d = lh_data_read(c, path, &(lh_reading){.drop = "g", .stratify = 1}), *test;
        size_t all[3] = {0}, held[3] = {0}, left[3] = {0};
        int seen[ROWS] = {0}, none[GROUPS];

        count(d, all, none, seen);
        test = lh_hold_out(d, k / 20.0);
        count(test, held, none, seen);
        count(d, left, none, seen);
        CHECK(test->rows == (size_t)(k / 20.0 * ROWS + 0.5), "%zu rows of %d / 20", test->rows, k);
        for (int y = 0; y < 3; y++)
            CHECK(fabs((double)held[y] - (double)all[y] * (double)test->rows / ROWS) < 1 &&
                      held[y] + left[y] == all[y], "%d / 20: %zu of %zu in class %d", k, held[y],
                  all[y], y);
        lh_close(c);
    }
}

static void folds(void)
{
    const char *path = table();
    static const lh_reading hows[] = {{.drop = "g"}, {.drop = "g", .stratify = 1}, {.group = "g"}};

    for (int kind = 0; kind < 3; kind++)
        for (size_t k = 2; k <= 10; k++) {
            lh_ctx *c = quiet("--seed=5");
            lh_data *d = lh_data_read(c, path, &hows[kind]), *train, *test;
            size_t all[3] = {0}, bad = 0;
            int seen[ROWS] = {0}, once[ROWS] = {0}, groups[GROUPS] = {0};

            count(d, all, groups, once);
            for (size_t i = 0; i < k; i++) {
                size_t held[3] = {0}, left[3] = {0};
                int in_test[GROUPS] = {0}, in_train[GROUPS] = {0}, both[ROWS] = {0};

                CHECK(lh_fold(d, k, i, &train, &test) == LH_OK, "%s", lh_message(c));
                count(test, held, in_test, seen);
                count(test, held, in_test, both);
                count(train, left, in_train, both);
                for (int r = 0; r < ROWS; r++)
                    bad += both[r] != 1;
                for (int g = 0; g < GROUPS; g++)
                    bad += in_test[g] > 0 && in_train[g] > 0;
                for (int y = 0; y < 3 && kind == 1; y++)
                    bad += fabs((double)held[y] / 2 - (double)all[y] / (double)k) >= 1;
                CHECK(kind == 2 || (test->rows >= ROWS / k && test->rows <= ROWS / k + 1),
                      "%zu rows", test->rows);
                CHECK(train->fit == train && test->fit == train && train->held_count == 1 &&
                          test->index == 1 && lhi_data_prepare(test, LH_F64) == LH_OK,
                      "a scale of their own");
            }
            for (int r = 0; r < ROWS; r++)
                bad += seen[r] != 1;
            CHECK(bad == 0 && lh_rows(d) == ROWS, "kind %d, %zu folds: %zu", kind, k, bad);
            lh_close(c);
        }
}

static void groups(void)
{
    const char *path = table();

    for (int k = 1; k < 10; k++) {
        lh_ctx *c = quiet("--seed=5");
        lh_data *d = lh_data_read(c, path, &(lh_reading){.group = "g"}), *test;
        size_t classes[3] = {0};
        int seen[ROWS] = {0}, left[GROUPS] = {0}, held[GROUPS] = {0}, largest = 0;

        test = lh_hold_out(d, k / 10.0);
        count(test, classes, held, seen);
        count(d, classes, left, seen);
        for (int g = 0; g < GROUPS; g++)
            CHECK(!held[g] || !left[g], "group %d is on both sides", g);
        for (int g = 0; g < GROUPS; g++)
            largest = held[g] + left[g] > largest ? held[g] + left[g] : largest;
        CHECK(lh_cols(d) == 1 && test->rows + d->rows == ROWS &&
                  fabs((double)test->rows - k * ROWS / 10.0) <= largest, "%zu of %d / 10",
              test->rows, k);
        lh_close(c);
    }
}

static void seeds(void)
{
    uint32_t row[3][30];
    static const char *const options[] = {"--seed=4", "--split-seed=4", "--shuffle-seed=4"};
    double loss[3];

    for (int k = 0; k < 3; k++) {
        lh_ctx *c = quiet(options[k]);
        lh_data *d = lh_data_open(c, "wdbc"), *test = lh_hold_out(d, 0.25);
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
        lh_var Z = lh_mlp(lh_input(t, "X", LH_ROWS, 30), "", 4, 1);
        lh_run *r = lh_train(lh_bce_logits(Z, lh_input(t, "y", LH_ROWS, 1)), LH_SGD(0.1), d, 64, 1);

        while (lh_epoch(r))
            continue;
        loss[k] = lh_last_loss(r);
        memcpy(row[k], test->row, sizeof row[k]);
        CHECK(lh_save(r, check_path("seed.h5")) == LH_OK, "%s", lh_message(c));
        lh_close(c);
    }
    CHECK(memcmp(row[0], row[1], sizeof row[0]) == 0, "--split-seed splits otherwise than --seed");
    CHECK(memcmp(row[0], row[2], sizeof row[0]) != 0, "--shuffle-seed splits");
    CHECK(loss[0] != loss[1] && loss[1] != loss[2], "first values or shuffles follow the split");
}

static void given_rows(void)
{
    const size_t rows[] = {100, 2, 30, 31, 7}, sorted[] = {2, 7, 30, 31, 100}, twice[] = {3, 4, 3},
                 far[] = {1, ROWS};
    lh_ctx *c = quiet("--seed=5");
    lh_data *d = lh_data_read(c, table(), &(lh_reading){.drop = "g"}), *set, *test;
    double x[1];

    set = lh_subset(d, rows, 5);
    CHECK(lh_rows(set) == 5 && lh_rows(d) == ROWS && set->fit == set, "%s", lh_message(c));
    test = lh_hold_out_rows(d, rows, 5);
    CHECK(lh_rows(test) == 5 && lh_rows(d) == ROWS - 5 && test->fit == d && d->held_count == 1 &&
              d->held[0] == 5.0 / ROWS, "%s", lh_message(c));
    for (size_t i = 0; i < 5; i++)
        CHECK(lh_row_number(set, i) == sorted[i] && lh_row_number(test, i) == sorted[i] &&
                  set->part[sorted[i]] == 0 && d->part[sorted[i]] == 1, "row %zu", i);
    CHECK(lh_row(set, 1, x) == LH_OK && x[0] == 49 && lh_row_label(set, 1, 0) == 0 &&
              lh_row_label(set, 1, 1) != lh_row_label(set, 1, 1) && lh_row_weight(set, 1) == 1 &&
              lh_row_scaled(set, 1, x) == LH_OK &&
              x[0] == (49 - set->scale.mean[0]) / set->scale.deviation[0],
          "a row: %g, %s", x[0], lh_message(c));
    CHECK(strcmp(lh_col_name(d, 0), "x") == 0 && strcmp(lh_output_name(d, 2), "C") == 0 &&
              lh_col_name(d, 1)[0] == 0, "names");
    CHECK(lh_row(d, ROWS, x) == LH_EUSAGE && lh_row_number(d, ROWS) == SIZE_MAX, "no such row");
    lh_close(c);
    for (int k = 0; k < 4; k++) {
        c = quiet("--seed=5");
        d = lh_data_read(c, table(), &(lh_reading){.drop = "g"});
        set = k < 2 ? lh_subset(d, k ? twice : far, k ? 3 : 2)
                    : lh_hold_out_rows(d, k == 2 ? twice : far, k == 2 ? 3 : 2);
        CHECK(lh_rows(set) == 0 && lh_rows(d) == ROWS && d->held_count == 0 &&
                  lh_error(c) == LH_EUSAGE && strstr(lh_message(c), "hint: "), "case %d: %s", k,
              lh_message(c));
        lh_close(c);
    }
}

static void another_file(void)
{
    lh_ctx *c = quiet("--seed=5");
    lh_data *d = lh_data_read(c, table(), &(lh_reading){.drop = "g"}), *other, *test;
    double x[1];

    check_write(check_path("b.csv"), "y,x\nB,4\nA,9\n", -1);
    other = lh_data_beside(d, check_path("b.csv"));
    test = lh_hold_out(d, 0.2); /* the scale is not taken yet */
    CHECK(lh_rows(other) == 2 && lh_rows(test) == 21 && lh_row_label(other, 0, 0) == 1, "%s",
          lh_message(c));
    CHECK(lh_row_scaled(other, 1, x) == LH_OK &&
              x[0] == (9 - d->scale.mean[0]) / d->scale.deviation[0], "%g: %s", x[0],
          lh_message(c));
    check_write(check_path("c.csv"), "y,x\nB,4\nD,9\n", -1);
    CHECK(lh_rows(lh_data_beside(d, check_path("c.csv"))) == 0 &&
              strstr(lh_message(c), "line 3, column 1 'y': 'D' is no label"), "%s", lh_message(c));
    lh_close(c);
}

#ifdef LHI_FAULTS
/* Reading, splitting, scaling and the recipe while the nth allocation fails. */
static lh_status everything(const char *path, const lh_reading *how, long nth, long *struck)
{
    lh_ctx *c;
    lh_data *d, *train, *test;
    lh_status status;
    const size_t rows[] = {3, 1};
    double x[2 * GROUPS];

    lhi_fault_arm(LHI_FAULT_ALLOC, nth, 1, ENOMEM);
    c = quiet("--seed=5");
    d = lh_data_read(c, path, how);
    lh_fold(d, 3, 1, &train, &test);
    lhi_data_prepare(test, LH_F32);
    lh_hold_out_rows(d, rows, 2);
    lh_hold_out(d, 0.3);
    lhi_data_prepare(lh_data_beside(d, path), LH_F64);
    lh_row_scaled(lh_subset(d, rows, 2), 0, x);
    lh_col_name(d, 0);
    if (!lhi_data_is_inert(d) && lh_error(c) == LH_OK) {
        const char *text = lhi_recipe_write(c, d->frame->how);

        if (text)
            lhi_recipe_parse(c, text, "a.h5");
    }
    status = lh_error(c);
    *struck = lhi_fault_struck(LHI_FAULT_ALLOC);
    lhi_fault_arm(LHI_FAULT_ALLOC, 1, 0, 0);
    lh_close(c);
    return status;
}

static void faults(void)
{
    static const lh_reading hows[] = {
        {.drop = "g", .stratify = 1, .balance = 1, .scale = LH_SCALE_ROBUST},
        {.group = "g", .missing = LH_MISSING_MEDIAN}, {.label = "x", .only = "y,g"}};
    const char *path = table();

    for (int k = 0; k < 3; k++) {
        long n = 0, struck = 1;

        while (struck && n < 3000) {
            const lh_status s = everything(path, &hows[k], ++n, &struck);

            CHECK(s == (struck ? LH_ENOMEM : LH_OK), "setting %d, allocation %ld: status %d", k, n,
                  (int)s);
        }
        CHECK(n > 60 && n < 3000, "%ld allocations", n);
    }
}
#endif

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a stratified part has the classes' shares", stratified},
        {"each row is in one test of the folds, and groups stay together", folds},
        {"groups are held out whole", groups},
        {"splits, shuffles and first values have seeds of their own", seeds},
        {"rows that are given are taken, and no others", given_rows},
        {"another file is read and scaled as the first", another_file},
#ifdef LHI_FAULTS
        {"every failing allocation is an error and nothing else", faults},
#endif
        {NULL, NULL}};

    return check_main(argc, argv, "splits", tests);
}
