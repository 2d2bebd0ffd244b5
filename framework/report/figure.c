/* figure.c -- curves of the history, gradient norms and the ROC curve as gnuplot scripts. */
/* SPDX-License-Identifier: MIT */
#include "framework/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Colours that a colour-blind reader tells apart (Okabe and Ito), and dashes and
 * marks that differ where there is no colour. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                      "#E69F00", "#56B4E9", "#000000"};
static const char *const dashes[] = {"solid", "(12,5)", "(3,4)", "(12,4,3,4)", "(20,6)"};
static const int marks[] = {7, 5, 9, 13, 11, 6, 4, 8, 12, 10};

enum { COLOURS = 7, DASHES = 5, MARKS = 10, FEW = 24 };

/* A set of curves over the epochs: which series, and on which axis each stands. */
typedef struct curves {
    const lhi_state *s;
    size_t *which; /* indices of series */
    size_t count;
    int logarithmic;
} curves;

static const double *values(const curves *v, size_t k)
{
    return v->s->series[v->which[k]].at;
}

static const char *name(const curves *v, size_t k)
{
    return v->s->series[v->which[k]].name;
}

/* Beyond 1e300 gnuplot's own arithmetic on the range of an axis overflows. */
static int is_drawn(const curves *v, double value)
{
    return isfinite(value) && fabs(value) < 1e300 && (!v->logarithmic || value > 1e-300);
}

static size_t drawn_values(const curves *v, size_t k)
{
    size_t n = 0;

    for (size_t i = 0; i < v->s->epochs; i++)
        n += is_drawn(v, values(v, k)[i]) ? 1 : 0;
    return n;
}

/* A share of one: accuracy or an AUC, with values that are. */
static int is_rate(const curves *v, size_t k)
{
    if (v->logarithmic || (!strstr(name(v, k), "ccuracy") && !strstr(name(v, k), "AUC")))
        return 0;
    for (size_t i = 0; i < v->s->epochs; i++)
        if (is_drawn(v, values(v, k)[i]) && !(values(v, k)[i] >= 0 && values(v, k)[i] <= 1))
            return 0;
    return 1;
}

/* Smallest and largest value of the curves that are rates or are not; how many values. */
static size_t range(const curves *v, int rates, double *least, double *most)
{
    size_t n = 0;

    for (size_t k = 0; k < v->count; k++)
        for (size_t i = 0; is_rate(v, k) == rates && i < v->s->epochs; i++) {
            const double value = values(v, k)[i];

            if (!is_drawn(v, value))
                continue;
            *least = n == 0 || value < *least ? value : *least;
            *most = n == 0 || value > *most ? value : *most;
            n++;
        }
    return n;
}

void lhi_add_look(lhi_text *t)
{
    lhi_text_add(t, "set border back lw 1 lc rgb '#404040'\n"
                    "if (GPVAL_TERM ne 'dumb') set grid back lt 1 lw 1 dt solid lc rgb '#E4E4E4'\n"
                    "set tics out nomirror\n"
                    "set key outside top center horizontal Left reverse samplen 4 spacing 1.2\n"
                    "set datafile missing '?'\n");
}

void lhi_add_style(lhi_text *t, size_t k, size_t points)
{
    lhi_text_add(t, "set style line %zu lw 2 lc rgb '%s' dt %s pt %d ps 0.9 pointinterval %zu\n",
                 k + 1, colours[k % COLOURS], dashes[k % DASHES], marks[k % MARKS],
                 points > LHI_MOST_POINTS ? LHI_MOST_POINTS / 10
                 : points > FEW           ? points / 10
                                          : 1);
}

void lhi_add_nothing(lhi_text *t)
{
    lhi_text_add(t, "unset tics\nunset grid\nset label 'no finite values' at graph 0.5,0.5 center\n"
                    "set xrange [0:1]\nset yrange [0:1]\nplot NaN notitle\n");
}

