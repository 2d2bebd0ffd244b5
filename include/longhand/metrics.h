/* metrics.h -- what outputs are worth beside labels. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_METRICS_H
#define LH_METRICS_H

#include <longhand/train.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Metrics of an output yhat on all rows of a data set, in double, in a fixed order, with the rows'
 * weights; docs/metrics.md has the formulas.  Which there are depends on what the labels are:
 *
 *   0 and 1 (one or more columns)  accuracy balanced_accuracy precision recall f1 precision_micro
 *                                  recall_micro f1_micro auc average_precision; of probabilities
 *                                  brier log_loss ece
 *   classes                        the same, of all classes, and top2 top3 top5
 *   numbers                        r2 rmse mae, in the units of the file
 *
 * They know whether yhat is a probability: it is the output of a loss that says so (lh_output(L)),
 * or an output with values in [0, 1] of which no loss says anything.  A row is called 1 where yhat
 * is not below the model's threshold: 1/2, or what lh_choose_threshold() has found.
 *
 * Errors of the call, and NaN: LH_EUSAGE (no such metric, or none for these labels or this output:
 * the message says what is; no data, or of another context), LH_ESHAPE (yhat is no output a row,
 * or has not the columns that the labels need), LH_ENAME, LH_ESTALE, LH_ESTATE, LH_ENOMEM as for
 * lh_accuracy().  A metric that is not defined on these rows (the AUC of one class) is NaN, too,
 * and no error.
 * Thread: the context's.
 */
LH_API double lh_metric(lh_var yhat, lh_data *d, const char *name);

/** A row of the table of metrics. */
typedef struct lh_metric_row {
    const char *name, *text;
    int more; /* 1: more is better */
} lh_metric_row;

/** The rows of the table, from 0; a NULL name after the last. */
LH_API lh_metric_row lh_metric_at(size_t index);

/** Outputs beside labels, worked once and asked often. */
typedef struct lh_scores lh_scores;

/**
 * Works yhat on all rows of d.
 * @return the scores; NULL after an error of the call: those of lh_metric() but for the name.
 * Owns: the context does; lh_scores_free() gives its arrays back before the end, and the
 * scores are no good then.
 */
LH_API lh_scores *lh_scores_of(lh_var yhat, lh_data *d);
LH_API void       lh_scores_free(lh_scores *s);

/** 1 where a metric of that name means something for these labels and outputs. */
LH_API int    lh_scores_have(const lh_scores *s, const char *name);
/** lh_metric() of them. */
LH_API double lh_scores_metric(lh_scores *s, const char *name);

/** An interval. */
typedef struct lh_interval {
    double lo, hi;
} lh_interval;

/**
 * The percentile interval of a metric (B. Efron, Annals of Statistics 7, 1979): of the metric of
 * `samples` samples of the rows, drawn with replacement, (1 - level)/2 are below it and as many
 * above.  Which samples is a matter of --seed alone; those where the metric is not defined are
 * left out.
 * @return the interval; NaNs after LH_EUSAGE (no such metric here, no sample, a level that is
 *         not between 0 and 1) or LH_ENOMEM: errors of the call.
 */
LH_API lh_interval lh_scores_interval(lh_scores *s, const char *name, size_t samples,
                                      double level);

/** The confusion matrix: how many rows of class `is` (with their weights) were called `called`, by
 *  their numbers; of 0 and 1 in one column these are the classes.  0 where there is no such class,
 *  as of numbers and of several columns. */
LH_API double lh_scores_called(lh_scores *s, size_t is, size_t called);

/**
 * Chooses the threshold of the model for one column of 0 and 1 on the rows of d, which should be
 * rows held out for validation: by "f1" the largest F1, by "youden" the largest sum of recall and
 * specificity (W. J. Youden, Cancer 3, 1950).  It lies in the middle between two outputs; of equals
 * the nearest to 1/2 is taken.  From then on it is what metrics call 1 by, it is saved, and
 * `longhand eval` and `longhand predict` take it.
 * @return the threshold; NaN after an error of the call: those of lh_metric(), and LH_EUSAGE
 *         ("by" is no such rule, or the labels are not one column of 0 and 1).
 */
LH_API double lh_choose_threshold(lh_var yhat, lh_data *d, const char *by);

#ifdef __cplusplus
}
#endif
#endif
