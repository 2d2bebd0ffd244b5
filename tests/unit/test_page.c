/* test_page.c -- the tape in double against the page worked by hand, line by line. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/data/data.h"
#include "framework/tape/tape.h"
#include "tests/check.h"
#include "tests/page.h"

#include <longhand.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Units of roundoff, of the size that a number's terms have.  Measured: 3.4 at most over
 * all cases; a wrong line is off by 10^12 and more. */
static const double FEW = 8;

typedef struct network {
    lh_ctx *c;
    lh_tape *t;
    lh_var X, y, L, Lz;
    double *values; /* of X, then y */
} network;

static double draw(uint64_t seed, uint32_t stream, size_t i)
{
    return 2 * lhi_random_unit(seed, stream, 0, i) - 1;
}

static network record(size_t n, size_t h1, size_t h2)
{
    network k = {.c = lh_open(0, NULL, "test")};

    k.c->set.threads = 3; /* each works on a part: that it begins where it should is tested, too */
    k.t = lh_tape_new(lh_params_new(k.c, LH_F64));
    k.X = lh_input(k.t, "X", LH_ROWS, (ptrdiff_t)n);
    k.y = lh_input(k.t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(k.t, "W1", (ptrdiff_t)n, (ptrdiff_t)h1, LH_HE);
    lh_var b1 = lh_param(k.t, "b1", 1, (ptrdiff_t)h1, LH_GLOROT);
    lh_var W2 = lh_param(k.t, "W2", (ptrdiff_t)h1, (ptrdiff_t)h2, LH_HE);
    lh_var b2 = lh_param(k.t, "b2", 1, (ptrdiff_t)h2, LH_GLOROT);
    lh_var W3 = lh_param(k.t, "W3", (ptrdiff_t)h2, 1, LH_GLOROT);
    lh_var b3 = lh_param(k.t, "b3", 1, 1, LH_GLOROT);
    lh_let(Z1, lh_add(lh_matmul(k.X, W1), b1));
    lh_let(A1, lh_relu(Z1));
    lh_let(Z2, lh_add(lh_matmul(A1, W2), b2));
    lh_let(A2, lh_relu(Z2));
    lh_let(Z3, lh_add(lh_matmul(A2, W3), b3));
    lh_let(yhat, lh_sigmoid(Z3));
    lh_let(L, lh_bce(yhat, k.y));
    lh_let(Lz, lh_bce_logits(Z3, k.y));
    k.L = L;
    k.Lz = Lz;
    return k;
}

static void copy_param(const network *k, const char *name, page_real *to)
{
    const lh_array a = lh_value(lh_named(k->t, name));

    for (size_t e = 0; e < a.rows * a.cols; e++)
        to[e] = (page_real)((const double *)a.at)[e];
}

/* The page with the network's own parameters and m fresh rows. */
static page *page_of(network *k, size_t m, size_t n, size_t h1, size_t h2, uint64_t seed)
{
    page *p = page_new(m, n, h1, h2);

    free(k->values);
    k->values = calloc(m * n + m + 1, sizeof *k->values);
    for (size_t i = 0; i < m * n; i++)
        p->X[i] = k->values[i] = 2 * draw(seed, 1, i);
    for (size_t i = 0; i < m; i++)
        p->y[i] = k->values[m * n + i] = draw(seed, 2, i) > 0;
    copy_param(k, "W1", p->W1), copy_param(k, "b1", p->b1), copy_param(k, "W2", p->W2);
    copy_param(k, "b2", p->b2), copy_param(k, "W3", p->W3), copy_param(k, "b3", p->b3);
    lh_bind(k->X, k->values, m);
    lh_bind(k->y, k->values + m * n, m);
    page_work(p);
    return p;
}

static double worst; /* error in units of roundoff over all comparisons */

/* Element by element; `line` names the line of the page that makes the number. */
static void same(const char *line, lh_array tape, const page_real *hand, const page_real *size,
                 size_t cells)
{
    const double *x = tape.at;

    CHECK(x && tape.rows * tape.cols == cells, "%s has %zu elements, not %zu", line,
          tape.rows * tape.cols, cells);
    for (size_t e = 0; x && e < cells; e++) {
        const page_real unit = (size[e] + LDBL_MIN) * (DBL_EPSILON / 2);
        const double off = (double)(fabsl(x[e] - hand[e]) / unit);

        worst = off > worst ? off : worst;
        if (!(off <= FEW) || x[e] != x[e]) {
            CHECK(0, "%s, element %zu: tape %.17g, hand %.17Lg, %g units of roundoff", line, e,
                  x[e], hand[e], off);
            break; /* the next line is worth more than the next element */
        }
    }
    CHECK(cells > 0, "%s has nothing to compare", line);
}

#define VALUE(name)    lh_value(lh_named(k->t, name))
#define GRADIENT(name) lh_grad(lh_named(k->t, name))

static void forward_lines(const network *k, const page *p, const page *s)
{
    same("NOTES 1, Z1", VALUE("Z1"), p->Z1, s->Z1, p->m * p->h1);
    same("NOTES 2, A1", VALUE("A1"), p->A1, s->A1, p->m * p->h1);
    same("NOTES 3, Z2", VALUE("Z2"), p->Z2, s->Z2, p->m * p->h2);
    same("NOTES 4, A2", VALUE("A2"), p->A2, s->A2, p->m * p->h2);
    same("NOTES 5, Z3", VALUE("Z3"), p->Z3, s->Z3, p->m);
}

static void backward_lines(const network *k, const page *p, const page *s)
{
    same("NOTES 11, dZ3", GRADIENT("Z3"), p->dZ3, s->dZ3, p->m);
    same("NOTES 12, dW3", GRADIENT("W3"), p->dW3, s->dW3, p->h2);
    same("NOTES 13, db3", GRADIENT("b3"), p->db3, s->db3, 1);
    same("NOTES 14, dA2", GRADIENT("A2"), p->dA2, s->dA2, p->m * p->h2);
    same("NOTES 15, dZ2", GRADIENT("Z2"), p->dZ2, s->dZ2, p->m * p->h2);
    same("NOTES 16, dW2", GRADIENT("W2"), p->dW2, s->dW2, p->h1 * p->h2);
    same("NOTES 17, db2", GRADIENT("b2"), p->db2, s->db2, p->h2);
    same("NOTES 18, dA1", GRADIENT("A1"), p->dA1, s->dA1, p->m * p->h1);
    same("NOTES 19, dZ1", GRADIENT("Z1"), p->dZ1, s->dZ1, p->m * p->h1);
    same("NOTES 20, dW1", GRADIENT("W1"), p->dW1, s->dW1, p->n * p->h1);
    same("NOTES 21, db1", GRADIENT("b1"), p->db1, s->db1, p->h1);
}

static void all_lines(network *k, size_t m, size_t n, size_t h1, size_t h2, uint64_t seed)
{
    page *p = page_of(k, m, n, h1, h2, seed), *s = page_new(m, n, h1, h2);

    page_sizes(s, p);
    CHECK(lh_forward(k->L) == LH_OK && lh_backward(k->L) == LH_OK, "%s", lh_message(k->c));
    forward_lines(k, p, s);
    same("NOTES 6, 9, yhat", VALUE("yhat"), p->yhat, s->yhat, m);
    same("NOTES 7, L", VALUE("L"), &p->L, &s->L, 1);
    same("NOTES 8, dyhat", GRADIENT("yhat"), p->dyhat, s->dyhat, m);
    backward_lines(k, p, s);
    CHECK(lh_forward(k->Lz) == LH_OK && lh_backward(k->Lz) == LH_OK, "%s", lh_message(k->c));
    forward_lines(k, p, s);
    same("NOTES 7 on logits, Lz", VALUE("Lz"), &p->L, &s->L, 1);
    backward_lines(k, p, s);
    page_free(p);
    page_free(s);
}

/* 1 to 300, small ones as often as large ones. */
static size_t some_size(uint64_t seed, size_t i)
{
    return (size_t)(exp(lhi_random_unit(seed, 3, 0, i) * log(300.999)));
}

static void random_shapes(void)
{
    const long before = check_count();

    worst = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const size_t h1 = some_size(seed, 0), h2 = some_size(seed, 1), m = some_size(seed, 2);
        const size_t n = 1 + some_size(seed, 3) % 40;
        network k = record(n, h1, h2);

        all_lines(&k, m, n, h1, h2, seed);
        free(k.values);
        CHECK(lh_close(k.c) == 0, "case %d", (int)seed);
    }
    CHECK(check_count() - before >= 60 * 36, "only %ld checks were made", check_count() - before);
    printf("# at most %.2g units of roundoff\n", worst);
}

