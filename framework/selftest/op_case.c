/* op_case.c -- an op called on arrays of one of its cases, in any type, outside of a tape. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/op_case.h"

#include "framework/base/rng.h"
#include "framework/base/threads.h"
#include "framework/ops/cases.h"

#include <string.h>

static void *block(lhi_op_case *k, size_t bytes)
{
    return k->all[k->blocks++] = lhi_alloc(k->c, bytes + 1);
}

static lh_slot slot(lhi_op_case *k, size_t rows, size_t cols, int grad)
{
    const size_t bytes = rows * cols * k->element;
    lh_slot a = {.rows = rows, .cols = cols, .value = block(k, bytes), .tangent = block(k, bytes)};

    a.off = block(k, rows * cols * sizeof *a.off);
    a.grad_off = block(k, rows * cols * sizeof *a.grad_off);
    a.grad = grad ? block(k, bytes) : NULL;
    return a;
}

/* Drawn as a float, so that the value is the same in every type. */
static void fill(lhi_op_case *k, int operand)
{
    const lh_slot *a = &k->in[operand];

    for (size_t e = 0; e < lhi_cells(a); e++) {
        const double u = lhi_random_unit(7, 40, (uint32_t)operand, e);
        const double of_row = lhi_random_unit(7, 43, (uint32_t)operand, e / a->cols);

        lhi_set(k->type, a->value, e,
                (lh_wide)(float)lhi_drawn(k->given, k->given->drawn[operand], u, of_row,
                                          e % a->cols, a->cols, &k->in[0]));
    }
}

int lhi_op_case_open(lhi_op_case *k, lh_ctx *c, const lh_op *op, const lh_case *given,
                     lh_type type)
{
    lh_shape in[LH_OPERANDS], out = {0, 0};
    char why[100];

    *k = (lhi_op_case){.c = c, .op = op, .given = given, .type = type,
                       .element = lhi_type_size(type)};
    for (int i = 0; i < op->n_in; i++) {
        k->in[i] = slot(k, given->in[i].rows, given->in[i].cols, lhi_op_case_graded(k, i));
        in[i] = (lh_shape){(ptrdiff_t)given->in[i].rows, (ptrdiff_t)given->in[i].cols};
        k->call.in[i] = &k->in[i];
    }
    op->shape(op, in, given->number, &out, why, sizeof why);
    k->out = slot(k, (size_t)out.rows, (size_t)out.cols, 1);
    k->call.out = &k->out;
    k->call.op = op;
    k->call.number = given->number;
    k->call.m = k->in[0].rows;
    k->call.shards = 8;
    k->call.terms = block(k, k->in[0].rows * k->element);
    k->call.fresh = 1;
    k->call.trains = 1;
    k->call.seed = 7;
    k->call.stream = 44;
    k->call.step = 3;
    k->call.work = block(k, op->work ? op->work(&k->call) : 0);
    if (!lhi_ok(c))
        return -1;
    for (int i = 0; i < op->n_in; i++)
        fill(k, i);
    return 0;
}

void lhi_op_case_close(lhi_op_case *k)
{
    while (k->blocks > 0)
        lhi_release(k->c, k->all[--k->blocks]);
}

void lhi_op_case_forward(lhi_op_case *k, int parts)
{
    const size_t rows = k->op->terms ? k->in[0].rows : k->out.rows;

    for (int r = parts; r-- > 0;)
        k->op->forward(&k->call, lhi_share(rows, r, parts), lhi_share(rows, r + 1, parts));
    if (k->op->terms)
        k->op->finish(&k->call);
}

void lhi_op_case_backward(lhi_op_case *k, int parts)
{
    for (int i = 0; i < k->op->n_in; i++) {
        const lh_slot *a = &k->in[i];

        if (!lhi_op_case_graded(k, i))
            continue;
        /* what was there before must not matter to the first to give */
        memset(a->grad, k->call.fresh ? 0xff : 0, lhi_cells(a) * k->element);
        for (int r = parts; r-- > 0;) {
            lh_tile t = {lhi_share(a->rows, r, parts), lhi_share(a->rows, r + 1, parts), 0,
                         a->cols};

            if (a->rows == 1)
                t = (lh_tile){0, 1, lhi_share(a->cols, r, parts), lhi_share(a->cols, r + 1, parts)};
            if (t.i0 < t.i1 && t.j0 < t.j1)
                k->op->backward(&k->call, i, t);
        }
    }
}

void lhi_op_case_cotangent(lhi_op_case *k, uint64_t seed, double scale)
{
    for (size_t e = 0; e < lhi_cells(&k->out); e++) {
        const float x = (float)(2 * lhi_random_unit(seed, 41, 0, e) - 1);

        lhi_set(k->type, k->out.grad, e, (lh_wide)x * (lh_wide)scale);
    }
}
