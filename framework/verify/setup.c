/* setup.c -- what a check works on: the tape run in three types, bounds, places of methods. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <math.h>

/* Operations from which on tangents and differences are worked in double instead of in wide. */
static const double wide_enough = 4e6;

/* An input of every workspace from values of a type, converted exactly (or rounded, for a float
 * tape of doubles). */
static void spread(lhi_check *k, uint32_t id, lh_type type, const void *values)
{
    lhi_ws *const all[] = {k->tape[LH_F32], k->tape[LH_F64], k->tape[LH_WIDE],
                           k->hand,         k->along,        k->moved};

    for (size_t w = 0; w < sizeof all / sizeof *all; w++) {
        const lh_slot *to = &all[w]->slot[id];

        for (size_t e = 0; e < to->rows * to->cols; e++)
            lhi_set(all[w]->type, to->value, e, lhi_get(type, values, e));
    }
}

/* The first rows of a data set, as the tape's own type has them. */
static int fill_from_data(lhi_check *k, lh_data *d)
{
    lhi_ws *own = k->tape[k->t->params->type];
    lhi_feed feed;

    if (lhi_feed_find(&feed, k->t, k->p, d, "lh_verify") != 0 ||
        lhi_data_prepare(d, k->t->params->type) != LH_OK)
        return -1;
    lhi_feed_rows(&feed, own, d, NULL, 0, k->rows, 0, 1);
    if (feed.X >= 0)
        spread(k, (uint32_t)feed.X, own->type, own->slot[feed.X].value);
    if (feed.y >= 0)
        spread(k, (uint32_t)feed.y, own->type, own->slot[feed.y].value);
    if (feed.w >= 0)
        spread(k, (uint32_t)feed.w, own->type, own->slot[feed.w].value);
    return 0;
}

static void fill_from_bound(lhi_check *k)
{
    for (size_t i = 0; i < k->t->count; i++)
        if (k->t->node[i].kind == LHI_INPUT && k->p->used[i])
            spread(k, (uint32_t)i, k->t->bound_type[i], k->t->bound[i]);
}

/* The first act that a change of each node reaches. */
static int find_starts(lhi_check *k)
{
    k->start = lhi_alloc_array(k->c, k->t->count, sizeof *k->start);
    if (!k->start)
        return -1;
    for (size_t i = 0; i < k->p->forwards; i++)
        k->start[k->p->act[i].node] = i + 1;
    for (size_t i = k->p->forwards; i-- > 0;) { /* backward: the first use of a leaf stays */
        const lhi_node *n = &k->t->node[k->p->act[i].node];

        for (int o = 0; o < lhi_arity(n); o++)
            if (k->t->node[n->in[o]].kind != LHI_OP)
                k->start[n->in[o]] = i;
    }
    return 0;
}

static int make_workspaces(lhi_check *k)
{
    const unsigned own = LHI_WS_OWN_PARAMS | LHI_WS_TRAINS, graded = own | LHI_WS_GRADIENTS;
    lh_type fast;

    for (int type = LH_F32; type < LH_TYPES; type++)
        k->tape[type] = lhi_ws_new(k->t, NULL, (lh_type)type, k->rows, 1, graded);
    k->hand = lhi_ws_new(k->t, NULL, LH_WIDE, k->rows, 1, graded);
    k->before = lhi_hand_room(k);
    if (!lhi_ok(k->c))
        return -1;
    fast = lhi_plan_flops(k->hand, k->p) > wide_enough ? LH_F64 : LH_WIDE;
    k->along = lhi_ws_new(k->t, NULL, fast, k->rows, 1, own | LHI_WS_TANGENTS);
    k->moved = lhi_ws_new(k->t, NULL, fast, k->rows, 1, own);
    return lhi_ok(k->c) ? 0 : -1;
}

