/* ledger.c -- a check from beginning to end: ops alone, then every named gradient. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "framework/verify/check.h"

#include <stdio.h>

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
        const int operands = lhi_op_of(k->hand, id)->n_in;

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

/* The worst of what was found: rows that disagree, then ops, then what could not be decided. */
static lh_verdict verdict_of(const lhi_report *r)
{
    lh_verdict v = r->rows > 0 ? LH_AGREE : LH_INCONCLUSIVE;

    for (size_t i = 0; i < r->rows; i++)
        if (r->row[i].verdict == LH_DISAGREE || v == LH_AGREE)
            v = r->row[i].verdict;
    return r->findings > 0 ? LH_DISAGREE : v;
}

/* What the ops do alone counts for the rows that they give to. */
static void fill_rows(lhi_check *k, const uint32_t *order)
{
    lhi_report *r = k->report;
    /* The operations that comparing elements may take, in all and for each row. */
    const double in_all = k->c->set.budget > 0 ? k->c->set.budget * 4e9 : 1e10;

    k->work = in_all / (double)r->rows;
    for (int type = LH_F32; type < LH_TYPES; type++)
        r->drawn |= (unsigned)k->off[type].drawn << type;
    lhi_look_at_ops(k);
    for (size_t i = 0; i < r->rows && lhi_ok(k->c); i++)
        lhi_compare_row(k, order[i], &r->row[i]);
    r->verdict = verdict_of(r);
}

/* A gradient, what it should be, and how far a float or a double may be from that. */
static void show_gradient(const lhi_check *k, uint32_t id, lhi_shown *show, void *arg)
{
    static const char *const what[] = {"bound32", "bound64"};
    const lh_slot *a = &k->tape[LH_WIDE]->slot[id];
    lh_wide *bound = lhi_alloc_array(k->c, a->rows * a->cols, sizeof *bound);
    char name[LHI_NAME + 16];

    snprintf(name, sizeof name, "d%s", k->t->node[id].name);
    show(arg, name, a->rows, a->cols, a->grad);
    snprintf(name, sizeof name, "second/d%s", k->t->node[id].name);
    show(arg, name, a->rows, a->cols, k->hand->slot[id].grad);
    for (int type = LH_F32; bound && type <= LH_F64; type++) {
        for (size_t e = 0; e < a->rows * a->cols; e++)
            bound[e] = (lh_wide)k->off[type].slot[id].grad_off[e] +
                       (lh_wide)k->off[LH_WIDE].slot[id].grad_off[e];
        snprintf(name, sizeof name, "%s/d%s", what[type], k->t->node[id].name);
        show(arg, name, a->rows, a->cols, bound);
    }
    lhi_release(k->c, bound);
}

static void show_arrays(const lhi_check *k, lhi_shown *show, void *arg)
{
    const lhi_ws *w = k->tape[LH_WIDE];

    for (uint32_t i = 0; i < w->nodes; i++) {
        const lhi_node *n = &k->t->node[i];

        if (!k->p->used[i] || !n->name)
            continue;
        if (n->kind != LHI_OP)
            show(arg, n->name, w->slot[i].rows, w->slot[i].cols, w->slot[i].value);
        if (has_row(k, i))
            show_gradient(k, i, show, arg);
    }
}

/* 1 when L can be checked on these rows; keeps the error otherwise. */
static int may_begin(lh_var L, lh_data *d, size_t rows)
{
    lh_ctx *c = L.tape->c;

    if (!lhi_var_good(L, "lh_verify") || lh_opt_done(c) != LH_OK || !lhi_loss_good(L, "lh_verify"))
        return 0;
    if (d && (lhi_data_is_inert(d) || rows == 0))
        lhi_fail(c, LH_EUSAGE, NULL, "lh_verify: there are no rows to check on");
    return lhi_ok(c);
}

static int make_rows(lh_ctx *c, lhi_report *r)
{
    const size_t cells = (r->rows + 1) * LH_METHODS;

    r->row = lhi_alloc_array(c, r->rows + 1, sizeof *r->row);
    r->by = lhi_alloc_array(c, cells, sizeof *r->by);
    r->beside = lhi_alloc_array(c, cells, sizeof *r->beside);
    if (!r->row || !r->by || !r->beside)
        return -1;
    for (size_t i = 0; i < r->rows; i++) {
        r->row[i].by = r->by + i * LH_METHODS;
        r->row[i].beside = r->beside + i * LH_METHODS;
    }
    return 0;
}

lhi_report *lhi_verify(lh_var L, lh_data *d, size_t rows, lhi_shown *show, void *arg)
{
    lhi_check k = {0};
    uint32_t *order;

    if (!L.tape || !may_begin(L, d, rows))
        return NULL;
    lhi_warn_literal(L);
    k.t = L.tape;
    k.c = k.t->c;
    k.p = lhi_plan_new(k.t, L.id, LHI_KEEP_ALL);
    k.report = lhi_alloc(k.c, sizeof *k.report);
    order = lhi_alloc_array(k.c, k.t->count, sizeof *order);
    if (lhi_ok(k.c) && !d && lhi_bound_rows(k.t, k.p, "lh_verify", &k.rows) != 0)
        k.rows = 0;
    if (d)
        k.rows = rows < lh_rows(d) ? rows : lh_rows(d);
    if (lhi_ok(k.c) && lhi_check_begin(&k, d) == 0) {
        lhi_node_text(k.t, L.id, k.report->loss, sizeof k.report->loss);
        snprintf(k.report->data, sizeof k.report->data, "%.63s", d ? d->name : "what is bound");
        k.report->batch = k.rows;
        k.report->rows = rows_of(&k, order);
        if (make_rows(k.c, k.report) == 0)
            fill_rows(&k, order);
        if (show && lhi_ok(k.c))
            show_arrays(&k, show, arg);
    }
    lhi_check_end(&k);
    lhi_release(k.c, order);
    if (!lhi_ok(k.c) && k.report) {
        lhi_report_free(k.c, k.report);
        return NULL;
    }
    return k.report;
}
