/* draw.h -- numbers for tests: xorshift64*, the same everywhere. */
/* SPDX-License-Identifier: MIT */
#ifndef DRAW_H
#define DRAW_H

#include <stdint.h>

/* The next 64 bits; the state must not be 0. */
static inline uint64_t draw_from(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * 0x2545f4914f6cdd1du;
}

/* A double of [lo, hi). */
static inline double draw_between(double lo, double hi, uint64_t *state)
{
    return lo + (hi - lo) * ((double)(draw_from(state) >> 11) * 0x1p-53);
}

#endif
