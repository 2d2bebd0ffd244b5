/* rows.c -- the rows of a file, read piece by piece on all threads into the table. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/part.h"

#include "framework/base/progress.h"
#include "framework/base/threads.h"
#include "framework/data/texts.h"
#include "framework/system/mem.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { SAMPLE = 200, LONG_READ = 64 }; /* rows; MB from which on progress is shown */

/* A batch of pieces, while the next is read. */
typedef struct batch {
    lhi_csv *r;
    lhi_part *part;
    size_t count, most;
    _Atomic size_t taken;
    char *next;             /* where the bytes of the next one go, and how many they are */
    size_t wanted, got;
} batch;

/* The last thread reads ahead first, so that the others need not wait for it. */
static void take_batch(void *arg, int rank, int size)
{
    batch *b = arg;
    size_t i;

    if (rank == size - 1)
        b->got = b->wanted ? lhi_stream_read(b->r->stream, b->next, b->wanted) : 0;
    while ((i = atomic_fetch_add(&b->taken, 1)) < b->count)
        lhi_part_read(b->r, &b->part[i]);
}

static lh_status refuse_change(const lhi_csv *r)
{
    return lhi_fail(r->c, LH_EIO, "read it when nothing writes to it",
                    "%s was changed while it was read", r->path);
}

/* Tells what is wrong in a row, cell by cell. */
static lh_status refuse_row(lhi_csv *r, lhi_rest line)
{
    size_t cells = 0;

    while (line.at) {
        lhi_cell cell;
        double value;
        const char *wrong = lhi_cell_next(&line, &cell);
        enum lhi_cell_kind kind;

        if (wrong)
            return lhi_refuse_quotes(r, cells + 1, &cell, wrong);
        if (cells++ >= r->width)
            continue; /* only counted, for the message */
        kind = lhi_cell_read(&cell, r->point, &value);
        if (r->strict && kind != LHI_CELL_NUMBER)
            return lhi_refuse_kind(r, cells, &cell, kind);
        if (kind == LHI_CELL_NUMBER && r->table->type == LH_F32 && !isfinite((float)value))
            return lhi_refuse_cell(r, cells, &cell, "is too large for f32",
                                   "keep the rows as f64, or use another unit for the column");
        /* In a row too long this is a feature: its length is what is wrong. */
        if (r->strict && cells == r->width && !line.at && value != 0 && value != 1)
            return lhi_refuse_label(r, &cell, value);
    }
    if (cells == r->width) /* it was not so a moment ago */
        return refuse_change(r);
    return lhi_fail(r->c, LH_EDATA, "every row needs the same number of cells",
                    "%s line %zu has %zu cells, line %zu has %zu", r->path, r->line, cells,
                    r->first, r->width);
}

static void keep(lhi_csv_kept *k, const lhi_cell *cell)
{
    const size_t size = cell->size < sizeof k->text ? cell->size : sizeof k->text - 1;

    memcpy(k->text, cell->at, size);
    k->cell = (lhi_cell){k->text, size, cell->quoted};
}

static void add_tally(lhi_csv *r, const lhi_part *p, size_t column)
{
    const lhi_tally *t = &p->tally[column];
    lhi_seen *s = &r->seen[column];

    if (t->odd > 0 && s->odd == 0) {
        s->odd_line = p->line + t->odd_line;
        if (!s->first_odd)
            s->first_odd = lhi_alloc(r->c, sizeof *s->first_odd);
        if (s->first_odd)
            keep(s->first_odd, &t->odd_cell);
    }
    if (t->missing > 0 && s->missing == 0)
        s->missing_line = p->line + t->missing_line;
    s->odd += t->odd;
    s->missing += t->missing;
}

static lh_status add_part(lhi_csv *r, lhi_part *p)
{
    for (size_t i = 0; i < p->texts; i++) {
        const size_t code = lhi_texts_add(r->seen[p->text[i].column].texts, &p->text[i].cell);

        lhi_row_put(r, p->text[i].at, (double)code);
    }
    for (size_t j = 0; j < r->width; j++)
        if (p->tally[j].odd > 0 || p->tally[j].missing > 0)
            add_tally(r, p, j);
    if (p->beyond > 0 && r->beyond == 0) {
        r->beyond_line = lhi_part_line(r, p, p->beyond_row);
        r->beyond_column = p->beyond_column + 1;
        keep(&r->beyond_cell, &p->beyond_cell);
    }
    r->beyond += p->beyond;
    if (p->poor)
        return lhi_fail(r->c, LH_ENOMEM, NULL, "memory ran out while %s was read", r->path);
    return r->c->status;
}

