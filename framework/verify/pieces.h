/* pieces.h -- which piece every element of the piecewise ops is in, at a point. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PIECES_H
#define LHI_PIECES_H

#include "framework/tape/tape.h"

typedef struct lhi_pieces {
    unsigned char *kept; /* of every piecewise op, in the order of the acts */
    unsigned char *now;  /* of one of them, to compare */
} lhi_pieces;

/* Keeps the pieces that a workspace is in after a forward pass; the context owns the array.
 * -1: no memory. */
int lhi_pieces_keep(lhi_pieces *s, const lhi_ws *w, const lhi_plan *p);
/* 1 when some element is in another piece now, looking from an act on. */
int lhi_pieces_left(const lhi_pieces *s, const lhi_ws *w, const lhi_plan *p, size_t act);

#endif
