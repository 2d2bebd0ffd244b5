/* h5named.c -- edits of files of HDF5, read as named arrays. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/image.h"

#include <stdlib.h>

void fuzz_h5named(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size};
    size_t length;
    unsigned char *file = fuzz_image(FUZZ_TABLES, &in, &length);

    fuzz_read_arrays(fuzz_file("input", file, length));
    free(file);
}
