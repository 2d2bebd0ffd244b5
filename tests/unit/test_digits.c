/* test_digits.c -- numbers as text: each is read back as itself, and printf has no shorter one. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/digits.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many digits a text has from its first that is not 0 to its last that is not. */
static int count(const char *text)
{
    int n = 0, zeros = 0;

    for (; *text && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && (n > 0 || *text != '0')) {
            zeros = *text == '0' ? zeros + 1 : 0;
            n++;
        }
    return n - zeros;
}

static int shortest(double x, lh_type type)
{
    char text[64];
    int n = 0;

    do
        snprintf(text, sizeof text, "%.*g", ++n, x);
    while (n < 17 && (type == LH_F32 ? (double)strtof(text, NULL) : strtod(text, NULL)) != x);
    return count(text);
}

static void compare(double x, lh_type type)
{
    char text[LHI_DIGITS_ROOM + 1];
    const size_t n = lhi_digits(text, x, type);
    const int other = (fabs(x) < 1e17 && x == floor(x)) ||
                      fabs(x) < (type == LH_F32 ? (double)FLT_MIN : DBL_MIN);
    double back;

    text[n] = 0;
    back = type == LH_F32 ? (double)strtof(text, NULL) : strtod(text, NULL);
    CHECK(n < LHI_DIGITS_ROOM && back == x && signbit(back) == signbit(x), "%.17g is %s", x, text);
    CHECK(other || count(text) <= shortest(x, type), "%.17g is %s, %d digits would do", x, text,
          shortest(x, type));
}

static void bits(void)
{
    uint64_t state = 3;

    for (int i = 0; i < 100000; i++) {
        const uint64_t drawn = draw_from(&state);
        const uint32_t half = (uint32_t)(drawn >> 32);
        double d;
        float f;

        memcpy(&d, &drawn, sizeof d);
        memcpy(&f, &half, sizeof f);
        if (isfinite(d))
            compare(d, LH_F64);
        if (isfinite(f))
            compare((double)f, LH_F32);
    }
}

/* The sizes that probabilities, prices and lengths have. */
static void usual(void)
{
    uint64_t state = 4;

    for (int i = 0; i < 200000; i++) {
        const double x = draw_between(0, 1, &state);
        const double scale = pow(10, draw_between(-8, 18, &state));

        compare(x, LH_F64);
        compare((double)(float)x, LH_F32);
        compare(-x * scale, LH_F64);
        compare((double)(float)(x * scale), LH_F32);
        compare(floor(x * 1e6) / 1e4, LH_F64);
        compare((double)(float)(floor(x * 1e4) / 1e3), LH_F32);
    }
}

static void edges(void)
{
    for (int e = -1074; e < 1024; e++)
        for (int up = -1; up <= 1; up++) {
            const double x = ldexp(1, e), toward = up < 0 ? 0 : (double)INFINITY;

            compare(up ? nextafter(x, toward) : x, LH_F64);
            if (e > -149 && e < 127)
                compare((double)(up ? nextafterf((float)x, (float)toward) : (float)x), LH_F32);
        }
    for (int k = -300; k < 300; k++) {
        char text[20];

        snprintf(text, sizeof text, "1e%d", k);
        compare(strtod(text, NULL), LH_F64);
        compare(nextafter(strtod(text, NULL), 0), LH_F64);
    }
    compare(DBL_MAX, LH_F64);
    compare(9007199254740993.0, LH_F64);
    compare(-0.0, LH_F64);
}

static void texts(void)
{
    static const struct {
        double x;
        lh_type type;
        const char *text;
    } known[] = {{0.1, LH_F64, "0.1"},        {(double)0.1f, LH_F32, "0.1"},
                 {1, LH_F64, "1"},            {-12.5, LH_F64, "-12.5"},
                 {1e-6, LH_F64, "1e-06"},     {0.00012, LH_F64, "0.00012"},
                 {1e300, LH_F64, "1e+300"},   {(double)NAN, LH_F64, "nan"},
                 {-(double)INFINITY, LH_F32, "-inf"}, {120, LH_F32, "120"},
                 {1.0 / 3, LH_F64, "0.3333333333333333"}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[LHI_DIGITS_ROOM + 1];

        text[lhi_digits(text, known[i].x, known[i].type)] = 0;
        CHECK(strcmp(text, known[i].text) == 0, "%g is %s", known[i].x, text);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"any number is read back as itself, and no text is shorter", bits},
        {"so are numbers of usual sizes", usual},
        {"and those beside powers of two and ten", edges},
        {"they look as people write them", texts},
        {0}};

    return check_main(argc, argv, "digits", tests);
}
