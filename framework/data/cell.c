/* cell.c -- cutting a line into cells and telling numbers from the rest. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/cell.h"

#include "framework/base/text.h"
#include "framework/system/sys.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static int is_space(char x)
{
    return x == ' ' || x == '\t';
}

static int is_digit(char x)
{
    return x >= '0' && x <= '9';
}

static void trim(lhi_cell *cell)
{
    while (cell->size && is_space(cell->at[0])) {
        cell->at++;
        cell->size--;
    }
    while (cell->size && is_space(cell->at[cell->size - 1]))
        cell->size--;
}

/* The closing quote of a cell; two quotes in a row stand for one in the text. */
static const char *closing_quote(const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at != '"')
            continue;
        if (at + 1 == end || at[1] != '"')
            return at;
        at++;
    }
    return NULL;
}

const char *lhi_cell_next(lhi_rest *line, lhi_cell *cell)
{
    const char *at = line->at, *close = NULL, *comma;

    while (at < line->end && is_space(*at))
        at++;
    if (at < line->end && *at == '"') {
        close = closing_quote(++at, line->end);
        if (!close) {
            *cell = (lhi_cell){at - 1, (size_t)(line->end - at) + 1};
            return "has a double quote that is not closed on its line";
        }
    }
    *cell = (lhi_cell){at, close ? (size_t)(close - at) : 0};
    if (close) {
        for (at = close + 1; at < line->end && is_space(*at); at++)
            ;
        if (at < line->end && *at != ',')
            return "has text behind its closing quote";
        comma = at < line->end ? at : NULL;
    } else {
        comma = memchr(at, ',', (size_t)(line->end - at));
        cell->size = (size_t)((comma ? comma : line->end) - at);
    }
    trim(cell);
    line->at = comma ? comma + 1 : NULL;
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

/* Sign, digits with or without a point, exponent: strtod alone would take more. */
static int is_decimal(const char *at, const char *end)
{
    const char *after;
    int any;

    at += at < end && (*at == '+' || *at == '-');
    after = digits(at, end);
    any = after > at;
    if (after < end && *after == '.') {
        at = after + 1;
        after = digits(at, end);
        any |= after > at;
    }
    if (any && after < end && (*after == 'e' || *after == 'E')) {
        at = after + 1;
        at += at < end && (*at == '+' || *at == '-');
        after = digits(at, end);
        any = after > at;
    }
    return any && after == end;
}

enum lhi_cell_kind lhi_cell_read(const lhi_cell *cell, double *value)
{
    static const char *const missing[] = {"",    "?",   "NA",   "N/A",  "null", "none",
                                          "#NA", "#N/A", "<NA>", "n.a.", "NaT",  "\\N", NULL};
    static const char *const nonfinite[] = {"nan",    "inf",    "infinity", "1.#QNAN",
                                            "1.#IND", "1.#INF", "1.#SNAN",  NULL};
    lhi_cell bare = *cell;

    if (is_decimal(cell->at, cell->at + cell->size)) {
        /* It ends here: what follows is a comma, a quote, a space, or the line's end. */
        *value = lhi_sys_strtod(cell->at, NULL);
        return isfinite(*value) ? LHI_CELL_NUMBER : LHI_CELL_HUGE;
    }
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
