/* test_classes.c -- what the ops are for: several classes, tied weights, a regression. */
/* SPDX-License-Identifier: MIT */
#include "framework/tape/tape.h"
#include "tests/check.h"
#include "tests/draw.h"

#include <longhand.h>

#include <math.h>
#include <string.h>

enum { ROWS = 130, FEATURES = 6, HIDDEN = 20, CLASSES = 26 };

static float x[ROWS * FEATURES], class[ROWS], one_hot[ROWS * CLASSES];

typedef struct net {
    lh_ctx *c;
    lh_tape *t;
    lh_var X, y, W1, b1, W2, b2, Z, L;
} net;

static void draw(void)
{
    uint64_t state = 5;

    memset(one_hot, 0, sizeof one_hot);
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < FEATURES; j++)
            x[i * FEATURES + j] = (float)draw_between(-1, 1, &state);
        class[i] = (float)(i % CLASSES);
        x[i * FEATURES] = (float)(i % CLASSES) / 13 - 1; /* the class shows in one of them */
        one_hot[i * CLASSES + i % CLASSES] = 1;
    }
}

static net open_net(int of_numbers)
{
    net k = {.c = lh_open(0, NULL, "test")};

    draw();
    k.t = lh_tape_new(lh_params_new(k.c, LH_F32));
    k.X = lh_input(k.t, "X", LH_ROWS, FEATURES);
    k.y = lh_input(k.t, "y", LH_ROWS, of_numbers ? 1 : CLASSES);
    k.W1 = lh_param(k.t, "W1", FEATURES, HIDDEN, LH_HE);
    k.b1 = lh_param(k.t, "b1", 1, HIDDEN, LH_ZEROS);
    k.W2 = lh_param(k.t, "W2", HIDDEN, CLASSES, LH_HE);
    k.b2 = lh_param(k.t, "b2", 1, CLASSES, LH_ZEROS);
    k.Z = lh_add(lh_matmul(lh_relu(lh_add(lh_matmul(k.X, k.W1), k.b1)), k.W2), k.b2);
    k.L = of_numbers ? lh_softmax_ce_classes(k.Z, k.y) : lh_softmax_ce(k.Z, k.y);
    lh_bind(k.X, x, ROWS);
    lh_bind(k.y, of_numbers ? class : one_hot, ROWS);
    return k;
}

/* Moves all parameters of a tape along their gradients; the loss before. */
static double step(lh_ctx *c, lh_var L, const lh_var *theta, int count, float rate)
{
    CHECK(lh_forward(L) == LH_OK && lh_backward(L) == LH_OK, "%s", lh_message(c));
    for (int k = 0; k < count; k++) {
        float *w = (float *)(uintptr_t)lh_value(theta[k]).at;
        const float *g = lh_grad(theta[k]).at;

        for (ptrdiff_t e = 0; e < lh_rows_of(theta[k]) * lh_cols_of(theta[k]); e++)
            w[e] -= rate * g[e];
    }
    return lh_at(lh_value(L), 0, 0);
}

/* Class numbers and one-hot rows are one loss, to the bit, and it is learned. */
static void classes(void)
{
    net a = open_net(1), b = open_net(0);
    const lh_var of_a[] = {a.W1, a.b1, a.W2, a.b2}, of_b[] = {b.W1, b.b1, b.W2, b.b2};
    double loss = 0, first = 0;

    CHECK(lh_verify(a.L, NULL, 0) == LH_OK, "%s", lh_message(a.c));
    CHECK(lh_verify(b.L, NULL, 0) == LH_OK, "%s", lh_message(b.c));
    for (int k = 0; k < 400; k++) {
        loss = step(a.c, a.L, of_a, 4, 1);
        CHECK(loss == step(b.c, b.L, of_b, 4, 1), "step %d", k);
        first = k == 0 ? loss : first;
    }
    CHECK(first > 3 && loss < first / 2, "from %g to %g", first, loss);
    for (int k = 0; k < 4; k++)
        CHECK(memcmp(lh_value(of_a[k]).at, lh_value(of_b[k]).at,
                     (size_t)(lh_rows_of(of_a[k]) * lh_cols_of(of_a[k])) * sizeof(float)) == 0,
              "parameter %d", k);
    CHECK(lh_close(a.c) == 0 && lh_close(b.c) == 0, "closing");
}

