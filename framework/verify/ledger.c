/* ledger.c -- compares the methods element by element and keeps a row for each gradient. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/text.h"
#include "framework/ops/ops.h"
#include "framework/verify/check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The distance between neighbours at x, in a format of `bits` bits of precision. */
static double ulp(double x, int bits)
{
    const int least = bits == FLT_MANT_DIG ? FLT_MIN_EXP : DBL_MIN_EXP;
    int e;

    frexp(x, &e);
    return ldexp(1, (e < least ? least : e) - bits);
}

/* Rounding of the double tape over a block, measured against the tape in long double;
 * where that is no wider, the worst case of the longest sums. */
static double rounding(const lhi_check *k, uint32_t id)
{
    const lh_slot *a = &k->f64->slot[id];
    const double *x = a->grad;
    const lh_wide *w = k->wide->slot[id].grad;
    double noise = 0, scale = 0;

    for (size_t e = 0; e < a->rows * a->cols; e++) {
        noise = fmax(noise, (double)fabsl((lh_wide)x[e] - w[e]));
        scale = fmax(scale, fabs(x[e]));
    }
    if (LDBL_MANT_DIG == DBL_MANT_DIG)
        noise = k->sensitivity * k->sensitivity * DBL_EPSILON * scale;
    return fmax(noise, DBL_EPSILON / 2 * scale);
}

typedef struct element {
    double tape32, tape64, hand;
    double noise, bound; /* of the block, and for this element */
    int f32_counts;      /* the float tape is in the same pieces of every ReLU */
} element;

/* How far over its bound an element is, NaN counted as farthest. */
static double excess(const element *x)
{
    const double formula = fabs(x->tape64 - x->hand) / x->bound;
    /* Float rounds 2^29 times coarser than double; 64 for the spread of the largest
     * error of a block about the one that was measured. */
    const double coarse = fabs(x->tape32 - x->tape64) / (64 * 0x1p29 * x->noise + (double)FLT_MIN);
    const double most = x->f32_counts ? fmax(formula, coarse) : formula;

    return formula - formula == 0 && x->tape32 - x->tape32 == 0 ? most : (double)INFINITY;
}

static element look(const lhi_check *k, uint32_t id, const lh_wide *hand, double noise,
                    int f32_counts, size_t e)
{
    element x = {.tape32 = (double)((const float *)k->f32->slot[id].grad)[e],
                 .tape64 = ((const double *)k->f64->slot[id].grad)[e],
                 .hand = (double)hand[e], .noise = noise, .f32_counts = f32_counts};

    x.bound = 2 * noise + DBL_EPSILON * fabs(x.hand) + DBL_MIN;
    return x;
}

static void keep_worst(lh_entry *r, const element *x, const lhi_difference *d, size_t e)
{
    r->row = e / r->cols;
    r->col = e % r->cols;
    r->tape32 = x->tape32;
    r->tape64 = x->tape64;
    r->hand = x->hand;
    r->bound = x->bound;
    r->differences = d ? fmin(fmax(x->tape64, d->low), d->high) : (double)NAN;
    r->difference_bound = d ? d->bound : (double)NAN;
}

/* How far the tape is from low..high, in units of the bound. */
static double outside(const element *x, const lhi_difference *d)
{
    const double off = fmax(d->low - x->tape64, x->tape64 - d->high) / d->bound;

    return off - off == 0 ? fmax(off, 0) : (double)INFINITY;
}

/* One row: every element against the hand, `budget` of them against differences. */
static void compare(lhi_check *k, lh_page *page, lhi_differ *differ, uint32_t id, size_t budget,
                    int f32_counts, lh_entry *r)
{
    const lh_slot *a = &k->f64->slot[id];
    const size_t n = a->rows * a->cols, samples = n < budget ? n : budget;
    const double noise = rounding(k, id);
    const lh_wide *hand = lhi_by_hand(k, page, id, &r->by_driver);
    double worst = -1;
    size_t next = 0;

    snprintf(r->name, sizeof r->name, "d%s", k->t->node[id].name);
    r->rows = a->rows;
    r->cols = a->cols;
    r->agrees = hand != NULL;
    for (size_t e = 0; hand && e < n; e++) {
        const element x = look(k, id, hand, noise, f32_counts, e);
        lhi_difference d;
        double over = excess(&x);
        int known = 0;

        if (next < samples && e == next * n / samples) {
            next++;
            d = lhi_differ_at(differ, id, e);
            /* With several kinks at once the slopes of both sides need not enclose the
             * tape's: being outside says nothing then, being inside does. */
            known = !d.kink || outside(&x, &d) <= 1;
            r->compared += (size_t)known;
            r->kinks += (size_t)!known;
            over = known ? fmax(over, outside(&x, &d)) : over;
        }
        r->ulps64 = fmax(r->ulps64, fabs(x.tape64 - x.hand) / ulp(x.hand, DBL_MANT_DIG));
        r->ulps32 = fmax(r->ulps32, fabs(x.tape32 - x.tape64) / ulp(x.tape64, FLT_MANT_DIG));
        r->agrees = r->agrees && over <= 1;
        /* An element with all four columns is shown, unless one without is wrong. */
        if (over > worst && (known || over > 1 || worst < 0)) {
            worst = known || over > 1 ? over : 0;
            keep_worst(r, &x, known ? &d : NULL, e);
        }
    }
    if (n > 0 && r->compared == 0)
        r->agrees = 0;
    lhi_differ_restore(differ, id);
}