static void uneven_batches(void)
{
    static const size_t rows[] = {64, 64, 13, 1, 200, 37};
    network k = record(30, 16, 8);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        all_lines(&k, rows[i], 30, 16, 8, 100 + i);
    free(k.values);
    CHECK(lh_close(k.c) == 0, "closed");
}

/* NOTES 10: each step of the algebra is the same number; NOTES 11: the chain collapses. */
static void sigmoid_algebra(void)
{
    for (int i = -30; i <= 30; i++) {
        const page_real x = i / 4.0L, e = expl(-x), sigma = 1 / (1 + e);
        const page_real steps[] = {-(1 / ((1 + e) * (1 + e))) * -e, e / ((1 + e) * (1 + e)),
                                   sigma * (1 - sigma)};
        const double z = (double)x, ones[1] = {1};
        lh_ctx *c = lh_open(0, NULL, "test");
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
        lh_var Z = lh_want(lh_input(t, "Z", LH_ROWS, 1)), y = lh_input(t, "y", LH_ROWS, 1);
        lh_let(A, lh_sigmoid(Z));
        lh_let(L, lh_bce(A, y)); /* with y = 1 it is -log A, so that dA = -1/A */

        lh_bind(Z, &z, 1);
        lh_bind(y, ones, 1);
        CHECK(lh_forward(L) == LH_OK && lh_backward(L) == LH_OK, "%s", lh_message(c));
        for (int k = 0; k < 3; k++) {
            const double slope = lh_at(lh_grad(Z), 0, 0) / lh_at(lh_grad(A), 0, 0);

            CHECK(fabsl(slope - steps[k]) <= 4 * DBL_EPSILON * fabsl(steps[k]) / (1 - sigma),
                  "NOTES 10, step %d at %g: %.17g, %.17Lg", k, z, slope, steps[k]);
        }
        CHECK(fabsl(lh_at(lh_grad(Z), 0, 0) - (sigma - 1)) <= 4 * DBL_EPSILON,
              "NOTES 11 at %g: %.17g is not yhat - y = %.17Lg", z, lh_at(lh_grad(Z), 0, 0),
              sigma - 1);
        lh_close(c);
    }
}

