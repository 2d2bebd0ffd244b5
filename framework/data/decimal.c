/* decimal.c -- from decimal digits to the nearest double, by one product of integers. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/decimal.h"

#include "framework/system/sys.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum {
    LEAST = -64, MOST = 55, /* the powers of ten that power[] has */
    SHORT = 22,             /* those that are doubles without an error end here */
    KEPT = 770              /* digits that decide how any number is rounded: the points half way
                               between two doubles have 767 at most */
};

/* 5^q in 128 bits, the highest of them set and what is below the lowest cut off; from q = 0 on
 * nothing was. */
static const struct {
    uint64_t high, low;
} power[MOST - LEAST + 1] = {
    {0xa87fea27a539e9a5, 0x3f2398d747b36224}, {0xd29fe4b18e88640e, 0x8eec7f0d19a03aad},
    {0x83a3eeeef9153e89, 0x1953cf68300424ac}, {0xa48ceaaab75a8e2b, 0x5fa8c3423c052dd7},
    {0xcdb02555653131b6, 0x3792f412cb06794d}, {0x808e17555f3ebf11, 0xe2bbd88bbee40bd0},
    {0xa0b19d2ab70e6ed6, 0x5b6aceaeae9d0ec4}, {0xc8de047564d20a8b, 0xf245825a5a445275},
    {0xfb158592be068d2e, 0xeed6e2f0f0d56712}, {0x9ced737bb6c4183d, 0x55464dd69685606b},
    {0xc428d05aa4751e4c, 0xaa97e14c3c26b886}, {0xf53304714d9265df, 0xd53dd99f4b3066a8},
    {0x993fe2c6d07b7fab, 0xe546a8038efe4029}, {0xbf8fdb78849a5f96, 0xde98520472bdd033},
    {0xef73d256a5c0f77c, 0x963e66858f6d4440}, {0x95a8637627989aad, 0xdde7001379a44aa8},
    {0xbb127c53b17ec159, 0x5560c018580d5d52}, {0xe9d71b689dde71af, 0xaab8f01e6e10b4a6},
    {0x9226712162ab070d, 0xcab3961304ca70e8}, {0xb6b00d69bb55c8d1, 0x3d607b97c5fd0d22},
    {0xe45c10c42a2b3b05, 0x8cb89a7db77c506a}, {0x8eb98a7a9a5b04e3, 0x77f3608e92adb242},
    {0xb267ed1940f1c61c, 0x55f038b237591ed3}, {0xdf01e85f912e37a3, 0x6b6c46dec52f6688},
    {0x8b61313bbabce2c6, 0x2323ac4b3b3da015}, {0xae397d8aa96c1b77, 0xabec975e0a0d081a},
    {0xd9c7dced53c72255, 0x96e7bd358c904a21}, {0x881cea14545c7575, 0x7e50d64177da2e54},
    {0xaa242499697392d2, 0xdde50bd1d5d0b9e9}, {0xd4ad2dbfc3d07787, 0x955e4ec64b44e864},
    {0x84ec3c97da624ab4, 0xbd5af13bef0b113e}, {0xa6274bbdd0fadd61, 0xecb1ad8aeacdd58e},
    {0xcfb11ead453994ba, 0x67de18eda5814af2}, {0x81ceb32c4b43fcf4, 0x80eacf948770ced7},
    {0xa2425ff75e14fc31, 0xa1258379a94d028d}, {0xcad2f7f5359a3b3e, 0x096ee45813a04330},
    {0xfd87b5f28300ca0d, 0x8bca9d6e188853fc}, {0x9e74d1b791e07e48, 0x775ea264cf55347d},
    {0xc612062576589dda, 0x95364afe032a819d}, {0xf79687aed3eec551, 0x3a83ddbd83f52204},
    {0x9abe14cd44753b52, 0xc4926a9672793542}, {0xc16d9a0095928a27, 0x75b7053c0f178293},
    {0xf1c90080baf72cb1, 0x5324c68b12dd6338}, {0x971da05074da7bee, 0xd3f6fc16ebca5e03},
    {0xbce5086492111aea, 0x88f4bb1ca6bcf584}, {0xec1e4a7db69561a5, 0x2b31e9e3d06c32e5},
    {0x9392ee8e921d5d07, 0x3aff322e62439fcf}, {0xb877aa3236a4b449, 0x09befeb9fad487c2},
    {0xe69594bec44de15b, 0x4c2ebe687989a9b3}, {0x901d7cf73ab0acd9, 0x0f9d37014bf60a10},
    {0xb424dc35095cd80f, 0x538484c19ef38c94}, {0xe12e13424bb40e13, 0x2865a5f206b06fb9},
    {0x8cbccc096f5088cb, 0xf93f87b7442e45d3}, {0xafebff0bcb24aafe, 0xf78f69a51539d748},
    {0xdbe6fecebdedd5be, 0xb573440e5a884d1b}, {0x89705f4136b4a597, 0x31680a88f8953030},
    {0xabcc77118461cefc, 0xfdc20d2b36ba7c3d}, {0xd6bf94d5e57a42bc, 0x3d32907604691b4c},
    {0x8637bd05af6c69b5, 0xa63f9a49c2c1b10f}, {0xa7c5ac471b478423, 0x0fcf80dc33721d53},
    {0xd1b71758e219652b, 0xd3c36113404ea4a8}, {0x83126e978d4fdf3b, 0x645a1cac083126e9},
    {0xa3d70a3d70a3d70a, 0x3d70a3d70a3d70a3}, {0xcccccccccccccccc, 0xcccccccccccccccc},
    {0x8000000000000000, 0x0000000000000000}, {0xa000000000000000, 0x0000000000000000},
    {0xc800000000000000, 0x0000000000000000}, {0xfa00000000000000, 0x0000000000000000},
    {0x9c40000000000000, 0x0000000000000000}, {0xc350000000000000, 0x0000000000000000},
    {0xf424000000000000, 0x0000000000000000}, {0x9896800000000000, 0x0000000000000000},
    {0xbebc200000000000, 0x0000000000000000}, {0xee6b280000000000, 0x0000000000000000},
    {0x9502f90000000000, 0x0000000000000000}, {0xba43b74000000000, 0x0000000000000000},
    {0xe8d4a51000000000, 0x0000000000000000}, {0x9184e72a00000000, 0x0000000000000000},
    {0xb5e620f480000000, 0x0000000000000000}, {0xe35fa931a0000000, 0x0000000000000000},
    {0x8e1bc9bf04000000, 0x0000000000000000}, {0xb1a2bc2ec5000000, 0x0000000000000000},
    {0xde0b6b3a76400000, 0x0000000000000000}, {0x8ac7230489e80000, 0x0000000000000000},
    {0xad78ebc5ac620000, 0x0000000000000000}, {0xd8d726b7177a8000, 0x0000000000000000},
    {0x878678326eac9000, 0x0000000000000000}, {0xa968163f0a57b400, 0x0000000000000000},
    {0xd3c21bcecceda100, 0x0000000000000000}, {0x84595161401484a0, 0x0000000000000000},
    {0xa56fa5b99019a5c8, 0x0000000000000000}, {0xcecb8f27f4200f3a, 0x0000000000000000},
    {0x813f3978f8940984, 0x4000000000000000}, {0xa18f07d736b90be5, 0x5000000000000000},
    {0xc9f2c9cd04674ede, 0xa400000000000000}, {0xfc6f7c4045812296, 0x4d00000000000000},
    {0x9dc5ada82b70b59d, 0xf020000000000000}, {0xc5371912364ce305, 0x6c28000000000000},
    {0xf684df56c3e01bc6, 0xc732000000000000}, {0x9a130b963a6c115c, 0x3c7f400000000000},
    {0xc097ce7bc90715b3, 0x4b9f100000000000}, {0xf0bdc21abb48db20, 0x1e86d40000000000},
    {0x96769950b50d88f4, 0x1314448000000000}, {0xbc143fa4e250eb31, 0x17d955a000000000},
    {0xeb194f8e1ae525fd, 0x5dcfab0800000000}, {0x92efd1b8d0cf37be, 0x5aa1cae500000000},
    {0xb7abc627050305ad, 0xf14a3d9e40000000}, {0xe596b7b0c643c719, 0x6d9ccd05d0000000},
    {0x8f7e32ce7bea5c6f, 0xe4820023a2000000}, {0xb35dbf821ae4f38b, 0xdda2802c8a800000},
    {0xe0352f62a19e306e, 0xd50b2037ad200000}, {0x8c213d9da502de45, 0x4526f422cc340000},
    {0xaf298d050e4395d6, 0x9670b12b7f410000}, {0xdaf3f04651d47b4c, 0x3c0cdd765f114000},
    {0x88d8762bf324cd0f, 0xa5880a69fb6ac800}, {0xab0e93b6efee0053, 0x8eea0d047a457a00},
    {0xd5d238a4abe98068, 0x72a4904598d6d880}, {0x85a36366eb71f041, 0x47a6da2b7f864750},
    {0xa70c3c40a64e6c51, 0x999090b65f67d924}, {0xd0cf4b50cfe20765, 0xfff4b4e3f741cf6d},
};

