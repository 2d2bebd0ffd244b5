/* mutants.c -- kinds of wrong backward rules: the right answer, changed before it is given. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/mutant.h"

#include <float.h>
#include <math.h>

static lh_wide largest(const lhi_question *k)
{
    lh_wide most = 0;

    for (size_t e = 0; e < k->cells; e++)
        most = fmaxl(most, fabsl(k->d[e]));
    return most;
}

/* --- factors --- */

static void scaled_by(lhi_question *k, lh_wide factor)
{
    lhi_answer_right(k);
    for (size_t e = 0; e < k->cells; e++)
        k->d[e] *= factor;
}

static void scaled(lhi_question *k)
{
    scaled_by(k, (lh_wide)k->kind->x);
}

static void nearly(lhi_question *k)
{
    scaled_by(k, 1 + (lh_wide)k->kind->x);
}

static void times_rows(lhi_question *k)
{
    const lh_wide m = (lh_wide)k->in[0].rows;

    scaled_by(k, k->kind->x < 0 ? 1 / m : m);
}

static void over_columns(lhi_question *k)
{
    scaled_by(k, 1 / (lh_wide)k->in[0].cols);
}

static void scaled_in_float(lhi_question *k)
{
    scaled_by(k, k->type == LH_F32 ? (lh_wide)k->kind->x : 1);
}

static void scaled_in_double(lhi_question *k)
{
    scaled_by(k, k->type == LH_F64 ? (lh_wide)k->kind->x : 1);
}

static void scaled_if_odd(lhi_question *k)
{
    scaled_by(k, k->in[0].rows % 2 ? (lh_wide)k->kind->x : 1);
}

static void magnitude(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; e < k->cells; e++)
        k->d[e] = fabsl(k->d[e]);
}

/* Different at each of seven calls, by x units of roundoff of the type. */
static void noisy(lhi_question *k)
{
    const lh_wide unit = k->type == LH_F32   ? (lh_wide)FLT_EPSILON
                         : k->type == LH_F64 ? (lh_wide)DBL_EPSILON
                                             : LDBL_EPSILON;

    scaled_by(k, 1 + (lh_wide)(k->turn % 7) * unit * (lh_wide)k->kind->x);
}

static void wavering(lhi_question *k)
{
    scaled_by(k, 1 + (lh_wide)(k->turn % 7) * (lh_wide)k->kind->x);
}

/* --- places --- */

/* The contribution is that of element from(i, j) of the right one. */
static void moved(lhi_question *k, size_t (*from)(const lhi_question *k, size_t i, size_t j))
{
    lhi_answer_right(k);
    for (size_t i = 0; i < k->rows; i++)
        for (size_t j = 0; j < k->cols; j++)
            k->d[i * k->cols + j] =
                lhi_get(k->type, k->in[k->operand].grad, from(k, i, j));
}

static size_t other_way(const lhi_question *k, size_t i, size_t j)
{
    return k->rows == k->cols ? j * k->cols + i : i * k->cols + j;
}

static size_t as_laid(const lhi_question *k, size_t i, size_t j)
{
    const size_t e = i * k->cols + j; /* of the [cols x rows] transpose */

    return k->rows == k->cols ? e : e % k->rows * k->cols + e / k->rows;
}

static size_t row_before(const lhi_question *k, size_t i, size_t j)
{
    return (i + k->rows - 1) % k->rows * k->cols + j;
}

static size_t column_before(const lhi_question *k, size_t i, size_t j)
{
    return i * k->cols + (j + k->cols - 1) % k->cols;
}

static size_t rows_back(const lhi_question *k, size_t i, size_t j)
{
    return (k->rows - 1 - i) * k->cols + j;
}

static void transposed(lhi_question *k)
{
    moved(k, other_way);
}

static void transposed_memory(lhi_question *k)
{
    moved(k, as_laid);
}

static void row_shifted(lhi_question *k)
{
    moved(k, row_before);
}

static void column_shifted(lhi_question *k)
{
    moved(k, column_before);
}

