/* vcurve.c -- how wrong differences are: truncation at large steps, rounding at small ones. */
/* SPDX-License-Identifier: MIT */
#include <longhand.h>

#include <float.h>
#include <math.h>
#include <stdio.h>

enum { STEPS = 61 }; /* 2^-4 to 2^-64 */

/* One element type. */

typedef struct sweep {
    const char *name, *one_sided, *central;
    lh_type type;
    double  epsilon; /* distance from 1 to the next number */
    size_t  steps;   /* down to about that */
    lh_vpoint at[STEPS];
    double h[STEPS], forward[STEPS], both[STEPS];
} sweep;

/* The step with the least error. */
static size_t best(const double *error, size_t n)
{
    size_t least = 0;

    for (size_t i = 1; i < n; i++)
        if (error[i] < error[least])
            least = i;
    return least;
}

static void print_row(const sweep *s, const char *kind, const double *error, double h, double e)
{
    const size_t i = best(error, s->steps);

    printf("%-5s %-10s %9.1e %9.1e %9.1e %9.1e %7zu/%d\n", s->name, kind, s->h[i], h, error[i], e,
           s->at[i].kinked, LH_DIRECTIONS);
}

/* In theory truncation grows as h or h^2 and rounding as eps/h: where they meet is best. */
static void print_table(const sweep *s, const char *layers)
{
    printf("Differences of the loss against its gradient, %s layers\n\n%-5s %-10s %9s %9s %9s %9s "
           "%9s\n", layers, "", "", "best h", "in theory", "error", "in theory", "kinked");
    for (size_t k = 0; k < 3; k++, s++) {
        const double root = sqrt(s->epsilon), cube = cbrt(s->epsilon);

        print_row(s, "one-sided", s->forward, root, root);
        print_row(s, "central", s->both, cube, cube * cube);
    }
    printf("\nbest h in theory: sqrt(eps) and cbrt(eps), eps the distance from 1 to the next "
           "number;\nkinked: directions in which a ReLU changes its piece within that step\n");
}

static void measure(sweep *s, lh_var L, lh_data *d, size_t rows)
{
    lh_difference_errors(L, d, rows, s->type, s->at, s->steps);
    for (size_t i = 0; i < STEPS; i++) {
        s->h[i] = s->at[i].h;
        s->forward[i] = i < s->steps ? s->at[i].forward : (double)NAN;
        s->both[i] = i < s->steps ? s->at[i].central : (double)NAN;
    }
}

static void draw(lh_ctx *c, const char *path, const sweep *s, const char *title)
{
    const lh_mark mark[] = {{"wide", cbrt(s[2].epsilon)},
                            {"f64", cbrt(s[1].epsilon)},
                            {"f32", cbrt(s[0].epsilon)}};
    lh_curve curve[6];

    for (size_t k = 0; k < 3; k++) {
        curve[2 * k] = (lh_curve){s[k].central, s[k].h, s[k].both, s[k].steps, 0};
        curve[2 * k + 1] = (lh_curve){s[k].one_sided, s[k].h, s[k].forward, s[k].steps, 1};
    }
    lh_plot_curves(c, path,
                   (lh_axes){.title = title, .x = "step h", .y = "relative error", .log_x = 1,
                             .log_y = 1, .mark = mark, .marks = 3},
                   curve, 6);
}

static void write_csv(lh_ctx *c, const char *path, const sweep *s)
{
    lh_column column[7] = {{"h", s[2].h}};
    size_t n = 1;

    for (size_t k = 0; k < 3; k++) {
        column[n++] = (lh_column){s[k].one_sided, s[k].forward};
        column[n++] = (lh_column){s[k].central, s[k].both};
    }
    lh_csv(c, path, column, n, STEPS);
}

int main(int argc, char **argv)
{
    static sweep s[3] = {{.name = "f32", .one_sided = "one-sided f32", .central = "central f32",
                          .type = LH_F32, .epsilon = (double)FLT_EPSILON, .steps = 21},
                         {.name = "f64", .one_sided = "one-sided f64", .central = "central f64",
                          .type = LH_F64, .epsilon = DBL_EPSILON, .steps = 50},
                         {.name = "wide", .one_sided = "one-sided wide", .central = "central wide",
                          .type = LH_WIDE, .epsilon = (double)LDBL_EPSILON, .steps = STEPS}};
    lh_ctx *c = lh_open(argc, argv, "the error of differences over their step");
    lh_opt_example(c, "vcurve", "the network of the notes; vcurve.png and vcurve.csv in run");
    lh_opt_example(c, "vcurve --smooth --out=smooth", "without kinks: as in the textbook");
    lh_opt_example(c, "vcurve --seed=2 --rows=500", "other first values and directions");
    const char *source = lh_opt_path(c, "data", "wdbc", "CSV file, or wdbc");
    long rows = lh_opt_int(c, "rows", 32, "rows that the loss is taken over");
    int smooth = lh_opt_flag(c, "smooth", "sigmoid layers in place of the ReLU ones: no kinks");
    const char *out = lh_opt_path(c, "out", "run", "folder for the results");

    lh_data *d = lh_data_open(c, source);
    ptrdiff_t n = lh_cols(d), h1 = 16, h2 = 8;
    lh_params *theta = lh_params_new(c, LH_F32);
    lh_tape   *t     = lh_tape_new(theta);
    lh_var X  = lh_input(t, "X", LH_ROWS, n), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(t, "W1", n, h1, LH_HE),     b1 = lh_param(t, "b1", 1, h1, LH_ZEROS);
    lh_var W2 = lh_param(t, "W2", h1, h2, LH_HE),    b2 = lh_param(t, "b2", 1, h2, LH_ZEROS);
    lh_var W3 = lh_param(t, "W3", h2, 1, LH_GLOROT), b3 = lh_param(t, "b3", 1, 1, LH_ZEROS);
    lh_let(Z1, lh_add(lh_matmul(X, W1), b1));
    lh_let(A1, smooth ? lh_sigmoid(Z1) : lh_relu(Z1));
    lh_let(Z2, lh_add(lh_matmul(A1, W2), b2));
    lh_let(A2, smooth ? lh_sigmoid(Z2) : lh_relu(Z2));
    lh_let(Z3, lh_add(lh_matmul(A2, W3), b3));
    lh_let(L,  lh_bce_logits(Z3, y));

    if (rows < 1)
        lh_fail(c, LH_EUSAGE, "--rows=%ld: at least one row is needed", rows);
    for (size_t k = 0; k < 3; k++)
        measure(&s[k], L, d, (size_t)rows);
    if (lh_error(c) == LH_OK)
        print_table(s, smooth ? "sigmoid" : "ReLU");
    lh_folder(c, out);
    write_csv(c, lh_path(c, out, "vcurve.csv"), s);
    draw(c, lh_path(c, out, "vcurve.png"), s,
         smooth ? "Differences against the gradient, sigmoid layers; dotted: cbrt(eps)"
                : "Differences against the gradient, ReLU layers; dotted: cbrt(eps)");
    return lh_close(c);
}
