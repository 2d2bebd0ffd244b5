/* fit.c -- what the rows of a set say of a column: its scale, and what stands for missing cells. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/fit.h"

#include "framework/base/quantile.h"
#include "framework/base/threads.h"

#include <math.h>

enum { FEW_CELLS = 1 << 16 }; /* a team is not worth its while below */

/* A column of numbers, and where what is found of it goes. */
typedef struct column {
    size_t at; /* in the table */
    double *mean, *deviation;
    double *fill; /* NULL: no cell is missing */
} column;

typedef struct fitting {
    const lh_data *d;
    column *column;
    size_t columns;
    double *room; /* rows numbers for each thread, where quantiles are wanted; else NULL */
} fitting;

static double cell(const lh_data *d, const column *k, size_t row)
{
    const double x = lhi_table_at(d->table, d->row[row], k->at);

    return x == x || !k->fill ? x : *k->fill;
}

/* What stands for missing cells of a column, in this file or another. */
static double fill_of(const lh_data *d, const column *k, double *room)
{
    const int median = d->frame->how->missing == LH_MISSING_MEDIAN;
    double sum = 0;
    size_t count = 0;

    for (size_t i = 0; i < d->rows; i++) {
        const double x = lhi_table_at(d->table, d->row[i], k->at);

        if (x != x)
            continue;
        if (median)
            room[count] = x;
        sum += x;
        count++;
    }
    if (count == 0)
        return 0;
    if (!median)
        return sum / (double)count;
    return lhi_quantile(room, count, 0.5);
}

static int is_constant(const lh_data *d, const column *k)
{
    const double x = cell(d, k, 0);

    for (size_t i = 1; i < d->rows; i++)
        if (cell(d, k, i) != x)
            return 0;
    return 1;
}

/* Each column in the order of the rows, one rounding an operation: the bits are defined. */
static void standard(const lh_data *d, column *k, size_t columns)
{
    const double n = (double)d->rows;

    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < columns; j++)
            *k[j].mean += cell(d, &k[j], i);
    for (size_t j = 0; j < columns; j++)
        *k[j].mean /= n;
    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < columns; j++) {
            const double x = cell(d, &k[j], i) - *k[j].mean;

            *k[j].deviation += x * x;
        }
    for (size_t j = 0; j < columns; j++) {
        *k[j].deviation = sqrt(*k[j].deviation / n);
        /* The mean of equal numbers may be off by a rounding, and that divided by an
         * equally small deviation would be noise of size 1: such a column becomes 0. */
        if (is_constant(d, &k[j])) {
            *k[j].mean = cell(d, &k[j], 0);
            *k[j].deviation = 1;
        } else if (*k[j].deviation == 0)
            *k[j].deviation = 1;
    }
}

static void range(const lh_data *d, column *k)
{
    double least = cell(d, k, 0), most = least;

    for (size_t i = 1; i < d->rows; i++) {
        const double x = cell(d, k, i);

        least = x < least ? x : least;
        most = x > most ? x : most;
    }
    *k->mean = least;
    *k->deviation = most > least ? most - least : 1;
}

static void quartiles(const lh_data *d, column *k, double *room)
{
    double spread;

    for (size_t i = 0; i < d->rows; i++)
        room[i] = cell(d, k, i);
    spread = lhi_quantile(room, d->rows, 0.75) - lhi_quantile(room, d->rows, 0.25);
    *k->mean = lhi_quantile(room, d->rows, 0.5);
    *k->deviation = spread > 0 ? spread : 1;
}

/* A thread's share of the columns; each column is one thread's. */
static void work(void *arg, int rank, int size)
{
    const fitting *f = arg;
    const lh_data *d = f->d;
    const lh_scale scale = d->frame->how->scale;
    const size_t from = lhi_share(f->columns, rank, size);
    const size_t to = lhi_share(f->columns, rank + 1, size);
    double *room = f->room ? f->room + (size_t)rank * d->rows : NULL;

    for (size_t j = from; j < to; j++)
        if (f->column[j].fill && d->frame->how->missing != LH_MISSING_REFUSE)
            *f->column[j].fill = fill_of(d, &f->column[j], room);
    if (scale == LH_SCALE_STANDARD)
        standard(d, f->column + from, to - from);
    for (size_t j = from; j < to; j++)
        if (scale == LH_SCALE_MINMAX)
            range(d, &f->column[j]);
        else if (scale == LH_SCALE_ROBUST)
            quartiles(d, &f->column[j], room);
}

/* Columns of 0 and 1 stay as they are, and so does what is not scaled. */
static void begin(lh_data *d, int features)
{
    const lhi_recipe *how = d->frame->how;
    const double one = how->scale != LH_SCALE_STANDARD;

    for (size_t j = 0; features && j < d->cols; j++)
        d->scale.deviation[j] = 1;
    for (size_t q = 0; features && q < how->features; q++)
        if (!how->feature[q].text)
            d->scale.deviation[how->feature[q].first] = one;
    for (size_t k = 0; d->scale.target_mean && !d->targets_given && k < how->targets; k++)
        d->scale.target_deviation[k] = one;
}

/* The columns that are measured. */
static void list(fitting *f, lh_data *d, int features)
{
    const lhi_frame *s = d->frame;

    for (size_t q = 0; features && q < s->how->features; q++) {
        const size_t j = s->how->feature[q].first;

        if (!s->how->feature[q].text)
            f->column[f->columns++] = (column){s->feature[q].column, &d->scale.mean[j],
                                               &d->scale.deviation[j], &d->scale.fill[j]};
    }
    for (size_t k = 0; d->scale.target_mean && s->labelled && k < s->how->targets; k++)
        if (!d->targets_given)
            f->column[f->columns++] = (column){s->label[k].column, &d->scale.target_mean[k],
                                           &d->scale.target_deviation[k], NULL};
}

/* What each class weighs, so that all of them together weigh the same. */
static void weigh(lh_data *d)
{
    const size_t classes = d->frame->how->label[0].values;
    size_t there = 0;

    for (size_t i = 0; i < d->rows; i++)
        d->scale.class_weight[(size_t)lhi_data_label(d, i)]++;
    for (size_t k = 0; k < classes; k++)
        there += d->scale.class_weight[k] > 0;
    for (size_t k = 0; k < classes; k++)
        if (d->scale.class_weight[k] > 0)
            d->scale.class_weight[k] = (double)d->rows / ((double)there * d->scale.class_weight[k]);
}

lh_status lhi_fit(lh_data *d, int features)
{
    const lhi_recipe *how = d->frame->how;
    const int ranks = how->scale == LH_SCALE_ROBUST || how->missing == LH_MISSING_MEDIAN;
    const int size = d->rows * d->cols < FEW_CELLS ? 1 : lhi_threads(d->c, NULL);
    fitting f = {.d = d};

    f.column = lhi_alloc_array(d->c, how->features + how->targets, sizeof *f.column);
    if (ranks)
        f.room = lhi_alloc_array(d->c, (size_t)size * d->rows, sizeof *f.room);
    if (!f.column || (ranks && !f.room))
        return d->c->status;
    begin(d, features);
    list(&f, d, features);
    lhi_team(d->c, size, work, &f);
    if (d->scale.class_weight && !d->weights_given && d->frame->labelled)
        weigh(d);
    lhi_release(d->c, f.room);
    lhi_release(d->c, f.column);
    return LH_OK;
}
