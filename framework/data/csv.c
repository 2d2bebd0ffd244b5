/* csv.c -- reads a file of rows and cells into a table, or says where it cannot be read. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include "framework/base/quote.h"
#include "framework/base/type.h"
#include "framework/data/texts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a look at a line finds before its meaning is known. */
typedef struct survey {
    size_t cells, numbers, texts;
    int counts;     /* the first two are whole numbers, and no number follows */
    size_t odd;     /* first cell that is no number, from 1; 0 without */
    lhi_cell first, second, odd_cell;
} survey;

static int quotes_hold(lhi_rest line)
{
    lhi_cell cell;

    while (line.at)
        if (lhi_cell_next(&line, &cell))
            return 0;
    return 1;
}

static lh_status look_at(const lhi_csv *r, lhi_rest line, survey *s)
{
    *s = (survey){.counts = 1};
    while (line.at) {
        lhi_cell cell;
        double value;
        const char *wrong = lhi_cell_next(&line, &cell);
        enum lhi_cell_kind kind;

        s->cells++;
        if (wrong)
            return lhi_refuse_quotes(r, s->cells, &cell, wrong);
        kind = lhi_cell_read(&cell, r->point, &value);
        s->numbers += kind == LHI_CELL_NUMBER;
        s->texts += kind == LHI_CELL_TEXT;
        if (s->cells == 1)
            s->first = cell;
        if (s->cells == 2)
            s->second = cell;
        s->counts &= s->cells <= 2 ? lhi_cell_is_whole(&cell) : kind == LHI_CELL_TEXT;
        if (kind != LHI_CELL_NUMBER && !s->odd) {
            s->odd = s->cells;
            s->odd_cell = cell;
        }
    }
    s->counts &= s->cells >= 2;
    return LH_OK;
}

/* 1 when a line that is no row of names may be one of data. */
static int may_be_row(const lhi_csv *r, const survey *s)
{
    return s->cells >= 2 && (!r->strict || s->numbers == s->cells);
}

/* "rows,features,class,class", as scikit-learn's files begin. */
static lh_status take_counts(lhi_csv *r, const survey *s, size_t cells)
{
    const uint64_t features = s->second.at ? strtoull(s->second.at, NULL, 10) : 0;

    r->promised = s->first.at ? strtoll(s->first.at, NULL, 10) : 0;
    if (features + 1 != cells)
        return lhi_fail(r->c, LH_EDATA, "correct the first line, or remove it",
                        "%s line %zu promises %" PRIu64 " features, line %zu has %zu and the "
                        "label", r->path, r->first - 1, features, r->first, cells - 1);
    return LH_OK;
}

/* The buffer that they stand in is used again. */
static lh_status keep_names(lhi_csv *r, lhi_rest names)
{
    const size_t size = (size_t)(names.end - names.at);
    char *copy = lhi_alloc_later(r->c, size);

    if (!copy)
        return LH_ENOMEM;
    memcpy(copy, names.at, size);
    r->names = (lhi_rest){copy, copy + size, names.mark};
    return LH_OK;
}

