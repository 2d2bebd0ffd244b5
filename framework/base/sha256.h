/* sha256.h -- the digest of files, data and tapes (FIPS 180-4). */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SHA256_H
#define LHI_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct lhi_sha256 {
    uint32_t h[8];
    uint64_t bytes;
    unsigned char block[64];
    int plainly; /* without what the CPU has for it */
} lhi_sha256;

void lhi_sha256_begin(lhi_sha256 *s);
void lhi_sha256_add(lhi_sha256 *s, const void *bytes, size_t size);
void lhi_sha256_end(lhi_sha256 *s, unsigned char digest[32]);

/* All in one; hex has room for 64 digits and the final 0. */
void lhi_sha256_of(const void *bytes, size_t size, unsigned char digest[32]);
void lhi_hex(const unsigned char digest[32], char hex[65]);

#endif
