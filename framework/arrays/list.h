/* list.h -- what the readers and writers of named arrays share, one file a format. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_LIST_H
#define LHI_LIST_H

#include "framework/arrays/named.h"
#include "framework/base/text.h"

#define LHI_ARRAYS_MOST 100000                    /* arrays of a file */
#define LHI_ARRAYS_ELEMENTS (UINT64_C(1) << 31)   /* of one array */

/* A piece of a file; no final 0. */
typedef struct lhi_span {
    const char *at;
    size_t length;
} lhi_span;

/* For "%.*s": at most so much of a name from a file goes into a message. */
#define LHI_SHOWN(span) ((span).length < 80 ? (int)(span).length : 80), (span).at

/* How an array is written down. */
typedef struct lhi_coding {
    char kind;        /* 'f' IEEE float, 'b' bfloat16, 'i' and 'u' integer, 0: no numbers */
    unsigned bytes;   /* of an element */
    int big;          /* 1: the highest byte comes first */
    int rank;         /* above 2 the array is left out */
    uint64_t dims[2];
    int by_columns;   /* 1: one column after another */
} lhi_coding;

/* One file being read. */
typedef struct lhi_arrays {
    lh_ctx *c;
    const char *path;
    unsigned char *bytes; /* all of the file */
    size_t size;
    lhi_named *list;
    size_t count, room;
    lhi_span *origin;     /* how the file itself writes each name */
    size_t origin_room;
    lhi_text left;        /* what was left out, and why */
    size_t left_out;
    int in_place;         /* 1: nothing is decoded, and no list[i] has elements: place[i] says */
    struct lhi_in_place { /* where they are */
        lhi_coding coding;
        uint64_t begins;
    } *place;
    size_t place_room;
} lhi_arrays;

/* 1 when it begins as an HDF5 file does: before that there may be a block of the user's. */
int lhi_arrays_h5_here(const unsigned char *bytes, size_t size);

/* What all that is compressed in a file may grow to: honest gradients are far below it. */
static inline uint64_t lhi_arrays_growth(const lhi_arrays *a)
{
    return (UINT64_C(64) << 20) + 64 * (uint64_t)a->size;
}

/* list.c */

/* An array of the file; `name` is the clean one, `origin` as the file has it.  It fails when
 * size is not what the layout needs; a name that cannot be used is left out. */
void lhi_arrays_add(lhi_arrays *a, lhi_span name, lhi_span origin, const lhi_coding *l,
                    const unsigned char *from, size_t size);
/* The same for a file whose arrays stay where they are. */
void lhi_arrays_add_in_place(lhi_arrays *a, lhi_span name, const lhi_coding *l, uint64_t begins);
void lhi_arrays_leave_out(lhi_arrays *a, lhi_span name, const char *reason);
/* LH_EFORMAT: what is wrong with `name`. */
void lhi_arrays_bad(lhi_arrays *a, lhi_span name, const char *reason);
/* 1 when it can be a name of an array: no control characters, no path that leads elsewhere. */
int lhi_arrays_good_name(lhi_span name);

/* element.c */

/* Bytes of an array; 0 with *over set when it has more elements than are allowed. */
uint64_t lhi_coding_bytes(const lhi_coding *l, int *over);
/* Row by row into doubles; 0 when an integer has no exact double. */
int lhi_coding_decode(const lhi_coding *l, const unsigned char *from, double *to);
/* The elements as they are written, little-endian. */
void lhi_named_put(lhi_text *t, const lhi_named *n);
static inline size_t lhi_named_element(const lhi_named *n)
{
    return n->bits == 32 ? 4 : 8;
}
/* Little-endian numbers in headers. */
uint64_t lhi_number(const unsigned char *at, size_t bytes);
void lhi_number_put(lhi_text *t, size_t bytes, uint64_t value);

/* scan.c: the grammar that the headers of .npy and safetensors have in common.  Each skips white
 * space first and returns 1 when it found what it looks for, else 0 with nothing taken. */
typedef struct lhi_scan {
    const char *at, *end;
} lhi_scan;

int lhi_scan_char(lhi_scan *s, char wanted);
int lhi_scan_end(lhi_scan *s);
/* A text in these quotes; backslashes stay as they are. */
int lhi_scan_quoted(lhi_scan *s, char quote, lhi_span *text);
/* Decimal digits of a number below 2^63. */
int lhi_scan_number(lhi_scan *s, uint64_t *number);
/* [1, 2, 3] in any brackets: the first two go to dims; how many there are, or -1. */
int lhi_scan_dims(lhi_scan *s, const char brackets[2], uint64_t dims[2]);
int lhi_span_is(lhi_span s, const char *text);

/* npy.c: a .npy file, also one within a .npz. */
int lhi_npy_here(const unsigned char *bytes, size_t size);
/* What its header says, and how many bytes that has.  NULL, or what is wrong with it; *left: what
 * kind of elements it has that are no numbers. */
const char *lhi_npy_head(const unsigned char *bytes, size_t size, lhi_coding *l, size_t *head,
                         const char **left);
void lhi_npy_read(lhi_arrays *a, lhi_span name, lhi_span origin, const unsigned char *bytes,
                  size_t size);
void lhi_npy_put(lhi_text *t, const lhi_named *n);

/* npz.c */
int lhi_npz_here(const lhi_arrays *a);
void lhi_npz_read(lhi_arrays *a);
void lhi_npz_put(lhi_text *t, const char *path, const lhi_named *list, size_t count);

/* inflate.c: 1 when `from` becomes exactly `room` bytes, 0 when not; -1 without zlib.
 * headed: 1 with zlib's own header and checksum, as in HDF5, 0 without, as in a zip file. */
int lhi_inflate(const unsigned char *from, size_t size, unsigned char *to, size_t room,
                int headed);
/* gzip piece by piece.  NULL without zlib or memory; any thread may call them. */
void *lhi_gunzip_begin(void);
void lhi_gunzip_end(void *state);
enum { LHI_GUNZIP_BAD, LHI_GUNZIP_MORE, LHI_GUNZIP_WHOLE };
/* Takes what it can of `from` and fills `to`; WHOLE: a file has ended, another may begin. */
int lhi_gunzip(void *state, const unsigned char **from, size_t *size, unsigned char **to,
               size_t *room);

/* HDF5 belongs to store/, which stands higher: it opens this door when the program is loaded.
 * NULL in a program that is linked without it. */
extern void (*lhi_arrays_h5)(lhi_arrays *a);

/* safetensors.c */
int lhi_safetensors_here(const lhi_arrays *a);
void lhi_safetensors_read(lhi_arrays *a);
void lhi_safetensors_put(lhi_text *t, const lhi_named *list, size_t count);

#endif
