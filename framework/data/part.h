/* part.h -- whole rows of a file that one thread reads. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PART_H
#define LHI_PART_H

#include "framework/data/csv.h"

enum { LHI_NO_ROW = -1 };

/* Cells of a column, in the rows of a piece; lines are counted from its first. */
typedef struct lhi_tally {
    uint32_t odd, missing, odd_line, missing_line; /* of the first ones */
    lhi_cell odd_cell;
} lhi_tally;

/* A cell of a column of texts. */
typedef struct lhi_spelt {
    lhi_cell cell;
    size_t at; /* in the table */
    uint32_t column;
} lhi_spelt;

/* What one thread makes of one piece. */
typedef struct lhi_part {
    const char *at, *end;
    size_t row, line;       /* its first, of the table and of the file */
    const lhi_csv_piece *piece;
    lhi_tally *tally;
    lhi_spelt *text;
    size_t texts, room;
    size_t now;             /* lines before the row that is read */
    int64_t bad_row;        /* that cannot be read, or LHI_NO_ROW */
    int poor;               /* there was no memory */
    size_t beyond;          /* and the first of them: */
    uint32_t beyond_row, beyond_column;
    lhi_cell beyond_cell;
} lhi_part;

/* Reads them into the table; no context is used.  What it finds stands in the part. */
void lhi_part_read(const lhi_csv *r, lhi_part *p);
/* A row of the part, and the line that it begins in. */
lhi_rest lhi_part_row(const lhi_csv *r, const lhi_part *p, size_t row);
size_t lhi_part_line(const lhi_csv *r, const lhi_part *p, size_t row);
/* The row at `at`, without the end of its line, and where the next begins. */
lhi_rest lhi_row_at(const lhi_csv *r, const char *at, const char *end);
const char *lhi_row_after(lhi_rest row, const char *end);
/* Puts a cell into the table; 0 when it is too large for that. */
int lhi_row_put(const lhi_csv *r, size_t at, double value);

#endif
