/* model.h -- a trained model in another program: opened, asked, closed. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_MODEL_H
#define LH_MODEL_H

#include <longhand/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * All that a program needs which asks a model and knows nothing of tapes:
 *
 *     lh_ctx *c = lh_open(0, NULL, "flowers");
 *     lh_model *m = lh_model_open(c, "run/model.h5");
 *     double row[] = {5.1, 3.5, 1.4, 0.2}, p[3];
 *     lh_model_predict(m, row, 1, p);
 *     return lh_close(c);
 */

/** A model, from a checkpoint of any driver whose data were read by lh_data_open() or
 *  lh_data_read(). */
typedef struct lh_model lh_model;

/**
 * Opens a checkpoint and makes its model ready.
 * @return the model; NULL after the errors of the call of lh_checkpoint_open(), and LH_EUSAGE (its
 *         loss does not say what its output is and no variable is named yhat; it was trained on no
 *         data set), LH_ENAME (its output needs an input that is not X).
 * Owns: the context does.  Thread: the context's.
 */
LH_API lh_model *lh_model_open(lh_ctx *c, const char *path);

/** The columns that a row has for the model, and their names in the file that it was trained on
 *  ("" where that had none, and of no column). */
LH_API size_t      lh_model_inputs(const lh_model *m);
LH_API const char *lh_model_input(const lh_model *m, size_t k);
/** The number that stands for a text in column k of a row; NaN, which is a missing cell, of a text
 *  that the model does not know. */
LH_API double      lh_model_text(const lh_model *m, size_t k, const char *text);

/** The numbers that it predicts for a row, and what they are of: a class, a column of 0 and 1, a
 *  column of numbers; "" where these have no name. */
LH_API size_t      lh_model_outputs(const lh_model *m);
LH_API const char *lh_model_output(const lh_model *m, size_t k);
/** What is called 1 where one output is a probability: it is not below. */
LH_API double      lh_model_threshold(const lh_model *m);

/**
 * Predicts: rows x lh_model_inputs() raw numbers, as they would stand in the file (texts as
 * lh_model_text() has them, NaN for a missing cell), become rows x lh_model_outputs()
 * probabilities, or numbers in the units of the file.  They have the bits of lh_predict().
 * @return LH_OK; LH_EUSAGE (NULL), LH_EDATA (a cell is infinite, or missing and nothing fills it:
 *         the message has row and column), LH_ENOMEM: errors of the call.
 */
LH_API lh_status lh_model_predict(lh_model *m, const double *rows, size_t count, double *to);

/**
 * The values of an output for all rows of d, row by row, lh_rows(d) x lh_cols_of(yhat); of labels
 * that are numbers in the units of the file.  d needs no labels.
 * @return LH_OK; LH_EUSAGE (no data, to is NULL), LH_ESHAPE (yhat is not [m x n]), and the errors
 *         of lh_metric(): errors of the call.
 */
LH_API lh_status lh_predict(lh_var yhat, lh_data *d, double *to);

/**
 * lh_predict() to a CSV file with a first line of names, a line a row: the class that is called,
 * where there are classes, in `prediction` (of several columns of 0 and 1 under their own names),
 * then a column p(NAME) for each output that is a probability, score(NAME) for one that is not;
 * numbers under the names of their columns.  Numbers are the shortest texts that are read back as
 * they are.  Written under a temporary name and renamed.
 * @return what lh_predict() says, and LH_EIO: errors of the call.
 */
LH_API lh_status lh_predict_csv(lh_var yhat, lh_data *d, const char *path);

#ifdef __cplusplus
}
#endif
#endif
