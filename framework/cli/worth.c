/* worth.c -- the few metrics that a line has room for, by what the labels are. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <math.h>
#include <string.h>

/* A metric, and how a line calls it. */
typedef struct shown {
    const char *name, *as;
} shown;

/* The first is a curve beside the loss.  Ends with a NULL name. */
static const shown *shown_of(const lh_data *d)
{
    static const shown binary[] = {{"accuracy", "accuracy"}, {"auc", "AUC"}, {NULL, NULL}};
    static const shown classes[] = {{"accuracy", "accuracy"}, {"f1", "F1"}, {NULL, NULL}};
    static const shown values[] = {{"r2", "R2"}, {"rmse", "RMSE"}, {"mae", "MAE"}, {NULL, NULL}};

    return lh_labels_of(d) == LH_LABELS_VALUES    ? values
           : lh_labels_of(d) == LH_LABELS_CLASSES ? classes
                                                  : binary;
}

const char *curve_metric(const lh_data *d)
{
    return shown_of(d)->name;
}

const char *curve_name(const lh_data *d)
{
    return lh_labels_of(d) == LH_LABELS_VALUES ? "test R2" : "test accuracy";
}

int has_units(const char *metric)
{
    return strcmp(metric, "rmse") == 0 || strcmp(metric, "mae") == 0;
}

/* Of labels that are not enough a metric is a NaN, which has no sign that means anything. */
void print_worth(lh_var L, lh_var yhat, lh_data *d, const char *before)
{
    const double loss = lh_loss(L, d);
    lh_scores *s = yhat.tape ? lh_scores_of(yhat, d) : NULL;

    if (loss != loss || (yhat.tape && !s))
        return;
    fputs(before, stdout);
    for (const shown *m = shown_of(d); s && m->name; m++) {
        const double x = lh_scores_metric(s, m->name);

        printf(has_units(m->name) ? "%s %.5g, " : "%s %.4f, ", m->as, x == x ? x : (double)NAN);
    }
    printf("loss %.4f", loss);
    lh_scores_free(s);
}
