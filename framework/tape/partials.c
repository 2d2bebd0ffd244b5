/* partials.c -- the tree over the shards of a batch, divided among ranks. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/partials.h"

#include "framework/base/threads.h"

/* The largest node that begins with a shard and ends before another: `past`, or the end of all. */
static int past_of(int first, int past, int shards)
{
    int width = 1;

    while (first % (2 * width) == 0 && first + width < shards &&
           (first + 2 * width <= past || past == shards))
        width *= 2;
    return first + width < shards ? first + width : shards;
}

/* The nodes that the shards of a rank make. */
static int knots_of(size_t shards, int rank, int ranks, lhi_knot *knot)
{
    const int past = (int)lhi_share(shards, rank + 1, ranks);
    int n = 0;

    for (int first = (int)lhi_share(shards, rank, ranks), end; first < past; first = end) {
        end = past_of(first, past, (int)shards);
        knot[n++] = (lhi_knot){first, end};
    }
    return n;
}

/* lh_tree() over those of its nodes that are there. */
static void find_pluses(lhi_partials *p)
{
    int at[LHI_MOST_SHARDS];

    for (size_t s = 0; s < p->shards; s++)
        at[s] = -1;
    for (int k = 0; k < p->knots; k++)
        at[p->knot[k].first] = k;
    p->pluses = 0;
    for (size_t step = 1; step < p->shards; step *= 2)
        for (size_t s = 0; s + step < p->shards; s += 2 * step)
            if (at[s] >= 0 && at[s + step] >= 0) {
                p->plus[p->pluses++] = (lhi_plus){at[s], at[s + step]};
                at[s + step] = -1;
            }
}

void lhi_partials_of(lhi_partials *p, size_t rows, size_t most, int ranks, int *first,
                     size_t *row)
{
    p->rows = rows;
    p->shards = lhi_shard_count(rows, most);
    for (size_t s = 0; s <= p->shards; s++)
        p->cut[s] = lhi_cut(rows, s, p->shards);
    p->knots = 0;
    for (int r = 0; r < ranks; r++) {
        first[r] = p->knots;
        row[r] = p->cut[lhi_share(p->shards, r, ranks)];
        p->knots += knots_of(p->shards, r, ranks, p->knot + p->knots);
    }
    first[ranks] = p->knots;
    row[ranks] = rows;
    find_pluses(p);
}

void lhi_partials_most(size_t most, int ranks, int *one, int *all)
{
    lhi_knot knot[LHI_MOST_SHARDS];

    *one = *all = 1;
    for (size_t shards = 1; shards <= most; shards++) {
        int sum = 0;

        for (int r = 0; r < ranks; r++) {
            const int n = knots_of(shards, r, ranks, knot);

            sum += n;
            *one = n > *one ? n : *one;
        }
        *all = sum > *all ? sum : *all;
    }
}
