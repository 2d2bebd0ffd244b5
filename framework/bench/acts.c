/* acts.c -- what each act of a step costs, for the roofline. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/bench/bench.h"
#include "framework/data/data.h"
#include "framework/system/sys.h"
#include "framework/train/run.h"

#include <stdio.h>

enum { ROUNDS = 40 };

static double bytes_of(const lhi_act *a, const lhi_job *j)
{
    const lh_call *s = &j->call;
    size_t cells = s->out->rows * s->out->cols;

    for (int k = 0; k < j->call.op->n_in; k++)
        cells += s->in[k]->rows * s->in[k]->cols;
    /* What moves is read and written besides. */
    if (a->moves)
        cells += s->in[a->operand]->rows * s->in[a->operand]->cols;
    return (double)cells * sizeof(float);
}

/* What the step of a training has besides: shuffled rows of a larger set into the batch. */
static void add_gather(lhi_bench *b, lh_run *r)
{
    enum { BATCHES = 16 };
    const lh_slot *x = NULL;
    lh_data d = {.rows = r->batch * BATCHES};
    uint32_t *order = lhi_alloc_array(b->c, d.rows, sizeof *order);
    char name[48];
    double seconds = 0;

    for (size_t i = 0; i < r->t->count && !x; i++)
        if (r->t->node[i].kind == LHI_INPUT && r->t->node[i].name[0] == 'X')
            x = &r->w->slot[i];
    d.cols = x ? x->cols : 0;
    d.copy[LH_F32] = lhi_alloc_array(b->c, d.rows * d.cols + 1, sizeof(float));
    if (order && d.copy[LH_F32] && x) {
        lhi_random_order(1, LHI_STREAM_SHUFFLE, 0, order, d.rows);
        for (size_t i = 0; i < 2 * BATCHES; i++) {
            const size_t from = i % BATCHES * r->batch;
            const double began = lhi_sys_clock();

            lhi_data_gather_f32(&d, order, from, from + r->batch, x->value, NULL);
            if (i >= BATCHES)
                seconds += (lhi_sys_clock() - began) / BATCHES;
        }
        snprintf(name, sizeof name, "gather %zu x %zu", r->batch, d.cols);
        /* An operation an element, so that it has a place in the figure. */
        lhi_bench_add_act(b, name, (double)(r->batch * d.cols),
                          2.0 * (double)(r->batch * d.cols) * sizeof(float), seconds);
    }
    lhi_release(b->c, d.copy[LH_F32]);
    lhi_release(b->c, order);
}

void lhi_bench_acts(lhi_bench *b, lh_run *r)
{
    const lhi_plan *p = r->p;
    double *seconds = lhi_alloc_array(b->c, p->acts, sizeof *seconds);

    for (int round = 0; seconds && round < ROUNDS; round++)
        for (size_t i = 0; i < p->acts; i++) {
            const double began = lhi_sys_clock();

            lhi_run_act(r->w, i, &r->descent, 0, 1);
            if (round > 0)
                seconds[i] += (lhi_sys_clock() - began) / (ROUNDS - 1);
        }
    b->drawn_from = b->acts;
    add_gather(b, r);
    for (size_t i = 0; seconds && i < p->acts; i++) {
        const lhi_act *a = &p->act[i];
        const lhi_job *j = &r->w->job[i];
        char name[48];

        snprintf(name, sizeof name, "%s%s %zu x %zu%s%s%s%s",
                 j->call.op->name,
                 a->kind == LHI_FORWARD ? ""
                 : a->kind == LHI_FINISH ? " sum"
                 : a->operand == 0       ? " back"
                                         : " grad",
                 j->call.in[0]->cols, j->call.out->cols, a->row != LHI_NONE ? " + b" : "",
                 a->cut ? ", cut" : "", a->keep != LHI_NONE ? ", keep" : "",
                 a->moves ? ", move" : "");
        lhi_bench_add_act(b, name, a->kind == LHI_FINISH ? (double)j->call.in[0]->rows
                                                         : j->call.op->flops(&j->call),
                          bytes_of(a, j), seconds[i]);
    }
    lhi_release(b->c, seconds);
}
