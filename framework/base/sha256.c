/* sha256.c -- SHA-256 as FIPS 180-4 section 6.2 states it. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/sha256.h"

#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* One round: the letters move on by being handed in another order. */
#define ROUND(a, b, c, d, e, f, g, h, t)                                              \
    do {                                                                              \
        const uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +      \
                            (g ^ (e & (f ^ g))) + k[t] + w[t];                        \
        d += t1;                                                                      \
        h = t1 + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b))); \
    } while (0)

static void compress_plainly(uint32_t v[8], const unsigned char *p, size_t blocks)
{
    for (; blocks > 0; blocks--, p += 64) {
        uint32_t a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
        uint32_t w[64];

        for (int t = 0; t < 16; t++)
            w[t] = (uint32_t)p[4 * t] << 24 | (uint32_t)p[4 * t + 1] << 16 |
                   (uint32_t)p[4 * t + 2] << 8 | p[4 * t + 3];
        for (int t = 16; t < 64; t++)
            w[t] = w[t - 16] + w[t - 7] +
                   (rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3) +
                   (rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10);
        for (int t = 0; t < 64; t += 8) {
            ROUND(a, b, c, d, e, f, g, h, t);
            ROUND(h, a, b, c, d, e, f, g, t + 1);
            ROUND(g, h, a, b, c, d, e, f, t + 2);
            ROUND(f, g, h, a, b, c, d, e, t + 3);
            ROUND(e, f, g, h, a, b, c, d, t + 4);
            ROUND(d, e, f, g, h, a, b, c, t + 5);
            ROUND(c, d, e, f, g, h, a, b, t + 6);
            ROUND(b, c, d, e, f, g, h, a, t + 7);
        }
        v[0] += a, v[1] += b, v[2] += c, v[3] += d, v[4] += e, v[5] += f, v[6] += g, v[7] += h;
    }
}

#ifdef __x86_64__
/* Four rounds by the instructions that x86 has for them; with `more`, the four words of the
 * message after next from these and the three fours behind them. */
#define FOUR(w0, w1, w2, w3, t, more)                                                     \
    do {                                                                                  \
        const __m128i m =                                                                 \
            _mm_add_epi32(w0, _mm_loadu_si128((const __m128i *)(const void *)(k + (t)))); \
                                                                                          \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, m);                                      \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(m, 0x0e));             \
        if (more)                                                                         \
            w0 = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1),         \
                                                    _mm_alignr_epi8(w3, w2, 4)), w3);     \
    } while (0)

__attribute__((target("sha,sse4.1"))) static void
compress_with_sha(uint32_t v[8], const unsigned char *p, size_t blocks)
{
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)v);
    const __m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(v + 4));
    const __m128i badc = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    __m128i abef = _mm_alignr_epi8(badc, efgh, 8), cdgh = _mm_blend_epi16(efgh, badc, 0xf0);

    for (; blocks > 0; blocks--, p += 64) {
        const __m128i *const from = (const __m128i *)(const void *)p;
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(from), order);
        __m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(from + 1), order);
        __m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(from + 2), order);
        __m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(from + 3), order);

        for (int t = 0; t < 64; t += 16) {
            FOUR(w0, w1, w2, w3, t, t < 48);
            FOUR(w1, w2, w3, w0, t + 4, t < 48);
            FOUR(w2, w3, w0, w1, t + 8, t < 48);
            FOUR(w3, w0, w1, w2, t + 12, t < 48);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    {
        const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);

        _mm_storeu_si128((__m128i *)(void *)v, _mm_blend_epi16(feba, dchg, 0xf0));
        _mm_storeu_si128((__m128i *)(void *)(v + 4), _mm_alignr_epi8(dchg, feba, 8));
    }
}

/* Asked once: in a virtual machine it is no cheap question. */
static int has_sha(void)
{
    enum { UNKNOWN, NO, YES };
    static _Atomic int answer;
    unsigned a, b, c, d;

    if (answer == UNKNOWN)
        answer = __get_cpuid_count(7, 0, &a, &b, &c, &d) && b >> 29 & 1 &&
                         __builtin_cpu_supports("sse4.1")
                     ? YES
                     : NO;
    return answer == YES;
}
#else
#define compress_with_sha compress_plainly

static int has_sha(void)
{
    return 0;
}
#endif

static void compress(lhi_sha256 *s, const unsigned char *p, size_t blocks)
{
    if (s->plainly)
        compress_plainly(s->h, p, blocks);
    else
        compress_with_sha(s->h, p, blocks);
}

void lhi_sha256_begin(lhi_sha256 *s)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    memcpy(s->h, first, sizeof first);
    s->bytes = 0;
    s->plainly = !has_sha();
}

void lhi_sha256_add(lhi_sha256 *s, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    size_t held = s->bytes % 64;

    s->bytes += size;
    while (size > 0) {
        size_t n;

        if (held == 0 && size >= 64) {
            n = size / 64;
            compress(s, p, n);
            p += 64 * n;
            size -= 64 * n;
            continue;
        }
        n = 64 - held < size ? 64 - held : size;
        memcpy(s->block + held, p, n);
        p += n;
        size -= n;
        held += n;
        if (held == 64) {
            compress(s, s->block, 1);
            held = 0;
        }
    }
}

void lhi_sha256_end(lhi_sha256 *s, unsigned char digest[32])
{
    const uint64_t bits = s->bytes * 8;
    unsigned char tail[72] = {0x80};
    const size_t held = s->bytes % 64;
    const size_t pad = held < 56 ? 56 - held : 120 - held;

    for (int i = 0; i < 8; i++)
        tail[pad + (size_t)i] = (unsigned char)(bits >> (56 - 8 * i));
    lhi_sha256_add(s, tail, pad + 8);
    for (int i = 0; i < 32; i++)
        digest[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void lhi_sha256_of(const void *bytes, size_t size, unsigned char digest[32])
{
    lhi_sha256 s;

    lhi_sha256_begin(&s);
    lhi_sha256_add(&s, bytes, size);
    lhi_sha256_end(&s, digest);
}

void lhi_hex(const unsigned char digest[32], char hex[65])
{
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[64] = 0;
}
