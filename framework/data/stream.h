/* stream.h -- the bytes of a file one after another, as often as wanted, unpacked by the way. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_STREAM_H
#define LHI_STREAM_H

#include "framework/base/ctx.h"
#include "framework/base/sha256.h"

typedef struct lhi_stream {
    lh_ctx *c;
    const char *path;
    char shown[208];            /* the path, as messages have it */
    int fd;                     /* -1: the bytes are in memory: */
    const unsigned char *bytes;
    uint64_t size, at;          /* of the file as it is, and how far it was read */
    int gzip;
    void *unpacker;
    unsigned char *packed;      /* what was read and is not unpacked: */
    const unsigned char *next;
    size_t left;
    int whole;                  /* it stands between two files that were packed */
    uint64_t given;             /* bytes since the beginning */
    int fault;                  /* a negative errno, or what is wrong with a packed file */
    lhi_sha256 *digest;         /* of the bytes of the file, as they are read; may be NULL */
} lhi_stream;

/* Opens a file of at most LHI_STREAM_MOST bytes, or with `large` of any size; or bytes in memory
 * (then `path` is their name).  LH_ENOINPUT, LH_EDATA, LH_ENOMEM. */
#define LHI_STREAM_MOST (UINT64_C(8) << 30)
lh_status lhi_stream_open(lhi_stream *s, lh_ctx *c, const char *path, int large);
lh_status lhi_stream_open_bytes(lhi_stream *s, lh_ctx *c, const char *path, const void *bytes,
                                size_t size);
/* Fills `to`; fewer bytes than `room` where the stream ends, or fails.  One thread at a time, and
 * no context is used: lhi_stream_check() tells what failed. */
size_t lhi_stream_read(lhi_stream *s, void *to, size_t room);
/* The bytes that it can have at most, unpacked: what claims more is not believed. */
uint64_t lhi_stream_most(const lhi_stream *s);
/* From the beginning, without a digest. */
void lhi_stream_again(lhi_stream *s);
/* LH_EIO or LH_EDATA when reading has failed. */
lh_status lhi_stream_check(lhi_stream *s);
void lhi_stream_close(lhi_stream *s);

#endif
