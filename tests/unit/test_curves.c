/* test_curves.c -- the error of differences obeys its laws; curves and tables are whole. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/report_case.h"

#include "framework/system/fault.h"

#include <errno.h>
#include <float.h>

#include <longhand.h>

enum { STEPS = 61 };

typedef struct net {
    lh_ctx *c;
    lh_data *d;
    lh_var L, Z;
} net;

/* A network of two layers on wdbc: sigmoid ones, or ReLU ones. */
static net open_net(int smooth, uint64_t seed)
{
    net k = {.c = begin()};

    k.c->set.seed = seed;
    k.d = lh_data_open(k.c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(k.c, LH_F32));
    lh_var X = lh_input(t, "X", LH_ROWS, 30), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(t, "W1", 30, 16, LH_HE), b1 = lh_param(t, "b1", 1, 16, LH_ZEROS);
    lh_var W2 = lh_param(t, "W2", 16, 1, LH_GLOROT);
    lh_var Z1 = lh_add(lh_matmul(X, W1), b1);
    k.Z = lh_matmul(smooth ? lh_sigmoid(Z1) : lh_relu(Z1), W2);
    k.L = lh_bce_logits(k.Z, y);
    return k;
}

static size_t best(const lh_vpoint *at, size_t n, int central)
{
    size_t least = 0;

    for (size_t i = 1; i < n; i++)
        if (central ? at[i].central < at[least].central : at[i].forward < at[least].forward)
            least = i;
    return least;
}

static int within_a_decade(double x, double of)
{
    return x > of / 10 && x < of * 10;
}

/* The step and the error where truncation meets rounding, as the textbook has them. */
static void minimum(void)
{
    static const double epsilon[LH_TYPES] = {(double)FLT_EPSILON, DBL_EPSILON,
                                             (double)LDBL_EPSILON};
    static const size_t steps[LH_TYPES] = {21, 50, STEPS};
    lh_vpoint at[STEPS];

    for (uint64_t seed = 1; seed <= 4; seed++)
        for (int type = 0; type < LH_TYPES; type++) {
            net k = open_net(1, seed);
            const double root = sqrt(epsilon[type]), cube = cbrt(epsilon[type]);

            CHECK(lh_difference_errors(k.L, k.d, 32, (lh_type)type, at, steps[type]) == LH_OK,
                  "%s", lh_message(k.c));
            const size_t one = best(at, steps[type], 0), two = best(at, steps[type], 1);

            CHECK(within_a_decade(at[one].h, root), "type %d: %g, %g", type, at[one].h, root);
            CHECK(within_a_decade(at[one].forward, root), "type %d: %g", type, at[one].forward);
            CHECK(within_a_decade(at[two].h, cube), "type %d: %g, %g", type, at[two].h, cube);
            CHECK(within_a_decade(at[two].central, cube * cube), "type %d: %g", type,
                  at[two].central);
            lh_close(k.c);
        }
}

/* log2(error) over log2(h) between two steps. */
static double slope(double right, double left, int halvings)
{
    return log2(right / left) / halvings;
}

static void slopes(void)
{
    net k = open_net(1, 1);
    lh_vpoint at[STEPS];

    CHECK(lh_difference_errors(k.L, k.d, 32, LH_F64, at, 50) == LH_OK, "%s", lh_message(k.c));
    for (size_t i = 0; i < 50; i++) {
        CHECK(at[i].h == ldexp(1, -4 - (int)i), "step %zu is %g", i, at[i].h);
        CHECK(at[i].kinked == 0, "%zu kinks without a ReLU", at[i].kinked);
    }
    CHECK(fabs(slope(at[2].forward, at[16].forward, 14) - 1) < 0.05, "one-sided: %g",
          slope(at[2].forward, at[16].forward, 14));
    CHECK(fabs(slope(at[2].central, at[11].central, 9) - 2) < 0.05, "central: %g",
          slope(at[2].central, at[11].central, 9));
    CHECK(fabs(slope(at[26].forward, at[46].forward, 20) + 1) < 0.15, "rounding, one-sided: %g",
          slope(at[26].forward, at[46].forward, 20));
    CHECK(fabs(slope(at[20].central, at[46].central, 26) + 1) < 0.15, "rounding, central: %g",
          slope(at[20].central, at[46].central, 26));
    lh_close(k.c);
}

