/* test_math.c -- the functions of op/math.h: how exact they are, and one result everywhere. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "tests/check.h"
#include "tests/draw.h"
#include "tests/unit/math_arrays.h"
#include "tests/unit/math_quad.h"

#include <longhand/ops.h>

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 4096 };

typedef struct function {
    const char *name;
    void (*f32)(const float *x, float *y, size_t n);
    void (*f64)(const double *x, double *y, size_t n);
    long double (*exact)(long double x);
    double lo, hi; /* where the bound is claimed */
    double bound;  /* ulps */
} function;

static long double exact_sigmoid(long double x)
{
    return 1 / (1 + expl(-x));
}

static const function functions[] = {
    {"exp", exp_f32, exp_f64, expl, -760, 720, 0.85},
    {"log", log_f32, log_f64, logl, 0, (double)INFINITY, 1},
    {"log1p", log1p_f32, log1p_f64, log1pl, -1, (double)INFINITY, 1},
    {"sigmoid", sigmoid_f32, sigmoid_f64, exact_sigmoid, -760, 760, 1.5},
    {"tanh", tanh_f32, tanh_f64, tanhl, -70, 70, 0.9},
    {"erf", erf_f32, erf_f64, erfl, -50, 50, 1.1},
    {"sqrt", sqrt_f32, sqrt_f64, sqrtl, 0, (double)INFINITY, 0.51},
};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

static uint64_t state = 1;

static uint64_t draw(void)
{
    return draw_from(&state);
}

static double uniform(double lo, double hi)
{
    return draw_between(lo, hi, &state);
}

/* |got - exact| in units of the last place that a number of `digits` bits has there.
 * An infinity counts as the power of two that it was rounded up to. */
static double ulps(long double got, long double exact, int digits, int least, int most)
{
    const long double top = ldexpl(1, most);
    int e = least;

    if (isnan(got) || isnan(exact))
        return isnan(got) && isnan(exact) ? 0 : HUGE_VAL;
    if (fabsl(got) > top)
        got = got > 0 ? top : -top;
    if (fabsl(exact) > top)
        exact = exact > 0 ? top : -top;
    if (exact != 0)
        frexpl(exact, &e);
    return (double)ldexpl(fabsl(got - exact), digits - (e < least ? least : e));
}

typedef struct worst {
    double ulps, x;
    long count;
} worst;

static void measure(const function *f, int wide, const double *x, worst *w)
{
    static float x32[CHUNK], y32[CHUNK];
    static double y64[CHUNK];

    for (int i = 0; i < CHUNK; i++)
        x32[i] = (float)x[i];
    if (wide)
        f->f64(x, y64, CHUNK);
    else
        f->f32(x32, y32, CHUNK);
    for (int i = 0; i < CHUNK; i++) {
        const double at = wide ? x[i] : (double)x32[i];
        const long double exact = f->exact((long double)at);
        const double off =
            wide ? ulps((long double)y64[i], exact, DBL_MANT_DIG, DBL_MIN_EXP, DBL_MAX_EXP)
                 : ulps((long double)y32[i], exact, FLT_MANT_DIG, FLT_MIN_EXP, FLT_MAX_EXP);

        w->count++;
        if (off > w->ulps)
            w->ulps = off, w->x = at;
    }
}

/* An argument in the range: spread evenly, or by its bits, or near a place of interest. */
static double argument(const function *f, int wide)
{
    static const double places[] = {0,         1,          0.5,       -0.5,       88.7228394,
                                    -87.33655, -103.97208, 709.78271, -708.39642, -745.13322,
                                    0.70710678, 1.41421356, 17.32868, -17.32868,  36.7368,
                                    -0.25,     2,          3.9,       5.9};
    const double reach = wide ? 1 : 1.0 / 7;
    const uint64_t bits = draw();
    double x;

    switch (bits % 4) {
    case 0:
        return uniform(f->lo * reach, isinf(f->hi) ? 16 : f->hi > 1 ? f->hi * reach : f->hi);
    case 1:
        return uniform(f->lo < -1 ? -2 : f->lo, f->hi > 1 ? 2 : f->hi);
    case 2:
        x = places[(bits >> 2) % (sizeof places / sizeof *places)];
        x += x * uniform(-1, 1) * ldexp(1, -(int)((bits >> 8) % 50));
        break;
    default:
        x = ldexp(uniform(1, 2), (int)((bits >> 8) % (wide ? 2098 : 277)) - (wide ? 1074 : 149));
        x = bits >> 63 ? -x : x;
    }
    return x >= f->lo && x <= f->hi ? x : uniform(f->lo < -1 ? -1 : f->lo, 1);
}

