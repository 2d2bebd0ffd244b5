/* planted.c -- faults that the fuzzer must find, in a reader of shapes that believes them. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/planted.h"

#include "framework/arrays/list.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 64 };

/* 1 and the shape, as in "[5, 3]", of two dimensions. */
static int has_shape(const uint8_t *bytes, size_t size, uint64_t dims[2])
{
    lhi_scan s = {(const char *)bytes, (const char *)bytes + size};

    return lhi_scan_dims(&s, "[]", dims) == 2 && lhi_scan_end(&s);
}

/* So many bytes as there are rows. */
void fuzz_planted_overflow(const uint8_t *bytes, size_t size)
{
    uint64_t dims[2];
    char *volatile array = calloc(1, ROOM); /* else no compiler would keep it */

    if (array && has_shape(bytes, size, dims) && dims[0] < 1 << 20)
        memset(array, 1, (size_t)dims[0]);
    free(array);
}

/* What has no columns is forgotten. */
void fuzz_planted_leak(const uint8_t *bytes, size_t size)
{
    uint64_t dims[2];
    char *volatile array = malloc(ROOM);

    if (array)
        memset(array, 1, ROOM);
    if (!has_shape(bytes, size, dims) || dims[1] > 0)
        free(array);
}