/* v w is quadratic along a line: the central difference is exact, and the one-sided one off
 * by h |sum of signs| / |slope|, whose sum is odd. */
static void quadratic(void)
{
    lh_ctx *c = begin();
    lh_data *d = lh_data_open(c, "wdbc");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
    lh_var L = lh_matmul(lh_param(t, "v", 1, 5, LH_HE), lh_param(t, "w", 5, 1, LH_HE));
    lh_vpoint at[12];

    CHECK(lh_difference_errors(L, d, 1, LH_WIDE, at, 12) == LH_OK, "%s", lh_message(c));
    for (size_t i = 0; i + 1 < 12; i++) {
        CHECK(at[i].central < 1e5 * (double)LDBL_EPSILON, "h = %g: %g", at[i].h, at[i].central);
        CHECK(fabs(at[i].forward / at[i + 1].forward - 2) < 1e-6, "h = %g: %g", at[i].h,
              at[i].forward);
        CHECK(at[i].forward > at[i].h / 50, "h = %g: %g", at[i].h, at[i].forward);
    }
    lh_close(c);
}

static void kinks(void)
{
    net k = open_net(0, 1);
    lh_vpoint at[40];

    CHECK(lh_difference_errors(k.L, k.d, 32, LH_F64, at, 40) == LH_OK, "%s", lh_message(k.c));
    CHECK(at[0].kinked == LH_DIRECTIONS, "%zu at the largest step", at[0].kinked);
    CHECK(at[39].kinked == 0, "%zu at the smallest", at[39].kinked);
    for (size_t i = 1; i < 40; i++)
        CHECK(at[i].kinked <= at[i - 1].kinked, "%zu after %zu", at[i].kinked, at[i - 1].kinked);
    lh_close(k.c);
}

static void repeated(void)
{
    net k = open_net(0, 1), other = open_net(0, 2);
    lh_vpoint a[20], b[20];

    lh_difference_errors(k.L, k.d, 32, LH_F32, a, 20);
    const size_t blocks = k.c->block_count;
    lh_difference_errors(k.L, k.d, 32, LH_F32, b, 20);
    CHECK(memcmp(a, b, sizeof a) == 0, "two sweeps differ");
    CHECK(k.c->block_count == blocks, "%zu blocks, then %zu", blocks, k.c->block_count);
    lh_difference_errors(other.L, other.d, 32, LH_F32, b, 20);
    CHECK(memcmp(a, b, sizeof a) != 0, "the seed changes nothing");
    lh_close(other.c);
    lh_close(k.c);
}

static void refused(lh_status wanted, int what)
{
    net k = open_net(0, 1);
    lh_var L = k.L;
    lh_vpoint at[3];

    if (what == 1)
        L = k.Z;
    if (what == 2)
        L = lh_bce_logits(lh_want(lh_input(L.tape, "z", LH_ROWS, 1)), lh_named(L.tape, "y"));
    if (what == 3) {
        lh_var zero = lh_param(L.tape, "zero", 1, 1, LH_ZEROS);
        L = lh_matmul(zero, zero);
    }
    CHECK(lh_difference_errors(L, k.d, what == 0 ? 0 : 8, LH_F64, at, 3) == wanted,
          "case %d: %s", what, lh_message(k.c));
    CHECK(isnan(at[2].central) && isnan(at[2].forward), "case %d: numbers all the same", what);
    CHECK(lh_difference_errors(k.L, k.d, 8, LH_F64, at, 3) == LH_OK && isfinite(at[2].central) &&
              lh_error(k.c) == wanted, "an error of the call, which is kept: %s", lh_message(k.c));
    lh_close(k.c);
}

static void refusals(void)
{
    lh_vpoint at[3];

    refused(LH_EUSAGE, 0);
    refused(LH_ESHAPE, 1);
    refused(LH_ENAME, 2);
    refused(LH_EVERIFY, 3);
    CHECK(lh_difference_errors((lh_var){NULL, 0, 0}, NULL, 8, LH_F64, at, 3) == LH_EUSAGE,
          "an inert loss");
}

