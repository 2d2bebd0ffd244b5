/* shards.h -- the pieces that a sum over the rows of a batch is cut into. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_SHARDS_H
#define LH_OP_SHARDS_H

#include <stddef.h>

enum { LHI_MOST_SHARDS = 64 }; /* --shards allows no more */

/* Shards: piece s of S holds rows lhi_cut(m, s, S)..lhi_cut(m, s+1, S)-1.  At least 64
 * rows a piece, so that a small batch is one piece and small sums stay exact chains. */
static inline size_t lhi_shard_count(size_t m, size_t most)
{
    const size_t s = m / 64;

    return s < 1 ? 1 : s < most ? s : most;
}

static inline size_t lhi_cut(size_t m, size_t s, size_t shards)
{
    if (shards == 1)
        return s ? m : 0;
    return m / shards * s + m % shards * s / shards;
}

#endif
