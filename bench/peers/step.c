/* step.c -- a training step written by hand over a library's products.
 *
 * Two ReLU layers and logits, cross-entropy, gradient descent.  What there is to save is
 * saved: buffers are kept, bias and ReLU are one pass, and the descent of the weights is
 * the beta of the product that makes their gradient. */
/* SPDX-License-Identifier: MIT */
#include "bench/peers/peer.h"

#include "framework/bench/operands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The passes over elements get the machine's vectors, as the products have them. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && defined(__has_attribute)
#if __has_attribute(target_clones) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef VECTORS
#define VECTORS
#endif

static const float rate = (float)LHI_OPERAND_RATE;

static struct network {
    size_t size[4], batch;
    float *w[3], *first[3], *bias[3]; /* of layer l: size[l] x size[l+1] */
    float *a[4];                      /* of layer l: batch x size[l]; a[3] are the logits */
    float *d[3];                      /* dL/dZ of layer l + 1 */
    float *y, *sum;
    char *block;
} net;

/* Walks over all arrays: without a block it only measures. */
static size_t lay_out(struct network *n, char *block)
{
    size_t used = 0;
    float **place;

#define PLACE(at, count)                                       \
    do {                                                       \
        place = &(at);                                         \
        if (block)                                             \
            *place = (float *)(void *)(block + used);          \
        used += ((count) * sizeof(float) + 63) / 64 * 64;      \
    } while (0)

    for (int l = 0; l < 3; l++) {
        PLACE(n->w[l], n->size[l] * n->size[l + 1]);
        PLACE(n->first[l], n->size[l] * n->size[l + 1]);
        PLACE(n->bias[l], n->size[l + 1]);
        PLACE(n->d[l], n->batch * n->size[l + 1]);
    }
    for (int l = 0; l < 4; l++)
        PLACE(n->a[l], n->batch * n->size[l]);
    PLACE(n->y, n->batch * n->size[3]);
    PLACE(n->sum, n->size[1] > n->size[2] ? n->size[1] : n->size[2]);
#undef PLACE
    return used;
}

static int make(const peer_step *s)
{
    if (net.block && memcmp(net.size, s->size, sizeof net.size) == 0 && net.batch == s->batch)
        return 0;
    free(net.block);
    memcpy(net.size, s->size, sizeof net.size);
    net.batch = s->batch;
    net.block = aligned_alloc(64, lay_out(&net, NULL));
    if (!net.block)
        return -1;
    lay_out(&net, net.block);
    for (unsigned l = 0; l < 3; l++)
        lhi_operands(LHI_OPERAND_W + l, net.size[l] * net.size[l + 1],
                     (float)sqrt(6.0 / (double)net.size[l]), net.first[l]);
    lhi_operands(LHI_OPERAND_X, net.batch * net.size[0], 1, net.a[0]);
    lhi_operand_labels(net.batch * net.size[3], net.y);
    return 0;
}

static void reset(void)
{
    for (int l = 0; l < 3; l++) {
        memcpy(net.w[l], net.first[l], net.size[l] * net.size[l + 1] * sizeof(float));
        memset(net.bias[l], 0, net.size[l + 1] * sizeof(float));
    }
}

VECTORS static void add_bias_relu(size_t m, size_t n, const float *restrict b, float *restrict z)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const float x = z[i * n + j] + b[j];

            z[i * n + j] = x > 0 ? x : 0;
        }
}

VECTORS static void mask(size_t n, const float *restrict a, float *restrict d)
{
    for (size_t i = 0; i < n; i++)
        d[i] = a[i] > 0 ? d[i] : 0;
}

/* d = dz w^T where the layer above has one unit, and the mask in the same pass. */
VECTORS static void outer_mask(size_t m, size_t n, const float *restrict dz,
                               const float *restrict w, const float *restrict a,
                               float *restrict d)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            d[i * n + j] = a[i * n + j] > 0 ? dz[i] * w[j] : 0;
}

/* b -= rate * the sum of the rows of d. */
VECTORS static void descend_bias(size_t m, size_t n, const float *restrict d,
                                 float *restrict sum, float *restrict b)
{
    memset(sum, 0, n * sizeof *sum);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            sum[j] += d[i * n + j];
    for (size_t j = 0; j < n; j++)
        b[j] -= rate * sum[j];
}

/* Logits to loss and dL/dZ. */
static double cross_entropy(size_t m, size_t n, const float *b, float *z, const float *y, float *d)
{
    double loss = 0;

    for (size_t i = 0; i < m * n; i++) {
        const float x = z[i] + b[i % n], e = expf(-fabsf(x));

        loss += (double)((x > 0 ? x : 0) - x * y[i] + log1pf(e));
        d[i] = ((x >= 0 ? 1 : e) / (1 + e) - y[i]) / (float)m;
    }
    return loss / (double)m;
}

/* C := op(A) op(B) where B may have one column. */
static void product(const peer_library *l, int transpose_a, size_t m, size_t n, size_t k,
                    float alpha, const float *a, const float *b, float beta, float *c)
{
    const int rows = (int)m, cols = (int)n, depth = (int)k;

    if (n == 1 && l->gemv)
        l->gemv(transpose_a, transpose_a ? depth : rows, transpose_a ? rows : depth, alpha, a, b,
                beta, c);
    else
        l->gemm(transpose_a, 0, rows, cols, depth, alpha, a, transpose_a ? rows : depth, b, cols,
                beta, c, cols);
}

static double one_step(const peer_library *l)
{
    const size_t m = net.batch, *s = net.size;
    double loss;

    for (int k = 0; k < 3; k++) {
        product(l, 0, m, s[k + 1], s[k], 1, net.a[k], net.w[k], 0, net.a[k + 1]);
        if (k < 2)
            add_bias_relu(m, s[k + 1], net.bias[k], net.a[k + 1]);
    }
    loss = cross_entropy(m, s[3], net.bias[2], net.a[3], net.y, net.d[2]);
    for (int k = 2; k >= 0; k--) {
        if (k > 0 && s[k + 1] == 1)
            outer_mask(m, s[k], net.d[k], net.w[k], net.a[k], net.d[k - 1]);
        else if (k > 0) {
            l->gemm(0, 1, (int)m, (int)s[k], (int)s[k + 1], 1, net.d[k], (int)s[k + 1], net.w[k],
                    (int)s[k + 1], 0, net.d[k - 1], (int)s[k]);
            mask(m * s[k], net.a[k], net.d[k - 1]);
        }
        product(l, 1, s[k], s[k + 1], m, -rate, net.a[k], net.d[k], 1, net.w[k]);
        descend_bias(m, s[k + 1], net.d[k], net.sum, net.bias[k]);
    }
    return loss;
}

double peer_hand_step(const peer_library *l, const peer_step *s, double *loss)
{
    double began;

    if (make(s) != 0)
        return -1;
    reset();
    one_step(l);
    began = peer_clock();
    for (long i = 0; i < s->reps; i++) {
        const double now = one_step(l);

        *loss = i == 0 ? now : *loss;
    }
    return peer_clock() - began;
}
