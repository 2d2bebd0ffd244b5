/* field.c -- towers of primes, and numbers in them. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/field.h"

#include "framework/base/rng.h"

static uint64_t plus(uint64_t a, uint64_t b, uint64_t p)
{
    return a >= p - b ? a - (p - b) : a + b;
}

static uint64_t negative(uint64_t a, uint64_t p)
{
    return a ? p - a : 0;
}

static uint64_t times(uint64_t a, uint64_t b, uint64_t p)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 both;

    return (uint64_t)((both)a * b % p);
#else
    uint64_t r = 0;

    for (; b; b >>= 1, a = plus(a, a, p))
        if (b & 1)
            r = plus(r, a, p);
    return r;
#endif
}

static uint64_t power(uint64_t a, uint64_t n, uint64_t p)
{
    uint64_t r = 1;

    for (; n; n >>= 1, a = times(a, a, p))
        if (n & 1)
            r = times(r, a, p);
    return r;
}

/* Miller and Rabin, with the bases that decide below 2^64. */
static int is_prime(uint64_t n)
{
    static const uint64_t base[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    uint64_t odd = n - 1;
    int twos = 0;

    for (; odd % 2 == 0; twos++)
        odd /= 2;
    for (size_t i = 0; i < sizeof base / sizeof *base; i++) {
        uint64_t x;

        if (n % base[i] == 0)
            return n == base[i];
        x = power(base[i], odd, n);
        for (int k = 1; k < twos && x != 1 && x != n - 1; k++)
            x = times(x, x, n);
        if (x != n - 1 && (x != 1 || power(base[i], odd, n) != 1))
            return 0;
    }
    return n > 1;
}

static int is_square(uint64_t a, uint64_t p)
{
    return power(a, (p - 1) / 2, p) == 1;
}

/* -1 is no square there, and whole numbers up to 10 are, so that they have the sign that they
 * should have. */
static int has_signs(uint64_t p)
{
    return p % 4 == 3 && is_square(2, p) && is_square(3, p) && is_square(5, p) && is_square(7, p);
}

static uint64_t of_order(uint64_t q, uint64_t p)
{
    uint64_t w = 1;

    for (uint64_t g = 2; w == 1; g++)
        w = power(g, (p - 1) / q, p);
    return w;
}

/* From the smallest prime on; 0 when they grow out of 62 bits. */
static int grow(lhi_tower *t, uint64_t base)
{
    const uint64_t most = (uint64_t)1 << 62;
    int k = t->levels - 1;

    for (t->p[k] = base | 1; !is_prime(t->p[k]) || (k == 0 && !has_signs(t->p[k]));)
        t->p[k] += 2;
    while (k-- > 0) {
        uint64_t c = 2, p;

        for (;; c += 2) {
            if (c > most / t->p[k + 1])
                return 0;
            p = c * t->p[k + 1] + 1;
            if (is_prime(p) && (k > 0 || has_signs(p)))
                break;
        }
        t->p[k] = p;
        t->w[k] = of_order(t->p[k + 1], p);
    }
    return 1;
}

void lhi_tower_make(lhi_tower *t, int levels, uint64_t draw)
{
    /* A prime is found after some forty even factors, the one with signs after sixteen times as
     * many: 6 and 10 bits. */
    const int bits = 54 - 5 * (levels - 1);
    uint64_t n = 0;

    *t = (lhi_tower){.levels = levels};
    do
        n++;
    while (!grow(t, (uint64_t)1 << (bits - 1) |
                        lhi_random_bits(draw, 1, (uint32_t)levels, n) >> (65 - bits)));
}

static lhi_dual zero(int levels)
{
    return (lhi_dual){.levels = levels};
}

lhi_dual lhi_dual_whole(const lhi_tower *t, int64_t n)
{
    lhi_dual r = zero(t->levels);

    for (int k = 0; k < r.levels; k++) {
        const uint64_t size = (n < 0 ? 0 - (uint64_t)n : (uint64_t)n) % t->p[k];

        r.x[k] = n < 0 ? negative(size, t->p[k]) : size;
    }
    return r;
}

lhi_dual lhi_dual_drawn(const lhi_tower *t, uint64_t draw, uint64_t place)
{
    lhi_dual r = zero(t->levels);

    for (int k = 0; k < r.levels; k++)
        r.x[k] = lhi_random_bits(draw, 2 + (uint32_t)k, 0, place) % t->p[k];
    return r;
}

static int fewer(lhi_dual a, lhi_dual b)
{
    return a.levels < b.levels ? a.levels : b.levels;
}

static int has_tangent(lhi_dual a)
{
    return a.d[0] != 0 || a.d_free;
}

lhi_dual lhi_dual_sum(const lhi_tower *t, lhi_dual a, lhi_dual b)
{
    lhi_dual r = zero(fewer(a, b));

    for (int k = 0; k < r.levels; k++) {
        r.x[k] = plus(a.x[k], b.x[k], t->p[k]);
        r.d[k] = plus(a.d[k], b.d[k], t->p[k]);
    }
    r.x_free = a.x_free || b.x_free;
    r.d_free = a.d_free || b.d_free;
    r.lost = a.lost || b.lost;
    return r;
}

lhi_dual lhi_dual_minus(const lhi_tower *t, lhi_dual a)
{
    for (int k = 0; k < a.levels; k++) {
        a.x[k] = negative(a.x[k], t->p[k]);
        a.d[k] = negative(a.d[k], t->p[k]);
    }
    return a;
}

lhi_dual lhi_dual_product(const lhi_tower *t, lhi_dual a, lhi_dual b)
{
    lhi_dual r = zero(fewer(a, b));

    for (int k = 0; k < r.levels; k++) {
        r.x[k] = times(a.x[k], b.x[k], t->p[k]);
        if (has_tangent(a) || has_tangent(b))
            r.d[k] = plus(times(a.d[k], b.x[k], t->p[k]), times(a.x[k], b.d[k], t->p[k]), t->p[k]);
    }
    /* 0 times anything is 0. */
    r.x_free = (a.x_free && (b.x[0] || b.x_free)) || (b.x_free && (a.x[0] || a.x_free));
    r.d_free = (a.d_free && (b.x[0] || b.x_free)) || (b.d_free && (a.x[0] || a.x_free)) ||
               (a.x_free && has_tangent(b)) || (b.x_free && has_tangent(a));
    r.lost = a.lost || b.lost;
    return r;
}

/* Of the residues that both have, none of the divisor's may be 0. */
lhi_dual lhi_dual_quotient(const lhi_tower *t, lhi_dual a, lhi_dual b)
{
    lhi_dual one_over = zero(fewer(a, b));

    for (int k = 0; k < one_over.levels; k++) {
        const uint64_t p = t->p[k];

        one_over.lost |= b.x[k] == 0;
        one_over.x[k] = power(b.x[k], p - 2, p);
        one_over.d[k] = negative(times(b.d[k], times(one_over.x[k], one_over.x[k], p), p), p);
    }
    one_over.lost |= b.lost;
    one_over.x_free = b.x_free;
    one_over.d_free = b.d_free || (b.x_free && has_tangent(b));
    return lhi_dual_product(t, a, one_over);
}

int lhi_dual_exp(const lhi_tower *t, lhi_dual a, lhi_dual *out)
{
    lhi_dual r = zero(a.levels - 1);

    if (r.levels == 0)
        return 0;
    for (int k = 0; k < r.levels; k++) {
        r.x[k] = power(t->w[k], a.x[k + 1], t->p[k]);
        r.d[k] = times(r.x[k], a.d[k], t->p[k]);
    }
    r.x_free = a.x_free;
    r.d_free = a.d_free || (a.x_free && has_tangent(a));
    r.lost = a.lost;
    *out = r;
    return 1;
}

/* The root that is a square itself, so that a root has no sign.  Other residues are drawn, and no
 * law holds between their roots: they are spent. */
lhi_dual lhi_dual_root(const lhi_tower *t, lhi_dual a)
{
    const uint64_t p = t->p[0];
    lhi_dual r = zero(1);

    r.lost = a.lost || lhi_dual_sign(t, a) != 1;
    r.x[0] = power(a.x[0], (p + 1) / 4, p);
    r.d[0] = times(a.d[0], power(plus(r.x[0], r.x[0], p), p - 2, p), p);
    r.x_free = a.x_free;
    r.d_free = a.d_free || (a.x_free && has_tangent(a));
    return r;
}

lhi_dual lhi_dual_of_slope(const lhi_tower *t, lhi_dual a, lhi_dual slope)
{
    lhi_dual r = zero(fewer(a, slope));

    for (int k = 0; k < r.levels; k++) {
        r.x[k] = a.x[k];
        r.d[k] = times(a.d[k], slope.x[k], t->p[k]);
    }
    r.x_free = 1;
    r.d_free = a.d_free || (has_tangent(a) && (a.x_free || slope.x_free));
    r.lost = a.lost || slope.lost;
    return r;
}

int lhi_dual_sign(const lhi_tower *t, lhi_dual a)
{
    return a.x[0] == 0 ? 0 : is_square(a.x[0], t->p[0]) ? 1 : -1;
}
