/* deal.h -- which rows of a set go to which side of a split. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DEAL_H
#define LHI_DEAL_H

#include "framework/data/data.h"

/* What is wanted: folds, or so many rows held out. */
typedef struct lhi_draw {
    const char *caller;
    uint32_t stream, step; /* of the random order */
    size_t folds;          /* 0: none */
    size_t held;
} lhi_draw;

/* Fills fold[] of d's rows: a fold, from 0; or 1 where a row is held out.  As the recipe wants it:
 * at random, with the shares of the classes, or by groups.  LH_EUSAGE (few groups), LH_ENOMEM. */
lh_status lhi_deal(const lh_data *d, const lhi_draw *how, uint32_t *fold);

#endif
