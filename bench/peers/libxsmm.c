/* libxsmm.c -- libxsmm's products of small matrices, where it was found by configure. */
/* SPDX-License-Identifier: MIT */
#include "bench/peers/peer.h"

#ifdef PEER_LIBXSMM
#include <libxsmm.h>

#include <stdio.h>

enum { SMALL = 128 };

static void threads(int n)
{
    (void)n; /* a kernel of its own runs where it is called */
}

/* Its matrices lie column by column: C^T = B^T A^T.  The kernel of the last shape stays. */
static int product(size_t m, size_t n, size_t k, const float *a, const float *b, float *c,
                   const char **reason)
{
    static size_t last[3];
    static libxsmm_smmfunction kernel;

    if (m != last[0] || n != last[1] || k != last[2]) {
        const libxsmm_blasint ldb = (libxsmm_blasint)n, lda = (libxsmm_blasint)k, ldc = ldb;
        const float alpha = 1, beta = 0;

        if ((double)m * (double)n * (double)k > (double)SMALL * SMALL * SMALL) {
            *reason = "it is made for small products, (m n k)^(1/3) up to 128";
            return -1;
        }
        kernel = libxsmm_smmdispatch((libxsmm_blasint)n, (libxsmm_blasint)m, (libxsmm_blasint)k,
                                     &ldb, &lda, &ldc, &alpha, &beta, NULL, NULL);
        last[0] = m, last[1] = n, last[2] = k;
    }
    if (!kernel) {
        *reason = "it makes no kernel for this shape";
        return -1;
    }
    kernel(b, a, c);
    return 0;
}

int peer_libxsmm(peer_library *l, const char **reason)
{
    (void)reason;
    libxsmm_init();
    l->product = product;
    l->threads = threads;
    snprintf(l->version, sizeof l->version, "%s %.40s", LIBXSMM_VERSION,
             libxsmm_get_target_arch());
    return 0;
}
#else
int peer_libxsmm(peer_library *l, const char **reason)
{
    (void)l;
    *reason = "libxsmm was not there when this was built (apt install libxsmm-dev, configure)";
    return -1;
}
#endif
