/* libsvm.c -- text of libsvm: a label, then INDEX:VALUE for what is not zero. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/data/decimal.h"
#include "framework/data/source.h"

#include <math.h>
#include <string.h>

enum { FULL = 4096 }; /* so many times the size of the text a table may be */

/* What the first reading finds. */
typedef struct shape {
    uint64_t rows, most, least;
} shape;

static int number(const char *at, size_t size, double *value)
{
    return size > 0 && lhi_decimal_read(at, at + size, '.', value) == at + size &&
           isfinite(*value);
}

/* "12:0.5" */
static int pair(const char *at, size_t size, uint64_t *index, double *value)
{
    const char *const colon = memchr(at, ':', size);

    *index = 0;
    if (!colon || colon == at || colon - at > 9)
        return 0;
    for (const char *p = at; p < colon; p++) {
        if (*p < '0' || *p > '9')
            return 0;
        *index = *index * 10 + (uint64_t)(*p - '0');
    }
    return number(colon + 1, size - (size_t)(colon + 1 - at), value);
}

/* Calls take() for each pair of a line whose label is read.  What is wrong stands in *wrong. */
static int each_pair(const char *at, const char *end, double *label, lhi_span *wrong,
                     void (*take)(void *arg, uint64_t index, double value), void *arg)
{
    const char *word;
    size_t size;
    uint64_t index;
    double value;

    if (!lhi_words_next(&at, end, &word, &size) || !number(word, size, label)) {
        *wrong = (lhi_span){word, size};
        return 0;
    }
    while (lhi_words_next(&at, end, &word, &size)) {
        if (!pair(word, size, &index, &value)) {
            *wrong = (lhi_span){word, size};
            return 0;
        }
        take(arg, index, value);
    }
    return 1;
}

static void measure(void *arg, uint64_t index, double value)
{
    shape *s = arg;

    (void)value;
    s->most = index > s->most ? index : s->most;
    s->least = index < s->least ? index : s->least;
}

static int here(const unsigned char *head, size_t size)
{
    const char *at = (const char *)head;
    const char *end = memchr(at, '\n', size), *const hash = memchr(at, '#', size);
    shape s = {0, 0, UINT64_MAX};
    lhi_span wrong;
    double label;

    end = end ? end : at + size;
    end = hash && hash < end ? hash : end;
    return each_pair(at, end, &label, &wrong, measure, &s) && s.least != UINT64_MAX;
}

static lh_status refuse(const lhi_words *w, lhi_span wrong)
{
    char shown[41];

    return lhi_source_bad(w->stream, "a line of libsvm is a label, then INDEX:VALUE between blanks",
                          "line %zu: '%s' is none of them", w->line,
                          lhi_legible(shown, sizeof shown, wrong.at, wrong.length));
}

static lh_status find_shape(lhi_words *w, shape *s)
{
    const char *at, *end;
    lhi_span wrong;
    double label;

    while (lhi_words_line(w, '#', &at, &end)) {
        if (!each_pair(at, end, &label, &wrong, measure, s))
            return refuse(w, wrong);
        s->rows++;
    }
    return w->stream->c->status;
}

typedef struct row {
    lhi_table *to;
    size_t row;
    uint64_t first;
} row;

static void fill(void *arg, uint64_t index, double value)
{
    const row *r = arg;

    lhi_table_set(r->to, r->row, (size_t)(index - r->first), value);
}

static lh_status fill_rows(lhi_words *w, row *r, size_t cols)
{
    const char *at, *end;
    lhi_span wrong;

    for (r->row = 0; r->row < r->to->rows && lhi_words_line(w, '#', &at, &end); r->row++) {
        double label = 0;

        for (size_t j = 0; j < cols; j++)
            lhi_table_set(r->to, r->row, j, 0);
        if (!each_pair(at, end, &label, &wrong, fill, r))
            return refuse(w, wrong);
        lhi_table_set(r->to, r->row, cols, label);
    }
    if (lhi_ok(w->stream->c) && r->row < r->to->rows)
        return lhi_source_bad(w->stream, "read it when nothing writes to it",
                              "was changed while it was read");
    return w->stream->c->status;
}

/* Indices begin at 1, or at 0 where one does. */
static lh_status read_libsvm(lhi_stream *s, const lhi_wanted *how, lhi_table *to)
{
    shape found = {0, 0, UINT64_MAX};
    row r = {.to = to};
    uint64_t cols;
    lhi_words w;

    if (lhi_words_begin(&w, s) != LH_OK)
        return s->c->status;
    if (find_shape(&w, &found) == LH_OK && lhi_table_end(s, to) == LH_OK) {
        r.first = found.least > 0;
        cols = found.most - r.first + 1;
        if (cols < LHI_MOST_COLUMNS && found.rows * cols / FULL > s->given)
            lhi_source_bad(s, "leave out the rare features", "is too sparse: %zu rows of %zu "
                           "features would be a table of more than %d times its size",
                           (size_t)found.rows, (size_t)cols, FULL);
        else if (lhi_table_make(s, how, found.rows, cols + 1, to) == LH_OK) {
            lhi_stream_again(s);
            w.at = w.end = w.buffer;
            w.line = 0;
            w.last = 0;
            fill_rows(&w, &r, (size_t)cols);
        }
    }
    lhi_words_end(&w);
    return s->c->status;
}

const lhi_source lhi_source_libsvm = {here, read_libsvm};
