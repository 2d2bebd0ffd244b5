/* lines.c -- lines beside loops written by hand for the same formula, in one run. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "framework/lines/program.h"
#include "framework/tape/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef LHI_X86
#define EACH_VARIANT(X, name)                                                        \
    X(float, f32, name) X(double, f64, name) X(float, f32_avx2, name)                \
    X(double, f64_avx2, name) X(float, f32_avx512, name) X(double, f64_avx512, name)
#else
#define EACH_VARIANT(X, name) X(float, f32, name) X(double, f64, name)
#endif

typedef void by_hand(void *to, const void *a, const void *b, const void *c, size_t n);

#define DECLARE(type, v, name) \
    void by_hand_##name##_##v(type *to, const type *a, const type *b, const type *c, size_t n);
#define LINE(name, text, x) EACH_VARIANT(DECLARE, name)
#include "bench/lines.def"
#undef LINE

/* Each calls the loop of its type. */
#define CALLER(type, v, name)                                                                 \
    static void call_##name##_##v(void *to, const void *a, const void *b, const void *c, size_t n) \
    {                                                                                         \
        by_hand_##name##_##v(to, a, b, c, n);                                                 \
    }
#define LINE(name, text, x) EACH_VARIANT(CALLER, name)
#include "bench/lines.def"
#undef LINE

static const struct formula {
    const char *text;
    by_hand *loop[6];
} formulas[] = {
#define LOOP(type, v, name) call_##name##_##v,
#define LINE(name, text, x) {text, {EACH_VARIANT(LOOP, name)}},
#include "bench/lines.def"
#undef LINE
};

static const struct variant {
    const char *isa;
    lh_type type;
    int id;
} variants[] = {
    {"portable", LH_F32, LHI_F32}, {"portable", LH_F64, LHI_F64},
#ifdef LHI_X86
    {"avx2", LH_F32, LHI_F32_AVX2}, {"avx2", LH_F64, LHI_F64_AVX2},
    {"avx512", LH_F32, LHI_F32_AVX512}, {"avx512", LH_F64, LHI_F64_AVX512},
#endif
};

enum { SAMPLES = 15, COLS = 4, OPERANDS = 3 };

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How fast the line is beside the loop: each sample is one of both, one after the other.  The
 * middle one and the quartiles. */
static void measure(const lh_call *s, by_hand *loop, double ratio[3])
{
    const size_t n = s->out->rows * COLS;
    const long reps = (long)(5e5 / (double)n) + 1;
    double sample[SAMPLES];

    for (int k = 0; k < SAMPLES; k++) {
        double hand = seconds(), line;

        for (long i = 0; i < reps; i++)
            loop(s->out->value, s->in[0]->value, s->in[1]->value, s->in[2]->value, n);
        hand = seconds() - hand;
        line = seconds();
        for (long i = 0; i < reps; i++)
            s->op->forward(s, 0, s->out->rows);
        sample[k] = hand / (seconds() - line);
    }
    qsort(sample, SAMPLES, sizeof *sample, ascending);
    ratio[0] = sample[SAMPLES / 2];
    ratio[1] = sample[SAMPLES / 4];
    ratio[2] = sample[SAMPLES * 3 / 4];
}

static void compare(lh_ctx *c, const struct formula *f, int v, size_t rows)
{
    const size_t size = lhi_type_size(variants[v].type);
    lhi_misread why;
    const lhi_op_family *family = lhi_line_of(c, NULL, f->text, &why);
    const lh_op *op = family ? lhi_family_op(family, variants[v].id) : NULL;
    lh_slot slot[OPERANDS + 1];
    lh_call s = {.op = op, .out = &slot[OPERANDS], .m = rows, .shards = 8, .fresh = 1};
    double ratio[3];

    for (int k = 0; op && k <= OPERANDS; k++) {
        slot[k] = (lh_slot){.rows = rows, .cols = COLS,
                            .value = lhi_alloc_array(c, rows * COLS, size)};
        for (size_t e = 0; lhi_ok(c) && e < rows * COLS; e++)
            lhi_set(variants[v].type, slot[k].value, e, (lh_wide)((e * 7 + 3) % 101) / 25 - 2);
        s.in[k] = &slot[k];
    }
    s.work = op ? lhi_alloc(c, op->work(&s)) : NULL;
    if (!op || !lhi_ok(c))
        return;
    measure(&s, f->loop[v], ratio);
    printf("  %5.2f (%.2f to %.2f)", ratio[0], ratio[1], ratio[2]);
    fflush(stdout);
    lhi_release(c, s.work);
    for (int k = OPERANDS; k >= 0; k--)
        lhi_release(c, slot[k].value);
}

int main(int argc, char **argv)
{
    static const size_t rows[] = {512, 8192, (size_t)1 << 20};
    lh_ctx *c = lh_open(argc, argv, "times lines beside loops written by hand: 1 is as fast");

    if (lh_opt_done(c) != LH_OK)
        return lh_close(c);
    for (size_t v = 0; v < sizeof variants / sizeof *variants; v++) {
        if (lhi_variant_pick(variants[v].type, variants[v].isa) < 0)
            continue;
        printf("%s %s: the middle sample and the quartiles\n%-36s", lhi_type_name(variants[v].type),
               variants[v].isa, "");
        for (int k = 0; k < 3; k++)
            printf("  %12zu elements", rows[k] * COLS);
        for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
            printf("\n%-36s", formulas[f].text);
            for (int k = 0; k < 3; k++)
                compare(c, &formulas[f], (int)v, rows[k]);
        }
        printf("\n\n");
    }
    return lh_close(c);
}
