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

/* Are these the two halves of a node? */
static int halves(lhi_knot a, lhi_knot b, int shards)
{
    const int past = a.first + 2 * (a.past - a.first);

    return a.first % (past - a.first) == 0 && b.past == (past < shards ? past : shards);
}

/* lh_tree() over those of its nodes that are there. */
static void find_adds(lhi_partials *p)
{
    lhi_knot open[LHI_LEVELS + 1];
    int n = 0;

    for (int k = 0; k < p->knots; k++) {
        open[n++] = p->knot[k];
        for (p->adds[k] = 0; n > 1 && halves(open[n - 2], open[n - 1], (int)p->shards); n--) {
            open[n - 2].past = open[n - 1].past;
            p->adds[k]++;
        }
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
    find_adds(p);
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
