/* rows.c -- one gradient of the tape beside every method: a row of the ledger. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <math.h>
#include <stdio.h>

enum { DIRECTIONS = 3 };

/* Of the largest element: how large a rounding of a derivation is believed, by its own measure. */
static const double BELIEVED = 0x1p-20;

typedef struct row {
    lhi_check *k;
    uint32_t id;
    lh_entry *e;
    size_t n;
    const lh_wide *tape, *second, *hand;
    const double *off;          /* bounds of the tape in wide */
    double worst[LH_METHODS];   /* off / (rounding + estimate), the largest */
    size_t unsure;              /* elements that only the derivation's own rounding excuses */
} row;

/* How far over its bound; a NaN is farthest. */
static double excess(double off, double bound)
{
    if (!(off - off == 0) || bound != bound)
        return (double)INFINITY;
    return off <= bound && off == 0 ? 0 : off / bound;
}

/* The distance from low .. high; NaN when one of them is. */
static lh_wide outside(const lhi_derivative *v, lh_wide tape)
{
    if (!(tape >= v->low))
        return v->low - tape;
    return tape <= v->high ? 0 : tape - v->high;
}

/* What of low .. high is nearest to the tape. */
static double nearest(const lhi_derivative *v, lh_wide tape)
{
    return (double)(v->kink && tape > v->low ? fminl(tape, v->high) : v->low);
}

/* Keeps one comparison with a method.  `e` is the element, or the first of a direction. */
static int note(row *r, lh_method by, size_t e, int direction, lh_wide tape,
                const lhi_derivative *v, double rounding)
{
    lh_comparison *c = &r->e->by[by];
    const double off = (double)outside(v, tape);
    const double over = excess(off, rounding + v->estimate);

    if (v->kink && over > 1)
        return 1; /* with several kinks at once the slopes need not enclose the tape's */
    if (c->compared + c->directions == 0)
        c->agrees = 1;
    c->compared += !direction;
    c->directions += (size_t)direction;
    c->agrees &= over <= 1;
    if (over > r->worst[by] || c->compared + c->directions == 1) {
        r->worst[by] = over;
        c->row = e / r->e->cols;
        c->col = e % r->e->cols;
        c->in_direction = direction;
        c->tape = (double)tape;
        c->value = nearest(v, tape);
        c->off = off;
        c->rounding = rounding;
        c->estimate = v->estimate;
    }
    return over <= 1;
}

/* Every element beside the ops' second gradients. */
static void by_second(row *r)
{
    size_t nothing = 0;

    for (size_t e = 0; e < r->n; e++) {
        const lhi_derivative v = {r->second[e], r->second[e], r->off[e], 0};
        const double size = (double)fmaxl(fabsl(r->tape[e]), fabsl(r->second[e]));

        note(r, LH_BY_SECOND, e, 0, r->tape[e], &v, r->off[e]);
        nothing += size == 0;
        r->e->vague += size > 0 && !(4 * r->off[e] < size);
    }
    if (r->e->vague < r->n - nothing)
        return;
    if (r->n > nothing) /* nothing was decided by any element */
        r->e->reason = LH_WHY_ROUNDING;
}

/* The derivation worked twice on equal values gives equal bits, or what it gives is no number to
 * compare; 0 when it does not, and why. */
static int derived_is_steady(row *r, const lhi_hand *h, int way)
{
    const lh_wide *again = lhi_derive(r->k->page, r->id, way);

    for (size_t e = 0; again && e < r->n; e++) {
        const lh_wide x = r->hand[e], y = again[e];

        if (x == y || (x != x && y != y))
            continue;
        r->e->verdict = LH_DISAGREE;
        r->e->reason = LH_WHY_NONDETERMINISTIC;
        lhi_format(r->e->why, sizeof r->e->why,
                   "the derivation%s%.100s (%s:%d) hangs on more than its values: worked again "
                   "on the same it gives %.9g, and before %.9g",
                   h->cites ? " of " : "", h->cites ? h->cites : "", h->file ? h->file : "?",
                   h->line, (double)y, (double)x);
        return 0;
    }
    return again != NULL;
}