/* One step of descent on all rows of the built-in data. */
static void update(void)
{
    const double alpha = 0.37;
    network k = record(30, 16, 8);
    lh_data *d = lh_data_open(k.c, "wdbc");
    const size_t m = lh_rows(d);
    page *p = page_of(&k, m, 30, 16, 8, 1), *s = page_new(m, 30, 16, 8);
    double *X = calloc(m * 30, sizeof *X), *y = calloc(m, sizeof *y);
    lh_run *r = lh_train(k.Lz, LH_SGD(alpha), d, 0, 1);

    lhi_data_gather_f64(d, NULL, 0, m, X, y);
    for (size_t i = 0; i < m * 30; i++)
        p->X[i] = X[i];
    for (size_t i = 0; i < m; i++)
        p->y[i] = y[i];
    page_work(p);
    page_sizes(s, p);
    page_update(s, -alpha); /* sizes add up */
    page_update(p, alpha);
    CHECK(lh_epoch(r) == 1, "%s", lh_message(k.c));
    same("NOTES 22, W1", lh_value(lh_named(k.t, "W1")), p->W1, s->W1, 30 * 16);
    same("NOTES 22, b1", lh_value(lh_named(k.t, "b1")), p->b1, s->b1, 16);
    same("NOTES 22, W2", lh_value(lh_named(k.t, "W2")), p->W2, s->W2, 16 * 8);
    same("NOTES 22, b2", lh_value(lh_named(k.t, "b2")), p->b2, s->b2, 8);
    same("NOTES 22, W3", lh_value(lh_named(k.t, "W3")), p->W3, s->W3, 8);
    same("NOTES 22, b3", lh_value(lh_named(k.t, "b3")), p->b3, s->b3, 1);
    free(X), free(y), free(k.values);
    page_free(p);
    page_free(s);
    CHECK(lh_close(k.c) == 0, "closed");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"every line of the page, for random shapes from 1 to 300", random_shapes},
        {"every line of the page, with batches of uneven length on one tape", uneven_batches},
        {"the slope of the sigmoid is each step of the page's algebra", sigmoid_algebra},
        {"the update is theta - alpha dL/dtheta", update},
        {0}};

    return check_main(argc, argv, "page", tests);
}
