/* open.c -- a data set over a table, and one that has none. */
/* SPDX-License-Identifier: MIT */
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

lh_data *lhi_data_new(lh_ctx *c, const lhi_frame *f)
{
    const lhi_table *t = f->table;
    lh_data *d = lhi_alloc(c, sizeof *d);
    uint32_t *row = lhi_alloc_array(c, t->rows, sizeof *row);

    if (!d || !row)
        return NULL;
    for (size_t i = 0; i < t->rows; i++)
        row[i] = (uint32_t)i;
    *d = (lh_data){.c = c, .name = t->name, .table = t, .frame = f, .file_rows = t->rows,
                   .row = row, .rows = t->rows, .cols = f->how->cols, .fit = d};
    memcpy(d->digest, t->digest, sizeof d->digest);
    return d;
}

size_t lh_rows(const lh_data *d)
{
    return d ? d->rows : 0;
}

ptrdiff_t lh_cols(const lh_data *d)
{
    return d ? (ptrdiff_t)d->cols : 1;
}
