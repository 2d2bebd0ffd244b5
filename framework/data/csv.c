/* csv.c -- reads a CSV file into the table, or says where it cannot be read. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/data/cell.h"
#include "framework/data/data.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 41, LONGEST_LINE = 1 << 20, MOST_CELLS = 65535 };

#define MOST_ROWS (UINT64_C(1) << 31)

typedef struct reader {
    lh_ctx *c;
    char path[208];       /* as messages show it */
    const char *at, *end; /* what is left; blank lines at the end are not in it */
    size_t line;          /* of the line taken last, from 1 */
    lhi_line names;       /* the column names, at NULL without */
    size_t first;         /* the first line of data */
    size_t width;         /* cells a line */
    int64_t promised;     /* rows that the first line speaks of, -1 without */
} reader;

/* What a look at a line finds before its meaning is known. */
typedef struct survey {
    size_t cells, numbers, texts;
    int counts;     /* the first two are whole numbers, and no number follows */
    size_t odd;     /* first cell that is no number, from 1; 0 without */
    lhi_cell first, second, odd_cell;
} survey;

/* " 'radius'" for messages, or nothing when the columns have no names. */
static const char *name_of(const reader *r, size_t column, char to[SHOWN + 4])
{
    lhi_line line = r->names;
    lhi_cell cell = {NULL, 0};
    char name[SHOWN];

    to[0] = 0;
    for (size_t i = 0; i < column && line.at; i++)
        if (lhi_cell_next(&line, &cell))
            return to;
    if (r->names.at && cell.size) {
        lhi_legible(name, sizeof name, cell.at, cell.size);
        strcat(strcat(strcpy(to, " '"), name), "'");
    }
    return to;
}

/* "FILE line L, column C 'NAME': 'CELL' what". */
static lh_status refuse(const reader *r, size_t column, const lhi_cell *cell, const char *what,
                        const char *hint)
{
    char text[SHOWN], name[SHOWN + 4];

    return lhi_fail(r->c, LH_EDATA, hint, "%s line %zu, column %zu%s: '%s' %s", r->path, r->line,
                    column, name_of(r, column, name),
                    lhi_legible(text, sizeof text, cell->at, cell->size), what);
}

static lh_status refuse_quotes(const reader *r, size_t column, const lhi_cell *cell,
                               const char *what)
{
    return refuse(r, column, cell, what, "write numbers without quotes, or close them");
}

static lh_status refuse_kind(const reader *r, size_t column, const lhi_cell *cell,
                             enum lhi_cell_kind kind)
{
    switch (kind) {
    case LHI_CELL_MISSING:
        return refuse(r, column, cell, cell->size ? "stands for a missing value"
                                                  : "is empty, a missing value",
                      "leave the row out or fill the value in: nothing is guessed here");
    case LHI_CELL_NONFINITE:
        return refuse(r, column, cell, "is not finite",
                      "leave the row out, or put a finite number there");
    case LHI_CELL_HUGE:
        return refuse(r, column, cell, "is too large for a double",
                      "use another unit for the column: 1.8e308 is the largest number");
    case LHI_CELL_HEX:
        return refuse(r, column, cell, "is hexadecimal", "write the number in decimal");
    default:
        if (memchr(cell->at, ';', cell->size) || memchr(cell->at, '\t', cell->size))
            return refuse(r, column, cell, "is text, not a number",
                          "put commas between cells, not semicolons or tabs");
        if (memchr(cell->at, ',', cell->size))
            return refuse(r, column, cell, "is text, not a number",
                          "write numbers with a decimal point, not a comma");
        return refuse(r, column, cell, "is text, not a number",
                      "all cells must be numbers, below one line of column names at most");
    }
}

static int is_blank(lhi_line line)
{
    while (line.at < line.end && (*line.at == ' ' || *line.at == '\t' || *line.at == '\r'))
        line.at++;
    return line.at == line.end;
}

/* The next line; its at is NULL at the end of the file, and after an error. */
static lh_status take_line(reader *r, lhi_line *line)
{
    const char *newline;

    *line = (lhi_line){NULL, NULL};
    if (r->at == r->end)
        return LH_OK;
    r->line++;
    newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    if ((newline ? newline : r->end) - r->at > LONGEST_LINE)
        return lhi_fail(r->c, LH_EDATA, "a row must end with a newline",
                        "%s line %zu is longer than 1 MiB", r->path, r->line);
    *line = (lhi_line){r->at, newline ? newline : r->end};
    r->at = newline ? newline + 1 : r->end;
    if (is_blank(*line)) {
        line->at = NULL;
        return lhi_fail(r->c, LH_EDATA, "remove the line: every line is a row",
                        "%s line %zu is blank", r->path, r->line);
    }
    if (line->end[-1] == '\r')
        line->end--;
    return LH_OK;
}

