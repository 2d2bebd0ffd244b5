/* test_decimal.c -- numbers as text become the nearest double, always. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/data/decimal.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 400000 };

/* 64 random bits, other ones for each k of a text. */
static uint64_t bits(uint32_t text, uint64_t k)
{
    return lhi_random_bits(12, LHI_STREAM_SPLIT, text, k);
}

static double of_bits(uint64_t from)
{
    double value;

    memcpy(&value, &from, sizeof value);
    return value;
}

/* A double with its exponent among `most` around that of 1. */
static double near_one(uint64_t random, uint64_t most)
{
    return of_bits((random & (UINT64_MAX >> 12)) | (1023 - most / 2 + (random >> 52) % most) << 52);
}

/* A point half way between two doubles, exactly, and perhaps a digit that leads away from it. */
static void half_way(uint32_t i, char *text, size_t room)
{
    const uint64_t r = bits(i, 0), odd = UINT64_C(1) << 53 | r >> 11 | 1;
    const int exponent = (int)(bits(i, 1) % 300) - 250;
    size_t size;

    /* An odd number of 54 bits needs a long double with so many; on others it is a double. */
    snprintf(text, room, "%.*Lf", exponent < 0 ? -exponent : 1, ldexpl((long double)odd, exponent));
    size = strlen(text);
    memset(text + size, '0', r % 30);
    snprintf(text + size + r % 30, room - size - r % 30, "%s", r & 64 ? "1" : "");
}

static void draw(uint32_t i, char *text, size_t room)
{
    const uint64_t r = bits(i, 0), s = bits(i, 1);

    switch (i % 8) {
    case 0:
        snprintf(text, room, "%.17g", isfinite(of_bits(r)) ? of_bits(r) : 0.5);
        break;
    case 1:
        snprintf(text, room, "%.*g", (int)(s % 25) + 1, near_one(r, 60));
        break;
    case 2:
        snprintf(text, room, "%.*f", (int)(s % 20), near_one(r, 80));
        break;
    case 3:
        snprintf(text, room, "%.*e", (int)(s % 20), near_one(r, 300));
        break;
    case 4:
        half_way(i, text, room);
        break;
    case 5:
        snprintf(text, room, "%llu.%llue%d", (unsigned long long)(r >> r % 64),
                 (unsigned long long)(s >> s % 64), (int)(s % 700) - 350);
        break;
    case 6:
        snprintf(text, room, "%lld", (long long)r >> s % 64);
        break;
    default:
        snprintf(text, room, "%s0.%0*llu%llu", r & 1 ? "-" : "", (int)(s % 30) + 1,
                 (unsigned long long)(r >> r % 61), (unsigned long long)(s >> s % 64));
    }
}

/* 10^8 of them, drawn in another order, agreed when this was written. */
static void random_texts(void)
{
    long read = 0, bad = 0;
    char text[1200], first[1200] = "";

    for (uint32_t i = 0; i < TEXTS; i++) {
        double value = 0, wanted;
        const char *end;

        draw(i, text, sizeof text);
        wanted = strtod(text, NULL);
        end = lhi_decimal_read(text, text + strlen(text), '.', &value);
        read += end == text + strlen(text);
        if (memcmp(&value, &wanted, sizeof value) != 0 && bad++ == 0)
            memcpy(first, text, sizeof first);
    }
    CHECK(read == TEXTS && bad == 0, "%ld read, %ld differ, the first %s", read, bad, first);
}

/* Every power of ten that has a double, and numbers with the largest and smallest digits. */
static void every_power(void)
{
    static const char *const digits[] = {"1", "9", ".5", "17976931348623157", "9007199254740993",
                                         "18446744073709551615", "0.30000000000000004"};
    char text[80];

    for (size_t k = 0; k < sizeof digits / sizeof *digits; k++)
        for (int q = -400; q <= 400; q++) {
            double value = -1, wanted;

            snprintf(text, sizeof text, "%se%d", digits[k], q);
            wanted = strtod(text, NULL);
            lhi_decimal_read(text, text + strlen(text), '.', &value);
            CHECK(memcmp(&value, &wanted, sizeof value) == 0, "%s: %a, not %a", text, value,
                  wanted);
        }
}

static void forms(void)
{
    static const struct {
        const char *text;
        char point;
        int taken; /* bytes, -1: it is no number */
        double value;
    } cases[] = {
        {"1", '.', 1, 1},         {"-1.5,2", '.', 4, -1.5}, {"-1,5;2", ',', 4, -1.5},
        {"+.5", '.', 3, 0.5},     {"5.", '.', 2, 5},        {"1.2.3", '.', 3, 1.2},
        {"1e5 ", '.', 3, 1e5},    {"1E+05", '.', 5, 1e5},   {"1e", '.', -1, 0},
        {"1e-", '.', -1, 0},      {".", '.', -1, 0},        {"-", '.', -1, 0},
        {"", '.', -1, 0},         {"e5", '.', -1, 0},       {"0x10", '.', 1, 0},
        {"nan", '.', -1, 0},      {"--1", '.', -1, 0},      {"12345678", '.', 8, 12345678},
        {"123456789", '.', 9, 123456789}, {"0.000000000000000000000012", '.', 26, 1.2e-23},
        {"00000000000000000000000000001", '.', 29, 1},
        {"1e99999999999999999999", '.', 22, HUGE_VAL}, {"1e-99999999999999999999", '.', 23, 0},
        {"0e99999999999999999999", '.', 22, 0},
    };
    double value = -1;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const text = cases[i].text, *end;

        value = -1;
        end = lhi_decimal_read(text, text + strlen(text), cases[i].point, &value);
        CHECK(cases[i].taken < 0 ? !end : end == text + cases[i].taken && value == cases[i].value,
              "'%s': %d bytes, %g", text, end ? (int)(end - text) : -1, value);
    }
}

/* A minus stays on a zero; no byte behind the end is looked at, in a block of just that size. */
static void edges(void)
{
    char text[2000];
    double value = 1;

    lhi_decimal_read(strcpy(text, "-0"), text + 2, '.', &value);
    CHECK(value == 0 && signbit(value), "%g", value);
    for (size_t size = 1; size < 40; size++) {
        char *exact = malloc(size);

        if (!exact)
            continue;
        memset(exact, '7', size);
        CHECK(lhi_decimal_read(exact, exact + size, '.', &value) == exact + size, "%zu", size);
        memset(text, '7', 60);
        CHECK(lhi_decimal_read(text, text + size, '.', &value) == text + size, "%zu", size);
        text[size] = 0;
        CHECK(value == strtod(text, NULL), "%zu digits: %g", size, value);
        free(exact);
    }
    /* More digits than are kept, of a point half way and of one above it by the last of them. */
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17);
    lhi_decimal_read(text, text + 1999, '.', &value);
    CHECK(value == 9007199254740992, "%.17g", value);
    text[1998] = '1';
    lhi_decimal_read(text, text + 1999, '.', &value);
    CHECK(value == 9007199254740994, "%.17g", value);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"random texts become the double that the C library finds", random_texts},
        {"every power of ten is right, beyond the largest and below the smallest", every_power},
        {"a number is taken as far as it goes, and nothing else is one", forms},
        {"ends, zeros and very many digits are right", edges},
        {NULL, NULL}};

    return check_main(argc, argv, "decimal", tests);
}