/* What the derivation may be off by is measured on itself: what its values moved in their last
 * place bring, times 4 for the spread of few draws.  So it is believed only up to a part of the
 * largest element of the tape; where more than that would be needed, nothing is decided. */
static void compare_derived(row *r, const lh_wide *const moved[LHI_JITTERS])
{
    double largest = 0;

    for (size_t e = 0; e < r->n; e++)
        largest = fmax(largest, (double)fabsl(r->tape[e]));
    for (size_t e = 0; e < r->n; e++) {
        lhi_derivative v = {r->hand[e], r->hand[e], 0, 0};
        double off, spread = 0;

        for (int j = 0; j < LHI_JITTERS; j++)
            spread = fmax(spread, (double)fabsl(moved[j][e] - r->hand[e]));
        v.estimate = fmin(4 * spread, BELIEVED * largest) + r->off[e];
        off = (double)outside(&v, r->tape[e]);
        if (off > r->off[e] + v.estimate && off <= 2 * r->off[e] + 4 * spread)
            r->unsure++;
        else
            note(r, LH_BY_HAND, e, 0, r->tape[e], &v, r->off[e]);
    }
}

static void by_hand(row *r)
{
    const lhi_hand *h = lhi_derivation_of(r->k, r->id);
    const lh_wide *moved[LHI_JITTERS] = {NULL};

    r->e->by_driver = h != NULL;
    r->e->cites = h ? h->cites : NULL;
    r->hand = h ? lhi_derive(r->k->page, r->id, 0) : NULL;
    if (!r->hand || !derived_is_steady(r, h, LHI_AGAIN))
        return;
    for (int j = 0; j < LHI_JITTERS; j++)
        moved[j] = lhi_derive(r->k->page, r->id, 1 + j);
    if (lhi_ok(r->k->c) && derived_is_steady(r, h, LHI_AGAIN + 1))
        compare_derived(r, moved);
}

/* Part of a block along its signs: what the tape says, and how far rounding may take it. */
static lh_wide tape_along(const row *r, const lhi_direction *d, double *rounding)
{
    lh_wide sum = 0;

    *rounding = 0;
    for (size_t e = d->first; e < d->first + d->count; e++) {
        sum += lhi_sign_of(d, e) * r->tape[e];
        *rounding += r->off[e];
    }
    if (d->count > 1)
        *rounding += (double)d->count * (double)fabsl(sum) * lhi_rounding(LH_WIDE).u;
    return sum;
}

/* A method that costs less has found the gradient wrong. */
static int accused(const row *r)
{
    int found = 0;

    for (int m = LH_BY_SECOND; m < LH_BY_DIFFERENCES; m++)
        found |= r->e->by[m].compared + r->e->by[m].directions > 0 && !r->e->by[m].agrees;
    return found;
}

/* By any method. */
static lhi_derivative derivative_along(lhi_check *k, lh_method by, const lhi_direction *d)
{
    lhi_derivative r = {0};

    if (by == LH_BY_DIFFERENCES)
        return lhi_difference_along(k, d, 0);
    r.low = r.high = lhi_tangent_along(k, by == LH_BY_COMPLEX, d);
    r.estimate = lhi_tangent_off(k, by == LH_BY_COMPLEX, d);
    return r;
}

static int along(row *r, lh_method by, const lhi_direction *d)
{
    double rounding;
    const lh_wide tape = tape_along(r, d, &rounding);
    lhi_derivative v;

    if (lhi_check_gives_up(r->k))
        return 0;
    v = derivative_along(r->k, by, d);
    /* An estimate by one pair of steps can be too small: it is asked again before it accuses,
     * unless others have done so. */
    if (by == LH_BY_DIFFERENCES && !v.kink && !accused(r) &&
        excess((double)outside(&v, tape), rounding + v.estimate) > 1)
        v = lhi_difference_along(r->k, d, 1);
    return note(r, by, d->first, d->count > 1, tape, &v, rounding);
}

/* A sum that does not agree is halved down to one element that does not, if there is one: in the
 * row nearest to the loss, for those behind it follow. */
