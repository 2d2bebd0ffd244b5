/* curve.c -- how the error of differences falls and rises with their step. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/rng.h"
#include "framework/data/feed.h"
#include "framework/verify/pieces.h"

#include <longhand/curves.h>

#include <math.h>
#include <stdlib.h>

typedef struct sweep {
    lh_ctx *c;
    lh_tape *t;
    lhi_plan *p;
    lhi_ws *w, *wide;     /* the type's, and the one that is right: both at the same point */
    lh_wide *base;        /* the parameters there, one after the other */
    lh_wide *slope;       /* and their gradient */
    signed char *up;      /* a direction: 1 or -1 for each of them */
    size_t size;
    lhi_pieces pieces;    /* there */
    lh_wide loss;
} sweep;

static int moves(const sweep *s, uint32_t id)
{
    return s->t->node[id].kind == LHI_PARAM && s->p->needs[id] && s->p->used[id];
}

/* L with every parameter moved by the step along the direction. */
static lh_wide loss_at(sweep *s, lh_wide step, int *kinked)
{
    size_t at = 0;

    for (uint32_t id = 0; id < s->t->count; id++)
        for (size_t e = 0; moves(s, id) && e < lhi_cells(&s->w->slot[id]); e++, at++)
            lhi_set(s->w->type, s->w->slot[id].value, e, s->base[at] + step * s->up[at]);
    lhi_run_from(s->w, s->p, 0);
    *kinked |= lhi_pieces_left(&s->pieces, s->w, s->p, 0);
    return lhi_get(s->w->type, s->w->slot[s->p->root].value, 0);
}

static void turn(sweep *s, uint32_t direction)
{
    const uint32_t stream = lhi_stream_of("directions");

    for (size_t i = 0; i < s->size; i++)
        s->up[i] = lhi_random_bits(s->c->set.seed, stream, direction, i) & 1 ? 1 : -1;
}

static lh_wide slope_along(const sweep *s)
{
    lh_wide sum = 0;

    for (size_t i = 0; i < s->size; i++)
        sum += s->slope[i] * s->up[i];
    return sum;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double x[LH_DIRECTIONS])
{
    qsort(x, LH_DIRECTIONS, sizeof *x, by_size);
    return x[LH_DIRECTIONS / 2];
}

/* A row of errors for each direction becomes the medians. */
static void measure(sweep *s, lh_vpoint *at, size_t count, double (*forward)[LH_DIRECTIONS],
                    double (*central)[LH_DIRECTIONS])
{
    for (uint32_t k = 0; k < LH_DIRECTIONS; k++) {
        turn(s, k);
        const lh_wide truth = slope_along(s);

        if (!(truth - truth == 0))
            lhi_fail(s->c, LH_ENONFINITE, "lh_forward() and lh_value() show where",
                     "lh_difference_errors: the loss or its gradient is not finite");
        else if (truth == 0)
            lhi_fail(s->c, LH_EVERIFY, "record parameters that the loss depends on",
                     "lh_difference_errors: the gradient is 0, there is nothing to compare");
        for (size_t i = 0; lhi_ok(s->c) && i < count; i++) {
            const lh_wide h = (lh_wide)at[i].h;
            int kinked = 0;
            const lh_wide right = loss_at(s, h, &kinked), left = loss_at(s, -h, &kinked);

            forward[i][k] = (double)fabsl(((right - s->loss) / h - truth) / truth);
            central[i][k] = (double)fabsl(((right - left) / (2 * h) - truth) / truth);
            at[i].kinked += (size_t)kinked;
        }
    }
    for (size_t i = 0; lhi_ok(s->c) && i < count; i++) {
        at[i].forward = median(forward[i]);
        at[i].central = median(central[i]);
    }
}

/* Gives the wide workspace the numbers that the type's holds, after their rounding. */
static void copy_leaves(sweep *s)
{
    for (uint32_t id = 0; id < s->t->count; id++)
        for (size_t e = 0; s->p->used[id] && s->t->node[id].kind != LHI_OP &&
                           e < lhi_cells(&s->w->slot[id]); e++)
            lhi_set(LH_WIDE, s->wide->slot[id].value, e,
                    lhi_get(s->w->type, s->w->slot[id].value, e));
}