static void no_memory(void)
{
    long failed = 0, struck = 1;

    for (long n = 1; struck > 0 && n < 400; n++) {
        net k = open_net(0, 1);
        lh_vpoint at[5];

        lhi_fault_arm(LHI_FAULT_ALLOC, n, 1, ENOMEM);
        const lh_status s = lh_difference_errors(k.L, k.d, 4, LH_F32, at, 5);

        struck = lhi_fault_struck(LHI_FAULT_ALLOC);
        lhi_fault_arm(LHI_FAULT_ALLOC, 1, 0, 0);
        CHECK(s == (struck ? LH_ENOMEM : LH_OK), "allocation %ld: %s", n, lh_message(k.c));
        failed += struck;
        lh_close(k.c);
    }
    CHECK(failed >= 8 && struck == 0, "%ld allocations", failed);
}

static const double xs[] = {1, 10, 100, 1000, 10000}, rising[] = {1, 2, 3, 4, 5},
                    holed[] = {1e-3, NAN, 0, INFINITY, 1e3}, none[] = {-1, 0, -2, NAN, -INFINITY};

static size_t times(const char *text, const char *word)
{
    size_t n = 0;

    while ((text = strstr(text, word)) != NULL) {
        n++;
        text += strlen(word);
    }
    return n;
}

/* The script of a figure, without gnuplot. */
static char *script(lh_ctx *c, lh_axes a, const lh_curve *curve, size_t n)
{
    use_fake(NULL);
    remove(check_path("a.gp"));
    CHECK(lh_plot_curves(c, check_path("a.png"), a, curve, n) == LH_OK, "%s", lh_message(c));
    unsetenv("LONGHAND_GNUPLOT");
    return check_read(check_path("a.gp"), NULL);
}

static void scripts(void)
{
    const lh_mark mark[] = {{"here", 50}, {"outside", 1e9}, {NULL, NAN}};
    const lh_curve curve[] = {{"whole", xs, rising, 5, 0}, {"its 'partner'", xs, holed, 5, 1},
                              {"other", xs, rising, 5, 0}, {"empty", xs, none, 5, 0}};
    lh_ctx *c = begin();
    char *text = script(c, (lh_axes){"title", "x", "y", 1, 1, mark, 3}, curve, 4);

    CHECK(warnings == 1 && strstr(heard, "gnuplot was not found"), "%d: %s", warnings, heard);
    CHECK(times(text, "NaN NaN") == 3 + 5, "%zu gaps", times(text, "NaN NaN"));
    CHECK(strstr(text, "set logscale x\nset xrange [1e0:1e4]") != NULL, "%s", text);
    CHECK(strstr(text, "set logscale y\nset yrange [1e-3:1e3]") != NULL, "%s", text);
    CHECK(times(text, "set arrow") == 1 && strstr(text, "set label 'here'"), "%s", text);
    CHECK(strstr(text, "$curve0 using 1:2 with linespoints ls 1 dt solid title 'whole'") != NULL,
          "the first of a family: %s", text);
    CHECK(strstr(text, "$curve1 using 1:2 with linespoints ls 1 dt (8,5) title") != NULL,
          "the second: %s", text);
    CHECK(strstr(text, "$curve2 using 1:2 with linespoints ls 2 title 'other'") != NULL,
          "one alone: %s", text);
    CHECK(strstr(text, "NaN with linespoints ls 3 title 'empty'.' (no finite values)'") != NULL,
          "one without a point: %s", text);
    free(text);
    text = script(c, (lh_axes){0}, curve, 2);
    CHECK(!strstr(text, "logscale") && !strstr(text, "set title") && !strstr(text, "set xlabel"),
          "%s", text);
    CHECK(strstr(text, "set xrange [1:10000]") && times(text, "NaN NaN") == 2, "%s", text);
    free(text);
    text = script(c, (lh_axes){.log_y = 1}, curve + 3, 1);
    CHECK(strstr(text, "no finite values") != NULL, "%s", text);
    free(text);
    lh_close(c);
}

