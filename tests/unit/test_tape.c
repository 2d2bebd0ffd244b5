/* test_tape.c -- recording, its errors, planning, and running by hand. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/ops/ops.h"
#include "tests/check.h"

#include <longhand.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lh_ctx *open_with_threads(int threads)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    c->set.threads = threads;
    return c;
}

/* Graphs whose gradients meet in awkward places.  Each returns its loss. */

static lh_var diamond(lh_tape *t, lh_var X, lh_var y)
{
    lh_var W = lh_param(t, "W", 5, 5, LH_HE), v = lh_param(t, "v", 5, 1, LH_GLOROT);
    lh_let(A, lh_matmul(X, W));
    lh_let(B, lh_add(A, lh_relu(A))); /* A is used twice */
    lh_let(C, lh_add(B, B));          /* one operand on both sides */
    return lh_bce_logits(lh_matmul(C, v), y);
}

static lh_var tied(lh_tape *t, lh_var X, lh_var y)
{
    lh_var W = lh_param(t, "W", 5, 5, LH_HE), v = lh_param(t, "v", 5, 1, LH_GLOROT);
    lh_let(A, lh_relu(lh_matmul(X, W)));
    lh_let(B, lh_relu(lh_matmul(A, W))); /* the same weights again */
    return lh_bce_logits(lh_matmul(B, v), y);
}

static lh_var product_of_params(lh_tape *t, lh_var X, lh_var y)
{
    lh_var U = lh_param(t, "U", 5, 3, LH_HE), V = lh_param(t, "V", 3, 4, LH_HE);
    lh_var v = lh_param(t, "v", 4, 1, LH_GLOROT), b = lh_param(t, "b", 1, 4, LH_GLOROT);
    lh_let(W, lh_sigmoid(lh_matmul(U, V))); /* worked by all before any row is */
    lh_let(A, lh_relu(lh_add(lh_matmul(X, W), b)));
    lh_let(c, lh_add(b, b)); /* a row used as a bias twice */
    return lh_bce_logits(lh_matmul(lh_add(A, c), v), y);
}

static lh_var two_losses(lh_tape *t, lh_var X, lh_var y)
{
    lh_var v = lh_param(t, "v", 5, 1, LH_GLOROT), w = lh_param(t, "w", 5, 1, LH_GLOROT);
    lh_let(Z, lh_matmul(X, v));
    lh_let(P, lh_sigmoid(lh_matmul(X, w)));
    lh_let(L1, lh_bce_logits(Z, y));
    lh_let(L2, lh_bce(P, y));
    return lh_add(lh_add(L1, L2), L1);
}

static lh_var (*const graphs[])(lh_tape *, lh_var, lh_var) = {diamond, tied, product_of_params,
                                                              two_losses};
enum { GRAPHS = 4, ROWS = 211 };

/* Values and gradients of everything, in double, after one pass over m rows. */
static double *run_graph(int which, int threads, size_t m, size_t *count)
{
    lh_ctx *c = open_with_threads(threads);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
    lh_var X = lh_want(lh_input(t, "X", LH_ROWS, 5)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var L = graphs[which](t, X, y);
    double x[ROWS * 5], label[ROWS], *all = calloc(100000, sizeof *all);

    for (size_t i = 0; i < ROWS * 5; i++)
        x[i] = 4 * lhi_random_unit(3, 50, 0, i) - 2;
    for (size_t i = 0; i < ROWS; i++)
        label[i] = lhi_random_unit(3, 51, 0, i) < 0.5;
    lh_bind(X, x, m);
    lh_bind(y, label, m);
    CHECK(lh_forward(L) == LH_OK && lh_backward(L) == LH_OK, "%s", lh_message(c));
    *count = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        const lh_array v = lh_value((lh_var){t, i, t->gen}), g = lh_grad((lh_var){t, i, t->gen});

        for (size_t e = 0; e < v.rows * v.cols; e++) {
            all[(*count)++] = lh_at(v, e / v.cols, e % v.cols);
            all[(*count)++] = lh_at(g, e / v.cols, e % v.cols);
        }
    }
    CHECK(lh_close(c) == 0, "closed");
    return all;
}

