/* rng.c -- Philox4x32-10 and what is drawn from it. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"

void lhi_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
    uint32_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < 10; round++) {
        const uint64_t p = UINT64_C(0xD2511F53) * a, q = UINT64_C(0xCD9E8D57) * c;
        const uint32_t b0 = b, d0 = d;

        a = (uint32_t)(q >> 32) ^ b0 ^ k0;
        b = (uint32_t)q;
        c = (uint32_t)(p >> 32) ^ d0 ^ k1;
        d = (uint32_t)p;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

uint64_t lhi_random_bits(uint64_t seed, uint32_t stream, uint32_t step, uint64_t index)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), step, stream};
    uint32_t out[4];

    lhi_philox(counter, key, out);
    return (uint64_t)out[1] << 32 | out[0];
}

double lhi_random_unit(uint64_t seed, uint32_t stream, uint32_t step, uint64_t index)
{
    return (double)(lhi_random_bits(seed, stream, step, index) >> 11) * 0x1p-53;
}

/* Fisher and Yates; the draws are those from `first` on.  32 random bits times i need 64: the bias
 * is below i / 2^32. */
static void shuffle(uint64_t seed, uint32_t stream, uint32_t step, uint64_t first, uint32_t *order,
                    size_t n)
{
    for (size_t i = n; i > 1; i--) {
        const uint64_t bits = lhi_random_bits(seed, stream, step, first + i) >> 32;
        const size_t j = (size_t)(bits * i >> 32);
        const uint32_t t = order[i - 1];

        order[i - 1] = order[j];
        order[j] = t;
    }
}

void lhi_random_order(uint64_t seed, uint32_t stream, uint32_t step, uint32_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    shuffle(seed, stream, step, 0, order, n);
}

void lhi_random_blocks(uint64_t seed, uint32_t stream, uint32_t step, uint32_t *order, size_t n,
                       size_t block, size_t window)
{
    const size_t blocks = (n + block - 1) / block;
    size_t left = n;

    /* The order of the blocks stands at the end, where it is overwritten last: block i of k has
     * more than i rows behind it, or is the last. */
    lhi_random_order(seed, LHI_STREAM_BLOCKS, step, order + n - blocks, blocks);
    for (size_t i = 0, at = 0; i < blocks; i++) {
        const size_t from = (size_t)order[n - blocks + i] * block;
        const size_t rows = n - from < block ? n - from : block;

        for (size_t k = 0; k < rows; k++)
            order[at++] = (uint32_t)(from + k);
    }
    for (size_t at = 0; at < n; at += window, left -= window)
        shuffle(seed, stream, step, at, order + at, left < window ? left : window);
}

uint32_t lhi_stream_of(const char *name)
{
    uint32_t h = 2166136261u;

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h | 0x100; /* 1 to 255 are kept for the streams with a number */
}
