/* standard.c -- the scale of a data set: its own, one that is given, or a model's. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/stop.h"
#include "framework/data/fit.h"
#include "framework/tape/tape.h"

#include <math.h>
#include <string.h>

const double *lhi_data_mean(const lh_data *d)
{
    return d->fit->scale.mean;
}

const double *lhi_data_deviation(const lh_data *d)
{
    return d->fit->scale.deviation;
}

/* Room for all that a fit finds, once: the parts are set together. */
static lh_status make_room(lh_data *d)
{
    const lhi_recipe *how = d->frame->how;
    const size_t cols = d->cols, targets = how->labels == LH_LABELS_VALUES ? how->targets : 0;
    const size_t classes = how->balance ? how->label[0].values : 0;
    double *all;

    if (d->scale.mean)
        return LH_OK;
    all = lhi_alloc_array(d->c, 3 * cols + 2 * targets + classes, sizeof *all);
    if (!all)
        return LH_ENOMEM;
    d->scale = (lhi_scale){
        .cols = cols, .mean = all, .deviation = all + cols, .fill = all + 2 * cols,
        .targets = targets, .target_mean = targets ? all + 3 * cols : NULL,
        .target_deviation = targets ? all + 3 * cols + targets : NULL,
        .classes = classes, .class_weight = classes ? all + 3 * cols + 2 * targets : NULL};
    return LH_OK;
}

static lh_status check_fit(const lh_data *d)
{
    for (size_t j = 0; j < d->cols; j++)
        if (!isfinite(d->scale.mean[j]) || !isfinite(d->scale.deviation[j]))
            return lhi_fail(d->c, LH_EDATA, "use another unit for the column",
                            "%s column %zu: its values are too large for a mean and deviation",
                            d->name, j + 1);
    for (size_t k = 0; d->scale.target_mean && k < d->frame->how->targets; k++)
        if (!isfinite(d->scale.target_mean[k]) || !isfinite(d->scale.target_deviation[k]))
            return lhi_fail(d->c, LH_EDATA, "use another unit for the labels",
                            "%s: the labels are too large for a mean and deviation", d->name);
    return LH_OK;
}

/* What was given stays; the rest is of the set's own rows. */
static lh_status fit(lh_data *d)
{
    const int given = d->scale.mean != NULL;

    if (make_room(d) != LH_OK || lhi_fit(d, !given) != LH_OK || check_fit(d) != LH_OK)
        return d->c->status;
    d->fitted = 1;
    return LH_OK;
}

static void copy(double *to, const double *from, size_t count)
{
    memcpy(to, from, count * sizeof *to);
}

/* A scale from elsewhere: of what it has that this set has, too. */
static lh_status take(lh_data *root, const lhi_scale *s)
{
    lhi_scale *own = &root->scale;

    if (make_room(root) != LH_OK)
        return LH_ENOMEM;
    copy(own->mean, s->mean, own->cols);
    copy(own->deviation, s->deviation, own->cols);
    copy(own->fill, s->fill ? s->fill : s->mean, own->cols);
    root->targets_given = own->targets > 0 && own->targets == s->targets;
    if (root->targets_given) {
        copy(own->target_mean, s->target_mean, own->targets);
        copy(own->target_deviation, s->target_deviation, own->targets);
    }
    /* What rows of a class weigh is a matter of the training rows, too. */
    root->weights_given = own->classes > 0 && own->classes == s->classes;
    if (root->weights_given)
        copy(own->class_weight, s->class_weight, own->classes);
    return LH_OK;
}

lh_status lhi_data_scale(lh_data *d, const lhi_scale *s)
{
    lh_data *root;

    if (lhi_data_is_inert(d))
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_data_standardize: there are no rows");
    root = d->fit;
    if (!s->mean || !s->deviation)
        return lhi_fail(d->c, LH_EUSAGE, NULL, "lh_data_standardize() needs mean and deviation");
    if (s->cols != d->cols)
        return lhi_fail(d->c, LH_EMISMATCH, "use the data that the network was trained on",
                        "%s has %zu features, the checkpoint has %zu", d->name, d->cols, s->cols);
    if (root->sealed)
        return lhi_fail(d->c, LH_ESTATE, "call it before lh_verify(), lh_train() and the metrics",
                        "lh_data_standardize(): %s is in use already", d->name);
    for (size_t j = 0; j < s->cols; j++)
        if (!isfinite(s->mean[j]) || !isfinite(s->deviation[j]) || !(s->deviation[j] > 0))
            return lhi_fail(d->c, LH_EMISMATCH, "is the checkpoint damaged?",
                            "feature %zu of %s cannot be standardised with mean %g, deviation %g",
                            j + 1, d->name, s->mean[j], s->deviation[j]);
    if (take(root, s) != LH_OK)
        return d->c->status;
    root->given = 1;
    return LH_OK;
}

lh_status lh_data_standardize(lh_data *d, const double *mean, const double *deviation,
                              size_t count)
{
    LHI_USUAL_FLOATS(d ? d->c : NULL);
    /* It is only read. */
    const lhi_scale s = {.cols = count, .mean = (double *)(uintptr_t)mean,
                         .deviation = (double *)(uintptr_t)deviation};

    if (!d || !lhi_ok(d->c))
        return lh_error(d ? d->c : NULL);
    lhi_data_scale(d, &s);
    return lhi_call_ends_if_trained(d->c);
}

/* The scale of another set, which has its fit then. */
static lh_status take_like(lh_data *d, lh_data *other)
{
    lhi_scale s;

    if (lhi_data_fit(other) != LH_OK)
        return d->c->status;
    s = other->fit->scale;
    if (d->fit->frame->how != other->fit->frame->how) /* its classes may have other numbers */
        s.classes = 0;
    return lhi_data_scale(d, &s);
}

lh_status lhi_data_fit(lh_data *d)
{
    lh_data *root;

    if (lhi_data_is_inert(d))
        return d && d->c ? d->c->status : LH_ENOMEM;
    root = d->fit;
    if (!lhi_ok(d->c) || (!root->fitted && lhi_gives_up(d->c, "preparing rows")))
        return d->c->status;
    if (!root->fitted && !root->scale.mean && root->like && take_like(root, root->like) != LH_OK)
        return d->c->status;
    if (!root->fitted && fit(root) != LH_OK)
        return d->c->status;
    d->scale = root->scale;
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

static int same_scale(const lhi_scale *a, const lhi_scale *b)
{
    const size_t bytes = a->cols * sizeof *a->mean;

    return a->cols == b->cols && memcmp(a->mean, b->mean, bytes) == 0 &&
           memcmp(a->deviation, b->deviation, bytes) == 0;
}

lh_status lhi_data_follow(lh_data *d, const lh_params *p)
{
    lh_data *root = d->fit;

    /* Another number of features is told by who looks at the shapes. */
    if (!p->scale.mean || root->given || root->cols != p->scale.cols)
        return LH_OK;
    if (root->fitted || root->scale.mean)
        return same_scale(&root->scale, &p->scale)
                   ? LH_OK
                   : lhi_fail(d->c, LH_ESTATE,
                              "open the file once more for this model, or call lh_data_like() "
                              "before its first use",
                              "%s is in use with another mean and deviation than those of %s, "
                              "which the model was trained with",
                              d->name, p->scaled_by);
    if (take(root, &p->scale) != LH_OK)
        return d->c->status;
    lh_say(d->c, "%s is standardised as the training rows of %s were", d->name, p->scaled_by);
    return LH_OK;
}

void lhi_data_lend(const lh_data *d, lh_params *p)
{
    p->scale = d->fit->scale;
    p->scaled_by = d->name;
}
