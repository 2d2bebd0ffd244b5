/* sets.c -- sets of some rows with a scale of their own: folds, subsets, and other files. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/rng.h"
#include "framework/data/deal.h"

#include <string.h>

uint32_t *lhi_data_marks(const lh_data *d, const size_t *row, size_t count, const char *caller)
{
    uint32_t *mark = row || count == 0 ? lhi_alloc_array(d->c, d->rows, sizeof *mark) : NULL;

    if (!mark && lhi_ok(d->c))
        lhi_fail(d->c, LH_EUSAGE, NULL, "%s: there are no rows given", caller);
    for (size_t i = 0; mark && i < count; i++) {
        if (row[i] >= d->rows)
            lhi_fail(d->c, LH_EUSAGE, "rows are counted from 0",
                     "%s: %s has no row %zu, it has %zu", caller, d->name, row[i], d->rows);
        else if (mark[row[i]]++)
            lhi_fail(d->c, LH_EUSAGE, "give each row once; --weight=COLUMN counts one as several",
                     "%s: row %zu of %s is given twice", caller, row[i], d->name);
        if (!lhi_ok(d->c)) {
            lhi_release(d->c, mark);
            return NULL;
        }
    }
    return mark;
}

/* The rows of d that are marked so (or that are not, where `others`), with a scale of their own.
 * What else the file has is a part beside those that were held out before. */
static lh_data *set_of(const lh_data *d, const uint32_t *mark, uint32_t with, int others)
{
    lh_data *set = lhi_alloc(d->c, sizeof *set);
    const uint16_t rest = (uint16_t)(d->fit->held_count + 1);

    if (!set)
        return NULL;
    *set = (lh_data){.c = d->c, .name = d->name, .table = d->table, .frame = d->frame,
                     .file_rows = d->file_rows, .cols = d->cols, .fit = set,
                     .held_count = rest, .held_room = rest};
    memcpy(set->digest, d->digest, sizeof set->digest);
    set->row = lhi_alloc_array(d->c, d->rows, sizeof *set->row);
    set->part = lhi_alloc_array(d->c, d->file_rows, sizeof *set->part);
    set->held = lhi_alloc_array(d->c, rest, sizeof *set->held);
    if (!set->row || !set->part || !set->held)
        return NULL;
    for (size_t i = 0; i < d->file_rows; i++)
        set->part[i] = d->fit->part && d->fit->part[i] ? d->fit->part[i] : rest;
    for (size_t i = 0; i < d->rows; i++)
        if ((mark[i] == with) != others) {
            set->row[set->rows++] = d->row[i];
            set->part[d->row[i]] = 0;
        }
    if (d->fit->held_count > 0)
        memcpy(set->held, d->fit->held, d->fit->held_count * sizeof *set->held);
    set->held[rest - 1] = (double)(d->rows - set->rows) / (double)d->rows;
    return set;
}

static lh_status check_folds(const lh_data *d, size_t folds, size_t fold, const void *train,
                             const void *test)
{
    if (!train || !test)
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_fold() needs room for both sets");
    if (d->fit != d)
        return lhi_fail(d->c, LH_ESTATE, "fold the set that they were held out of",
                        "lh_fold(): these rows of %s are held out", d->name);
    if (folds < 2 || folds > d->rows)
        return lhi_fail(d->c, LH_EUSAGE, "5 and 10 are usual",
                        "lh_fold(): the %zu rows of %s cannot be cut into %zu folds", d->rows,
                        d->name, folds);
    if (fold >= folds)
        return lhi_fail(d->c, LH_EUSAGE, "folds are counted from 0",
                        "lh_fold(): there is no fold %zu of %zu", fold, folds);
    if (d->held_count + 1 >= UINT16_MAX)
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_fold(): %s was divided %d times already",
                        d->name, UINT16_MAX);
    return LH_OK;
}

static lh_status fold_of(lh_data *d, size_t folds, size_t fold, lh_data **train, lh_data **test)
{
    const lhi_draw how = {"lh_fold()", LHI_STREAM_FOLDS, (uint32_t)d->held_count, folds, 0};
    uint32_t *mark;

    if (check_folds(d, folds, fold, train, test) != LH_OK)
        return d->c->status;
    mark = lhi_alloc_array(d->c, d->rows, sizeof *mark);
    if (mark && lhi_deal(d, &how, mark) == LH_OK) {
        *train = set_of(d, mark, (uint32_t)fold, 1);
        *test = *train ? lhi_data_part(d, (*train)->part, (uint16_t)(d->held_count + 1)) : NULL;
        if (*test)
            (*test)->fit = *train;
    }
    lhi_release(d->c, mark);
    return d->c->status;
}

lh_status lh_fold(lh_data *d, size_t folds, size_t fold, lh_data **train, lh_data **test)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);
    lh_status status;

    if (train)
        *train = lhi_data_inert(d ? d->c : NULL);
    if (test)
        *test = lhi_data_inert(d ? d->c : NULL);
    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    if (lhi_data_is_inert(d))
        lhi_fail(d->c, LH_EUSAGE, NULL, "lh_fold(): there are no rows");
    else
        fold_of(d, folds, fold, train, test);
    status = lhi_call_ends_if_trained(d->c);
    if (status != LH_OK && train && test)
        *train = *test = lhi_data_inert(d->c);
    return status;
}

lh_data *lh_subset(lh_data *d, const size_t *row, size_t count)
{
    lh_data *set = NULL;
    uint32_t *mark = NULL;

    if (!d || !lhi_ok(d->c))
        return lhi_data_inert(d ? d->c : NULL);
    if (lhi_data_is_inert(d) || count == 0)
        lhi_fail(d->c, LH_EUSAGE, NULL, "lh_subset(): there are no rows");
    else if ((mark = lhi_data_marks(d, row, count, "lh_subset()")) != NULL)
        set = set_of(d, mark, 1, 0);
    lhi_release(d->c, mark);
    return lhi_call_ends_if_trained(d->c) == LH_OK && set ? set : lhi_data_inert(d->c);
}

lh_data *lh_data_beside(lh_data *d, const char *path)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);
    lh_data *other = NULL;

    if (!d || !lhi_ok(d->c))
        return lhi_data_inert(d ? d->c : NULL);
    if (lhi_data_is_inert(d) || !path)
        lhi_fail(d->c, LH_EUSAGE, NULL, "lh_data_beside() needs a set and the name of a file");
    else
        other = lhi_data_like_recipe(d->c, path, d->frame->how, 1);
    if (lhi_call_ends_if_trained(d->c) != LH_OK || !other)
        return lhi_data_inert(d->c);
    if (strcmp(other->digest, d->digest) == 0)
        lhi_warn(d->c, "%s has the bytes of %s: rows that are trained on are no test", other->name,
                 d->name);
    other->like = d->fit;
    return other;
}
