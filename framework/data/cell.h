/* cell.h -- one cell of a CSV file: where it ends, what kind it is, how it is shown. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CELL_H
#define LHI_CELL_H

#include <stddef.h>

/* Without quotes and the spaces around it. */
typedef struct lhi_cell {
    const char *at;
    size_t size;
    int quoted; /* two double quotes in it are one */
} lhi_cell;

/* What is left of a row, without the newline at its end; at is NULL after the last cell. */
typedef struct lhi_rest {
    const char *at, *end;
    char mark; /* that stands between cells */
} lhi_rest;

/* Where the row ends that begins at `at`: at a newline outside of quotes, or at `end`, where it
 * goes on for all that is known; then *open is 1 when a quote is not closed.  NULL: no newline. */
const char *lhi_row_end(const char *at, const char *end, char mark, int *open);

/* Takes the next cell of a line that has one left.  NULL, or what is wrong with its
 * quotes as the end of a sentence. */
const char *lhi_cell_next(lhi_rest *line, lhi_cell *cell);

enum lhi_cell_kind {
    LHI_CELL_NUMBER,
    LHI_CELL_MISSING,   /* empty, ?, NA, null, none; #N/A, <NA>, NaT, \N */
    LHI_CELL_NONFINITE, /* nan, inf; 1.#QNAN */
    LHI_CELL_HUGE,      /* a number beyond the largest double */
    LHI_CELL_HEX,
    LHI_CELL_TEXT
};

/* The value is set for numbers alone; `point` stands before their fraction. */
enum lhi_cell_kind lhi_cell_read(const lhi_cell *cell, char point, double *value);
/* 1 when a cell of this kind has no value: also where NaN stands for it. */
static inline int lhi_cell_is_missing(const lhi_cell *cell, enum lhi_cell_kind kind)
{
    return kind == LHI_CELL_MISSING ||
           (kind == LHI_CELL_NONFINITE && (*cell->at == 'n' || *cell->at == 'N'));
}
/* 1 when it has nothing but digits. */
int lhi_cell_is_whole(const lhi_cell *cell);
/* 1 when it has nothing but a sign and digits, and its double is another number. */
int lhi_cell_is_beyond(const lhi_cell *cell, double value);

#endif
