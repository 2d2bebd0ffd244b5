/* table.h -- a file as it was read, before anything is said about what its columns mean. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TABLE_H
#define LHI_TABLE_H

#include "framework/base/ctx.h"

#include <stddef.h>
#include <stdint.h>

typedef struct lhi_column {
    const char *name;  /* UTF-8; NULL in a file without names */
    int text;          /* its cells are numbers of value[] (0, 1, ..), else numbers themselves */
    char **value;      /* of text: the distinct ones, sorted by bytes */
    size_t values;
    size_t missing;    /* cells that are missing, a NaN in the table */
    size_t missing_at; /* the line of the first; where there are no lines the row, from 1 */
    int quoted;        /* its cells stand in quotes, and those of another column do not */
    int counts;        /* it has no name beside others that have one: names of rows */
} lhi_column;

/* What a table may have at most. */
#define LHI_MOST_ROWS (UINT64_C(1) << 31)
enum { LHI_MOST_COLUMNS = 65535 };

/* All memory is the context's. */
typedef struct lhi_table {
    size_t rows, cols;
    lhi_column *column;
    lh_type type;      /* LH_F64, or LH_F32 */
    void *cell;        /* rows x cols, row by row; only read where the table is a file */
    int streams;       /* the cells are those of the file itself: they are read when looked at */
    size_t first_line; /* of the file, row 0; 0: it has no lines */
    const char *name;  /* of the file, without folders */
    char digest[65];   /* SHA-256 of the bytes of the file, in hexadecimal */
    long label;        /* the first column that the format calls a label; -1: the last column */
    size_t labels;     /* how many there are side by side */
} lhi_table;

static inline double lhi_table_at(const lhi_table *t, size_t row, size_t column)
{
    const size_t at = row * t->cols + column;

    return t->type == LH_F32 ? (double)((const float *)t->cell)[at]
                             : ((const double *)t->cell)[at];
}

static inline void lhi_table_set(lhi_table *t, size_t row, size_t column, double value)
{
    const size_t at = row * t->cols + column;

    if (t->type == LH_F32)
        ((float *)t->cell)[at] = (float)value;
    else
        ((double *)t->cell)[at] = value;
}

/* How lhi_table_read() takes cells that are no numbers. */
enum lhi_cells {
    LHI_CELLS_STRICT, /* each is refused, and a label (the last column) that is neither 0 nor 1 */
    LHI_CELLS_LOOSE   /* text and missing cells are read */
};

/* source.c: reads a file whole, or "wdbc".  LH_ENOINPUT, LH_EDATA, LH_EIO, LH_ENOMEM. */
lh_status lhi_table_read(lh_ctx *c, const char *path, lh_type keep, enum lhi_cells cells,
                         lhi_table *to);

/* streamed.c: a table whose cells stay in the file, a NumPy array.  The same errors. */
lh_status lhi_table_stream(lh_ctx *c, const char *path, lhi_table *to);

#endif
