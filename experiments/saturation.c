/* saturation.c -- dL/dz of a sample where yhat saturates: the page and its cures, in ulps. */
/* SPDX-License-Identifier: MIT */
#include <longhand.h>

#include <float.h>
#include <math.h>
#include <stdio.h>

/* The gradients that are compared.  The first and the last are run on the tape; the others
 * are worked here, in float, after the source of those libraries. */
enum form { PAGE, KANN, PYTORCH, KERAS, DIFFERENCE, OURS, FORMS };

static const char *const name[FORMS] = {"page", "KANN", "PyTorch", "Keras", "yhat-y", "logits"};
static const char *const meaning[FORMS] = {
    "bce' times sigma' as written, NOTES 8 times NOTES 10: lh_bce() of lh_sigmoid()",
    "the denominators yhat and 1-yhat of NOTES 8 at least 1e-9",
    "BCELoss: the denominator yhat(1-yhat) at least 1e-12",
    "binary_crossentropy: yhat clipped to 1e-7 and 1-1e-7",
    "NOTES 11 as written",
    "lh_bce_logits(): (1-y) sigma(z) - y sigma(-z), the same number without a difference"};

static float larger(float a, float b)
{
    return a > b ? a : b;
}

/* NOTES 10 */
static float sigma_prime(float p)
{
    return p * (1 - p);
}

static float kann(float p, float y)
{
    float d = 0;

    if (y > 0)
        d -= y / larger(p, 1e-9f);
    if (1 - y > 0)
        d += (1 - y) / larger(1 - p, 1e-9f);
    return d * sigma_prime(p);
}

static float pytorch(float p, float y)
{
    return (p - y) / larger((1 - p) * p, 1e-12f) * sigma_prime(p);
}

/* Nothing goes back through a clip that has acted. */
static float keras(float p, float y)
{
    const float least = 1e-7f, most = 1 - 1e-7f;

    if (p < least || p > most)
        return 0;
    return (-y / p + (1 - y) / (1 - p)) * sigma_prime(p);
}

/* NOTES 11 in the form without cancellation, (1-y) sigma(z) - y sigma(-z). */
static lh_wide truth(lh_wide z, lh_wide y)
{
    const lh_wide e = expl(-fabsl(z)), near = 1 / (1 + e), far = e / (1 + e);

    return (1 - y) * (z > 0 ? near : far) - y * (z > 0 ? far : near);
}

/* How many units in the last place of the truth, as float has them, lie between. */
static double ulps(double x, lh_wide t)
{
    int e;

    frexpl(t, &e);
    e = e < FLT_MIN_EXP ? FLT_MIN_EXP : e;
    return (double)(fabsl((lh_wide)x - t) / ldexpl(1, e - FLT_MANT_DIG));
}

/* z from -100 to 100 in eighths. */
enum {
    UNITS = 201,
    FINE = 8,
    GRID = (UNITS - 1) * FINE + 1,
    CHOSEN = 10,
    POINTS = 2 * GRID + CHOSEN
};

/* Grid with y = 1, grid with y = 0, then the points of the table. */
typedef struct study {
    double z[POINTS], y[POINTS], truth[POINTS];
    double value[FORMS][POINTS], off[FORMS][POINTS];
    double yhat[POINTS];
} study;

static void place(study *s)
{
    static const double chosen[CHOSEN][2] = {{-50, 1}, {-20, 1}, {0.5, 1}, {5, 1}, {10, 1},
                                             {17, 1},  {17, 0},  {18, 1},  {18, 0}, {50, 0}};

    for (size_t i = 0; i < POINTS; i++) {
        const size_t k = i < (size_t)2 * GRID ? 0 : i - (size_t)2 * GRID;

        s->z[i] = i < (size_t)2 * GRID ? -100 + (double)(i % GRID) / FINE : chosen[k][0];
        s->y[i] = i < (size_t)2 * GRID ? i < GRID : chosen[k][1];
    }
}

/* dL/dz of every point by the tape, one row a batch: the 1/m of the page is 1. */
static void by_tape(lh_var L, lh_var z, lh_var y, const study *s, double *gradient, double *yhat)
{
    for (size_t i = 0; i < POINTS; i++) {
        const float z_i = (float)s->z[i], y_i = (float)s->y[i];

        lh_bind(z, &z_i, 1);
        lh_bind(y, &y_i, 1);
        lh_forward(L);
        lh_backward(L);
        gradient[i] = lh_at(lh_grad(z), 0, 0);
        if (yhat)
            yhat[i] = lh_at(lh_value(lh_named(z.tape, "yhat")), 0, 0);
    }
}

static void by_formula(study *s)
{
    for (size_t i = 0; i < POINTS; i++) {
        const float p = (float)s->yhat[i], y = (float)s->y[i];
        const lh_wide t = truth((lh_wide)s->z[i], (lh_wide)s->y[i]);

        s->value[KANN][i] = (double)kann(p, y);
        s->value[PYTORCH][i] = (double)pytorch(p, y);
        s->value[KERAS][i] = (double)keras(p, y);
        s->value[DIFFERENCE][i] = (double)(p - y);
        s->truth[i] = (double)t;
        for (int f = 0; f < FORMS; f++)
            s->off[f][i] = ulps(s->value[f][i], t);
    }
}

/* "0.08", "51", "5.7e+03"; a gradient of 0 is lost, since none is 0 in truth. */
static const char *told(double value, double off, char text[16])
{
    if (isnan(value))
        return "NaN";
    if (isinf(value))
        return "inf";
    if (value == 0)
        return "lost";
    if (off < 0.005)
        return "exact";
    snprintf(text, 16, off < 9.95 ? "%.2f" : off < 9999.5 ? "%.0f" : "%.1e", off);
    return text;
}

