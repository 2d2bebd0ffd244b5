/* tile.h -- the innermost loop of every product: a tile of C in registers. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TILE_H
#define LHI_TILE_H

#include "framework/kernels/kernels.h"
#include "framework/kernels/simd.h"

enum {
    MR = TILE_ROWS,
    NR = TILE_VECS * LANES,
    LHI_LEVELS = 7, /* of the tree over 64 shards */
    LHI_SOON = 4    /* steps from one fetched row to the next */
};

/* What the tiles of one block of a product have in common, and where the next one is. */
typedef struct LH_T(lhi_tiles) {
    size_t depth;
    const real *a; size_t a_row, a_col; /* one of the steps is 1 */
    const real *b; size_t b_row;        /* rows of B lie in one piece */
    real *copy_a, *copy_b;              /* filled by a tile of MR x NR, or NULL; A^T alone */
    const real *soon; size_t soon_row;  /* rows that are needed soon, or NULL: one is fetched */
    int soon_moves;                     /* every LHI_SOON steps; to be written? */
    int far;                            /* the place of the results is not in the first cache */
    const real *c; size_t c_row;        /* where the chains begin */
    real *out; size_t out_row;          /* where the results go, most often the same */
    size_t cols;                        /* 1..NR */
    int fresh;                          /* the chains begin at 0, not at what C holds */

    /* When the chains have ended, in this order: */
    size_t levels;                      /* partial sums of earlier shards, NR a row */
    const real *level[LHI_LEVELS];
    const real *plus; size_t plus_row;  /* an array of C's shape, or NULL */
    const real *row;                    /* one row for all, or NULL */
    int cut;
    const real *keep; size_t keep_row;  /* an array of C's shape, or NULL */
    const LH_T(lhi_move) *move;         /* theta and velocity where `out` is, or NULL */
    size_t move_at;
} LH_T(lhi_tiles);

/* The height of the next tile when `left` rows are left: 1..MR. */
size_t LH_T(lhi_tile_rows)(size_t left);

/* One tile of that many rows.  Copies of A are `rows` apart, of B NR apart. */
void LH_T(lhi_tile)(size_t rows, const LH_T(lhi_tiles) *t);

#endif
