/* source.h -- one kind of file that rows are read from, and what all kinds need. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SOURCE_H
#define LHI_SOURCE_H

#include "framework/arrays/list.h"
#include "framework/data/stream.h"
#include "framework/data/table.h"

typedef struct lhi_wanted {
    lh_type keep;         /* LH_F64, or LH_F32 */
    enum lhi_cells cells;
    size_t beside;        /* columns that stay free at the end of each row, where that can be */
} lhi_wanted;

typedef struct lhi_source {
    /* 1 when a file of this kind begins so: `size` bytes of it, unpacked. */
    int (*here)(const unsigned char *head, size_t size);
    /* Reads the stream from its beginning, takes its digest, and fills the table. */
    lh_status (*read)(lhi_stream *s, const lhi_wanted *how, lhi_table *to);
} lhi_source;

#define SOURCE(name) extern const lhi_source lhi_source_##name;
#include "framework/data/sources.def"
#undef SOURCE

/* blocks.c */

/* LH_EDATA: "FILE what". */
lh_status lhi_source_bad(const lhi_stream *s, const char *hint, const char *format, ...)
    LH_PRINTF(3, 4);
/* Room for a table without names or lines; LH_EDATA when it is too large, or has one row. */
lh_status lhi_table_make(const lhi_stream *s, const lhi_wanted *how, uint64_t rows, uint64_t cols,
                         lhi_table *to);
/* The elements of an array that the stream has next, by way of `bytes`. */
lh_status lhi_stream_numbers(lhi_stream *s, const lhi_coding *l, unsigned char *bytes, double *to);
/* Elements that the stream has row by row, by block, into the first l->dims[1] columns. */
lh_status lhi_table_decode(lhi_stream *s, const lhi_coding *l, lhi_table *to);
/* An array into the table from a column on. */
void lhi_table_place(lhi_table *to, size_t column, size_t cols, const double *from);
/* The file must end here; takes the digest. */
lh_status lhi_table_end(lhi_stream *s, lhi_table *to);
/* Counts what is missing in rows from..end-1, in the first columns; infinite is LH_EDATA. */
lh_status lhi_table_look(const lhi_stream *s, lhi_table *to, size_t from, size_t end, size_t cols);
/* The name of a file in messages and checkpoints: without folders, UTF-8.  NULL: no memory. */
char *lhi_table_name(lh_ctx *c, const char *path);
/* All of the stream, in memory of the context; NULL after an error. */
unsigned char *lhi_stream_all(lhi_stream *s, size_t *size);

/* words.c: lines of text, one after the other. */
typedef struct lhi_words {
    lhi_stream *stream;
    char *buffer;
    const char *at, *end;
    size_t line; /* of the one taken last */
    int last;
} lhi_words;

lh_status lhi_words_begin(lhi_words *w, lhi_stream *s);
/* 1 and the next line that is not blank, without comment behind `comment`; 0 at the end, or when
 * something is wrong. */
int lhi_words_line(lhi_words *w, char comment, const char **at, const char **end);
/* The next word between blanks; 0 without. */
int lhi_words_next(const char **at, const char *end, const char **word, size_t *size);
void lhi_words_end(lhi_words *w);

#endif
