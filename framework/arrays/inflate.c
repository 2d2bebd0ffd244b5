/* inflate.c -- zlib, where configure found it: members of a .npz, chunks of an HDF5 file. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#ifdef LHI_ZLIB
#include <zlib.h>

enum { PART = 1 << 30 }; /* zlib counts in unsigned int */

static uInt part(size_t size)
{
    return size < PART ? (uInt)size : PART;
}

int lhi_inflate(const unsigned char *from, size_t size, unsigned char *to, size_t room, int headed)
{
    z_stream z = {0};
    int status = Z_OK;

    if (inflateInit2(&z, headed ? MAX_WBITS : -MAX_WBITS) != Z_OK)
        return 0;
    z.next_in = (z_const Bytef *)from;
    z.next_out = to;
    while (status == Z_OK) {
        const uInt in = part(size), out = part(room);

        z.avail_in = in;
        z.avail_out = out;
        status = inflate(&z, Z_NO_FLUSH);
        size -= in - z.avail_in;
        room -= out - z.avail_out;
    }
    inflateEnd(&z);
    return status == Z_STREAM_END && size == 0 && room == 0;
}
#else
int lhi_inflate(const unsigned char *from, size_t size, unsigned char *to, size_t room, int headed)
{
    (void)from, (void)size, (void)to, (void)room, (void)headed;
    return -1;
}
#endif
