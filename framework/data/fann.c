/* fann.c -- data of FANN: how many samples, inputs and outputs, then both by turns. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/data/decimal.h"
#include "framework/data/source.h"

#include <math.h>
#include <string.h>

static int whole(const char *at, size_t size, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9' || i == 10)
            return 0;
        *number = *number * 10 + (uint64_t)(at[i] - '0');
    }
    return size > 0;
}

static size_t words_in(const char *at, const char *end)
{
    const char *word;
    size_t size, count = 0;

    while (lhi_words_next(&at, end, &word, &size))
        count++;
    return count;
}

static int counts(const char *at, const char *end, uint64_t count[3])
{
    const char *word;
    size_t size;

    for (int i = 0; i < 3; i++)
        if (!lhi_words_next(&at, end, &word, &size) || !whole(word, size, &count[i]))
            return 0;
    return !lhi_words_next(&at, end, &word, &size);
}

/* Three whole numbers, and below them as many numbers as the second says. */
static int here(const unsigned char *head, size_t size)
{
    const char *at = (const char *)head, *const all = at + size;
    const char *const first = memchr(at, '\n', size), *second;
    uint64_t count[3];

    if (!first || !counts(at, first, count))
        return 0;
    second = memchr(first + 1, '\n', (size_t)(all - first - 1));
    return words_in(first + 1, second ? second : all) == count[1];
}

static lh_status refuse_length(const lhi_words *w, size_t found, size_t wanted, int outputs)
{
    return lhi_source_bad(w->stream, "inputs and outputs stand on lines by turns",
                          "line %zu has %zu numbers: line 1 promises %zu %s", w->line, found,
                          wanted, outputs ? "outputs" : "inputs");
}

/* A line of numbers into a row of the table. */
static lh_status take(lhi_words *w, const char *at, const char *end, lhi_table *to, size_t row,
                      size_t column, size_t count)
{
    const size_t found = words_in(at, end);
    const char *word;
    char shown[41];
    size_t size;
    double value;

    if (found != count)
        return refuse_length(w, found, count, column > 0);
    for (; lhi_words_next(&at, end, &word, &size); column++) {
        if (lhi_decimal_read(word, word + size, '.', &value) != word + size || !isfinite(value))
            return lhi_source_bad(w->stream, "numbers are wanted, between blanks",
                                  "line %zu: '%s' is no number", w->line,
                                  lhi_legible(shown, sizeof shown, word, size));
        lhi_table_set(to, row, column, value);
    }
    return LH_OK;
}

static lh_status take_rows(lhi_words *w, const uint64_t count[3], lhi_table *to)
{
    const char *at, *end;
    uint64_t lines = 0;

    for (; lhi_words_line(w, 0, &at, &end); lines++) {
        const size_t inputs = (size_t)count[1];

        if (lines / 2 == count[0])
            return lhi_source_bad(w->stream, "correct line 1", "line %zu is one too many: line 1 "
                                  "promises %zu samples", w->line, to->rows);
        if (take(w, at, end, to, (size_t)(lines / 2), lines % 2 ? inputs : 0,
                 lines % 2 ? (size_t)count[2] : inputs) != LH_OK)
            return w->stream->c->status;
    }
    if (lhi_ok(w->stream->c) && lines < 2 * count[0])
        return lhi_source_bad(w->stream, "is it cut short?  If not, correct line 1",
                              "line 1 promises %zu samples, it has %zu", to->rows,
                              (size_t)(lines / 2));
    return w->stream->c->status;
}

static lh_status read_fann(lhi_stream *s, const lhi_wanted *how, lhi_table *to)
{
    const char *at, *end;
    uint64_t count[3] = {0, 0, 0};
    lhi_words w;

    if (lhi_words_begin(&w, s) != LH_OK)
        return s->c->status;
    if (lhi_words_line(&w, 0, &at, &end) && counts(at, end, count)) {
        if (count[1] == 0 || count[2] == 0)
            lhi_source_bad(s, "correct line 1", "promises no %s", count[1] ? "outputs" : "inputs");
        else if (count[0] > (lhi_stream_most(s) + 1) / 2 / (count[1] + count[2])) /* "0 0" */
            lhi_source_bad(s, "is it cut short?  If not, correct line 1",
                           "promises more samples than it has bytes for");
        else if (lhi_table_make(s, how, count[0], count[1] + count[2], to) == LH_OK &&
                 take_rows(&w, count, to) == LH_OK)
            lhi_table_end(s, to);
        to->label = (long)count[1];
        to->labels = (size_t)count[2];
    }
    lhi_words_end(&w);
    return s->c->status;
}

const lhi_source lhi_source_fann = {here, read_fann};
