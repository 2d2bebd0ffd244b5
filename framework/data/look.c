/* look.c -- rows, labels and names of a data set, for those who want to see them. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/text.h"
#include "framework/data/data.h"

#include <math.h>
#include <string.h>

static int is_there(const lh_data *d, size_t row)
{
    return !lhi_data_is_inert(d) && row < d->rows;
}

/* A call about a row that is not there is refused. */
static lh_status check(const lh_data *d, size_t row, const double *x, const char *caller)
{
    if (lhi_data_is_inert(d))
        return lhi_fail(d->c, LH_EUSAGE, NULL, "%s: there are no rows", caller);
    if (!x)
        return lhi_fail(d->c, LH_EUSAGE, NULL, "%s: there is no room for the row", caller);
    if (row >= d->rows)
        return lhi_fail(d->c, LH_EUSAGE, "rows are counted from 0",
                        "%s: %s has no row %zu, it has %zu", caller, d->name, row, d->rows);
    return LH_OK;
}

static void encode(const lh_data *d, size_t row, const lhi_scale *s, double *x)
{
    for (size_t k = 0; k < d->frame->how->features; k++)
        lhi_data_encode(d, row, k, s, x + d->frame->how->feature[k].first);
}

lh_status lh_row(lh_data *d, size_t row, double *x)
{
    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    if (check(d, row, x, "lh_row()") == LH_OK)
        encode(d, row, NULL, x);
    return lhi_call_ends(d->c);
}

lh_status lh_row_scaled(lh_data *d, size_t row, double *x)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);

    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    if (check(d, row, x, "lh_row_scaled()") == LH_OK && lhi_data_fit(d) == LH_OK)
        encode(d, row, &d->fit->scale, x);
    return lhi_call_ends(d->c);
}

size_t lh_row_number(const lh_data *d, size_t row)
{
    return is_there(d, row) ? d->row[row] : SIZE_MAX;
}

double lh_row_label(const lh_data *d, size_t row, size_t k)
{
    return is_there(d, row) && k < d->frame->how->targets ? lhi_data_label_at(d, row, k)
                                                          : (double)NAN;
}

double lh_row_weight(lh_data *d, size_t row)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);

    if (!is_there(d, row) || lhi_data_fit(d) != LH_OK)
        return (double)NAN;
    return lhi_data_weight(d, row);
}

/* "fuel=petrol", "column 3", "age is missing" */
static const char *name_of(lh_ctx *c, const lhi_used *u, size_t column)
{
    const char *name = u->name ? u->name : lhi_strf(c, "column %zu", u->place + 1);

    if (!name)
        return NULL;
    if (u->marks && column + 1 == u->width)
        return lhi_strf(c, "%s is missing", name);
    return u->text ? lhi_strf(c, "%s=%s", name, u->value[column]) : name;
}

static int name_columns(lh_data *d)
{
    const lhi_recipe *how = d->frame->how;

    d->col_name = lhi_alloc_array(d->c, d->cols, sizeof *d->col_name);
    for (size_t k = 0; d->col_name && k < how->features; k++)
        for (size_t j = 0; j < how->feature[k].width; j++)
            if (!(d->col_name[how->feature[k].first + j] = name_of(d->c, &how->feature[k], j)))
                return -1;
    return d->col_name ? 0 : -1;
}

const char *lh_col_name(lh_data *d, size_t column)
{
    if (lhi_data_is_inert(d) || column >= d->cols || !lhi_ok(d->c) ||
        (!d->col_name && name_columns(d) != 0))
        return "";
    return d->col_name[column];
}

const char *lh_output_name(const lh_data *d, size_t k)
{
    const lhi_recipe *r = lhi_data_is_inert(d) ? NULL : d->frame->how;

    if (!r || r->labels == LH_LABELS_CLASSES)
        return lh_class_name(d, k);
    return k < r->targets && r->label[k].name ? r->label[k].name : "";
}
