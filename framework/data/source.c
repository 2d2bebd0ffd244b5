/* source.c -- a table from a file of any kind, from two side by side, or from the library. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/source.h"

#include "framework/base/quote.h"
#include "framework/system/sys.h"

#include <string.h>

enum { HEAD = 1 << 16 };

/* The built-in file, made from data/wdbc.csv by build-aux/embed.sh. */
extern const unsigned char lhi_wdbc[];
extern const size_t lhi_wdbc_size;

static const lhi_source *const sources[] = {
#define SOURCE(name) &lhi_source_##name,
#include "framework/data/sources.def"
#undef SOURCE
};

/* The first source that knows the beginning of the stream. */
static const lhi_source *source_of(lhi_stream *s)
{
    unsigned char *head = lhi_alloc_later(s->c, HEAD);
    const size_t size = head ? lhi_stream_read(s, head, HEAD) : 0;
    size_t i = 0;

    if (!head || lhi_stream_check(s) != LH_OK)
        return NULL;
    while (i + 1 < sizeof sources / sizeof *sources && !sources[i]->here(head, size))
        i++;
    lhi_stream_again(s);
    lhi_release(s->c, head);
    return sources[i];
}

static lh_status read_stream(lhi_stream *s, const lhi_wanted *how, lhi_table *to)
{
    const lhi_source *source = source_of(s);
    lhi_sha256 digest;

    if (!source)
        return s->c->status;
    lhi_sha256_begin(&digest);
    s->digest = &digest;
    if (source->read(s, how, to) == LH_OK && to->first_line == 0)
        lhi_table_look(s, to, 0, to->rows, to->cols - how->beside);
    if (!lhi_ok(s->c)) {
        lhi_release(s->c, to->cell);
        to->cell = NULL;
    }
    return s->c->status;
}

static lh_status read_one(lh_ctx *c, const char *path, const lhi_wanted *how, lhi_table *to)
{
    lhi_stream s;

    if ((strcmp(path, "wdbc") == 0
             ? lhi_stream_open_bytes(&s, c, path, lhi_wdbc, lhi_wdbc_size)
             : lhi_stream_open(&s, c, path, 0)) != LH_OK)
        return c->status;
    read_stream(&s, how, to);
    lhi_stream_close(&s);
    return c->status;
}

/* The table of both digests in the order of the files. */
static void join_digests(lhi_table *to, const lhi_table *labels)
{
    unsigned char digest[32];
    lhi_sha256 both;

    lhi_sha256_begin(&both);
    lhi_sha256_add(&both, to->digest, sizeof to->digest - 1);
    lhi_sha256_add(&both, labels->digest, sizeof labels->digest - 1);
    lhi_sha256_end(&both, digest);
    lhi_hex(digest, to->digest);
}

/* Makes room behind each row where the source left none. */
static lh_status widen(lh_ctx *c, lhi_table *t, size_t beside)
{
    const size_t cols = t->cols - (t->first_line ? 0 : beside);
    lhi_table wide = *t;

    if (cols != t->cols)
        return LH_OK;
    wide.cols = cols + beside;
    wide.column = lhi_alloc_array(c, wide.cols, sizeof *wide.column);
    wide.cell = lhi_alloc_array(c, t->rows * wide.cols,
                                t->type == LH_F32 ? sizeof(float) : sizeof(double));
    if (!wide.column || !wide.cell)
        return c->status;
    memcpy(wide.column, t->column, cols * sizeof *t->column);
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < cols; j++)
            lhi_table_set(&wide, i, j, lhi_table_at(t, i, j));
    lhi_release(c, t->cell);
    lhi_release(c, t->column);
    *t = wide;
    return LH_OK;
}

/* Features in one file, labels in another: columns side by side. */
static lh_status read_two(lh_ctx *c, const char *rows, const char *labels, lhi_wanted how,
                          lhi_table *to)
{
    lhi_table beside = {.rows = 0};

    if (read_one(c, labels, &how, &beside) != LH_OK)
        return c->status;
    how.beside = beside.cols;
    if (read_one(c, rows, &how, to) != LH_OK || widen(c, to, beside.cols) != LH_OK)
        return c->status;
    if (to->rows != beside.rows)
        return lhi_fail(c, LH_EDATA, "each row needs its label: are both of one set?",
                        "%s has %zu rows, %s has %zu", rows, to->rows, labels, beside.rows);
    to->label = (long)(to->cols - beside.cols);
    to->labels = beside.cols;
    for (size_t j = 0; j < beside.cols; j++) {
        to->column[(size_t)to->label + j] = beside.column[j];
        for (size_t i = 0; i < to->rows; i++)
            lhi_table_set(to, i, (size_t)to->label + j, lhi_table_at(&beside, i, j));
    }
    join_digests(to, &beside);
    lhi_release(c, beside.cell);
    lhi_release(c, beside.column);
    return c->status;
}

char *lhi_table_name(lh_ctx *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = lhi_strdup(c, slash ? slash + 1 : path);

    if (name)
        lhi_make_utf8(name); /* files that are UTF-8 will have it */
    return name;
}

lh_status lhi_table_read(lh_ctx *c, const char *path, lh_type keep, enum lhi_cells cells,
                         lhi_table *to)
{
    const lhi_wanted how = {.keep = keep, .cells = cells};
    const char *plus = strrchr(path, '+');
    char *rows;

    to->name = lhi_table_name(c, path);
    if (!to->name)
        return c->status;
    /* A file may have a plus in its own name. */
    if (!plus || plus == path || !plus[1] || lhi_sys_is_folder(path) >= 0)
        return read_one(c, path, &how, to);
    rows = lhi_strf(c, "%.*s", (int)(plus - path), path);
    return rows ? read_two(c, rows, plus + 1, how, to) : c->status;
}