static void threads_and_graphs(void)
{
    static const int teams[] = {2, 3, 4, 7, 8, 16};
    static const size_t rows[] = {1, 2, 5, 64, 130, ROWS};
    size_t compared = 0;

    for (int g = 0; g < GRAPHS; g++)
        for (size_t r = 0; r < 6; r++) {
            size_t n, k;
            double *one = run_graph(g, 1, rows[r], &n);

            for (size_t t = 0; t < 6; t++) {
                double *many = run_graph(g, teams[t], rows[r], &k);

                CHECK(n == k && memcmp(one, many, n * sizeof *one) == 0,
                      "graph %d, %zu rows, %d threads", g, rows[r], teams[t]);
                compared += n;
                free(many);
            }
            free(one);
        }
    CHECK(compared > 200000, "only %zu numbers were compared", compared);
}

/* d(sum of rows' part) = sum of parts: two pieces of a batch, weighted by their rows. */
static void split_of_the_batch(void)
{
    lh_ctx *c = open_with_threads(2);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
    lh_var X = lh_input(t, "X", LH_ROWS, 5), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var L = tied(t, X, y), W = lh_named(t, "W");
    double x[ROWS * 5], label[ROWS], whole[25], parts[25] = {0};

    for (size_t i = 0; i < ROWS * 5; i++)
        x[i] = 4 * lhi_random_unit(4, 50, 0, i) - 2;
    for (size_t i = 0; i < ROWS; i++)
        label[i] = lhi_random_unit(4, 51, 0, i) < 0.5;
    for (size_t cut = 0; cut <= ROWS; cut += 70) {
        const size_t from[] = {0, 0, cut}, to[] = {ROWS, cut, ROWS};

        memset(parts, 0, sizeof parts);
        for (int k = 0; k < 3; k++) {
            if (from[k] == to[k])
                continue;
            lh_bind(X, x + from[k] * 5, to[k] - from[k]);
            lh_bind(y, label + from[k], to[k] - from[k]);
            CHECK(lh_forward(L) == LH_OK && lh_backward(L) == LH_OK, "%s", lh_message(c));
            for (size_t e = 0; e < 25; e++) {
                const double g = lh_at(lh_grad(W), e / 5, e % 5);

                if (k == 0)
                    whole[e] = g;
                else
                    parts[e] += g * (double)(to[k] - from[k]) / ROWS;
            }
        }
        for (size_t e = 0; e < 25; e++)
            CHECK(fabs(whole[e] - parts[e]) <= 1e-14, "cut at %zu: %g, %g", cut, whole[e],
                  parts[e]);
    }
    CHECK(lh_close(c) == 0, "closed");
}

