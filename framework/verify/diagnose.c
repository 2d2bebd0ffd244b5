/* diagnose.c -- what is wrong with an array, from its numbers and those that it should have. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <math.h>
#include <stdio.h>

static size_t cells(const lhi_pair *x)
{
    return x->rows * x->cols;
}

/* Bounds are doubles: they say nothing of what is smaller than the least of these. */
static const lh_wide least = 0x1p-1070L;

/* Two numbers differ by more than they may; a NaN always does. */
static int far_off(lh_wide a, lh_wide b, lh_wide off)
{
    return !(fabsl(a - b) <= off + least) && a != b;
}

static lh_wide roundoff(const lhi_pair *x)
{
    return (lh_wide)lhi_rounding(x->type).u;
}

/* That of a shorter type: float for what is longer, bfloat16 and a bit for float itself. */
static lh_wide coarse_roundoff(const lhi_pair *x)
{
    return x->type == LH_F32 ? 0x1p-8L : 0x1p-23L;
}

static lh_wide off_of(const lhi_pair *x, size_t e)
{
    return (lh_wide)x->off[e];
}

static int is_wrong(const lhi_pair *x, size_t e)
{
    return far_off(x->got[e], x->wanted[e], off_of(x, e));
}

static int is_finite(lh_wide x)
{
    return x - x == 0;
}

int lhi_fits(const lhi_pair *x, double scale, const lh_wide *term, double times)
{
    const lh_wide room = 1 + (lh_wide)fabs(scale) + (lh_wide)fabs(times);

    for (size_t e = 0; e < cells(x); e++) {
        const lh_wide whole = (lh_wide)scale * x->wanted[e];
        const lh_wide part = term ? (lh_wide)times * term[e] : 0;

        if (far_off(x->got[e], whole + part,
                    room * off_of(x, e) + 2 * roundoff(x) * (fabsl(whole) + fabsl(part))))
            return 0;
    }
    return 1;
}

/* The element whose value is best known. */
static size_t clearest(const lhi_pair *x, int among_wrong)
{
    size_t best = 0;
    lh_wide most = -1;

    for (size_t e = 0; e < cells(x); e++) {
        const lh_wide clear = fabsl(x->wanted[e]) / fmaxl(off_of(x, e), least);

        if (clear > most && is_finite(x->got[e]) && (!among_wrong || is_wrong(x, e))) {
            best = e;
            most = clear;
        }
    }
    return best;
}

/* got / wanted, when that is one number: over all elements, or over those that are wrong. */
static int one_ratio(const lhi_pair *x, int among_wrong, double *ratio)
{
    const size_t at = clearest(x, among_wrong);
    const lh_wide r = x->got[at] / x->wanted[at];
    const lh_wide unsure = off_of(x, at) / fabsl(x->wanted[at]) * (1 + fabsl(r));

    *ratio = (double)r;
    for (size_t e = 0; e < cells(x); e++)
        if (is_wrong(x, e) || !among_wrong)
            if (far_off(x->got[e], r * x->wanted[e],
                        (1 + fabsl(r)) * off_of(x, e) +
                            (unsure + 4 * roundoff(x) * fabsl(r)) * fabsl(x->wanted[e])))
                return 0;
    return is_finite(r);
}

/* "element (3, 2)", "row 3", "column 2", "rows 64 to 69", "17 of 480 elements". */
static const char *where(const lhi_pair *x, size_t wrong, char text[80])
{
    size_t r0 = x->rows, r1 = 0, c0 = x->cols, c1 = 0;

    for (size_t e = 0; e < cells(x); e++)
        if (is_wrong(x, e)) {
            const size_t i = e / x->cols, j = e % x->cols;

            r0 = i < r0 ? i : r0;
            r1 = i > r1 ? i : r1;
            c0 = j < c0 ? j : c0;
            c1 = j > c1 ? j : c1;
        }
    if (wrong == 1)
        snprintf(text, 80, "element (%zu, %zu)", r0, c0);
    else if (r0 == r1 && x->rows > 1)
        snprintf(text, 80, "%zu elements of row %zu", wrong, r0);
    else if (c0 == c1 && x->cols > 1)
        snprintf(text, 80, "%zu elements of column %zu", wrong, c0);
    else if (r1 - r0 + 1 < x->rows)
        snprintf(text, 80, "%zu elements of rows %zu to %zu", wrong, r0, r1);
    else if (c1 - c0 + 1 < x->cols)
        snprintf(text, 80, "%zu elements of columns %zu to %zu", wrong, c0, c1);
    else
        snprintf(text, 80, "%zu of %zu elements", wrong, cells(x));
    return text;
}

static int near(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fabs(b);
}

