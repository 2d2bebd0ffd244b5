/* split.c -- rows held out of a data set: by the seed alone, or given. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/rng.h"
#include "framework/data/deal.h"

#include <string.h>

static lh_status check(const lh_data *d, const char *caller, double part, size_t count)
{
    lh_ctx *c = d->c;

    if (count == 0 || count >= d->rows)
        return lhi_fail(c, LH_EUSAGE, "take another part, or more data",
                        "%s: %g of the %zu rows of %s leaves no row on one side", caller, part,
                        d->rows, d->name);
    /* Parts of parts would make the list of parts in a checkpoint say too little. */
    if (d->fit != d)
        return lhi_fail(c, LH_ESTATE, "hold both parts out of the whole, one after the other",
                        "%s: these rows of %s are held out already", caller, d->name);
    if (d->held_count == UINT16_MAX)
        return lhi_fail(c, LH_EUSAGE, NULL, "%s: %s was divided %d times already", caller, d->name,
                        UINT16_MAX);
    if (d->sealed)
        return lhi_fail(c, LH_ESTATE, "call it before lh_verify(), lh_train() and the metrics",
                        "%s: %s is in use, its mean and deviation are fixed", caller, d->name);
    return LH_OK;
}

/* A data set of so many rows of d's table, not filled in yet. */
static lh_data *new_set(const lh_data *d, size_t count, uint16_t index)
{
    lh_data *set = lhi_alloc(d->c, sizeof *set);

    if (!set)
        return NULL;
    set->row = lhi_alloc_array(d->c, count, sizeof *set->row);
    set->c = d->c;
    set->name = d->name;
    memcpy(set->digest, d->digest, sizeof set->digest);
    set->table = d->table;
    set->frame = d->frame;
    set->file_rows = d->file_rows;
    set->cols = d->cols;
    set->fit = d->fit;
    set->index = index;
    return set->row ? set : NULL;
}

/* 1 when all rows have one label; *label is that of the first. */
static int one_class(const lh_data *d, double *label)
{
    *label = lhi_data_label(d, 0);
    for (size_t i = 1; i < d->rows; i++)
        if (lhi_data_label(d, i) != *label)
            return 0;
    return 1;
}

/* Where both sides have one class alone, the file has, or is so small that it shows. */
static void look_at_classes(const lh_data *d, const lh_data *test)
{
    static const char hint[] = "try another --seed, another part, or more data";
    double kept, held;
    const int kept_one = one_class(d, &kept), held_one = one_class(test, &held);

    if (kept_one && held_one && kept == held)
        return; /* told when the file was read */
    if (kept_one)
        lhi_warn(d->c, "lh_hold_out(): of the %zu rows of %s that are left to train on each has "
                 "the label %g: nothing can be learned; %s", d->rows, d->name, kept, hint);
    if (held_one)
        lhi_warn(d->c, "lh_hold_out(): of the %zu rows of %s that are held out each has the label "
                 "%g: accuracy says little there, and AUC nothing; %s", test->rows, d->name, held,
                 hint);
}

static void take_rows(lh_data *to, const lh_data *from, const uint16_t *part, uint16_t index)
{
    const size_t rows = from->rows; /* both may be one set */

    to->rows = 0;
    for (size_t i = 0; i < rows; i++)
        if (part[from->row[i]] == index)
            to->row[to->rows++] = from->row[i];
}

lh_data *lhi_data_part(lh_data *d, const uint16_t *part, uint16_t index)
{
    size_t count = 0;
    lh_data *set;

    if (lhi_data_is_inert(d) || !lhi_ok(d->c))
        return lhi_data_inert(d ? d->c : NULL);
    for (size_t i = 0; i < d->rows; i++)
        count += part[d->row[i]] == index;
    set = new_set(d, count, index);
    if (!set)
        return lhi_data_inert(d->c);
    take_rows(set, d, part, index);
    return set;
}

/* The rows with held[] not 0 become the next part; `share` of d is told. */
static lh_data *take_part(lh_data *d, const uint32_t *held, double share)
{
    const uint16_t index = (uint16_t)(d->held_count + 1);
    size_t count = 0;
    lh_data *test;

    for (size_t i = 0; i < d->rows; i++)
        count += held[i] != 0;
    test = new_set(d, count, index);
    if (!d->part)
        d->part = lhi_alloc_array(d->c, d->file_rows, sizeof *d->part);
    if (!test || !d->part ||
        lhi_grow(d->c, &d->held, &d->held_room, d->held_count + 1, sizeof *d->held) != 0)
        return NULL;
    for (size_t i = 0; i < d->rows; i++)
        if (held[i])
            d->part[d->row[i]] = index;
    take_rows(test, d, d->part, index);
    take_rows(d, d, d->part, 0);
    look_at_classes(d, test);
    d->held[d->held_count++] = share;
    return test;
}

static lh_data *hold_out(lh_data *d, double part)
{
    LHI_USUAL_FLOATS(d->c);
    const size_t count = part > 0 && part < 1 ? (size_t)(part * (double)d->rows + 0.5) : 0;
    const lhi_draw how = {"lh_hold_out()", LHI_STREAM_SPLIT, (uint32_t)d->held_count, 0, count};
    lh_data *test = NULL;
    uint32_t *held;

    if (!(part > 0 && part < 1)) {
        lhi_fail(d->c, LH_EUSAGE, "0.25 holds a quarter out",
                 "lh_hold_out(): part %g of %s is not between 0 and 1", part, d->name);
        return NULL;
    }
    if (check(d, "lh_hold_out()", part, count) != LH_OK)
        return NULL;
    held = lhi_alloc_array(d->c, d->rows, sizeof *held);
    if (held && lhi_deal(d, &how, held) == LH_OK)
        test = take_part(d, held, part);
    lhi_release(d->c, held);
    return test;
}

static lh_data *hold_out_rows(lh_data *d, const size_t *row, size_t count)
{
    const double share = d->rows ? (double)count / (double)d->rows : 0;
    lh_data *test = NULL;
    uint32_t *held;

    if (check(d, "lh_hold_out_rows()", share, count) != LH_OK)
        return NULL;
    held = lhi_data_marks(d, row, count, "lh_hold_out_rows()");
    if (held)
        test = take_part(d, held, share);
    lhi_release(d->c, held);
    return test;
}

static lh_data *ends(lh_data *d, lh_data *test)
{
    if (lhi_data_is_inert(d))
        lhi_fail(d->c, LH_EUSAGE, "the call that should have opened the data told why it failed",
                 "lh_hold_out: there are no rows to hold out");
    lhi_call_ends_if_trained(d->c);
    return test ? test : lhi_data_inert(d->c);
}

lh_data *lh_hold_out(lh_data *d, double part)
{
    if (!d || !lhi_ok(d->c))
        return lhi_data_inert(d ? d->c : NULL);
    return ends(d, lhi_data_is_inert(d) ? NULL : hold_out(d, part));
}

lh_data *lh_hold_out_rows(lh_data *d, const size_t *row, size_t count)
{
    if (!d || !lhi_ok(d->c))
        return lhi_data_inert(d ? d->c : NULL);
    return ends(d, lhi_data_is_inert(d) ? NULL : hold_out_rows(d, row, count));
}
