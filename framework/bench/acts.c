/* acts.c -- what each act of a step costs, for the roofline. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"
#include "framework/system/sys.h"
#include "framework/train/run.h"

#include <stdio.h>

enum { ROUNDS = 40 };

static double bytes_of(const lhi_act *a, const lhi_job *j)
{
    const lh_step *s = &j->step;
    size_t cells = s->out->rows * s->out->cols;

    for (int k = 0; k < j->op->n_in; k++)
        cells += s->in[k]->rows * s->in[k]->cols;
    /* What moves is read and written besides. */
    if (a->moves)
        cells += s->in[a->operand]->rows * s->in[a->operand]->cols;
    return (double)cells * sizeof(float);
}

static void run_one(const lhi_act *a, lhi_job *j, const lh_move *move)
{
    const lh_slot *in = j->step.in[a->operand];

    if (a->kind == LHI_FORWARD)
        j->op->forward(&j->step, 0, j->op->terms ? j->step.in[0]->rows : j->step.out->rows);
    else if (a->kind == LHI_FINISH)
        j->op->finish(&j->step);
    else {
        j->step.move = a->moves && j->op->moves >> a->operand & 1 ? move : NULL;
        j->op->backward(&j->step, a->operand, (lh_tile){0, in->rows, 0, in->cols});
        j->step.move = NULL;
    }
}

void lhi_bench_acts(lhi_bench *b, lh_run *r)
{
    const lhi_plan *p = r->p;
    const lh_move move = {NULL, r->how.rate, 0, 1};
    double *seconds = lhi_alloc_array(b->c, p->acts, sizeof *seconds);

    for (int round = 0; seconds && round < ROUNDS; round++)
        for (size_t i = 0; i < p->acts; i++) {
            const double began = lhi_sys_clock();

            run_one(&p->act[i], &r->w->job[i], &move);
            if (round > 0)
                seconds[i] += (lhi_sys_clock() - began) / (ROUNDS - 1);
        }
    for (size_t i = 0; seconds && i < p->acts; i++) {
        const lhi_act *a = &p->act[i];
        const lhi_job *j = &r->w->job[i];
        char name[48];

        snprintf(name, sizeof name, "%s%s %zu x %zu%s%s%s%s",
                 j->op->name,
                 a->kind == LHI_FORWARD ? ""
                 : a->kind == LHI_FINISH ? " sum"
                 : a->operand == 0       ? " back"
                                         : " grad",
                 j->step.in[0]->cols, j->step.out->cols, a->row != LHI_NONE ? " + b" : "",
                 a->cut ? ", cut" : "", a->keep != LHI_NONE ? ", keep" : "",
                 a->moves ? ", move" : "");
        lhi_bench_add_act(b, name, a->kind == LHI_FINISH ? (double)j->step.in[0]->rows
                                                         : j->op->flops(&j->step),
                          bytes_of(a, j), seconds[i]);
    }
    lhi_release(b->c, seconds);
}
