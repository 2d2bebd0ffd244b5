/* standard.c -- the scale of a data set: its own, one that is given, or a model's. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/data/fit.h"
#include "framework/tape/tape.h"

#include <math.h>
#include <string.h>

const double *lhi_data_mean(const lh_data *d)
{
    return d->fit->mean;
}

const double *lhi_data_deviation(const lh_data *d)
{
    return d->fit->deviation;
}

/* Room for all that a fit finds, once: the parts are set together. */
static lh_status make_room(lh_data *d)
{
    const lhi_recipe *how = d->frame->how;
    const size_t targets = how->labels == LH_LABELS_VALUES ? how->targets : 0;
    const size_t classes = how->balance ? how->label[0].values : 0;
    double *all;

    if (d->mean)
        return LH_OK;
    all = lhi_alloc_array(d->c, 3 * d->cols + 2 * targets + classes, sizeof *all);
    if (!all)
        return LH_ENOMEM;
    d->mean = all;
    d->deviation = d->mean + d->cols;
    d->fill = d->deviation + d->cols;
    d->target_mean = targets ? d->fill + d->cols : NULL;
    d->target_deviation = targets ? d->target_mean + targets : NULL;
    d->class_weight = classes ? d->fill + d->cols + 2 * targets : NULL;
    return LH_OK;
}

static lh_status check_fit(const lh_data *d)
{
    for (size_t j = 0; j < d->cols; j++)
        if (!isfinite(d->mean[j]) || !isfinite(d->deviation[j]))
            return lhi_fail(d->c, LH_EDATA, "use another unit for the column",
                            "%s column %zu: its values are too large for a mean and deviation",
                            d->name, j + 1);
    for (size_t k = 0; d->target_mean && k < d->frame->how->targets; k++)
        if (!isfinite(d->target_mean[k]) || !isfinite(d->target_deviation[k]))
            return lhi_fail(d->c, LH_EDATA, "use another unit for the labels",
                            "%s: the labels are too large for a mean and deviation", d->name);
    return LH_OK;
}

/* What was given stays; the rest is of the set's own rows. */
static lh_status fit(lh_data *d)
{
    const int given = d->mean != NULL;

    if (make_room(d) != LH_OK || lhi_fit(d, !given) != LH_OK || check_fit(d) != LH_OK)
        return d->c->status;
    d->fitted = 1;
    return LH_OK;
}

/* A scale from elsewhere; fill NULL: missing cells take the mean. */
static lh_status take(lh_data *root, const double *mean, const double *deviation,
                      const double *fill)
{
    const size_t bytes = root->cols * sizeof *mean;

    if (make_room(root) != LH_OK)
        return LH_ENOMEM;
    memcpy(root->mean, mean, bytes);
    memcpy(root->deviation, deviation, bytes);
    memcpy(root->fill, fill ? fill : mean, bytes);
    return LH_OK;
}

/* What goes with a mean and deviation where both sets have it: what stands for missing cells, and
 * the scale of the targets. */
static void take_rest(lh_data *root, const double *fill, const double *mean,
                      const double *deviation, size_t targets)
{
    if (fill)
        memcpy(root->fill, fill, root->cols * sizeof *fill);
    if (!mean || !root->target_mean || root->frame->how->targets != targets)
        return;
    memcpy(root->target_mean, mean, targets * sizeof *mean);
    memcpy(root->target_deviation, deviation, targets * sizeof *mean);
    root->targets_given = 1;
}

/* What rows of a class weigh is a matter of the training rows, too. */
static void take_weights(lh_data *root, const double *weight, size_t classes)
{
    if (!weight || !root->class_weight || root->frame->how->label[0].values != classes)
        return;
    memcpy(root->class_weight, weight, classes * sizeof *weight);
    root->weights_given = 1;
}

static lh_status standardize(lh_data *d, const double *mean, const double *deviation, size_t count)
{
    lh_data *root;

    if (lhi_data_is_inert(d))
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_data_standardize: there are no rows");
    root = d->fit;
    if (!mean || !deviation)
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_data_standardize() needs mean and deviation");
    if (count != d->cols)
        return lhi_fail(d->c, LH_EMISMATCH, "use the data that the network was trained on",
                        "%s has %zu features, the checkpoint has %zu", d->name, d->cols, count);
    if (root->sealed)
        return lhi_fail(d->c, LH_ESTATE, "call it before lh_verify(), lh_train() and the metrics",
                        "lh_data_standardize(): %s is in use already", d->name);
    for (size_t j = 0; j < count; j++)
        if (!isfinite(mean[j]) || !isfinite(deviation[j]) || !(deviation[j] > 0))
            return lhi_fail(d->c, LH_EMISMATCH, "is the checkpoint damaged?",
                            "feature %zu of %s cannot be standardised with mean %g, deviation %g",
                            j + 1, d->name, mean[j], deviation[j]);
    if (take(root, mean, deviation, NULL) != LH_OK)
        return d->c->status;
    root->given = 1;
    return LH_OK;
}

