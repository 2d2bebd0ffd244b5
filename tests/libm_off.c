/* libm_off.c -- to be preloaded: the C library's transcendental functions, wrong in the last place.
 *
 * The standard leaves their last digits open, and libraries and processors differ there.  Here
 * two results in five are the neighbour of what the library gives, chosen by the argument, so
 * that what hangs on a digit which nobody promises falls on every machine. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* -1 down, 1 up, 0 as it is. */
static int step(const void *x, size_t size)
{
    const unsigned char *byte = x;
    uint32_t h = 0;

    for (size_t i = 0; i < size; i++)
        h = (h + byte[i]) * 2654435761u;
    h = (h >> 16) % 10;
    return h < 2 ? -1 : h < 4 ? 1 : 0;
}

static void *beneath(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);

    if (!f)
        abort();
    return f;
}

/* What is exact by definition stays: 0, 1, infinities and NaN. */
#define MOVED(type, suffix, size, y, x)                                         \
    ((y) - (y) != 0 || (y) == 0 || (y) == 1 || step(&(x), size) == 0            \
         ? (y)                                                                  \
         : nextafter##suffix(y, step(&(x), size) * (type)INFINITY))

#define ONE(type, suffix, size, name)                                           \
    type name##suffix(type x)                                                   \
    {                                                                           \
        static type (*f)(type);                                                 \
        type y;                                                                 \
                                                                                \
        if (!f)                                                                 \
            *(void **)&f = beneath(#name #suffix);                              \
        y = f(x);                                                               \
        return MOVED(type, suffix, size, y, x);                                 \
    }

#define TWO(type, suffix, size, name)                                           \
    type name##suffix(type a, type b)                                           \
    {                                                                           \
        static type (*f)(type, type);                                           \
        type y;                                                                 \
                                                                                \
        if (!f)                                                                 \
            *(void **)&f = beneath(#name #suffix);                              \
        y = f(a, b);                                                            \
        return MOVED(type, suffix, size, y, a);                                 \
    }

#define ALL(type, suffix, size)                                                 \
    ONE(type, suffix, size, exp) ONE(type, suffix, size, exp2)                  \
    ONE(type, suffix, size, expm1) ONE(type, suffix, size, log)                 \
    ONE(type, suffix, size, log2) ONE(type, suffix, size, log10)                \
    ONE(type, suffix, size, log1p) ONE(type, suffix, size, cbrt)                \
    ONE(type, suffix, size, sin) ONE(type, suffix, size, cos)                   \
    ONE(type, suffix, size, tan) ONE(type, suffix, size, atan)                  \
    ONE(type, suffix, size, sinh) ONE(type, suffix, size, cosh)                 \
    ONE(type, suffix, size, tanh) ONE(type, suffix, size, erf)                  \
    TWO(type, suffix, size, pow) TWO(type, suffix, size, hypot)                 \
    TWO(type, suffix, size, atan2)

/* Of a long double the last bytes are padding. */
ALL(float, f, 4)
ALL(double, , 8)
ALL(long double, l, 10)
