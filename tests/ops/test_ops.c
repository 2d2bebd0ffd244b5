/* test_ops.c -- every op of ops.def, in every type, by laws that need no reference numbers. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "framework/selftest/laws.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static lhi_trying sum; /* of a law on all ops */

/* Tries the law on all ops; it has compared `least` numbers then, so that an op that lost its cases
 * is noticed. */
static void law(const char *name, size_t least)
{
    lh_ctx *c = lh_open(0, NULL, "");
    const lhi_law *one = NULL;
    const lhi_op_family *f;
    size_t ops = 0;

    sum = (lhi_trying){0};
    for (size_t i = 0; (one = lhi_law_at(i)) != NULL && strcmp(one->name, name) != 0;)
        i++;
    for (; CHECK(one != NULL, "no law '%s'", name) && (f = lhi_family_at(c, ops)); ops++) {
        lhi_trying s = {.c = c, .f = f};
        size_t cases = 0;

        while (f->op[LHI_WIDE]->cases[cases].why)
            cases++;
        CHECK(cases > 2, "%s has only %zu cases", f->op[LHI_WIDE]->name, cases);
        lhi_law_try(one, &s);
        CHECK(s.broken == 0, "%zu of %zu: %s", s.broken, s.tried, s.first);
        sum.tried += s.tried;
        for (int k = 0; k < 2; k++)
            sum.worst[k] = fmax(sum.worst[k], s.worst[k]);
    }
    CHECK(ops >= 6 && sum.tried >= least, "%zu ops, only %zu numbers", ops, sum.tried);
    CHECK(lh_error(c) == LH_OK, "%s", lh_message(c));
    lh_close(c);
}

static void second_gradient(void)
{
    law("values and gradients agree with the second gradient in wide", 30000);
    printf("# at most %.2f of what is allowed\n", fmax(sum.worst[0], sum.worst[1]));
}

static void differences(void)
{
    law("gradients agree with central differences in wide", 400);
}

static void dot_products(void)
{
    law("forward and reverse mode satisfy the dot-product identity", 30);
}

static void two_tangents(void)
{
    law("the complex step is the tangent of forward mode", 3000);
}

static void bounds(void)
{
    law("values and gradients are within their running error bounds", 20000);
    printf("# at most %.2f of the bound of a value, %.2f of a gradient's\n", sum.worst[0],
           sum.worst[1]);
    CHECK(sum.worst[0] > 0.2 && sum.worst[1] > 0.2, "bounds that are loose");
}

static void no_rounding(void)
{
    law("without rounding there is no bound but what comes in", 5000);
}

static void bits(void)
{
    law("the bits do not depend on threads or instruction set", 100000);
}

static void linearity(void)
{
    law("backward is linear in its cotangent, to the bit", 30000);
}

static void unread(void)
{
    law("backward reads only what it says", 10000);
}

static void setting(void)
{
    law("the first to give to a gradient sets it, the others add", 30000);
}

static void placed(void)
{
    law("pointwise ops may work in place", 10000);
}

static void aliases(void)
{
    law("an operand that is used twice gets both gradients", 200);
}

static void permutation(void)
{
    law("rows in another order give gradients in that order", 10000);
}

static void parts(void)
{
    law("a batch in two parts gives the sum of both", 10000);
}

static void means(void)
{
    law("a mean is over the rows that the call says", 10000);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"values and gradients agree with the second gradient in wide", second_gradient},
        {"gradients agree with central differences in wide", differences},
        {"forward and reverse mode satisfy the dot-product identity", dot_products},
        {"the complex step is the tangent of forward mode", two_tangents},
        {"values and gradients are within their running error bounds", bounds},
        {"without rounding there is no bound but what comes in", no_rounding},
        {"the bits do not depend on threads or instruction set", bits},
        {"backward is linear in its cotangent, to the bit", linearity},
        {"backward reads only what it says", unread},
        {"the first to give to a gradient sets it, the others add", setting},
        {"pointwise ops may work in place", placed},
        {"an operand that is used twice gets both gradients", aliases},
        {"rows in another order give gradients in that order", permutation},
        {"a batch in two parts gives the sum of both", parts},
        {"a mean is over the rows that the call says", means},
        {0}};

    for (size_t i = 0; i < 16; i++)
        if ((lhi_law_at(i) == NULL) != (tests[i].name == NULL)) {
            printf("Bail out! each law has a test\n");
            return 99;
        }
    return check_main(argc, argv, "ops", tests);
}
