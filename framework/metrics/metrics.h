/* metrics.h -- what outputs are worth beside labels: plain arrays, no tape and no data set. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_METRICS_H
#define LHI_METRICS_H

#include "framework/base/ctx.h"

/* What the labels are. */
enum { LHI_OF_BINARY = 1, LHI_OF_CLASSES = 2, LHI_OF_VALUES = 4 };
/* What a metric needs. */
enum { LHI_IS_PROBABLE = 1, LHI_IS_DECIDED = 2 };

/* Outputs and labels of some rows.  What is calculated on the way is kept in it, so that a metric
 * of other weights costs one pass. */
typedef struct lhi_scored {
    lh_ctx *c;
    int of;                /* LHI_OF_... */
    size_t rows, outputs;  /* columns of the score: classes, or columns of the label */
    const double *score;   /* rows x outputs */
    const double *label;   /* of classes one number a row, from 0; else rows x outputs; NULL: no
                              metric is asked for */
    const double *weight;  /* of each row; NULL: 1 */
    double threshold;      /* binary: a score that is not below it says 1 */
    int is;                /* the scores: LHI_IS_... */

    int broken;            /* a score is not a number, or a label no class: all are NaN */
    uint32_t *said;        /* classes: the largest of each row, the first of equals */
    uint32_t *order;       /* outputs x rows: the rows by falling score; NULL until needed */
    double *tally;         /* scratch, LHI_TALLIES for each output */
} lhi_scored;

enum { LHI_TALLIES = 3, LHI_BINS = 15 };

/* Fills what follows `is`; -1: no memory. */
int lhi_scored_begin(lhi_scored *s);
void lhi_scored_end(lhi_scored *s);
/* The rows of an output by falling score; NULL: no memory. */
const uint32_t *lhi_ranked(lhi_scored *s, size_t output);

static inline double lhi_weight_of(const lhi_scored *s, size_t row)
{
    return s->weight ? s->weight[row] : 1;
}

static inline double lhi_score_of(const lhi_scored *s, size_t row, size_t output)
{
    return s->score[row * s->outputs + output];
}

/* Is the row of this class; of binary labels: is this column of it 1? */
static inline int lhi_is_so(const lhi_scored *s, size_t row, size_t output)
{
    return s->of == LHI_OF_CLASSES ? s->label[row] == (double)output
                                   : s->label[row * s->outputs + output] >= 0.5;
}

typedef struct lhi_metric {
    const char *name;
    int of, needs, more;
    const char *text;
    double (*measure)(lhi_scored *s);
} lhi_metric;

#define LH_METRIC(name, of, needs, more, text) double lhi_metric_##name(lhi_scored *s);
#include "framework/metrics/metrics.def"

/* The rows of metrics.def; NULL after the last. */
const lhi_metric *lhi_metric_at(size_t index);
/* NULL: there is none of that name. */
const lhi_metric *lhi_metric_named(const char *name);
/* 1 where it means something for these labels and outputs. */
int lhi_metric_fits(const lhi_metric *m, const lhi_scored *s);
/* NaN where it is not defined: no row, one class alone where two are compared, a broken score. */
double lhi_metric_of(const lhi_metric *m, lhi_scored *s);

/* The mean of a function over the outputs. */
double lhi_mean_of_outputs(lhi_scored *s, double (*f)(lhi_scored *s, size_t output));

/* The percentile interval of a metric over so many bootstrap samples of the rows: lo and hi have
 * half of 1 - level outside each.  Samples where it is not defined are left out.  -1: no memory. */
int lhi_interval(const lhi_metric *m, lhi_scored *s, uint64_t seed, size_t samples, double level,
                 double *lo, double *hi);

/* The rows of class i that were called j, at[i * classes + j]; binary: 2 x 2 of one output. */
void lhi_confusion(const lhi_scored *s, size_t output, double *at);

/* The points of the ROC curve of an output, from (0,0) to (1,1), at most rows + 1; fpr and tpr may
 * be NULL.  The area, a NaN when one class is missing. */
double lhi_roc(lhi_scored *s, size_t output, double *fpr, double *tpr, size_t *points);

/* What a threshold is chosen by. */
typedef enum lhi_choosing { LHI_BY_F1, LHI_BY_YOUDEN } lhi_choosing;

/* The threshold of one binary output that gives the most; of equals that nearest to 1/2.  1/2
 * when a class is missing. */
double lhi_threshold_of(lhi_scored *s, lhi_choosing by);

#endif
