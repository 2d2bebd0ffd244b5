/* csv.h -- what the files that read a CSV file share: the place reached, and how it is refused. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CSV_H
#define LHI_CSV_H

#include "framework/base/text.h"
#include "framework/data/cell.h"
#include "framework/data/source.h"

#include <stdint.h>

enum {
    LHI_SHOWN_CELL = 41,    /* room for a cell in a message */
    LHI_KEPT_CELL = 160,    /* and for one that is looked at when its row is gone */
    LHI_LONGEST_ROW = 1 << 20,
    LHI_PIECE = 1 << 18,    /* bytes of a piece, and a row at most */
    LHI_BATCH = 1 << 22     /* of the pieces that are read together */
};

/* Whole rows that one thread reads. */
typedef struct lhi_csv_piece {
    uint32_t bytes, rows, lines;
} lhi_csv_piece;

/* A copy of a cell. */
typedef struct lhi_csv_kept {
    lhi_cell cell;
    char text[LHI_KEPT_CELL];
} lhi_csv_kept;

/* What was seen in the rows of a column that were read. */
typedef struct lhi_seen {
    size_t odd, missing;       /* cells that are no numbers, and that are not there */
    size_t odd_line, missing_line; /* of the first ones */
    lhi_csv_kept *first_odd;
    size_t quoted;             /* of its first cells; then 1 where all were, and not all cells */
    int text;                  /* it is being read as a column of texts */
    struct lhi_texts *texts;
} lhi_seen;

typedef struct lhi_csv {
    lh_ctx *c;
    lhi_table *table;     /* that is filled */
    lhi_stream *stream;
    int strict;           /* every cell is a number */
    const char *path;     /* as messages show it */
    const char *word;     /* the same as a word of a shell, for hints */
    char mark, point;     /* what stands between cells, and before the fraction of a number */
    size_t line;          /* that a message speaks of, from 1 */
    lhi_rest names;       /* the column names, at NULL without */
    size_t first;         /* the first line of data */
    size_t width;         /* cells a line */
    int64_t promised;     /* rows that the first line speaks of, -1 without */
    size_t beyond;        /* whole numbers that no double has, and where the first one is */
    size_t beyond_line, beyond_column;
    lhi_csv_kept beyond_cell;

    /* lines.c: the two buffers, and what stands in the first. */
    char *buffer[2];
    const char *at, *end; /* what is left of the beginning of the file */
    int whole;            /* the beginning is all of it */
    size_t skip;          /* bytes before the first row */
    lhi_csv_piece *piece;
    size_t pieces, piece_room;
    size_t rows;
    lhi_seen *seen;       /* of each column */
} lhi_csv;

/* " 'radius'" for messages, or nothing when the columns have no names. */
const char *lhi_name_of(const lhi_csv *r, size_t column, char to[LHI_SHOWN_CELL + 4]);

/* odd.c: LH_EDATA with "FILE line L, column C 'NAME': 'CELL' what". */
lh_status lhi_refuse_cell(const lhi_csv *r, size_t column, const lhi_cell *cell,
                          const char *what, const char *hint);
/* The same of one whose quotes are wrong: `what` of lhi_cell_next(). */
lh_status lhi_refuse_quotes(const lhi_csv *r, size_t column, const lhi_cell *cell,
                            const char *what);
/* The same of a cell that is no number: what it is instead, and what to do about it. */
lh_status lhi_refuse_kind(const lhi_csv *r, size_t column, const lhi_cell *cell,
                          enum lhi_cell_kind kind);
/* What keeps a text from being a number, as the end of a sentence; NULL: it is none at all. */
const char *lhi_number_but_for(const lhi_cell *cell);
/* A label that is neither 0 nor 1. */
lh_status lhi_refuse_label(const lhi_csv *r, const lhi_cell *cell, double value);
/* The mark of the file in commands: within quotes, as a word of awk, as an option of cut. */
typedef struct lhi_mark {
    char mark;
    const char *plain, *word, *cut;
} lhi_mark;
const lhi_mark *lhi_mark_of(const lhi_csv *r);

/* formats.c: LH_EDATA when the bytes are surely something else than CSV, else LH_OK; binary: 1
 * when there is a NUL among them. */
lh_status lhi_refuse_format(const lhi_csv *r, const char *bytes, size_t size, int binary);
/* The same of text whose first lines (two.at NULL: there is one) are no rows with commas. */
lh_status lhi_refuse_layout(const lhi_csv *r, lhi_rest one, lhi_rest two);

/* dialect.c: finds mark and point in the first rows. */
void lhi_find_dialect(lhi_csv *r);

/* lines.c */

int lhi_is_blank(lhi_rest line);
/* The next row of the beginning of the file; its at is NULL at the end, and after an error. */
lh_status lhi_take_line(lhi_csv *r, lhi_rest *line);
/* Reads the beginning of the file. */
lh_status lhi_lines_begin(lhi_csv *r);
/* Cuts all that follows r->at into pieces. */
lh_status lhi_lines_count(lhi_csv *r);
/* Bytes that hold a 0, or LH_OK. */
lh_status lhi_lines_check(const lhi_csv *r, const char *at, const char *end, size_t line);

/* rows.c: finds out which columns seem to be texts, in the rows that r->at begins. */
void lhi_rows_guess(lhi_csv *r);
/* Fills the table, on all threads, and finds out which columns are. */
lh_status lhi_rows_read(lhi_csv *r);

/* suspect.c: warns of what was read and is perhaps not meant; LH_EDATA where that is certain, but
 * names of rows are marked where a table may have them. */
lh_status lhi_look_over(const lhi_csv *r);

#endif
