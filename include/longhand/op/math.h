/* math.h -- exp, log, log1p, sigmoid, tanh and erf as fixed sequences of correctly rounded steps.
 *
 * No branch and no table, so that a loop over any of them is vectorised, and every
 * instruction set gives the same bits.  The polynomials are the Taylor series, cut
 * where the rest is below a tenth of a unit in the last place; those of erf are the
 * best for their range (Remez), with the same rest. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_MATH_H
#define LH_OP_MATH_H

#include <longhand/op/real.h>

#include <stdint.h>
#include <string.h>

/* A call left standing in a loop would keep it scalar, and gcc -O2 leaves some. */
#define K_INLINE static inline __attribute__((always_inline))

/* An op file reads this once for each type (op_impl.h). */
#undef k_bits
#undef k_word
#undef k_real
#undef k_exp_parts
#undef k_exp
#undef k_log_near_one
#undef k_log
#undef k_log1p
#undef k_sigmoid
#undef k_tanh
#undef k_erf
#undef K_FRACTION
#undef K_BIAS
#undef K_SHIFTER
#undef K_LOG2E
#undef K_LN2_HIGH
#undef K_LN2_LOW
#undef K_EXP_LOW
#undef K_EXP_HIGH
#undef K_TANH_FAR
#undef K_TINY
#undef K_GROW
#undef K_GROWN
#undef K_UNIT
#undef K_ROOT_HALF
#undef K_QUARTERS3
#undef K_ERF_ONE
#undef K_ERF_NEAR
#undef K_ERF_FAR

#if LH_TYPE == 80
#include <longhand/op/wide.h>

#define k_exp     lh_wide_exp
#define k_log     lh_wide_log
#define k_log1p   lh_wide_log1p
#define k_sigmoid lh_wide_sigmoid
#define k_tanh    lh_wide_tanh
#define k_erf     lh_wide_erf

#else

/* Types may stand side by side in one file: each has functions of its own. */
#define k_word         LH_T(k_word)
#define k_real         LH_T(k_real)
#define k_exp_parts    LH_T(k_exp_parts)
#define k_exp          LH_T(k_exp)
#define k_log_near_one LH_T(k_log_near_one)
#define k_log          LH_T(k_log)
#define k_log1p        LH_T(k_log1p)
#define k_sigmoid      LH_T(k_sigmoid)
#define k_tanh         LH_T(k_tanh)
#define k_erf          LH_T(k_erf)

#if LH_TYPE == 32
#define k_bits       uint32_t
#define K_FRACTION   23
#define K_BIAS       127
#define K_SHIFTER    0x1.8p23f      /* adding it rounds to a whole number */
#define K_LOG2E      0x1.715476p0f
#define K_LN2_HIGH   0x1.63p-1f     /* short, so that n K_LN2_HIGH is exact */
#define K_LN2_LOW    -0x1.bd0106p-13f
#define K_EXP_LOW    -104.0f        /* exp is 0 from here down, infinite above K_EXP_HIGH */
#define K_EXP_HIGH   89.0f
#define K_TANH_FAR   -40.0f         /* 1 - exp of it is 1, and 2^n a normal number */
#define K_TINY       0x1p-126f
#define K_GROW       0x1p24f
#define K_GROWN      24.0f
#define K_UNIT       0x1p23f        /* its fraction counts ones */
#define K_ROOT_HALF  0x3f3504f3u    /* the bits of sqrt(1/2) */
#define K_QUARTERS3  0x3f400000u    /* and of 3/4 */
#define K_ERF_ONE    4.0f           /* erf is 1 from here */
/* Coefficients, the highest first: (erf(x) - x)/x in powers of x^2 for |x| < 1, and
 * (log(1 - erf(x)) + x)/x in powers of x from 1 to K_ERF_ONE. */
#define K_ERF_NEAR(next)                                                              \
    next(0x1.4996f8p-14f) next(-0x1.a40958p-11f) next(0x1.540898p-8f)               \
    next(-0x1.b7f97ep-6f) next(0x1.ce2dp-4f) next(-0x1.81273ep-2f)                  \
    next(0x1.06eba8p-3f)
#define K_ERF_FAR(next)                                                               \
    next(0x1.bb587ep-13f) next(-0x1.a2906ap-9f) next(0x1.75e10ap-6f)                \
    next(-0x1.aeb24cp-4f) next(-0x1.458828p-1f) next(-0x1.0724eap-3f)
