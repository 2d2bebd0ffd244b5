/* streamed.c -- a table whose cells stay in their file: an array of NumPy or HDF5, row by row. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/progress.h"
#include "framework/base/stop.h"
#include "framework/base/type.h"
#include "framework/data/named.h"
#include "framework/system/sys.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 64 << 20, HEAD_BYTES = 64 << 10 };

static const char remedy[] = "in Python: numpy.save(\"data.npy\", numpy.ascontiguousarray(table, "
                             "dtype=\"f4\")), the labels as its last column";
static const char repack[] = "h5repack -f NONE -l CONTI -t 1 -a 8 OLD.h5 NEW.h5 puts the numbers "
                             "of a dataset one after another; they must be f4 or f8 in this "
                             "machine's order";

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

/* How the cells are written, and where they begin. */
typedef struct layout {
    lhi_coding coding;
    uint64_t begins;
    int last; /* 1: nothing may stand behind them */
} layout;

static lh_status find_npy(const lhi_stream *s, const mapping *m, layout *l)
{
    const char *bad, *left = NULL;
    size_t begins = 0;

    bad = lhi_npy_head(m->at, m->bytes < HEAD_BYTES ? m->bytes : HEAD_BYTES, &l->coding, &begins,
                       &left);
    if (bad || left)
        return lhi_source_bad(s, remedy, "%s%s", bad ? bad : "has ", bad ? "" : left);
    l->begins = begins;
    l->last = 1;
    return LH_OK;
}

/* Of a file that is mapped HDF5 reads what says where its arrays are, and no more. */
static lh_status find_h5(const lhi_stream *s, const mapping *m, layout *l)
{
    lhi_arrays a = {.c = s->c, .path = s->shown, .left = {.c = s->c}, .in_place = 1,
                    .bytes = (unsigned char *)(uintptr_t)m->at, .size = m->bytes};
    const lhi_named *x = NULL, *y = NULL;

    if (!lhi_arrays_h5)
        return lhi_source_bad(s, "link the program with the shared library, or write a .npy",
                              "is an HDF5 file, and this program has no reader for them");
    lhi_arrays_h5(&a);
    if (lhi_ok(s->c) && a.count == 0 && a.left_out > 0)
        lhi_source_bad(s, repack, "cannot stream: %.200s", a.left.at ? a.left.at : "");
    if (lhi_ok(s->c))
        x = lhi_named_choose(s, &a, &y);
    if (x && y)
        lhi_source_bad(s, "one dataset of both, the labels as its last column",
                       "cannot stream: its labels %s are beside %s", y->name, x->name);
    else if (x)
        *l = (layout){a.place[x - a.list].coding, a.place[x - a.list].begins, 0};
    lhi_named_free(&a);
    return s->c->status;
}

/* The array as a table; its cells must be what a float or a double is in memory. */
static lh_status take_cells(const lhi_stream *s, const mapping *m, const layout *at, lhi_table *t)
{
    const lhi_coding *l = &at->coding;
    const uint64_t room = at->begins < m->bytes ? m->bytes - at->begins : 0;

    if (l->kind != 'f' || (l->bytes != 4 && l->bytes != 8) || l->by_columns || l->rank != 2 ||
        l->big == little_endian())
        return lhi_source_bad(s, at->last ? remedy : repack, "cannot stream: it must be an array "
                              "of rows and columns, row by row, of f4 or f8 in this machine's "
                              "order");
    if (l->dims[0] == 0 || l->dims[1] < 2 || l->dims[0] > LHI_MOST_ROWS ||
        l->dims[1] > LHI_MOST_COLUMNS)
        return lhi_source_bad(s, "at least one row, a feature and a label",
                              "has %llu rows and %llu columns", (unsigned long long)l->dims[0],
                              (unsigned long long)l->dims[1]);
    t->rows = (size_t)l->dims[0];
    t->cols = (size_t)l->dims[1];
    t->type = l->bytes == 4 ? LH_F32 : LH_F64;
    if (room / l->bytes / t->cols < t->rows ||
        (at->last && room != (uint64_t)t->rows * t->cols * l->bytes))
        return lhi_source_bad(s, "was it copied whole?", "has %llu bytes of cells, and its header "
                              "says %zu rows of %zu columns", (unsigned long long)room, t->rows,
                              t->cols);
    if (at->begins % l->bytes != 0)
        return lhi_source_bad(s, at->last ? remedy : repack, "has cells at odd places");
    /* nobody writes to a table that streams */
    t->cell = (char *)(uintptr_t)m->at + at->begins;
    return LH_OK;
}

static lh_status take_table(const lhi_stream *s, const mapping *m, lhi_table *t)
{
    layout l;

    if (lhi_npy_here(m->at, m->bytes) ? find_npy(s, m, &l) != LH_OK
        : lhi_arrays_h5_here(m->at, m->bytes) ? find_h5(s, m, &l) != LH_OK
        : lhi_source_bad(s, remedy, "is neither a NumPy array (.npy) nor an HDF5 file, and "
                         "--stream needs one of them") != LH_OK)
        return s->c->status;
    return take_cells(s, m, &l, t);
}

/* Once through the file: its digest, and the cells that are missing. */
static lh_status look_through(const lhi_stream *s, const mapping *m, lhi_table *t)
{
    const size_t row = t->cols * lhi_type_size(t->type);
    const size_t rows = CHUNK / row > 0 ? CHUNK / row : 1;
    const char *const file = m->at, *end = t->cell;
    unsigned char digest[32];
    char work[240];
    lhi_sha256 sum;
    lhi_progress p;

    snprintf(work, sizeof work, "reading %s", s->shown);
    lhi_progress_begin(&p, s->c, "rows", (long)t->rows);
    lhi_sha256_begin(&sum);
    lhi_sha256_add(&sum, file, (size_t)(end - file));
    for (size_t i = 0; i < t->rows && lhi_ok(s->c) && !lhi_gives_up(s->c, work); i += rows) {
        const size_t to = t->rows - i < rows ? t->rows : i + rows;

        lhi_sha256_add(&sum, end, (to - i) * row);
        lhi_table_look(s, t, i, to, t->cols);
        lhi_sys_past(end, (to - i) * row);
        end += (to - i) * row;
        lhi_progress_show(&p, (long)to, "looked at");
    }
    lhi_progress_end(&p);
    lhi_sha256_add(&sum, end, (size_t)(file + m->bytes - end)); /* what stands behind them */
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
    if (!lhi_ok(c) || take_table(&s, m, to) != LH_OK)
        return c->status;
    to->name = lhi_table_name(c, path);
    to->column = lhi_alloc_array(c, to->cols, sizeof *to->column);
    return to->name && to->column ? look_through(&s, m, to) : c->status;
}
