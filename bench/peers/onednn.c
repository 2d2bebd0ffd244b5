/* onednn.c -- oneDNN's matrix product. */
/* SPDX-License-Identifier: MIT */
#include "bench/peers/peer.h"

#include <stdint.h>
#include <stdio.h>

/* Declared here, so that no -dev package is needed. */
static int (*dnnl_sgemm)(char transpose_a, char transpose_b, int64_t m, int64_t n, int64_t k,
                         float alpha, const float *a, int64_t lda, const float *b, int64_t ldb,
                         float beta, float *c, int64_t ldc);
static void (*set_threads)(int n);

struct version {
    int major, minor, patch;
};

static void gemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb,
               beta, c, ldc);
}

static void threads(int n)
{
    if (set_threads)
        set_threads(n);
}

int peer_onednn(peer_library *l, const char **reason)
{
    static const char *const names[] = {"libdnnl.so.3", "libdnnl.so.2", "libdnnl.so", NULL};
    static const char *const openmp[] = {"libgomp.so.1", NULL};
    void *library = peer_open(names), *runtime = peer_open(openmp);
    const struct version *(*version)(void);

    if (!library || !peer_find(library, "dnnl_sgemm", &dnnl_sgemm)) {
        *reason = "libdnnl is not installed (apt install libdnnl2)";
        return -1;
    }
    l->gemm = gemm;
    l->threads = threads;
    if (runtime)
        peer_find(runtime, "omp_set_num_threads", &set_threads);
    if (peer_find(library, "dnnl_version", &version))
        snprintf(l->version, sizeof l->version, "%d.%d.%d", version()->major, version()->minor,
                 version()->patch);
    return 0;
}
