/* math.h -- exp, log, log1p, sigmoid and tanh as fixed sequences of correctly rounded steps.
 *
 * No branch and no table, so that a loop over any of them is vectorised, and every
 * instruction set gives the same bits.  The polynomials are the Taylor series, cut
 * where the rest is below a tenth of a unit in the last place. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_MATH_H
#define LHI_MATH_H

#include "framework/kernels/real.h"

#include <stdint.h>
#include <string.h>

/* A call left standing in a loop would keep it scalar, and gcc -O2 leaves some. */
#define K_INLINE static inline __attribute__((always_inline))

#if LHI_TYPE == 80
#include "framework/kernels/wide.h"

#define k_exp     lhi_wide_exp
#define k_log     lhi_wide_log
#define k_log1p   lhi_wide_log1p
#define k_sigmoid lhi_wide_sigmoid
#define k_tanh    lhi_wide_tanh

#else

#if LHI_TYPE == 32
typedef uint32_t word;
#define FRACTION 23
#define BIAS     127
#define SHIFTER  0x1.8p23f          /* adding it rounds to a whole number */
#define LOG2E    0x1.715476p0f
#define LN2_HIGH 0x1.63p-1f         /* short, so that n LN2_HIGH is exact */
#define LN2_LOW  -0x1.bd0106p-13f
#define EXP_LOW  -104.0f            /* exp is 0 from here down, infinite above EXP_HIGH */
#define EXP_HIGH 89.0f
#define TANH_FAR -40.0f            /* 1 - exp of it is 1, and 2^n a normal number */
#define TINY     0x1p-126f
#define GROW     0x1p24f
#define GROWN    24.0f
#define UNIT     0x1p23f            /* its fraction counts ones */
#define ROOT_HALF 0x3f3504f3u       /* the word of sqrt(1/2) */
#else
typedef uint64_t word;
#define FRACTION 52
#define BIAS     1023
#define SHIFTER  0x1.8p52
#define LOG2E    0x1.71547652b82fep0
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW  0x1.a39ef35793c76p-33
#define EXP_LOW  -746.0
#define EXP_HIGH 710.0
#define TANH_FAR -80.0
#define TINY     0x1p-1022
#define GROW     0x1p54
#define GROWN    54.0
#define UNIT     0x1p52
#define ROOT_HALF 0x3fe6a09e667f3bcdu
#endif

K_INLINE word k_word(real x)
{
    word w;

    memcpy(&w, &x, sizeof w);
    return w;
}

K_INLINE real k_real(word w)
{
    real x;

    memcpy(&x, &w, sizeof x);
    return x;
}

/* exp(x) = 2^n exp(r), n the whole number nearest to x/ln 2, |r| <= ln(2)/2.  The value is
 * q = 1 + r, rounded, and *low, which holds what that and r lost and the rest of the series;
 * *e is n + 2 BIAS, never negative.  `more` takes a term more, where 1 will be subtracted. */
K_INLINE real k_exp_parts(real x, int more, real *low, word *e)
{
    const real t = R_FMA(x, LOG2E, SHIFTER), n = t - SHIFTER;
    const real high = R_FMA(-n, LN2_HIGH, x), r = R_FMA(-n, LN2_LOW, high);
    const real rest = R_FMA(-n, LN2_LOW, high - r), q = (real)1 + r;
    real p;

    *e = k_word(t) - k_word(SHIFTER) + 2 * BIAS;
#if LHI_TYPE == 32
    p = (real)(1.0 / 5040);
    p = more ? R_FMA((real)(1.0 / 40320), r, p) : p;
#else
    p = (real)(1.0 / 6227020800);
    p = more ? R_FMA((real)(1.0 / 87178291200), r, p) : p;
    p = R_FMA(p, r, (real)(1.0 / 479001600));
    p = R_FMA(p, r, (real)(1.0 / 39916800));
    p = R_FMA(p, r, (real)(1.0 / 3628800));
    p = R_FMA(p, r, (real)(1.0 / 362880));
    p = R_FMA(p, r, (real)(1.0 / 40320));
    p = R_FMA(p, r, (real)(1.0 / 5040));
#endif
    p = R_FMA(p, r, (real)(1.0 / 720));
    p = R_FMA(p, r, (real)(1.0 / 120));
    p = R_FMA(p, r, (real)(1.0 / 24));
    p = R_FMA(p, r, (real)(1.0 / 6));
    p = R_FMA(p, r, (real)0.5);
    *low = R_FMA(r * r, p, (r - (q - (real)1)) + rest);
    return q;
}

K_INLINE real k_exp(real x)
{
    real q, low;
    word e, half;

    x = x < EXP_LOW ? EXP_LOW : x; /* comparisons let a NaN through */
    x = x > EXP_HIGH ? EXP_HIGH : x;
    q = k_exp_parts(x, 0, &low, &e);
    q = q + low;
    /* Two powers of two, each a normal number: the product is rounded once, also
     * where it is subnormal. */
    half = e >> 1;
    return q * k_real(half << FRACTION) * k_real((e - half) << FRACTION);
}

