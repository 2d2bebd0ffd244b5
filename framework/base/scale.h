/* scale.h -- what the training rows made of the numbers of a file, for all rows after them. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SCALE_H
#define LHI_SCALE_H

#include <stddef.h>

/* A data set finds it, a model lends it, a checkpoint keeps it: the arrays are of whom it was
 * taken from, and nobody else writes to them. */
typedef struct lhi_scale {
    size_t cols;              /* of X; 0 before the training */
    double *mean, *deviation; /* cols each: X is (x - mean)/deviation */
    double *fill;             /* cols: what stands for missing cells; NULL: the mean does */
    size_t targets;           /* labels that are values; 0 of others */
    double *target_mean, *target_deviation; /* theirs; NULL of others */
    size_t classes;           /* that are balanced, else 0 */
    double *class_weight;     /* what a row of each weighs; NULL without */
} lhi_scale;

/* The k-th label as a network sees it, and back; labels that are no values are what they are. */
static inline double lhi_target_scaled(const lhi_scale *s, size_t k, double label)
{
    return k < s->targets ? (label - s->target_mean[k]) / s->target_deviation[k] : label;
}

static inline double lhi_target_unscaled(const lhi_scale *s, size_t k, double x)
{
    return k < s->targets ? x * s->target_deviation[k] + s->target_mean[k] : x;
}

#endif
