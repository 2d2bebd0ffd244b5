/* wide.c -- exp, log and what comes from them, as fixed sequences of operations in long double. */
/* SPDX-License-Identifier: MIT */
#include <longhand/op/wide.h>

#include <float.h>
#include <math.h>

/* The series are cut where the rest is below a hundredth of a unit in the last place. */
enum {
    EXP_TERMS = LDBL_MANT_DIG <= 64 ? 18 : 28,
    LOG_TERMS = LDBL_MANT_DIG <= 64 ? 31 : 49, /* odd */
    ERF_TERMS = LDBL_MANT_DIG <= 64 ? 17 : 26,
    ERF_TERMS_BESIDE = LDBL_MANT_DIG <= 64 ? 15 : 26
};

static const long double over[] = { /* 1/k */
    0,       1.0L,    1.0L/2,  1.0L/3,  1.0L/4,  1.0L/5,  1.0L/6,  1.0L/7,  1.0L/8,  1.0L/9,
    1.0L/10, 1.0L/11, 1.0L/12, 1.0L/13, 1.0L/14, 1.0L/15, 1.0L/16, 1.0L/17, 1.0L/18, 1.0L/19,
    1.0L/20, 1.0L/21, 1.0L/22, 1.0L/23, 1.0L/24, 1.0L/25, 1.0L/26, 1.0L/27, 1.0L/28, 1.0L/29,
    1.0L/30, 1.0L/31, 1.0L/32, 1.0L/33, 1.0L/34, 1.0L/35, 1.0L/36, 1.0L/37, 1.0L/38, 1.0L/39,
    1.0L/40, 1.0L/41, 1.0L/42, 1.0L/43, 1.0L/44, 1.0L/45, 1.0L/46, 1.0L/47, 1.0L/48, 1.0L/49,
    1.0L/50, 1.0L/51, 1.0L/52, 1.0L/53,
};

static const long double log2_e = 1.442695040888963407359924681001892137L,
                         ln2_high = 0xb.17217f7p-4L, /* short: a whole number times it is exact */
                         ln2_low = 0xd.1cf79abc9e3b39803f2f6af40f34p-36L;

/* Beyond them exp is infinite, or 0. */
static const long double highest = LDBL_MAX_EXP * 0.7L,
                         lowest = (LDBL_MIN_EXP - LDBL_MANT_DIG - 1) * 0.7L;

/* exp(x) = 2^n exp(r), n the whole number nearest to x/ln 2.  The value is q = 1 + r, rounded;
 * *low holds what that and r lost, and the rest of the series. */
static long double exp_parts(long double x, long double *low, int *n)
{
    const long double k = (long double)(*n = (int)(x * log2_e + (x < 0 ? -0.5L : 0.5L)));
    const long double high = x - k * ln2_high, r = high - k * ln2_low;
    const long double rest = (high - r) - k * ln2_low, q = 1 + r;
    long double p = 1; /* 1 + r/3 (1 + r/4 (1 + ...)) */

    for (int i = EXP_TERMS; i > 2; i--)
        p = 1 + r * over[i] * p;
    *low = r * r * (p / 2) + ((r - (q - 1)) + rest);
    return q;
}

lh_wide lh_wide_exp(lh_wide x)
{
    long double q, low;
    int n;

    if (!(x > lowest && x < highest))
        return x <= lowest ? 0 : x >= highest ? (long double)INFINITY : x;
    q = exp_parts(x, &low, &n);
    return ldexpl(q + low, n);
}

/* k ln 2 + log(1 + f) + rest for 1 + f in [sqrt(1/2), sqrt(2)]: with s = f/(2+f) it is
 * 2 artanh(s), arranged as in longhand/op/math.h. */
static long double log_near_one(long double f, int k, long double rest)
{
    const long double s = f / (2 + f), z = s * s, half = 0.5L * f * f, n = (long double)k;
    long double p = 0;

    for (int i = LOG_TERMS; i > 1; i -= 2)
        p = p * z + 2 * over[i];
    p = p * z;
    return n * ln2_high + (f - (half - (s * (half + p) + (n * ln2_low + rest))));
}

/* log(x + rest), x > 0 and finite, the rest below x's last place. */
static long double log_of_two(long double x, long double rest)
{
    int k;
    long double m = frexpl(x, &k);

    if (m < 0.70710678118654752440L)
        m = 2 * m, k--;
    return log_near_one(m - 1, k, rest / x);
}

lh_wide lh_wide_log(lh_wide x)
{
    if (!(x > 0 && x < (long double)INFINITY))
        return x == 0 ? -(long double)INFINITY : x < 0 ? (long double)NAN : x;
    return log_of_two(x, 0);
}

lh_wide lh_wide_log1p(lh_wide x)
{
    const long double sum = 1 + x;

    if (x == 0)
        return x; /* -0, too */
    if (x > -0.29L && x < 0.41L)
        return log_near_one(x, 0, 0);
    if (!(sum > 0 && sum < (long double)INFINITY))
        return lh_wide_log(sum);
    return log_of_two(sum, x > 1 ? 1 - (sum - x) : x - (sum - 1));
}

/* The upper half of the digits of x. */
static long double upper(long double x)
{
    const long double far = ((long double)(1ull << (LDBL_MANT_DIG + 1) / 2) + 1) * x;

    return far - (far - x);
}

/* (a + a_low) / (b + b_low): a/b, corrected once by what the division left over and by the low
 * parts.  What a product lost comes from those of its halves, after Dekker. */