static void accuracy(int wide)
{
    static double x[CHUNK];

    if (wide && LDBL_MANT_DIG < 64) {
        printf("# long double has no more bits than double: not measured\n");
        return;
    }
    for (int k = 0; k < FUNCTIONS; k++) {
        const function *f = &functions[k];
        worst w = {0, 0, 0};

        for (int chunk = 0; chunk < 500; chunk++) {
            for (int i = 0; i < CHUNK; i++)
                x[i] = argument(f, wide);
            measure(f, wide, x, &w);
        }
        printf("# %s %s: %.3f ulp at x = %a (%.9g)\n", f->name, wide ? "f64" : "f32", w.ulps, w.x,
               w.x);
        CHECK(w.ulps <= f->bound, "%s: %g ulp at %a", f->name, w.ulps, w.x);
        CHECK(w.ulps > 0.49 && w.count == 500L * CHUNK, "%s: %ld compared", f->name, w.count);
    }
}

static void accuracy_f32(void)
{
    accuracy(0);
}

static void accuracy_f64(void)
{
    accuracy(1);
}

/* Where long double is no more than eleven bits wider, there may be a type that is. */
static void accuracy_quad(void)
{
    static double x[CHUNK], y[CHUNK];

    if (!quad_type()) {
        printf("# no type of 113 bits with its functions: not measured\n");
        return;
    }
    for (int k = 0; k < QUAD_FUNCTIONS; k++) {
        worst w = {0, 0, 0};

        for (uint64_t chunk = 0; chunk < 50; chunk++) {
            uint64_t from = quad_seed(chunk);

            for (int i = 0; i < CHUNK; i++)
                x[i] = quad_argument(k, &from);
            functions[k].f64(x, y, CHUNK);
            for (int i = 0; i < CHUNK; i++, w.count++) {
                const double off = quad_ulps(k, x[i], y[i]);

                if (off > w.ulps)
                    w.ulps = off, w.x = x[i];
            }
        }
        printf("# %s f64, %s: %.3f ulp at x = %a (%.9g)\n", quad_names[k], quad_type(), w.ulps,
               w.x, w.x);
        CHECK(strcmp(quad_names[k], functions[k].name) == 0, "%s: not in order", quad_names[k]);
        CHECK(w.ulps <= quad_bounds[k], "%s: %g ulp at %a", quad_names[k], w.ulps, w.x);
        CHECK(w.ulps > 0.49 && w.count == 50L * CHUNK, "%s: %ld compared", quad_names[k],
              w.count);
    }
}

static int is(double got, double wanted)
{
    return (isnan(wanted) && isnan(got)) ||
           (got == wanted && !signbit(got) == !signbit(wanted));
}

