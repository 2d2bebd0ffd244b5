/* npz.c -- a zip file of arrays: as a table, as named arrays; its checksums may be made right. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static uint32_t number(const unsigned char *at, int bytes)
{
    uint32_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

static uint32_t crc(const unsigned char *at, size_t size)
{
    uint32_t sum = 0xffffffff;

    for (size_t i = 0; i < size; i++) {
        sum ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum;
}

/* Of what is stored as it is, where the directory says: a checksum is no wall to what is behind. */
static void make_right(unsigned char *file, size_t size)
{
    for (size_t i = 0; i + 46 <= size; i++) {
        const uint32_t length = memcmp(file + i, "PK\1\2", 4) == 0 ? number(file + i + 20, 4) : 0;
        const uint32_t at = number(file + i + 42, 4);
        uint32_t begin, sum;

        if (length == 0 || length > size || at > size - 30)
            continue;
        begin = at + 30 + number(file + at + 26, 2) + number(file + at + 28, 2);
        if (begin > size - length)
            continue;
        sum = crc(file + begin, length);
        for (size_t k = 0; k < 4; k++)
            file[i + 16 + k] = (unsigned char)(sum >> 8 * k);
    }
}

void fuzz_npz(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);
    const unsigned kind = fuzz_byte(&in);
    unsigned char *file = (unsigned char *)fuzz_text(in);
    const char *path;

    if (kind & 2)
        make_right(file, in.size);
    path = fuzz_file("input", file, in.size);
    if (kind & 1)
        fuzz_read_arrays(path);
    else
        fuzz_read_table(&how, path);
    free(file);
}