static void bisect(row *r, lh_method by, lhi_direction d)
{
    for (const lh_entry *e = r->k->report->row; e < r->e; e++)
        if (e->verdict == LH_DISAGREE)
            return;
    while (d.count > 1) {
        const lhi_direction left = {d.node, d.first, d.count / 2};
        const lhi_direction right = {d.node, d.first + left.count, d.count - left.count};

        d = along(r, by, &left) ? right : left;
    }
}

/* Forward mode, the complex step and differences: each element of a small block, a sample of a
 * large one and signed sums over all of it. */
static void by_directions(row *r)
{
    static const lh_method methods[] = {LH_BY_FORWARD, LH_BY_COMPLEX, LH_BY_DIFFERENCES};
    /* Tangents cost about two passes, complex ones six, differences four or more. */
    const double each = 12 * lhi_plan_flops(r->k->along, r->k->p) + 1;
    const double afford = r->k->work / each;
    const size_t samples = afford >= (double)r->n ? r->n : afford < 4 ? 4 : (size_t)afford;

    for (size_t m = 0; m < 3; m++) {
        const lh_method by = methods[m];

        for (size_t i = 0; i < (samples < r->n ? samples : r->n); i++) {
            const lhi_direction d = {r->id, samples < r->n ? i * r->n / samples : i, 1};
            const size_t before = r->e->by[by].compared;

            if (!along(r, by, &d) && by == LH_BY_DIFFERENCES)
                break; /* asked twice already: more of them cost much and say no more */
            r->e->kinks += r->e->by[by].compared == before;
        }
        for (size_t i = 0; samples < r->n && i < DIRECTIONS; i++) {
            const size_t from = i == 0 ? 0 : (i - 1) * r->n / (DIRECTIONS - 1);
            const size_t to = i == 0 ? r->n : i * r->n / (DIRECTIONS - 1);
            const lhi_direction d = {r->id, from, to - from};

            if (to > from && !along(r, by, &d))
                bisect(r, by, d);
        }
    }
}

/* Some element is known to a quarter of itself, or all are 0. */
static int says_something(const row *r, const double *off)
{
    size_t zeros = 0, e = 0;

    for (; e < r->n && !(4 * off[e] < (double)fabsl(r->tape[e])); e++)
        zeros += r->tape[e] == 0;
    return e < r->n || zeros == e;
}

/* Float or double beside wide, within their running bounds. */
static void by_rounding(row *r, lh_type type, double *ulps, double *off, double *bound)
{
    const void *g = r->k->tape[type]->slot[r->id].grad;
    const double *most = r->k->off[type].slot[r->id].grad_off;
    const double both = 1 + lhi_rounding(LH_WIDE).u / lhi_rounding(type).u; /* wide rounds, too */
    const int decides = says_something(r, most);
    double worst = -1;

    if (type == LH_F32 && r->k->no_float) {
        *ulps = *off = *bound = (double)NAN;
        return;
    }
    for (size_t e = 0; e < r->n; e++) {
        const lh_wide x = lhi_get(type, g, e);
        const lhi_derivative v = {r->tape[e], r->tape[e], r->off[e], 0};
        const double d = (double)fabsl(x - r->tape[e]);
        const double over = excess(d, both * most[e] + r->off[e]);

        if (decides || over > 1)
            note(r, LH_BY_ROUNDING, e, 0, x, &v, both * most[e]);
        *ulps = fmax(*ulps, d / lhi_ulp((double)r->tape[e], type));
        if (over > worst) {
            worst = over;
            *off = d;
            *bound = both * most[e] + r->off[e];
        }
    }
}

/* All methods at the element that decides. */
static void show_beside(row *r, size_t at)
{
    lh_entry *e = r->e;

    for (int m = 0; m < LH_METHODS; m++)
        e->beside[m] = (double)NAN;
    if (at >= r->n)
        return;
    e->row = at / e->cols;
    e->col = at % e->cols;
    e->tape = (double)r->tape[at];
    e->tape32 = (double)lhi_get(LH_F32, r->k->tape[LH_F32]->slot[r->id].grad, at);
    e->tape64 = (double)lhi_get(LH_F64, r->k->tape[LH_F64]->slot[r->id].grad, at);
    e->beside[LH_BY_SECOND] = (double)r->second[at];
    if (r->hand)
        e->beside[LH_BY_HAND] = (double)r->hand[at];
    for (int m = LH_BY_FORWARD; m <= LH_BY_DIFFERENCES; m++) {
        const lhi_direction d = {r->id, at, 1};
        const lhi_derivative v = derivative_along(r->k, (lh_method)m, &d);

        e->beside[m] = nearest(&v, r->tape[at]);
    }
}

