/* probabilities.c -- metrics of outputs that are probabilities. */
/* SPDX-License-Identifier: MIT */
#include "framework/metrics/metrics.h"

#include <float.h>
#include <math.h>

/* Our own logarithm, in double, whatever the rest of the file is compiled for. */
#undef LHI_TYPE
#undef LHI_VARIANT
#define LH_TYPE    64
#define LH_VARIANT metrics
#include <longhand/op/math.h>

static double squared(lhi_scored *s, size_t output)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < s->rows; i++) {
        const double w = lhi_weight_of(s, i);
        const double off = lhi_score_of(s, i, output) - (double)lhi_is_so(s, i, output);

        sum += w * (off * off);
        all += w;
    }
    return sum / all;
}

/* G. W. Brier, Monthly Weather Review 78, 1950: of classes the sum over them, of columns of 0
 * and 1 the mean, so that one column is the half of two classes. */
double lhi_metric_brier(lhi_scored *s)
{
    const double mean = lhi_mean_of_outputs(s, squared);

    return s->of == LHI_OF_CLASSES ? (double)s->outputs * mean : mean;
}

/* A probability of 0 is taken for the smallest difference from 1: one row that was thought
 * impossible is not all there is to say. */
static double surprise(double p)
{
    return -k_log(fmin(fmax(p, DBL_EPSILON), 1 - DBL_EPSILON));
}

static double log_loss(lhi_scored *s, size_t output)
{
    double sum = 0, all = 0;

    for (size_t i = 0; i < s->rows; i++) {
        const double w = lhi_weight_of(s, i), p = lhi_score_of(s, i, output);

        sum += w * surprise(lhi_is_so(s, i, output) ? p : 1 - p);
        all += w;
    }
    return sum / all;
}

double lhi_metric_log_loss(lhi_scored *s)
{
    double sum = 0, all = 0;

    if (s->of != LHI_OF_CLASSES)
        return lhi_mean_of_outputs(s, log_loss);
    for (size_t i = 0; i < s->rows; i++) {
        const double w = lhi_weight_of(s, i);

        sum += w * surprise(lhi_score_of(s, i, (size_t)s->label[i]));
        all += w;
    }
    return sum / all;
}

/* A bin of probabilities: what they add up to beside what became true. */
typedef struct bin {
    double thought, was;
} bin;

/* Bin k has the probabilities above k/15 up to (k+1)/15, the first one 0, too. */
static void add_to_bin(bin *b, double p, int was, double w)
{
    size_t k = 0;

    while (k + 1 < LHI_BINS && p * LHI_BINS > (double)(k + 1))
        k++;
    b[k].thought += w * p;
    b[k].was += was ? w : 0;
}

static double off_by(const bin *b, double all)
{
    double sum = 0;

    for (size_t k = 0; k < LHI_BINS; k++)
        sum += fabs(b[k].thought - b[k].was);
    return sum / all;
}

static double calibration(lhi_scored *s, size_t output)
{
    bin b[LHI_BINS] = {{0, 0}};
    double all = 0;

    for (size_t i = 0; i < s->rows; i++) {
        const double w = lhi_weight_of(s, i);

        add_to_bin(b, lhi_score_of(s, i, output), lhi_is_so(s, i, output), w);
        all += w;
    }
    return off_by(b, all);
}

/* M. P. Naeini, G. F. Cooper, M. Hauskrecht, AAAI 2015; of classes as C. Guo et al., ICML 2017:
 * the probability of the class that is named beside how often it is right. */
double lhi_metric_ece(lhi_scored *s)
{
    bin b[LHI_BINS] = {{0, 0}};
    double all = 0;

    if (s->of != LHI_OF_CLASSES)
        return lhi_mean_of_outputs(s, calibration);
    for (size_t i = 0; i < s->rows; i++) {
        const double w = lhi_weight_of(s, i);

        add_to_bin(b, lhi_score_of(s, i, s->said[i]), s->label[i] == (double)s->said[i], w);
        all += w;
    }
    return off_by(b, all);
}
