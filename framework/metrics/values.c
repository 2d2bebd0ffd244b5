/* values.c -- metrics of numbers: each column by itself, then the mean over the columns. */
/* SPDX-License-Identifier: MIT */
#include "framework/metrics/metrics.h"

#include <math.h>

static double label(const lhi_scored *s, size_t row, size_t output)
{
    return s->label[row * s->outputs + output];
}

static double all_weights(const lhi_scored *s)
{
    double all = 0;

    for (size_t i = 0; i < s->rows; i++)
        all += lhi_weight_of(s, i);
    return all;
}

static double squares(const lhi_scored *s, size_t output)
{
    double sum = 0;

    for (size_t i = 0; i < s->rows; i++) {
        const double off = lhi_score_of(s, i, output) - label(s, i, output);

        sum += lhi_weight_of(s, i) * (off * off);
    }
    return sum;
}

static double root_of_squares(lhi_scored *s, size_t output)
{
    return sqrt(squares(s, output) / all_weights(s));
}

static double absolute(lhi_scored *s, size_t output)
{
    double sum = 0;

    for (size_t i = 0; i < s->rows; i++)
        sum += lhi_weight_of(s, i) * fabs(lhi_score_of(s, i, output) - label(s, i, output));
    return sum / all_weights(s);
}

/* Of labels that are all equal a NaN: there is nothing to explain. */
static double explained(lhi_scored *s, size_t output)
{
    double mean = 0, about = 0;

    for (size_t i = 0; i < s->rows; i++)
        mean += lhi_weight_of(s, i) * label(s, i, output);
    mean /= all_weights(s);
    for (size_t i = 0; i < s->rows; i++) {
        const double off = label(s, i, output) - mean;

        about += lhi_weight_of(s, i) * (off * off);
    }
    return about > 0 ? 1 - squares(s, output) / about : (double)NAN;
}

double lhi_metric_r2(lhi_scored *s)
{
    return lhi_mean_of_outputs(s, explained);
}

double lhi_metric_rmse(lhi_scored *s)
{
    return lhi_mean_of_outputs(s, root_of_squares);
}

double lhi_metric_mae(lhi_scored *s)
{
    return lhi_mean_of_outputs(s, absolute);
}