/* The prediction is the softmax of the logits: rows that add up to 1. */
static void prediction(void)
{
    net k = open_net(1);
    const lh_var yhat = lh_output(k.L);
    int right = 1;

    CHECK(lh_rows_of(yhat) == LH_ROWS && lh_cols_of(yhat) == CLASSES, "its shape");
    CHECK(lh_forward(yhat) == LH_OK, "%s", lh_message(k.c));
    for (int i = 0; i < ROWS; i++) {
        double sum = 0;

        for (int j = 0; j < CLASSES; j++)
            sum += lh_at(lh_value(yhat), (size_t)i, (size_t)j);
        right &= fabs(sum - 1) < 1e-5;
    }
    CHECK(right, "rows that do not add up to 1");
    lh_close(k.c);
}

/* A threshold of 1/2 is for one column: what has several is refused, with what to do. */
static void no_accuracy(void)
{
    net k = open_net(1);
    lh_data *d = lh_data_open(k.c, "wdbc");

    CHECK(isnan(lh_accuracy(lh_output(k.L), d)) && lh_error(k.c) == LH_ESHAPE &&
              strstr(lh_message(k.c), "[m x 26]") && strstr(lh_message(k.c), "classes"),
          "%s", lh_message(k.c));
    CHECK(isnan(lh_auc(lh_output(k.L), d)) && lh_error(k.c) == LH_ESHAPE, "%s", lh_message(k.c));
    lh_close(k.c);
}

/* What is no class makes the loss NaN, and reads nothing outside. */
static void no_class(void)
{
    static const float bad[] = {-1, 0.5f, CLASSES, 1e30f, NAN, INFINITY, -0.25f};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        net k = open_net(1);

        class[3] = bad[i];
        lh_forward(k.L);
        CHECK(isnan(lh_at(lh_value(k.L), 0, 0)), "class %g", (double)bad[i]);
        lh_clear(k.c);
        lh_close(k.c);
    }
}

/* X W W^T beside X: one W, used twice, once on its side. */
static void tied(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    const lh_var X = lh_input(t, "X", LH_ROWS, FEATURES);
    const lh_var W = lh_param(t, "W", FEATURES, 3, LH_HE);
    const lh_var L = lh_mse(lh_matmul(lh_matmul(X, W), lh_transpose(W)), X);
    double first, loss = 0;

    draw();
    lh_bind(X, x, ROWS);
    CHECK(lh_verify(L, NULL, 0) == LH_OK, "%s", lh_message(c));
    first = step(c, L, &W, 1, 0.05f);
    for (int k = 0; k < 300; k++)
        loss = step(c, L, &W, 1, 0.05f);
    CHECK(loss < 0.7 * first, "from %g to %g", first, loss);
    CHECK(lh_close(c) == 0, "closing");
}

/* A batch has no transpose, and says why. */
static void no_transpose(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    const lh_var X = lh_input(t, "X", LH_ROWS, FEATURES);

    lh_transpose(X);
    CHECK(lh_error(c) == LH_ESHAPE && strstr(lh_message(c), "no fixed number of rows"), "%s",
          lh_message(c));
    lh_clear(c);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"26 classes by numbers and by one-hot rows are one loss, and are learned", classes},
        {"the prediction of such a network is the softmax of its logits", prediction},
        {"accuracy and AUC of several classes are refused", no_accuracy},
        {"what is no class makes the loss NaN", no_class},
        {"weights may be tied: W and its transpose", tied},
        {"a batch has no transpose", no_transpose},
        {NULL, NULL}};

    return check_main(argc, argv, "classes", tests);
}
