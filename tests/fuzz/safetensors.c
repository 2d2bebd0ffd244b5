/* safetensors.c -- a header in JSON and the bytes of arrays. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* The length of the header stands first: it is right here, but for what the first two bytes add. */
void fuzz_safetensors(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size};
    const unsigned off = fuzz_byte(&in), header = fuzz_number(&in);
    const size_t length = header < in.size ? header : in.size;
    unsigned char *file = calloc(1, in.size + 8);

    if (!file)
        abort();
    for (size_t i = 0; i < 8; i++)
        file[i] = (unsigned char)((length + off) >> 8 * i % 64);
    if (off == 255)
        memset(file, 255, 8);
    if (in.size > 0)
        memcpy(file + 8, in.at, in.size);
    fuzz_read_arrays(fuzz_file("input", file, in.size + 8));
    free(file);
}
