/* speed.c -- figures of a measurement: speed-up over threads, and the roofline. */
/* SPDX-License-Identifier: MIT */
#include "framework/report/report.h"

#include <math.h>

static const char *const colours[] = {"#D55E00", "#009E73", "#CC79A7", "#E69F00"};
static const char *const dashes[] = {"solid", "(12,5)", "(3,4)", "(12,4,3,4)"};

static int is_drawn(double x)
{
    return isfinite(x) && x > 1e-300 && x < 1e300;
}

lh_status lhi_figure_scaling(lh_ctx *c, const char *path, const lhi_scaling *curve, size_t n)
{
    lhi_picture p;
    lhi_text *t = &p.body;
    double most = 1;

    if (!lhi_picture_begin(&p, c, path))
        return c->status;
    lhi_add_look(t);
    for (size_t k = 0; k < n; k++) {
        lhi_text_add(t, "$curve%zu << EOD\n", k);
        for (size_t i = 0; i < curve[k].n; i++)
            if (is_drawn(curve[k].x[i]) && is_drawn(curve[k].y[i])) {
                lhi_text_add(t, "%.17g %.17g\n", curve[k].x[i], curve[k].y[i]);
                most = curve[k].x[i] > most ? curve[k].x[i] : most;
            }
        lhi_text_add(t, "EOD\n");
        lhi_add_style(t, k, curve[k].n);
    }
    lhi_text_add(t, "set xlabel 'threads' offset 0,0.3\nset ylabel 'times as fast as one thread'\n"
                    "set xrange [0.9:%g]\nset yrange [0:*]\n", most + 0.1);
    if (most <= 16)
        lhi_text_add(t, "set xtics 1\n");
    lhi_text_add(t, "set key inside left top vertical\n"
                    "plot x with lines lw 1.5 dt (6,5) lc rgb '#808080' title 'ideal'");
    for (size_t k = 0; k < n; k++) {
        lhi_text_add(t, ", \\\n     $curve%zu using 1:2 with linespoints ls %zu title ", k, k + 1);
        lhi_add_quoted(t, curve[k].name);
    }
    lhi_text_add(t, "\n");
    return lhi_picture_end(&p);
}

/* Points have numbers and their names stand in the key, since many are near each other. */
static void add_points(lhi_text *t, const lhi_point *point, size_t n)
{
    lhi_text_add(t, "$points << EOD\n");
    for (size_t i = 0; i < n; i++)
        if (is_drawn(point[i].intensity) && is_drawn(point[i].rate))
            lhi_text_add(t, "%.17g %.17g\n", point[i].intensity, point[i].rate);
    lhi_text_add(t, "EOD\n");
    for (size_t i = 0; i < n; i++)
        if (is_drawn(point[i].intensity) && is_drawn(point[i].rate))
            lhi_text_add(t, "set label '%zu' at %.17g,%.17g center offset 0,%s font ',9' front\n",
                         i + 1, point[i].intensity, point[i].rate, i % 2 ? "-0.7" : "0.7");
}

static void add_names(lhi_text *t, const lhi_point *point, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_drawn(point[i].intensity) && is_drawn(point[i].rate)) {
            lhi_text_add(t, ", \\\n     NaN with points pt 7 lc rgb '#0072B2' title '%zu  '.",
                         i + 1);
            lhi_add_quoted(t, point[i].name);
        }
}

lh_status lhi_figure_roofline(lh_ctx *c, const char *path, double peak, const lhi_roof *roof,
                              size_t roofs, const lhi_point *point, size_t n)
{
    lhi_picture p;
    lhi_text *t = &p.body;
    double least = 1, most = 8, low = peak;

    if (!lhi_picture_begin(&p, c, path))
        return c->status;
    for (size_t i = 0; i < n; i++) /* every point has to be within the frame */
        if (is_drawn(point[i].intensity) && is_drawn(point[i].rate)) {
            least = fmin(least, point[i].intensity);
            most = fmax(most, point[i].intensity);
            low = fmin(low, point[i].rate);
        }
    p.width = 1100; /* the key stands beside the frame */
    lhi_add_look(t);
    add_points(t, point, n);
    lhi_text_add(t, "set logscale xy\nset xrange [%g:%g]\nset yrange [%g:%g]\nset format '%%g'\n",
                 least / 2, most * 2, low / 2, peak * 2);
    lhi_text_add(t, "set xlabel 'operations a byte' offset 0,0.3\nset ylabel 'GFLOP/s'\n"
                    "set samples 400\nset key outside right top vertical\n"
                    "peak = %.17g\nplot peak with lines lw 2 lc rgb '#000000' title "
                    "sprintf('peak, %%.0f GFLOP/s', peak)", peak);
    for (size_t k = 0; k < roofs; k++) {
        lhi_text_add(t, ", \\\n     (x * %.17g < peak ? x * %.17g : NaN) with lines lw 2 dt %s "
                        "lc rgb '%s' title ",
                     roof[k].rate, roof[k].rate, dashes[k % 4], colours[k % 4]);
        lhi_add_quoted(t, roof[k].name);
        lhi_text_add(t, ".', %.0f GB/s'", roof[k].rate);
    }
    lhi_text_add(t, ", \\\n     $points using 1:2 with points pt 7 lc rgb '#0072B2' notitle");
    add_names(t, point, n);
    lhi_text_add(t, "\n");
    return lhi_picture_end(&p);
}
