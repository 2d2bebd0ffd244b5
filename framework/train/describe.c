/* describe.c -- what a run would do, before it is done. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"

#include <longhand/train.h>

#include <stdio.h>

void lh_describe(lh_var L, size_t rows)
{
    lh_tape *t = L.tape;
    const unsigned flags = LHI_WS_GRADIENTS;
    lhi_plan *p;
    char *listing;
    size_t element, store;

    if (!t || !lhi_var_good(L, "lh_describe") || !(p = lhi_plan_new(t, L.id)))
        return;
    listing = lhi_listing(t, p);
    element = lhi_type_size(t->params->type);
    store = t->params->size * element;
    if (listing)
        printf("%s\n%zu parameters in %zu arrays, %s: %.3f MB with their gradients\n"
               "a batch of %zu rows: %.3f MB of values and gradients of nodes\n",
               listing, lh_params_size(t->params), t->params->count,
               lhi_type_name(t->params->type), 2e-6 * (double)store, rows,
               1e-6 * (double)lhi_ws_bytes(t, t->params->type, rows, flags));
    lhi_plan_free(t->c, p);
}
