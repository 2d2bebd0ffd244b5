/* split.c -- rows held out of a data set, by the seed alone. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/rng.h"
#include "framework/data/data.h"

#include <string.h>

static lh_status check(const lh_data *d, double part, size_t count)
{
    lh_ctx *c = d->c;

    if (!(part > 0 && part < 1))
        return lhi_fail(c, LH_EUSAGE, "0.25 holds a quarter out",
                        "lh_hold_out(): part %g of %s is not between 0 and 1", part, d->name);
    if (count == 0 || count == d->rows)
        return lhi_fail(c, LH_EUSAGE, "take another part, or more data",
                        "lh_hold_out(): %g of the %zu rows of %s leaves no row on one side", part,
                        d->rows, d->name);
    /* Parts of parts would make the list of parts in a checkpoint say too little. */
    if (d->fit != d)
        return lhi_fail(c, LH_ESTATE, "hold both parts out of the whole, one after the other",
                        "lh_hold_out(): these rows of %s are held out already", d->name);
    if (d->sealed)
        return lhi_fail(c, LH_ESTATE, "call it before lh_verify(), lh_train() and the metrics",
                        "lh_hold_out(): %s is in use, its mean and deviation are fixed", d->name);
    return LH_OK;
}

/* Deals d's rows out to both sides; each keeps the order of the file. */
static void deal(lh_data *d, lh_data *test, const unsigned char *out)
{
    size_t kept = 0, held = 0;

    for (size_t i = 0; i < d->rows; i++) {
        const uint32_t row = d->row[i];

        if (out[i])
            test->row[held++] = row;
        else
            d->row[kept++] = row;
    }
    d->rows = kept;
    test->rows = held;
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

static lh_data *new_part(const lh_data *d, size_t count)
{
    lh_data *test = lhi_alloc(d->c, sizeof *test);

    if (!test)
        return NULL;
    test->row = lhi_alloc_array(d->c, count, sizeof *test->row);
    test->c = d->c;
    test->name = d->name;
    memcpy(test->digest, d->digest, sizeof test->digest);
    test->table = d->table;
    test->file_rows = d->file_rows;
    test->cols = d->cols;
    test->fit = d->fit;
    return test->row ? test : NULL;
}

static lh_data *hold_out(lh_data *d, double part)
{
    LHI_USUAL_FLOATS(d->c);
    const size_t count = part > 0 && part < 1 ? (size_t)(part * (double)d->rows + 0.5) : 0;
    lh_data *test;
    uint32_t *order;
    unsigned char *out;

    if (check(d, part, count) != LH_OK)
        return NULL;
    test = new_part(d, count);
    order = lhi_alloc_array(d->c, d->rows, sizeof *order);
    out = lhi_alloc(d->c, d->rows);
    if (!test || !order || !out ||
        lhi_grow(d->c, &d->held, &d->held_room, d->held_count + 1, sizeof *d->held) != 0)
        return NULL;
    lhi_random_order(d->c->set.seed, LHI_STREAM_SPLIT, (uint32_t)d->held_count, order, d->rows);
    for (size_t i = 0; i < count; i++)
        out[order[i]] = 1;
    deal(d, test, out);
    look_at_classes(d, test);
    d->held[d->held_count++] = part;
    lhi_release(d->c, order);
    lhi_release(d->c, out);
    return test;
}

lh_data *lh_hold_out(lh_data *d, double part)
{
    lh_data *test;

    if (!d || !lhi_ok(d->c))
        return lhi_data_inert(d ? d->c : NULL);
    test = lhi_data_is_inert(d) ? NULL : hold_out(d, part);
    if (lhi_data_is_inert(d))
        lhi_fail(d->c, LH_EUSAGE, "the call that should have opened the data told why it failed",
                 "lh_hold_out: there are no rows to hold out");
    lhi_call_ends_if_trained(d->c);
    return test ? test : lhi_data_inert(d->c);
}
