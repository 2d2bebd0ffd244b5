/* h5.h -- what the files of store/ share: the schema, and HDF5 with its ids counted. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_H5_H
#define LHI_H5_H

#include "framework/base/state.h"
#include "framework/base/type.h"

#include <hdf5.h>

#define LHI_H5_ITEMS 4096          /* most parameters, series, lines */
#define LHI_H5_TEXT (4096u * 1024) /* most bytes of one text */

/* A file in memory that is only read, as HDF5 knows it. */
typedef struct lhi_h5_inside {
    H5FD_t file; /* first */
    const unsigned char *at;
    haddr_t size, end; /* what is there, and what HDF5 has been told of it */
} lhi_h5_inside;

/* One visit to HDF5: everything opened is on a stack, so that nothing stays open.
 * The context's status is the flag that something failed. */
typedef struct lhi_h5 {
    lh_ctx *c;
    const char *path;    /* the file, for messages */
    lh_status status;    /* what a failure means: LH_EIO or LH_EFORMAT */
    const char *hint;    /* what to do about a file that cannot be read */
    unsigned char *image;
    size_t room;         /* bytes at image */
    uint64_t size;       /* of the file being read */
    int64_t version;     /* that its user block names */
    uint64_t budget;     /* bytes that the datasets may still claim */
    uint64_t growth;     /* and those that are compressed; 0: none is allowed */
    lhi_h5_inside inside;
    hid_t open[24];
    size_t opens;
    H5E_auto2_t report;  /* the caller's, put back at the end */
    void *report_arg;
    unsigned plugins;
} lhi_h5;

/* image.c.  Every call of HDF5 stands between the two: one thread of the process at a time,
 * so nothing of the driver's (a message function) is called there. */
void lhi_h5_begin(lhi_h5 *h);
void lhi_h5_end(lhi_h5 *h);
/* Both around read(), once it has gone well in a copy of the process; else LH_EFORMAT. */
void lhi_h5_visit(lhi_h5 *h, void (*look)(lhi_h5 *h, void *arg), void *arg);
/* Remembers an id to be closed; a negative one is a failure at `name` in `in`. */
hid_t lhi_h5_keep(lhi_h5 *h, hid_t id, hid_t in, const char *name);
/* Closes what was kept since h->opens was `mark`. */
void lhi_h5_drop(lhi_h5 *h, size_t mark);
/* Passes a result on; a negative one is a failure. */
int lhi_h5_did(lhi_h5 *h, int result, hid_t in, const char *name);
/* LH_EFORMAT: what is wrong with `name` in `in`. */
void lhi_h5_bad(lhi_h5 *h, hid_t in, const char *name, const char *reason);
/* A new HDF5 file in memory, in h->image. */
hid_t lhi_h5_create(lhi_h5 *h);

/* inside.c: the HDF5 file that stands in h->image, of h->size bytes. */
hid_t lhi_h5_open(lhi_h5 *h);

/* file.c: reads a file that is open into h->image, the user block checked. */
void lhi_h5_load(lhi_h5 *h, int fd);
/* Checks the user block of a file of ours that is in h->image already. */
int lhi_h5_ours(const unsigned char *bytes, size_t size);
void lhi_h5_check(lhi_h5 *h);

/* checked.c: reading that trusts nothing in the file. */
hid_t lhi_h5_item(lhi_h5 *h, hid_t in, const char *name, H5I_type_t kind);
int lhi_h5_has(lhi_h5 *h, hid_t in, const char *name);
/* An array of numbers of the `disk` type, as elements of `memory`, whose extent is set in dims,
 * and must be `want` unless that is NULL. */
void *lhi_h5_read_numbers(lhi_h5 *h, hid_t in, const char *name, hid_t disk, hid_t memory,
                          int rank, const hsize_t *want, hsize_t *dims);
/* The same of `type` (LH_F32, LH_F64). */
void *lhi_h5_read_array(lhi_h5 *h, hid_t in, const char *name, lh_type type, int rank,
                        const hsize_t *want, hsize_t *dims);
/* The checks before that, of a dataset whose elements are so large: NULL, or what is wrong.
 * Rank 0 is a single value; dims has room for two. */
const char *lhi_h5_dataset_fault(lhi_h5 *h, hid_t set, int rank, size_t element,
                                 const hsize_t *want, hsize_t *dims);
/* chunks.c: the elements as they are on disk; NULL, or what is wrong.  Of a dataset that
 * passed those checks with chunks and filters. */
const char *lhi_h5_read_chunks(lhi_h5 *h, hid_t set, int rank, const hsize_t *dims, size_t element,
                               unsigned char *to);
const char **lhi_h5_read_lines(lhi_h5 *h, hid_t in, const char *name, size_t *count);

/* read.c: arrays that parameters have beside their values, one each in at[]; returns how many a
 * group has, and has no others. */
size_t lhi_h5_read_beside(lhi_h5 *h, hid_t in, const lhi_state *s, void **at);

/* version1.c: a version 1 file kept the rule and the slots of the optimiser, and the model of a
 * run that watches, at other places.  After the parameters and the fields. */
void lhi_h5_read_first_version(lhi_h5 *h, hid_t file, lhi_state *s);

/* write.c: under a checksum, of `disk` type; a file's bytes are counted when it is done. */
void lhi_h5_write_array(lhi_h5 *h, hid_t in, const char *name, hid_t disk, hid_t memory, int rank,
                        const hsize_t *dims, const void *from);
hid_t lhi_h5_make_group(lhi_h5 *h, hid_t in, const char *name);
size_t lhi_h5_finish(lhi_h5 *h, hid_t file);

/* An attribute and its place in a struct. */
enum lhi_field_kind { LHI_TEXT, LHI_INTEGER, LHI_SEED, LHI_COUNT, LHI_REAL };

typedef struct lhi_field {
    const char *group, *name;
    enum lhi_field_kind kind;
    size_t offset, room; /* room: bytes of a text */
    int64_t since;       /* the version that has it first */
} lhi_field;

void lhi_h5_read_field(lhi_h5 *h, hid_t in, const lhi_field *f, void *base);

/* schema.c: the file, as tables that writing and reading share. */
typedef struct lhi_h5_root {
    char format[16], type[4], tape_digest[65];
    int64_t version;
} lhi_h5_root;

extern const lhi_field lhi_root_fields[], lhi_state_fields[]; /* a NULL name ends each */

hid_t lhi_h5_disk_type(lh_type type);
hid_t lhi_h5_memory_type(lh_type type);
hid_t lhi_h5_field_type(enum lhi_field_kind kind, int memory);
void lhi_h5_root_fill(lhi_h5_root *root, const lhi_state *s);

/* 1 with a reason when a state is not one that a file may hold. */
int lhi_state_unsound(const lhi_state *s, char *reason, size_t room);
/* 1 with a reason when a parameter is infinite or not a number. */
int lhi_state_nonfinite(const lhi_state *s, char *reason, size_t room);

#endif