/* The inputs of all workspaces: the rows in the store's own type, converted exactly
 * (or rounded, for a float tape of a double store). */
static void fill_inputs(lhi_check *k, const lhi_feed *feed, const lh_data *d)
{
    lhi_ws *first = k->t->params->type == LH_F32 ? k->f32 : k->f64;
    lhi_ws *const all[] = {k->f32, k->f64, k->wide, k->hand};
    const long inputs[] = {feed->X, feed->y};

    lhi_feed_rows(feed, first, d, NULL, 0, k->rows, 0, 1);
    for (size_t w = 0; w < 4; w++)
        for (size_t i = 0; i < 2; i++) {
            const lh_slot *from = inputs[i] >= 0 ? &first->slot[inputs[i]] : NULL;

            for (size_t e = 0; from && all[w] != first && e < from->rows * from->cols; e++)
                lhi_set(all[w]->type, all[w]->slot[inputs[i]].value, e,
                        lhi_get(first->type, from->value, e));
        }
}

/* The longest sums of the forward pass, added up: how many roundings L has behind it. */
static double longest_sums(const lhi_check *k)
{
    double terms = (double)k->rows;

    for (size_t i = 0; i < k->p->forwards; i++)
        if (k->p->act[i].kind == LHI_FORWARD)
            terms += (double)k->f64->slot[k->t->node[k->p->act[i].node].in[0]].cols;
    return terms;
}

static int set_up(lhi_check *k, const lhi_feed *feed, lh_data *d)
{
    const unsigned flags = LHI_WS_GRADIENTS | LHI_WS_OWN_PARAMS;

    k->f32 = lhi_ws_new(k->t, NULL, LH_F32, k->rows, 1, flags);
    k->f64 = lhi_ws_new(k->t, NULL, LH_F64, k->rows, 1, flags);
    k->wide = lhi_ws_new(k->t, NULL, LH_WIDE, k->rows, 1, flags);
    k->hand = lhi_ws_new(k->t, NULL, LH_WIDE, k->rows, 1, flags);
    if (!lhi_ok(k->c) || lhi_data_prepare(d, k->t->params->type) != LH_OK)
        return -1;
    fill_inputs(k, feed, d);
    /* Errors of many roundings add up like their root; 4 for the spread. */
    k->sensitivity = 4 * sqrt(longest_sums(k));
    lhi_ws *const tapes[] = {k->f32, k->f64, k->wide};
    for (size_t w = 0; w < 3; w++) {
        lhi_run_from(tapes[w], k->p, 0);
        lhi_set(tapes[w]->type, tapes[w]->slot[k->p->root].grad, 0, 1);
        lhi_run_back(tapes[w], k->p);
    }
    lhi_hand_all(k);
    return 0;
}

static void tear_down(lhi_check *k)
{
    lhi_ws *const all[] = {k->hand, k->wide, k->f64, k->f32};

    for (size_t w = 0; w < 4; w++)
        if (all[w])
            lhi_ws_free(all[w]);
    if (k->p)
        lhi_plan_free(k->c, k->p);
}

/* In a row of the ledger: what has a name and a gradient, but for the loss itself. */
static int has_row(const lhi_check *k, uint32_t id)
{
    return k->p->used[id] && k->p->needs[id] && k->t->node[id].name && id != k->p->root;
}