static long double quotient(long double a, long double a_low, long double b, long double b_low)
{
    const long double q = a / b, product = q * b;
    const long double q1 = upper(q), q2 = q - q1, b1 = upper(b), b2 = b - b1;
    const long double lost = ((q1 * b1 - product) + q1 * b2 + q2 * b1) + q2 * b2;

    return q + (((a - product) - lost) + (a_low - q * b_low)) / b;
}

/* exp(x) for -100 < x <= 0 in two parts, the second below the last place of the first. */
static long double exp_twice(long double x, long double *low)
{
    int n;
    const long double q = exp_parts(x, low, &n), sum = q + *low;

    *low = ldexpl((q - sum) + *low, n);
    return ldexpl(sum, n);
}

/* exp of a negative number only: the other overflows. */
lh_wide lh_wide_sigmoid(lh_wide z)
{
    const long double y = -fabsl(z);
    long double low, e, d;

    if (!(y > -100))
        return z >= 100 ? 1 : lh_wide_exp(z);
    e = exp_twice(y, &low);
    d = 1 + e;
    return quotient(z < 0 ? e : 1, z < 0 ? low : 0, d, (e - (d - 1)) + low);
}

/* (1 - e)/(1 + e) with e = exp(-2|x|), then the sign of x. */
lh_wide lh_wide_tanh(lh_wide x)
{
    const long double y = -2 * fabsl(x);
    long double low, e, top, left, d;

    if (!(y > -100 && y < -LDBL_EPSILON))
        return y <= -100 ? copysignl(1, x) : x;
    e = exp_twice(y, &low);
    left = ((1 - (1 - e)) - e) - low;
    top = (1 - e) + left;
    left -= top - (1 - e);
    d = 1 + e;
    return copysignl(quotient(top, left, d, (e - (d - 1)) + low), x);
}

/* 1 - erf(k/4) for k = 3, 4, ... */
enum { ERF_FIRST = 3 };
static const long double erf_left[] = {
    0.2888443663464848684010621654085892226L,
    1.572992070502851306587793649173907407e-1L, 7.709987174354176986347651880271885958e-2L,
    3.389485352468927293302373835405214132e-2L, 1.332832878081755622778889987131202339e-2L,
    4.677734981047265837930743632747071389e-3L, 1.462716586681151697910796372982953912e-3L,
    4.069520174449589395642157399749127203e-4L, 1.006219221196368369043919750869567651e-4L,
    2.209049699858544137277612958232037985e-5L, 4.302779463675121830475895130236597567e-6L,
    7.430983723414127455236837560956357207e-7L, 1.137272565697966532590765830066088572e-7L,
    1.541725790028001885215967348688404857e-8L, 1.850574137386742520055838071528726736e-9L,
    1.966160441542887476279160367664332661e-10L, 1.848504772148531088742941610097842324e-11L,
    1.53745979442803485018834348538337889e-12L, 1.131031326688715388278680479911185926e-13L,
    7.357847917974398063068362398570090208e-15L, 4.232136617425737625946719852718971632e-16L,
    2.151973671249891311659335039918738463e-17L, 9.672204131876253991482033184063021455e-19L,
    3.842148327120647469875804543768776621e-20L, 1.348767889361130051219869674591149242e-21L,
    4.18382560777941439861401022389993225e-23L, 1.146690081481501161669472191060981704e-24L,
    2.776649386030569100663966209322412587e-26L, 5.939747859517146215275323953306142167e-28L,
    1.122429717298292707996788844317027909e-29L, 1.873566470550499707861653117702631451e-31L,
    2.76232407133377144613450293005778222e-33L, 3.597115728647072015655353606339209916e-35L,
};

static const long double two_by_root_pi = 1.128379167095512573896158903121545172L,
                         and_less_one = 0.128379167095512573896158903121545172L;

/* 2/sqrt(pi) (x - x^3/3 + x^5/(2! 5) - ...), x kept out of it. */
static long double erf_near_0(long double x)
{
    const long double z = x * x;
    long double p = over[2 * ERF_TERMS + 1];

    for (int i = ERF_TERMS; i > 1; i--)
        p = over[2 * i - 1] - z * over[i] * p;
    return x + x * (and_less_one - two_by_root_pi * z * p);
}

/* The Taylor series at a = k/4 for x = a + h: the slope of erf is g = 2/sqrt(pi) exp(-x^2), and
 * g' = -2 x g gives each of its terms from the two before. */
static long double erf_beside(int k, long double x)
{
    const long double a = (long double)k / 4, h = x - a, left = erf_left[k - ERF_FIRST];
    const long double most = 1 - left, lost = (1 - most) - left;
    long double before = 0, term = 1, sum = 1;

    for (int i = 1; i <= ERF_TERMS_BESIDE; i++) {
        const long double next = -2 * h * (a * term + h * before) * over[i];

        before = term, term = next;
        sum += term * over[i + 1];
    }
    return most + (h * (two_by_root_pi * lh_wide_exp(-a * a)) * sum + lost);
}

lh_wide lh_wide_erf(lh_wide x)
{
    const long double size = fabsl(x);

    if (size < 0.75L)
        return erf_near_0(x);
    if (!(size < 8.875L))
        return size > 8 ? copysignl(1, x) : x;
    return copysignl(erf_beside((int)(4 * size + 0.5L), size), x);
}
