/* test_layers.c -- what layers are made of: rows of a table, normalised rows. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/tape/tape.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The page by layers is the page line by line, and so is its digest. */
static void dense(void)
{
    char *listing[2];

    for (int by_layers = 0; by_layers < 2; by_layers++) {
        lh_ctx *c = open_ctx();
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var X = lh_input(t, "X", LH_ROWS, 5), y = lh_input(t, "y", LH_ROWS, 1), Z3;
        lhi_plan *p;

        if (by_layers)
            Z3 = lh_mlp(X, "", 16, 8, 1);
        else {
            lh_var W1 = lh_param(t, "W1", 5, 16, LH_HE), b1 = lh_param(t, "b1", 1, 16, LH_ZEROS);
            lh_var W2 = lh_param(t, "W2", 16, 8, LH_HE), b2 = lh_param(t, "b2", 1, 8, LH_ZEROS);
            lh_let(Z1, lh_add(lh_matmul(X, W1), b1));
            lh_let(A1, lh_relu(Z1));
            lh_let(Z2, lh_add(lh_matmul(A1, W2), b2));
            lh_let(A2, lh_relu(Z2));
            Z3 = lh_dense(A2, "3", 1, LH_GLOROT);
        }
        lh_let(L, lh_bce_logits(Z3, y));
        CHECK(lh_error(c) == LH_OK, "%s", lh_message(c));
        p = lhi_plan_new(t, L.id, LHI_KEEP_ALL);
        listing[by_layers] = strdup(lhi_listing(t, p));
        lh_close(c);
    }
    CHECK(strcmp(listing[0], listing[1]) == 0, "%s\n%s", listing[0], listing[1]);
    CHECK(strstr(listing[1], "W3 = param [8 x 1] glorot"), "%s", listing[1]);
    free(listing[0]);
    free(listing[1]);
}

/* A layer that cannot be is refused as its lines are, with the driver's place. */
static void refused(void)
{
    static const struct { const char *name; ptrdiff_t units; lh_status status; } wrong[] = {
        {"1", 0, LH_ESHAPE}, {"1", LH_ROWS, LH_ESHAPE}, {"a b", 3, LH_ENAME}, {NULL, 3, LH_ENAME}};

    for (size_t i = 0; i < 6; i++) {
        lh_ctx *c = open_ctx();
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var X = lh_input(t, "X", LH_ROWS, 5), Z;

        if (i < 4)
            Z = lh_dense(X, wrong[i].name, wrong[i].units, LH_HE);
        else
            Z = lh_mlp_at(X, "", i == 4 ? NULL : (const ptrdiff_t[]){3}, i == 4, __FILE__, 1);
        CHECK(lh_error(c) == (i < 4 ? wrong[i].status : LH_EUSAGE) && Z.id == UINT32_MAX,
              "%zu: %s", i, lh_message(c));
        lh_close(c);
    }
}

/* Three ways to weigh the classes of a cross entropy are one number. */
static void weights(void)
{
    static const float z[6] = {1, -2, 0.5f, 3, 1, -1}, y[6] = {0, 1, 0, 0, 0, 1}, at[2] = {1, 2};
    static const float w[3] = {1, 4, 0.25f}, D[9] = {1, 0, 0, 0, 4, 0, 0, 0, 0.25f};
    lh_ctx *c = open_ctx();
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
    lh_var Z = lh_input(t, "Z", LH_ROWS, 3), Y = lh_input(t, "Y", LH_ROWS, 3);
    lh_var C = lh_input(t, "C", LH_ROWS, 1), W = lh_input(t, "W", 1, 3), E = lh_input(t, "E", 3, 3);
    lh_let(L, lh_softmax_ce(Z, lh_mul(Y, W)));
    lh_let(K, lh_softmax_ce(Z, lh_gather(E, C)));
    double wanted = 0;

    for (size_t i = 0; i < 2; i++) {
        const float *r = z + 3 * i;
        const size_t k = (size_t)at[i];

        wanted += (double)w[k] / 2 *
                  (log(exp((double)r[0]) + exp((double)r[1]) + exp((double)r[2])) - (double)r[k]);
    }
    lh_bind(Z, z, 2), lh_bind(Y, y, 2), lh_bind(C, at, 2), lh_bind(W, w, 1), lh_bind(E, D, 3);
    CHECK(lh_forward(L) == LH_OK && lh_forward(K) == LH_OK, "%s", lh_message(c));
    CHECK(fabs(lh_at(lh_value(L), 0, 0) - wanted) < 1e-14 &&
              fabs(lh_at(lh_value(K), 0, 0) - wanted) < 1e-14,
          "%.17g and %.17g, wanted %.17g", lh_at(lh_value(L), 0, 0), lh_at(lh_value(K), 0, 0),
          wanted);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a place that is no row gives NaN, and touches nothing", places},
        {"what does not fit is said with its reason", shapes},
        {"labels may be weighed where a loss has no weights", weights},
        {"layers are the lines that they stand for", dense},
        {"a layer that cannot be is refused", refused},
        {0}};

    return check_main(argc, argv, "layers", tests);
}
