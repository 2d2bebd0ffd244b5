/* peer.c -- a library in a process of its own, asked by lines: `peer openblas`.
 *
 * It says "ready NAME VERSION" or "absent REASON" and then answers
 *   gemm M N K REPS                             SECONDS CHECKSUM
 *   step INPUTS H1 H2 OUT BATCH THREADS REPS    SECONDS LOSS  ("-": not comparable)
 * or "absent REASON", until `quit` or the end of its input. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "bench/peers/peer.h"

#include "framework/bench/operands.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *argument, *name;
    int (*open)(peer_library *l, const char **reason);
} libraries[] = {
    {"openblas", "OpenBLAS", peer_openblas}, {"blis", "BLIS", peer_blis},
    {"onednn", "oneDNN", peer_onednn},       {"libxsmm", "libxsmm", peer_libxsmm},
    {"fann", "FANN", peer_fann},
};
enum { LIBRARIES = sizeof libraries / sizeof *libraries, MOST = 1 << 16 };

void *peer_open(const char *const *names)
{
    void *library = NULL;

    for (; *names && !library; names++)
        library = dlopen(*names, RTLD_NOW | RTLD_GLOBAL);
    return library;
}

int peer_find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);

    memcpy(function, &found, sizeof found);
    return found != NULL;
}

double peer_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int multiply(const peer_library *l, size_t m, size_t n, size_t k, const float *a,
                    const float *b, float *c, const char **reason)
{
    const int rows = (int)m, cols = (int)n, depth = (int)k;

    if (l->product)
        return l->product(m, n, k, a, b, c, reason);
    if (n == 1 && l->gemv)
        l->gemv(0, rows, depth, 1, a, b, 0, c);
    else
        l->gemm(0, 0, rows, cols, depth, 1, a, depth, b, cols, 0, c, cols);
    return 0;
}

/* The operands of the last product stay, since the next one is often of the same shape. */
static void gemm(const peer_library *l, size_t m, size_t n, size_t k, long reps)
{
    static float *a, *b, *c;
    static size_t last[3];
    const char *reason = NULL;
    double began;

    if (!c || m != last[0] || n != last[1] || k != last[2]) {
        free(a);
        free(b);
        free(c);
        last[0] = 0;
        a = aligned_alloc(64, (m * k * sizeof *a + 63) / 64 * 64);
        b = aligned_alloc(64, (k * n * sizeof *b + 63) / 64 * 64);
        c = aligned_alloc(64, (m * n * sizeof *c + 63) / 64 * 64);
        if (!a || !b || !c) {
            puts("absent no memory for this shape");
            return;
        }
        last[0] = m, last[1] = n, last[2] = k;
        lhi_operands(LHI_OPERAND_A, m * k, 1, a);
        lhi_operands(LHI_OPERAND_B, k * n, 1, b);
        memset(c, 0, m * n * sizeof *c);
    }
    l->threads(1);
    if (multiply(l, m, n, k, a, b, c, &reason) != 0) {
        printf("absent %s\n", reason);
        return;
    }
    began = peer_clock();
    for (long i = 0; i < reps; i++)
        multiply(l, m, n, k, a, b, c, &reason);
    printf("%.9g ", peer_clock() - began);
    printf("%.9g\n", lhi_operand_checksum(m * n, c));
}

static void step(const peer_library *l, const peer_step *s)
{
    const char *reason = "no memory for this network";
    double seconds, loss = 0;

    l->threads(s->threads);
    seconds = l->step ? l->step(s, &reason) : peer_hand_step(l, s, &loss);
    if (seconds < 0)
        printf("absent %s\n", reason);
    else if (l->step)
        printf("%.9g -\n", seconds);
    else
        printf("%.9g %.9g\n", seconds, loss);
}

static int is_size(size_t n)
{
    return n >= 1 && n <= MOST;
}

/* 0 at `quit`. */
static int answer(const peer_library *l, const char *line)
{
    size_t m, n, k;
    peer_step s;
    long reps;

    if (strcmp(line, "quit\n") == 0)
        return 0;
    if (sscanf(line, "gemm %zu %zu %zu %ld", &m, &n, &k, &reps) == 4 && is_size(m) &&
        is_size(n) && is_size(k) && reps >= 0) {
        if (l->gemm || l->product)
            gemm(l, m, n, k, reps);
        else
            puts("absent it has no matrix product");
    } else if (sscanf(line, "step %zu %zu %zu %zu %zu %d %ld", &s.size[0], &s.size[1], &s.size[2],
                      &s.size[3], &s.batch, &s.threads, &s.reps) == 7 &&
               is_size(s.size[0]) && is_size(s.size[1]) && is_size(s.size[2]) &&
               is_size(s.size[3]) && is_size(s.batch) && s.threads >= 1 && s.reps >= 0) {
        if (l->step || l->gemm)
            step(l, &s);
        else
            puts("absent it has nothing for a training step");
    } else
        puts("absent that is no task");
    return 1;
}

int main(int argc, char **argv)
{
    const char *reason = "peer openblas|blis|onednn|libxsmm|fann";
    peer_library l = {.version = ""};
    char line[512];
    int status = -1;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < LIBRARIES && argc > 1; i++)
        if (strcmp(argv[1], libraries[i].argument) == 0) {
            status = libraries[i].open(&l, &reason);
            if (status == 0)
                printf("ready %s %s\n", libraries[i].name, l.version);
        }
    if (status != 0) {
        printf("absent %s\n", reason);
        return 0;
    }
    while (fgets(line, sizeof line, stdin) && answer(&l, line))
        ;
    return 0;
}
