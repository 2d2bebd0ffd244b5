/* differ.c -- central differences, extrapolated once; slopes of both sides at a kink. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"
#include "framework/verify/pieces.h"

#include <math.h>

/* What the differences are taken about. */
struct lhi_differ {
    lhi_ws *w;
    uint32_t node;       /* whose elements were moved last */
    lhi_pieces pieces;   /* at the unchanged point */
    lh_wide *x;          /* the moved elements there */
    double loss_off;     /* how far rounding may take the loss */
};

/* One direction being tried. */
typedef struct trial {
    lhi_check *k;
    lhi_differ *s;
    const lhi_direction *d;
    int crossed;         /* a piecewise op has changed piece, or L is not finite */
} trial;

int lhi_differ_begin(lhi_check *k)
{
    lhi_differ *s = lhi_alloc(k->c, sizeof *s);
    size_t most = 0;

    for (size_t i = 0; i < k->moved->nodes; i++)
        most = lhi_cells(&k->moved->slot[i]) > most ? lhi_cells(&k->moved->slot[i]) : most;
    if (!s)
        return 0;
    k->differ = s;
    *s = (lhi_differ){.w = k->moved, .node = LHI_NONE,
                      .x = lhi_alloc_array(k->c, most + 1, sizeof *s->x),
                      .loss_off = lhi_bounds_loss(k, k->moved->type)};
    /* Those of the wide tape: where a double has rounded into another, it is a kink. */
    return s->x && lhi_pieces_keep(&s->pieces, k->tape[LH_WIDE], k->p) == 0;
}

void lhi_differ_end(lhi_check *k)
{
    if (!k->differ)
        return;
    lhi_release(k->c, k->differ->x);
    lhi_release(k->c, k->differ->pieces.kept);
    lhi_release(k->c, k->differ);
}

/* L with the elements moved by t times their signs. */
static lh_wide loss_at(trial *r, lh_wide t)
{
    lhi_ws *w = r->s->w;
    const lhi_direction *d = r->d;
    lh_wide loss;

    for (size_t e = d->first; e < d->first + d->count; e++)
        lhi_set(w->type, w->slot[d->node].value, e,
                r->s->x[e - d->first] + t * lhi_sign_of(d, e));
    lhi_run_from(w, r->k->p, r->k->start[d->node]);
    loss = lhi_get(w->type, w->slot[r->k->p->root].value, 0);
    r->crossed |= !(loss - loss == 0) ||
                  lhi_pieces_left(&r->s->pieces, w, r->k->p, r->k->start[d->node]);
    return loss;
}

/* What x + t really is less x, for a single element; t for several, whose roundings are in
 * the estimate. */
static lh_wide real_step(const trial *r, lh_wide t)
{
    const lhi_ws *w = r->s->w;

    return r->d->count == 1
               ? lhi_get(w->type, w->slot[r->d->node].value, r->d->first) - r->s->x[0]
               : t;
}

/* (L(x+h) - L(x-h)) / ((x+h) - (x-h)): the divisor is the step that was really made. */
static lh_wide central(trial *r, double h)
{
    const lh_wide up = loss_at(r, (lh_wide)h), right = real_step(r, (lh_wide)h);
    const lh_wide down = loss_at(r, -(lh_wide)h), left = real_step(r, -(lh_wide)h);

    return (up - down) / (right - left);
}

/* The slope on one side (sign 1 or -1), by three points; the correction to the slope of
 * the chord is the estimate. */
static lh_wide one_sided(trial *r, double h, int sign, double *estimate)
{
    const lh_wide here = loss_at(r, 0), half = loss_at(r, sign * (lh_wide)h / 2);
    const lh_wide full = loss_at(r, sign * (lh_wide)h);
    const lh_wide slope = sign * (4 * half - full - 3 * here) / (lh_wide)h;

    *estimate = fmax(*estimate, (double)fabsl(slope - sign * (full - here) / (lh_wide)h));
    return slope;
}