/* Rows in the order of backpropagation: from the loss down. */
static size_t rows_of(lhi_check *k, uint32_t *order)
{
    unsigned char *listed = lhi_alloc(k->c, k->t->count);
    size_t n = 0;

    for (size_t i = k->p->forwards; listed && i-- > 0;) {
        const uint32_t id = k->p->act[i].node;
        const lhi_node *node = &k->t->node[id];
        uint32_t own[1 + LH_OPERANDS] = {id};
        const int operands = lhi_op_of(k->f64, id)->n_in;

        for (int o = 0; o < operands; o++)
            own[1 + o] = node->in[o];
        for (int o = 0; o <= operands; o++) {
            const int leaf = o == 0 || k->t->node[own[o]].kind != LHI_OP;

            if (!listed[own[o]] && leaf && has_row(k, own[o])) {
                listed[own[o]] = 1;
                order[n++] = own[o];
            }
        }
    }
    lhi_release(k->c, listed);
    return n;
}

/* A sentence for the first row that does not agree. */
static void report(lh_ctx *c, const lh_entry *e, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (e[i].agrees)
            continue;
        if (e[i].compared == 0 && e[i].rows * e[i].cols > 0)
            lhi_fail(c, LH_EVERIFY, "check on more or other rows",
                     "%s: nothing could be compared with differences (%zu elements at a kink)",
                     e[i].name, e[i].kinks);
        lhi_fail(c, LH_EVERIFY, "the ledger above shows every gradient, the wrong ones as DISAGREE",
                 "%s disagrees at (%zu, %zu): tape %.17g, hand %.17g (they may differ by %.2g), "
                 "differences %.12g (by %.2g)",
                 e[i].name, e[i].row, e[i].col, e[i].tape64, e[i].hand, e[i].bound,
                 e[i].differences, e[i].difference_bound);
    }
    if (count == 0)
        lhi_fail(c, LH_EVERIFY, "name variables with lh_let(), and record parameters",
                 "there is no gradient to compare");
}

static void fill_ledger(lhi_check *k, lh_entry *e, const uint32_t *order, size_t count)
{
    lh_page *page = lhi_page_new(k);
    lhi_differ *differ = lhi_differ_new(k);
    const int f32_counts = lhi_same_pieces(k, k->f32, k->f64);
    /* About three thousand million operations in all; never fewer than 32 elements a row. */
    const double affordable = 3e9 / (4 * lhi_plan_flops(k->f64, k->p) + 1) / (double)count;
    const size_t budget = affordable < 32 ? 32 : affordable > 1e6 ? 1000000 : (size_t)affordable;

    for (size_t i = 0; i < count && page && differ && lhi_ok(k->c); i++)
        compare(k, page, differ, order[i], budget, f32_counts, &e[i]);
}

lh_status lh_verify(lh_var L, lh_data *d, size_t rows)
{
    lhi_check k = {0};
    lhi_feed feed;
    lh_entry *e;
    uint32_t *order;
    size_t count;
    char name[80];

    if (!L.tape)
        return LH_EUSAGE;
    if (!lhi_var_good(L, "lh_verify") || lh_opt_done(L.tape->c) != LH_OK)
        return L.tape->c->status;
    k.t = L.tape;
    k.c = k.t->c;
    if (k.t->node[L.id].rows != 1 || k.t->node[L.id].cols != 1)
        return lhi_fail(k.c, LH_ESHAPE, "a loss is one number", "lh_verify: the loss is no scalar");
    if (lhi_data_is_inert(d) || rows == 0)
        return lhi_fail(k.c, LH_EUSAGE, NULL, "lh_verify: there are no rows to check on");
    lhi_warn_literal(L);
    k.rows = rows < lh_rows(d) ? rows : lh_rows(d);
    k.p = lhi_plan_new(k.t, L.id, LHI_KEEP_ALL);
    order = lhi_alloc_array(k.c, k.t->count, sizeof *order);
    if (order && lhi_feed_find(&feed, k.t, k.p, d, "lh_verify") == 0 &&
        set_up(&k, &feed, d) == 0) {
        count = rows_of(&k, order);
        e = lhi_alloc_array(k.c, count + 1, sizeof *e);
        if (e)
            fill_ledger(&k, e, order, count);
        if (e && lhi_ok(k.c)) {
            lhi_release(k.c, k.c->ledger);
            k.c->ledger = e;
            k.c->ledger_rows = count;
            lhi_ledger_print(&k, e, count, lhi_node_text(k.t, L.id, name, sizeof name), d->name);
            report(k.c, e, count);
        }
    }
    tear_down(&k);
    return k.c->status;
}

const lh_entry *lh_ledger(lh_ctx *c, size_t *count)
{
    if (count)
        *count = c->ledger_rows;
    return c->ledger;
}
