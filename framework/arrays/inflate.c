/* inflate.c -- zlib, where configure found it: members of a .npz, chunks of HDF5, gzip. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#include "framework/system/mem.h"

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

void *lhi_gunzip_begin(void)
{
    z_stream *z = lhi_mem_alloc(sizeof *z);

    if (z && inflateInit2(z, MAX_WBITS + 16) == Z_OK) /* 16: with the header of gzip */
        return z;
    lhi_mem_free(z);
    return NULL;
}

int lhi_gunzip(void *state, const unsigned char **from, size_t *size, unsigned char **to,
               size_t *room)
{
    z_stream *z = state;
    const uInt in = part(*size), out = part(*room);
    int status;

    z->next_in = (z_const Bytef *)*from;
    z->next_out = *to;
    z->avail_in = in;
    z->avail_out = out;
    status = inflate(z, Z_NO_FLUSH);
    *from += in - z->avail_in;
    *size -= in - z->avail_in;
    *to += out - z->avail_out;
    *room -= out - z->avail_out;
    if (status == Z_STREAM_END) /* another file may follow in the same one */
        return inflateReset(z) == Z_OK ? LHI_GUNZIP_WHOLE : LHI_GUNZIP_BAD;
    return status == Z_OK || status == Z_BUF_ERROR ? LHI_GUNZIP_MORE : LHI_GUNZIP_BAD;
}

void lhi_gunzip_end(void *state)
{
    if (state)
        inflateEnd(state);
    lhi_mem_free(state);
}
#else
void *lhi_gunzip_begin(void)
{
    return NULL;
}

int lhi_gunzip(void *state, const unsigned char **from, size_t *size, unsigned char **to,
               size_t *room)
{
    (void)state, (void)from, (void)size, (void)to, (void)room;
    return LHI_GUNZIP_BAD;
}

void lhi_gunzip_end(void *state)
{
    (void)state;
}

int lhi_inflate(const unsigned char *from, size_t size, unsigned char *to, size_t room, int headed)
{
    (void)from, (void)size, (void)to, (void)room, (void)headed;
    return -1;
}
#endif
