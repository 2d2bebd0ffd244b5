/* fuzz.h -- what the targets share: a file of the input's bytes, a context that is watched. */
/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H

#include "framework/base/ctx.h"
#include "framework/data/table.h"

#include <longhand/data.h>

#include <stddef.h>
#include <stdint.h>

/* An input: choices are taken from its front, what is left is the file. */
typedef struct fuzz_input {
    const uint8_t *at;
    size_t size;
} fuzz_input;

/* The next byte, 0 where there is none; two of them as a number. */
unsigned fuzz_byte(fuzz_input *in);
unsigned fuzz_number(fuzz_input *in);
/* The next bytes, `size` of them or what there is, as a part of their own. */
fuzz_input fuzz_part(fuzz_input *in, size_t size);
/* A copy that ends with a 0, to be freed. */
char *fuzz_text(fuzz_input in);
/* One of a list that ends with NULL. */
const char *fuzz_choice(unsigned byte, const char *const *list);

/* A file of these bytes; its path is good until the next one of the same name. */
const char *fuzz_file(const char *name, const void *bytes, size_t size);

/* A context of one thread, whose messages are looked at and not printed.  Some inputs are run a
 * second time, and an allocation fails there. */
lh_ctx *fuzz_open(void);
lh_ctx *fuzz_open_with(int argc, char **argv);
/* What an error must be: one, told, with a text that steers no terminal. */
void fuzz_close(lh_ctx *c);

/* Ends the program with this sentence when it does not hold. */
void fuzz_must(int holds, const char *sentence);

/* A table or a data set that was read: everything that whoever reads it counts on. */
void fuzz_check_table(const lh_ctx *c, const lhi_table *t);
void fuzz_use_data(lh_data *d);
/* A way of reading, chosen by three bytes. */
lh_reading fuzz_reading(fuzz_input *in);
/* The file read as a table: strictly, loosely, in f32, or as a data set by fuzz_reading(). */
void fuzz_read_table(fuzz_input *in, const char *path);
/* The file read as named arrays, which are written in two other formats and read again. */
void fuzz_read_arrays(const char *path);

/* --- drive.c, replay.c --- */

typedef struct fuzz_target {
    const char *name;
    size_t most;
    void (*run)(const uint8_t *bytes, size_t size);
} fuzz_target;

#define FUZZ(name, most, runs, edges) void fuzz_##name(const uint8_t *bytes, size_t size);
#include "tests/fuzz/targets.def"
#undef FUZZ

extern const fuzz_target fuzz_targets[]; /* a NULL name ends them */
/* Runs an input once, and where its bytes say so once more without memory. */
void fuzz_run(const fuzz_target *t, const uint8_t *bytes, size_t size);
/* Before the first: standard output goes nowhere. */
void fuzz_begin(void);
void fuzz_end(void);

#endif
