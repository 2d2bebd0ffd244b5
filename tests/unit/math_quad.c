/* math_quad.c -- the exact values come from a type of 113 bits, where the build has one. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/math_quad.h"

#include "tests/draw.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#ifdef LHI_QUADMATH /* gcc on x86; configure looks for it */
#include <quadmath.h>
typedef __float128 quad;
#define Q(name) name##q
#define TYPE    "__float128"
#elif LDBL_MANT_DIG >= 113 /* AArch64 */
typedef long double quad;
#define Q(name) name##l
#define TYPE    "long double"
#endif

const char *const quad_names[] = {"exp", "log", "log1p", "sigmoid", "tanh", "erf"};
/* A little above what `make exhaustive` measures. */
const double quad_bounds[] = {0.85, 1, 1, 1.5, 0.9, 1.1};

/* Where the function is claimed to be good; a subnormal result lies between the thin ones. */
static const struct range {
    double lo, hi, thin_lo, thin_hi;
} ranges[] = {
    [QUAD_EXP] = {-760, 720, -745.2, -708.3},
    [QUAD_LOG] = {0, DBL_MAX, 0, DBL_MIN},
    [QUAD_LOG1P] = {-1, DBL_MAX, -DBL_MIN, DBL_MIN},
    [QUAD_SIGMOID] = {-760, 760, -745.2, -708.3},
    [QUAD_TANH] = {-DBL_MAX, DBL_MAX, -DBL_MIN, DBL_MIN},
    [QUAD_ERF] = {-DBL_MAX, DBL_MAX, -DBL_MIN, DBL_MIN},
};

uint64_t quad_seed(uint64_t number)
{
    uint64_t z = (number + 1) * 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) | 1;
}

/* Where n, or the piece of the range, changes in the function's sequence, or exp is a power of
 * two, below which the same error is more units in the last place. */
static double turn(int function, uint64_t bits)
{
    static const double ln2 = 0x1.62e42fefa39efp-1, root_half = 0x1.6a09e667f3bcdp-1;

    switch (function) {
    case QUAD_LOG:
        /* Most near 1, where n ln 2 is nothing that would hide an error. */
        return ldexp(root_half, bits % 4 ? (int)(bits >> 2 & 1) : (int)(bits % 2098) - 1074);
    case QUAD_LOG1P:
        /* Where 1 + x is 3/4 of a power of two; most where log(1 + x) is near k ln 2. */
        return ldexp(0.75, bits % 4 ? (int)(bits >> 2 & 3) - 1 : (int)(bits % 160) - 52) - 1;
    case QUAD_TANH:
        return (bits % 2 ? 1 : (double)(bits >> 1 & 127)) * ln2 / 4;
    case QUAD_ERF:
        /* The double's polynomials meet at 1, the wide type's series at each eighth. */
        return bits % 2 ? 1 : (double)(bits >> 1 & 127) / 16;
    default:
        return ((double)(bits % 4400) - 2200) * ln2 / 2;
    }
}

/* Thresholds: overflow, the last normal and the last number; where 1 + e or 1 - e is 1. */
static double threshold(uint64_t bits)
{
    static const double places[] = {
        0, 1, -1, 0.5, -0.5, 2, 0x1.62e42fefa39efp+9, -0x1.6232bdd7abcd2p+9,
        -0x1.74385446d71c3p+9, -0x1.74910d52d3051p+9, 36.7368005696771, -36.7368005696771,
        37.4299477502370, -37.4299477502370, 19.0615474653984, -19.0615474653984,
        18.7149738751185, -18.7149738751185, 0x1p-26, -0x1p-26, 0x1p-27, 0x1p-53, 0x1p-54,
        DBL_MIN, -DBL_MIN, 0x1.fp-1000};

    return places[bits % (sizeof places / sizeof *places)];
}

static double candidate(int function, uint64_t *state)
{
    const struct range *r = &ranges[function];
    const int odd = function == QUAD_TANH || function == QUAD_ERF;
    const double far = function == QUAD_TANH ? 20 : function == QUAD_ERF ? 7 : 16;
    const double reach = r->hi > 800 ? far : r->hi;
    const uint64_t bits = draw_from(state);
    double x;

    switch (bits % 8) {
    case 0:
        return draw_between(odd ? -reach : r->lo, reach, state);
    case 1:
        return draw_between(-1, 1, state);
    case 2:
        return draw_between(r->thin_lo, r->thin_hi, state);
    case 3:
    case 4:
        x = bits % 8 == 3 ? threshold(bits >> 8) : turn(function, bits >> 8);
        return x + (fabs(x) + DBL_MIN) *
                       ldexp(draw_between(-1, 1, state), -((int)(bits >> 32 & 0xffff) % 54));
    case 5: /* of the exponents that matter */
        x = ldexp(draw_between(1, 2, state), (int)(bits >> 8 & 0xffffff) % 74 - 64);
        return bits >> 63 ? -x : x;
    default:
        x = ldexp(draw_between(1, 2, state), (int)(bits >> 8 & 0xffffff) % 2098 - 1074);
        return bits >> 63 ? -x : x;
    }
}

double quad_argument(int function, uint64_t *state)
{
    for (;;) {
        const double x = candidate(function, state);

        if (x >= ranges[function].lo && x <= ranges[function].hi)
            return x;
        if (-x >= ranges[function].lo && -x <= ranges[function].hi)
            return -x;
    }
}

#ifdef TYPE

const char *quad_type(void)
{
    return TYPE;
}

static quad exact(int function, quad x)
{
    switch (function) {
    case QUAD_EXP:
        return Q(exp)(x);
    case QUAD_LOG:
        return Q(log)(x);
    case QUAD_LOG1P:
        return Q(log1p)(x);
    case QUAD_SIGMOID:
        return 1 / (1 + Q(exp)(-x));
    case QUAD_TANH:
        return Q(tanh)(x);
    default:
        return Q(erf)(x);
    }
}

static double ulps(int function, quad x, quad y, int digits, int least, int most)
{
    const quad top = Q(ldexp)((quad)1, most);
    quad wanted = exact(function, x);
    int e = least;

    if (Q(isnan)(y) || Q(isnan)(wanted))
        return Q(isnan)(y) && Q(isnan)(wanted) ? 0 : HUGE_VAL;
    y = y > top ? top : y < -top ? -top : y;
    wanted = wanted > top ? top : wanted < -top ? -top : wanted;
    if (wanted != 0)
        Q(frexp)(wanted, &e);
    e = e < least ? least : e;
    return (double)Q(ldexp)(Q(fabs)(y - wanted), digits - e);
}

double quad_ulps(int function, double x, double got)
{
    return ulps(function, (quad)x, (quad)got, DBL_MANT_DIG, DBL_MIN_EXP, DBL_MAX_EXP);
}

double quad_ulps_wide(int function, long double x, long double got)
{
    return ulps(function, (quad)x, (quad)got, LDBL_MANT_DIG, LDBL_MIN_EXP, LDBL_MAX_EXP);
}

#else

const char *quad_type(void)
{
    return NULL;
}

double quad_ulps(int function, double x, double got)
{
    (void)function, (void)x, (void)got;
    return 0;
}

double quad_ulps_wide(int function, long double x, long double got)
{
    (void)function, (void)x, (void)got;
    return 0;
}

#endif
