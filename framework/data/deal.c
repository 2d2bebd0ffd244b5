/* deal.c -- which rows go to which side: at random, with the classes' shares, or group by group. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/deal.h"

#include "framework/base/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows that stay together. */
typedef struct group {
    double value;
    size_t rows, drawn; /* drawn: its place in the random order */
    uint32_t fold;
} group;

static int by_value(const void *left, const void *right)
{
    const double l = ((const group *)left)->value, r = ((const group *)right)->value;

    return (l > r) - (l < r);
}

/* Largest first, equal ones as they were drawn. */
static int by_rows(const void *left, const void *right)
{
    const group *l = *(group *const *)left, *r = *(group *const *)right;

    if (l->rows != r->rows)
        return l->rows < r->rows ? 1 : -1;
    return (l->drawn > r->drawn) - (l->drawn < r->drawn);
}

static int by_draw(const void *left, const void *right)
{
    const group *l = *(group *const *)left, *r = *(group *const *)right;

    return (l->drawn > r->drawn) - (l->drawn < r->drawn);
}

static double group_of(const lh_data *d, size_t row)
{
    return lhi_table_at(d->table, d->row[row], d->frame->group.column);
}

/* The groups that d has, by their values. */
static group *groups_of(const lh_data *d, size_t *count)
{
    group *g = lhi_alloc_array(d->c, d->rows, sizeof *g);
    size_t n = 0;

    for (size_t i = 0; g && i < d->rows; i++)
        g[i] = (group){.value = group_of(d, i), .rows = 1};
    if (!g)
        return NULL;
    qsort(g, d->rows, sizeof *g, by_value);
    for (size_t i = 0; i < d->rows; i++)
        if (n > 0 && g[n - 1].value == g[i].value)
            g[n - 1].rows++;
        else
            g[n++] = g[i];
    *count = n;
    return g;
}

static const group *find(const group *g, size_t count, double value)
{
    const group key = {.value = value};

    return bsearch(&key, g, count, sizeof *g, by_value);
}

/* The groups in the order in which they are dealt. */
static group **order_of(const lh_data *d, group *g, size_t count, const lhi_draw *how,
                        int (*order)(const void *left, const void *right))
{
    group **list = lhi_alloc_array(d->c, count, sizeof *list);
    uint32_t *drawn = lhi_alloc_array(d->c, count, sizeof *drawn);

    if (list && drawn) {
        lhi_random_order(lhi_split_seed(d->c), how->stream, how->step, drawn, count);
        for (size_t i = 0; i < count; i++) {
            g[drawn[i]].drawn = i;
            list[i] = &g[i];
        }
        qsort(list, count, sizeof *list, order);
    }
    lhi_release(d->c, drawn);
    return lhi_ok(d->c) ? list : NULL;
}

/* Groups in random order as long as there is room; a first one always, all never. */
static void hold_groups(group **list, size_t count, size_t rows)
{
    size_t held = 0;

    for (size_t i = 0, left = count; i < count && left > 1; i++)
        if (held == 0 || held + list[i]->rows <= rows) {
            held += list[i]->rows;
            list[i]->fold = 1;
            left--;
        }
}

/* Each group, the largest first, to the fold with the fewest rows. */
static int fold_groups(const lh_data *d, group **list, size_t count, size_t folds)
{
    size_t *size = lhi_alloc_array(d->c, folds, sizeof *size);

    for (size_t i = 0; size && i < count; i++) {
        size_t least = 0;

        for (size_t k = 1; k < folds; k++)
            least = size[k] < size[least] ? k : least;
        list[i]->fold = (uint32_t)least;
        size[least] += list[i]->rows;
    }
    lhi_release(d->c, size);
    return size ? 0 : -1;
}

static lh_status by_groups(const lh_data *d, const lhi_draw *how, uint32_t *fold)
{
    size_t count = 0, lacks = 0;
    group *g, **list = NULL;

    while (lacks < d->rows && !isnan(group_of(d, lacks)))
        lacks++;
    if (lacks < d->rows) /* of a set without labels it is no fault but here */
        return lhi_fail(d->c, LH_EDATA, "take such rows out, or split without --group",
                        "%s: row %" PRIu32 " of %s has no group", how->caller, d->row[lacks] + 1,
                        d->name);
    g = groups_of(d, &count);
    if (g && (count < 2 || count < how->folds))
        lhi_fail(d->c, LH_EUSAGE, "take fewer folds, or split without --group",
                 "%s: the %zu rows of %s are of %zu group%s", how->caller, d->rows, d->name, count,
                 count == 1 ? "" : "s");
    else if (g)
        list = order_of(d, g, count, how, how->folds ? by_rows : by_draw);
    if (list && !how->folds)
        hold_groups(list, count, how->held);
    else if (list)
        fold_groups(d, list, count, how->folds);
    for (size_t i = 0; list && lhi_ok(d->c) && i < d->rows; i++) {
        const group *of = find(g, count, group_of(d, i));

        fold[i] = of ? of->fold : 0;
    }
    lhi_release(d->c, list);
    lhi_release(d->c, g);
    return d->c->status;
}

/* Rows class by class, those of a class in the order that they had. */
static uint32_t *class_by_class(const lh_data *d, const uint32_t *order)
{
    const size_t classes = d->frame->how->label[0].values;
    size_t *at = lhi_alloc_array(d->c, classes + 1, sizeof *at);
    uint32_t *sorted = lhi_alloc_array(d->c, d->rows, sizeof *sorted);

    if (at && sorted) {
        for (size_t i = 0; i < d->rows; i++)
            at[(size_t)lhi_data_label(d, i) + 1]++;
        for (size_t k = 0; k < classes; k++)
            at[k + 1] += at[k];
        for (size_t i = 0; i < d->rows; i++)
            sorted[at[(size_t)lhi_data_label(d, order[i])]++] = order[i];
    }
    lhi_release(d->c, at);
    return lhi_ok(d->c) ? sorted : NULL;
}

lh_status lhi_deal(const lh_data *d, const lhi_draw *how, uint32_t *fold)
{
    const int stratify = d->frame->how->stratify && d->frame->labelled;
    uint32_t *order, *sorted = NULL;
    const uint64_t n = d->rows;

    if (d->frame->how->group && d->frame->group.column != LHI_NO_COLUMN)
        return by_groups(d, how, fold);
    order = lhi_alloc_array(d->c, d->rows, sizeof *order);
    if (!order)
        return LH_ENOMEM;
    lhi_random_order(lhi_split_seed(d->c), how->stream, how->step, order, d->rows);
    if (stratify)
        sorted = class_by_class(d, order);
    for (uint64_t j = 0; lhi_ok(d->c) && j < n; j++)
        if (how->folds) /* sorted or not, one after another to each fold */
            fold[(sorted ? sorted : order)[j]] = (uint32_t)(j % how->folds);
        else if (sorted) /* as many as are wanted, evenly over the classes */
            fold[sorted[j]] = (j + 1) * how->held / n > j * how->held / n;
        else
            fold[order[j]] = j < how->held;
    lhi_release(d->c, sorted);
    lhi_release(d->c, order);
    return d->c->status;
}
