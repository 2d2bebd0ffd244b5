/* peer.h -- a library to compare with, as peer.c asks it. */
/* SPDX-License-Identifier: MIT */
#ifndef PEER_H
#define PEER_H

#include <stddef.h>

/* C := beta C + alpha op(A) op(B), row by row; a transposed operand is stored as it is
 * before it is transposed. */
typedef void peer_gemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                       const float *a, int lda, const float *b, int ldb, float beta, float *c,
                       int ldc);
/* y := alpha op(A) x + beta y with A [m x n]. */
typedef void peer_gemv(int transpose, int m, int n, float alpha, const float *a, const float *x,
                       float beta, float *y);

/* Sizes of a step, and how often it is done on how many threads. */
typedef struct peer_step {
    size_t size[4], batch;
    int threads;
    long reps;
} peer_step;

/* What a library offers; NULL where it has no such thing. */
typedef struct peer_library {
    char version[160];
    peer_gemm *gemm;
    peer_gemv *gemv;
    /* The product that is measured, where it is not gemm's: 0, or -1 with the reason. */
    int (*product)(size_t m, size_t n, size_t k, const float *a, const float *b, float *c,
                   const char **reason);
    /* A step of its own kind, whose loss is another: seconds, or -1 with the reason. */
    double (*step)(const peer_step *s, const char **reason);
    void (*threads)(int n);
} peer_library;

/* Each opens a library: 0, or -1 with the reason. */
int peer_openblas(peer_library *l, const char **reason);
int peer_blis(peer_library *l, const char **reason);
int peer_onednn(peer_library *l, const char **reason);
int peer_libxsmm(peer_library *l, const char **reason);
int peer_fann(peer_library *l, const char **reason);

/* Opens the first of some shared libraries (the list ends with NULL), NULL: none is there. */
void *peer_open(const char *const *names);
/* Sets a pointer to a function of it (the address of the pointer); 0 when it has none. */
int peer_find(void *library, const char *name, void *function);

double peer_clock(void);

/* step.c: a step by a library's products, written by hand.  The seconds of all
 * repetitions and the loss of the first one; -1: no memory. */
double peer_hand_step(const peer_library *l, const peer_step *s, double *loss);

#endif
