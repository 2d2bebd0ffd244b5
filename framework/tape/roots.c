/* roots.c -- the roots of a tape that are ready to run, each a plan and the arrays for it. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/threads.h"
#include "framework/tape/tape.h"

lhi_root *lhi_root_of(lh_tape *t, uint32_t node, unsigned flags)
{
    lhi_root *r;

    for (r = t->roots; r; r = r->next)
        if (r->p->root == node && r->flags == flags)
            return r;
    r = lhi_alloc(t->c, sizeof *r);
    if (!r)
        return NULL;
    r->p = lhi_plan_new(t, node, flags);
    if (!r->p) {
        lhi_release(t->c, r);
        return NULL;
    }
    r->flags = flags;
    r->next = t->roots;
    t->roots = r;
    return r;
}

int lhi_root_room(lh_tape *t, lhi_root *r, size_t rows)
{
    const size_t room = r->w ? r->w->room : 0;
    size_t wanted = rows ? rows : 1;
    lhi_ws *w;

    if (room < wanted) {
        /* Views into the arrays so far may be in use: these stay until the tape is recorded
         * anew.  With half as much again each time all of them are at most three times the
         * last. */
        if (room && wanted < room + room / 2)
            wanted = room + room / 2;
        w = lhi_ws_new(t, r->p, t->params->type, wanted, lhi_threads(t->c, NULL),
                       r->flags & LHI_FORWARD_ONLY ? 0 : LHI_WS_GRADIENTS);
        if (!w)
            return -1;
        w->older = r->w;
        r->w = w;
        r->ran = r->went_back = 0;
    }
    lhi_ws_rows(r->w, rows);
    return 0;
}

void lhi_roots_free(lh_tape *t)
{
    while (t->roots) {
        lhi_root *r = t->roots;

        t->roots = r->next;
        while (r->w) {
            lhi_ws *w = r->w;

            r->w = w->older;
            lhi_ws_free(w);
        }
        lhi_plan_free(t->c, r->p);
        lhi_release(t->c, r);
    }
}
