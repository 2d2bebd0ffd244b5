/* gzip.c -- a packed file: as the input has it, or packed here, in parts, cut short, changed. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#ifdef LHI_ZLIB
#include <zlib.h>

enum { ROOM = 1 << 14 };

/* One member of the file. */
static size_t pack(fuzz_input from, unsigned char *to, size_t room)
{
    z_stream z = {0};
    size_t size;

    if (deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    z.next_in = (z_const Bytef *)from.at;
    z.avail_in = (uInt)from.size;
    z.next_out = to;
    z.avail_out = (uInt)room;
    size = deflate(&z, Z_FINISH) == Z_STREAM_END ? room - z.avail_out : 0;
    deflateEnd(&z);
    return size;
}

void fuzz_gzip(const uint8_t *bytes, size_t size)
{
    static unsigned char packed[ROOM];
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);
    const unsigned kind = fuzz_byte(&in), place = fuzz_number(&in), change = fuzz_byte(&in);
    const fuzz_input first = kind & 2 ? fuzz_part(&in, in.size / 2) : (fuzz_input){NULL, 0};
    size_t length = 0;

    if (!(kind & 1)) {
        fuzz_read_table(&how, fuzz_file("input", in.at, in.size));
        return;
    }
    if (kind & 2)
        length = pack(first, packed, ROOM);
    length += pack(in, packed + length, ROOM - length);
    if (kind & 4 && length > 0)
        packed[place % length] ^= (unsigned char)change;
    if (kind & 8 && length > 0)
        length -= place % length;
    fuzz_read_table(&how, fuzz_file("input", packed, length));
}
#else
void fuzz_gzip(const uint8_t *bytes, size_t size)
{
    fuzz_input in = {bytes, size}, how = fuzz_part(&in, 4);

    fuzz_read_table(&how, fuzz_file("input", in.at, in.size));
}
#endif