/* k ln 2 + log(1 + f) for 1 + f in [sqrt(1/2), 3/2]: with s = f/(2+f) it is
 * 2 artanh(s) = f - s (f - 2 s^2/3 - 2 s^4/5 - ...), arranged as in Sun's fdlibm so
 * that the large terms are added last. */
K_INLINE real k_log_near_one(real f, real k)
{
    const real s = f / ((real)2 + f), z = s * s, half = (real)0.5 * f * f;
    real p;

#if LHI_TYPE == 32
    p = (real)(2.0 / 11);
#else
    p = (real)(2.0 / 25);
    p = R_FMA(p, z, (real)(2.0 / 23));
    p = R_FMA(p, z, (real)(2.0 / 21));
    p = R_FMA(p, z, (real)(2.0 / 19));
    p = R_FMA(p, z, (real)(2.0 / 17));
    p = R_FMA(p, z, (real)(2.0 / 15));
    p = R_FMA(p, z, (real)(2.0 / 13));
    p = R_FMA(p, z, (real)(2.0 / 11));
#endif
    p = R_FMA(p, z, (real)(2.0 / 9));
    p = R_FMA(p, z, (real)(2.0 / 7));
    p = R_FMA(p, z, (real)(2.0 / 5));
    p = R_FMA(p, z, (real)(2.0 / 3));
    p = p * z;
    return R_FMA(k, LN2_HIGH, f - (half - R_FMA(s, half + p, k * LN2_LOW)));
}

/* log(x); -infinity at 0, NaN below. */
K_INLINE real k_log(real x)
{
    const real grown = x < TINY ? x * GROW : x; /* subnormals get a full fraction */
    /* AVX2 has neither the arithmetic shift nor the conversion of 64-bit numbers: the
     * exponent, BIAS + 1 added, is shifted unsigned and becomes the fraction of UNIT. */
    const word e = (k_word(grown) - ROOT_HALF + ((word)(BIAS + 1) << FRACTION)) >> FRACTION;
    const real n = k_real(k_word(UNIT) + e) - (UNIT + (real)(BIAS + 1));
    const real m = k_real(k_word(grown) - ((e - (BIAS + 1)) << FRACTION));
    const real k = x < TINY ? n - GROWN : n;
    real y = k_log_near_one(m - (real)1, k);

    y = x < (real)__builtin_inf() ? y : x; /* infinity and NaN */
    y = x > 0 ? y : x == 0 ? -(real)__builtin_inf() : (real)__builtin_nan("");
    return y;
}

/* log(1 + x) for 0 <= x <= 1; (1 + x)/2 - 1 is exact where it is used. */
K_INLINE real k_log1p(real x)
{
    const int small = x <= (real)0.5;

    return k_log_near_one(small ? x : (x - (real)1) * (real)0.5, small ? (real)0 : (real)1);
}

/* 1/(1 + exp(-z)).  exp of a negative number only: the other overflows.  The quotient is
 * corrected once, by what the division left over and by what 1 + e lost; 1/(1 + e) is
 * then needed to a few digits only, and is q or 1 - q. */
K_INLINE real k_sigmoid(real z)
{
    const real e = k_exp(-R_ABS(z)), d = (real)1 + e, lost = e - (d - (real)1);
    const real over = z < 0 ? e : (real)1, q = over / d;
    const real left = R_FMA(-q, lost, R_FMA(-q, d, over));

    return R_FMA(left, z < 0 ? (real)1 - q : q, q);
}

/* (1 - e)/(1 + e) with e = exp(-2|x|), then the sign of x.  e is kept in two parts, so that
 * 1 - e is right where e is near 1: for small x the first part cancels and all is in the
 * second.  Numerator and denominator have two parts, too, and the quotient is corrected once
 * by what the division left over; 1/(1 + e) is then (1 + quotient)/2. */
K_INLINE real k_tanh(real x)
{
    const word sign = k_word(x) ^ k_word(R_ABS(x));
    real y = (real)-2 * R_ABS(x), low, high, power, top, over, bottom, d, q, left;
    word e;

    y = y < TANH_FAR ? TANH_FAR : y;
    high = k_exp_parts(y, 1, &low, &e);
    power = k_real((e - BIAS) << FRACTION);
    high = high * power, low = low * power; /* exact */
    top = (real)1 - high;
    left = ((real)1 - top - high) - low;
    over = top + left;
    left = left - (over - top);
    bottom = (real)1 + high;
    low = (high - (bottom - (real)1)) + low;
    d = bottom + low;
    low = low - (d - bottom);
    q = over / d;
    left = R_FMA(-q, low, left) + R_FMA(-q, d, over);
    q = R_FMA(left, R_FMA((real)0.5, q, (real)0.5), q);
    return k_real(k_word(q) | sign);
}

#endif

#endif
