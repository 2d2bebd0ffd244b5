/* csv.c -- reads a CSV file into the table, or says where it cannot be read. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include "framework/base/quote.h"
#include "framework/base/type.h"

#include <inttypes.h>
#include <math.h>
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
    if (!may_be_row(r, two.at ? &t : &s) || (two.at && t.cells != s.cells))
        lhi_refuse_layout(r, one, two);
    if (!lhi_ok(r->c))
        return r->c->status;
    /* "2019,2020,defaulted" counts nothing: it names columns. */
    if (s.counts && s.cells == t.cells && strtoull(s.second.at, NULL, 10) + 1 != t.cells)
        s.counts = 0;
    data = (r->strict ? s.numbers == s.cells : s.numbers > 0 && !s.counts) &&
           !(s.counts && s.cells == 2 && two.at && t.cells != 2);
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

/* A label that stays as it is must be 0 or 1, without a negative zero. */
static lh_status take_label(const lhi_csv *r, const lhi_cell *cell, double *value)
{
    if (*value != 0 && *value != 1)
        return lhi_refuse_label(r, cell, *value);
    *value = *value == 1;
    return LH_OK;
}

/* What a cell that is no number is in a table that may have such cells. */
static lh_status take_odd(lhi_csv *r, size_t column, const lhi_cell *cell,
                          enum lhi_cell_kind kind, double *value)
{
    lhi_column *k = &r->table->column[column - 1];

    *value = (double)NAN;
    if (kind == LHI_CELL_TEXT || kind == LHI_CELL_HEX) {
        k->text = 1;
        return LH_OK;
    }
    if (kind != LHI_CELL_MISSING && !(kind == LHI_CELL_NONFINITE && strchr("nN", cell->at[0])))
        return lhi_refuse_kind(r, column, cell, kind);
    if (k->missing++ == 0)
        k->missing_at = r->line;
    return LH_OK;
}

/* One row into to[width]. */
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
        if (kind != LHI_CELL_NUMBER) {
            if (r->strict)
                return lhi_refuse_kind(r, cells, &cell, kind);
            if (take_odd(r, cells, &cell, kind, to + cells - 1) != LH_OK)
                return r->c->status;
            continue;
        }
        if (cell.size > 15 && lhi_cell_is_beyond(&cell, to[cells - 1]))
            note_beyond(r, cells, &cell);
        /* In a row too long this is a feature: its length is what is wrong. */
        if (r->strict && cells == r->width && !line.at &&
            take_label(r, &cell, to + cells - 1) != LH_OK)
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
static lh_status make_table(lhi_csv *r, lh_type keep)
{
    const size_t lines = lines_in(r->at, r->end);
    const size_t full = (size_t)(r->end - r->at) / (2 * r->width) + 2;
    lhi_table *t = r->table;

    if (lines > MOST_ROWS)
        return lhi_fail(r->c, LH_EDATA, "take a part of the rows", "%s has more than 2^31 rows",
                        r->path);
    t->type = keep;
    t->cols = r->width;
    t->column = lhi_alloc_array(r->c, t->cols, sizeof *t->column);
    t->cell = lhi_alloc_array(r->c, lines < full ? lines : full, t->cols * lhi_type_size(keep));
    t->first_line = r->first;
    t->label = -1;
    t->labels = 1;
    return r->c->status;
}

static lh_status check_rows(const lhi_csv *r)
{
    const size_t rows = r->table->rows;

    if (r->promised >= 0 && (uint64_t)r->promised != rows)
        return lhi_fail(r->c, LH_EDATA, "is the file cut short?  If not, correct its first line",
                        "%s line 1 promises %" PRId64 " rows, the file has %zu", r->path,
                        r->promised, rows);
    if (rows < 2)
        return lhi_fail(r->c, LH_EDATA, "a mean and a deviation need two rows at least",
                        "%s has one row only", r->path);
    return LH_OK;
}

static lh_status take_names(const lhi_csv *r)
{
    lhi_rest line = r->names;
    lhi_cell cell;

    for (size_t j = 0; j < r->width && line.at; j++) {
        char *name;

        lhi_cell_next(&line, &cell);
        name = lhi_strf(r->c, "%.*s", (int)cell.size, cell.at);
        if (!name)
            return LH_ENOMEM;
        lhi_make_utf8(name);
        r->table->column[j].name = name;
    }
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

static lh_status read_rows(lhi_csv *r)
{
    double *row = lhi_alloc_array(r->c, r->width, sizeof *row);
    lhi_rest line;

    while (row && take_line(r, &line) == LH_OK && line.at && take_row(r, line, row) == LH_OK) {
        const size_t i = r->table->rows++;

        for (size_t j = 0; j < r->width; j++)
            lhi_table_set(r->table, i, j, row[j]);
    }
    lhi_release(r->c, row);
    return r->c->status;
}

/* The cells of one column, once more from the lines. */
static lh_status read_texts(lhi_csv *r, size_t column)
{
    lhi_spelt *found = lhi_alloc_array(r->c, r->table->rows, sizeof *found);
    size_t count = 0;
    lhi_rest line;

    for (size_t i = 0; found && take_line(r, &line) == LH_OK && line.at; i++) {
        lhi_cell cell = {NULL, 0};
        double value;

        for (size_t j = 0; j <= column; j++)
            lhi_cell_next(&line, &cell);
        if (lhi_cell_read(&cell, &value) != LHI_CELL_MISSING)
            found[count++] = (lhi_spelt){cell.at, cell.size, i};
    }
    lhi_table_texts(r->c, r->table, column, found, count);
    lhi_release(r->c, found);
    return r->c->status;
}

static lh_status read_table(lhi_csv *r, lh_type keep)
{
    const char *const start = r->at;
    lhi_table *t = r->table;

    if (make_table(r, keep) != LH_OK || take_names(r) != LH_OK || read_rows(r) != LH_OK ||
        check_rows(r) != LH_OK)
        return r->c->status;
    for (size_t j = 0; j < t->cols; j++) {
        r->at = start;
        if (t->column[j].text && read_texts(r, j) != LH_OK)
            return r->c->status;
    }
    return lhi_look_over(r);
}

lh_status lhi_csv_read(lh_ctx *c, const char *path, const char *bytes, size_t size, lh_type keep,
                       enum lhi_cells cells, lhi_table *to)
{
    lhi_text word = {.c = c};
    lhi_csv r = {.c = c, .table = to, .promised = -1, .word = "FILE",
                 .strict = cells == LHI_CELLS_STRICT};

    lhi_add_shell(&word, path);
    if (word.at)
        r.word = word.at;
    if (begin(&r, path, bytes, size) == LH_OK && take_header(&r) == LH_OK)
        read_table(&r, keep);
    if (!lhi_ok(c)) {
        lhi_release(c, to->cell);
        to->cell = NULL;
    }
    lhi_text_free(&word);
    return c->status;
}
