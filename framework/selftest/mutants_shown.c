/* mutants_shown.c -- kinds of wrong backward rules: what they look at is not what they should. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/mutant.h"

#include <math.h>

/* The rule is shown f of every element of an array. */
static void show(lhi_question *k, enum lhi_read which, lh_wide (*f)(lh_wide value, lh_wide x))
{
    size_t cells;
    void *a = lhi_answer_own(k, which, &cells);

    for (size_t e = 0; a && e < cells; e++)
        lhi_set(k->type, a, e, f(lhi_get(k->type, a, e), (lh_wide)k->kind->x));
}

static int same_shape(const lh_slot *a, const lh_slot *b)
{
    return a->rows == b->rows && a->cols == b->cols;
}

/* The gradient has the shape of the cotangent. */
static int like_output(const lhi_question *k)
{
    return k->rows == k->out.rows && k->cols == k->out.cols;
}

static lh_wide cotangent(const lhi_question *k, size_t e)
{
    return lhi_get(k->type, k->given->out->grad, e);
}

/* --- terms --- */

/* Row i of the cotangent counts weight(i) times; of a loss, row i of the gradient. */
static void weighted(lhi_question *k, lh_wide (*weight)(size_t i, size_t rows, double x))
{
    const size_t rows = k->out.rows, n = k->out.cols;
    size_t cells;
    void *dc;

    if (rows > 1) {
        dc = lhi_answer_own(k, LHI_READ_COTANGENT, &cells);
        for (size_t e = 0; e < cells; e++)
            lhi_set(k->type, dc, e,
                    cotangent(k, e) * weight(e / n, rows, k->kind->x));
    }
    lhi_answer_right(k);
    for (size_t e = 0; rows == 1 && k->rows > 1 && e < k->cells; e++)
        k->d[e] *= weight(e / k->cols, k->rows, k->kind->x);
}

static lh_wide first_counts(size_t i, size_t rows, double x)
{
    (void)rows;
    return i == 0 ? (lh_wide)x : 1;
}

static lh_wide last_counts(size_t i, size_t rows, double x)
{
    return i == rows - 1 ? (lh_wide)x : 1;
}

static lh_wide counts_before(size_t i, size_t rows, double x)
{
    (void)rows;
    return i < (size_t)x;
}

static lh_wide second_counts(size_t i, size_t rows, double x)
{
    (void)rows;
    return i % 2 ? (lh_wide)x : 1;
}

static void first_row(lhi_question *k)
{
    weighted(k, first_counts);
}

static void last_row(lhi_question *k)
{
    weighted(k, last_counts);
}

static void rows_from(lhi_question *k)
{
    weighted(k, counts_before);
}

static void second_rows(lhi_question *k)
{
    weighted(k, second_counts);
}

/* --- derivatives --- */

static void passed_on(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; like_output(k) && e < k->cells; e++)
        k->d[e] = cotangent(k, e);
}

static void squared_factor(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; like_output(k) && e < k->cells; e++)
        k->d[e] *= cotangent(k, e) == 0 ? 0 : k->d[e] / cotangent(k, e);
}

static void leaks(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; like_output(k) && e < k->cells; e++)
        if (k->d[e] == 0)
            k->d[e] = (lh_wide)k->kind->x * cotangent(k, e);
}

static lh_wide plus(lh_wide value, lh_wide x)
{
    return value + x;
}

static lh_wide times(lh_wide value, lh_wide x)
{
    return value * x;
}

static void beside(lhi_question *k)
{
    for (int a = 0; a <= LHI_READ_OUT; a++)
        show(k, (enum lhi_read)a, plus);
    lhi_answer_right(k);
}

static void farther(lhi_question *k)
{
    for (int a = 0; a <= LHI_READ_OUT; a++)
        show(k, (enum lhi_read)a, times);
    lhi_answer_right(k);
}

static void swap(void **a, void **b)
{
    void *keep = *a;

    *a = *b;
    *b = keep;
}

static void at_the_output(lhi_question *k)
{
    if (same_shape(&k->in[0], &k->out))
        swap(&k->in[0].value, &k->out.value);
    lhi_answer_right(k);
}

static void operands_swapped(lhi_question *k)
{
    if (k->op->n_in == 2 && same_shape(&k->in[0], &k->in[1]))
        swap(&k->in[0].value, &k->in[1].value);
    lhi_answer_right(k);
}