static void order_of_recording(void)
{
    char *listing[2];
    double loss[2];
    lh_ctx *ctx[2];

    for (int k = 0; k < 2; k++) {
        lh_ctx *c = ctx[k] = open_with_threads(1);
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var X, y, W, b;
        float x[] = {1, 2, 3, 4, 5, 6}, label[] = {0, 1, 1};

        if (k == 0) {
            X = lh_input(t, "X", LH_ROWS, 2), y = lh_input(t, "y", LH_ROWS, 1);
            W = lh_param(t, "W", 2, 1, LH_HE), b = lh_param(t, "b", 1, 1, LH_GLOROT);
        } else {
            b = lh_param(t, "b", 1, 1, LH_GLOROT), W = lh_param(t, "W", 2, 1, LH_HE);
            y = lh_input(t, "y", LH_ROWS, 1), X = lh_input(t, "X", LH_ROWS, 2);
            lh_relu(b); /* recorded, not needed */
        }
        lh_let(Z, lh_add(lh_matmul(X, W), b));
        lh_let(L, lh_bce_logits(Z, y));
        lh_bind(X, x, 3);
        lh_bind(y, label, 3);
        CHECK(lh_forward(L) == LH_OK, "%s", lh_message(c));
        loss[k] = lh_at(lh_value(L), 0, 0);
        listing[k] = lhi_listing(t, lhi_plan_new(t, L.id, LHI_KEEP_ALL));
    }
    CHECK(strcmp(listing[0], listing[1]) == 0, "%s\nis not\n%s", listing[0], listing[1]);
    CHECK(loss[0] == loss[1], "%.9g is not %.9g", loss[0], loss[1]);
    CHECK(strstr(listing[0], "Z = add(%") != NULL, "%s", listing[0]);
    lh_close(ctx[0]);
    lh_close(ctx[1]);
}

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static void listing_read_back(void)
{
    for (int g = 0; g < GRAPHS; g++) {
        lh_ctx *c = open_with_threads(1);
        lh_tape *a = lh_tape_new(lh_params_new(c, LH_F32)), *b;
        lh_var L = graphs[g](a, lh_input(a, "X", LH_ROWS, 5), lh_input(a, "y", LH_ROWS, 1)), M;
        char *one = lhi_listing(a, lhi_plan_new(a, L.id, LHI_KEEP_ALL)), *two;

        b = lh_tape_new(lh_params_new(c, LH_F32));
        M = lhi_record_listing(b, one, "file");
        CHECK(lh_error(c) == LH_OK, "%s", lh_message(c));
        two = lhi_listing(b, lhi_plan_new(b, M.id, LHI_KEEP_ALL));
        CHECK(strcmp(one, two) == 0, "%s\nis not\n%s", one, two);
        lh_close(c);
    }
    static const char *const wrong[] = {"", "x", "Z = add(a, b)", "X = input [m x]",
                                        "X = input [m x 3]\nZ = add(X) [m x 3]",
                                        "X = input [-2 x 3]", "X = input [2z x 3]"};
    for (size_t i = 1; i < sizeof wrong / sizeof *wrong; i++) {
        lh_ctx *c = open_with_threads(1);

        lh_on_message(c, silent, NULL);
        lhi_record_listing(lh_tape_new(lh_params_new(c, LH_F32)), wrong[i], "file.h5");
        CHECK(lh_error(c) == LH_EFORMAT && strstr(lh_message(c), "file.h5"), "%zu: %s", i,
              lh_message(c));
        lh_close(c);
    }
    {
        lh_ctx *c = open_with_threads(1);

        lh_on_message(c, silent, NULL);
        lhi_record_listing(lh_tape_new(lh_params_new(c, LH_F32)),
                           "X = input [m x 3]\nZ = frobnicate(X) [m x 3]", "file.h5");
        CHECK(lh_error(c) == LH_EMISMATCH &&
                  strstr(lh_message(c), "file.h5: this network needs the op \"frobnicate\""),
              "%s", lh_message(c));
        lh_close(c);
    }
}

static void expect(lh_ctx *c, lh_status status, const char *part)
{
    CHECK(lh_error(c) == status, "status %d, not %d: %s", (int)lh_error(c), (int)status,
          lh_message(c));
    CHECK(strstr(lh_message(c), part) != NULL, "'%s' is not in '%s'", part, lh_message(c));
    CHECK(lh_close(c) == lh_exit_code(status), "exit code");
}

static lh_ctx *quiet(lh_tape **t)
{
    lh_ctx *c = open_with_threads(1);

    lh_on_message(c, silent, NULL);
    *t = lh_tape_new(lh_params_new(c, LH_F32));
    return c;
}

