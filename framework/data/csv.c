/* csv.c -- reads a CSV file into the table, or says where it cannot be read. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include "framework/base/quote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 1 << 20, MOST_CELLS = 65535 };

#define MOST_ROWS (UINT64_C(1) << 31)

/* What a look at a line finds before its meaning is known. */
typedef struct survey {
    size_t cells, numbers, texts;
    int counts;     /* the first two are whole numbers, and no number follows */
    size_t odd;     /* first cell that is no number, from 1; 0 without */
    lhi_cell first, second, odd_cell;
} survey;

static lh_status refuse_quotes(const lhi_csv *r, size_t column, const lhi_cell *cell,
                               const char *what)
{
    return lhi_refuse_cell(r, column, cell, what, "write numbers without quotes, or close them");
}

static int is_blank(lhi_rest line)
{
    while (line.at < line.end && (*line.at == ' ' || *line.at == '\t' || *line.at == '\r'))
        line.at++;
    return line.at == line.end;
}

/* The next line; its at is NULL at the end of the file, and after an error. */
static lh_status take_line(lhi_csv *r, lhi_rest *line)
{
    const char *newline;

    *line = (lhi_rest){NULL, NULL};
    if (r->at == r->end)
        return LH_OK;
    r->line++;
    newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    if ((newline ? newline : r->end) - r->at > LONGEST_LINE)
        return lhi_fail(r->c, LH_EDATA, "a row must end with a newline",
                        "%s line %zu is longer than 1 MiB", r->path, r->line);
    *line = (lhi_rest){r->at, newline ? newline : r->end};
    r->at = newline ? newline + 1 : r->end;
    if (is_blank(*line)) {
        line->at = NULL;
        return lhi_fail(r->c, LH_EDATA,
                        lhi_strf(r->c, "every line is a row: grep -v '^[[:space:]]*$' %s > new.csv",
                                 r->word),
                        "%s line %zu is blank", r->path, r->line);
    }
    if (line->end[-1] == '\r')
        line->end--;
    return LH_OK;
}

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
            return refuse_quotes(r, s->cells, &cell, wrong);
        kind = lhi_cell_read(&cell, &value);
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

/* "rows,features,class,class", as scikit-learn's files begin. */
static lh_status take_counts(lhi_csv *r, const survey *s, size_t cells)
{
    const uint64_t features = s->second.at ? strtoull(s->second.at, NULL, 10) : 0;

    r->promised = s->first.at ? strtoll(s->first.at, NULL, 10) : 0;
    if (features + 1 != cells)
        return lhi_fail(r->c, LH_EDATA, "correct the first line, or remove it",
                        "%s line 1 promises %" PRIu64 " features, line 2 has %zu and the label",
                        r->path, features, cells - 1);
    return LH_OK;
}

/* Decides what the first line is, and leaves the reader before the first row. */
static lh_status take_header(lhi_csv *r)
{
    lhi_rest one, two;
    survey s, t = {0};
    const char *start = r->at, *next;
    int data;

    if (take_line(r, &one) != LH_OK)
        return r->c->status;
    next = r->at;
    if (take_line(r, &two) != LH_OK)
        return r->c->status;
    /* Quotes that seem wrong are right where other marks than commas stand between cells. */
    if (!quotes_hold(one) || (two.at && !quotes_hold(two)))
        lhi_refuse_layout(r, one, two);
    r->line = 1;
    look_at(r, one, &s);
    r->line = 2;
    if (two.at && lhi_ok(r->c))
        look_at(r, two, &t);
    if (!lhi_ok(r->c))
        return r->c->status;
    if (two.at ? t.cells < 2 || t.numbers < t.cells || t.cells != s.cells
               : s.cells < 2 || s.numbers < s.cells)
        lhi_refuse_layout(r, one, two);
    if (!lhi_ok(r->c))
        return r->c->status;
    /* "2019,2020,defaulted" counts nothing: it names columns. */
    if (s.counts && s.cells == t.cells && strtoull(s.second.at, NULL, 10) + 1 != t.cells)
        s.counts = 0;
    data = s.numbers == s.cells && !(s.counts && s.cells == 2 && two.at && t.cells != 2);
    r->line = !data;
    r->at = data ? start : next;
    r->first = (size_t)!data + 1;
    r->width = data ? s.cells : t.cells;
    if (!data && !s.counts && (s.numbers || !s.texts)) {
        double value;

        r->line = 1;
        r->first = two.at && t.numbers == t.cells ? 2 : 1; /* rows as this one, or one of names */
        r->width = s.cells;
        return lhi_refuse_kind(r, s.odd, &s.odd_cell, lhi_cell_read(&s.odd_cell, &value));
    }
    if (!data && !two.at)
        return lhi_fail(r->c, LH_EDATA, "rows of numbers must follow, the label last",
                        "%s has a first line and no row below it", r->path);
    if (r->width < 2)
        return lhi_fail(r->c, LH_EDATA,
                        "at least one feature and the label are wanted, with commas between cells",
                        "%s line %zu has one column only", r->path, r->first);
    if (r->width > MOST_CELLS)
        return lhi_fail(r->c, LH_EDATA, "is each row on a line of its own?",
                        "%s line %zu has %zu columns: %d are allowed", r->path, r->first, r->width,
                        MOST_CELLS);
    if (!data && s.counts)
        return take_counts(r, &s, t.cells);
    if (!data)
        r->names = one;
    if (!data && s.cells != t.cells)
        return lhi_fail(r->c, LH_EDATA,
                        s.cells + 1 != t.cells
                            ? "give each column one name, the label too"
                            : lhi_strf(r->c, "give each column one name, the label too; names of "
                                       "rows go with awk 'NR > 1 { sub(/^[^,]*,/, \"\") } 1' %s > "
                                       "new.csv (R: row.names = FALSE)", r->word),
                        "%s line 1 has %zu column names, line 2 has %zu cells", r->path, s.cells,
                        t.cells);
    return LH_OK;
}