/* Which values of a curve are drawn: by epochs, 1 or 0. */
static void choose_points(const curves *v, size_t k, char *keep)
{
    for (size_t i = 0; i < v->s->epochs; i++)
        keep[i] = (char)is_drawn(v, values(v, k)[i]);
    lhi_thin(NULL, values(v, k), v->s->epochs, 0, 0, keep);
}

/* What is not drawn is missing, so that a curve goes on over epochs without a note. */
static void add_data(const curves *v, lhi_text *t)
{
    const size_t n = v->s->epochs;
    char *keep = lhi_alloc_array(t->c, v->count * n + 1, 1);

    lhi_text_add(t, "$history << EOD\n");
    for (size_t k = 0; keep && k < v->count; k++)
        choose_points(v, k, keep + k * n);
    for (size_t i = 0; keep && i < n; i++) {
        size_t k = 0;

        while (k < v->count && !keep[k * n + i])
            k++;
        if (k == v->count)
            continue;
        lhi_text_add(t, "%zu", i + 1);
        for (k = 0; k < v->count; k++)
            if (keep[k * n + i])
                lhi_text_add(t, " %.17g", values(v, k)[i]);
            else
                lhi_text_add(t, " ?");
        lhi_text_add(t, "\n");
    }
    lhi_text_add(t, "EOD\n");
    lhi_release(t->c, keep);
}

/* The label of an axis: the name of its one curve, or what all of its names have in common. */
static const char *label(const curves *v, int rates)
{
    static const char *const words[] = {"loss", "accuracy", "AUC"};
    const char *only = NULL;
    size_t n = 0, with[3] = {0};

    for (size_t k = 0; k < v->count; k++) {
        if (is_rate(v, k) != rates)
            continue;
        only = name(v, k);
        n++;
        for (size_t w = 0; w < 3; w++)
            with[w] += strstr(only, words[w]) ? 1 : 0;
    }
    if (n == 1)
        return only;
    for (size_t w = 0; w < 3; w++)
        if (with[w] == n)
            return words[w];
    return rates ? "accuracy, AUC" : "value";
}

static void add_axis(const curves *v, lhi_text *t, const char *axis, int rates)
{
    double least = 0, most = 0;

    range(v, rates, &least, &most);
    lhi_text_add(t, "set %slabel ", axis);
    lhi_add_quoted(t, label(v, rates));
    lhi_text_add(t, "\n");
    if (rates) {
        const double from = floor(least * 10) / 10;

        lhi_text_add(t, "set %srange [%.1f:1]\n", axis, from < 0.9 ? from : 0.9);
    } else if (least >= 0 && (least < most / 2 || !(least < most)))
        lhi_text_add(t, "set %srange [0:*]\n", axis);
}

static void add_epochs(lhi_text *t, size_t epochs)
{
    lhi_text_add(t, "set xlabel 'epoch' offset 0,0.3\nset xrange [0:%zu]\n",
                 epochs > 1 ? epochs : 2);
    if (epochs <= 10)
        lhi_text_add(t, "set xtics 1\n");
}

/* Ten to a power with a raised exponent of Unicode: markup is off in all texts. */
static void add_power(lhi_text *t, int exponent)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    const int size = exponent < 0 ? -exponent : exponent;

    lhi_text_add(t, "'10%s%s%s%s' 1e%d", exponent < 0 ? "⁻" : "",
                 size >= 100 ? raised[size / 100] : "", size >= 10 ? raised[size / 10 % 10] : "",
                 raised[size % 10], exponent);
}

/* The power of ten that is not above x, or not below it.  Digits tell it on every machine; the
 * library's log10 of 1000 may be a unit below 3. */
static int decade(double x, int above)
{
    char text[40];

    lhi_format(text, sizeof text, "%.16e", x);
    return (int)strtol(strchr(text, 'e') + 1, NULL, 10) +
           (above && strncmp(text, "1.0000000000000000", 18) != 0);
}