/* Decides what the first line is, and leaves the reader before the first row. */
static lh_status take_header(lhi_csv *r)
{
    lhi_rest one, two;
    survey s, t = {0};
    const char *start = r->at, *next;
    const size_t line = r->line + 1;
    size_t second;
    int data;

    if (lhi_take_line(r, &one) != LH_OK)
        return r->c->status;
    next = r->at;
    second = r->line + 1;
    if (lhi_take_line(r, &two) != LH_OK)
        return r->c->status;
    /* Quotes that seem wrong are right where other marks than commas stand between cells. */
    if (!quotes_hold(one) || (two.at && !quotes_hold(two)))
        lhi_refuse_layout(r, one, two);
    r->line = line;
    look_at(r, one, &s);
    r->line = second;
    if (two.at && lhi_ok(r->c))
        look_at(r, two, &t);
    if (!lhi_ok(r->c))
        return r->c->status;
    if (!may_be_row(r, two.at ? &t : &s) || (two.at && t.cells != s.cells))
        lhi_refuse_layout(r, one, two);
    if (!lhi_ok(r->c))
        return r->c->status;
    /* "2019,2020,defaulted" counts nothing: it names columns. */
    if (s.counts && s.cells == t.cells && strtoull(s.second.at, NULL, 10) + 1 != t.cells)
        s.counts = 0;
    data = (r->strict ? s.numbers == s.cells : s.numbers > 0 && !s.counts) &&
           !(s.counts && s.cells == 2 && two.at && t.cells != 2);
    r->at = data ? start : next;
    r->first = data ? line : second;
    r->line = r->first;
    r->width = data ? s.cells : t.cells;
    if (!data && !s.counts && (s.numbers || !s.texts)) {
        double value;

        r->line = line;
        r->first = two.at && t.numbers == t.cells ? second : line; /* rows as this one, or names */
        r->width = s.cells;
        return lhi_refuse_kind(r, s.odd, &s.odd_cell, lhi_cell_read(&s.odd_cell, r->point, &value));
    }
    if (!data && !two.at)
        return lhi_fail(r->c, LH_EDATA, "rows of numbers must follow, the label last",
                        "%s has a first line and no row below it", r->path);
    if (r->width < 2)
        return lhi_fail(r->c, LH_EDATA,
                        "at least one feature and the label are wanted, with commas between cells",
                        "%s line %zu has one column only", r->path, r->first);
    if (r->width > LHI_MOST_COLUMNS)
        return lhi_fail(r->c, LH_EDATA, "is each row on a line of its own?",
                        "%s line %zu has %zu columns: %d are allowed", r->path, r->first, r->width,
                        LHI_MOST_COLUMNS);
    if (!data && s.counts)
        return take_counts(r, &s, t.cells);
    if (!data && keep_names(r, one) != LH_OK)
        return r->c->status;
    if (!data && s.cells != t.cells)
        return lhi_fail(r->c, LH_EDATA,
                        s.cells + 1 != t.cells
                            ? "give each column one name, the label too"
                            : lhi_strf(r->c, "give each column one name, the label too; names of "
                                       "rows go with awk 'NR > 1 { sub(/^[^,]*,/, \"\") } 1' %s > "
                                       "new.csv (R: row.names = FALSE)", r->word),
                        "%s line %zu has %zu column names, line %zu has %zu cells", r->path, line,
                        s.cells, second, t.cells);
    return LH_OK;
}

static lh_status check_rows(const lhi_csv *r)
{
    const size_t rows = r->rows;

    if (r->promised >= 0 && (uint64_t)r->promised != rows)
        return lhi_fail(r->c, LH_EDATA, "is the file cut short?  If not, correct its first line",
                        "%s line %zu promises %" PRId64 " rows, the file has %zu", r->path,
                        r->first - 1, r->promised, rows);
    if (rows < 2)
        return lhi_fail(r->c, LH_EDATA, "a mean and a deviation need two rows at least",
                        "%s has one row only", r->path);
    return LH_OK;
}

static lh_status take_names(lhi_csv *r)
{
    lhi_rest line = r->names;
    lhi_cell cell;

    for (size_t j = 0; j < r->width && line.at; j++) {
        lhi_texts *one = lhi_texts_new(r->c, 0);

        lhi_cell_next(&line, &cell);
        lhi_texts_add(one, &cell);
        r->table->column[j].name = lhi_texts_only(one);
        if (!lhi_ok(r->c))
            return LH_ENOMEM;
    }
    return LH_OK;
}

/* Without the lines at the end that have nothing in them. */
static const char *without_blank_lines(const char *at, const char *end)
{
    const char *stop = end;

    for (; end > at && strchr(" \t\r\n", end[-1]); end--)
        if (end[-1] == '\n')
            stop = end - 1;
    return end > at ? stop : at;
}

