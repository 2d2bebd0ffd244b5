/* standard.c -- mean, deviation, and the standardised copy that batches come from. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/data/data.h"
#include "framework/tape/tape.h"

#include <math.h>
#include <string.h>

static double feature(const lh_data *d, size_t row, size_t column)
{
    return lhi_table_at(d->table, d->row[row], column);
}

double lhi_data_label(const lh_data *d, size_t row)
{
    return feature(d, row, d->cols);
}

const double *lhi_data_mean(const lh_data *d)
{
    return d->fit->mean;
}

const double *lhi_data_deviation(const lh_data *d)
{
    return d->fit->deviation;
}

/* Room for both, once.  They are set together, so one never stands without the other. */
static lh_status make_room(lh_data *d)
{
    double *both;

    if (d->mean)
        return LH_OK;
    both = lhi_alloc_array(d->c, 2 * d->cols, sizeof *both);
    if (!both)
        return LH_ENOMEM;
    d->mean = both;
    d->deviation = both + d->cols;
    return LH_OK;
}

static int is_constant(const lh_data *d, size_t column)
{
    const double x = feature(d, 0, column);

    for (size_t i = 1; i < d->rows; i++)
        if (feature(d, i, column) != x)
            return 0;
    return 1;
}

/* Each column in the order of the rows, one rounding an operation: the bits are defined. */
static void measure(lh_data *d)
{
    const double n = (double)d->rows;

    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < d->cols; j++)
            d->mean[j] += feature(d, i, j);
    for (size_t j = 0; j < d->cols; j++)
        d->mean[j] /= n;
    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < d->cols; j++) {
            const double x = feature(d, i, j) - d->mean[j];

            d->deviation[j] += x * x;
        }
    for (size_t j = 0; j < d->cols; j++) {
        d->deviation[j] = sqrt(d->deviation[j] / n);
        /* The mean of equal numbers may be off by a rounding, and that divided by an
         * equally small deviation would be noise of size 1: such a column becomes 0. */
        if (is_constant(d, j)) {
            d->mean[j] = feature(d, 0, j);
            d->deviation[j] = 1;
        } else if (d->deviation[j] == 0)
            d->deviation[j] = 1;
    }
}

static lh_status check_measure(const lh_data *d)
{
    for (size_t j = 0; j < d->cols; j++)
        if (!isfinite(d->mean[j]) || !isfinite(d->deviation[j]))
            return lhi_fail(d->c, LH_EDATA, "use another unit for the column",
                            "%s column %zu: its values are too large for a mean and deviation",
                            d->name, j + 1);
    return LH_OK;
}

lh_status lhi_data_fit(lh_data *d)
{
    lh_data *root;

    if (lhi_data_is_inert(d))
        return d && d->c ? d->c->status : LH_ENOMEM;
    root = d->fit;
    if (!lhi_ok(d->c))
        return d->c->status;
    if (!root->mean) {
        if (make_room(root) != LH_OK)
            return d->c->status;
        measure(root);
        if (check_measure(root) != LH_OK)
            return d->c->status;
    }
    d->mean = root->mean;
    d->deviation = root->deviation;
    root->sealed = d->sealed = 1;
    return LH_OK;
}

static lh_status standardize(lh_data *d, const double *mean, const double *deviation, size_t count)
{
    lh_data *root;

    if (lhi_data_is_inert(d))
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_data_standardize: there are no rows");
    root = d->fit;
    if (!mean || !deviation)
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_data_standardize() needs mean and deviation");
    if (count != d->cols)
        return lhi_fail(d->c, LH_EMISMATCH, "use the data that the network was trained on",
                        "%s has %zu features, the checkpoint has %zu", d->name, d->cols, count);
    if (root->sealed)
        return lhi_fail(d->c, LH_ESTATE, "call it before lh_verify(), lh_train() and the metrics",
                        "lh_data_standardize(): %s is in use already", d->name);
    for (size_t j = 0; j < count; j++)
        if (!isfinite(mean[j]) || !isfinite(deviation[j]) || !(deviation[j] > 0))
            return lhi_fail(d->c, LH_EMISMATCH, "is the checkpoint damaged?",
                            "feature %zu of %s cannot be standardised with mean %g, deviation %g",
                            j + 1, d->name, mean[j], deviation[j]);
    if (make_room(root) != LH_OK)
        return d->c->status;
    memcpy(root->mean, mean, count * sizeof *mean);
    memcpy(root->deviation, deviation, count * sizeof *deviation);
    root->given = 1;
    return LH_OK;
}

