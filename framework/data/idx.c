/* idx.c -- IDX files, as MNIST and its kin have them: two zeros, a type, extents, elements. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/source.h"

enum { MOST_EXTENTS = 4 };

/* The element types by their number in the file. */
static const struct {
    char kind;
    unsigned bytes;
} types[] = {[8] = {'u', 1}, [9] = {'i', 1}, [11] = {'i', 2}, [12] = {'i', 4},
             [13] = {'f', 4}, [14] = {'f', 8}};

static int here(const unsigned char *head, size_t size)
{
    return size >= 8 && head[0] == 0 && head[1] == 0 && head[2] < sizeof types / sizeof *types &&
           types[head[2]].kind && head[3] >= 1 && head[3] <= MOST_EXTENTS;
}

/* One row for each of the first extent. */
static lh_status read_idx(lhi_stream *s, const lhi_wanted *how, lhi_table *to)
{
    unsigned char head[4 + 4 * MOST_EXTENTS];
    lhi_coding l = {.big = 1, .rank = 2, .dims = {0, 1}};
    size_t extents;

    if (lhi_stream_read(s, head, 4) != 4)
        return lhi_stream_check(s);
    extents = head[3];
    l.kind = types[head[2]].kind;
    l.bytes = types[head[2]].bytes;
    if (lhi_stream_read(s, head, 4 * extents) != 4 * extents)
        return lhi_stream_check(s) == LH_OK
                   ? lhi_source_bad(s, "copy it once more", "is cut short in its first bytes")
                   : s->c->status;
    for (size_t i = 0; i < extents; i++) {
        uint64_t extent = 0;

        for (size_t k = 0; k < 4; k++)
            extent = extent << 8 | head[4 * i + k];
        if (i == 0)
            l.dims[0] = extent;
        else if (l.dims[1] <= LHI_MOST_COLUMNS) /* else it is refused, and must not wrap */
            l.dims[1] *= extent;
    }
    if (l.dims[1] <= LHI_MOST_COLUMNS && l.dims[0] * l.dims[1] * l.bytes > lhi_stream_most(s))
        return lhi_source_bad(s, "copy it once more",
                              "is cut short: it claims more elements than it has");
    if (lhi_table_make(s, how, l.dims[0], l.dims[1], to) == LH_OK &&
        lhi_table_decode(s, &l, to) == LH_OK)
        lhi_table_end(s, to);
    return s->c->status;
}

const lhi_source lhi_source_idx = {here, read_idx};
