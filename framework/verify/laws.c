/* laws.c -- what holds of any gradient without a reference, tried on one op alone. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/threads.h"
#include "framework/verify/check.h"

#include <math.h>
#include <stdio.h>

static lh_wide given(const lhi_alone *a, int o, size_t e)
{
    return lhi_get(a->type, a->in[o].grad, e);
}

/* Keeps a law that is broken at element e of operand o. */
static int broken(lhi_alone *a, int o, lh_reason reason, size_t e, lh_wide wanted, const char *why)
{
    lhi_diagnosis d = {.reason = reason, .worst = e, .wrong = 1};

    snprintf(d.why, sizeof d.why, "%s", why);
    lhi_found(a, o, LH_BY_LAWS, &d, given(a, o, e), wanted, 0);
    return 0;
}

/* What underflow alone can take from a sum over the output. */
static lh_wide least(const lhi_alone *a)
{
    return (lh_wide)lhi_rounding(a->type).tiny * (lh_wide)(4 * lhi_cells(&a->out) + 8);
}

/* The first element whose bits are not factor times those of the first call; a factor that is
 * not 1 is exact but for underflow. */
static size_t first_unlike(const lhi_alone *a, int o, lh_wide factor)
{
    const lh_wide room = factor == 1 ? 0 : least(a);
    size_t e = 0;

    for (; e < lhi_cells(&a->in[o]); e++) {
        const lh_wide x = given(a, o, e), y = factor * a->got[e];

        if (!(fabsl(x - y) <= room) && x != y && !(x != x && y != y))
            break;
    }
    return e;
}

/* The same again gives the same bits, and sets what it gave before. */
static int twice(lhi_alone *a, int o)
{
    size_t e;

    lhi_give(a, o, 1);
    e = first_unlike(a, o, 1);
    if (e == lhi_cells(&a->in[o]))
        return 1;
    if (first_unlike(a, o, 2) == lhi_cells(&a->in[o]))
        return broken(a, o, LH_WHY_DOUBLE_COUNT, e, a->got[e],
                      "run twice it gives twice as much: it adds where it should set");
    return broken(a, o, LH_WHY_NONDETERMINISTIC, e, a->got[e],
                  "run twice on equal values it gives different bits");
}

/* The first element that is not factor times that of the first call, but for rounding. */
static size_t first_far(const lhi_alone *a, int o, double factor)
{
    const double u = lhi_rounding(a->type).u;
    size_t e = 0;

    for (; e < lhi_cells(&a->in[o]); e++) {
        const lh_wide right = (lh_wide)factor * a->got[e];

        if (!(fabsl(given(a, o, e) - right) <=
              3 * (lh_wide)a->off[e] + 4 * (lh_wide)u * fabsl(right) + least(a)))
            break;
    }
    return e;
}

/* Where others have given before (here: half as much), it adds. */
static int adds(lhi_alone *a, int o)
{
    size_t at;

    for (size_t e = 0; e < lhi_cells(&a->in[o]); e++)
        lhi_set(a->type, a->in[o].grad, e, a->got[e] / 2);
    lhi_give(a, o, 0);
    at = first_far(a, o, 1.5);
    if (at == lhi_cells(&a->in[o]))
        return 1;
    if (first_far(a, o, 1) == lhi_cells(&a->in[o]))
        return broken(a, o, LH_WHY_MISSING_TERM, at, a->got[at] * 1.5L,
                      "it sets where it should add: what other users of the operand give is lost");
    if (first_far(a, o, 2.5) == lhi_cells(&a->in[o]))
        return broken(a, o, LH_WHY_DOUBLE_COUNT, at, a->got[at] * 1.5L,
                      "beside what other users of the operand give it gives twice as much");
    return broken(a, o, LH_WHY_VALUE, at, a->got[at] * 1.5L,
                  "beside what other users of the operand give it gives something else");
}

/* Tile by tile it gives the same bits: each element has one writer. */
static int tiles(lhi_alone *a, int o)
{
    const lh_slot *in = &a->in[o];
    size_t e;

    a->step.fresh = 1;
    for (int part = 0; part < 3; part++) {
        const size_t i0 = lhi_share(in->rows, part, 3), i1 = lhi_share(in->rows, part + 1, 3);

        if (i0 < i1 && in->cols > 0)
            a->op->backward(&a->step, o, (lh_tile){i0, i1, 0, in->cols});
    }
    e = first_unlike(a, o, 1);
    return e == lhi_cells(in) || broken(a, o, LH_WHY_NONDETERMINISTIC, e, a->got[e],
                                    "it depends on how the work is divided among threads");
}