/* Roundings of an op's tangent: a product of k terms has 2k. */
static int roundings(const lhi_check *k, size_t act)
{
    const lh_call s = lhi_call_of(k->hand, k->p->act[act].node, 0);
    const size_t sums = lhi_op_of(k->hand, k->p->act[act].node)->terms ||
                                s.out->rows < s.in[0]->rows ? s.in[0]->rows : 1;

    return 16 + 2 * (int)(s.in[0]->cols * sums);
}

/* Tangents are worked on the values of the wide tape, in their own type. */
static int make_tangents(lhi_check *k)
{
    lhi_bounds near = {0};

    for (size_t i = 0; i < k->along->nodes; i++)
        for (size_t e = 0; k->p->used[i] && e < lhi_cells(&k->along->slot[i]); e++)
            lhi_set(k->along->type, k->along->slot[i].value, e,
                    lhi_get(LH_WIDE, k->tape[LH_WIDE]->slot[i].value, e));
    if (k->along->type == LH_WIDE)
        k->along_off = lhi_bounds_acts(k, &k->off[LH_WIDE], roundings);
    else if (lhi_bounds_near(k, &near, k->along->type) == 0)
        k->along_off = lhi_bounds_acts(k, &near, roundings);
    lhi_bounds_free(k, &near);
    return k->along_off ? 0 : -1;
}

/* A pass in float that overflows says nothing of a network whose numbers are doubles. */
static int float_overflows(const lhi_check *k)
{
    const lhi_ws *f = k->tape[LH_F32], *w = k->tape[LH_WIDE];

    for (size_t i = 0; k->t->params->type == LH_F64 && i < w->nodes; i++)
        for (size_t e = 0; k->p->used[i] && e < lhi_cells(&w->slot[i]); e++) {
            const lh_wide value = lhi_get(LH_F32, f->slot[i].value, e);
            const lh_wide grad = k->p->needs[i] ? lhi_get(LH_F32, f->slot[i].grad, e) : 0;

            if (!isfinite(value + grad) &&
                isfinite(lhi_get(LH_F64, k->tape[LH_F64]->slot[i].value, e)))
                return 1;
        }
    return 0;
}

/* Worst cases, and draws where those say nothing. */
static int bound(lhi_check *k, lh_type type)
{
    lhi_bounds *b = &k->off[type];

    return lhi_bounds_make(k, b, type) != 0 ? -1
           : lhi_bounds_say_nothing(k, b)   ? lhi_bounds_draw(k, b)
                                            : 0;
}

int lhi_check_begin(lhi_check *k, lh_data *d)
{
    if (make_workspaces(k) != 0 || find_starts(k) != 0)
        return -1;
    if (d && fill_from_data(k, d) != 0)
        return -1;
    if (!d)
        fill_from_bound(k);
    for (int type = LH_F32; type < LH_TYPES; type++)
        lhi_run_whole(k->tape[type], k->p);
    k->no_float = float_overflows(k);
    lhi_hand_all(k);
    lhi_run_from(k->moved, k->p, 0);
    for (int type = LH_F32; type < LH_TYPES; type++)
        if (bound(k, (lh_type)type) != 0)
            return -1;
    if (make_tangents(k) != 0)
        return -1;
    k->page = lhi_page_new(k);
    return k->page && lhi_differ_begin(k) ? 0 : -1;
}

void lhi_check_end(lhi_check *k)
{
    lhi_ws *const all[] = {k->moved,          k->along,        k->hand,
                           k->tape[LH_WIDE],  k->tape[LH_F64], k->tape[LH_F32]};

    lhi_differ_end(k);
    lhi_page_free(k);
    lhi_bounds_acts_free(k, k->along_off);
    for (int type = LH_F32; type < LH_TYPES; type++)
        lhi_bounds_free(k, &k->off[type]);
    lhi_release(k->c, k->start);
    lhi_release(k->c, k->before);
    for (size_t w = 0; w < sizeof all / sizeof *all; w++)
        if (all[w])
            lhi_ws_free(all[w]);
    if (k->p)
        lhi_plan_free(k->c, k->p);
}
