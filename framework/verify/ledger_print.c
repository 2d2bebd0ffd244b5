/* ledger_print.c -- the ledger as a table on standard output. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* "0.5", "1.2e+04", in seven columns. */
static const char *ulps(double x, char text[16])
{
    snprintf(text, 16, x < 9999.5 ? "%.1f" : "%.1e", x);
    return text;
}

static void print_row(const lh_entry *e)
{
    char shape[40], worst[40], checked[40], a[16], b[16];

    snprintf(shape, sizeof shape, "[%zu x %zu]", e->rows, e->cols);
    snprintf(worst, sizeof worst, "(%zu,%zu)", e->row, e->col);
    snprintf(checked, sizeof checked, "%zu/%zu", e->compared, e->rows * e->cols);
    printf("%-6s %-10s %-8s %12.5e %18.10e %18.10e%c %14.7e %7s %7s %9s  %s\n", e->name, shape,
           worst, e->tape32, e->tape64, e->hand, e->by_driver ? '*' : ' ', e->differences,
           ulps(e->ulps32, a), ulps(e->ulps64, b), checked, e->agrees ? "agree" : "DISAGREE");
}

void lhi_ledger_print(const lhi_check *k, const lh_entry *e, size_t count, const char *loss,
                      const char *data)
{
    size_t agree = 0, compared = 0, kinks = 0, by_driver = 0;
    double largest = 0;

    printf("Gradient ledger of %s, %zu rows of %s: each gradient at its worst element\n\n", loss,
           k->rows, data);
    printf("%-6s %-10s %-8s %12s %18s %18s  %14s %7s %7s %9s\n", "", "shape", "worst at",
           "tape (f32)", "tape (f64)", "hand", "differences", "ulp f32", "ulp f64", "checked");
    for (size_t i = 0; i < count; i++) {
        print_row(&e[i]);
        agree += (size_t)e[i].agrees;
        compared += e[i].compared;
        kinks += e[i].kinks;
        by_driver += (size_t)e[i].by_driver;
        largest = fmax(largest, e[i].difference_bound);
    }
    printf("\n%zu of %zu gradients agree. Differences: h = %.2g max(1,|x|), error estimate %.1e at "
           "most;\n%zu elements compared, %zu left out at a kink.%s\n\n",
           agree, count, cbrt(DBL_EPSILON), largest, compared, kinks,
           by_driver ? " * derived by the driver." : "");
}
