/* pieces.c -- which piece every element of the piecewise ops is in, at a point. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/pieces.h"

#include <string.h>

/* The pieces of an act, filled into `piece` (NULL: only counted); 0 of what has none. */
static size_t pieces_of(const lhi_ws *w, const lhi_act *a, unsigned char *piece)
{
    const lh_op *op = lhi_op_of(w, a->node);
    lh_call s;

    if (a->kind != LHI_FORWARD || !op->pieces)
        return 0;
    s = lhi_call_of(w, a->node, 0);
    return op->pieces(&s, piece);
}

int lhi_pieces_keep(lhi_pieces *s, const lhi_ws *w, const lhi_plan *p)
{
    size_t count = 0, most = 0;

    for (size_t i = 0; i < p->forwards; i++) {
        const size_t n = pieces_of(w, &p->act[i], NULL);

        count += n;
        most = n > most ? n : most;
    }
    s->kept = lhi_alloc(w->t->c, count + most + 1);
    s->now = s->kept ? s->kept + count : NULL;
    count = 0;
    for (size_t i = 0; s->kept && i < p->forwards; i++)
        count += pieces_of(w, &p->act[i], s->kept + count);
    return s->kept ? 0 : -1;
}

int lhi_pieces_left(const lhi_pieces *s, const lhi_ws *w, const lhi_plan *p, size_t act)
{
    size_t at = 0;

    for (size_t i = 0; i < p->forwards; i++) {
        const size_t n = pieces_of(w, &p->act[i], i < act ? NULL : s->now);

        if (i >= act && memcmp(s->now, s->kept + at, n) != 0)
            return 1;
        at += n;
    }
    return 0;
}
