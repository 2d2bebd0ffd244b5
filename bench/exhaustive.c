/* exhaustive.c -- the functions of longhand/op/math.h of every float, against the double results.
 *
 * usage: exhaustive [FUNCTION] */
/* SPDX-License-Identifier: MIT */
#define LHI_TYPE    32
#define LHI_VARIANT f32
#include "framework/base/threads.h"

#include <longhand/op/math.h>

#include <math.h>
#include <stdio.h>

enum { BLOCK = 1 << 16, TEAM = 256 };

static void all_exp(const float *x, float *y)
{
    for (int i = 0; i < BLOCK; i++)
        y[i] = k_exp(x[i]);
}

static void all_log(const float *x, float *y)
{
    for (int i = 0; i < BLOCK; i++)
        y[i] = k_log(x[i]);
}

static void all_log1p(const float *x, float *y)
{
    for (int i = 0; i < BLOCK; i++)
        y[i] = k_log1p(x[i]);
}

static void all_sigmoid(const float *x, float *y)
{
    for (int i = 0; i < BLOCK; i++)
        y[i] = k_sigmoid(x[i]);
}

static void all_tanh(const float *x, float *y)
{
    for (int i = 0; i < BLOCK; i++)
        y[i] = k_tanh(x[i]);
}

static void all_erf(const float *x, float *y)
{
    for (int i = 0; i < BLOCK; i++)
        y[i] = k_erf(x[i]);
}

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

typedef struct function {
    const char *name;
    void (*all)(const float *x, float *y);
    double (*exact)(double x);
    uint64_t words; /* arguments are the floats whose words are below this */
    double bound;   /* ulps */
} function;

/* The words of the positive floats go up with them: 0x7f800000 is infinity. */
static const function functions[] = {
    {"exp", all_exp, exp, (uint64_t)1 << 32, 0.85},
    {"sigmoid", all_sigmoid, exact_sigmoid, (uint64_t)1 << 32, 1.5},
    {"tanh", all_tanh, tanh, (uint64_t)1 << 32, 0.85},
    {"erf", all_erf, erf, (uint64_t)1 << 32, 1.1},
    {"log1p", all_log1p, log1p, (uint64_t)1 << 32, 1},
    {"log", all_log, log, 0x7f800001, 1},
};

typedef struct worst {
    double ulps;
    float x;
    uint64_t count;
    char apart[64]; /* threads do not share a cache line */
} worst;

typedef struct job {
    const function *f;
    worst of[TEAM];
} job;

/* |got - exact| in units of the last place of a float there.  An infinity counts as the
 * power of two that it was rounded up to. */
static double ulps(float got, double exact)
{
    double y = (double)got, scale;
    uint64_t w;

    if (isnan(y) || isnan(exact))
        return isnan(y) && isnan(exact) ? 0 : HUGE_VAL;
    y = y > 0x1p128 ? 0x1p128 : y < -0x1p128 ? -0x1p128 : y;
    exact = exact > 0x1p128 ? 0x1p128 : exact < -0x1p128 ? -0x1p128 : exact;
    /* 2^(23 - e) of the exponent e, at least -126, by its bits: ldexp() would take longer
     * than all the rest. */
    memcpy(&w, &exact, sizeof w);
    w = w >> 52 & 0x7ff;
    w = (2 * 1023 + 23 - (w < 1023 - 126 ? 1023 - 126 : w)) << 52;
    memcpy(&scale, &w, sizeof scale);
    return fabs(y - exact) * scale;
}

static void measure(void *arg, int rank, int size)
{
    static _Thread_local float x[BLOCK], y[BLOCK];
    job *j = arg;
    worst *w = &j->of[rank];

    for (uint64_t block = (uint64_t)rank; block * BLOCK < j->f->words; block += (uint64_t)size) {
        const uint64_t from = block * BLOCK;
        const uint64_t left = j->f->words - from;

        for (uint32_t i = 0; i < BLOCK; i++)
            x[i] = k_real((uint32_t)from + i);
        j->f->all(x, y);
        for (uint64_t i = 0; i < BLOCK && i < left; i++) {
            const double off = ulps(y[i], j->f->exact((double)x[i]));

            w->count++;
            if (off > w->ulps)
                w->ulps = off, w->x = x[i];
        }
    }
}

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(0, NULL, "every float");
    const int threads = lhi_threads(c, NULL);
    int bad = 0, ran = 0;

    for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
        static job j;
        worst all = {.ulps = 0};

        if (argc > 1 && strcmp(argv[1], functions[k].name) != 0)
            continue;
        j = (job){.f = &functions[k]};
        lhi_team(c, threads < TEAM ? threads : TEAM, measure, &j);
        for (int i = 0; i < TEAM; i++) {
            all.count += j.of[i].count;
            if (j.of[i].ulps > all.ulps)
                all.ulps = j.of[i].ulps, all.x = j.of[i].x;
        }
        printf("%-8s %10llu floats, at most %.4f ulp, at %a (%.9g)\n", functions[k].name,
               (unsigned long long)all.count, all.ulps, (double)all.x, (double)all.x);
        fflush(stdout);
        bad |= all.ulps > functions[k].bound || all.count != functions[k].words;
        ran++;
    }
    return lh_close(c) != 0 || bad || ran == 0;
}