/* The first cell, by its place, that stands in a column of numbers and is none, when it stands
 * before this line. */
static lh_status refuse_odd(lhi_csv *r, size_t line)
{
    size_t column = r->width;

    for (size_t j = 0; j < r->width; j++) {
        const lhi_seen *s = &r->seen[j];

        if (s->odd > 0 && !s->text && s->odd_line < line) {
            line = s->odd_line;
            column = j;
        }
    }
    if (column == r->width)
        return LH_OK;
    r->line = line;
    return lhi_refuse_kind(r, column + 1, &r->seen[column].first_odd->cell,
                           lhi_cell_read(&r->seen[column].first_odd->cell, r->point,
                                         &(double){0}));
}

/* A column is one of texts when most of its cells that are filled are no numbers.  1 when that
 * is otherwise than was thought. */
static int decide(lhi_csv *r, size_t rows)
{
    int changed = 0;

    for (size_t j = 0; j < r->width; j++) {
        lhi_seen *s = &r->seen[j];
        const int text = s->odd > (rows - s->missing) / 2;

        changed |= text != s->text;
        s->text = text;
    }
    return changed;
}

static lh_status refuse_part(lhi_csv *r, const lhi_part *p)
{
    const size_t line = lhi_part_line(r, p, (size_t)p->bad_row);

    decide(r, p->row + (size_t)p->bad_row);
    if (refuse_odd(r, line) != LH_OK)
        return r->c->status;
    r->line = line;
    return refuse_row(r, lhi_part_row(r, p, (size_t)p->bad_row));
}

static lh_status add_batch(batch *b)
{
    for (size_t i = 0; i < b->count && lhi_ok(b->r->c); i++) {
        lhi_part *p = &b->part[i];

        if (add_part(b->r, p) == LH_OK && p->bad_row != LHI_NO_ROW)
            refuse_part(b->r, p);
    }
    return b->r->c->status;
}

/* How many of the pieces from `from` on are in one batch, and their bytes. */
static size_t batch_at(const lhi_csv *r, const batch *b, size_t from, size_t *bytes)
{
    size_t count = 0;

    for (*bytes = 0; from + count < r->pieces && count < b->most; count++) {
        if (*bytes + r->piece[from + count].bytes > LHI_BATCH)
            break;
        *bytes += r->piece[from + count].bytes;
    }
    return count;
}

/* Where each of them stands in the buffer, and in the file. */
static void lay_out(batch *b, size_t from, const char *at, size_t *row, size_t *line)
{
    lhi_csv *r = b->r;

    for (size_t i = 0; i < b->count; i++) {
        lhi_part *p = &b->part[i];

        p->piece = &r->piece[from + i];
        p->at = at;
        p->end = at += p->piece->bytes;
        p->row = *row;
        p->line = *line;
        p->texts = p->beyond = p->now = 0;
        p->bad_row = LHI_NO_ROW;
        p->poor = 0;
        memset(p->tally, 0, r->width * sizeof *p->tally);
        *row += p->piece->rows;
        *line += p->piece->lines;
    }
    b->taken = 0;
}

/* Brings the stream before the first row. */
static lh_status skip_head(lhi_csv *r)
{
    size_t left = r->skip;

    lhi_stream_again(r->stream);
    while (left > 0) {
        const size_t n = left < LHI_BATCH ? left : LHI_BATCH;

        if (lhi_stream_read(r->stream, r->buffer[0], n) != n)
            break;
        left -= n;
    }
    return lhi_stream_check(r->stream) == LH_OK && left > 0 ? refuse_change(r) : r->c->status;
}

