/* lines.c -- a first look at all of a file: how many rows it has, and where they can be parted. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include "framework/base/threads.h"

#include <string.h>

int lhi_is_blank(lhi_rest line)
{
    while (line.at < line.end && (*line.at == ' ' || *line.at == '\t' || *line.at == '\r'))
        line.at++;
    return line.at == line.end;
}

static size_t lines_in(const char *at, const char *end)
{
    size_t lines = 0;

    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        lines++;
        at++;
    }
    return lines;
}

lh_status lhi_lines_check(const lhi_csv *r, const char *at, const char *end, size_t line)
{
    const char *const zero = memchr(at, 0, (size_t)(end - at));

    if (zero)
        return lhi_fail(r->c, LH_EDATA, "CSV in UTF-8 is wanted; unpack it if it is compressed",
                        "%s is not text: there is a NUL byte in line %zu", r->path,
                        line + lines_in(at, zero));
    return LH_OK;
}

static lh_status refuse_blank(const lhi_csv *r)
{
    return lhi_fail(r->c, LH_EDATA,
                    lhi_strf(r->c, "every line is a row: grep -v '^[[:space:]]*$' %s > new.csv",
                             r->word),
                    "%s line %zu is blank", r->path, r->line);
}

static lh_status refuse_length(const lhi_csv *r)
{
    return lhi_fail(r->c, LH_EDATA, "a row must end with a newline",
                    "%s line %zu is longer than 1 MiB", r->path, r->line);
}

/* A row that goes on to the end of all because a quote in it does. */
static lh_status refuse_open(lhi_csv *r, const char *at, const char *end)
{
    lhi_rest line = {at, end, r->mark};
    lhi_cell cell;
    size_t column = 1;
    const char *what;

    while (!(what = lhi_cell_next(&line, &cell)) && line.at)
        column++;
    r->line += lines_in(at, cell.at);
    return lhi_refuse_quotes(r, column, &cell, what ? what : "is part of a row that does not end");
}

/* The end of the row at `at`, of which `end` is what is known, or all there is (last).  NULL: it
 * goes on, or it cannot be a row.  r->line is the row's. */
static const char *row_end(lhi_csv *r, const char *at, const char *end, int last)
{
    const int large = end - at > LHI_LONGEST_ROW;
    int open;
    const char *stop = lhi_row_end(at, large ? at + LHI_LONGEST_ROW + 1 : end, r->mark, &open);

    if (stop || (!large && !last))
        return stop;
    if (!large && !open)
        return end;
    if (open)
        refuse_open(r, at, large ? at + LHI_LONGEST_ROW : end);
    else
        refuse_length(r);
    return NULL;
}

lh_status lhi_take_line(lhi_csv *r, lhi_rest *line)
{
    const char *stop;

    *line = (lhi_rest){NULL, NULL, r->mark};
    if (r->at == r->end)
        return LH_OK;
    r->line++;
    stop = row_end(r, r->at, r->end, 1);
    if (!stop)
        return r->c->status;
    *line = (lhi_rest){r->at, stop, r->mark};
    if (lhi_is_blank(*line)) {
        line->at = NULL;
        return refuse_blank(r);
    }
    r->line += lines_in(r->at, stop);
    r->at = stop < r->end ? stop + 1 : stop;
    if (line->end[-1] == '\r')
        line->end--;
    return LH_OK;
}

/* Both buffers have room for a row before their batch: one that the batch before begins. */
lh_status lhi_lines_begin(lhi_csv *r)
{
    const uint64_t size = r->stream->gzip ? LHI_BATCH : r->stream->size + 1;
    const size_t room = size < LHI_BATCH ? (size_t)size : LHI_BATCH;
    size_t got;

    for (int i = 0; i < 2; i++)
        r->buffer[i] = lhi_alloc_later(r->c, (i ? room : room + 1) + LHI_LONGEST_ROW + 64);
    if (!lhi_ok(r->c))
        return r->c->status;
    r->at = r->buffer[0] + LHI_LONGEST_ROW + 1;
    got = lhi_stream_read(r->stream, r->buffer[0] + LHI_LONGEST_ROW + 1, room);
    r->end = r->at + got;
    r->buffer[0][LHI_LONGEST_ROW + 1 + got] = 0;
    r->whole = got < room;
    return lhi_stream_check(r->stream);
}

