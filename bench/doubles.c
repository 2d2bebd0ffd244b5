/* doubles.c -- the functions of longhand/op/math.h of many doubles, against a type of 113 bits.
 *
 * usage: doubles [MILLIONS [FUNCTION]]     100 of each function; the arguments are the same on
 * any number of threads */
/* SPDX-License-Identifier: MIT */
#define LHI_TYPE    64
#define LHI_VARIANT f64
#include "framework/base/threads.h"
#include "tests/unit/math_quad.h"

#include <longhand/op/math.h>

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 1 << 13, TEAM = 256 };

typedef struct worst {
    double ulps, x;
    double ulps_thin, x_thin; /* where the result is subnormal */
    uint64_t count, thin;
    char apart[64]; /* threads do not share a cache line */
} worst;

typedef struct job {
    int function;
    uint64_t blocks;
    worst of[TEAM];
} job;

#define EACH(name)                   \
    for (int i = 0; i < BLOCK; i++)  \
        y[i] = k_##name(x[i]);       \
    break

static void values(int function, const double *x, double *y)
{
    switch (function) {
    case QUAD_EXP:
        EACH(exp);
    case QUAD_LOG:
        EACH(log);
    case QUAD_LOG1P:
        EACH(log1p);
    case QUAD_SIGMOID:
        EACH(sigmoid);
    case QUAD_TANH:
        EACH(tanh);
    default:
        EACH(erf);
    }
}

static void measure(void *arg, int rank, int size)
{
    static _Thread_local double x[BLOCK], y[BLOCK];
    job *j = arg;
    worst *w = &j->of[rank];

    for (uint64_t block = (uint64_t)rank; block < j->blocks; block += (uint64_t)size) {
        uint64_t state = quad_seed(block);

        for (int i = 0; i < BLOCK; i++)
            x[i] = quad_argument(j->function, &state);
        values(j->function, x, y);
        for (int i = 0; i < BLOCK; i++) {
            const double off = quad_ulps(j->function, x[i], y[i]);

            w->count++;
            if (off > w->ulps)
                w->ulps = off, w->x = x[i];
            if (R_ABS(y[i]) < K_TINY && y[i] != 0) {
                w->thin++;
                if (off > w->ulps_thin)
                    w->ulps_thin = off, w->x_thin = x[i];
            }
        }
    }
}

/* 1 when a value is further off than promised. */
static int measured(lh_ctx *c, int function, uint64_t millions, int threads)
{
    static job j;
    worst all = {.ulps = 0};

    j = (job){.function = function, .blocks = millions * 1000000 / BLOCK + 1};
    lhi_team(c, threads < TEAM ? threads : TEAM, measure, &j);
    for (int i = 0; i < TEAM; i++) {
        const worst *w = &j.of[i];

        all.count += w->count, all.thin += w->thin;
        if (w->ulps > all.ulps)
            all.ulps = w->ulps, all.x = w->x;
        if (w->ulps_thin > all.ulps_thin)
            all.ulps_thin = w->ulps_thin, all.x_thin = w->x_thin;
    }
    printf("%-8s %10llu doubles, at most %.4f ulp, at %a (%.17g)\n", quad_names[function],
           (unsigned long long)all.count, all.ulps, all.x, all.x);
    if (all.thin > 0)
        printf("%-8s %10llu subnormal, at most %.4f ulp, at %a (%.17g)\n", "",
               (unsigned long long)all.thin, all.ulps_thin, all.x_thin, all.x_thin);
    fflush(stdout);
    return all.ulps > quad_bounds[function] || all.ulps < 0.49;
}

int main(int argc, char **argv)
{
    const uint64_t millions = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
    lh_ctx *c = lh_open(0, NULL, "many doubles");
    const int threads = lhi_threads(c, NULL);
    int bad = 0, ran = 0;

    if (!quad_type()) {
        printf("doubles: not measured, this compiler has no type of 113 bits with its functions\n");
        return lh_close(c);
    }
    printf("doubles against %s\n", quad_type());
    for (int k = 0; k < QUAD_FUNCTIONS; k++)
        if (argc < 3 || strcmp(argv[2], quad_names[k]) == 0) {
            bad |= measured(c, k, millions, threads);
            ran++;
        }
    return lh_close(c) != 0 || bad || ran == 0;
}