/* Text, without a byte order mark and comments at its beginning. */
static lh_status begin(lhi_csv *r)
{
    const size_t size = (size_t)(r->end - r->at);
    const int binary = memchr(r->at, 0, size) != NULL;

    if (lhi_refuse_format(r, r->at, size, binary) != LH_OK ||
        lhi_lines_check(r, r->at, r->end, 1) != LH_OK)
        return r->c->status;
    if (size >= 3 && memcmp(r->at, "\xef\xbb\xbf", 3) == 0)
        r->at += 3;
    while (r->at < r->end && *r->at == '#') {
        const char *const newline = memchr(r->at, '\n', (size_t)(r->end - r->at));

        r->at = newline ? newline + 1 : r->end;
        r->line++;
    }
    if (r->whole)
        r->end = without_blank_lines(r->at, r->end);
    if (r->at == r->end)
        return lhi_fail(r->c, LH_EDATA, "rows of numbers are wanted, the label last",
                        "%s is empty", r->path);
    lhi_find_dialect(r);
    return LH_OK;
}

static lh_status make_table(lhi_csv *r, lh_type keep)
{
    lhi_table *t = r->table;

    t->type = keep;
    t->cols = r->width;
    t->column = lhi_alloc_array(r->c, t->cols, sizeof *t->column);
    if (lhi_ok(r->c) && r->rows > SIZE_MAX / sizeof(double) / r->width)
        return lhi_fail(r->c, LH_ENOMEM, NULL, "%s has more cells than memory", r->path);
    if (lhi_ok(r->c))
        t->cell = lhi_alloc_later(r->c, r->rows * t->cols * lhi_type_size(keep));
    t->first_line = r->first;
    t->label = -1;
    t->labels = 1;
    return r->c->status;
}

/* What was seen in the columns, as it is told of the table. */
static void settle(lhi_csv *r)
{
    for (size_t j = 0; j < r->width && lhi_ok(r->c); j++) {
        lhi_column *k = &r->table->column[j];

        k->missing = r->seen[j].missing;
        k->missing_at = r->seen[j].missing_line;
        k->quoted = (int)r->seen[j].quoted;
        if (r->seen[j].text)
            lhi_texts_settle(r->seen[j].texts, r->table, j);
    }
}

static lh_status read_table(lhi_csv *r, lh_type keep)
{
    const char *const start = r->buffer[0] + LHI_LONGEST_ROW + 1;
    unsigned char digest[32];
    r->skip = (size_t)(r->at - start);
    r->line = r->first;
    r->seen = lhi_alloc_array(r->c, r->width, sizeof *r->seen);
    if (r->seen && !r->strict)
        lhi_rows_guess(r);
    if (!r->seen || lhi_lines_count(r) != LH_OK)
        return r->c->status;
    lhi_sha256_end(r->stream->digest, digest);
    lhi_hex(digest, r->table->digest);
    if (make_table(r, keep) == LH_OK && take_names(r) == LH_OK && lhi_rows_read(r) == LH_OK &&
        check_rows(r) == LH_OK)
        settle(r);
    return lhi_ok(r->c) ? lhi_look_over(r) : r->c->status;
}

static void free_all(lhi_csv *r)
{
    for (size_t j = 0; r->seen && j < r->width; j++) {
        lhi_texts_free(r->seen[j].texts);
        lhi_release(r->c, r->seen[j].first_odd);
    }
    lhi_release(r->c, r->seen);
    lhi_release(r->c, r->piece);
    lhi_release(r->c, r->buffer[0]);
    lhi_release(r->c, r->buffer[1]);
    if (!lhi_ok(r->c)) {
        lhi_release(r->c, r->table->cell);
        r->table->cell = NULL;
    }
}

static lh_status read_csv(lhi_stream *stream, const lhi_wanted *how, lhi_table *to)
{
    lh_ctx *c = stream->c;
    lhi_text word = {.c = c};
    lhi_csv r = {.c = c, .table = to, .stream = stream, .promised = -1, .word = "FILE",
                 .strict = how->cells == LHI_CELLS_STRICT, .path = stream->shown, .mark = ',',
                 .point = '.'};

    lhi_add_shell(&word, stream->path);
    if (word.at)
        r.word = word.at;
    if (lhi_lines_begin(&r) == LH_OK && begin(&r) == LH_OK && take_header(&r) == LH_OK)
        read_table(&r, how->keep);
    free_all(&r);
    lhi_text_free(&word);
    return c->status;
}

/* What is none of the others is perhaps one, or is told what it is. */
static int here(const unsigned char *head, size_t size)
{
    (void)head, (void)size;
    return 1;
}

const lhi_source lhi_source_csv = {here, read_csv};