static void note_beyond(lhi_csv *r, size_t column, const lhi_cell *cell)
{
    if (r->beyond++ > 0)
        return;
    r->beyond_line = r->line;
    r->beyond_column = column;
    r->beyond_cell = *cell;
}

/* One row of numbers into to[width]. */
static lh_status take_row(lhi_csv *r, lhi_rest line, double *to)
{
    size_t cells = 0;

    while (line.at) {
        lhi_cell cell;
        const char *wrong = lhi_cell_next(&line, &cell);
        enum lhi_cell_kind kind;

        if (wrong)
            return refuse_quotes(r, cells + 1, &cell, wrong);
        if (cells++ >= r->width)
            continue; /* only counted, for the message */
        kind = lhi_cell_read(&cell, to + cells - 1);
        if (kind != LHI_CELL_NUMBER)
            return lhi_refuse_kind(r, cells, &cell, kind);
        if (cell.size > 15 && lhi_cell_is_beyond(&cell, to[cells - 1]))
            note_beyond(r, cells, &cell);
        /* In a row too long this is a feature: its length is what is wrong. */
        if (cells < r->width || line.at)
            continue;
        if (to[cells - 1] != 0 && to[cells - 1] != 1)
            return lhi_refuse_label(r, &cell, to[cells - 1]);
        to[cells - 1] = to[cells - 1] == 1; /* no negative zero */
    }
    if (cells != r->width)
        return lhi_fail(r->c, LH_EDATA, "every row needs the same number of cells",
                        "%s line %zu has %zu cells, line %zu has %zu", r->path, r->line, cells,
                        r->first, r->width);
    return LH_OK;
}

static size_t lines_in(const char *at, const char *end)
{
    size_t lines = 1;

    for (; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        lines++;
    return lines;
}

/* Room for all rows: as many as lines, but a full row has two bytes a cell at least,
 * and one row more may begin and prove too short. */
static double *table_for(const lhi_csv *r)
{
    const size_t lines = lines_in(r->at, r->end);
    const size_t full = (size_t)(r->end - r->at) / (2 * r->width) + 2;

    if (lines > MOST_ROWS) {
        lhi_fail(r->c, LH_EDATA, "take a part of the rows", "%s has more than 2^31 rows", r->path);
        return NULL;
    }
    return lhi_alloc_array(r->c, lines < full ? lines : full, r->width * sizeof(double));
}

static lh_status check_rows(const lhi_csv *r, size_t rows)
{
    if (r->promised >= 0 && (uint64_t)r->promised != rows)
        return lhi_fail(r->c, LH_EDATA, "is the file cut short?  If not, correct its first line",
                        "%s line 1 promises %" PRId64 " rows, the file has %zu", r->path,
                        r->promised, rows);
    if (rows < 2)
        return lhi_fail(r->c, LH_EDATA, "a mean and a deviation need two rows at least",
                        "%s has one row only", r->path);
    return LH_OK;
}

/* Text, without a byte order mark and the blank lines at the end. */
static lh_status begin(lhi_csv *r, const char *path, const char *bytes, size_t size)
{
    const char *zero = memchr(bytes, 0, size);

    lhi_legible(r->path, sizeof r->path, path, strlen(path));
    r->at = bytes;
    r->end = bytes + size;
    if (lhi_refuse_format(r, bytes, size, zero != NULL) != LH_OK)
        return r->c->status;
    if (zero)
        return lhi_fail(r->c, LH_EDATA, "CSV in UTF-8 is wanted; unpack it if it is compressed",
                        "%s is not text: there is a NUL byte in line %zu", r->path,
                        lines_in(bytes, zero));
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        r->at += 3;
    while (r->end > r->at && strchr(" \t\r\n", r->end[-1]))
        r->end--;
    if (r->at == r->end)
        return lhi_fail(r->c, LH_EDATA, "rows of numbers are wanted, the label last",
                        "%s is empty", r->path);
    return LH_OK;
}

static void read_rows(lh_data *d, lhi_csv *r)
{
    lhi_rest line;
    double *table = table_for(r);
    size_t rows = 0;

    if (!table)
        return;
    while (take_line(r, &line) == LH_OK && line.at)
        if (take_row(r, line, table + rows++ * r->width) != LH_OK)
            break;
    if (lhi_ok(d->c) && check_rows(r, rows) == LH_OK && lhi_look_over(r, table, rows) == LH_OK)
        d->row = lhi_alloc_array(d->c, rows, sizeof *d->row);
    if (!lhi_ok(d->c)) {
        lhi_release(d->c, table);
        return;
    }
    for (size_t i = 0; i < rows; i++)
        d->row[i] = (uint32_t)i;
    d->table = table;
    d->file_rows = d->rows = rows;
    d->cols = r->width - 1;
}

lh_status lhi_csv_read(lh_data *d, const char *path, const char *bytes, size_t size)
{
    lhi_text word = {.c = d->c};
    lhi_csv r = {.c = d->c, .promised = -1, .word = "FILE"};

    lhi_add_shell(&word, path);
    if (word.at)
        r.word = word.at;
    if (begin(&r, path, bytes, size) == LH_OK && take_header(&r) == LH_OK)
        read_rows(d, &r);
    lhi_text_free(&word);
    return d->c->status;
}
