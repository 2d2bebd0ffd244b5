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

/* The levels of the tree over the most shards: so many sums are open at once. */
enum { LHI_LEVELS = 7 };
_Static_assert(1 << (LHI_LEVELS - 1) == LHI_MOST_SHARDS, "the levels of its tree");

/* Which shards each rank has, the fewest nodes of the tree that they make, and how these make its
 * root: the sum is that of one process, whoever adds what. */
typedef struct lhi_partials {
    size_t rows, shards;
    size_t cut[LHI_MOST_SHARDS + 1]; /* the first row of a shard */
    lhi_knot knot[LHI_MOST_SHARDS];  /* of all ranks, in order */
    int knots;
    int adds[LHI_MOST_SHARDS];       /* so often, after a knot, do the last two sums become one */
} lhi_partials;

/* Of a batch of `rows` rows, in `most` shards at most; first[r] is the first knot of rank r, and
 * row[r] the first row; both have ranks+1 elements. */
void lhi_partials_of(lhi_partials *p, size_t rows, size_t most, int ranks, int *first,
                     size_t *row);
/* The most knots that one rank, or all of them together, have of any batch. */
void lhi_partials_most(size_t most, int ranks, int *one, int *all);

#endif
