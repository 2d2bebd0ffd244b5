/* data.h -- data sets: opening, reading, splitting, standardising. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_DATA_H
#define LH_DATA_H

#include <longhand/ctx.h>
#include <longhand/params.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Rows of features X with labels y in the last column of the file. */
typedef struct lh_data lh_data;

/**
 * Opens a data set: a CSV file, or "wdbc", the one built into the library; or arrays of NumPy
 * or HDF5, IDX, libsvm, FANN, or two files with a plus between (docs/data.md).
 *
 * A CSV file has one sample a row, numbers, the label (0 or 1) last; between the cells
 * commas, semicolons, tabs or bars, which is found out, and with the last three numbers
 * may have a decimal comma.  It may be packed by gzip, begin with lines of comment (#),
 * and its first line may hold column names, or the form "rows,features,class,class".
 * Numbers become the nearest double in any locale, on all threads.  It has at most
 * 8 GiB, 2^31 rows, 65,535 columns and 1 MiB a row (docs/data.md).
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

/** What the labels of a set are, and so what y is on a tape.
 *   LH_LABELS_BINARY    0 or 1: y is [m x 1], or a column for each column of labels;
 *   LH_LABELS_CLASSES   one of several: y is [m x K], 1 in the class's column and 0 elsewhere, or,
 *                       where the tape's y has one column, the class's number, 0 to K - 1;
 *   LH_LABELS_VALUES    numbers: y is [m x T], scaled as the features are.
 *  LH_LABELS_AUTO takes two texts, or 0 and 1, for binary; more texts, or at most 32 whole numbers
 *  one after another, for classes; all else for values.  It is said which, and why. */
typedef enum lh_labels {
    LH_LABELS_AUTO,
    LH_LABELS_BINARY,
    LH_LABELS_CLASSES,
    LH_LABELS_VALUES
} lh_labels;

/** What becomes of missing cells of features: they are refused, or take the mean or the median of
 *  the training rows; LH_MISSING_INDICATOR takes the mean and adds a column that is 1 where a cell
 *  was missing.  A text that is missing is none of its column's texts. */
typedef enum lh_missing {
    LH_MISSING_REFUSE,
    LH_MISSING_MEAN,
    LH_MISSING_MEDIAN,
    LH_MISSING_INDICATOR
} lh_missing;

/** x becomes (x - centre) / spread, of the training rows: mean and standard deviation; 0 and 1;
 *  least value and range; median and distance of the quartiles.  A spread of 0 is taken as 1.
 *  Columns that texts became, and indicators, stay 0 and 1. */
typedef enum lh_scale {
    LH_SCALE_STANDARD,
    LH_SCALE_NONE,
    LH_SCALE_MINMAX,
    LH_SCALE_ROBUST
} lh_scale;

/** How a file becomes a data set.  All zero is the default.  Columns are given by their names or,
 *  counted from 1, by their numbers, several with commas between; NULL and "" are none. */
typedef struct lh_reading {
    const char *label;  /**< labels; none: where the format has them, in CSV the last column */
    const char *drop;   /**< left out */
    const char *only;   /**< features, and no others */
    const char *weight; /**< the rows' weights, for an input w [m x 1] */
    const char *group;  /**< rows that are equal there stay together in every split */
    lh_labels labels;
    lh_missing missing;
    lh_scale scale;
    int balance;        /**< 1: w lets all classes weigh the same among the training rows */
    int stratify;       /**< 1: both sides of a split have the same shares of the classes */
    int keep_f32;       /**< 1: rows are kept in memory as f32 */
    int stream;         /**< 1: rows stay in their file, and are read as they are needed */
} lh_reading;

/**
 * Opens a data set of any kind: labels in any column, classes by their texts, numbers to be
 * predicted, texts among the features (one column of X for each text, 256 at most), missing cells.
 * Classes and texts are numbered in the order of their bytes, numbers by their size.  A first
 * column that has no name beside others that have one, as R writes it, names the rows and is left
 * out, which is said.
 *
 * A set that is larger than memory streams (.stream): rows stay in their file, an array of NumPy
 * (.npy) or HDF5 of 4 or 8 bytes an element, row by row, and what a step needs is read while the
 * one before works.  The order of an epoch keeps rows together then: blocks of 1 MiB are drawn in
 * a random order, and rows at random among 64 MiB of blocks; it depends on seed, epoch and file
 * alone. The file must not be shortened meanwhile: that ends the process (SIGBUS).
 * @param how NULL: defaults.  It is not kept.
 * @return the data; inert after LH_EUSAGE (no such column, a setting that does not fit the labels),
 *         LH_EDATA (a missing cell or label, a text where numbers are wanted, too many texts), and
 *         what lh_data_open() says.  The message has the remedy.
 */
LH_API lh_data *lh_data_read(lh_ctx *c, const char *path, const lh_reading *how);

