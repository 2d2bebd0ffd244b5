/* curves.c -- curves and tables of a driver's own: a figure, and comma separated values. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/place.h"
#include "framework/report/report.h"

#include <longhand/curves.h>

#include <math.h>

/* Beyond these gnuplot's own arithmetic on the range of an axis overflows. */
static int fits(double x, int logarithmic)
{
    return isfinite(x) && fabs(x) < 1e300 && (!logarithmic || x > 1e-300);
}

static int is_drawn(const lh_axes *a, const lh_curve *v, size_t i)
{
    return fits(v->x[i], a->log_x) && fits(v->y[i], a->log_y);
}

typedef struct extent {
    double left, right, low, high;
    size_t points;
} extent;

static extent extent_of(const lh_axes *a, const lh_curve *curve, size_t n)
{
    const double far = (double)INFINITY;
    extent r = {far, -far, far, -far, 0};

    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < curve[k].n; i++)
            if (is_drawn(a, &curve[k], i)) {
                r.left = fmin(r.left, curve[k].x[i]);
                r.right = fmax(r.right, curve[k].x[i]);
                r.low = fmin(r.low, curve[k].y[i]);
                r.high = fmax(r.high, curve[k].y[i]);
                r.points++;
            }
    return r;
}

/* Not a number interrupts the line, where a missing one would not; of very many one does.
 * Returns the points. */
static size_t add_data(const lh_axes *a, const lh_curve *v, size_t k, lhi_text *t)
{
    char *keep = lhi_alloc_array(t->c, v->n + 1, 1);
    size_t drawn = 0;
    int gap = 0;

    lhi_text_add(t, "$curve%zu << EOD\n", k);
    for (size_t i = 0; keep && i < v->n; i++)
        keep[i] = (char)is_drawn(a, v, i);
    if (keep)
        lhi_thin(v->x, v->y, v->n, a->log_x, 1, keep);
    for (size_t i = 0; keep && i < v->n; i++) {
        const int is_gap = !is_drawn(a, v, i);

        if (keep[i]) {
            lhi_text_add(t, "%.17g %.17g\n", v->x[i], v->y[i]);
            drawn++;
        } else if (is_gap && (!gap || v->n <= LHI_MOST_POINTS))
            lhi_text_add(t, "NaN NaN\n");
        gap = is_gap;
    }
    lhi_text_add(t, "EOD\n");
    lhi_release(t->c, keep);
    return drawn;
}

static void add_text(lhi_text *t, const char *what, const char *text, const char *where)
{
    if (!text)
        return;
    lhi_text_add(t, "set %s ", what);
    lhi_add_quoted(t, text);
    lhi_text_add(t, "%s\n", where);
}

static void add_axes(const lh_axes *a, extent r, lhi_text *t)
{
    add_text(t, "title", a->title, "");
    add_text(t, "xlabel", a->x, " offset 0,0.3");
    add_text(t, "ylabel", a->y, "");
    if (a->log_x)
        lhi_add_decades(t, 'x', r.left, r.right);
    else if (r.left < r.right)
        lhi_text_add(t, "set xrange [%.17g:%.17g]\n", r.left, r.right);
    if (a->log_y)
        lhi_add_decades(t, 'y', r.low, r.high);
    for (size_t i = 0; i < a->marks; i++) {
        const lh_mark *m = &a->mark[i];

        if (!fits(m->x, a->log_x) || m->x < r.left || m->x > r.right)
            continue;
        lhi_text_add(t, "set arrow from first %.17g,graph 0 to first %.17g,graph 1 nohead back "
                        "lw 1.5 dt (2,4) lc rgb '#606060'\nset label ", m->x, m->x);
        lhi_add_quoted(t, m->name ? m->name : "");
        lhi_text_add(t, " at first %.17g,graph 0.96 left offset 0.4,0 tc rgb '#606060'\n", m->x);
    }
}

/* A curve has the style of its family, which goes from one that is not dashed to the next;
 * where there are dashed ones in it, the first is solid. */
static void add_curve(const lh_curve *v, size_t k, size_t family, int alone, size_t drawn,
                      lhi_text *t)
{
    const char *dashes = v->dashed ? " dt (8,5)" : alone ? "" : " dt solid";

    lhi_text_add(t, "%s", k == 0 ? "plot " : ", \\\n     ");
    if (drawn > 0)
        lhi_text_add(t, "$curve%zu using 1:2", k);
    else
        lhi_text_add(t, "NaN"); /* for its line in the key: data without a value are an error */
    lhi_text_add(t, " with linespoints ls %zu%s title ", family, dashes);
    lhi_add_quoted(t, v->name ? v->name : "");
    if (drawn == 0)
        lhi_text_add(t, ".' (no finite values)'");
}

