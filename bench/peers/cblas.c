/* cblas.c -- OpenBLAS and BLIS through the C interface of the BLAS. */
/* SPDX-License-Identifier: MIT */
#include "bench/peers/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Declared here, so that no -dev package is needed. */
enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

static void (*cblas_sgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k,
                           float alpha, const float *a, int lda, const float *b, int ldb,
                           float beta, float *c, int ldc);
static void (*cblas_sgemv)(int order, int transpose, int m, int n, float alpha, const float *a,
                           int lda, const float *x, int step_x, float beta, float *y, int step_y);
static void (*set_threads)(int n);
static void (*set_threads_long)(long n);

static void gemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    cblas_sgemm(ROW_MAJOR, transpose_a ? TRANSPOSED : PLAIN, transpose_b ? TRANSPOSED : PLAIN, m,
                n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

static void gemv(int transpose, int m, int n, float alpha, const float *a, const float *x,
                 float beta, float *y)
{
    cblas_sgemv(ROW_MAJOR, transpose ? TRANSPOSED : PLAIN, m, n, alpha, a, n, x, 1, beta, y, 1);
}

static void threads(int n)
{
    if (set_threads)
        set_threads(n);
    else if (set_threads_long)
        set_threads_long(n);
}

static int find_cblas(void *library, peer_library *l)
{
    l->gemm = gemm;
    l->gemv = gemv;
    l->threads = threads;
    return library && peer_find(library, "cblas_sgemm", &cblas_sgemm) &&
           peer_find(library, "cblas_sgemv", &cblas_sgemv);
}

int peer_openblas(peer_library *l, const char **reason)
{
    static const char *const names[] = {"libopenblas.so.0", "libopenblas.so", NULL};
    void *library = peer_open(names);
    char *(*core)(void);
    char *(*config)(void);
    char version[64] = "";

    if (!find_cblas(library, l)) {
        *reason = "libopenblas is not installed (apt install libopenblas0-pthread)";
        return -1;
    }
    peer_find(library, "openblas_set_num_threads", &set_threads);
    if (peer_find(library, "openblas_get_config", &config))
        sscanf(config(), "OpenBLAS %63s", version); /* "OpenBLAS 0.3.21 NO_LAPACKE ..." */
    snprintf(l->version, sizeof l->version, "%s %.80s", version,
             peer_find(library, "openblas_get_corename", &core) ? core() : "");
    return 0;
}

int peer_blis(peer_library *l, const char **reason)
{
    static const char *const names[] = {"libblis.so.4", "libblis.so.3", "libblis.so", NULL};
    void *library = peer_open(names);
    const char *(*version)(void);
    const char *(*name)(int id);
    int (*arch)(void);
    int (*init)(void);

    if (!find_cblas(library, l)) {
        *reason = "libblis is not installed (apt install libblis4-openmp)";
        return -1;
    }
    /* Asked for its core before it has begun, it takes a BLIS_ARCH_TYPE for a mistake and
     * aborts. */
    if (peer_find(library, "bli_init", &init))
        init();
    peer_find(library, "bli_thread_set_num_threads", &set_threads_long);
    snprintf(l->version, sizeof l->version, "%.60s %.60s",
             peer_find(library, "bli_info_get_version_str", &version) ? version() : "",
             peer_find(library, "bli_arch_query_id", &arch) &&
                     peer_find(library, "bli_arch_string", &name)
                 ? name(arch()) : "");
    return 0;
}