static void print_table(const study *s)
{
    char text[16];

    printf("dL/dz in float: its error in ulps of the truth\n\n%5s %2s %11s", "z", "y", "truth");
    for (int f = 0; f < FORMS; f++)
        printf(" %8s", name[f]);
    printf("\n");
    for (size_t i = (size_t)2 * GRID; i < POINTS; i++) {
        printf("%5g %2g %11.3e", s->z[i], s->y[i], s->truth[i]);
        for (int f = 0; f < FORMS; f++)
            printf(" %8s", told(s->value[f][i], s->off[f][i], text));
        printf("\n");
    }
    printf("\n");
    for (int f = 0; f < FORMS; f++)
        printf("%-8s %s\n", name[f], meaning[f]);
}

/* What becomes of the whole grid; the worst is that of the numbers that are left. */
static void print_grid(const study *s)
{
    printf("\n%d points with z from -100 to 100, y = 0 and 1\n\n%-8s %10s %6s %14s\n", 2 * GRID, "",
           "NaN or inf", "lost", "worst (ulps)");
    for (int f = 0; f < FORMS; f++) {
        double worst = 0;
        int lost = 0, broken = 0;

        for (size_t i = 0; i < (size_t)2 * GRID; i++) {
            const int finite = isfinite(s->value[f][i]);

            broken += !finite;
            lost += s->value[f][i] == 0;
            worst = finite && s->off[f][i] > worst ? s->off[f][i] : worst;
        }
        printf("%-8s %10d %6d %14.2g\n", name[f], broken, lost, worst);
    }
}

/* The first z of the grid for which yhat has rounded to 1. */
static double saturated(const study *s)
{
    size_t i = 0;

    while (i < GRID && s->yhat[i] < 1)
        i++;
    return i < GRID ? s->z[i] : (double)INFINITY;
}

/* The largest error around a whole z, NaN where a gradient is none.  Half an ulp, the least
 * that rounding can promise, is drawn for what happens to be nearer. */
static double worst_around(const study *s, int form, size_t from, int unit)
{
    double worst = 0.5;

    for (int i = unit * FINE - FINE / 2; i < unit * FINE + FINE / 2; i++) {
        const size_t at = from + (size_t)(i < 0 ? 0 : i >= GRID ? GRID - 1 : i);

        if (!isfinite(s->value[form][at]))
            return (double)NAN;
        worst = fmax(worst, s->off[form][at]);
    }
    return worst;
}

static void draw(lh_ctx *c, const char *path, const study *s, int label)
{
    static double z[UNITS], worst[FORMS][UNITS];
    const lh_mark mark = {"yhat is 1 from here on", saturated(s)};
    lh_curve curve[FORMS];

    for (int f = 0; f < FORMS; f++) {
        for (int unit = 0; unit < UNITS; unit++) {
            z[unit] = unit - 100;
            worst[f][unit] = worst_around(s, f, label ? 0 : GRID, unit);
        }
        curve[f] = (lh_curve){name[f], z, worst[f], UNITS, 0};
    }
    lh_plot_curves(c, path,
                   (lh_axes){.title = label ? "dL/dz in float where y = 1, the worst around each z"
                                            : "dL/dz in float where y = 0, the worst around each z",
                             .x = "z", .y = "error in ulps", .log_y = 1, .mark = &mark, .marks = 1},
                   curve, FORMS);
}

static void write_csv(lh_ctx *c, const char *path, const study *s)
{
    lh_column column[4 + 2 * FORMS] = {
        {"z", s->z}, {"y", s->y}, {"yhat", s->yhat}, {"truth", s->truth}};
    char ulps_of[FORMS][32];

    for (int f = 0; f < FORMS; f++) {
        snprintf(ulps_of[f], sizeof ulps_of[f], "%s ulps", name[f]);
        column[4 + f] = (lh_column){name[f], s->value[f]};
        column[4 + FORMS + f] = (lh_column){ulps_of[f], s->off[f]};
    }
    lh_csv(c, path, column, 4 + 2 * FORMS, POINTS);
}

int main(int argc, char **argv)
{
    static study s;
    lh_ctx *c = lh_open(argc, argv, "where floating point parts from the page: dL/dz in float");
    lh_opt_example(c, "saturation", "the table; figures and every number in the folder run");
    lh_opt_example(c, "saturation --out=lesson --plot=svg", "figures that can be scaled");
    const char *out = lh_opt_path(c, "out", "run", "folder for the results");

    lh_params *theta = lh_params_new(c, LH_F32);
    lh_tape   *t     = lh_tape_new(theta);
    lh_var z = lh_want(lh_input(t, "z", LH_ROWS, 1)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_let(yhat, lh_sigmoid(z));        /* NOTES 6, 9 */
    lh_let(L,    lh_bce(yhat, y));      /* NOTES 7 */
    lh_let(Lz,   lh_bce_logits(z, y));  /* the same number, from z */

    if (lh_opt_done(c) == LH_OK && lh_params_type(theta) != LH_F32)
        lh_fail(c, LH_EUSAGE, "saturation is about float: leave --type=f64 away");
    place(&s);
    by_tape(L, z, y, &s, s.value[PAGE], s.yhat);
    by_tape(Lz, z, y, &s, s.value[OURS], NULL);
    by_formula(&s);
    if (lh_error(c) == LH_OK) {
        print_table(&s);
        print_grid(&s);
    }
    lh_folder(c, out);
    write_csv(c, lh_path(c, out, "saturation.csv"), &s);
    draw(c, lh_path(c, out, "saturation.png"), &s, 1);
    draw(c, lh_path(c, out, "saturation0.png"), &s, 0);
    return lh_close(c);
}
