/* operands.h -- the numbers that every program of a comparison works on.
 *
 * A number is a function of its stream and index alone, so that programs fill their
 * arrays without sending them; bench/peers/pytorch.py has the same in Python. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OPERANDS_H
#define LHI_OPERANDS_H

#include <stddef.h>
#include <stdint.h>

enum lhi_operand_stream {
    LHI_OPERAND_A, LHI_OPERAND_B, LHI_OPERAND_SIGNS, /* of a product */
    LHI_OPERAND_X, LHI_OPERAND_Y, LHI_OPERAND_W      /* of a step; W + l: of layer l, from 0 */
};

/* Of the step: theta := theta - rate dL/dtheta. */
#define LHI_OPERAND_RATE 0.01

/* In [-1, 1), spread evenly. */
static inline float lhi_operand(unsigned stream, size_t index)
{
    uint32_t h = ((uint32_t)index + 1u + 1000003u * stream) * 2654435761u;

    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    h ^= h >> 15;
    return (float)(h >> 8) / 8388608.0f - 1.0f;
}

static inline void lhi_operands(unsigned stream, size_t n, float scale, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = scale * lhi_operand(stream, i);
}

/* Labels: three of four are 1, so that the first steps lower the loss. */
static inline void lhi_operand_labels(size_t n, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = lhi_operand(LHI_OPERAND_Y, i) < 0.5f ? 1.0f : 0.0f;
}

/* A sum over the elements of a product with signs and weights of its own for each, which
 * a wrong, a missing and a misplaced element change. */
static inline double lhi_operand_checksum(size_t n, const float *c)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)lhi_operand(LHI_OPERAND_SIGNS, i) * (double)c[i];
    return sum;
}

#endif