static void scale(const lhi_alone *a, void *array, size_t n, lh_wide factor)
{
    for (size_t e = 0; e < n; e++)
        lhi_set(a->type, array, e, factor * lhi_get(a->type, array, e));
}

/* Linear in the cotangent: twice gives twice and nothing gives nothing, to the bit. */
static int linear(lhi_alone *a, int o)
{
    size_t twice_as_much, nothing;

    scale(a, a->out.grad, lhi_cells(&a->out), 2);
    lhi_give(a, o, 1);
    twice_as_much = first_unlike(a, o, 2);
    if (twice_as_much < lhi_cells(&a->in[o]))
        broken(a, o, LH_WHY_VALUE, twice_as_much, 2 * a->got[twice_as_much],
               "it is not linear: twice the cotangent does not give twice as much");
    scale(a, a->out.grad, lhi_cells(&a->out), 0);
    lhi_give(a, o, 1);
    lhi_load(a);
    for (nothing = 0; nothing < lhi_cells(&a->in[o]) && given(a, o, nothing) == 0; nothing++)
        ;
    if (nothing < lhi_cells(&a->in[o]))
        broken(a, o, LH_WHY_VALUE, nothing, 0, "a cotangent of 0 does not give 0");
    return twice_as_much == lhi_cells(&a->in[o]) && nothing == lhi_cells(&a->in[o]);
}

static void poison(const lhi_alone *a, void *array, size_t n)
{
    for (size_t e = 0; e < n; e++)
        lhi_set(a->type, array, e, (lh_wide)NAN);
}

/* What backward() says it does not read may hold anything. */
static int unread(lhi_alone *a, int o)
{
    size_t e;

    for (int i = 0; i < a->op->n_in; i++)
        if (!(a->op->reads >> i & 1))
            poison(a, a->in[i].value, lhi_cells(&a->in[i]));
    if (!(a->op->reads & LH_READS_OUT))
        poison(a, a->out.value, lhi_cells(&a->out));
    lhi_give(a, o, 1);
    lhi_load(a);
    e = first_unlike(a, o, 1);
    return e == lhi_cells(&a->in[o]) || broken(a, o, LH_WHY_VALUE, e, a->got[e],
                                           "it reads an array that it says it does not read");
}

/* Another operand's gradient is not its to write. */
static int keeps_to_its_own(lhi_alone *a, int o)
{
    for (int i = 0; i < a->op->n_in; i++)
        if (i != o)
            poison(a, a->in[i].grad, lhi_cells(&a->in[i]));
    lhi_give(a, o, 1);
    for (int i = 0; i < a->op->n_in; i++)
        for (size_t e = 0; i != o && e < lhi_cells(&a->in[i]); e++)
            if (given(a, i, e) == given(a, i, e))
                return broken(a, i, LH_WHY_DOUBLE_COUNT, e, 0,
                              "the other operand's gradient is written, too");
    return 1;
}

/* Other values, in other places: the last first, times a factor. */
static void change(const lhi_alone *a, void *array, size_t n, lh_wide factor)
{
    for (size_t e = 0; e < n / 2; e++) {
        const lh_wide x = lhi_get(a->type, array, e);

        lhi_set(a->type, array, e, lhi_get(a->type, array, n - 1 - e));
        lhi_set(a->type, array, n - 1 - e, x);
    }
    scale(a, array, n, factor);
}

/* A pass over other values leaves no trace. */
static int forgets(lhi_alone *a, int o)
{
    size_t e;

    for (int i = 0; i < a->op->n_in; i++) /* of labels, weights and places 0 is always one */
        change(a, a->in[i].value, lhi_cells(&a->in[i]), a->op->no_grad >> i & 1 ? 0 : 0.75L);
    change(a, a->out.value, lhi_cells(&a->out), 0.75L);
    change(a, a->out.grad, lhi_cells(&a->out), 0.5L);
    lhi_give(a, o, 1);
    lhi_load(a);
    lhi_give(a, o, 1);
    e = first_unlike(a, o, 1);
    return e == lhi_cells(&a->in[o]) ||
           broken(a, o, LH_WHY_STALE, e, a->got[e],
                  "after a pass over other values it gives something else: it keeps old ones");
}

int lhi_same_again(lhi_alone *a, int o)
{
    return twice(a, o) && forgets(a, o);
}

int lhi_laws_hold(lhi_alone *a, int o)
{
    return adds(a, o) && tiles(a, o) && linear(a, o) && unread(a, o) && keeps_to_its_own(a, o);
}