lh_status lh_data_standardize(lh_data *d, const double *mean, const double *deviation,
                              size_t count)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);

    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    standardize(d, mean, deviation, count);
    return lhi_call_ends_if_trained(d->c);
}

lh_status lh_data_like(lh_data *d, lh_data *other)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);

    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    if (lhi_data_is_inert(d) || lhi_data_is_inert(other) || other->c != d->c)
        return lhi_refuse(d->c, LH_EUSAGE, "both are of one context, and were opened",
                          "lh_data_like: there are no rows");
    if (lhi_data_fit(other) == LH_OK)
        standardize(d, other->mean, other->deviation, other->cols);
    return lhi_call_ends_if_trained(d->c);
}

static int same_scale(const lh_data *root, const lh_params *p)
{
    const size_t bytes = p->cols * sizeof *p->mean;

    return root->cols == p->cols && memcmp(root->mean, p->mean, bytes) == 0 &&
           memcmp(root->deviation, p->deviation, bytes) == 0;
}

lh_status lhi_data_follow(lh_data *d, const lh_params *p)
{
    lh_data *root = d->fit;

    /* Another number of features is told by who looks at the shapes. */
    if (!p->mean || root->given || root->cols != p->cols)
        return LH_OK;
    if (root->mean)
        return same_scale(root, p)
                   ? LH_OK
                   : lhi_fail(d->c, LH_ESTATE,
                              "open the file once more for this model, or call lh_data_like() "
                              "before its first use",
                              "%s is in use with another mean and deviation than those of %s, "
                              "which the model was trained with",
                              d->name, p->scaled_by);
    if (make_room(root) != LH_OK)
        return d->c->status;
    memcpy(root->mean, p->mean, p->cols * sizeof *p->mean);
    memcpy(root->deviation, p->deviation, p->cols * sizeof *p->deviation);
    lh_say(d->c, "%s is standardised as the training rows of %s were", d->name, p->scaled_by);
    return LH_OK;
}

/* Rounds once to the type; 0 when the value does not fit into it. */
static int put(void *copy, lh_type type, size_t at, double value)
{
    if (type == LH_F32) {
        ((float *)copy)[at] = (float)value;
        return isfinite((float)value);
    }
    if (type == LH_F64)
        ((double *)copy)[at] = value;
    else
        ((lh_wide *)copy)[at] = (lh_wide)value;
    return isfinite(value);
}

static lh_status fill(const lh_data *d, lh_type type, void *copy)
{
    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < d->cols; j++) {
            const double value = (feature(d, i, j) - d->mean[j]) / d->deviation[j];

            if (!put(copy, type, i * d->cols + j, value))
                return lhi_fail(d->c, LH_EDATA, "leave the row out, or train with --type=f64",
                                "%s row %lu, column %zu: %g is too far from the mean %g", d->name,
                                (unsigned long)d->row[i] + 1, j + 1, feature(d, i, j),
                                d->mean[j]);
        }
    return LH_OK;
}

lh_status lhi_data_prepare(lh_data *d, lh_type type)
{
    static const size_t bytes[LH_TYPES] = {sizeof(float), sizeof(double), sizeof(lh_wide)};
    const lh_status status = lhi_data_fit(d);
    void *copy;

    if (status != LH_OK || d->copy[type])
        return status;
    copy = lhi_alloc_array(d->c, d->rows, d->cols * bytes[type]);
    if (!copy || fill(d, type, copy) != LH_OK)
        return d->c->status;
    d->copy[type] = copy;
    return LH_OK;
}

/* The same for each type; they differ in the width of a row and what a label becomes. */
#define GATHER(name, type, real)                                                             \
    void lhi_data_gather_##name(const lh_data *d, const uint32_t *order, size_t from, size_t to, \
                                real *X, real *y)                                            \
    {                                                                                        \
        const real *copy = d->copy[type];                                                    \
                                                                                             \
        for (size_t i = from; i < to; i++) {                                                 \
            const size_t row = order ? order[i] : i;                                         \
                                                                                             \
            if (X)                                                                           \
                memcpy(X + (i - from) * d->cols, copy + row * d->cols, d->cols * sizeof *X); \
            if (y)                                                                           \
                y[i - from] = (real)lhi_data_label(d, row);                                  \
        }                                                                                    \
    }

GATHER(f32, LH_F32, float)
GATHER(f64, LH_F64, double)
GATHER(wide, LH_WIDE, lh_wide)
