/* mover.h -- how an optimiser moves parameters: what one offers in each variant. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_MOVER_H
#define LHI_MOVER_H

#include "framework/base/threads.h"

#include <stddef.h>
#include <stdint.h>

/* Elements of a parameter that are moved, or summed, in one go: where sums over parameters are
 * cut, whatever the number of threads. */
enum { LHI_BLOCK = 1024 };

/* What a move is told besides its arrays. */
typedef struct lhi_rule {
    double rate;          /* of this step, and of this parameter */
    const double *number; /* of the optimiser, in the order of optimizers.def; [0] is the rate */
    double of_step[2];    /* what begin() makes of the number of the move */
    double scale;         /* the gradient is multiplied by it, */
    double most;          /* cut to -most..most, */
    double decay;         /* and theta times this is added; */
    int apart;            /* or else theta is multiplied by 1 - rate decay */
    int plain;            /* none of the four does anything */
} lhi_rule;

/* All of a parameter that moves with others at once, and one of the threads that move it. */
typedef struct lhi_piece {
    void *value, *grad;
    void *from;           /* the gradient of the last batch, where `grad` is that of several */
    void *const *slot;
    size_t n;
    double factor;        /* of the rate */
} lhi_piece;

typedef struct lhi_all_pieces {
    const lhi_piece *piece;
    size_t pieces, pairs; /* the pairs that are kept at most */
    double *kept;         /* two numbers from one move to the next, 0 before the first; of rank 0 */
    double *part[2];      /* room for a number a block, for two sums in turn */
    uint64_t move;        /* from 1 */
    int rank, size;
} lhi_all_pieces;

typedef struct lhi_mover {
    /* NULL, or fills of_step for a move, counted from 1. */
    void (*begin)(lhi_rule *rule, uint64_t move);
    /* Moves n elements.  The arrays do not overlap. */
    void (*move)(void *value, const void *grad, void *const *slot, size_t n, const lhi_rule *rule);
    /* In place of move(), by each thread of the team, where an element's move depends on all
     * gradients. */
    void (*whole)(lhi_all_pieces *w, const lhi_rule *rule);
} lhi_mover;

/* x^n by squaring, each product rounded: no pow() of a C library. */
static inline double lhi_power(double x, uint64_t n)
{
    double y = 1;

    for (; n; n >>= 1, x *= x)
        y = n & 1 ? y * x : y;
    return y;
}

static inline size_t lhi_blocks(size_t n)
{
    return (n + LHI_BLOCK - 1) / LHI_BLOCK;
}

/* A thread's part of n elements: whole blocks. */
static inline void lhi_share_blocks(size_t n, int rank, int size, size_t *from, size_t *to)
{
    const size_t end = lhi_share(lhi_blocks(n), rank + 1, size) * LHI_BLOCK;

    *from = lhi_share(lhi_blocks(n), rank, size) * LHI_BLOCK;
    *to = end < n ? end : n;
}

/* The sum of a number a block, by a tree over neighbours: partial sums stand like the digits of a
 * binary number. */
static inline double lhi_sum_blocks(const double *part, size_t n)
{
    double level[64], sum = 0;
    size_t l;

    for (size_t i = 0; i < n; i++) {
        double x = part[i];

        for (l = 0; i >> l & 1; l++)
            x = level[l] + x;
        level[l] = x;
    }
    for (l = 0; n >> l; l++)
        if (n >> l & 1)
            sum = level[l] + sum;
    return sum;
}

#endif
