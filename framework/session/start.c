/* start.c -- where training begins, lh_train() and lh_backward(): --resume, --check, --dry-run. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/session/keep.h"

#include <longhand/verify.h>

#include <stdio.h>

lh_run *lh_train(lh_var L, lh_optimizer how, lh_data *d, size_t batch, long epochs)
{
    LHI_USUAL_FLOATS(L.tape ? L.tape->c : NULL);
    lh_run *r = lhi_run_new(L, how, d, batch, epochs);

    if (!r || r->inert || !lhi_ok(r->c) || !lhi_resume_file(r))
        return r;
    if (r->c->set.dry_run)
        lh_describe(L, r->batch);
    if (r->c->set.check)
        lh_verify(L, d, 32);
    if (r->c->set.dry_run || r->c->set.check)
        r->inert = 1;
    else
        lhi_run_tell(r);
    return r;
}

lh_run *lh_loop(lh_var L, lh_optimizer how, long epochs)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(L));
    lh_run *r = lhi_run_alone(L, how, epochs);

    if (r && !r->inert && lhi_ok(r->c) && lhi_resume_file(r) && !r->c->set.dry_run &&
        !r->c->set.check)
        lhi_run_tell(r);
    return r;
}

/* In a driver that has its own loop: what was asked for instead of training, and then the end.
 * Gradients stay 0, so that a loop that does not look at the status moves nothing either. */
static lh_status look_only(lh_ctx *c, lh_var L, const char *caller)
{
    const lh_tape *t = L.tape;
    size_t rows = 1;

    if (!lhi_var_good(L, caller) || lh_opt_done(c) != LH_OK)
        return c->status;
    for (size_t i = 0; i < t->count && i < t->bound_room; i++)
        if (t->bound[i] && lhi_is_batch(&t->node[i]))
            rows = t->bound_rows[i];
    if (c->set.dry_run)
        lh_describe(L, rows);
    if (c->set.check)
        lh_verify(L, NULL, 0);
    if (lhi_ok(c)) {
        c->status = LH_ENDED;
        snprintf(c->message, sizeof c->message, "%s", lh_status_text(LH_ENDED));
    }
    return c->status;
}

lh_status lh_backward(lh_var L)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(L));
    lh_ctx *c = lhi_ctx_of(L);

    return lhi_ok(c) && (c->set.check || c->set.dry_run) ? look_only(c, L, "lh_backward")
                                                         : lhi_backward(L);
}

int lh_step(lh_run *r)
{
    LHI_USUAL_FLOATS(r ? r->c : NULL);

    if (!r || r->inert)
        return 0;
    if (!lhi_ok(r->c) || (!r->c->set.check && !r->c->set.dry_run))
        return lhi_run_own_step(r);
    look_only(r->c, (lh_var){r->t, r->p->root, r->gen}, "lh_step");
    return 0;
}
