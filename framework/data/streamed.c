/* streamed.c -- a table whose cells stay in their file: a NumPy array, row by row. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/progress.h"
#include "framework/base/type.h"
#include "framework/data/source.h"
#include "framework/system/sys.h"

#include <string.h>

enum { CHUNK = 64 << 20, HEAD_BYTES = 64 << 10 };

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
static lh_status take_head(const lhi_stream *s, const mapping *m, lhi_table *t)
{
    static const char remedy[] = "in Python: numpy.save(\"data.npy\", numpy.ascontiguousarray("
                                 "table, dtype=\"f4\")), the labels as its last column";
    const unsigned char *bytes = m->at;
    const char *bad, *left = NULL;
    size_t begins = 0;
    lhi_coding l;

    if (!lhi_npy_here(bytes, m->bytes))
        return lhi_source_bad(s, remedy, "is no NumPy array (.npy), and --stream needs one");
    bad = lhi_npy_head(bytes, m->bytes < HEAD_BYTES ? m->bytes : HEAD_BYTES, &l, &begins, &left);
    if (bad || left)
        return lhi_source_bad(s, remedy, "%s%s", bad ? bad : "has ", bad ? "" : left);
    if (l.kind != 'f' || (l.bytes != 4 && l.bytes != 8) || l.by_columns || l.rank != 2 ||
        l.big == little_endian())
        return lhi_source_bad(s, remedy, "cannot stream: it must be an array of rows and columns, "
                              "row by row, of f4 or f8 in this machine's order");
    if (l.dims[0] == 0 || l.dims[1] < 2 || l.dims[0] > LHI_MOST_ROWS ||
        l.dims[1] > LHI_MOST_COLUMNS)
        return lhi_source_bad(s, "at least one row, a feature and a label",
                              "has %llu rows and %llu columns", (unsigned long long)l.dims[0],
                              (unsigned long long)l.dims[1]);
    t->rows = (size_t)l.dims[0];
    t->cols = (size_t)l.dims[1];
    t->type = l.bytes == 4 ? LH_F32 : LH_F64;
    if ((m->bytes - begins) / l.bytes / t->cols != t->rows ||
        (m->bytes - begins) % (l.bytes * t->cols) != 0)
        return lhi_source_bad(s, "was it copied whole?", "has %zu bytes of cells, and its header "
                              "says %zu rows of %zu columns", m->bytes - begins, t->rows, t->cols);
    if (begins % l.bytes != 0)
        return lhi_source_bad(s, remedy, "has cells at odd places");
    t->cell = (char *)(uintptr_t)m->at + begins; /* nobody writes to a table that streams */
    return LH_OK;
}

/* Once through the file: its digest, and the cells that are missing. */
static lh_status look_through(const lhi_stream *s, const mapping *m, lhi_table *t)
{
    const size_t row = t->cols * lhi_type_size(t->type);
    const size_t rows = CHUNK / row > 0 ? CHUNK / row : 1;
    const char *end = t->cell;
    unsigned char digest[32];
    lhi_sha256 sum;
    lhi_progress p;

    lhi_progress_begin(&p, s->c, "rows", (long)t->rows);
    lhi_sha256_begin(&sum);
    lhi_sha256_add(&sum, m->at, (size_t)(end - (const char *)m->at));
    for (size_t i = 0; i < t->rows && lhi_ok(s->c); i += rows) {
        const size_t to = t->rows - i < rows ? t->rows : i + rows;

        lhi_sha256_add(&sum, end, (to - i) * row);
        lhi_table_look(s, t, i, to, t->cols);
        lhi_sys_past(end, (to - i) * row);
        end += (to - i) * row;
        lhi_progress_show(&p, (long)to, "looked at");
    }
    lhi_progress_end(&p);
    lhi_sha256_end(&sum, digest);
    lhi_hex(digest, t->digest);
    return s->c->status;
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
        lhi_source_bad(&s, NULL, "is empty");
    else if (status != 0)
        lhi_fail(c, LH_EIO, NULL, "%s cannot be mapped: %s", s.shown, strerror(-status));
    else
        lhi_at_close(c, unmap, m);
    lhi_stream_close(&s);
    *to = (lhi_table){.label = -1, .labels = 1, .streams = 1};
    if (!lhi_ok(c) || take_head(&s, m, to) != LH_OK)
        return c->status;
    to->name = lhi_table_name(c, path);
    to->column = lhi_alloc_array(c, to->cols, sizeof *to->column);
    return to->name && to->column ? look_through(&s, m, to) : c->status;
}