static void pictures(void)
{
    static double z[400], e[400];
    const lh_mark mark[] = {{"`touch canary`", 3}};
    const lh_curve curve[] = {{"'.system('touch canary').'", z, e, 400, 0},
                              {NULL, z, e, 1, 1}, {"\nEOD\n!touch canary\n", z, e, 0, 0}};

    if (!have_gnuplot())
        return;
    for (int i = 0; i < 400; i++) {
        z[i] = 0.1 * (i + 1);
        e[i] = i % 7 ? exp(-z[i]) : NAN;
    }
    CHECK(chdir(check_folder()) == 0, "chdir");
    for (int logs = 0; logs < 4; logs++) {
        const lh_axes a = {"\"@canary", "\\", "{", logs & 1, logs / 2, mark, 1};
        lh_ctx *c = begin();

        remove("p.png"), remove("p.svg");
        CHECK(lh_plot_curves(c, "p.png", a, curve, 3) == LH_OK, "%s", lh_message(c));
        CHECK(lh_plot_curves(c, "p.svg", a, curve + 1, 2) == LH_OK, "%s", lh_message(c));
        CHECK(warnings == 0 && is_png("p.png") && is_svg("p.svg"), "axes %d: %s", logs, heard);
        CHECK(!exists("canary"), "a text ran a command");
        lh_close(c);
    }
}

static void no_figure(void)
{
    const lh_curve curve = {"a", xs, rising, 5, 0};
    const lh_column one = {"a", rising};
    lh_ctx *c = begin();

    c->set.plot = "none";
    CHECK(lh_plot_curves(c, check_path("no.png"), (lh_axes){0}, &curve, 1) == LH_OK, "none");
    c->set.plot = "auto";
    c->set.dry_run = 1;
    CHECK(lh_plot_curves(c, check_path("no.png"), (lh_axes){0}, &curve, 1) == LH_OK, "dry run");
    CHECK(lh_csv(c, check_path("no.csv"), &one, 1, 5) == LH_OK, "dry run");
    CHECK(files_with("no.") == 0, "something was written");
    lh_close(c);
    for (int what = 0; what < 5; what++) {
        static const lh_status wanted[] = {LH_EUSAGE, LH_EUSAGE, LH_EUSAGE, LH_EIO, LH_EIO};
        lh_status s = LH_OK;

        c = begin();
        if (what == 0)
            s = lh_plot_curves(c, check_path("no.pdf"), (lh_axes){0}, &curve, 1);
        else if (what == 1)
            s = lh_plot_curves(c, check_path("no.png"), (lh_axes){0}, &curve, 0);
        else if (what == 2)
            s = lh_csv(c, check_path("no.csv"), &one, 0, 5);
        else if (what == 3)
            s = lh_csv(c, check_path("no/where.csv"), &one, 1, 5);
        else
            s = lh_plot_curves(c, check_path("no/where.png"), (lh_axes){0}, &curve, 1);
        CHECK(s == wanted[what] && lh_error(c) == s, "case %d: %s", what, lh_message(c));
        CHECK(files_with("no.") == 0, "something was written");
        CHECK(lh_csv(c, check_path("yes.csv"), &one, 1, 5) == LH_OK && lh_error(c) == s,
              "an error of the call: another table is written");
        CHECK(lh_close(c) == lh_exit_code(s), "and it is told at the end");
    }
}

static void tables(void)
{
    const double values[] = {0.1, -0.0, NAN, INFINITY, -INFINITY};
    const lh_column both[] = {{"x", xs}, {"a, \"b\"", values}};
    lh_ctx *c = begin();

    CHECK(lh_csv(c, check_path("t.csv"), both, 2, 5) == LH_OK, "%s", lh_message(c));
    char *text = check_read(check_path("t.csv"), NULL);

    CHECK(strcmp(text, "x,\"a, \"\"b\"\"\"\n1,0.10000000000000001\n10,-0\n100,nan\n1000,inf\n"
                       "10000,-inf\n") == 0, "%s", text);
    free(text);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the error of differences is least where theory says, within a decade", minimum},
        {"truncation falls as h or h^2, rounding rises as 1/h", slopes},
        {"on a product of two vectors the central difference is exact", quadratic},
        {"a step that is small enough crosses no kink", kinks},
        {"a sweep is repeatable, keeps no memory and depends on the seed", repeated},
        {"what cannot be swept is refused", refusals},
        {"a sweep survives every failed allocation", no_memory},
        {"a script holds the curves with their gaps, families and marks", scripts},
        {"curves are drawn, and no text runs a command", pictures},
        {"without a figure nothing is written", no_figure},
        {"a table holds all digits, and what is not finite by name", tables},
        {NULL, NULL}};

    return check_main(argc, argv, "curves", tests);
}
