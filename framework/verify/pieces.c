/* pieces.c -- which piece every element of the piecewise ops is in, at a point. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/pieces.h"

/* The operand of an act that selects its piece, NULL for the others. */
static const lh_slot *selector(const lhi_ws *w, const lhi_act *a)
{
    return a->kind == LHI_FORWARD && lhi_op_of(w, a->node)->kinked
               ? &w->slot[w->t->node[a->node].in[0]]
               : NULL;
}

int lhi_pieces_keep(lhi_pieces *s, const lhi_ws *w, const lhi_plan *p)
{
    size_t at = 0;

    for (size_t i = 0; i < p->forwards; i++) {
        const lh_slot *z = selector(w, &p->act[i]);

        at += z ? lhi_cells(z) : 0;
    }
    s->right = lhi_alloc_array(w->t->c, at + 1, sizeof *s->right);
    at = 0;
    for (size_t i = 0; s->right && i < p->forwards; i++) {
        const lh_slot *z = selector(w, &p->act[i]);

        for (size_t e = 0; z && e < lhi_cells(z); e++)
            s->right[at++] = lhi_get(w->type, z->value, e) > 0;
    }
    return s->right ? 0 : -1;
}

int lhi_pieces_left(const lhi_pieces *s, const lhi_ws *w, const lhi_plan *p, size_t act)
{
    const unsigned char *right = s->right;

    for (size_t i = 0; i < p->forwards; i++) {
        const lh_slot *z = selector(w, &p->act[i]);

        for (size_t e = 0; z && i >= act && e < lhi_cells(z); e++)
            if ((lhi_get(w->type, z->value, e) > 0) != right[e])
                return 1;
        right += z ? lhi_cells(z) : 0;
    }
    return 0;
}
