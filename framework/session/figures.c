/* figures.c -- figures and history of a run or a checkpoint. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/report/report.h"
#include "framework/session/session.h"
#include "framework/tape/tape.h"
#include "framework/train/run.h"

#include <longhand/report.h>

/* Calls a drawing function with the state of a run, unless there is nothing to draw. */
#define WITH_STATE(r, s)                                   \
    lhi_state s;                                           \
    if (!(r))                                              \
        return LH_EUSAGE;                                  \
    if ((r)->inert || !lhi_ok((r)->c))                     \
        return lh_error((r)->c);                           \
    if (lhi_run_state(r, &s) != LH_OK)                     \
        return lhi_call_ends((r)->c)

lh_status lh_plot(lh_run *r, const char *path, const char *names)
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);

    WITH_STATE(r, s);
    if (s.epochs)
        lhi_figure_curves(r->c, &s, path, names);
    return lhi_call_ends(r->c);
}

lh_status lh_plot_norms(lh_run *r, const char *path)
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);

    WITH_STATE(r, s);
    if (s.epochs)
        lhi_figure_norms(r->c, &s, path);
    return lhi_call_ends(r->c);
}

lh_status lh_history(lh_run *r, const char *path)
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);

    WITH_STATE(r, s);
    lhi_history_write(r->c, &s, path);
    return lhi_call_ends(r->c);
}

lh_status lh_plot_roc(lh_var yhat, lh_data *d, const char *path)
{
    LHI_USUAL_FLOATS(yhat.tape ? yhat.tape->c : NULL);
    lh_ctx *c = yhat.tape ? yhat.tape->c : NULL;
    double *score, *fpr, *tpr, area;
    size_t points;

    if (!c || !lhi_ok(c) || c->set.dry_run || c->set.check)
        return c ? c->status : LH_EUSAGE;
    score = lhi_scores(yhat, d);
    fpr = lhi_alloc_array(c, lh_rows(d) + 1, sizeof *fpr);
    tpr = lhi_alloc_array(c, lh_rows(d) + 1, sizeof *tpr);
    if (score && fpr && tpr) {
        area = lhi_roc(c, score, d, fpr, tpr, &points);
        lhi_figure_roc(c, path, fpr, tpr, points, area,
                       lhi_strf(c, "ROC on %zu rows of %s", lh_rows(d), d->name));
    }
    lhi_release(c, tpr);
    lhi_release(c, fpr);
    lhi_release(c, score);
    return lhi_call_ends(c);
}

lh_status lh_checkpoint_plot(lh_checkpoint *k, const char *path, const char *names)
{
    LHI_USUAL_FLOATS(k ? k->c : NULL);

    if (!k)
        return LH_EUSAGE;
    if (!lhi_ok(k->c))
        return lh_error(k->c);
    lhi_figure_curves(k->c, &k->state, path, names);
    return lhi_call_ends(k->c);
}

lh_status lh_checkpoint_plot_norms(lh_checkpoint *k, const char *path)
{
    LHI_USUAL_FLOATS(k ? k->c : NULL);

    if (!k)
        return LH_EUSAGE;
    if (!lhi_ok(k->c))
        return lh_error(k->c);
    lhi_figure_norms(k->c, &k->state, path);
    return lhi_call_ends(k->c);
}
