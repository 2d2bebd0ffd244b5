/* describe.c -- what a run would do, before it is done. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/ranks.h"
#include "framework/base/text.h"
#include "framework/base/threads.h"
#include "framework/tape/shared.h"

#include <longhand/train.h>

#include <stdio.h>

static void describe(lh_var L, size_t rows)
{
    LHI_USUAL_FLOATS(L.tape ? L.tape->c : NULL);
    lh_tape *t = L.tape;
    lhi_plan *p, *lean;
    lhi_text text = {.c = t ? t->c : NULL};
    char *listing;
    size_t store, arrays, scratch;
    int threads;
    lhi_engine *e;

    if (!lhi_var_good(L, "lh_describe") || !(p = lhi_plan_new(t, L.id, LHI_KEEP_ALL)) ||
        !(lean = lhi_plan_new(t, L.id, LHI_LEAN)))
        return;
    e = lhi_engine_of(t->c);
    listing = lhi_listing(t, p);
    threads = lhi_threads(t->c, NULL);
    store = t->params->size * lhi_type_size(t->params->type);
    arrays = lhi_ws_bytes(t, lean, t->params->type, rows, LHI_WS_GRADIENTS, &scratch);
    if (listing)
        lhi_text_add(&text, "%s\n%zu parameters in %zu arrays, %s: %.3f MB with their gradients\n"
                            "a batch of %zu rows: %.3f MB of values and gradients of nodes\n"
                            "%d thread%s: %.3f MB of scratch\n",
                     listing, lh_params_size(t->params), t->params->count,
                     lhi_type_name(t->params->type), 2e-6 * (double)store, rows,
                     1e-6 * (double)arrays, threads, threads == 1 ? "" : "s",
                     1e-6 * (double)scratch * threads);
    if (e)
        lhi_text_add(&text, "%d ranks: %.3f MB of sums to exchange, on each\n", e->size,
                     1e-6 * (double)lhi_shared_bytes(t, lean, t->params->type, rows, e));
    fputs(text.at ? text.at : "", stdout);
    lhi_text_free(&text);
    lhi_plan_free(t->c, lean);
    lhi_plan_free(t->c, p);
}

void lh_describe(lh_var L, size_t rows)
{
    lh_ctx *c = lhi_ctx_of(L);

    if (lhi_ok(c)) {
        describe(L, rows);
        lhi_call_ends(c);
    }
}
