/* distance.c -- how far two arrays of numbers are apart: in bits, in ulps, as numbers. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/distance.h"

#include <math.h>
#include <string.h>

static double element(const lhi_numbers *n, size_t i)
{
    if (n->counts)
        return ((const uint16_t *)n->at)[i];
    return n->type == LH_F32 ? (double)((const float *)n->at)[i] : ((const double *)n->at)[i];
}

/* Every float is one more than the next smaller one; the two zeros are the same. */
static int64_t place_of_float(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? -(int64_t)(bits & INT32_MAX) : bits;
}

static int64_t place_of_double(double x)
{
    int64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? -(bits & INT64_MAX) : bits;
}

static uint64_t ulps(double x, double y, int as_floats)
{
    const int64_t a = as_floats ? place_of_float((float)x) : place_of_double(x);
    const int64_t b = as_floats ? place_of_float((float)y) : place_of_double(y);

    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* As bits say, whatever the types. */
static int equal(double x, double y)
{
    return x == y ? !signbit(x) == !signbit(y) : isnan(x) && isnan(y);
}

lhi_distance lhi_distance_of(const lhi_numbers *a, const lhi_numbers *b)
{
    const int as_floats = a->type == LH_F32 || b->type == LH_F32;
    lhi_distance d = {.compared = a->size < b->size ? a->size : b->size};

    for (size_t i = 0; i < d.compared; i++) {
        const double x = element(a, i), y = element(b, i);

        if (equal(x, y))
            continue;
        if (d.differ++ == 0) {
            d.first = i;
            d.a = x;
            d.b = y;
        }
        if (isnan(x) || isnan(y)) {
            d.unlike++;
            continue;
        }
        if (ulps(x, y, as_floats) > d.ulps)
            d.ulps = ulps(x, y, as_floats);
        d.apart = fmax(d.apart, fabs(x - y));
    }
    return d;
}
