/* npy.c -- one array of NumPy: as a table, as one that stays in its file, as a named array. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

void fuzz_npy(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);
    const unsigned named = fuzz_byte(&in) & 1;
    const char *path = fuzz_file("input", in.at, in.size);

    if (named)
        fuzz_read_arrays(path);
    else
        fuzz_read_table(&how, path);
}
