/* rng.h -- random numbers as a function of (seed, stream, step, index). */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_RNG_H
#define LHI_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Streams: what the numbers are for.  First values use the hash of their name. */
enum {
    LHI_STREAM_SPLIT = 1,
    LHI_STREAM_SHUFFLE = 2,
    LHI_STREAM_BLOCKS = 3,
    LHI_STREAM_FOLDS = 4
};

/* Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011): four words of a counter. */
void lhi_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* 64 random bits. */
uint64_t lhi_random_bits(uint64_t seed, uint32_t stream, uint32_t step, uint64_t index);
/* A double in [0, 1), a multiple of 2^-53. */
double lhi_random_unit(uint64_t seed, uint32_t stream, uint32_t step, uint64_t index);
/* A permutation of 0..n-1 into order[]; it depends on the arguments alone. */
void lhi_random_order(uint64_t seed, uint32_t stream, uint32_t step, uint32_t *order, size_t n);

/* The same for rows that are read from a file: blocks of so many rows, the last of them perhaps
 * shorter, in the random order of (seed, LHI_STREAM_BLOCKS, step); then each window of so many
 * places, from the first on, in a random order of its own.  A window's rows lie in few blocks. */
void lhi_random_blocks(uint64_t seed, uint32_t stream, uint32_t step, uint32_t *order, size_t n,
                       size_t block, size_t window);

/* A stream for a name (FNV-1a), never one of the numbers above. */
uint32_t lhi_stream_of(const char *name);

#endif
