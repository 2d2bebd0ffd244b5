/* check.h -- a gradient check in progress. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CHECK_H
#define LHI_CHECK_H

#include "framework/data/feed.h"

#include <longhand/verify.h>

typedef struct lhi_check {
    lh_ctx *c;
    lh_tape *t;
    lhi_plan *p;
    size_t rows;
    lhi_ws *f32, *f64, *wide; /* the tape, run forward and backward */
    lhi_ws *hand;             /* forward as wide; gradients by the ops' own second rules */
    double sensitivity;       /* of differences: rounding of L in units of 2^-52 |L| */
} lhi_check;

/* --- hand.c --- */

/* Fills c->hand; the gradient of node id by hand is then lhi_by_hand(). */
void lhi_hand_all(lhi_check *k);
/* The driver's derivation where there is one (*by_driver set), else the ops'.  NULL
 * after an error. */
const lh_wide *lhi_by_hand(lhi_check *k, lh_page *p, uint32_t id, int *by_driver);
lh_page *lhi_page_new(lhi_check *k);

/* --- differ.c --- */

/* A derivative by differences: it lies in low..high, which is one number but at a kink,
 * where these are the slopes on the two sides; each is off by `bound` at most. */
typedef struct lhi_difference {
    double low, high, bound;
    int kink; /* a ReLU changes piece within every step tried */
} lhi_difference;

typedef struct lhi_differ lhi_differ;

lhi_differ *lhi_differ_new(lhi_check *k);
/* dL/d(element e of node id), from the double workspace, which is left as it was but
 * for the nodes after id: call lhi_differ_restore() before another node. */
lhi_difference lhi_differ_at(lhi_differ *d, uint32_t id, size_t e);
void lhi_differ_restore(lhi_differ *d, uint32_t id);
/* 1 when every ReLU of the two workspaces is in the same piece. */
int lhi_same_pieces(const lhi_check *k, const lhi_ws *a, const lhi_ws *b);

/* --- ledger_print.c --- */

void lhi_ledger_print(const lhi_check *k, const lh_entry *e, size_t count, const char *loss,
                      const char *data);

#endif
