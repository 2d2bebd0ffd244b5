/* difference.c -- what differs between two checkpoints. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/session/session.h"
#include "framework/store/store.h"

long lh_checkpoint_difference(lh_checkpoint *a, lh_checkpoint *b, size_t most, FILE *out)
{
    LHI_USUAL_FLOATS(a ? a->c : NULL);
    lhi_text t;
    long count;

    if (!a || !lhi_ok(a->c))
        return -1;
    if (!b || b->c != a->c) {
        lhi_refuse(a->c, LH_EUSAGE, "open both with one context",
                   "lh_checkpoint_difference: there is no second checkpoint of its context");
        return -1;
    }
    t = (lhi_text){.c = a->c};
    count = (long)lhi_store_difference(&t, &a->state, a->path, &b->state, b->path, most);
    if (lhi_ok(a->c) && out && t.at)
        fputs(t.at, out);
    lhi_text_free(&t);
    return lhi_call_ends(a->c) == LH_OK ? count : -1;
}