static lh_status look_at(const reader *r, lhi_line line, survey *s)
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
static lh_status take_counts(reader *r, const survey *s, size_t cells)
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
static lh_status take_header(reader *r)
{
    lhi_line one, two;
    survey s, t = {0};
    const char *start = r->at, *next;
    int data;

    if (take_line(r, &one) != LH_OK || look_at(r, one, &s) != LH_OK)
        return r->c->status;
    next = r->at;
    if (take_line(r, &two) != LH_OK || (two.at && look_at(r, two, &t) != LH_OK))
        return r->c->status;
    data = s.numbers == s.cells && !(s.counts && s.cells == 2 && two.at && t.cells != 2);
    r->line = !data;
    r->at = data ? start : next;
    r->first = (size_t)!data + 1;
    r->width = data ? s.cells : t.cells;
    if (!data && !s.counts && (s.numbers || !s.texts)) {
        double value;

        r->line = 1;
        return refuse_kind(r, s.odd, &s.odd_cell, lhi_cell_read(&s.odd_cell, &value));
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
        return lhi_fail(r->c, LH_EDATA, "give each column one name, the label too",
                        "%s line 1 has %zu column names, line 2 has %zu cells", r->path, s.cells,
                        t.cells);
    return LH_OK;
}

static lh_status take_label(const reader *r, const lhi_cell *cell, double *value)
{
    char text[SHOWN], name[SHOWN + 4];

    if (*value != 0 && *value != 1)
        return lhi_fail(r->c, LH_EDATA, "the last column is the label; number the two classes 0, 1",
                        "label %s at %s line %zu, column %zu%s: 0 or 1 is wanted",
                        lhi_legible(text, sizeof text, cell->at, cell->size), r->path, r->line,
                        r->width, name_of(r, r->width, name));
    *value = *value == 1; /* no negative zero */
    return LH_OK;
}

/* One row of numbers into to[width]. */
static lh_status take_row(const reader *r, lhi_line line, double *to)
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
            return refuse_kind(r, cells, &cell, kind);
        /* In a row too long this is a feature: its length is what is wrong. */
        if (cells == r->width && !line.at && take_label(r, &cell, to + cells - 1) != LH_OK)
            return r->c->status;
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
static double *table_for(const reader *r)
{
    const size_t lines = lines_in(r->at, r->end);
    const size_t full = (size_t)(r->end - r->at) / (2 * r->width) + 2;

    if (lines > MOST_ROWS) {
        lhi_fail(r->c, LH_EDATA, "take a part of the rows", "%s has more than 2^31 rows", r->path);
        return NULL;
    }
    return lhi_alloc_array(r->c, lines < full ? lines : full, r->width * sizeof(double));
}

static lh_status check_rows(const reader *r, size_t rows)
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
static lh_status begin(reader *r, const char *path, const char *bytes, size_t size)
{
    const char *zero = memchr(bytes, 0, size);

    lhi_legible(r->path, sizeof r->path, path, strlen(path));
    if (zero)
        return lhi_fail(r->c, LH_EDATA, "CSV in UTF-8 is wanted; unpack it if it is compressed",
                        "%s is not text: there is a NUL byte in line %zu", r->path,
                        lines_in(bytes, zero));
    r->at = bytes;
    r->end = bytes + size;
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        r->at += 3;
    while (r->end > r->at && strchr(" \t\r\n", r->end[-1]))
        r->end--;
    if (r->at == r->end)
        return lhi_fail(r->c, LH_EDATA, "rows of numbers are wanted, the label last",
                        "%s is empty", r->path);
    return LH_OK;
}

lh_status lhi_csv_read(lh_data *d, const char *path, const char *bytes, size_t size)
{
    reader r = {.c = d->c, .promised = -1};
    lhi_line line;
    double *table;
    size_t rows = 0;

    if (begin(&r, path, bytes, size) != LH_OK || take_header(&r) != LH_OK)
        return d->c->status;
    table = table_for(&r);
    if (!table)
        return d->c->status;
    while (take_line(&r, &line) == LH_OK && line.at)
        if (take_row(&r, line, table + rows++ * r.width) != LH_OK)
            break;
    if (lhi_ok(d->c) && check_rows(&r, rows) == LH_OK)
        d->row = lhi_alloc_array(d->c, rows, sizeof *d->row);
    if (!lhi_ok(d->c)) {
        lhi_release(d->c, table);
        return d->c->status;
    }
    for (size_t i = 0; i < rows; i++)
        d->row[i] = (uint32_t)i;
    d->table = table;
    d->file_rows = d->rows = rows;
    d->cols = r.width - 1;
    return LH_OK;
}
