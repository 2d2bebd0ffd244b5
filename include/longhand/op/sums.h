/* sums.h -- sums over the rows of a batch: pieces in order, then a fixed tree.
 *
 * They are the same bits on any number of threads, and of any machine. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_SUMS_H
#define LH_OP_SUMS_H

#include <longhand/op/real.h>
#include <longhand/op/shards.h>

/* Combines S partial sums of n elements each, `apart` elements from one to the next, in
 * a fixed tree (((0 1) (2 3)) ((4 5) (6 7))); the sum is left in the first. */
static inline void LH_T(lhi_tree)(real *part, size_t shards, size_t apart, size_t n)
{
    for (size_t step = 1; step < shards; step *= 2)
        for (size_t s = 0; s + step < shards; s += 2 * step)
            for (size_t i = 0; i < n; i++)
                part[s * apart + i] += part[(s + step) * apart + i];
}

#define lh_total LH_T(lh_total)

/* The sum of m terms, by shards, of which there are `most` at most. */
static inline real lh_total(size_t m, size_t most, const real *terms)
{
    const size_t shards = lhi_shard_count(m, most);
    real part[LHI_MOST_SHARDS] = {0};

    for (size_t s = 0; s < shards; s++)
        for (size_t i = lhi_cut(m, s, shards); i < lhi_cut(m, s + 1, shards); i++)
            part[s] += terms[i];
    LH_T(lhi_tree)(part, shards, 1, 1);
    return part[0];
}

#endif