#else
#define k_bits       uint64_t
#define K_FRACTION   52
#define K_BIAS       1023
#define K_SHIFTER    0x1.8p52
#define K_LOG2E      0x1.71547652b82fep0
#define K_LN2_HIGH   0x1.62e42feep-1
#define K_LN2_LOW    0x1.a39ef35793c76p-33
#define K_EXP_LOW    -746.0
#define K_EXP_HIGH   710.0
#define K_TANH_FAR   -80.0
#define K_TINY       0x1p-1022
#define K_GROW       0x1p54
#define K_GROWN      54.0
#define K_UNIT       0x1p52
#define K_ROOT_HALF  0x3fe6a09e667f3bcdu
#define K_QUARTERS3  0x3fe8000000000000u
#define K_ERF_ONE    6.0
#define K_ERF_NEAR(next)                                                              \
    next(-0x1.abc3165573e6bp-31) next(0x1.d722932a6373dp-27)                        \
    next(-0x1.5c08555b33a3fp-23) next(0x1.b9800a124e70ep-20)                        \
    next(-0x1.f4ca538b04d15p-17) next(0x1.f9a2bb1bf34c4p-14)                        \
    next(-0x1.c02db043627f7p-11) next(0x1.565bccf957331p-8)                         \
    next(-0x1.b82ce311fc3f5p-6) next(0x1.ce2f21a040da6p-4)                          \
    next(-0x1.812746b0379bep-2) next(0x1.06eba8214db68p-3)
#define K_ERF_FAR(next)                                                               \
    next(0x1.b787f5eb16ed1p-40) next(-0x1.301cf8e115532p-34)                        \
    next(0x1.8a1feb4101cf3p-30) next(-0x1.3d9e995be2ff5p-26)                        \
    next(0x1.641be99c8bdaap-23) next(-0x1.25ba4ba6b0e86p-20)                        \
    next(0x1.6e1915fc42fe9p-18) next(-0x1.59660e7c41061p-16)                        \
    next(0x1.db5041f2f5296p-15) next(-0x1.95f11d8738897p-14)                        \
    next(0x1.a0a9acf05f182p-19) next(0x1.2bd9a6524cf42p-11)                         \
    next(-0x1.bafdce378aa96p-10) next(0x1.b85921e525841p-13)                        \
    next(0x1.395cb343d1997p-6) next(-0x1.a4f37abbcb917p-4)                          \
    next(-0x1.45f3138a354d6p-1) next(-0x1.06eba2158d692p-3)
#endif

K_INLINE k_bits k_word(real x)
{
    k_bits w;

    memcpy(&w, &x, sizeof w);
    return w;
}

K_INLINE real k_real(k_bits w)
{
    real x;

    memcpy(&x, &w, sizeof x);
    return x;
}

/* exp(x) = 2^n exp(r), n the whole number nearest to x/ln 2, |r| <= ln(2)/2.  The value is
 * q = 1 + r, rounded, and *low, which holds what that and r lost and the rest of the series;
 * *e is n + 2 K_BIAS, never negative.  `more` takes a term more, where 1 will be subtracted. */
K_INLINE real k_exp_parts(real x, int more, real *low, k_bits *e)
{
    const real t = R_FMA(x, K_LOG2E, K_SHIFTER), n = t - K_SHIFTER;
    const real high = R_FMA(-n, K_LN2_HIGH, x), r = R_FMA(-n, K_LN2_LOW, high);
    const real rest = R_FMA(-n, K_LN2_LOW, high - r), q = (real)1 + r;
    real p;

    *e = k_word(t) - k_word(K_SHIFTER) + 2 * K_BIAS;
#if LH_TYPE == 32
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
    k_bits e, half;

    x = x < K_EXP_LOW ? K_EXP_LOW : x; /* comparisons let a NaN through */
    x = x > K_EXP_HIGH ? K_EXP_HIGH : x;
    q = k_exp_parts(x, 0, &low, &e);
    q = q + low;
    /* Two powers of two, each a normal number: the product is rounded once, also
     * where it is subnormal. */
    half = e >> 1;
    return q * k_real(half << K_FRACTION) * k_real((e - half) << K_FRACTION);
}

/* k ln 2 + log(1 + f) for 1 + f in [sqrt(1/2), 3/2]: with s = f/(2+f) it is
 * 2 artanh(s) = f - s (f - 2 s^2/3 - 2 s^4/5 - ...), arranged as in Sun's fdlibm so
 * that the large terms are added last. */
