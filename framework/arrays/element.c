/* element.c -- the elements of other programs' arrays: floats and integers of any width. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#include <math.h>
#include <string.h>

uint64_t lhi_number(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

void lhi_number_put(lhi_text *t, size_t bytes, uint64_t value)
{
    unsigned char at[8];

    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
    lhi_text_put(t, at, bytes);
}

uint64_t lhi_coding_bytes(const lhi_coding *l, int *over)
{
    uint64_t elements = 1;

    for (int i = 0; i < l->rank; i++) {
        if (l->dims[i] > LHI_ARRAYS_ELEMENTS ||
            (l->dims[i] > 0 && elements > LHI_ARRAYS_ELEMENTS / l->dims[i])) {
            *over = 1;
            return 0;
        }
        elements *= l->dims[i];
    }
    return elements * l->bytes;
}

static uint64_t bits_at(const unsigned char *at, const lhi_coding *l)
{
    uint64_t value = 0;

    if (!l->big)
        return lhi_number(at, l->bytes);
    for (unsigned i = 0; i < l->bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static double of_half(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (double)(bits & 1023);
    double size;

    if (exponent == 31)
        size = fraction > 0 ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        size = ldexp(fraction, -24);
    else
        size = ldexp(fraction + 1024, exponent - 25);
    return bits >> 15 ? -size : size;
}

static double of_single(uint64_t bits)
{
    const uint32_t word = (uint32_t)bits;
    float value;

    memcpy(&value, &word, sizeof value);
    return (double)value;
}

static double of_double(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static int of_integer(uint64_t bits, const lhi_coding *l, double *to)
{
    const unsigned width = 8 * l->bytes;
    const int negative = l->kind == 'i' && bits >> (width - 1) & 1;
    const uint64_t size = negative ? (UINT64_MAX >> (64 - width)) - bits + 1 : bits;

    *to = negative ? -(double)size : (double)size;
    return size <= UINT64_C(1) << 53;
}

static int decode(const unsigned char *at, const lhi_coding *l, double *to)
{
    const uint64_t bits = bits_at(at, l);

    if (l->kind == 'i' || l->kind == 'u')
        return of_integer(bits, l, to);
    if (l->kind == 'b')
        *to = of_single(bits << 16);
    else
        *to = l->bytes == 8 ? of_double(bits) : l->bytes == 4 ? of_single(bits) : of_half(bits);
    return 1;
}

int lhi_coding_decode(const lhi_coding *l, const unsigned char *from, double *to)
{
    const size_t rows = (size_t)(l->rank == 2 ? l->dims[0] : 1);
    const size_t cols = (size_t)(l->rank > 0 ? l->dims[l->rank - 1] : 1);
    int exact = 1;

    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const size_t place = l->by_columns ? j * rows + i : i * cols + j;

            exact &= decode(from + place * l->bytes, l, &to[i * cols + j]);
        }
    return exact;
}

static uint64_t bits_of(double value, size_t bytes)
{
    const float narrow = (float)value;
    uint64_t wide;
    uint32_t word;

    memcpy(&wide, &value, sizeof wide);
    memcpy(&word, &narrow, sizeof word);
    return bytes == 4 ? word : wide;
}

void lhi_named_put(lhi_text *t, const lhi_named *n)
{
    const size_t bytes = lhi_named_element(n);

    for (size_t i = 0; i < n->rows * n->cols; i++)
        lhi_number_put(t, bytes, bits_of(n->at[i], bytes));
}