void lhi_add_decades(lhi_text *t, char axis, double least, double most)
{
    const int from = decade(least, 0), over = decade(most, 1);
    const int to = over > from ? over : from + 1, step = (to - from + 7) / 8;

    lhi_text_add(t, "set logscale %c\nset %crange [1e%d:1e%d]\nset %ctics (", axis, axis, from, to,
                 axis);
    for (int e = from; e <= to; e += step) {
        lhi_text_add(t, e == from ? "" : ", ");
        add_power(t, e);
        for (int digit = 2; step == 1 && e < to && digit < 10; digit++)
            lhi_text_add(t, ", '' %de%d 1", digit, e);
    }
    lhi_text_add(t, ")\n");
}

static void add_plot(const curves *v, lhi_text *t, int two_axes)
{
    const char *before = "plot ";

    for (size_t k = 0; k < v->count; k++) {
        const int second = two_axes && is_rate(v, k), empty = drawn_values(v, k) == 0;

        lhi_text_add(t, "%s", before);
        if (empty)
            lhi_text_add(t, "NaN"); /* for its line in the key: data without a value are an error */
        else
            lhi_text_add(t, "$history using 1:%zu axes x1y%d", k + 2, second ? 2 : 1);
        lhi_text_add(t, " with linespoints ls %zu title ", k + 1);
        lhi_add_quoted(t, name(v, k));
        if (empty)
            lhi_text_add(t, ".' (no finite values)'");
        else if (second)
            lhi_text_add(t, ".' (right)'");
        before = ", \\\n     ";
    }
    lhi_text_add(t, "\n");
}

static void add_curves(const curves *v, lhi_text *t)
{
    double least = 1, most = 1;
    const size_t rates = range(v, 1, &least, &most), others = range(v, 0, &least, &most);

    lhi_add_look(t);
    add_data(v, t);
    if (rates + others == 0) {
        lhi_add_nothing(t);
        return;
    }
    for (size_t k = 0; k < v->count; k++)
        lhi_add_style(t, k, drawn_values(v, k));
    add_epochs(t, v->s->epochs);
    if (v->logarithmic) {
        lhi_text_add(t, "set ylabel 'gradient norm, last batch of the epoch'\n");
        lhi_add_decades(t, 'y', least, most);
    } else if (others > 0)
        add_axis(v, t, "y", 0);
    if (rates > 0)
        add_axis(v, t, others > 0 ? "y2" : "y", 1);
    if (rates > 0 && others > 0)
        lhi_text_add(t, "set y2tics\n");
    add_plot(v, t, rates > 0 && others > 0);
}

static const char *series_name(const void *set, size_t index)
{
    return ((const lhi_state_series *)set)[index].name;
}

static void unknown(lh_ctx *c, const lhi_state *s, const char *word)
{
    lhi_text known = {.c = c};
    const char *near = lhi_nearest(word, series_name, s->series, s->series_count);

    for (size_t k = 0; k < s->series_count; k++)
        lhi_text_add(&known, "%s%s", k ? ", " : "", s->series[k].name);
    lhi_fail(c, LH_EUSAGE,
             near ? lhi_strf(c, "did you mean \"%s\"?", near)
                  : "separate the names by commas, as in \"loss, test accuracy\"",
             "the history has no \"%s\"; it has: %s", word, known.at ? known.at : "nothing yet");
    lhi_text_free(&known);
}

/* Finds the series that a list names; 0: an error is in the context. */
static int choose(lh_ctx *c, curves *v, const char *names)
{
    while (*names) {
        const size_t part = strcspn(names, ","), skip = strspn(names, " \t");
        size_t length = part, k;

        while (length > skip && strchr(" \t", names[length - 1]))
            length--;
        if (length > skip) {
            char *word = lhi_strf(c, "%.*s", (int)(length - skip), names + skip);

            if (!word)
                return 0;
            for (k = 0; k < v->s->series_count; k++)
                if (strcmp(v->s->series[k].name, word) == 0)
                    break;
            if (k == v->s->series_count)
                unknown(c, v->s, word);
            else
                v->which[v->count++] = k;
            lhi_release(c, word);
        }
        names += part + (names[part] == ',');
    }
    if (v->count == 0)
        lhi_fail(c, LH_EUSAGE, "name the curves, as in \"loss, test accuracy\"",
                 "a figure of no curves was asked for");
    return lhi_ok(c);
}