/**
 * A data set of the driver's own: rows that it has in memory, computes, or reads from files of its
 * own.  row(arg, i, to) puts row i (0 to rows - 1, each once, in order) into to[cols], features and
 * labels in one: the label is the last column unless `how` says otherwise.  NaN is a missing cell.
 * It returns 0, or something else when there is no such row: then none of them is used.
 * @param name for messages and the checkpoint, which keeps the digest of the numbers beside it.
 * @return the data; inert after LH_EUSAGE (no name, no function), LH_EDATA (a row that could not be
 *         given, an infinite number, fewer than 2 rows, more than 2^31, more columns than 65,535,
 *         more than fits into memory), and what lh_data_read() says of labels and columns.
 *         Owns: nothing of the driver's; arg is not used after the call.
 */
LH_API lh_data *lh_data_rows(lh_ctx *c, const char *name, size_t rows, size_t cols,
                             int (*row)(void *arg, size_t row, double *to), void *arg,
                             const lh_reading *how);

/** Declares --label --labels --drop --only --weight --group --missing --scale --balance
 *  --stratify --keep-f32 and returns what was given, for lh_data_read(). */
LH_API lh_reading lh_opt_reading(lh_ctx *c);

/** What the labels are; the columns of y: 1 or a column of labels each, classes, or numbers to be
 *  predicted; the classes, 0 where labels are values or several; the name of class k, "" of none.
 *  LH_LABELS_BINARY, 1, 2 and "" of an inert set. */
LH_API lh_labels   lh_labels_of(const lh_data *d);
LH_API ptrdiff_t   lh_outputs(const lh_data *d);
LH_API ptrdiff_t   lh_classes(const lh_data *d);
LH_API const char *lh_class_name(const lh_data *d, size_t k);

/**
 * Takes a part (0 < part < 1) of the rows away and returns it as a data set of its
 * own.  Which rows is a matter of --split-seed (or else --seed) alone: so many at random; with
 * .stratify so many with the classes' shares, each to within a row; with .group whole groups at
 * random, as long as there is room for them.  Both standardise their features
 * with the mean and deviation of the rows that remain in d: nothing of the rows
 * held out reaches the training.  Call it as often as needed, before d is used.
 * Where one side has a single class there is a warning.
 * @return the rows held out; inert after LH_EUSAGE (bad part, or no row would
 *         be left on one side) or LH_ESTATE (d was already used, or is itself a
 *         part that was held out).
 */
LH_API lh_data *lh_hold_out(lh_data *d, double part);

/** The same of rows that are given: their places in d, from 0, each once.
 *  @return as lh_hold_out(); also LH_EUSAGE (no such row, or one twice). */
LH_API lh_data *lh_hold_out_rows(lh_data *d, const size_t *row, size_t count);

/**
 * Cuts d into folds and makes of fold `fold`, from 0, the test and of the others the training set;
 * d stays as it is.  Each row is in one test; folds have as many rows to within one, with .stratify
 * as many of each class, with .group whole groups, the largest first to the smallest fold.  Both
 * sets are scaled as the training set's rows say, and a checkpoint knows which rows they are.
 * @return LH_OK; LH_EUSAGE (folds below 2 or more than rows or groups), LH_ESTATE (d was held out),
 *         LH_ENOMEM; both sets are inert then.
 */
LH_API lh_status lh_fold(lh_data *d, size_t folds, size_t fold, lh_data **train, lh_data **test);

/**
 * Rows of d as a set with a scale of its own: their places in d, from 0, each once; the set has
 * them in the order of d.  For one that is measured before a network is trained, lh_data_like()
 * gives it the scale of the training set.
 * @return the set; inert after LH_EUSAGE (no rows, no such row, or one twice), LH_ENOMEM.
 */
LH_API lh_data *lh_subset(lh_data *d, const size_t *row, size_t count);

/**
 * Another file, read as d was: columns by their names, the same classes and texts, and scaled as d
 * is when it is first used.  A test set, or rows for validation, that somebody else has chosen.
 * @return the data; inert after LH_EMISMATCH, LH_EDATA (a text or label that d does not have), and
 *         what lh_data_read() says.
 */
LH_API lh_data *lh_data_beside(lh_data *d, const char *path);

/** Row `row` of d, from 0, as lh_cols(d) columns of X: as the file has them (texts as columns of 0
 *  and 1, NaN where a number is missing), or filled and scaled as a network sees them, which fixes
 *  the scale.
 *  @return LH_OK; LH_EUSAGE (no such row, no room). */
LH_API lh_status lh_row(lh_data *d, size_t row, double *x);
LH_API lh_status lh_row_scaled(lh_data *d, size_t row, double *x);
/** Its place in the file, from 0 (SIZE_MAX: no such row); its k-th label: 0 or 1, a class's number,
 *  or the file's own value (NaN: it has none); its weight for w, which fixes the scale. */
LH_API size_t lh_row_number(const lh_data *d, size_t row);
LH_API double lh_row_label(const lh_data *d, size_t row, size_t k);
LH_API double lh_row_weight(lh_data *d, size_t row);
/** The name of a column of X ("age", "fuel=petrol", "age is missing", "column 3" where the file has
 *  no names), and of a column of y: a class, or a column of labels; "" of none. */
LH_API const char *lh_col_name(lh_data *d, size_t column);
LH_API const char *lh_output_name(const lh_data *d, size_t k);

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
