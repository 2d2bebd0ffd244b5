/* test_field.c -- the laws of the towers that proofs stand on. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/field.h"
#include "tests/check.h"

enum { PLACES = 40 };

static int same(lhi_dual a, lhi_dual b)
{
    int equal = 1;

    for (int k = 0; k < a.levels && k < b.levels; k++)
        equal &= a.x[k] == b.x[k] && a.d[k] == b.d[k];
    return equal && !a.lost && !b.lost;
}

static lhi_dual moving(const lhi_tower *t, uint64_t draw, uint64_t place)
{
    const lhi_dual d = lhi_dual_drawn(t, draw, place + 1000);
    lhi_dual x = lhi_dual_drawn(t, draw, place);

    for (int k = 0; k < x.levels; k++)
        x.d[k] = d.x[k];
    return x;
}

static lhi_dual minus(const lhi_tower *t, lhi_dual a, lhi_dual b)
{
    return lhi_dual_sum(t, a, lhi_dual_minus(t, b));
}

static void towers(void)
{
    for (int levels = 1; levels <= LHI_FIELDS; levels++)
        for (uint64_t draw = 1; draw <= 20; draw++) {
            lhi_tower t, again;

            lhi_tower_make(&t, levels, draw);
            lhi_tower_make(&again, levels, draw);
            CHECK(t.p[0] == again.p[0] && t.p[0] >> 62 == 0 && t.p[0] >> 36 != 0,
                  "%d levels: p %llu", levels, (unsigned long long)t.p[0]);
            for (int k = 1; k < levels; k++)
                CHECK((t.p[k - 1] - 1) % t.p[k] == 0 && t.p[k] > 4096 && t.w[k - 1] > 1,
                      "level %d of %d: %llu", k, levels, (unsigned long long)t.p[k]);
        }
}

static void axioms(void)
{
    lhi_tower t;

    for (uint64_t draw = 1; draw <= 10; draw++) {
        lhi_tower_make(&t, 3, draw);
        for (uint64_t i = 0; i < PLACES; i++) {
            const lhi_dual a = moving(&t, draw, 3 * i), b = moving(&t, draw, 3 * i + 1);
            const lhi_dual c = moving(&t, draw, 3 * i + 2), sum = lhi_dual_sum(&t, b, c);

            CHECK(same(lhi_dual_product(&t, a, sum), lhi_dual_sum(&t, lhi_dual_product(&t, a, b),
                                                                  lhi_dual_product(&t, a, c))),
                  "a (b + c), draw %d", (int)draw);
            CHECK(same(lhi_dual_product(&t, lhi_dual_quotient(&t, a, b), b), a), "a/b b");
            CHECK(!same(lhi_dual_product(&t, a, b), lhi_dual_product(&t, a, c)), "a b is not a c");
            CHECK(same(minus(&t, a, a), lhi_dual_whole(&t, 0)), "a - a");
        }
        CHECK(same(lhi_dual_product(&t, lhi_dual_whole(&t, -7), lhi_dual_whole(&t, 6)),
                   lhi_dual_whole(&t, -42)), "-7 times 6");
        CHECK(lhi_dual_quotient(&t, lhi_dual_whole(&t, 1), lhi_dual_whole(&t, 0)).lost, "1/0");
    }
}

static void exponentials(void)
{
    for (uint64_t draw = 1; draw <= 10; draw++) {
        lhi_tower t;
        lhi_dual deep;
        int nested = 0;

        lhi_tower_make(&t, LHI_FIELDS, draw);
        for (uint64_t i = 0; i < PLACES; i++) {
            const lhi_dual a = moving(&t, draw, 2 * i), b = moving(&t, draw, 2 * i + 1);
            lhi_dual ea = a, eb = b, sum = a, twice = a;

            CHECK(lhi_dual_exp(&t, a, &ea) && lhi_dual_exp(&t, b, &eb) &&
                      lhi_dual_exp(&t, lhi_dual_sum(&t, a, b), &sum) &&
                      lhi_dual_exp(&t, lhi_dual_sum(&t, a, a), &twice), "exp");
            CHECK(same(sum, lhi_dual_product(&t, ea, eb)), "exp(a + b)");
            CHECK(same(twice, lhi_dual_product(&t, ea, ea)), "exp(2 a)");
            CHECK(!same(twice, lhi_dual_sum(&t, ea, ea)), "exp(2 a) is not 2 exp(a)");
            CHECK(lhi_dual_sign(&t, ea) == 1, "exp is positive");
        }
        for (deep = lhi_dual_drawn(&t, draw, 7); lhi_dual_exp(&t, deep, &deep); nested++)
            ;
        CHECK(nested == LHI_FIELDS - 1, "%d exps within each other", nested);
    }
}

static void signs(void)
{
    lhi_tower t;
    int negative = 0;

    for (uint64_t draw = 1; draw <= 10; draw++) {
        lhi_tower_make(&t, 2, draw);
        for (int n = 1; n <= 10; n++)
            CHECK(lhi_dual_sign(&t, lhi_dual_whole(&t, n)) == 1 &&
                      lhi_dual_sign(&t, lhi_dual_whole(&t, -n)) == -1, "the sign of %d", n);
        CHECK(lhi_dual_sign(&t, lhi_dual_whole(&t, 0)) == 0, "the sign of 0");
        for (uint64_t i = 0; i < PLACES; i++) {
            const lhi_dual a = moving(&t, draw, 2 * i), b = moving(&t, draw, 2 * i + 1);
            const int sa = lhi_dual_sign(&t, a), sb = lhi_dual_sign(&t, b);
            const lhi_dual root = lhi_dual_root(&t, lhi_dual_product(&t, a, a));

            negative += sa < 0;
            CHECK(lhi_dual_sign(&t, lhi_dual_product(&t, a, b)) == sa * sb, "the sign of a b");
            CHECK(lhi_dual_sign(&t, lhi_dual_minus(&t, a)) == -sa, "the sign of -a");
            CHECK(same(root, sa > 0 ? a : lhi_dual_minus(&t, a)), "the root of a a is |a|");
            CHECK(lhi_dual_root(&t, a).lost == (sa < 0), "a root of what is no square");
        }
    }
    CHECK(negative > 100 && negative < 300, "%d of 400 are negative", negative);
}

/* Of log the slope is known, and what hangs on its value is marked. */
static void slopes(void)
{
    lhi_tower t;
    lhi_dual a, b, log, product;

    lhi_tower_make(&t, 2, 3);
    a = moving(&t, 3, 1);
    b = lhi_dual_drawn(&t, 3, 2);
    log = lhi_dual_of_slope(&t, a, lhi_dual_quotient(&t, lhi_dual_whole(&t, 1), a));
    CHECK(log.x_free && !log.d_free, "log a");
    product = lhi_dual_product(&t, b, log); /* b has no tangent */
    CHECK(product.x_free && !product.d_free, "b log a");
    CHECK(lhi_dual_product(&t, a, log).d_free, "the slope of a log a has log a in it");
    CHECK(!lhi_dual_product(&t, lhi_dual_whole(&t, 0), log).x_free, "0 log a");
    CHECK(lhi_dual_sum(&t, b, log).x_free, "b + log a");
    CHECK(lhi_dual_quotient(&t, b, log).x_free && lhi_dual_quotient(&t, b, log).d_free,
          "b / log a");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"towers of primes are what they are said to be", towers},
        {"sums, products and quotients obey the axioms, with their tangents", axioms},
        {"exp(a + b) = exp(a) exp(b), eight within each other", exponentials},
        {"signs are those of products, squares and exponentials", signs},
        {"what hangs on a value that is not known is marked", slopes},
        {0}};

    return check_main(argc, argv, "field", tests);
}
