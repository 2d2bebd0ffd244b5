/* partials.h -- the tree over the shards of a batch, divided among ranks. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PARTIALS_H
#define LHI_PARTIALS_H

#include <longhand/op/shards.h>

#include <stddef.h>

/* A node of the tree: the sum over shards first..past-1. */
typedef struct lhi_knot {
    int first, past;
} lhi_knot;

/* An addition of the tree: knot `to` becomes the sum of both. */
typedef struct lhi_plus {
    int to, from;
} lhi_plus;

/* Which shards each rank has, the fewest nodes of the tree that they make, and the additions that
 * make the root of all of these: the sum is that of one process, whoever adds what. */
typedef struct lhi_partials {
    size_t rows, shards;
    size_t cut[LHI_MOST_SHARDS + 1]; /* the first row of a shard */
    lhi_knot knot[LHI_MOST_SHARDS];  /* of all ranks, in order */
    int knots;
    lhi_plus plus[LHI_MOST_SHARDS];  /* to the root, which is in knot 0 */
    int pluses;
} lhi_partials;

/* Of a batch of `rows` rows, in `most` shards at most; first[r] is the first knot of rank r, and
 * row[r] the first row; both have ranks+1 elements. */
void lhi_partials_of(lhi_partials *p, size_t rows, size_t most, int ranks, int *first,
                     size_t *row);
/* The most knots that one rank, or all of them together, have of any batch. */
void lhi_partials_most(size_t most, int ranks, int *one, int *all);

#endif
