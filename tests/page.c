/* page.c -- the whole page worked by hand in plain C, in its order, with no framework. */
/* SPDX-License-Identifier: MIT */
#include "tests/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

page *page_new(size_t m, size_t n, size_t h1, size_t h2)
{
    page *p = calloc(1, sizeof *p);
    const struct { page_real **at; size_t cells; } all[] = {
        {&p->X, m * n}, {&p->y, m}, {&p->W1, n * h1}, {&p->b1, h1}, {&p->W2, h1 * h2},
        {&p->b2, h2}, {&p->W3, h2}, {&p->b3, 1}, {&p->Z1, m * h1}, {&p->A1, m * h1},
        {&p->Z2, m * h2}, {&p->A2, m * h2}, {&p->Z3, m}, {&p->yhat, m}, {&p->dyhat, m},
        {&p->dZ3, m}, {&p->dW3, h2}, {&p->db3, 1}, {&p->dA2, m * h2}, {&p->dZ2, m * h2},
        {&p->dW2, h1 * h2}, {&p->db2, h2}, {&p->dA1, m * h1}, {&p->dZ1, m * h1},
        {&p->dW1, n * h1}, {&p->db1, h1}};

    p->m = m, p->n = n, p->h1 = h1, p->h2 = h2;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i].at = calloc(all[i].cells + 1, sizeof(page_real));
    return p;
}

void page_free(page *p)
{
    page_real *const all[] = {p->X, p->y, p->W1, p->b1, p->W2, p->b2, p->W3, p->b3, p->Z1,
                              p->A1, p->Z2, p->A2, p->Z3, p->yhat, p->dyhat, p->dZ3, p->dW3,
                              p->db3, p->dA2, p->dZ2, p->dW2, p->db2, p->dA1, p->dZ1, p->dW1,
                              p->db1};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    free(p);
}

static page_real sigma(page_real x)
{
    return 1 / (1 + expl(-x)); /* NOTES 9 */
}

/* What lines 12 to 21 add up starts from nothing. */
static void clear(page *p)
{
    memset(p->dW3, 0, p->h2 * sizeof *p->dW3);
    memset(p->db3, 0, sizeof *p->db3);
    memset(p->dW2, 0, p->h1 * p->h2 * sizeof *p->dW2);
    memset(p->db2, 0, p->h2 * sizeof *p->db2);
    memset(p->dA1, 0, p->m * p->h1 * sizeof *p->dA1);
    memset(p->dW1, 0, p->n * p->h1 * sizeof *p->dW1);
    memset(p->db1, 0, p->h1 * sizeof *p->db1);
}

void page_work(page *p)
{
    const size_t m = p->m, n = p->n, h1 = p->h1, h2 = p->h2;
    page_real sum = 0;

    clear(p);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < h1; j++) { /* NOTES 1: Z1 = X.W1 + b1 */
            p->Z1[i * h1 + j] = p->b1[j];
            for (size_t k = 0; k < n; k++)
                p->Z1[i * h1 + j] += p->X[i * n + k] * p->W1[k * h1 + j];
        }
        for (size_t j = 0; j < h1; j++) /* NOTES 2: A1 = g1(Z1) */
            p->A1[i * h1 + j] = p->Z1[i * h1 + j] > 0 ? p->Z1[i * h1 + j] : 0;
        for (size_t j = 0; j < h2; j++) { /* NOTES 3: Z2 = A1.W2 + b2 */
            p->Z2[i * h2 + j] = p->b2[j];
            for (size_t k = 0; k < h1; k++)
                p->Z2[i * h2 + j] += p->A1[i * h1 + k] * p->W2[k * h2 + j];
        }
        for (size_t j = 0; j < h2; j++) /* NOTES 4: A2 = g2(Z2) */
            p->A2[i * h2 + j] = p->Z2[i * h2 + j] > 0 ? p->Z2[i * h2 + j] : 0;
        p->Z3[i] = p->b3[0]; /* NOTES 5: Z3 = A2.W3 + b3 */
        for (size_t k = 0; k < h2; k++)
            p->Z3[i] += p->A2[i * h2 + k] * p->W3[k];
        p->yhat[i] = sigma(p->Z3[i]); /* NOTES 6 */
        /* NOTES 7 */
        sum += p->y[i] * logl(p->yhat[i]) + (1 - p->y[i]) * logl(1 - p->yhat[i]);
    }
    p->L = -sum / (page_real)m;

    for (size_t i = 0; i < m; i++) {
        const page_real y = p->y[i], yhat = p->yhat[i], e = expl(-p->Z3[i]);
        const page_real slope = e / ((1 + e) * (1 + e)); /* NOTES 10, before it is simplified */

        p->dyhat[i] = (-y / yhat + (1 - y) / (1 - yhat)) / (page_real)m; /* NOTES 8 */
        p->dZ3[i] = p->dyhat[i] * slope; /* NOTES 11, before it collapses to (yhat - y)/m */
    }
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < h2; k++) {
            p->dW3[k] += p->A2[i * h2 + k] * p->dZ3[i];     /* NOTES 12: A2^T.dZ3 */
            p->dA2[i * h2 + k] = p->dZ3[i] * p->W3[k];      /* NOTES 14: dZ3.W3^T */
            p->dZ2[i * h2 + k] =                            /* NOTES 15: dA2 * g2'(Z2) */
                p->Z2[i * h2 + k] > 0 ? p->dA2[i * h2 + k] : 0;
        }
        p->db3[0] += p->dZ3[i]; /* NOTES 13 */
    }
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < h1; k++) {
            for (size_t j = 0; j < h2; j++) {
                /* NOTES 16: A1^T.dZ2 */
                p->dW2[k * h2 + j] += p->A1[i * h1 + k] * p->dZ2[i * h2 + j];
                /* NOTES 18: dZ2.W2^T */
                p->dA1[i * h1 + k] += p->dZ2[i * h2 + j] * p->W2[k * h2 + j];
            }
            p->dZ1[i * h1 + k] = /* NOTES 19: dA1 * g1'(Z1) */
                p->Z1[i * h1 + k] > 0 ? p->dA1[i * h1 + k] : 0;
        }
        for (size_t j = 0; j < h2; j++)
            p->db2[j] += p->dZ2[i * h2 + j]; /* NOTES 17 */
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < h1; j++) {
            for (size_t k = 0; k < n; k++) /* NOTES 20: X^T.dZ1 */
                p->dW1[k * h1 + j] += p->X[i * n + k] * p->dZ1[i * h1 + j];
            p->db1[j] += p->dZ1[i * h1 + j]; /* NOTES 21 */
        }
}

