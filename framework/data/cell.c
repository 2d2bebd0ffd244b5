/* cell.c -- cutting a line into cells and telling numbers from the rest. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/cell.h"

#include "framework/base/text.h"
#include "framework/data/decimal.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* A tab is one where it does not stand between cells. */
static int is_space(char x, char mark)
{
    return (x == ' ' || x == '\t') && x != mark;
}

static int is_digit(char x)
{
    return x >= '0' && x <= '9';
}

static void trim(lhi_cell *cell, char mark)
{
    while (cell->size && is_space(cell->at[0], mark)) {
        cell->at++;
        cell->size--;
    }
    while (cell->size && is_space(cell->at[cell->size - 1], mark))
        cell->size--;
}

/* The closing quote of a cell; two quotes in a row stand for one in the text. */
static const char *closing_quote(const char *at, const char *end)
{
    while ((at = memchr(at, '"', (size_t)(end - at))) != NULL) {
        if (at + 1 == end || at[1] != '"')
            return at;
        at += 2;
    }
    return NULL;
}

/* A quote opens a cell that it begins; within one it is a character. */
static int opens(const char *row, const char *quote, char mark)
{
    while (quote > row && is_space(quote[-1], mark))
        quote--;
    return quote == row || quote[-1] == mark;
}

const char *lhi_row_end(const char *at, const char *end, char mark, int *open)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at)), *quote = at;

    *open = 0;
    for (;;) {
        quote = memchr(quote, '"', (size_t)((newline ? newline : end) - quote));
        if (!quote)
            return newline;
        if (opens(at, quote, mark)) {
            quote = closing_quote(quote + 1, end);
            *open = !quote;
            if (!quote)
                return NULL;
            if (newline && quote > newline)
                newline = memchr(quote, '\n', (size_t)(end - quote));
        }
        quote++;
    }
}

const char *lhi_cell_next(lhi_rest *line, lhi_cell *cell)
{
    const char *at = line->at, *close = NULL, *mark;

    while (at < line->end && is_space(*at, line->mark))
        at++;
    if (at < line->end && *at == '"') {
        close = closing_quote(++at, line->end);
        if (!close) {
            const char *newline = memchr(at, '\n', (size_t)(line->end - at));

            *cell = (lhi_cell){at - 1, (size_t)((newline ? newline : line->end) - at) + 1, 0};
            return "has a double quote that is not closed";
        }
    }
    *cell = (lhi_cell){at, close ? (size_t)(close - at) : 0, close != NULL};
    if (close) {
        for (at = close + 1; at < line->end && is_space(*at, line->mark); at++)
            ;
        if (at < line->end && *at != line->mark)
            return "has text behind its closing quote";
        mark = at < line->end ? at : NULL;
    } else {
        mark = memchr(at, line->mark, (size_t)(line->end - at));
        cell->size = (size_t)((mark ? mark : line->end) - at);
    }
    trim(cell, line->mark);
    line->at = mark ? mark + 1 : NULL;
    return NULL;
}

static int is_one_of(const lhi_cell *cell, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == cell->size && strncasecmp(*words, cell->at, cell->size) == 0)
            return 1;
    return 0;
}

static const char *digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

enum lhi_cell_kind lhi_cell_read(const lhi_cell *cell, char point, double *value)
{
    static const char *const missing[] = {"",    "?",   "NA",   "N/A",  "null", "none",
                                          "#NA", "#N/A", "<NA>", "n.a.", "NaT",  "\\N", NULL};
    static const char *const nonfinite[] = {"nan",    "inf",    "infinity", "1.#QNAN",
                                            "1.#IND", "1.#INF", "1.#SNAN",  NULL};
    lhi_cell bare = *cell;

    if (cell->size &&
        lhi_decimal_read(cell->at, cell->at + cell->size, point, value) == cell->at + cell->size)
        return isfinite(*value) ? LHI_CELL_NUMBER : LHI_CELL_HUGE;
    if (is_one_of(cell, missing))
        return LHI_CELL_MISSING;
    if (bare.at[0] == '+' || bare.at[0] == '-') {
        bare.at++;
        bare.size--;
    }
    if (is_one_of(&bare, nonfinite))
        return LHI_CELL_NONFINITE;
    if (bare.size > 2 && bare.at[0] == '0' && (bare.at[1] == 'x' || bare.at[1] == 'X'))
        return LHI_CELL_HEX;
    return LHI_CELL_TEXT;
}

int lhi_cell_is_whole(const lhi_cell *cell)
{
    return cell->size && digits(cell->at, cell->at + cell->size) == cell->at + cell->size;
}

int lhi_cell_is_beyond(const lhi_cell *cell, double value)
{
    const char *at = cell->at, *const end = cell->at + cell->size;
    char exact[400];

    at += at < end && (*at == '+' || *at == '-');
    while (at + 1 < end && *at == '0')
        at++;
    if (digits(at, end) != end)
        return 0;
    lhi_format(exact, sizeof exact, "%.0f", fabs(value));
    return strlen(exact) != (size_t)(end - at) || memcmp(exact, at, (size_t)(end - at)) != 0;
}