/* "32 = m", "0.5", "1/3 = 1/columns" */
static const char *ratio_text(const lhi_pair *x, double r, char text[60])
{
    const double m = (double)x->m, n = (double)x->cols;

    if (x->m > 1 && near(r, m))
        lhi_format(text, 60, "%.9g = m, the rows of the batch", r);
    else if (x->m > 1 && near(r, 1 / m))
        lhi_format(text, 60, "%.9g = 1/m, m the rows of the batch", r);
    else if (x->cols > 2 && near(r, n))
        lhi_format(text, 60, "%.9g, the number of columns", r);
    else if (x->cols > 2 && near(r, 1 / n))
        lhi_format(text, 60, "%.9g, one over the columns", r);
    else
        lhi_format(text, 60, "%.12g", r);
    return text;
}

static int transposed(const lhi_pair *x)
{
    if (x->rows < 2 || x->cols < 2)
        return 0;
    for (size_t i = 0; i < x->rows; i++)
        for (size_t j = 0; j < x->cols; j++) {
            const size_t e = i * x->cols + j;
            const lh_wide got = x->got[x->rows == x->cols ? e : j * x->rows + i];
            const lh_wide wanted = x->wanted[x->rows == x->cols ? j * x->rows + i : e];

            if (far_off(got, wanted, 2 * off_of(x, e) + 2 * off_of(x, j * x->rows + i)))
                return 0;
        }
    return 1;
}

/* What the wrong elements have in common. */
typedef struct common {
    int zero, opposite, coarse; /* all 0; of the other sign; within what a coarser type rounds */
    size_t wrong, not_finite, clear, worst;
} common;

static common look(const lhi_pair *x)
{
    common c = {.zero = 1, .opposite = 1, .coarse = 1};
    lh_wide most = -1;

    for (size_t e = 0; e < cells(x); e++) {
        const lh_wide off = fabsl(x->got[e] - x->wanted[e]);
        const lh_wide over = is_finite(off) ? off / fmaxl(off_of(x, e), least) : HUGE_VALL;

        c.clear += fabsl(x->wanted[e]) > off_of(x, e);
        if (!is_wrong(x, e))
            continue;
        c.wrong++;
        c.not_finite += !is_finite(x->got[e]) && is_finite(x->wanted[e]);
        c.zero &= x->got[e] == 0;
        c.opposite &= !far_off(x->got[e], -x->wanted[e], 2 * off_of(x, e));
        c.coarse &= off <= coarse_roundoff(x) / roundoff(x) *
                               (off_of(x, e) + roundoff(x) * fabsl(x->wanted[e]));
        if (over > most) {
            most = over;
            c.worst = e;
        }
    }
    return c;
}

lhi_diagnosis lhi_diagnose(const lhi_pair *x)
{
    const common c = look(x);
    lhi_diagnosis d = {.wrong = c.wrong, .worst = c.worst};
    char place[80], ratio[60];

#define BECAUSE(code, ...)                            \
    do {                                              \
        d.reason = LH_WHY_##code;                     \
        lhi_format(d.why, sizeof d.why, __VA_ARGS__); \
        return d;                                     \
    } while (0)
    if (c.wrong == 0)
        return d;
    where(x, c.wrong, place);
    if (c.not_finite)
        BECAUSE(NONFINITE, "%zu of %zu elements are not finite (%s)", c.not_finite, cells(x),
                place);
    if (c.zero && c.wrong == c.clear)
        BECAUSE(MISSING_TERM, "nothing is given: it is 0 everywhere");
    if (one_ratio(x, 0, &d.ratio)) {
        ratio_text(x, d.ratio, ratio);
        if (near(d.ratio, -1))
            BECAUSE(SIGN, "it has the wrong sign, everywhere");
        BECAUSE(SCALE, "it is %s times the right one", ratio);
    }
    if (c.opposite)
        BECAUSE(SIGN, "the wrong sign: %s", place);
    if (transposed(x))
        BECAUSE(TRANSPOSED, "it is the transpose of the right one");
    if (c.zero)
        BECAUSE(MISSING_TERM, "a term is missing: 0 in %s", place);
    if (c.coarse && 2 * c.wrong >= c.clear && c.wrong > 1)
        BECAUSE(ROUNDING, "it is right to the rounding of a shorter type (%s)", place);
    if (c.wrong > 1 && one_ratio(x, 1, &d.ratio)) {
        if (near(d.ratio, 2))
            BECAUSE(DOUBLE_COUNT, "something is counted twice: %s", place);
        BECAUSE(SCALE, "%s: %s times the right one", place, ratio_text(x, d.ratio, ratio));
    }
    d.ratio = 0;
    BECAUSE(VALUE, "the wrong value: %s", place);
#undef BECAUSE
}
