/* h5table.c -- edits of files of HDF5, read as a table. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/image.h"

#include <stdlib.h>

void fuzz_h5table(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);
    size_t length;
    unsigned char *file = fuzz_image(FUZZ_TABLES, &in, &length);

    fuzz_read_table(&how, fuzz_file("input", file, length));
    free(file);
}
