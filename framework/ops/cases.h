/* cases.h -- the values of an op's cases, for all who try it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CASES_H
#define LHI_CASES_H

#include <longhand/op.h>

/* A number below `count` from one that is drawn from [0, 1). */
static inline double lhi_drawn_index(double u, size_t count)
{
    return (double)(size_t)(u * (double)count);
}

/* An element of an operand of `cols` columns, from a number that is drawn for it and one for its
 * row; first: operand 0. */
static inline double lhi_drawn(const lh_case *k, lh_drawn how, double u, double of_row, size_t col,
                               size_t cols, const lh_slot *first)
{
    switch (how) {
    case LH_UNIT:
        return 0.02 + 0.96 * u;
    case LH_LABELS:
        return u < 0.5;
    case LH_ONE_HOT:
        return lhi_drawn_index(of_row, cols) == (double)col;
    case LH_CLASSES:
        return lhi_drawn_index(u, first->cols);
    case LH_PLACES:
        return lhi_drawn_index(u, first->rows);
    case LH_WEIGHTS:
        return u < 0.25 ? 0 : 2 * u;
    default:
        return k->lo + u * (k->hi - k->lo);
    }
}

#endif