static void descend(page_real *theta, const page_real *gradient, size_t count, page_real alpha)
{
    for (size_t i = 0; i < count; i++)
        theta[i] -= alpha * gradient[i];
}

void page_update(page *p, page_real alpha) /* NOTES 22 */
{
    descend(p->W1, p->dW1, p->n * p->h1, alpha);
    descend(p->b1, p->db1, p->h1, alpha);
    descend(p->W2, p->dW2, p->h1 * p->h2, alpha);
    descend(p->b2, p->db2, p->h2, alpha);
    descend(p->W3, p->dW3, p->h2, alpha);
    descend(p->b3, p->db3, 1, alpha);
}

void page_sizes(page *s, const page *of)
{
    const size_t m = s->m, n = s->n, h1 = s->h1, h2 = s->h2;
    const struct { page_real *to; const page_real *from; size_t cells; } given[] = {
        {s->X, of->X, m * n}, {s->W1, of->W1, n * h1}, {s->b1, of->b1, h1},
        {s->W2, of->W2, h1 * h2}, {s->b2, of->b2, h2}, {s->W3, of->W3, h2}, {s->b3, of->b3, 1}};

    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        for (size_t e = 0; e < given[i].cells; e++)
            given[i].to[e] = fabsl(given[i].from[e]);
    for (size_t i = 0; i < m; i++) {
        page_real slope = of->yhat[i] * (1 - of->yhat[i]);

        for (size_t j = 0; j < h1; j++) {
            s->Z1[i * h1 + j] = s->b1[j];
            for (size_t k = 0; k < n; k++)
                s->Z1[i * h1 + j] += s->X[i * n + k] * s->W1[k * h1 + j];
            s->A1[i * h1 + j] = of->Z1[i * h1 + j] > 0 ? s->Z1[i * h1 + j] : 0;
        }
        s->Z3[i] = s->b3[0];
        for (size_t j = 0; j < h2; j++) {
            s->Z2[i * h2 + j] = s->b2[j];
            for (size_t k = 0; k < h1; k++)
                s->Z2[i * h2 + j] += s->A1[i * h1 + k] * s->W2[k * h2 + j];
            s->A2[i * h2 + j] = of->Z2[i * h2 + j] > 0 ? s->Z2[i * h2 + j] : 0;
            s->Z3[i] += s->A2[i * h2 + j] * s->W3[j];
        }
        /* An error of Z3 reaches yhat by the slope, and yhat rounds by itself; near 0 and 1
         * the literal form divides what is left of it by yhat or 1 - yhat. */
        s->yhat[i] = s->Z3[i] * slope + of->yhat[i];
        s->dyhat[i] = fabsl(of->dyhat[i]) *
                      (2 + s->yhat[i] / (of->y[i] > 0 ? of->yhat[i] : 1 - of->yhat[i]));
        s->dZ3[i] = (s->yhat[i] + of->y[i]) / (page_real)m + s->dyhat[i] * slope;
        s->L += (s->Z3[i] + fabsl(logl(slope))) / (page_real)m;
        s->db3[0] += s->dZ3[i];
        for (size_t j = 0; j < h2; j++) {
            s->dW3[j] += s->A2[i * h2 + j] * s->dZ3[i];
            s->dA2[i * h2 + j] = s->dZ3[i] * s->W3[j];
            s->dZ2[i * h2 + j] = of->Z2[i * h2 + j] > 0 ? s->dA2[i * h2 + j] : 0;
            s->db2[j] += s->dZ2[i * h2 + j];
        }
        for (size_t j = 0; j < h1; j++) {
            for (size_t k = 0; k < h2; k++) {
                s->dW2[j * h2 + k] += s->A1[i * h1 + j] * s->dZ2[i * h2 + k];
                s->dA1[i * h1 + j] += s->dZ2[i * h2 + k] * s->W2[j * h2 + k];
            }
            s->dZ1[i * h1 + j] = of->Z1[i * h1 + j] > 0 ? s->dA1[i * h1 + j] : 0;
            s->db1[j] += s->dZ1[i * h1 + j];
            for (size_t k = 0; k < n; k++)
                s->dW1[k * h1 + j] += s->X[i * n + k] * s->dZ1[i * h1 + j];
        }
    }
}
