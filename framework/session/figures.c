/* figures.c -- figures and history of a run or a checkpoint. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/report/report.h"
#include "framework/session/session.h"
#include "framework/tape/tape.h"
#include "framework/train/run.h"
#include "framework/train/scored.h"

#include <longhand/report.h>

#include <string.h>

/* Calls draw() with the state of a run, which it leaves as it is. */
static lh_status with_state(lh_run *r, const char *caller, const char *path, const char *names,
                            void (*draw)(lh_ctx *c, const lhi_state *s, const char *path,
                                          const char *names))
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);
    lhi_state s;

    if (!r)
        return LH_EUSAGE;
    if (!lhi_ok(r->c) || r->inert)
        return r->c->status;
    if (!path || !names)
        lhi_fail(r->c, LH_EUSAGE, NULL, "%s: there is no %s", caller, path ? "name" : "path");
    else if (lhi_run_good(r, caller)) {
        if (lhi_run_state(r, &s) == LH_OK)
            draw(r->c, &s, path, names);
        lhi_run_state_free(r, &s);
    }
    return lhi_call_ends(r->c);
}

static void draw_curves(lh_ctx *c, const lhi_state *s, const char *path, const char *names)
{
    if (s->epochs)
        lhi_figure_curves(c, s, path, names);
}

static void draw_norms(lh_ctx *c, const lhi_state *s, const char *path, const char *names)
{
    (void)names;
    if (s->epochs)
        lhi_figure_norms(c, s, path);
}

static void write_history(lh_ctx *c, const lhi_state *s, const char *path, const char *names)
{
    (void)names;
    lhi_history_write(c, s, path);
}

int lh_draws(const lh_ctx *c)
{
    return lhi_ok(c) && !c->set.dry_run && !c->set.check && strcmp(c->set.plot, "none") != 0;
}

lh_status lh_plot(lh_run *r, const char *path, const char *names)
{
    return with_state(r, "lh_plot", path, names, draw_curves);
}

lh_status lh_plot_norms(lh_run *r, const char *path)
{
    return with_state(r, "lh_plot_norms", path, "", draw_norms);
}

lh_status lh_history(lh_run *r, const char *path)
{
    return with_state(r, "lh_history", path, "", write_history);
}

static void plot_roc(lh_ctx *c, lh_var yhat, lh_data *d, const char *path)
{
    LHI_USUAL_FLOATS(c);
    double *fpr = lhi_alloc_array(c, lh_rows(d) + 1, sizeof *fpr);
    double *tpr = lhi_alloc_array(c, lh_rows(d) + 1, sizeof *tpr);
    size_t points;
    lh_scores o;

    if (fpr && tpr && lhi_scores_begin(&o, yhat, d, 1, "lh_plot_roc") == 0) {
        if (o.s.of == LHI_OF_BINARY && o.s.outputs == 1) {
            const double area = lhi_roc(&o.s, 0, fpr, tpr, &points);

            lhi_figure_roc(c, path, fpr, tpr, points, area,
                           lhi_strf(c, "ROC on %zu rows of %s", lh_rows(d), d->name));
        } else
            lhi_fail(c, LH_EUSAGE, "lh_metric(yhat, d, \"auc\") is the mean area over the classes",
                     "lh_plot_roc: a curve is of one column of 0 and 1, and %s has other labels",
                     d->name);
        lhi_scores_end(&o);
    }
    lhi_release(c, tpr);
    lhi_release(c, fpr);
}

lh_status lh_plot_roc(lh_var yhat, lh_data *d, const char *path)
{
    lh_ctx *c = lhi_ctx_of(yhat);

    if (!lhi_ok(c) || c->set.dry_run || c->set.check)
        return lhi_ok(c) ? LH_OK : lh_error(c);
    if (path)
        plot_roc(c, yhat, d, path);
    else
        lhi_fail(c, LH_EUSAGE, NULL, "lh_plot_roc: there is no path");
    return lhi_call_ends(c);
}

/* Calls draw() with the history in a checkpoint. */
static lh_status from_checkpoint(lh_checkpoint *k, const char *caller, const char *path,
                                 const char *names,
                                 void (*draw)(lh_ctx *c, const lhi_state *s, const char *path,
                                              const char *names))
{
    LHI_USUAL_FLOATS(k ? k->c : NULL);

    if (!k)
        return LH_EUSAGE;
    if (!lhi_ok(k->c))
        return lh_error(k->c);
    if (!path || !names)
        lhi_fail(k->c, LH_EUSAGE, NULL, "%s: there is no %s", caller, path ? "name" : "path");
    else
        draw(k->c, &k->state, path, names);
    return lhi_call_ends(k->c);
}

lh_status lh_checkpoint_plot(lh_checkpoint *k, const char *path, const char *names)
{
    return from_checkpoint(k, "lh_checkpoint_plot", path, names, draw_curves);
}

lh_status lh_checkpoint_plot_norms(lh_checkpoint *k, const char *path)
{
    return from_checkpoint(k, "lh_checkpoint_plot_norms", path, "", draw_norms);
}
