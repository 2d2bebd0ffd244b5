/* npy.c -- one array of NumPy as a table: a row is a row, a vector is a column. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/source.h"

#include <string.h>

enum { HEAD = 1 << 16 }; /* the header of an array of numbers is far smaller */

static int here(const unsigned char *head, size_t size)
{
    return lhi_npy_here(head, size);
}

/* Column by column: the elements are all needed before the first row is whole. */
static lh_status turn(lhi_stream *s, const lhi_coding *l, lhi_table *to)
{
    const size_t rows = to->rows, cols = (size_t)l->dims[1];
    unsigned char *bytes = lhi_alloc_later(s->c, rows * l->bytes);
    double *numbers = bytes ? lhi_alloc_array(s->c, rows, sizeof *numbers) : NULL;
    lhi_coding column = *l;

    column.rank = 1;
    column.dims[0] = rows;
    column.by_columns = 0;
    for (size_t j = 0; numbers && j < cols && lhi_ok(s->c); j++)
        if (lhi_stream_numbers(s, &column, bytes, numbers) == LH_OK)
            lhi_table_place(to, j, 1, numbers);
    lhi_release(s->c, numbers);
    lhi_release(s->c, bytes);
    return s->c->status;
}

static lh_status check(const lhi_stream *s, const lhi_coding *l, const char *bad, const char *left)
{
    int over = 0;
    uint64_t bytes;

    if (bad)
        return lhi_source_bad(s, "write it again with numpy.save", "%s", bad);
    if (left)
        return lhi_source_bad(s, "numpy.save an array of numbers", "has %s", left);
    if (l->rank < 1 || l->rank > 2)
        return lhi_source_bad(s, "X.reshape(len(X), -1) has one sample a row",
                              "has %d dimensions: 1 or 2 are allowed", l->rank);
    bytes = lhi_coding_bytes(l, &over);
    if (over)
        return lhi_source_bad(s, "take a part of the rows", "has more than 2^31 elements");
    if (bytes > lhi_stream_most(s))
        return lhi_source_bad(s, "copy or make it once more",
                              "is cut short: it claims more elements than it has");
    return LH_OK;
}

static lh_status read_npy(lhi_stream *s, const lhi_wanted *how, lhi_table *to)
{
    unsigned char *head = lhi_alloc(s->c, HEAD);
    const char *left = NULL, *bad;
    size_t length = 0, most;
    lhi_coding l;

    if (!head)
        return s->c->status;
    /* The length of the header stands in its first twelve bytes. */
    most = lhi_stream_read(s, head, 12) == 12 ? 12 : 0;
    if (most)
        most = head[6] == 1 ? 10 + (size_t)lhi_number(head + 8, 2)
                            : 12 + (size_t)lhi_number(head + 8, 4);
    most = most > HEAD || most < 12 ? 12 : most;
    most = 12 + lhi_stream_read(s, head + 12, most - 12);
    bad = lhi_npy_head(head, most, &l, &length, &left);
    if (lhi_stream_check(s) == LH_OK && check(s, &l, bad, left) == LH_OK) {
        if (l.rank == 1)
            l.dims[1] = 1;
        if (lhi_table_make(s, how, l.dims[0], l.dims[1], to) == LH_OK &&
            (l.by_columns && l.rank == 2 ? turn : lhi_table_decode)(s, &l, to) == LH_OK)
            lhi_table_end(s, to);
    }
    lhi_release(s->c, head);
    return s->c->status;
}

const lhi_source lhi_source_npy = {here, read_npy};
