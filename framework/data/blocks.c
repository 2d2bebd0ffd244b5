/* blocks.c -- what binary files of numbers need: room, elements by the block, a look at all. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/source.h"

#include "framework/base/type.h"
#include "framework/system/sys.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { BLOCK = 1 << 20 };

lh_status lhi_source_bad(const lhi_stream *s, const char *hint, const char *format, ...)
{
    char what[400];
    va_list args;

    va_start(args, format);
    lhi_sys_vformat(what, sizeof what, format, args);
    va_end(args);
    return lhi_fail(s->c, LH_EDATA, hint, "%s %s", s->shown, what);
}

lh_status lhi_table_make(const lhi_stream *s, const lhi_wanted *how, uint64_t rows, uint64_t cols,
                         lhi_table *to)
{
    const size_t bytes = lhi_type_size(how->keep);
    const size_t known = lhi_sys_memory(), memory = known ? known : SIZE_MAX;

    if (rows > LHI_MOST_ROWS)
        return lhi_source_bad(s, "take a part of the rows", "has more than 2^31 rows");
    if (cols > LHI_MOST_COLUMNS || cols == 0)
        return lhi_source_bad(s, "a row is one sample", "has %" PRIu64 " columns: 1 to %d are "
                              "allowed", cols, LHI_MOST_COLUMNS);
    if (rows < 2)
        return lhi_source_bad(s, "a mean and a deviation need two rows at least",
                              rows ? "has one row only" : "has no rows");
    to->type = how->keep;
    to->rows = (size_t)rows;
    to->cols = (size_t)cols + how->beside;
    to->label = -1;
    to->labels = 1;
    to->column = lhi_alloc_array(s->c, to->cols, sizeof *to->column);
    if (rows > memory / bytes / to->cols)
        return lhi_source_bad(s, "take a part of the rows, or keep them as f32",
                              "would be a table of %.1f GB, and the machine has %.1f",
                              (double)rows * (double)to->cols * (double)bytes * 1e-9,
                              (double)memory * 1e-9);
    to->cell = lhi_alloc_later(s->c, to->rows * to->cols * bytes);
    return s->c->status;
}

static void place(lhi_table *to, size_t row, size_t rows, size_t column, size_t cols,
                  const double *from)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            lhi_table_set(to, row + i, column + j, from[i * cols + j]);
}

void lhi_table_place(lhi_table *to, size_t column, size_t cols, const double *from)
{
    place(to, 0, to->rows, column, cols, from);
}

lh_status lhi_stream_numbers(lhi_stream *s, const lhi_coding *l, unsigned char *bytes, double *to)
{
    int over;
    const size_t size = (size_t)lhi_coding_bytes(l, &over);

    if (lhi_stream_read(s, bytes, size) != size)
        return lhi_stream_check(s) == LH_OK
                   ? lhi_source_bad(s, "copy or make it once more",
                                    "is cut short: it claims more elements than it has")
                   : s->c->status;
    if (!lhi_coding_decode(l, bytes, to))
        return lhi_source_bad(s, "use floats, or smaller numbers", "has whole numbers beyond 2^53");
    return LH_OK;
}

lh_status lhi_table_decode(lhi_stream *s, const lhi_coding *l, lhi_table *to)
{
    const size_t cols = (size_t)l->dims[1], width = cols * l->bytes;
    const size_t most = width < BLOCK ? BLOCK / width : 1;
    unsigned char *bytes = lhi_alloc_later(s->c, most * width);
    double *numbers = bytes ? lhi_alloc_later(s->c, most * cols * sizeof *numbers) : NULL;
    lhi_coding block = *l;
    size_t row = 0, rows;

    for (; numbers && row < to->rows && lhi_ok(s->c); row += rows) {
        rows = to->rows - row < most ? to->rows - row : most;
        block.rank = 2;
        block.dims[0] = rows;
        if (lhi_stream_numbers(s, &block, bytes, numbers) == LH_OK)
            place(to, row, rows, 0, cols, numbers);
    }
    lhi_release(s->c, numbers);
    lhi_release(s->c, bytes);
    return s->c->status;
}

lh_status lhi_table_end(lhi_stream *s, lhi_table *to)
{
    unsigned char digest[32], more;

    if (lhi_stream_read(s, &more, 1) > 0)
        return lhi_source_bad(s, "copy or make it once more",
                              "has bytes that its shape does not account for");
    if (lhi_stream_check(s) != LH_OK)
        return s->c->status;
    lhi_sha256_end(s->digest, digest);
    lhi_hex(digest, to->digest);
    return LH_OK;
}

lh_status lhi_table_look(const lhi_stream *s, lhi_table *to, size_t from, size_t end, size_t cols)
{
    for (size_t i = from; i < end; i++)
        for (size_t j = 0; j < cols; j++) {
            const double x = lhi_table_at(to, i, j);
            lhi_column *k = &to->column[j];

            if (isinf(x))
                return lhi_source_bad(s, "leave the row out, or put a finite number there",
                                      "row %zu, column %zu: %s", i + 1, j + 1,
                                      to->type == LH_F32 && !to->streams
                                          ? "the number is too large for f32"
                                          : "the number is not finite");
            if (isnan(x) && k->missing++ == 0)
                k->missing_at = i + 1;
        }
    return LH_OK;
}

unsigned char *lhi_stream_all(lhi_stream *s, size_t *size)
{
    size_t room = s->gzip ? BLOCK : (size_t)s->size + 1, got;
    unsigned char *bytes = NULL;

    for (*size = 0;; room *= 2) {
        unsigned char *more = lhi_alloc_later(s->c, room);

        if (!more)
            break;
        if (*size > 0)
            memcpy(more, bytes, *size);
        lhi_release(s->c, bytes);
        bytes = more;
        got = lhi_stream_read(s, bytes + *size, room - *size);
        *size += got;
        if (*size < room)
            break;
    }
    if (lhi_ok(s->c) && lhi_stream_check(s) == LH_OK)
        return bytes;
    lhi_release(s->c, bytes);
    return NULL;
}