static void read_batches(void *arg)
{
    batch *b = arg;
    lhi_csv *r = b->r;
    const int threads = r->pieces > 1 ? lhi_threads(r->c, NULL) : 1;
    const long all = (long)(r->stream->size >> 20);
    size_t row = 0, line = r->first, from = 0, ahead;
    lhi_progress shown;

    lhi_progress_begin(&shown, r->c, "reading, MB", all);
    ahead = batch_at(r, b, 0, &b->wanted);
    b->got = lhi_stream_read(r->stream, r->buffer[0], b->wanted);
    for (int k = 0; ahead > 0 && lhi_ok(r->c); k = !k) {
        if (lhi_stream_check(r->stream) != LH_OK)
            break;
        if (b->got != b->wanted) {
            refuse_change(r);
            break;
        }
        b->count = ahead;
        lay_out(b, from, r->buffer[k], &row, &line);
        from += ahead;
        ahead = batch_at(r, b, from, &b->wanted);
        b->next = r->buffer[!k];
        lhi_team(r->c, threads, take_batch, b);
        add_batch(b);
        if (all >= LONG_READ)
            lhi_progress_show(&shown, (long)(r->stream->at >> 20), "%s", "");
    }
    lhi_progress_end(&shown);
}

static void free_parts(const lhi_csv *r, batch *b)
{
    for (size_t i = 0; i < b->most; i++) {
        lhi_mem_free(b->part[i].text);
        lhi_release(r->c, b->part[i].tally);
    }
    lhi_release(r->c, b->part);
}

/* As many parts as fill a batch; fewer for very wide tables, whose tallies are large. */
static lh_status make_parts(const lhi_csv *r, batch *b)
{
    const size_t room = LHI_BATCH / (r->width * sizeof(lhi_tally)) + 2;
    const size_t all = r->pieces < 16 ? r->pieces : 16, most = all < room ? all : room;

    b->part = lhi_alloc_array(r->c, most, sizeof *b->part);
    for (; b->part && b->most < most; b->most++) {
        b->part[b->most].tally = lhi_alloc_array(r->c, r->width, sizeof(lhi_tally));
        if (!b->part[b->most].tally)
            break;
    }
    return r->c->status;
}

static void begin_columns(lhi_csv *r)
{
    uint64_t key = 1;

    memcpy(&key, r->table->digest, sizeof key);
    r->beyond = 0;
    for (size_t j = 0; j < r->width && lhi_ok(r->c); j++) {
        lhi_seen *s = &r->seen[j];

        s->odd = s->missing = 0;
        lhi_texts_free(s->texts);
        s->texts = s->text ? lhi_texts_new(r->c, key) : NULL;
    }
}

static lh_status read_all(lhi_csv *r)
{
    batch b = {.r = r};

    begin_columns(r);
    if (skip_head(r) == LH_OK && make_parts(r, &b) == LH_OK)
        lhi_keep_team(r->c, r->pieces > 1 ? lhi_threads(r->c, NULL) : 1, read_batches, &b);
    if (b.part)
        free_parts(r, &b);
    return r->c->status;
}

/* Who quotes some columns alone, as R does, has texts in them, be they numbers or not. */
static void decide_quoted(lhi_csv *r, size_t rows)
{
    int bare = 0;

    for (size_t j = 0; j < r->width; j++)
        bare |= r->seen[j].quoted == 0;
    for (size_t j = 0; j < r->width; j++)
        r->seen[j].quoted = bare && rows > 0 && r->seen[j].quoted == rows;
}

/* What holds in the first rows mostly holds to the end. */
void lhi_rows_guess(lhi_csv *r)
{
    const char *at = r->at;
    size_t rows = 0;

    for (; rows < SAMPLE && at < r->end; rows++) {
        lhi_rest line = lhi_row_at(r, at, r->end);
        lhi_cell cell;

        at = lhi_row_after(line, r->end);
        if (lhi_is_blank(line))
            break;
        for (size_t j = 0; j < r->width && line.at && !lhi_cell_next(&line, &cell); j++) {
            double value;
            const enum lhi_cell_kind kind = lhi_cell_read(&cell, r->point, &value);

            r->seen[j].quoted += (size_t)cell.quoted;
            r->seen[j].missing += (size_t)lhi_cell_is_missing(&cell, kind);
            r->seen[j].odd += kind != LHI_CELL_NUMBER && !lhi_cell_is_missing(&cell, kind);
        }
    }
    decide(r, rows);
    decide_quoted(r, rows);
}

lh_status lhi_rows_read(lhi_csv *r)
{
    r->table->rows = r->rows;
    if (read_all(r) != LH_OK)
        return r->c->status;
    if (decide(r, r->rows) && read_all(r) != LH_OK)
        return r->c->status;
    return refuse_odd(r, SIZE_MAX);
}
