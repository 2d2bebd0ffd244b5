/* ranks.c -- metrics of the order that the outputs put the rows in, and thresholds in it. */
/* SPDX-License-Identifier: MIT */
#include "framework/metrics/metrics.h"

#include <math.h>

/* What stands above a place in the order: rows that are so and rows that are not. */
typedef struct above {
    double hits, alarms;
} above;

/* Adds the rows of one score, from the k-th in the order on; the first of the next score. */
static size_t step(const lhi_scored *s, size_t output, const uint32_t *order, size_t k, above *a)
{
    const double score = lhi_score_of(s, order[k], output);

    for (; k < s->rows && lhi_score_of(s, order[k], output) == score; k++)
        *(lhi_is_so(s, order[k], output) ? &a->hits : &a->alarms) += lhi_weight_of(s, order[k]);
    return k;
}

static above all_of(const lhi_scored *s, size_t output)
{
    above all = {0, 0};

    for (size_t i = 0; i < s->rows; i++)
        *(lhi_is_so(s, i, output) ? &all.hits : &all.alarms) += lhi_weight_of(s, i);
    return all;
}

double lhi_roc(lhi_scored *s, size_t output, double *fpr, double *tpr, size_t *points)
{
    const uint32_t *order = lhi_ranked(s, output);
    const above all = all_of(s, output);
    above here = {0, 0};
    double right = 0;
    size_t n = 0;

    if (!order)
        return (double)NAN;
    if (fpr)
        fpr[n] = tpr[n] = 0;
    n++;
    /* Twice the number of pairs (positive, negative) in the right order, ties once: of weights
     * that are whole numbers exact in any order of summation. */
    for (size_t k = 0; k < s->rows; n++) {
        const above before = here;

        k = step(s, output, order, k, &here);
        right += (here.alarms - before.alarms) * (before.hits + here.hits);
        if (fpr) {
            fpr[n] = here.alarms / all.alarms;
            tpr[n] = here.hits / all.hits;
        }
    }
    if (points)
        *points = n;
    return right / 2 / (all.hits * all.alarms); /* 0/0 is a NaN */
}

static double area(lhi_scored *s, size_t output)
{
    return lhi_roc(s, output, NULL, NULL, NULL);
}

double lhi_metric_auc(lhi_scored *s)
{
    return lhi_mean_of_outputs(s, area);
}

/* The sum over the scores, from the highest, of the rise of recall times the precision there. */
static double precision_over_recall(lhi_scored *s, size_t output)
{
    const uint32_t *order = lhi_ranked(s, output);
    const above all = all_of(s, output);
    above here = {0, 0};
    double sum = 0;

    for (size_t k = 0; order && k < s->rows;) {
        const double hits = here.hits;

        k = step(s, output, order, k, &here);
        if (here.hits > hits)
            sum += (here.hits - hits) * (here.hits / (here.hits + here.alarms));
    }
    return order ? sum / all.hits : (double)NAN;
}

double lhi_metric_average_precision(lhi_scored *s)
{
    return lhi_mean_of_outputs(s, precision_over_recall);
}

static double gain(lhi_choosing by, above here, above all)
{
    return by == LHI_BY_F1 ? 2 * here.hits / (all.hits + here.hits + here.alarms)
                           : here.hits / all.hits - here.alarms / all.alarms;
}

/* Between two scores, nearest to the middle, and above the lower one however near they are. */
static double between(double high, double low)
{
    const double middle = low + (high - low) / 2;

    return middle > low ? middle : high;
}

double lhi_threshold_of(lhi_scored *s, lhi_choosing by)
{
    const above all = all_of(s, 0);
    const uint32_t *order = all.hits > 0 && all.alarms > 0 && !s->broken ? lhi_ranked(s, 0) : NULL;
    double best = 0.5, most = -1;
    above here = {0, 0};

    for (size_t k = 0; order && k < s->rows;) {
        const double low = lhi_score_of(s, order[k], 0);
        double at, gained;

        k = step(s, 0, order, k, &here);
        at = k < s->rows ? between(low, lhi_score_of(s, order[k], 0)) : low;
        gained = gain(by, here, all);
        if (gained > most || (gained == most && fabs(at - 0.5) < fabs(best - 0.5))) {
            most = gained;
            best = at;
        }
    }
    return best;
}