static void special(void)
{
    enum { EXP, LOG, LOG1P, SIGMOID, TANH, ERF, SQRT };
    static const double inf = (double)INFINITY, nan = (double)NAN;
    const struct {
        int function;
        double x, y;
    } known[] = {
        {EXP, 0, 1}, {EXP, -0.0, 1}, {EXP, inf, inf}, {EXP, -inf, 0}, {EXP, nan, nan},
        {EXP, 1e30, inf}, {EXP, -1e30, 0}, {EXP, 1e-40, 1}, {EXP, -760, 0}, {EXP, 720, inf},
        {LOG, 0, -inf}, {LOG, -0.0, -inf}, {LOG, 1, 0}, {LOG, -1, nan}, {LOG, -inf, nan},
        {LOG, inf, inf}, {LOG, nan, nan}, {LOG, -1e-40, nan},
        {LOG1P, 0, 0}, {LOG1P, nan, nan}, {LOG1P, 0x1p-149, 0x1p-149},
        {LOG1P, 0x1p-126, 0x1p-126}, {LOG1P, -0.0, -0.0}, {LOG1P, -0x1p-149, -0x1p-149},
        {LOG1P, -1, -inf}, {LOG1P, -1.5, nan}, {LOG1P, -inf, nan}, {LOG1P, inf, inf},
        {SIGMOID, 0, 0.5}, {SIGMOID, -0.0, 0.5}, {SIGMOID, inf, 1}, {SIGMOID, -inf, 0},
        {SIGMOID, nan, nan}, {SIGMOID, 1000, 1}, {SIGMOID, -1000, 0},
        {TANH, 0, 0}, {TANH, -0.0, -0.0}, {TANH, inf, 1}, {TANH, -inf, -1}, {TANH, nan, nan},
        {TANH, 1000, 1}, {TANH, -1000, -1}, {TANH, 0x1p-149, 0x1p-149},
        {TANH, -0x1p-149, -0x1p-149}, {TANH, 0x1p-126, 0x1p-126}, {TANH, -0x1p-30, -0x1p-30},
        {TANH, 20, 1}, {TANH, (double)FLT_MAX, 1},
        {ERF, 0, 0}, {ERF, -0.0, -0.0}, {ERF, inf, 1}, {ERF, -inf, -1}, {ERF, nan, nan},
        {ERF, 6, 1}, {ERF, -1000, -1}, {ERF, (double)FLT_MAX, 1},
        {SQRT, 0, 0}, {SQRT, -0.0, -0.0}, {SQRT, 4, 2}, {SQRT, -1, nan}, {SQRT, inf, inf},
        {SQRT, nan, nan}, {SQRT, 0x1p-126, 0x1p-63},
    };
    float x32, y32;
    double y64;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const function *f = &functions[known[i].function];

        x32 = (float)known[i].x;
        f->f32(&x32, &y32, 1);
        f->f64(&known[i].x, &y64, 1);
        CHECK(is((double)y32, known[i].y), "float %s(%g) = %g", f->name, known[i].x, (double)y32);
        CHECK(is(y64, known[i].y), "%s(%g) = %g", f->name, known[i].x, y64);
    }
    log1p_f32(&(float){1}, &y32, 1);
    log1p_f64(&(double){1}, &y64, 1);
    CHECK(y32 == 0x1.62e43p-1f && y64 == 0x1.62e42fefa39efp-1, "log1p(1): %a %a", (double)y32,
          y64);
    log_f32(&(float){0x1p-149f}, &y32, 1);
    log_f64(&(double){0x1p-1074}, &y64, 1);
    CHECK(y32 == -0x1.9d1dap6f && y64 == -0x1.74385446d71c3p9, "log of the smallest: %a %a",
          (double)y32, y64);
}

/* Over the thresholds where it overflows, and where it leaves the normal numbers. */
static void monotonic(void)
{
    static const double from[] = {88.72,  709.78,  -87.34,  -103.98,
                                  -708.4, -745.14, 0.34657, -0.34658};
    long steps = 0, falls = 0;

    for (int i = 0; i < 8; i++) {
        float x = (float)from[i], last32 = 0, y32;
        double z = from[i], last64 = 0, y64;

        for (int k = 0; k < 20000; k++, steps++) {
            exp_f32(&x, &y32, 1);
            exp_f64(&z, &y64, 1);
            falls += y32 < last32;
            falls += y64 < last64;
            last32 = y32, last64 = y64;
            x = nextafterf(x, INFINITY);
            z += 0x1p-24;
        }
    }
    CHECK(falls == 0 && steps == 160000, "%ld of %ld steps fall", falls, steps);
}

/* f(-x) is -f(x) to the bit, and never beyond 1. */
static void odd_one(const function *f)
{
    static float x32[2 * CHUNK], y32[2 * CHUNK];
    static double x64[2 * CHUNK], y64[2 * CHUNK];
    long equal = 0, wanted = 0;

    for (int chunk = 0; chunk < 50; chunk++) {
        for (int i = 0; i < CHUNK; i++) {
            x64[i] = argument(f, 1), x64[CHUNK + i] = -x64[i];
            x32[i] = (float)argument(f, 0), x32[CHUNK + i] = -x32[i];
        }
        f->f32(x32, y32, 2 * CHUNK);
        f->f64(x64, y64, 2 * CHUNK);
        for (int i = 0; i < CHUNK; i++, wanted++)
            equal += is(-(double)y32[i], (double)y32[CHUNK + i]) &&
                     is(-y64[i], y64[CHUNK + i]) && !signbit(y32[i]) == !signbit(x32[i]) &&
                     !signbit(y64[i]) == !signbit(x64[i]) && fabsf(y32[i]) <= 1 &&
                     fabs(y64[i]) <= 1;
    }
    CHECK(equal == wanted && wanted == 50L * CHUNK, "%s: %ld of %ld", f->name, equal, wanted);
}