/* The powers of ten that are doubles without an error. */
static const double exact_ten[SHORT + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A number as its text says it. */
typedef struct decimal {
    const char *first, *end; /* its digits, the point perhaps among them */
    uint64_t digits;         /* as one whole number, when there are 19 at most */
    ptrdiff_t count;         /* of digits */
    int64_t exponent;        /* of ten, that the whole number is multiplied by */
    int negative;
} decimal;

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The next eight bytes, the first of them lowest. */
static uint64_t eight_at(const char *at)
{
    uint64_t bytes;

    memcpy(&bytes, at, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* Bits at each byte from the first that is no digit on; bytes are characters less '0' by xor. */
static uint64_t no_digits(uint64_t bytes)
{
    return ((bytes + EACH(0x76)) | bytes) & EACH(0x80);
}

/* The number of eight digits: pairs, fours and all are put together side by side. */
static uint64_t number_of(uint64_t bytes)
{
    bytes = bytes * 10 + (bytes >> 8);
    return ((bytes & UINT64_C(0x000000ff000000ff)) * (100 + (UINT64_C(1000000) << 32)) +
            (bytes >> 16 & UINT64_C(0x000000ff000000ff)) * (1 + (UINT64_C(10000) << 32))) >> 32;
}

/* All digits from here on; what does not fit into *number is lost at its upper end. */
static const char *take_digits(const char *at, const char *end, uint64_t *number)
{
    static const uint32_t ten_to[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

    while (end - at >= 8) {
        const uint64_t bytes = eight_at(at) ^ EACH('0'), others = no_digits(bytes);
        int n;

        if (others) {
            n = __builtin_ctzll(others) / 8;
            if (n > 0)
                *number = *number * ten_to[n] + number_of(bytes << (64 - 8 * n));
            return at + n;
        }
        *number = *number * 100000000 + number_of(bytes);
        at += 8;
    }
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        *number = *number * 10 + (uint64_t)(*at - '0');
    return at;
}

/* What stands behind the e; NULL when no number does.  Far beyond what matters it stands still. */
static const char *take_exponent(const char *at, const char *end, int64_t *exponent)
{
    const int negative = at < end && *at == '-';
    const char *first;
    int64_t value = 0;

    at += at < end && (*at == '-' || *at == '+');
    for (first = at; at < end && *at >= '0' && *at <= '9'; at++)
        if (value < INT64_C(1) << 40)
            value = value * 10 + (*at - '0');
    *exponent += negative ? -value : value;
    return at > first ? at : NULL;
}

static const char *take(decimal *d, const char *at, const char *end, char point)
{
    *d = (decimal){.negative = at < end && *at == '-'};
    at += at < end && (*at == '-' || *at == '+');
    d->first = at;
    at = take_digits(at, end, &d->digits);
    d->count = at - d->first;
    if (at < end && *at == point) {
        const char *const behind = at + 1;

        at = take_digits(behind, end, &d->digits);
        d->exponent = behind - at;
        d->count += at - behind;
    }
    d->end = at;
    if (d->count == 0)
        return NULL;
    if (at < end && (*at | 32) == 'e')
        at = take_exponent(at + 1, end, &d->exponent);
    return at;
}

static double of_bits(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* digits * 10^q, digits not 0, as D. Lemire, Number Parsing at a Gigabyte per Second (Software:
 * Practice and Experience 51, 2021), has it from M. Eisel, with bounds in the place of cases:
 * the true product is at least the one with power[], and exceeds its upper 128 bits by less
 * than 2.  Where both bounds round alike that is the answer; else 0, seldom. */
static int scale(uint64_t digits, int64_t q, double *value)
{
    const int zeros = __builtin_clzll(digits);
    const uint64_t w = digits << zeros;
    const wide lower = (wide)w * power[q - LEAST].low;
    const wide product = (wide)w * power[q - LEAST].high + (uint64_t)(lower >> 64);
    const int drop = 74 + (int)(product >> 127);
    const wide half = (wide)1 << (drop - 1), rest = product & (2 * half - 1);
    /* 217706 / 65536 is log2(10) so closely that the floor is right for |q| < 350; compilers
     * shift a negative number to its floor. */
    const int64_t exponent = (217706 * q >> 16) - zeros + drop - 11;
    uint64_t mantissa = (uint64_t)(product >> drop);

    if (q < 0 && rest < half && rest + 2 > half)
        return 0;
    if (q >= 0 && rest == half && (uint64_t)lower == 0)
        mantissa += mantissa & 1; /* half way exactly, to the even one */
    else
        mantissa += rest >= half;
    /* One that has become 2^53 carries into the exponent by itself. */
    *value = of_bits(((uint64_t)(exponent + 1022) << 52) + mantissa);
    return 1;
}

/* The first 19 digits and the same with one more in the last place: what lies between two
 * numbers that round alike does, too. */
static int squeeze(const decimal *d, double *value)
{
    const char *at = d->first;
    int64_t exponent = d->exponent + d->count;
    uint64_t digits = 0;
    double above;

    for (int n = 0; n < 19 && at < d->end; at++) {
        if (*at < '0' || *at > '9')
            continue;
        digits = digits * 10 + (uint64_t)(*at - '0');
        n += digits > 0;
        exponent--;
    }
    if (digits == 0 || exponent < LEAST || exponent > MOST)
        return 0;
    return scale(digits, exponent, value) && scale(digits + 1, exponent, &above) &&
           *value == above;
}

/* The exact way: the C library, from digits that it has no locale for. */
static double exactly(const decimal *d)
{
    char text[KEPT + 32];
    size_t size = 0;
    int64_t exponent = d->exponent;
    uint64_t left;
    char mark = '0', tail[24];
    int n = 0;

    for (const char *at = d->first; at < d->end; at++) {
        if (*at < '0' || *at > '9')
            continue;
        if (size < KEPT)
            size += !(size == 0 && *at == '0') && (text[size] = *at) != 0;
        else {
            mark = *at != '0' ? '1' : mark; /* something follows: that is all that matters */
            exponent++;
        }
    }
    text[size++] = mark;
    exponent--;
    text[size++] = 'e';
    if (exponent < 0)
        text[size++] = '-';
    left = exponent < 0 ? (uint64_t)-exponent : (uint64_t)exponent;
    do
        tail[n++] = (char)('0' + left % 10);
    while (left /= 10);
    while (n > 0)
        text[size++] = tail[--n];
    text[size] = 0;
    return lhi_sys_strtod(text, NULL);
}

/* The common case: both are doubles without an error, so that the one operation rounds once, as
 * W. Clinger, How to Read Floating Point Numbers Accurately (PLDI 1990), has it. */
static int is_short(const decimal *d)
{
    return d->count <= 19 && d->digits <= UINT64_C(1) << 53 && d->exponent <= 0 &&
           d->exponent >= -SHORT;
}

static double nearest(const decimal *d)
{
    double value;

    if (is_short(d))
        return (double)d->digits / exact_ten[-d->exponent];
    if (d->count > 19)
        return squeeze(d, &value) ? value : exactly(d);
    if (d->digits == 0)
        return 0;
    if (d->exponent < LEAST || d->exponent > MOST || !scale(d->digits, d->exponent, &value))
        return exactly(d);
    return value;
}

const char *lhi_decimal_read(const char *at, const char *end, char point, double *value)
{
    static const double sign[] = {1, -1};
    decimal d;

    at = take(&d, at, end, point);
    if (at)
        *value = nearest(&d) * sign[d.negative]; /* a branch would be foretold badly */
    return at;
}