/* What the rounding of x + h brings to a sum over several elements, relative to h. */
static double rounding_of_steps(const trial *r, double h)
{
    const lhi_direction *d = r->d;
    const lh_slot *wide = &r->k->tape[LH_WIDE]->slot[d->node];
    double sum = 0;

    for (size_t e = d->first; d->count > 1 && e < d->first + d->count; e++)
        sum += (double)fabsl(r->s->x[e - d->first]) * (double)fabsl(((lh_wide *)wide->grad)[e]);
    return sum * lhi_rounding(r->s->w->type).u / h;
}

static double largest(const trial *r)
{
    lh_wide most = 1;

    for (size_t i = 0; i < r->d->count; i++)
        most = fmaxl(most, fabsl(r->s->x[i]));
    return (double)most;
}

/* The point is put back, and where another node was moved before, all that follows it. */
static void take_place(trial *r)
{
    lhi_differ *s = r->s;
    const lhi_direction *d = r->d;

    if (s->node != LHI_NONE && s->node != d->node)
        lhi_run_from(s->w, r->k->p, r->k->start[s->node]);
    s->node = d->node;
    for (size_t i = 0; i < d->count; i++)
        s->x[i] = lhi_get(s->w->type, s->w->slot[d->node].value, d->first + i);
}

/* Central differences with h and h/2, extrapolated once; h shrinks until no piece changes and
 * L is finite on both sides.  Where that never happens, kink is set. */
static lhi_derivative smooth(trial *r, double h)
{
    lhi_derivative x = {.kink = 1};

    for (int tries = 0; tries < 8 && x.kink; tries++, h /= 8) {
        lh_wide coarse, fine;

        r->crossed = 0;
        coarse = central(r, h);
        fine = central(r, h / 2);
        x.kink = r->crossed;
        x.low = x.high = fine + (fine - coarse) / 3;
        x.estimate = (double)fabsl(fine - coarse) / 3 + 4 * r->s->loss_off / h +
                     rounding_of_steps(r, h);
    }
    return x;
}

/* The slopes of both sides. */
static lhi_derivative two_sided(trial *r, double h)
{
    double estimate = 0;
    const lh_wide left = one_sided(r, h, -1, &estimate), right = one_sided(r, h, 1, &estimate);

    return (lhi_derivative){fminl(left, right), fmaxl(left, right),
                            estimate + 8 * r->s->loss_off / h + rounding_of_steps(r, h), 1};
}

/* An estimate holds only where h is small beside what L bends by: then all shorter steps come to
 * the same.  The first that has this, with the spread of the shorter ones; nothing is known when
 * none has. */
static lhi_derivative consistent(trial *r, double h)
{
    enum { STEPS = 9 };
    lhi_derivative x[STEPS];
    int n = 0;

    for (int k = 0; k < STEPS; k++, h /= 8) {
        x[n] = smooth(r, h);
        n += !x[n].kink;
    }
    for (int k = 0; k + 1 < n; k++) {
        lh_wide spread = 0;
        int j = k + 1;

        for (; j < n; j++) {
            const lh_wide apart = fabsl(x[k].low - x[j].low);

            if (!(apart <= (lh_wide)(x[k].estimate + x[j].estimate)))
                break;
            spread = fmaxl(spread, apart);
        }
        x[k].estimate += (double)spread;
        if (j == n)
            return x[k];
    }
    return (lhi_derivative){(lh_wide)NAN, (lh_wide)NAN, 0, 1};
}

lhi_derivative lhi_difference_along(lhi_check *k, const lhi_direction *d, int doubted)
{
    trial r = {k, k->differ, d, 0};
    lhi_derivative x;
    double first;

    take_place(&r);
    /* Truncation falls with h^2 and rounding grows with 1/h: they meet at cbrt(eps), of which
     * the power of two next to it is the same on every machine. */
    first = ldexp(largest(&r), ilogb(2 * lhi_rounding(k->moved->type).u) / 3);
    x = doubted ? consistent(&r, first) : smooth(&r, first);
    if (x.kink && !doubted)
        x = two_sided(&r, first);
    for (size_t e = d->first; e < d->first + d->count; e++)
        lhi_set(k->moved->type, k->moved->slot[d->node].value, e, r.s->x[e - d->first]);
    return x;
}