static int keep_point(sweep *s)
{
    size_t at = 0;

    lhi_run_from(s->w, s->p, 0);
    s->loss = lhi_get(s->w->type, s->w->slot[s->p->root].value, 0);
    lhi_run_whole(s->wide, s->p);
    for (uint32_t id = 0; id < s->t->count; id++)
        for (size_t e = 0; moves(s, id) && e < lhi_cells(&s->w->slot[id]); e++, at++) {
            s->base[at] = lhi_get(LH_WIDE, s->wide->slot[id].value, e);
            s->slope[at] = lhi_get(LH_WIDE, s->wide->slot[id].grad, e);
        }
    return lhi_pieces_keep(&s->pieces, s->w, s->p);
}

static int set_up(sweep *s, const lhi_feed *feed, lh_data *d, size_t rows, lh_type type)
{
    const unsigned flags = LHI_WS_GRADIENTS | LHI_WS_OWN_PARAMS | LHI_WS_TRAINS;

    if (lhi_data_prepare(d, type) != LH_OK)
        return -1;
    s->w = lhi_ws_new(s->t, NULL, type, rows, 1, flags);
    s->wide = lhi_ws_new(s->t, NULL, LH_WIDE, rows, 1, flags);
    if (!s->w || !s->wide)
        return -1;
    for (uint32_t id = 0; id < s->t->count; id++)
        s->size += moves(s, id) ? lhi_cells(&s->w->slot[id]) : 0;
    s->base = lhi_alloc_array(s->c, s->size + 1, sizeof *s->base);
    s->slope = lhi_alloc_array(s->c, s->size + 1, sizeof *s->slope);
    s->up = lhi_alloc_array(s->c, s->size + 1, sizeof *s->up);
    if (!lhi_ok(s->c))
        return -1;
    lhi_feed_rows(feed, s->w, d, NULL, 0, rows, 0, 1);
    copy_leaves(s);
    return keep_point(s);
}

static void tear_down(sweep *s)
{
    lhi_release(s->c, s->pieces.kept);
    lhi_release(s->c, s->up);
    lhi_release(s->c, s->slope);
    lhi_release(s->c, s->base);
    if (s->wide)
        lhi_ws_free(s->wide);
    if (s->w)
        lhi_ws_free(s->w);
    if (s->p)
        lhi_plan_free(s->c, s->p);
}

static void difference_errors(lh_var L, lh_data *d, size_t rows, lh_type type, lh_vpoint *at,
                              size_t count)
{
    LHI_USUAL_FLOATS(L.tape->c);
    sweep s = {.t = L.tape, .c = L.tape->c};
    lhi_feed feed;
    double (*errors)[LH_DIRECTIONS];

    if (!lhi_loss_good(L, "lh_difference_errors"))
        return;
    if (lhi_data_is_inert(d) || rows == 0 || (unsigned)type >= LH_TYPES) {
        lhi_fail(s.c, LH_EUSAGE, NULL,
                 "lh_difference_errors: there are no rows, or no such type");
        return;
    }
    rows = rows < lh_rows(d) ? rows : lh_rows(d);
    errors = lhi_alloc_array(s.c, 2 * count + 1, sizeof *errors);
    s.p = lhi_plan_new(s.t, L.id, LHI_KEEP_ALL);
    if (errors && s.p && lhi_feed_find(&feed, s.t, s.p, d, "lh_difference_errors") == 0 &&
        set_up(&s, &feed, d, rows, type) == 0)
        measure(&s, at, count, errors, errors + count);
    tear_down(&s);
    lhi_release(s.c, errors);
}

lh_status lh_difference_errors(lh_var L, lh_data *d, size_t rows, lh_type type, lh_vpoint *at,
                               size_t count)
{
    lh_ctx *c = lhi_ctx_of(L);

    if (count > PTRDIFF_MAX / sizeof *at || (count > 0 && !at))
        return lhi_ok(c) ? lhi_refuse(c, LH_EUSAGE, NULL,
                                      "lh_difference_errors: there is no array of %zu points",
                                      count)
                         : lh_error(c);
    for (size_t i = 0; i < count; i++) /* steps below the smallest double stay 0 */
        at[i] = (lh_vpoint){ldexp(1, -4 - (int)(i < 1200 ? i : 1200)), (double)NAN, (double)NAN, 0};
    if (!lhi_ok(c) || lh_opt_done(c) != LH_OK)
        return lh_error(c);
    difference_errors(L, d, rows, type, at, count);
    return lhi_call_ends(c);
}