lh_status lh_data_standardize(lh_data *d, const double *mean, const double *deviation,
                              size_t count)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);

    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    standardize(d, mean, deviation, count);
    return lhi_call_ends_if_trained(d->c);
}

lh_status lhi_data_scale(lh_data *d, const lhi_given_scale *s)
{
    if (standardize(d, s->mean, s->deviation, s->cols) == LH_OK) {
        take_rest(d->fit, s->fill, s->target_mean, s->target_deviation, s->targets);
        take_weights(d->fit, s->class_weight, s->classes);
    }
    return d->c->status;
}

/* The scale of another set, which has its fit then. */
static lh_status take_like(lh_data *d, lh_data *other)
{
    const lh_data *root = other->fit;
    const int same = d->fit->frame->how == root->frame->how; /* classes have the same numbers */

    if (lhi_data_fit(other) != LH_OK)
        return d->c->status;
    return lhi_data_scale(d, &(lhi_given_scale){root->mean, root->deviation, root->fill, root->cols,
                                                root->target_mean, root->target_deviation,
                                                root->frame->how->targets,
                                                same ? root->class_weight : NULL,
                                                root->frame->how->label[0].values});
}

lh_status lhi_data_fit(lh_data *d)
{
    lh_data *root;

    if (lhi_data_is_inert(d))
        return d && d->c ? d->c->status : LH_ENOMEM;
    root = d->fit;
    if (!lhi_ok(d->c))
        return d->c->status;
    if (!root->fitted && !root->mean && root->like && take_like(root, root->like) != LH_OK)
        return d->c->status;
    if (!root->fitted && fit(root) != LH_OK)
        return d->c->status;
    d->mean = root->mean;
    d->deviation = root->deviation;
    root->sealed = d->sealed = 1;
    return LH_OK;
}

lh_status lh_data_like(lh_data *d, lh_data *other)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);

    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    if (lhi_data_is_inert(d) || lhi_data_is_inert(other) || other->c != d->c)
        return lhi_refuse(d->c, LH_EUSAGE, "both are of one context, and were opened",
                          "lh_data_like: there are no rows");
    take_like(d, other);
    return lhi_call_ends_if_trained(d->c);
}

static int same_scale(const lh_data *root, const lh_params *p)
{
    const size_t bytes = p->cols * sizeof *p->mean;

    return root->cols == p->cols && memcmp(root->mean, p->mean, bytes) == 0 &&
           memcmp(root->deviation, p->deviation, bytes) == 0;
}

lh_status lhi_data_follow(lh_data *d, const lh_params *p)
{
    lh_data *root = d->fit;

    /* Another number of features is told by who looks at the shapes. */
    if (!p->mean || root->given || root->cols != p->cols)
        return LH_OK;
    if (root->fitted || root->mean)
        return same_scale(root, p)
                   ? LH_OK
                   : lhi_fail(d->c, LH_ESTATE,
                              "open the file once more for this model, or call lh_data_like() "
                              "before its first use",
                              "%s is in use with another mean and deviation than those of %s, "
                              "which the model was trained with",
                              d->name, p->scaled_by);
    if (take(root, p->mean, p->deviation, p->fill) != LH_OK)
        return d->c->status;
    take_rest(root, NULL, p->target_mean, p->target_deviation, p->targets);
    take_weights(root, p->class_weight, p->classes);
    lh_say(d->c, "%s is standardised as the training rows of %s were", d->name, p->scaled_by);
    return LH_OK;
}

void lhi_data_lend(const lh_data *d, lh_params *p)
{
    const lh_data *root = d->fit;

    p->mean = root->mean;
    p->deviation = root->deviation;
    p->cols = d->cols;
    p->fill = root->fill;
    p->target_mean = root->target_mean;
    p->target_deviation = root->target_deviation;
    p->targets = root->target_mean ? root->frame->how->targets : 0;
    p->class_weight = root->class_weight;
    p->classes = root->class_weight ? root->frame->how->label[0].values : 0;
    p->scaled_by = d->name;
}