/* A row is part of the piece that is being filled, or of a new one. */
static lh_status add_row(lhi_csv *r, size_t bytes, size_t lines)
{
    lhi_csv_piece *p = r->pieces > 0 ? &r->piece[r->pieces - 1] : NULL;

    if (!p || p->bytes >= LHI_PIECE) {
        if (lhi_grow(r->c, &r->piece, &r->piece_room, r->pieces + 1, sizeof *p) != 0)
            return LH_ENOMEM;
        p = &r->piece[r->pieces++];
        *p = (lhi_csv_piece){0, 0, 0};
    }
    p->bytes += (uint32_t)bytes;
    p->rows++;
    p->lines += (uint32_t)lines;
    if (++r->rows > LHI_MOST_ROWS)
        return lhi_fail(r->c, LH_EDATA, "take a part of the rows", "%s has more than 2^31 rows",
                        r->path);
    return LH_OK;
}

/* The rows that are whole in at..end; where the next begins. */
static const char *count(lhi_csv *r, const char *at, const char *end, int last, size_t *blank)
{
    while (at < end && lhi_ok(r->c)) {
        const char *const stop = row_end(r, at, end, last);
        size_t lines;

        if (!stop)
            break;
        if (lhi_is_blank((lhi_rest){at, stop, r->mark})) {
            *blank = *blank ? *blank : r->line;
            r->line++;
        } else if (*blank) {
            r->line = *blank; /* blank lines may stand at the end alone */
            refuse_blank(r);
        } else {
            lines = 1 + lines_in(at, stop);
            add_row(r, (size_t)(stop - at) + (stop < end), lines);
            r->line += lines;
        }
        at = stop < end ? stop + 1 : stop;
    }
    return at;
}

/* The next batch is read while the rows of this one are counted. */
typedef struct look {
    lhi_csv *r;
    const char *at, *end, *rest; /* this batch, and where its last row begins that is not whole */
    char *next;
    size_t got, blank;
    int last;
} look;

static void look_and_read(void *arg, int rank, int size)
{
    look *l = arg;

    if (rank == size - 1 && !l->last)
        l->got = lhi_stream_read(l->r->stream, l->next, LHI_BATCH);
    if (rank == 0)
        l->rest = count(l->r, l->at, l->end, l->last, &l->blank);
}

static int readers(const lhi_csv *r)
{
    return lhi_threads(r->c, NULL) > 1 && !r->whole ? 2 : 1;
}

static void look_through(void *arg)
{
    look *l = arg;
    lhi_csv *r = l->r;

    for (int k = 1; lhi_ok(r->c); k = !k) {
        size_t left;

        l->next = r->buffer[k] + LHI_LONGEST_ROW + 1;
        l->got = 0;
        lhi_team(r->c, readers(r), look_and_read, l);
        lhi_stream_check(r->stream);
        if (l->last || !lhi_ok(r->c))
            break;
        left = (size_t)(l->end - l->rest);
        lhi_lines_check(r, l->next, l->next + l->got, r->line + lines_in(l->rest, l->end));
        memcpy(l->next - left, l->rest, left);
        l->at = l->next - left;
        l->end = l->next + l->got;
        l->last = l->got < LHI_BATCH;
    }
}

lh_status lhi_lines_count(lhi_csv *r)
{
    look l = {.r = r, .at = r->at, .end = r->end, .last = r->whole};

    lhi_keep_team(r->c, readers(r), look_through, &l);
    return r->c->status;
}
