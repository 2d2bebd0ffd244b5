/* fused.h -- a step of three layers written by hand, of the kernels that the tape calls. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FUSED_H
#define LHI_FUSED_H

#include <stddef.h>

/* Arrays are of the variant's element type, [batch x size] or as their parameters are. */
typedef struct lhi_net {
    size_t size[4], batch, shards; /* one output */
    const void *x, *y;
    void *w[3], *b[3];             /* parameters */
    void *dw[3], *db[3];
    void *a[3], *dz[3];            /* A1, A2, Z3 and the gradients of Z1, Z2, Z3 */
    void *terms;
    char *work;                    /* work_bytes for each thread */
    size_t work_bytes;
    double rate, loss;
} lhi_net;

/* The part of one thread of the team; and the bytes of scratch that it needs. */
typedef struct lhi_fused_kernel {
    void (*step)(lhi_net *f, int rank, int size);
    size_t (*work)(const lhi_net *f);
} lhi_fused_kernel;

#endif