static void odd(void)
{
    int found = 0;

    for (int k = 0; k < FUNCTIONS; k++)
        if (strcmp(functions[k].name, "tanh") == 0 || strcmp(functions[k].name, "erf") == 0)
            odd_one(&functions[k]), found++;
    CHECK(found == 2, "%d functions", found);
}

/* The results of one instruction set: L, yhat, dZ of the literal pair, then L, dZ. */
typedef struct results {
    size_t count;
    double at[3 * 400];
} results;

/* NaNs differ in their payload between instruction sets; all else must be equal. */
static void keep(results *r, lh_type type, const void *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double v = (double)lhi_get(type, at, i);

        r->at[r->count++] = isnan(v) ? (double)NAN : v;
    }
}

static double special_value(size_t i)
{
    static const double inf = (double)INFINITY;
    const double values[] = {0,   -0.0, inf,   -inf,   (double)NAN, 1e-40, -1e-40, 88.8, -88.8,
                             104, -104, 709.8, -745.2, 1e-310,      17.33, -36.8};

    return values[i % 16];
}

/* 0 when there are no such instructions. */
static int run(lh_type type, const char *isa, ptrdiff_t rows, ptrdiff_t cols, int odd, results *r)
{
    const size_t n = (size_t)(rows * cols);
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_tape *t = lh_tape_new(lh_params_new(c, type));
    lh_var Z = lh_want(lh_input(t, "Z", LH_ROWS, cols)), y = lh_input(t, "y", LH_ROWS, cols);
    lh_var yhat = lh_sigmoid(Z), loss[2] = {lh_bce(yhat, y), lh_bce_logits(Z, y)};
    int ran = 0;

    r->count = 0;
    c->set.isa = isa;
    for (int k = 0; k < 2 && lhi_variant_pick(type, isa) >= 0; k++) {
        lhi_plan *p = lhi_plan_new(t, loss[k].id, LHI_KEEP_ALL);
        lhi_ws *w = lhi_ws_new(t, p, type, (size_t)rows, 1, LHI_WS_GRADIENTS);

        if (!CHECK(w && p, "%s", lh_message(c)))
            break;
        state = (uint64_t)(17 * rows + cols + 1);
        for (size_t i = 0; i < n; i++) {
            const double z = odd && i % 3 == 0 ? special_value(i / 3) : uniform(-20, 20);

            lhi_set(type, w->slot[Z.id].value, i, (lh_wide)z);
            lhi_set(type, w->slot[y.id].value, i, (lh_wide)(draw() >> 63));
        }
        lhi_run_forward(w, 0, 1);
        lhi_set(type, w->slot[loss[k].id].grad, 0, 1);
        lhi_run_backward(w, NULL, 0, 1);
        keep(r, type, w->slot[loss[k].id].value, 1);
        if (k == 0)
            keep(r, type, w->slot[yhat.id].value, n);
        keep(r, type, w->slot[Z.id].grad, n);
        ran = 1;
        lhi_plan_free(c, p);
        lhi_ws_free(w);
    }
    CHECK(lh_close(c) == 0, "close");
    return ran;
}

