/* cell.h -- one cell of a CSV file: where it ends, what kind it is, how it is shown. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CELL_H
#define LHI_CELL_H

#include <stddef.h>

/* Without quotes and the spaces around it. */
typedef struct lhi_cell {
    const char *at;
    size_t size;
} lhi_cell;

/* What is left of a line, without its newline; at is NULL after the last cell. */
typedef struct lhi_rest {
    const char *at, *end;
} lhi_rest;

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

/* The value is set for numbers alone.  The byte after the cell must be readable. */
enum lhi_cell_kind lhi_cell_read(const lhi_cell *cell, double *value);
/* 1 when it has nothing but digits. */
int lhi_cell_is_whole(const lhi_cell *cell);
/* 1 when it has nothing but a sign and digits, and its double is another number. */
int lhi_cell_is_beyond(const lhi_cell *cell, double value);

#endif