static void rows_reversed(lhi_question *k)
{
    moved(k, rows_back);
}

static void column_missing(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t i = 0; i < k->rows; i++)
        k->d[i * k->cols + k->cols / 2] = 0;
}

/* A loop over whole vectors of x columns leaves the rest out. */
static void tail_missing(lhi_question *k)
{
    const size_t width = (size_t)k->kind->x;

    lhi_answer_right(k);
    for (size_t e = 0; e < k->cells; e++)
        if (e % k->cols >= k->cols / width * width)
            k->d[e] = 0;
}

/* --- elements --- */


static void first_element(lhi_question *k)
{
    lhi_answer_right(k);
    k->d[0] += (lh_wide)k->kind->x * largest(k);
}

static void last_element(lhi_question *k)
{
    lhi_answer_right(k);
    k->d[k->cells - 1] += (lh_wide)k->kind->x * largest(k);
}

static void middle_element(lhi_question *k)
{
    lhi_answer_right(k);
    k->d[k->cells / 2] += (lh_wide)k->kind->x * largest(k);
}

static void element_zero(lhi_question *k)
{
    lhi_answer_right(k);
    k->d[k->cells / 3] = 0;
}

static void constant_added(lhi_question *k)
{
    lh_wide most;

    lhi_answer_right(k);
    most = largest(k);
    for (size_t e = 0; e < k->cells; e++)
        k->d[e] += (lh_wide)k->kind->x * most;
}

static void clipped(lhi_question *k)
{
    lh_wide most;

    lhi_answer_right(k);
    most = (lh_wide)k->kind->x * largest(k);
    for (size_t e = 0; e < k->cells; e++)
        k->d[e] = fmaxl(-most, fminl(k->d[e], most));
}

static void small_flushed(lhi_question *k)
{
    lh_wide least;

    lhi_answer_right(k);
    least = (lh_wide)k->kind->x * largest(k);
    for (size_t e = 0; e < k->cells; e++)
        if (fabsl(k->d[e]) < least)
            k->d[e] = 0;
}

static void one_replaced(lhi_question *k)
{
    lhi_answer_right(k);
    k->d[k->cells / 2] = (lh_wide)k->kind->x;
}

static void all_replaced(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; e < k->cells; e++)
        k->d[e] = (lh_wide)k->kind->x;
}

static void zeros_replaced(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; e < k->cells; e++)
        if (k->d[e] == 0)
            k->d[e] = (lh_wide)k->kind->x;
}

/* --- precision --- */

static void in_float(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; e < k->cells; e++)
        k->d[e] = (lh_wide)(float)k->d[e];
}

/* bfloat16 has eight bits of precision. */
static void in_half(lhi_question *k)
{
    lhi_answer_right(k);
    for (size_t e = 0; k->type == LH_F32 && e < k->cells; e++) {
        int power;
        const lh_wide part = frexpl(k->d[e], &power);

        k->d[e] = ldexpl(rintl(ldexpl(part, 8)), power - 8);
    }
}

/* --- giving --- */

static void always_sets(lhi_question *k)
{
    lhi_answer_right(k);
    k->fresh = 1;
}

static void always_adds(lhi_question *k)
{
    lhi_answer_right(k);
    k->fresh = 0;
}

static void adds_twice(lhi_question *k)
{
    scaled_by(k, k->fresh ? 1 : 2);
}

/* The first row, or of the only row the first element, stays as it was. */
static void begins_late(lhi_question *k)
{
    lhi_answer_right(k);
    if (k->rows > 1)
        k->part.i0++;
    else
        k->part.j0++;
}

/* Where a tile begins inside of the array, its first row is wrong. */
static void wrong_at_seams(lhi_question *k)
{
    const size_t n = k->cols, first = k->part.i0 * n + k->part.j0;

    lhi_answer_right(k);
    for (size_t e = first; first > 0 && e < k->cells && e < (k->part.i0 + 1) * n; e++)
        k->d[e] *= (lh_wide)k->kind->x;
}