static void recording_errors(void)
{
    lh_tape *t, *other;
    lh_ctx *c = quiet(&t);
    float x[2] = {1, 2};
    lh_var X = lh_input(t, "X", LH_ROWS, 2), W;

    W = lh_param(t, "W1", 3, 4, LH_HE);
    lh_let(Z1, lh_matmul(X, W));
    CHECK(lh_rows_of(Z1) == 0, "inert");
    CHECK(strstr(lh_message(c), "[m x 2]") && strstr(lh_message(c), "[3 x 4]") &&
              strstr(lh_message(c), "Z1") && strstr(lh_message(c), "test_tape.c:"),
          "%s", lh_message(c));
    lh_relu(Z1); /* nothing more happens */
    expect(c, LH_ESHAPE, "2 columns against 3 rows");

    c = quiet(&t);
    lh_input(t, "X", LH_ROWS, 2);
    lh_input(t, "X", LH_ROWS, 2);
    expect(c, LH_ENAME, "'X' is taken");

    c = quiet(&t);
    lh_input(t, "a/b", LH_ROWS, 2);
    expect(c, LH_ENAME, "cannot be a name");

    c = quiet(&t);
    lh_param(t, "W", 2, 3, LH_HE);
    lh_param(t, "W", 3, 2, LH_HE);
    expect(c, LH_ESHAPE, "[2 x 3] in the store, not [3 x 2]");

    c = quiet(&t);
    X = lh_input(t, "X", LH_ROWS, 2);
    lh_tape_reset(t);
    lh_relu(X);
    expect(c, LH_ESTALE, "lh_tape_reset");

    c = quiet(&t);
    X = lh_input(t, "X", LH_ROWS, 2);
    lh_let(A, lh_relu(X));
    lh_bind(X, x, 1);
    lh_forward(A);
    lh_relu(A);
    expect(c, LH_ESTATE, "sealed");

    c = quiet(&t);
    X = lh_input(t, "X", LH_ROWS, 2);
    other = lh_tape_new(lh_params_new(c, LH_F32));
    lh_add(X, lh_input(other, "Y", LH_ROWS, 2));
    expect(c, LH_ESTATE, "different tapes");

    c = quiet(&t);
    lh_forward(lh_relu(lh_input(t, "X", LH_ROWS, 2)));
    expect(c, LH_ESTATE, "'X' is not bound");

    c = quiet(&t);
    X = lh_input(t, "X", LH_ROWS, 2);
    lh_bind(X, x, 1);
    A = lh_relu(X);
    lh_forward(A);
    lh_backward(A);
    expect(c, LH_ESHAPE, "no scalar");
}

/* micrograd's way: record anew each step, in constant memory. */
static void define_by_run(void)
{
    lh_ctx *c = open_with_threads(1);
    lh_params *p = lh_params_new(c, LH_F64);
    lh_tape *t = lh_tape_new(p);
    double x[8] = {1, -2, 3, -4, 5, -6, 7, -8}, y[4] = {0, 1, 1, 0}, first = 0, last = 0;
    size_t blocks = 0;

    for (int step = 0; step < 200; step++) {
        lh_tape_reset(t);
        lh_var X = lh_input(t, "X", LH_ROWS, 2), Y = lh_input(t, "y", LH_ROWS, 1);
        lh_var W = lh_param(t, "W", 2, 1, LH_HE);
        lh_var Z = lh_matmul(step % 3 ? X : lh_relu(X), W); /* the graph changes */
        lh_let(L, lh_bce_logits(Z, Y));

        lh_bind(X, x, 4);
        lh_bind(Y, y, 4);
        CHECK(lh_forward(L) == LH_OK && lh_backward(L) == LH_OK, "%s", lh_message(c));
        for (size_t e = 0; e < 2; e++)
            ((double *)p->value)[e] -= 0.1 * lh_at(lh_grad(W), e, 0);
        last = lh_at(lh_value(L), 0, 0);
        first = step == 1 ? last : first;
        blocks = step == 5 ? c->block_count : blocks;
    }
    CHECK(blocks > 0 && c->block_count <= blocks, "%zu blocks became %zu", blocks, c->block_count);
    CHECK(last < first, "the loss went from %g to %g", first, last);
    CHECK(lh_close(c) == 0, "closed");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"gradients of awkward graphs are the same bits on any team", threads_and_graphs},
        {"the gradient of a batch is the sum of those of its parts", split_of_the_batch},
        {"nothing depends on the order of recording", order_of_recording},
        {"a listing can be read back, a wrong one is refused", listing_read_back},
        {"each mistake in recording has its own message", recording_errors},
        {"a tape can be recorded anew at every step", define_by_run},
        {0}};

    return check_main(argc, argv, "tape", tests);
}