lh_status lhi_figure_curves(lh_ctx *c, const lhi_state *s, const char *path, const char *names)
{
    curves v = {.s = s};
    lhi_picture p;

    if (!lhi_picture_begin(&p, c, path))
        return c->status;
    v.which = lhi_alloc_array(c, strlen(names) / 2 + 1, sizeof *v.which);
    if (v.which && choose(c, &v, names))
        add_curves(&v, &p.body);
    lhi_release(c, v.which);
    return lhi_picture_end(&p);
}

lh_status lhi_figure_norms(lh_ctx *c, const lhi_state *s, const char *path)
{
    curves v = {.s = s, .logarithmic = 1};
    lhi_picture p;

    if (!lhi_picture_begin(&p, c, path))
        return c->status;
    v.which = lhi_alloc_array(c, s->series_count + 1, sizeof *v.which);
    for (size_t k = 0; v.which && k < s->series_count; k++) {
        const char *text = s->series[k].name;
        const size_t length = strlen(text);

        if (length > 3 && strncmp(text, "|d", 2) == 0 && text[length - 1] == '|')
            v.which[v.count++] = k;
    }
    if (v.which)
        add_curves(&v, &p.body);
    lhi_release(c, v.which);
    return lhi_picture_end(&p);
}

lh_status lhi_figure_roc(lh_ctx *c, const char *path, const double *fpr, const double *tpr,
                         size_t n, double auc, const char *title)
{
    lhi_picture p;
    lhi_text *t = &p.body;
    size_t drawn = 0;
    char *keep;

    if (!lhi_picture_begin(&p, c, path))
        return c->status;
    p.width = 640; /* both axes go from 0 to 1, so the plot is a square */
    p.height = 640;
    lhi_add_look(t);
    lhi_text_add(t, "$roc << EOD\n");
    keep = lhi_alloc_array(c, n + 1, 1);
    for (size_t i = 0; keep && i < n; i++)
        keep[i] = isfinite(fpr[i]) && isfinite(tpr[i]);
    if (keep)
        lhi_thin(fpr, tpr, n, 0, 0, keep);
    for (size_t i = 0; keep && i < n; i++)
        if (keep[i]) {
            lhi_text_add(t, "%.17g %.17g\n", fpr[i], tpr[i]);
            drawn++;
        }
    lhi_release(c, keep);
    lhi_text_add(t, "EOD\nset title ");
    lhi_add_quoted(t, title);
    lhi_text_add(t, "\nif (GPVAL_TERM ne 'dumb') set size square\n"
                    "set xlabel 'false positive rate'\nset ylabel 'true positive rate'\n");
    if (drawn == 0) {
        lhi_add_nothing(t);
        return lhi_picture_end(&p);
    }
    lhi_add_style(t, 0, drawn);
    lhi_text_add(t, "set xrange [0:1]\nset yrange [0:1]\nset xtics 0.2\nset ytics 0.2\n"
                    "set key inside %s vertical opaque\n", auc < 0.5 ? "left top" : "right bottom");
    lhi_text_add(t, "plot x with lines lw 1.5 dt (6,5) lc rgb '#808080' title 'chance', \\\n"
                    "     $roc using 1:2 with %s ls 1 title ",
                 drawn > FEW ? "lines" : "linespoints");
    if (isfinite(auc))
        lhi_text_add(t, "'AUC = %.4f'\n", auc);
    else
        lhi_text_add(t, "'AUC not defined'\n");
    return lhi_picture_end(&p);
}
