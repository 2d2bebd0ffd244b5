/* open.c -- a data set from a file or from the library itself. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/data/data.h"

#include <string.h>

/* Nothing writes to it: every function leaves an inert data set as it is. */
static lh_data last_resort = {.name = "", .cols = 1, .fit = &last_resort};

lh_data *lhi_data_inert(lh_ctx *c)
{
    lh_data *d = c && c->status != LH_ENOMEM ? lhi_alloc(c, sizeof *d) : NULL;

    if (!d)
        return &last_resort;
    *d = (lh_data){.c = c, .name = "", .cols = 1, .fit = d};
    return d;
}

/* All rows of the table, a plain one: the label stands last. */
static lh_status take(lh_data *d, const lhi_table *t)
{
    d->row = lhi_alloc_array(d->c, t->rows, sizeof *d->row);
    if (!d->row)
        return LH_ENOMEM;
    for (size_t i = 0; i < t->rows; i++)
        d->row[i] = (uint32_t)i;
    d->table = t;
    d->name = t->name;
    memcpy(d->digest, t->digest, sizeof d->digest);
    d->file_rows = d->rows = t->rows;
    d->cols = t->cols - 1;
    return LH_OK;
}

lh_data *lh_data_open(lh_ctx *c, const char *path)
{
    LHI_USUAL_FLOATS(c);
    lhi_table *t;
    lh_data *d;

    if (!c || !lhi_ok(c))
        return lhi_data_inert(c);
    if (!path) {
        lhi_fail(c, LH_EUSAGE, NULL, "lh_data_open() needs the name of a file");
        lhi_call_ends_if_trained(c);
        return lhi_data_inert(c);
    }
    t = lhi_alloc(c, sizeof *t);
    d = lhi_alloc(c, sizeof *d);
    if (!t || !d)
        return lhi_data_inert(c);
    *d = (lh_data){.c = c, .name = "", .cols = 1, .fit = d};
    if (lhi_table_read(c, path, LH_F64, LHI_CELLS_STRICT, t) == LH_OK)
        take(d, t);
    return lhi_call_ends_if_trained(c) == LH_OK ? d : lhi_data_inert(c);
}

size_t lh_rows(const lh_data *d)
{
    return d ? d->rows : 0;
}

ptrdiff_t lh_cols(const lh_data *d)
{
    return d ? (ptrdiff_t)d->cols : 1;
}
