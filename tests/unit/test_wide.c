/* test_wide.c -- functions of the wide type: how exact they are, and the same digits anywhere. */
/* SPDX-License-Identifier: MIT */
#include "tests/check.h"
#include "tests/draw.h"
#include "tests/unit/math_quad.h"

#include <longhand/op/wide.h>

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { COUNT = 200000 };

static long double (*const wide[QUAD_FUNCTIONS])(long double) = {
    lh_wide_exp, lh_wide_log, lh_wide_log1p, lh_wide_sigmoid, lh_wide_tanh,
    lh_wide_erf};

/* An argument with all the digits that the type has. */
static long double wide_argument(int k, uint64_t *from)
{
    return (long double)quad_argument(k, from) * (1 + draw_between(-1, 1, from) * 0x1p-53L);
}

static void accuracy(void)
{
    static const double bounds[QUAD_FUNCTIONS] = {0.8, 1, 1, 1, 1, 1};

    if (!quad_type() || LDBL_MANT_DIG >= 113) {
        printf("# no type of 113 bits beside long double: not measured\n");
        return;
    }
    for (int k = 0; k < QUAD_FUNCTIONS; k++) {
        double most = 0;
        long double at = 0;
        uint64_t from = quad_seed(0);

        for (int i = 0; i < COUNT; i++) {
            const long double x = wide_argument(k, &from);
            const double off = quad_ulps_wide(k, x, wide[k](x));

            if (off > most)
                most = off, at = x;
        }
        printf("# %s wide, %s: %.3f ulp at x = %La\n", quad_names[k], quad_type(), most, at);
        CHECK(most > 0.49 && most <= bounds[k], "%s: %g ulp at %La", quad_names[k], most, at);
    }
}

/* What a ledger prints depends on these digits, on every machine. */
static void digits(void)
{
#if LDBL_MANT_DIG == 64
    uint64_t digest = 0;

    for (int k = 0; k < QUAD_FUNCTIONS; k++) {
        uint64_t from = quad_seed(1);

        for (int i = 0; i < 4096; i++) {
            const long double y = wide[k](wide_argument(k, &from));
            int e = 0;
            const long double m = y - y == 0 ? frexpl(fabsl(y), &e) : 0;

            digest ^= (uint64_t)ldexpl(m, 64) ^ (uint64_t)(e + 20000);
            digest *= 0x9e3779b97f4a7c15u;
            digest ^= digest >> 29;
        }
    }
    CHECK(digest == 0xd832f2125684373eu, "digest 0x%016llx", (unsigned long long)digest);
#else
    printf("# long double has %d bits, not 64: other digits\n", LDBL_MANT_DIG);
#endif
}

static void special(void)
{
    enum { EXP, LOG, LOG1P, SIGMOID, TANH, ERF };
    static const long double inf = (long double)INFINITY, nan = (long double)NAN;
    const struct {
        int function;
        long double x, y;
    } known[] = {
        {EXP, 0, 1}, {EXP, inf, inf}, {EXP, -inf, 0}, {EXP, nan, nan}, {EXP, 1e30L, inf},
        {EXP, -1e30L, 0},
        {LOG, 0, -inf}, {LOG, 1, 0}, {LOG, -1, nan}, {LOG, -inf, nan}, {LOG, inf, inf},
        {LOG, nan, nan}, {LOG1P, 0, 0}, {LOG1P, -1, -inf}, {LOG1P, -2, nan}, {LOG1P, inf, inf},
        {LOG1P, nan, nan}, {LOG1P, LDBL_MIN, LDBL_MIN}, {SIGMOID, 0, 0.5L}, {SIGMOID, inf, 1},
        {SIGMOID, -inf, 0}, {SIGMOID, nan, nan}, {TANH, 0, 0}, {TANH, -0.0L, -0.0L},
        {TANH, inf, 1}, {TANH, -inf, -1}, {TANH, nan, nan}, {TANH, LDBL_MIN, LDBL_MIN},
        {LOG1P, -0.0L, -0.0L}, {ERF, 0, 0}, {ERF, -0.0L, -0.0L}, {ERF, inf, 1}, {ERF, -inf, -1},
        {ERF, nan, nan}, {ERF, 9, 1}, {ERF, -9, -1},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const long double got = wide[known[i].function](known[i].x), y = known[i].y;

        CHECK((isnan(got) && isnan(y)) || (got == y && !signbit(got) == !signbit(y)),
              "%s(%Lg) = %Lg", quad_names[known[i].function], known[i].x, got);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"within a unit in the last place of results in quadruple precision", accuracy},
        {"the same digits on every machine", digits},
        {"zeros, infinities, NaN and the smallest numbers", special},
        {NULL, NULL}};

    return check_main(argc, argv, "wide", tests);
}