/* The method that is farthest over its bound, or nearest to it; that of the formula before the
 * rounding's. */
static lh_method farthest(const row *r, int disagree)
{
    lh_method most = LH_BY_SECOND;

    for (int m = 0; m < LH_BY_ROUNDING; m++)
        if (r->worst[m] > r->worst[most])
            most = (lh_method)m;
    return disagree && r->e->by[most].agrees ? LH_BY_ROUNDING : most;
}

/* Nothing speaks against the tape; does enough speak for it? */
static void decide_for(row *r, size_t independent)
{
    lh_entry *e = r->e;
    const lh_comparison *d = &e->by[LH_BY_DIFFERENCES];

    e->verdict = LH_INCONCLUSIVE;
    if (e->reason == LH_WHY_ROUNDING)
        snprintf(e->why, sizeof e->why, "rounding alone may be as large as its elements");
    else if (r->unsure > 0) {
        e->reason = LH_WHY_ROUNDING;
        snprintf(e->why, sizeof e->why,
                 "%zu elements of the derivation are off by more than 2^-20 of the largest, and "
                 "only its own rounding, as it is when its values move, excuses them", r->unsure);
    } else if (independent < 2) {
        e->reason = LH_WHY_NOT_COMPARED;
        snprintf(e->why, sizeof e->why, "%s",
                 r->n == 0 ? "it has no elements"
                           : "only one method could be compared, and two are needed");
    } else if (d->compared + d->directions == 0) {
        e->reason = LH_WHY_KINK;
        snprintf(e->why, sizeof e->why,
                 "a kink is within every step at all %zu elements: no difference decides",
                 e->kinks);
    } else
        e->verdict = LH_AGREE;
}

static void decide(row *r)
{
    lh_entry *e = r->e;
    size_t independent = 0;
    int disagree = 0;

    for (int m = 0; m < LH_METHODS; m++) {
        const lh_comparison *c = &e->by[m];

        if (c->compared + c->directions == 0)
            continue;
        independent += m <= LH_BY_DIFFERENCES;
        disagree |= !c->agrees;
    }
    e->decided = farthest(r, disagree);
    if (r->n > 0)
        show_beside(r, e->by[e->decided].row * e->cols + e->by[e->decided].col);
    if (disagree) {
        e->verdict = LH_DISAGREE;
        e->reason = LH_WHY_NOTHING; /* lhi_explain_row() finds it */
    } else if (e->verdict != LH_DISAGREE)
        decide_for(r, independent);
}

void lhi_compare_row(lhi_check *k, uint32_t id, lh_entry *e)
{
    const lhi_node *node = &k->t->node[id];
    const lh_slot *a = &k->tape[LH_WIDE]->slot[id];
    row r = {.k = k, .id = id, .e = e, .n = a->rows * a->cols, .tape = a->grad,
             .second = k->hand->slot[id].grad, .off = k->off[LH_WIDE].slot[id].grad_off};

    snprintf(e->name, sizeof e->name, "d%s", node->name);
    e->rows = a->rows;
    e->cols = a->cols;
    e->file = node->file;
    e->line = node->line;
    by_hand(&r);
    by_second(&r);
    by_directions(&r);
    by_rounding(&r, LH_F32, &e->ulps32, &e->off32, &e->bound32);
    by_rounding(&r, LH_F64, &e->ulps64, &e->off64, &e->bound64);
    decide(&r);
    if (e->verdict == LH_DISAGREE && e->reason == LH_WHY_NOTHING && lhi_ok(k->c))
        lhi_explain_row(k, id, r.hand, e);
}