static void add_figure(const lh_axes *a, const lh_curve *curve, size_t n, lhi_text *t)
{
    const extent r = extent_of(a, curve, n);
    lhi_text plot = {.c = t->c};
    size_t family = 0;

    lhi_add_look(t);
    if (r.points == 0) {
        lhi_add_nothing(t);
        return;
    }
    add_axes(a, r, t);
    for (size_t k = 0; k < n; k++) {
        const size_t drawn = add_data(a, &curve[k], k, t);
        const int alone = k + 1 == n || !curve[k + 1].dashed;

        if (!curve[k].dashed || family == 0)
            lhi_add_style(t, family++, drawn);
        add_curve(&curve[k], k, family, alone, drawn, &plot);
    }
    lhi_text_put(t, plot.at ? plot.at : "", plot.size);
    lhi_text_add(t, "\n");
    lhi_text_free(&plot);
}

/* Is everything there that a figure is drawn from?  The error is kept otherwise. */
static int may_draw(lh_ctx *c, const char *path, const lh_axes *a, const lh_curve *curve, size_t n)
{
    int whole = curve != NULL && (a->mark || a->marks == 0);

    for (size_t k = 0; whole && k < n; k++)
        whole = curve[k].n == 0 || (curve[k].x && curve[k].y);
    if (!path)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_plot_curves: there is no path");
    else if (n == 0)
        lhi_fail(c, LH_EUSAGE, NULL, "a figure of no curves was asked for: %s", path);
    else if (!whole)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_plot_curves: %s: an array is missing", path);
    return lhi_ok(c);
}

lh_status lh_plot_curves(lh_ctx *c, const char *path, lh_axes a, const lh_curve *curve, size_t n)
{
    LHI_USUAL_FLOATS(c);
    lhi_picture p;

    if (!lhi_ok(c) || c->set.dry_run)
        return lhi_ok(c) ? LH_OK : lh_error(c);
    if (may_draw(c, path, &a, curve, n) && lhi_picture_begin(&p, c, path)) {
        add_figure(&a, curve, n, &p.body);
        lhi_picture_end(&p);
    }
    return lhi_call_ends(c);
}

static void add_number(lhi_text *t, double x)
{
    if (isnan(x))
        lhi_text_add(t, "nan");
    else if (isinf(x))
        lhi_text_add(t, x > 0 ? "inf" : "-inf");
    else
        lhi_text_add(t, "%.17g", x);
}

static int may_write(lh_ctx *c, const char *path, const lh_column *column, size_t columns,
                     size_t rows)
{
    if (!path)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_csv: there is no path");
    else if (columns == 0)
        lhi_fail(c, LH_EUSAGE, NULL, "a table of no columns was asked for: %s", path);
    else if (!column)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_csv: %s: the columns are missing", path);
    for (size_t k = 0; lhi_ok(c) && k < columns; k++)
        if (!column[k].name || (rows > 0 && !column[k].at))
            lhi_fail(c, LH_EUSAGE, NULL, "lh_csv: %s: column %zu has no %s", path, k + 1,
                     column[k].name ? "numbers" : "name");
    return lhi_ok(c);
}

static void write_table(lh_ctx *c, const char *path, const lh_column *column, size_t columns,
                        size_t rows)
{
    LHI_USUAL_FLOATS(c);
    lhi_text t = {.c = c};

    for (size_t k = 0; k < columns; k++) {
        lhi_text_add(&t, k ? "," : "");
        lhi_add_csv(&t, column[k].name);
    }
    lhi_text_add(&t, "\n");
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++) {
            add_number(&t, column[k].at[i]);
            lhi_text_add(&t, k + 1 < columns ? "," : "\n");
        }
    lhi_text_write(&t, path, "the table");
    lhi_text_free(&t);
}

lh_status lh_csv(lh_ctx *c, const char *path, const lh_column *column, size_t columns, size_t rows)
{
    if (!lhi_ok(c) || c->set.dry_run)
        return lhi_ok(c) ? LH_OK : lh_error(c);
    if (may_write(c, path, column, columns, rows))
        write_table(c, path, column, columns, rows);
    return lhi_call_ends(c);
}