static void one_result(void)
{
    static const char *const sets[] = {"avx2", "avx512"};
    static results portable, other;
    long runs = 0, compared = 0, missing = 0;

    for (int type = LH_F32; type <= LH_F64; type++)
        for (ptrdiff_t rows = 1; rows <= 70; rows += rows < 20 ? 1 : 7)
            for (ptrdiff_t cols = 1; cols <= 5; cols += 2)
                for (int odd = 0; odd < 2; odd++, runs++) {
                    CHECK(run((lh_type)type, "portable", rows, cols, odd, &portable) &&
                              portable.count == 2 + 3 * (size_t)(rows * cols),
                          "portable: %zu results", portable.count);
                    for (int s = 0; s < 2; s++) {
                        if (!run((lh_type)type, sets[s], rows, cols, odd, &other)) {
                            missing++;
                            continue;
                        }
                        CHECK(other.count == portable.count &&
                                  memcmp(other.at, portable.at,
                                         other.count * sizeof *other.at) == 0,
                              "%s, %s, [%td x %td], odd %d: other bits",
                              lhi_type_name((lh_type)type), sets[s], rows, cols, odd);
                        compared++;
                    }
                }
    printf("# %ld runs compared with the portable ones, %ld not possible on this CPU\n", compared,
           missing);
    CHECK(runs >= 300 && compared + missing == 2 * runs, "%ld runs", runs);
}

#ifdef LHI_X86
#define ARRAYS(v) {exp_##v, log_##v, log1p_##v, sigmoid_##v, tanh_##v, erf_##v, sqrt_##v}

static const struct set {
    const char *isa;
    void (*f32[FUNCTIONS])(const float *x, float *y, size_t n);
    void (*f64[FUNCTIONS])(const double *x, double *y, size_t n);
} sets[] = {{"avx2", ARRAYS(f32_avx2), ARRAYS(f64_avx2)},
            {"avx512", ARRAYS(f32_avx512), ARRAYS(f64_avx512)}};

/* Every NaN is one. */
static void one_nan(float *y32, double *y64, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y32[i] = isnan(y32[i]) ? NAN : y32[i];
        y64[i] = isnan(y64[i]) ? (double)NAN : y64[i];
    }
}

/* n numbers from some place in memory, with four behind them that must stay. */
static long arrays(const struct set *s, size_t n)
{
    enum { MOST = 1000 };
    static float x32[MOST + 8], y32[MOST + 8], z32[MOST + 8];
    static double x64[MOST + 8], y64[MOST + 8], z64[MOST + 8];
    const size_t at = draw() % 4;

    for (int k = 0; k < FUNCTIONS; k++) {
        for (size_t i = 0; i < MOST + 8; i++) {
            const int special = draw() % 8 == 0;

            x64[i] = special ? special_value(draw() % 16) : argument(&functions[k], 1);
            x32[i] = (float)(special ? x64[i] : argument(&functions[k], 0));
            y32[i] = z32[i] = 7, y64[i] = z64[i] = 7;
        }
        functions[k].f32(x32 + at, y32 + at, n);
        functions[k].f64(x64 + at, y64 + at, n);
        s->f32[k](x32 + at, z32 + at, n);
        s->f64[k](x64 + at, z64 + at, n);
        one_nan(y32, y64, MOST + 8);
        one_nan(z32, z64, MOST + 8);
        CHECK(memcmp(y32, z32, sizeof y32) == 0, "%s f32, %s: %zu: other bits",
              functions[k].name, s->isa, n);
        CHECK(memcmp(y64, z64, sizeof y64) == 0, "%s f64, %s: %zu: other bits",
              functions[k].name, s->isa, n);
    }
    return 1;
}

static void one_array(void)
{
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        long count = 0;

        if (lhi_variant_pick(LH_F32, sets[s].isa) < 0) {
            printf("# %s: not on this CPU\n", sets[s].isa);
            continue;
        }
        for (size_t n = 0; n <= 70; n++)
            count += arrays(&sets[s], n);
        for (size_t n = 71; n <= 1000; n += 23)
            count += arrays(&sets[s], n);
        CHECK(count == 112, "%ld lengths", count);
    }
}
#else
static void one_array(void)
{
    printf("# one instruction set: nothing to compare\n");
}
#endif

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"float: within the promised ulps of the exact values", accuracy_f32},
        {"double: within the promised ulps of the exact values", accuracy_f64},
        {"double: within the promised ulps of results in quadruple precision", accuracy_quad},
        {"zeros, infinities, NaN and the smallest numbers", special},
        {"exp grows over its thresholds", monotonic},
        {"tanh and erf are odd to the bit", odd},
        {"arrays of any length give the same bits with every instruction set", one_array},
        {"ops give the same bits with every instruction set", one_result},
        {NULL, NULL}};

    return check_main(argc, argv, "math", tests);
}
