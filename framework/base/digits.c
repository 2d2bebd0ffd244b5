/* digits.c -- a number as text, by whole numbers of 128 bits. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/digits.h"

#include "framework/base/text.h"
#include "framework/system/sys.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* The largest power of ten that a number of 53 bits can be multiplied by in 128. */
enum { MOST_TENS = 22 };

static uint64_t power(int k)
{
    uint64_t p = 1;

    while (k-- > 0)
        p *= 10;
    return p;
}

static wide tens(int k)
{
    return k > 19 ? (wide)power(19) * power(k - 19) : power(k);
}

/* The digits of n, most significant first; how many. */
static int digits_of(uint64_t n, char *to)
{
    char back[20];
    int k = 0;

    do
        back[k++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    for (int i = 0; i < k; i++)
        to[i] = back[k - 1 - i];
    return k;
}

/* n/10^k without zeros at the end, with a point or, of what is small or large, an exponent. */
static size_t lay_out(char *to, uint64_t n, int k)
{
    char digit[20];
    int count, point;
    size_t at = 0;

    while (n % 10 == 0 && n > 0)
        n /= 10, k--;
    count = digits_of(n, digit);
    point = count - k; /* digits in front of it */
    if (point > 17 || point < -4) {
        to[at++] = digit[0];
        if (count > 1) {
            to[at++] = '.';
            memcpy(to + at, digit + 1, (size_t)count - 1);
            at += (size_t)count - 1;
        }
        to[at++] = 'e';
        to[at++] = point > 0 ? '+' : '-';
        count = point > 0 ? point - 1 : 1 - point;
        if (count < 10)
            to[at++] = '0';
        return at + (size_t)digits_of((uint64_t)count, to + at);
    }
    if (point <= 0) {
        to[at++] = '0';
        to[at++] = '.';
        for (int i = point; i < 0; i++)
            to[at++] = '0';
        memcpy(to + at, digit, (size_t)count);
        return at + (size_t)count;
    }
    for (int i = 0; i < count || i < point; i++) {
        if (i == point)
            to[at++] = '.';
        to[at++] = i < count ? digit[i] : '0';
    }
    return at;
}

/* m 2^-s, of `bits` bits. */
typedef struct parts {
    uint64_t m;
    int s, lowest; /* 1: m is a power of two, and what is below it is nearer */
} parts;

/* The rounding of m 2^-s 10^k to a whole number, half to even; 1 where reading n/10^k gives
 * m 2^-s again: they differ by less than half a unit of m, below a power of two a quarter. */
static int rounded(const parts *x, int k, uint64_t *n)
{
    const wide ten = tens(k), exact = x->m * ten, half = x->s > 0 ? (wide)1 << (x->s - 1) : 0;
    const wide whole = exact >> x->s, rest = exact - (whole << x->s);
    const int up = x->s > 0 && (rest > half || (rest == half && (whole & 1)));

    *n = (uint64_t)whole + (uint64_t)up;
    return up ? ((wide)1 << x->s) - rest < ten / 2 : rest < ten / (x->lowest ? 4 : 2);
}

/* 0 where the numbers would not fit. */
static size_t by_products(char *to, double x, int bits, int first, int last)
{
    int e, k;
    const double f = frexp(x, &e);
    const parts p = {(uint64_t)ldexp(f, bits), bits - e, f == 0.5};

    for (int digits = first; p.s >= 0 && p.s < 127 && digits <= last; digits++) {
        uint64_t n;
        int same;

        /* So that `digits` of them, or one more, stand in front of the point. */
        k = digits - 1 - (int)floor((e - 1) * 0.30102999566398120);
        if (k > MOST_TENS)
            return 0;
        same = rounded(&p, k > 0 ? k : 0, &n);
        if (n >= power(digits) && k > 0)
            same = rounded(&p, --k, &n);
        if (same || digits == last)
            return lay_out(to, n, k > 0 ? k : 0);
    }
    return 0;
}

static int reads_back(const char *text, double x, lh_type type)
{
    long double l;
    char *end;
    double d;
    float f;

    lhi_sys_strtoall(text, &end, &f, &d, &l);
    return type == LH_F32 ? (double)f == x : d == x;
}

static size_t by_library(char *to, double x, lh_type type, int first, int last)
{
    char text[64];
    int n = 0;

    for (int digits = first; digits <= last; digits++) {
        n = lhi_format(text, sizeof text, "%.*g", digits, x);
        if (reads_back(text, x, type))
            break;
    }
    memcpy(to, text, (size_t)n);
    return (size_t)n;
}

size_t lhi_digits(char to[LHI_DIGITS_ROOM], double x, lh_type type)
{
    const int bits = type == LH_F32 ? FLT_MANT_DIG : DBL_MANT_DIG;
    const int first = type == LH_F32 ? FLT_DIG : DBL_DIG;
    const int last = type == LH_F32 ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    size_t at = 0, n;

    if (x != x) {
        memcpy(to, "nan", 3);
        return 3;
    }
    if (signbit(x))
        to[at++] = '-';
    x = fabs(x);
    if (x == 0) {
        to[at++] = '0';
        return at;
    }
    n = isfinite(x) ? by_products(to + at, x, bits, first, last) : 0;
    return at + (n ? n : by_library(to + at, x, type, first, last));
}
