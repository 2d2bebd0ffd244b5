/* test_layers.c -- what layers are made of: rows of a table, normalised rows. */
/* SPDX-License-Identifier: MIT */
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *open_ctx(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, silent, NULL);
    return c;
}

/* A place that is no row of the table: the row is NaN, the others are right, and what it would be
 * given is nobody's. */
static void places(void)
{
    static const double bad[] = {-1, 3, 0.5, 1e30, -1e30, (double)NAN, (double)INFINITY};
    static const float y[3] = {0, 1, 1};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const float at[3] = {2, (float)bad[i], 0};
        lh_ctx *c = open_ctx();
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var E = lh_param(t, "E", 3, 1, LH_HE), p = lh_input(t, "p", LH_ROWS, 1);
        lh_let(A, lh_gather(E, p));
        lh_let(L, lh_bce_logits(A, lh_input(t, "y", LH_ROWS, 1)));

        lh_bind(p, at, 3);
        lh_bind(lh_named(t, "y"), y, 3);
        CHECK(lh_forward(L) == LH_OK && lh_backward(L) == LH_OK, "%s", lh_message(c));
        CHECK(lh_at(lh_value(A), 0, 0) == lh_at(lh_value(E), 2, 0) &&
                  lh_at(lh_value(A), 2, 0) == lh_at(lh_value(E), 0, 0) &&
                  isnan(lh_at(lh_value(A), 1, 0)) && isnan(lh_at(lh_value(L), 0, 0)),
              "place %g", bad[i]);
        CHECK(lh_at(lh_grad(E), 1, 0) == 0 && isfinite(lh_at(lh_grad(E), 2, 0)), "place %g",
              bad[i]);
        lh_close(c);
    }
}

static lh_var of_shapes(lh_tape *t, const char *op, ptrdiff_t rows, ptrdiff_t cols, double number)
{
    lh_var X = lh_input(t, "X", LH_ROWS, 4), W = lh_param(t, "W", 3, 4, LH_HE);
    lh_var b = lh_param(t, "b", 1, 4, LH_ZEROS), o = lh_input(t, "o", rows, cols);

    return strcmp(op, "norm") == 0 ? lh_layer_norm(X, b, o, number)
         : strcmp(op, "table") == 0 ? lh_gather(X, o) : lh_gather(W, o);
}

/* What does not fit is said with its reason. */
static void shapes(void)
{
    static const struct {
        const char *op;
        ptrdiff_t rows, cols;
        double number;
        const char *why;
    } wrong[] = {{"norm", 1, 4, 0, "epsilon must be"},
                 {"norm", 1, 4, -1, "epsilon must be"},
                 {"norm", 1, 3, 1e-5, "as many columns"},
                 {"norm", 2, 4, 1e-5, "one row each"},
                 {"norm", LH_ROWS, 4, 1e-5, "one row each"},
                 {"table", LH_ROWS, 1, 0, "cannot be a batch"},
                 {"gather", LH_ROWS, 2, 0, "one column"}};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lh_ctx *c = open_ctx();

        of_shapes(lh_tape_new(lh_params_new(c, LH_F32)), wrong[i].op, wrong[i].rows, wrong[i].cols,
                  wrong[i].number);
        CHECK(lh_error(c) == LH_ESHAPE && strstr(lh_message(c), wrong[i].why), "%zu: %s", i,
              lh_message(c));
        lh_close(c);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a place that is no row gives NaN, and touches nothing", places},
        {"what does not fit is said with its reason", shapes},
        {0}};

    return check_main(argc, argv, "layers", tests);
}
