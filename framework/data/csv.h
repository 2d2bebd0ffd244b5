/* csv.h -- what the files that read a CSV file share: the place reached, and how it is refused. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CSV_H
#define LHI_CSV_H

#include "framework/data/cell.h"
#include "framework/data/table.h"

#include <stdint.h>

enum { LHI_SHOWN_CELL = 41 }; /* room for a cell in a message */

typedef struct lhi_csv {
    lh_ctx *c;
    lhi_table *table;     /* that is filled */
    int strict;           /* every cell is a number */
    char path[208];       /* as messages show it */
    const char *word;     /* the same as a word of a shell, for hints */
    const char *at, *end; /* what is left; blank lines at the end are not in it */
    size_t line;          /* of the line taken last, from 1 */
    lhi_rest names;       /* the column names, at NULL without */
    size_t first;         /* the first line of data */
    size_t width;         /* cells a line */
    int64_t promised;     /* rows that the first line speaks of, -1 without */
    size_t beyond;        /* whole numbers that no double has, and where the first one is */
    size_t beyond_line, beyond_column;
    lhi_cell beyond_cell;
} lhi_csv;

/* " 'radius'" for messages, or nothing when the columns have no names. */
const char *lhi_name_of(const lhi_csv *r, size_t column, char to[LHI_SHOWN_CELL + 4]);

/* odd.c: LH_EDATA with "FILE line L, column C 'NAME': 'CELL' what". */
lh_status lhi_refuse_cell(const lhi_csv *r, size_t column, const lhi_cell *cell,
                          const char *what, const char *hint);
/* The same of a cell that is no number: what it is instead, and what to do about it. */
lh_status lhi_refuse_kind(const lhi_csv *r, size_t column, const lhi_cell *cell,
                          enum lhi_cell_kind kind);
/* A label that is neither 0 nor 1. */
lh_status lhi_refuse_label(const lhi_csv *r, const lhi_cell *cell, double value);

/* formats.c: LH_EDATA when the bytes are surely something else than CSV, else LH_OK; binary: 1
 * when there is a NUL among them. */
lh_status lhi_refuse_format(const lhi_csv *r, const char *bytes, size_t size, int binary);
/* The same of text whose first lines (two.at NULL: there is one) are no rows with commas. */
lh_status lhi_refuse_layout(const lhi_csv *r, lhi_rest one, lhi_rest two);

/* suspect.c: warns of what was read and is perhaps not meant; LH_EDATA where that is certain, but
 * names of rows are marked where a table may have them. */
lh_status lhi_look_over(const lhi_csv *r);

/* Fills a table from the bytes of a file, which end with a 0. */
lh_status lhi_csv_read(lh_ctx *c, const char *path, const char *bytes, size_t size, lh_type keep,
                       enum lhi_cells cells, lhi_table *to);

#endif
