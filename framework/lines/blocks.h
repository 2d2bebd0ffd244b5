/* blocks.h -- a schedule bound to the arrays of one call, and worked a block at a time. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_BLOCKS_H
#define LHI_BLOCKS_H

#include "framework/lines/loops.h"

/* How an operand lies in the output.  A single number is ONE, also where the output has but one
 * row or column. */
enum lhi_kind { LHI_FULL, LHI_ROW, LHI_COLUMN, LHI_ONE };

static inline enum lhi_kind lhi_kind_of(const lh_slot *a, const lh_slot *out)
{
    if (a->rows == out->rows && a->cols == out->cols)
        return LHI_FULL;
    return a->rows * a->cols == 1 ? LHI_ONE : a->rows == out->rows ? LHI_COLUMN : LHI_ROW;
}

/* Levels of the tree over the most shards. */
enum { LHI_LEVELS = 8 };

/* A loop with the places that it reads and writes. */
typedef struct LH_T(lhi_bound) {
    LH_T(lhi_loop) *loop;
    uint16_t a, b, c, d, to;
} LH_T(lhi_bound);

typedef struct LH_T(lhi_blocks) {
    const lh_call *s;
    const lhi_schedule *p;
    size_t m, n, block;        /* of the output; elements of a block */
    int flat;                  /* nothing but single numbers is repeated: rows do not matter */
    int narrow;                /* a block holds whole rows; else one row lies in several */
    int columns;               /* one is repeated */
    enum lhi_kind kind[LHI_S_CONSTANTS];
    real *from[LHI_S_CONSTANTS]; /* the arrays of the leaves */
    real **at;                 /* a place each: where a loop finds it */
    uint16_t *now;             /* a place each: the place of its value, or of a number of once */
    unsigned char *one;        /* a place each: it is one number for all */
    LH_T(lhi_bound) *once, *loop;        /* what is worked once for all, and for each block */
    size_t onces, loops;
    real *number;              /* a place each: those that are one number */
    real *repeated[LHI_LINE_OPERANDS], *values, *sums, *level; /* blocks */
    real *gemm;
} LH_T(lhi_blocks);

/* Makes a schedule ready for a call; sums: there are sums over what is repeated. */
void LH_T(lhi_blocks_begin)(LH_T(lhi_blocks) *r, const lh_call *s, const lhi_schedule *p,
                            int sums);
/* The scratch that it needs. */
size_t LH_T(lhi_blocks_work)(const lhi_line *l);

/* Rows of a block. */
static inline size_t LH_T(lhi_blocks_high)(const LH_T(lhi_blocks) *r)
{
    return r->narrow ? r->block / (r->n ? r->n : 1) : 1;
}

/* The leaves of the block that begins with element (i, j) and has so many rows; where nothing is
 * repeated, of what begins with element e. */
void LH_T(lhi_blocks_go)(LH_T(lhi_blocks) *r, size_t i, size_t j, size_t rows);
void LH_T(lhi_blocks_go_flat)(LH_T(lhi_blocks) *r, size_t e);

/* n elements, which lie where r->at says. */
static inline void LH_T(lhi_blocks_do)(const LH_T(lhi_blocks) *r, size_t n)
{
    for (size_t i = 0; i < r->loops; i++) {
        const LH_T(lhi_bound) *b = &r->loop[i];

        b->loop(r->at[b->to], r->at[b->a], r->at[b->b], r->at[b->c], r->at[b->d], n);
    }
}

#endif
