/* streamed.c -- a table whose cells stay in their file: a NumPy array, row by row. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"
#include "framework/base/progress.h"
#include "framework/base/quote.h"
#include "framework/base/type.h"
#include "framework/data/stream.h"
#include "framework/data/table.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <string.h>

#define MOST_ROWS (UINT64_C(1) << 31)

enum { MOST_COLS = 65535, CHUNK = 64 << 20, HEAD_BYTES = 64 << 10 };

typedef struct mapping {
    const void *at;
    size_t bytes;
} mapping;

static void unmap(void *arg)
{
    const mapping *m = arg;

    lhi_sys_unmap(m->at, m->bytes);
}

static int little_endian(void)
{
    const uint16_t one = 1;

    return *(const unsigned char *)&one;
}

/* The array as a table; its cells must be what a float or a double is in memory. */
static lh_status take_head(lh_ctx *c, const char *shown, const mapping *m, lhi_table *t)
{
    static const char remedy[] = "in Python: numpy.save(\"data.npy\", numpy.ascontiguousarray("
                                 "table, dtype=\"f4\")), the labels as its last column";
    const unsigned char *bytes = m->at;
    const char *bad, *left = NULL;
    size_t begins = 0;
    lhi_coding l;

    if (!lhi_npy_here(bytes, m->bytes))
        return lhi_fail(c, LH_EDATA, remedy, "%s is no NumPy array (.npy), and --stream needs one",
                        shown);
    bad = lhi_npy_head(bytes, m->bytes < HEAD_BYTES ? m->bytes : HEAD_BYTES, &l, &begins, &left);
    if (bad || left)
        return lhi_fail(c, LH_EDATA, remedy, "%s %s%s", shown, bad ? bad : "has ",
                        bad ? "" : left);
    if (l.kind != 'f' || (l.bytes != 4 && l.bytes != 8) || l.by_columns || l.rank != 2 ||
        l.big == little_endian())
        return lhi_fail(c, LH_EDATA, remedy,
                        "%s cannot stream: it must be an array of rows and columns, row by row, of "
                        "f4 or f8 in this machine's order", shown);
    if (l.dims[0] == 0 || l.dims[1] < 2 || l.dims[0] > MOST_ROWS || l.dims[1] > MOST_COLS)
        return lhi_fail(c, LH_EDATA, "at least one row, a feature and a label",
                        "%s has %llu rows and %llu columns", shown, (unsigned long long)l.dims[0],
                        (unsigned long long)l.dims[1]);
    t->rows = (size_t)l.dims[0];
    t->cols = (size_t)l.dims[1];
    t->type = l.bytes == 4 ? LH_F32 : LH_F64;
    if ((m->bytes - begins) / l.bytes / t->cols != t->rows ||
        (m->bytes - begins) % (l.bytes * t->cols) != 0)
        return lhi_fail(c, LH_EDATA, "was it copied whole?",
                        "%s has %zu bytes of cells, and its header says %zu rows of %zu columns",
                        shown, m->bytes - begins, t->rows, t->cols);
    if (begins % l.bytes != 0)
        return lhi_fail(c, LH_EDATA, remedy, "%s has cells at odd places", shown);
    t->cell = (char *)(uintptr_t)m->at + begins; /* nobody writes to a table that streams */
    return LH_OK;
}

/* Cells that are missing; infinite ones are refused, as of any file. */
static lh_status count_missing(lh_ctx *c, const char *shown, lhi_table *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        for (size_t j = 0; j < t->cols; j++) {
            const double x = lhi_table_at(t, i, j);

            if (x - x == 0)
                continue;
            if (x == x)
                return lhi_fail(c, LH_EDATA, "leave the row out",
                                "%s, row %zu, column %zu: %g is no number to train on", shown,
                                i + 1, j + 1, x);
            if (t->column[j].missing++ == 0)
                t->column[j].missing_at = i + 1;
        }
    return LH_OK;
}

/* Once through the file: its digest, and the cells that are missing. */
static lh_status look_through(lh_ctx *c, const char *shown, const mapping *m, lhi_table *t)
{
    const size_t row = t->cols * lhi_type_size(t->type);
    const size_t rows = CHUNK / row > 0 ? CHUNK / row : 1;
    const char *end = t->cell;
    unsigned char digest[32];
    lhi_progress p;
    lhi_sha256 s;

    lhi_progress_begin(&p, c, "rows", (long)t->rows);
    lhi_sha256_begin(&s);
    lhi_sha256_add(&s, m->at, (size_t)(end - (const char *)m->at));
    for (size_t i = 0; i < t->rows && lhi_ok(c); i += rows) {
        const size_t to = t->rows - i < rows ? t->rows : i + rows;

        lhi_sha256_add(&s, end, (to - i) * row);
        count_missing(c, shown, t, i, to);
        lhi_sys_past(end, (to - i) * row);
        end += (to - i) * row;
        lhi_progress_show(&p, (long)to, "looked at");
    }
    lhi_progress_end(&p);
    lhi_sha256_end(&s, digest);
    lhi_hex(digest, t->digest);
    return c->status;
}

lh_status lhi_table_stream(lh_ctx *c, const char *path, lhi_table *to)
{
    lhi_stream s;
    mapping *m = lhi_alloc(c, sizeof *m);
    int status;

    if (!m || lhi_stream_open(&s, c, path, 1) != LH_OK)
        return c->status;
    m->bytes = (size_t)s.size;
    status = m->bytes > 0 ? lhi_sys_map(s.fd, m->bytes, &m->at) : 0;
    if (m->bytes == 0)
        lhi_fail(c, LH_EDATA, NULL, "%s is empty", s.shown);
    else if (status != 0)
        lhi_fail(c, LH_EIO, NULL, "%s cannot be mapped: %s", s.shown, strerror(-status));
    else
        lhi_at_close(c, unmap, m);
    lhi_stream_close(&s);
    *to = (lhi_table){.label = -1, .labels = 1, .streams = 1};
    if (!lhi_ok(c) || take_head(c, s.shown, m, to) != LH_OK)
        return c->status;
    to->name = lhi_strdup(c, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
    to->column = lhi_alloc_array(c, to->cols, sizeof *to->column);
    if (!to->name || !to->column)
        return c->status;
    lhi_make_utf8((char *)(uintptr_t)to->name);
    return look_through(c, s.shown, m, to);
}
