/* letters.c -- 26 classes by softmax, and a curve by squares, in loops of one's own. */
/* SPDX-License-Identifier: MIT */
#include <longhand.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLASSES = 26, PIXELS = 35, BATCH = 64, PARAMS = 4, MOST = 4096 };

/* A to Z on 5 x 7 points, a row of points in five bits. */
static const unsigned char glyph[CLASSES][7] = {
    {14, 17, 17, 31, 17, 17, 17}, {30, 17, 17, 30, 17, 17, 30}, {14, 17, 16, 16, 16, 17, 14},
    {30, 17, 17, 17, 17, 17, 30}, {31, 16, 16, 30, 16, 16, 31}, {31, 16, 16, 30, 16, 16, 16},
    {14, 17, 16, 23, 17, 17, 14}, {17, 17, 17, 31, 17, 17, 17}, {14, 4, 4, 4, 4, 4, 14},
    {7, 2, 2, 2, 2, 18, 12},      {17, 18, 20, 24, 20, 18, 17}, {16, 16, 16, 16, 16, 16, 31},
    {17, 27, 21, 21, 17, 17, 17}, {17, 25, 21, 19, 17, 17, 17}, {14, 17, 17, 17, 17, 17, 14},
    {30, 17, 17, 30, 16, 16, 16}, {14, 17, 17, 17, 21, 18, 13}, {30, 17, 17, 30, 20, 18, 17},
    {15, 16, 16, 14, 1, 1, 30},   {31, 4, 4, 4, 4, 4, 4},       {17, 17, 17, 17, 17, 17, 14},
    {17, 17, 17, 17, 17, 10, 4},  {17, 17, 17, 21, 21, 27, 17}, {17, 17, 10, 4, 10, 17, 17},
    {17, 17, 10, 4, 4, 4, 4},     {31, 1, 2, 4, 8, 16, 31}};

/* The next number of a sequence, in [0, 1). */
static double next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

/* Letters with noise on every point: sums of three numbers are round enough. */
static void draw_letters(float x[BATCH][PIXELS], float y[BATCH], double noise, uint64_t *state)
{
    for (size_t i = 0; i < BATCH; i++) {
        const size_t letter = (size_t)(next(state) * CLASSES);

        for (size_t p = 0; p < PIXELS; p++) {
            const int on = glyph[letter][p / 5] >> (4 - p % 5) & 1;

            x[i][p] = (float)(on - 0.5 + noise * (next(state) + next(state) + next(state) - 1.5));
        }
        y[i] = (float)letter;
    }
}

/* Points of a curve. */
static void draw_curve(float x[BATCH][1], float y[BATCH], uint64_t *state)
{
    for (size_t i = 0; i < BATCH; i++) {
        x[i][0] = (float)(4 * next(state) - 2);
        y[i] = x[i][0] * x[i][0] * x[i][0] / 4 - x[i][0];
    }
}

/* theta := theta - alpha dL/dtheta, for each parameter of the network. */
static void descend(const lh_var *theta, double alpha)
{
    static double to[MOST];

    for (int k = 0; k < PARAMS; k++) {
        const lh_array value = lh_value(theta[k]), slope = lh_grad(theta[k]);

        for (size_t i = 0; i < value.rows * value.cols && i < MOST; i++)
            to[i] = lh_at(value, i / value.cols, i % value.cols) -
                    alpha * lh_at(slope, i / value.cols, i % value.cols);
        lh_set(theta[k], to);
    }
}

typedef struct net {
    lh_var X, y, Z, L, theta[PARAMS];
} net;

/* Two layers, tanh between them; the loss is the caller's. */
static net layers(lh_ctx *c, lh_tape **t, ptrdiff_t n, ptrdiff_t h, ptrdiff_t k)
{
    net a;

    *t = lh_tape_new(lh_params_new(c, LH_F32));
    a.X = lh_input(*t, "X", LH_ROWS, n);
    a.y = lh_input(*t, "y", LH_ROWS, 1);
    a.theta[0] = lh_param(*t, "W1", n, h, LH_GLOROT);
    a.theta[1] = lh_param(*t, "b1", 1, h, LH_ZEROS);
    a.theta[2] = lh_param(*t, "W2", h, k, LH_GLOROT);
    a.theta[3] = lh_param(*t, "b2", 1, k, LH_ZEROS);
    lh_line(*t, "A1 = tanh(X W1 + b1)");
    a.Z = lh_line(*t, "Z2 = A1 W2 + b2");
    return a;
}

/* The part of a batch whose largest output is the letter. */
static double right(lh_array z, const float y[BATCH])
{
    size_t good = 0;

    for (size_t i = 0; i < z.rows; i++) {
        size_t best = 0;

        for (size_t j = 1; j < z.cols; j++)
            if (lh_at(z, i, j) > lh_at(z, i, best))
                best = j;
        good += best == (size_t)y[i];
    }
    return (double)good / BATCH;
}

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "26 classes by softmax, and a curve by squares");
    lh_opt_example(c, "letters --noise=0.8", "letters that are hard to read");
    lh_opt_example(c, "letters --check", "the gradients, checked, and no training");
    const double alpha = lh_opt_real(c, "rate", 0.5, "step of theta := theta - alpha dL/dtheta");
    const double noise = lh_opt_real(c, "noise", 0.4, "how far points of a letter may be off");
    const long steps = lh_opt_int(c, "steps", 2000, "batches of 64");
    static float x[BATCH][PIXELS], u[BATCH][1], y[BATCH], v[BATCH];
    uint64_t state = 1;
    lh_tape *t;
    net a, b;

    a = layers(c, &t, PIXELS, 32, CLASSES);
    a.L = lh_label(lh_softmax_ce_classes(a.Z, a.y), "L", __FILE__, __LINE__);
    b = layers(c, &t, 1, 16, 1);
    b.L = lh_line(t, "L = (1/m) sum((Z2 - y)^2)");

    for (long i = 0; i < steps && lh_error(c) == LH_OK; i++) {
        draw_letters(x, y, noise, &state);
        draw_curve(u, v, &state);
        lh_bind(a.X, &x[0][0], BATCH), lh_bind(a.y, y, BATCH);
        lh_bind(b.X, &u[0][0], BATCH), lh_bind(b.y, v, BATCH);
        if (i == 0) {
            lh_verify(a.L, NULL, 0); /* every gradient, or stop here */
            lh_verify(b.L, NULL, 0);
        }
        if (lh_forward(a.L) != LH_OK || lh_backward(a.L) != LH_OK ||
            lh_forward(b.L) != LH_OK || lh_backward(b.L) != LH_OK)
            break;
        descend(a.theta, alpha);
        descend(b.theta, alpha / 5);
    }
    if (lh_error(c) == LH_OK) {
        draw_letters(x, y, noise, &state);
        draw_curve(u, v, &state);
        lh_forward(a.L), lh_forward(b.L);
        printf("letters: %.4f of 64 new ones are read, loss %.4f\n", right(lh_value(a.Z), y),
               lh_at(lh_value(a.L), 0, 0));
        printf("curve: mean of (Z2 - y)^2 over 64 new points %.5f\n", lh_at(lh_value(b.L), 0, 0));
    }
    return lh_close(c);
}
