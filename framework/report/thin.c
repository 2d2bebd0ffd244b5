/* thin.c -- of more points than a picture has columns of pixels, those that are seen. */
/* SPDX-License-Identifier: MIT */
#include "framework/report/report.h"

#include <math.h>

enum { COLUMNS = LHI_MOST_POINTS / 4 }; /* more than any picture has */

/* Where x stands on its axis: for one that is logarithmic its exponent and, between, a line. */
static double place(double x, int logarithmic)
{
    int e;
    const double m = logarithmic ? frexp(x, &e) : 0;

    return logarithmic ? e + 2 * (m - 1) : x;
}

/* Points of one column, in their order.  The line through the first, the least, the largest and
 * the last covers the same pixels. */
typedef struct run {
    size_t column, first, least, most, last;
    int open;
} run;

static void end(run *r, char *keep)
{
    if (r->open)
        keep[r->first] = keep[r->least] = keep[r->most] = keep[r->last] = 1;
    r->open = 0;
}

static void add(run *r, size_t column, const double *y, size_t i)
{
    if (!r->open)
        *r = (run){column, i, i, i, i, 1};
    r->least = y[i] < y[r->least] ? i : r->least;
    r->most = y[i] > y[r->most] ? i : r->most;
    r->last = i;
}

void lhi_thin(const double *x, const double *y, size_t n, int logarithmic, int gaps, char *keep)
{
    double left = (double)INFINITY, right = -left;
    run r = {0};

    for (size_t i = 0; i < n; i++)
        if (keep[i]) {
            left = fmin(left, place(x ? x[i] : (double)i, logarithmic));
            right = fmax(right, place(x ? x[i] : (double)i, logarithmic));
        }
    for (size_t i = 0; n > LHI_MOST_POINTS && i < n; i++) {
        const double at = keep[i] ? place(x ? x[i] : (double)i, logarithmic) : 0;
        const double share = keep[i] && left < right ? (at - left) / (right - left) : 0;
        const size_t column = (size_t)(share * COLUMNS);

        if (keep[i] ? column != r.column : gaps)
            end(&r, keep);
        if (keep[i]) {
            keep[i] = 0;
            add(&r, column, y, i);
        }
    }
    end(&r, keep);
}
