/* arrays_help.h -- what the test programs of named arrays share. */
/* SPDX-License-Identifier: MIT */
#ifndef ARRAYS_HELP_H
#define ARRAYS_HELP_H

#include "framework/store/formats.h"
#include "tests/check.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One reading: what came of it, and what was said. */
typedef struct reading {
    lh_ctx *c;
    lhi_named *list;
    size_t count;
    lh_status status;
    char warning[2000];
} reading;

static inline void hear(void *arg, const char *text)
{
    if (strncmp(text, "warning: ", 9) == 0)
        snprintf(arg, sizeof((reading *)0)->warning, "%s", text);
}

/* Reads a file; whatever comes of it the context holds the result and nothing else. */
static inline void begin(reading *r, const char *path)
{
    size_t before;

    memset(r, 0, sizeof *r);
    r->c = lh_open(0, NULL, "test");
    lh_on_message(r->c, hear, r->warning);
    before = r->c->block_count;
    r->status = lhi_arrays_read(r->c, path, &r->list, &r->count);
    CHECK(r->c->block_count == before + (r->status == LH_OK ? r->count + 1 : 0),
          "%s: %zu blocks are kept for %zu arrays", path, r->c->block_count - before, r->count);
    CHECK(r->status == LH_OK || (!r->list && r->count == 0), "%s leaves arrays", path);
}

static inline void end(reading *r)
{
    lh_close(r->c);
}

static inline const lhi_named *find(const reading *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->list[i].name, name) == 0)
            return &r->list[i];
    return NULL;
}

/* The file is refused as damaged, in these words. */
static inline void refused(const char *path, const char *words)
{
    reading r;

    begin(&r, path);
    CHECK(r.status == LH_EFORMAT, "%s (%s): status %d", path, words, (int)r.status);
    CHECK(strstr(lh_message(r.c), words) && strstr(lh_message(r.c), path),
          "\"%s\" lacks \"%s\"", lh_message(r.c), words);
    end(&r);
}

/* Bytes put together. */
typedef struct bytes {
    unsigned char at[1 << 17];
    size_t size;
} bytes;

static inline void put(bytes *b, const void *from, size_t size)
{
    if (b->size + size > sizeof b->at) {
        printf("Bail out! a test file is too large\n");
        exit(99);
    }
    memcpy(b->at + b->size, from, size);
    b->size += size;
}

static inline void put_number(bytes *b, size_t size, uint64_t value)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)(value >> 8 * i);

        put(b, &byte, 1);
    }
}

/* Writes a file of this name into the folder of the tests; returns its path. */
static inline const char *file_of(const bytes *b, const char *name)
{
    const char *path = check_path(name);

    check_write(path, b->at, (long)b->size);
    return path;
}

/* A .npy by hand. */
static inline void put_npy(bytes *b, int version, const char *dictionary, const void *data,
                           size_t size)
{
    put(b, "\x93NUMPY", 6);
    put_number(b, 1, (uint64_t)version);
    put_number(b, 1, 0);
    put_number(b, version == 1 ? 2 : 4, strlen(dictionary));
    put(b, dictionary, strlen(dictionary));
    put(b, data, size);
}

#endif