K_INLINE real k_log_near_one(real f, real k)
{
    const real s = f / ((real)2 + f), z = s * s, half = (real)0.5 * f * f;
    real p;

#if LH_TYPE == 32
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
    return R_FMA(k, K_LN2_HIGH, f - (half - R_FMA(s, half + p, k * K_LN2_LOW)));
}

/* log(x); -infinity at 0, NaN below. */
K_INLINE real k_log(real x)
{
    const real grown = x < K_TINY ? x * K_GROW : x; /* subnormals get a full fraction */
    /* AVX2 has neither the arithmetic shift nor the conversion of 64-bit numbers: the
     * exponent, K_BIAS + 1 added, is shifted unsigned and becomes the fraction of K_UNIT. */
    const k_bits e =
        (k_word(grown) - K_ROOT_HALF + ((k_bits)(K_BIAS + 1) << K_FRACTION)) >> K_FRACTION;
    const real n = k_real(k_word(K_UNIT) + e) - (K_UNIT + (real)(K_BIAS + 1));
    const real m = k_real(k_word(grown) - ((e - (K_BIAS + 1)) << K_FRACTION));
    const real k = x < K_TINY ? n - K_GROWN : n;
    real y = k_log_near_one(m - (real)1, k);

    y = x < (real)__builtin_inf() ? y : x; /* infinity and NaN */
    y = x > 0 ? y : x == 0 ? -(real)__builtin_inf() : (real)__builtin_nan("");
    return y;
}

/* log(1 + x); -infinity at -1, NaN below.  1 + x is 2^k m with m in [3/4, 3/2), and m - 1,
 * with what the sum 1 + x lost put back, is exact.  k is -0 for small x, so that log1p(-0)
 * is -0. */
K_INLINE real k_log1p(real x)
{
    const int small = (x >= (real)-0.25) & (x <= (real)0.5);
    const real u = (real)1 + x, lost = x - (u - (real)1);
    const k_bits e =
        (k_word(u) - K_QUARTERS3 + ((k_bits)(K_BIAS + 1) << K_FRACTION)) >> K_FRACTION;
    const real n = k_real(k_word(K_UNIT) + e) - (K_UNIT + (real)(K_BIAS + 1));
    const real m = k_real(k_word(u) - ((e - (K_BIAS + 1)) << K_FRACTION));
    /* 2^(1-k): 2^-k would have no word for the largest k. */
    const real scale = k_real((2 * K_BIAS + 2 - e) << K_FRACTION);
    const real f = (m - (real)1) + (real)0.5 * lost * scale;
    real y = k_log_near_one(small ? x : f, small ? (real)-0.0 : n);

    y = x < (real)__builtin_inf() ? y : x;
    return x > -1 ? y : x == -1 ? -(real)__builtin_inf() : (real)__builtin_nan("");
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
    const k_bits sign = k_word(x) ^ k_word(R_ABS(x));
    real y = (real)-2 * R_ABS(x), low, high, power, top, over, bottom, d, q, left;
    k_bits e;

    y = y < K_TANH_FAR ? K_TANH_FAR : y;
    high = k_exp_parts(y, 1, &low, &e);
    power = k_real((e - K_BIAS) << K_FRACTION);
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

/* Below 1 a polynomial, x by which it is multiplied kept out of it; beyond, 1 - exp of one,
 * where the exp is 0.16 at most.  Then the sign of x. */
K_INLINE real k_erf(real x)
{
    const k_bits sign = k_word(x) ^ k_word(R_ABS(x));
    const real t = R_ABS(x) > K_ERF_ONE ? K_ERF_ONE : R_ABS(x), z = t * t;
    real near = 0, far = 0, q, low;
    k_bits e;

#define NEXT(c) near = R_FMA(near, z, c);
    K_ERF_NEAR(NEXT)
#undef NEXT
#define NEXT(c) far = R_FMA(far, t, c);
    K_ERF_FAR(NEXT)
#undef NEXT
    near = R_FMA(near, t, t);
    q = k_exp_parts(R_FMA(far, t, -t), 0, &low, &e);
    far = (real)1 - (q + low) * k_real((e - K_BIAS) << K_FRACTION);
    return k_real(k_word(t < 1 ? near : far) | sign);
}

#endif

#define k_sqrt R_SQRT

#endif
