/* scored.h -- outputs of a network beside the labels of a data set. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SCORED_H
#define LHI_SCORED_H

#include "framework/data/data.h"
#include "framework/metrics/metrics.h"
#include "framework/tape/tape.h"

#include <longhand/metrics.h>

struct lh_scores {
    lhi_scored s;
    char yhat[100];        /* names, for messages */
    const char *data;
    double *score, *label, *weight; /* what s reads */
    double *called;        /* the confusion matrix, once it is asked for */
    int logits;            /* a loss makes an output of yhat */
    size_t outside;        /* the first row with what is no probability; rows: none */
};

/* The values of yhat for all rows of d, row by row, as doubles.  NULL after an error. */
double *lhi_outputs(lh_var yhat, lh_data *d, const char *caller, size_t *cols);

/* yhat on d, beside its labels where these are wanted; -1 after an error.  Where it was begun it is
 * ended. */
int lhi_scores_begin(lh_scores *o, lh_var yhat, lh_data *d, int labelled, const char *caller);
void lhi_scores_end(lh_scores *o);

#endif
