/* data.h -- data sets: opening, splitting, standardising. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_DATA_H
#define LH_DATA_H

#include <longhand/ctx.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Rows of features X with labels y in the last column of the file. */
typedef struct lh_data lh_data;

/**
 * Opens a data set: a CSV file, or "wdbc", the one built into the library.
 *
 * A CSV file has one sample a row, numbers with a decimal point, the label (0 or
 * 1) last.  Its first line may hold column names, or the form
 * "rows,features,class,class".  Numbers are read as doubles in any locale.  It has at
 * most 8 GiB, 2^31 rows, 65,535 columns and 1 MiB a row.
 *
 * What is read and perhaps not meant has a warning: a column that counts the rows, two
 * columns of one name, whole numbers beyond 2^53, labels that are all equal.
 *
 * @return the data; inert after LH_ENOINPUT (no such file, a directory), or
 *         LH_EDATA (empty, no CSV, a missing value, text, a ragged row, a label that
 *         is not 0 or 1, a counting column without a name: the message has file, line
 *         and column, and what to do), LH_EIO, LH_ENOMEM: errors of the state
 *         before anything has trained, of the call from then on.
 */
LH_API lh_data *lh_data_open(lh_ctx *c, const char *path);

/**
 * Takes a part (0 < part < 1) of the rows away and returns it as a data set of its
 * own.  Which rows is a matter of the seed alone.  Both standardise their features
 * with the mean and deviation of the rows that remain in d: nothing of the rows
 * held out reaches the training.  Call it as often as needed, before d is used.
 * Where one side has a single class there is a warning.
 * @return the rows held out; inert after LH_EUSAGE (bad part, or no row would
 *         be left on one side) or LH_ESTATE (d was already used, or is itself a
 *         part that was held out).
 */
LH_API lh_data *lh_hold_out(lh_data *d, double part);

/**
 * Standardises a data set with the mean and deviation stored in a checkpoint instead
 * of its own; a resumed or evaluated network must see what it was trained on.
 * @return LH_OK, LH_EMISMATCH (another number of features), LH_ESTATE.
 */
LH_API lh_status lh_data_standardize(lh_data *d, const double *mean, const double *deviation,
                                     size_t features);

/**
 * Standardises d with the mean and deviation of another set, such as the one that is trained
 * on.  What a trained network is measured on follows the network's own scale without it, and
 * says so once; this is for a set that is used before the training.
 * @return LH_OK, LH_EMISMATCH (another number of features), LH_ESTATE (d is in use), LH_EUSAGE
 *         (one of them has no rows).
 */
LH_API lh_status lh_data_like(lh_data *d, lh_data *other);

/** Rows, 0 when inert; features (the label is not counted), 1 when inert, so that a
 *  driver goes on recording. */
LH_API size_t    lh_rows(const lh_data *d);
LH_API ptrdiff_t lh_cols(const lh_data *d);

#ifdef __cplusplus
}
#endif
#endif