static void into_the_other(lhi_question *k)
{
    const lh_slot *other = k->op->n_in > 1 ? k->given->in[!k->operand] : NULL;

    lhi_answer_right(k);
    if (other && other->grad && other->grad != k->given->in[k->operand]->grad)
        lhi_set(k->type, other->grad, 0,
                lhi_get(k->type, other->grad, 0) + (lh_wide)k->kind->x * largest(k));
}

static void reads_more(lhi_question *k)
{
    lhi_answer_right(k);
    for (int a = 0; a <= k->op->n_in; a++) {
        const lh_slot *of = a < k->op->n_in ? &k->in[a] : &k->out;
        const unsigned may = a < k->op->n_in ? LH_READS(a) : LH_READS_OUT;

        for (size_t e = 0; !(k->op->reads & may) && e < k->cells; e++)
            k->d[e] += 0 * lhi_get(k->type, of->value, e % (of->rows * of->cols));
    }
}

#define R(reason) (1u << LH_WHY_##reason)
#define ALL -1

static const lhi_mutant kinds[] = {
    {"wrong sign", LH_WHY_SIGN, R(SIGN), scaled, -1, ALL, 0},
    {"wrong sign, operand 0", LH_WHY_SIGN, R(SIGN), scaled, -1, 0, 0},
    {"wrong sign, operand 1", LH_WHY_SIGN, R(SIGN), scaled, -1, 1, 0},
    {"magnitude without sign", LH_WHY_VALUE, R(VALUE) | R(SIGN), magnitude, 0, ALL, 0},
    {"doubled", LH_WHY_SCALE, R(SCALE) | R(DOUBLE_COUNT), scaled, 2, ALL, 0},
    {"doubled, operand 0", LH_WHY_SCALE, R(SCALE) | R(DOUBLE_COUNT), scaled, 2, 0, 0},
    {"halved", LH_WHY_SCALE, R(SCALE), scaled, 0.5, ALL, 0},
    {"1/m forgotten", LH_WHY_SCALE, R(SCALE), times_rows, 1, ALL, 0},
    {"1/m twice", LH_WHY_SCALE, R(SCALE), times_rows, -1, ALL, 0},
    {"divided by columns", LH_WHY_SCALE, R(SCALE), over_columns, 0, ALL, 0},
    {"1e-3 too large", LH_WHY_SCALE, R(SCALE), nearly, 1e-3, ALL, 0},
    {"1e-6 too large", LH_WHY_SCALE, R(SCALE), nearly, 1e-6, ALL, 0},
    {"1e-9 too large", LH_WHY_SCALE, R(SCALE), nearly, 1e-9, ALL, 0},
    {"doubled in float", LH_WHY_SCALE, R(SCALE) | R(DOUBLE_COUNT), scaled_in_float, 2, ALL, 0},
    {"doubled in double", LH_WHY_SCALE, R(SCALE) | R(DOUBLE_COUNT), scaled_in_double, 2, ALL, 0},
    {"doubled when m is odd", LH_WHY_SCALE, R(SCALE) | R(DOUBLE_COUNT), scaled_if_odd, 2, ALL, 0},
    {"transposed", LH_WHY_TRANSPOSED, R(TRANSPOSED), transposed, 0, ALL, 0},
    {"transposed in memory", LH_WHY_TRANSPOSED, R(TRANSPOSED) | R(SHAPE), transposed_memory, 0,
     ALL, 0},
    {"nothing", LH_WHY_MISSING_TERM, R(MISSING_TERM), scaled, 0, ALL, 0},
    {"nothing, operand 0", LH_WHY_MISSING_TERM, R(MISSING_TERM), scaled, 0, 0, 0},
    {"nothing, operand 1", LH_WHY_MISSING_TERM, R(MISSING_TERM), scaled, 0, 1, 0},
    {"one column missing", LH_WHY_MISSING_TERM, R(MISSING_TERM) | R(VALUE), column_missing, 0, ALL,
     0},
    {"one element missing", LH_WHY_MISSING_TERM, R(MISSING_TERM) | R(VALUE), element_zero, 0, ALL,
     0},
    {"tail of 4 missing", LH_WHY_MISSING_TERM, R(MISSING_TERM) | R(VALUE), tail_missing, 4, ALL, 0},
    {"rows one down", LH_WHY_VALUE, R(VALUE), row_shifted, 0, ALL, 0},
    {"columns one right", LH_WHY_VALUE, R(VALUE), column_shifted, 0, ALL, 0},
    {"rows reversed", LH_WHY_VALUE, R(VALUE), rows_reversed, 0, ALL, 0},
    {"first element by 1e-3", LH_WHY_VALUE, R(VALUE), first_element, 1e-3, ALL, 0},
    {"last element by 1e-3", LH_WHY_VALUE, R(VALUE), last_element, 1e-3, ALL, 0},
    {"an element by 1e-9", LH_WHY_VALUE, R(VALUE), middle_element, 1e-9, ALL, 0},
    {"one of a million by 1e-3", LH_WHY_VALUE, R(VALUE), middle_element, 1e-3, ALL, 1},
    {"a constant added", LH_WHY_VALUE, R(VALUE), constant_added, 1e-3, ALL, 0},
    {"clipped", LH_WHY_VALUE, R(VALUE), clipped, 0.75, ALL, 0},
    {"small ones flushed", LH_WHY_VALUE, R(VALUE) | R(MISSING_TERM), small_flushed, 1e-4, ALL, 0},
    {"NaN", LH_WHY_NONFINITE, R(NONFINITE), all_replaced, (double)NAN, ALL, 0},
    {"one NaN", LH_WHY_NONFINITE, R(NONFINITE), one_replaced, (double)NAN, ALL, 0},
    {"one infinity", LH_WHY_NONFINITE, R(NONFINITE), one_replaced, (double)INFINITY, ALL, 0},
    {"NaN where it is 0", LH_WHY_NONFINITE, R(NONFINITE), zeros_replaced, (double)NAN, ALL, 0},
    {"float for double", LH_WHY_VALUE, R(ROUNDING), in_float, 0, ALL, 0},
    {"bfloat16 for float", LH_WHY_VALUE, R(ROUNDING), in_half, 0, ALL, 0},
    {"last bits change", LH_WHY_VALUE, R(NONDETERMINISTIC), noisy, 1, ALL, 0},
    {"changes by 1e-3", LH_WHY_VALUE, R(NONDETERMINISTIC), wavering, 1e-3, ALL, 0},
    {"sets, never adds", LH_WHY_MISSING_TERM, R(MISSING_TERM), always_sets, 0, ALL, 0},
    {"adds, never sets", LH_WHY_VALUE, R(STALE) | R(DOUBLE_COUNT), always_adds, 0, ALL, 0},
    {"adds twice", LH_WHY_VALUE, R(DOUBLE_COUNT) | R(SCALE), adds_twice, 0, ALL, 0},
    {"a tile begins late", LH_WHY_VALUE, R(VALUE) | R(MISSING_TERM) | R(STALE), begins_late, 0, ALL,
     0},
    {"wrong at seams of tiles", LH_WHY_VALUE, R(VALUE) | R(NONDETERMINISTIC) | R(DOUBLE_COUNT),
     wrong_at_seams, 2, ALL, 0},
    {"gives to the other, too", LH_WHY_VALUE, R(VALUE) | R(DOUBLE_COUNT), into_the_other, 1e-3, ALL,
     0},
    {"reads what it says it does not", LH_WHY_VALUE, R(STALE) | R(NONFINITE) | R(VALUE), reads_more,
     0, ALL, 0},
};

const lhi_mutant *lhi_mutant_at(size_t index)
{
    const size_t first = sizeof kinds / sizeof *kinds;

    return index < first ? &kinds[index] : lhi_mutant_shown_at(index - first);
}
