/* lbfgs.c -- LBFGS (Liu and Nocedal 1989; the two loops are Nocedal and Wright, algorithm 7.4) with
 * the rate as the length of its step: theta := theta + rate d, d = -H g, where H is made of the
 * last pairs of a step s and a change y of the gradient.  For whole batches.
 *
 * Its slots are the last step, the last gradient, and then the pairs, s and y in turn.  kept[0]
 * counts the pairs that there are, kept[1] the place of the newest. */
/* SPDX-License-Identifier: MIT */
#include "framework/kernels/kernels.h"
#include "framework/optim/optim_impl.h"

enum { STEP, LAST, PAIRS, MOST = 32, GRAD = -1, ONES = -2 };

/* Below these a pair has no curvature to tell of, and a direction does not lead down. */
static const double least_curvature = 1e-10, least_descent = 1e-9;

typedef struct team {
    const lhi_all_pieces *w;
    int turn; /* which of the two parts the next sum takes */
} team;

static real *array(const lhi_piece *p, long which)
{
    return which == GRAD ? p->grad : p->slot[which];
}

/* The sum of a b, or of |a|, in a block. */
static double in_block(const real *a, const real *b, size_t n)
{
    double sum = 0;

    if (b)
        return LH_T(lhi_dot)(a, b, n);
    for (size_t i = 0; i < n; i++)
        sum += (double)R_ABS(a[i]);
    return sum;
}

/* The sum over all elements, the same on each thread.  A thread that is ahead writes to the other
 * part, so one wait is enough. */
static double sum(team *t, long a, long b)
{
    const lhi_all_pieces *w = t->w;
    double *part = w->part[t->turn ^= 1];
    size_t block = 0;

    for (size_t k = 0; k < w->pieces; k++) {
        const lhi_piece *p = &w->piece[k];
        size_t from, to;

        lhi_share_blocks(p->n, w->rank, w->size, &from, &to);
        for (size_t i = from; i < to; i += LHI_BLOCK)
            part[block + i / LHI_BLOCK] =
                in_block(array(p, a) + i, b == ONES ? NULL : array(p, b) + i,
                         to - i < LHI_BLOCK ? to - i : LHI_BLOCK);
        block += lhi_blocks(p->n);
    }
    if (w->size > 1)
        lhi_barrier();
    return lhi_sum_blocks(part, block);
}

/* to := x to + y from, or, where it is fresh, y from: by the elements of this thread. */
static void put(const lhi_all_pieces *w, long to, int fresh, double x, double y, long from)
{
    for (size_t k = 0; k < w->pieces; k++) {
        real *a = array(&w->piece[k], to);
        const real *b = array(&w->piece[k], from);
        size_t first, end;

        lhi_share_blocks(w->piece[k].n, w->rank, w->size, &first, &end);
        for (size_t i = first; i < end; i++)
            a[i] = fresh ? (real)y * b[i] : R_FMA((real)y, b[i], (real)x * a[i]);
    }
}

static void combine(const lhi_all_pieces *w, long to, double x, double y, long from)
{
    put(w, to, 0, x, y, from);
}

static void copy(const lhi_all_pieces *w, long to, double y, long from)
{
    put(w, to, 1, 0, y, from);
}

/* theta := keep theta + its step, which is rate d. */
static void go(const lhi_all_pieces *w, double length, const lhi_rule *r)
{
    for (size_t k = 0; k < w->pieces; k++) {
        const lhi_piece *p = &w->piece[k];
        const real keep = r->apart ? (real)(1 - r->rate * p->factor * r->decay) : 1;
        const real by = (real)(length * p->factor);
        real *theta = p->value, *step = p->slot[STEP];
        size_t first, end;

        lhi_share_blocks(p->n, w->rank, w->size, &first, &end);
        for (size_t i = first; i < end; i++) {
            step[i] = by * step[i];
            theta[i] = (r->plain ? theta[i] : keep * theta[i]) + step[i];
        }
    }
}

static void pull(const lhi_all_pieces *w, const lhi_rule *r)
{
    const LH_T(lhi_pull) by = pull_of(r);

    for (size_t k = 0; k < w->pieces; k++) {
        const lhi_piece *p = &w->piece[k];
        const real *theta = p->value;
        real *g = p->grad;
        size_t first, end;

        lhi_share_blocks(p->n, w->rank, w->size, &first, &end);
        for (size_t i = first; i < end; i++)
            g[i] = pulled(0, &by, g[i], theta[i]);
    }
}

/* The place of the pair that came `ago` pairs before the newest. */
static size_t pair(const lhi_all_pieces *w, size_t newest, size_t ago)
{
    return PAIRS + 2 * ((newest + w->pairs - ago) % w->pairs);
}

/* The pair of the last move is kept when the gradient grew along its step.  Returns how many there
 * are. */
static size_t remember(team *t, size_t had, size_t *newest)
{
    const lhi_all_pieces *w = t->w;
    const size_t next = had ? (*newest + 1) % w->pairs : 0;
    double ys;

    /* LAST becomes y: its gradient is needed no more. */
    combine(w, LAST, -1, 1, GRAD);
    ys = sum(t, LAST, STEP);
    if (!(ys > least_curvature))
        return had;
    *newest = next;
    copy(w, (long)pair(w, next, 0), 1, STEP);
    copy(w, (long)pair(w, next, 0) + 1, 1, LAST);
    return had < w->pairs ? had + 1 : had;
}

/* STEP := -H g. */
static void turn(team *t, size_t have, size_t newest)
{
    const lhi_all_pieces *w = t->w;
    double al[MOST], ro[MOST];

    copy(w, STEP, -1, GRAD);
    for (size_t ago = 0; ago < have; ago++) {
        const long s = (long)pair(w, newest, ago), y = s + 1;

        ro[ago] = 1 / sum(t, y, s);
        al[ago] = sum(t, s, STEP) * ro[ago];
        combine(w, STEP, 1, -al[ago], y);
    }
    if (have) {
        const long s = (long)pair(w, newest, 0), y = s + 1;

        combine(w, STEP, sum(t, y, s) / sum(t, y, y), 0, STEP);
    }
    for (size_t ago = have; ago-- > 0;) {
        const long s = (long)pair(w, newest, ago), y = s + 1;

        combine(w, STEP, 1, al[ago] - sum(t, y, STEP) * ro[ago], s);
    }
}

static void whole(lhi_all_pieces *w, const lhi_rule *r)
{
    team t = {w, 0};
    size_t have = (size_t)w->kept[0], newest = (size_t)w->kept[1];
    double length = r->rate;

    if (!r->plain)
        pull(w, r);
    if (w->move > 1)
        have = remember(&t, have, &newest);
    turn(&t, have, newest);
    if (w->move == 1) {
        const double size = sum(&t, GRAD, ONES);

        length = size > 1 ? r->rate / size : r->rate;
    }
    if (!(sum(&t, GRAD, STEP) <= -least_descent))
        length = 0;
    copy(w, LAST, 1, GRAD);
    go(w, length, r);
    /* All have read it: each has come through a sum since. */
    if (w->rank == 0) {
        w->kept[0] = (double)have;
        w->kept[1] = (double)newest;
    }
}

LHI_MOVER_OF(lbfgs, .whole = whole);