/* --- cotangents --- */

static lh_wide one(lh_wide value, lh_wide x)
{
    (void)value;
    return x;
}

static lh_wide square(lh_wide value, lh_wide x)
{
    (void)x;
    return value * value;
}

static lh_wide sign(lh_wide value, lh_wide x)
{
    (void)x;
    return (lh_wide)((value > 0) - (value < 0));
}

static lh_wide absolute(lh_wide value, lh_wide x)
{
    (void)x;
    return fabsl(value);
}

static void cotangent_one(lhi_question *k)
{
    show(k, LHI_READ_COTANGENT, one);
    lhi_answer_right(k);
}

static void cotangent_squared(lhi_question *k)
{
    show(k, LHI_READ_COTANGENT, square);
    lhi_answer_right(k);
}

static void cotangent_sign(lhi_question *k)
{
    show(k, LHI_READ_COTANGENT, sign);
    lhi_answer_right(k);
}

static void cotangent_absolute(lhi_question *k)
{
    show(k, LHI_READ_COTANGENT, absolute);
    lhi_answer_right(k);
}

/* --- earlier calls --- */

static void stale_values(lhi_question *k)
{
    if (k->op->reads)
        lhi_answer_stale(k, k->op->reads);
    lhi_answer_right(k);
}

static void stale_cotangent(lhi_question *k)
{
    lhi_answer_stale(k, 1u << LHI_READ_COTANGENT);
    lhi_answer_right(k);
}

#define R(reason) (1u << LH_WHY_##reason)
#define ALL -1

static const lhi_mutant kinds[] = {
    {"first row of the batch missing", LH_WHY_MISSING_TERM, R(MISSING_TERM) | R(VALUE), first_row,
     0, ALL, 0},
    {"last row of the batch missing", LH_WHY_MISSING_TERM, R(MISSING_TERM) | R(VALUE), last_row, 0,
     ALL, 0},
    {"rows from the 64th missing", LH_WHY_MISSING_TERM, R(MISSING_TERM) | R(VALUE), rows_from, 64,
     ALL, 0},
    {"every second row missing", LH_WHY_MISSING_TERM, R(MISSING_TERM) | R(VALUE), second_rows, 0,
     ALL, 0},
    {"first row of the batch twice", LH_WHY_VALUE, R(DOUBLE_COUNT) | R(VALUE), first_row, 2, ALL,
     0},
    {"factor missing", LH_WHY_VALUE, R(MISSING_TERM) | R(VALUE) | R(SCALE), passed_on, 0, ALL, 0},
    {"factor squared", LH_WHY_VALUE, R(VALUE), squared_factor, 0, ALL, 0},
    {"leaks where it is 0", LH_WHY_VALUE, R(VALUE), leaks, 0.01, ALL, 0},
    {"derivative 0.1 beside", LH_WHY_VALUE, R(VALUE) | R(MISSING_TERM), beside, 0.1, ALL, 0},
    {"derivative at 1.01 times", LH_WHY_VALUE, R(VALUE) | R(SCALE), farther, 1.01, ALL, 0},
    {"derivative at the output", LH_WHY_VALUE, R(VALUE) | R(MISSING_TERM), at_the_output, 0, ALL,
     0},
    {"operands swapped", LH_WHY_VALUE, R(VALUE) | R(TRANSPOSED) | R(NONFINITE), operands_swapped, 0,
     ALL, 0},
    {"cotangent taken as 1", LH_WHY_VALUE, R(VALUE) | R(SCALE), cotangent_one, 1, ALL, 0},
    {"cotangent squared", LH_WHY_VALUE, R(VALUE) | R(SCALE), cotangent_squared, 0, ALL, 0},
    {"sign of the cotangent", LH_WHY_VALUE, R(VALUE) | R(SCALE), cotangent_sign, 0, ALL, 0},
    {"size of the cotangent", LH_WHY_VALUE, R(VALUE) | R(SIGN), cotangent_absolute, 0, ALL, 0},
    {"stale values", LH_WHY_VALUE, R(STALE), stale_values, 0, ALL, 0},
    {"stale cotangent", LH_WHY_VALUE, R(STALE), stale_cotangent, 0, ALL, 0},
};

const lhi_mutant *lhi_mutant_shown_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}
