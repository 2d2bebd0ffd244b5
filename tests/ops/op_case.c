/* op_case.c -- an op called on arrays of a test's own, in any type, outside of a tape. */
/* SPDX-License-Identifier: MIT */
#include "tests/ops/op_case.h"

#include "framework/base/rng.h"
#include "framework/base/threads.h"
#include "framework/ops/cases.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

size_t op_cells(const lh_slot *a)
{
    return a->rows * a->cols;
}

int op_has_grad(const op_case *k, int operand)
{
    return !(k->op->no_grad >> operand & 1);
}

static void *block(op_case *k, size_t cells)
{
    return k->all[k->blocks++] = calloc(cells + 1, k->element);
}

static lh_slot slot(op_case *k, size_t rows, size_t cols, int grad)
{
    lh_slot a = {.rows = rows, .cols = cols, .value = block(k, rows * cols),
                 .tangent = block(k, rows * cols)};

    a.off = k->all[k->blocks++] = calloc(rows * cols + 1, sizeof *a.off);
    a.grad_off = k->all[k->blocks++] = calloc(rows * cols + 1, sizeof *a.grad_off);

    a.grad = grad ? block(k, rows * cols) : NULL;
    return a;
}

/* Drawn as a float, so that the value is the same in every type. */
static void fill(op_case *k, int operand)
{
    const size_t cols = k->in[operand].cols;

    for (size_t e = 0; e < op_cells(&k->in[operand]); e++) {
        const double u = lhi_random_unit(7, 40, (uint32_t)operand, e);
        const double of_row = lhi_random_unit(7, 43, (uint32_t)operand, e / cols);

        lhi_set(k->type, k->in[operand].value, e,
                (float)lhi_drawn(k->given, k->given->drawn[operand], u, of_row, e % cols, cols,
                                 &k->in[0]));
    }
}

void op_case_open(op_case *k, const lh_op *op, const lh_case *given, lh_type type, size_t shards)
{
    lh_shape in[LH_OPERANDS], out = {0, 0};
    char why[100];

    memset(k, 0, sizeof *k);
    k->op = op;
    k->given = given;
    k->type = type;
    k->element = lhi_type_size(type);
    for (int i = 0; i < op->n_in; i++) {
        k->in[i] = slot(k, given->in[i].rows, given->in[i].cols, op_has_grad(k, i));
        in[i] = (lh_shape){(ptrdiff_t)given->in[i].rows, (ptrdiff_t)given->in[i].cols};
        k->step.in[i] = &k->in[i];
        fill(k, i);
    }
    op->shape(op, in, given->number, &out, why, sizeof why);
    k->out = slot(k, (size_t)out.rows, (size_t)out.cols, 1);
    k->step.out = &k->out;
    k->step.op = op;
    k->step.number = given->number;
    k->step.m = k->in[0].rows;
    k->step.shards = shards;
    k->step.terms = block(k, k->in[0].rows);
    k->step.fresh = 1;
    k->step.work = k->all[k->blocks++] = malloc(op->work ? op->work(&k->step) + 1 : 1);
}

void op_case_close(op_case *k)
{
    for (size_t i = 0; i < k->blocks; i++)
        free(k->all[i]);
}

void op_forward(op_case *k, int parts)
{
    const size_t rows = k->op->terms ? k->in[0].rows : k->out.rows;

    for (int r = parts; r-- > 0;)
        k->op->forward(&k->step, lhi_share(rows, r, parts), lhi_share(rows, r + 1, parts));
    if (k->op->terms)
        k->op->finish(&k->step);
}

void op_backward(op_case *k, int parts)
{
    for (int i = 0; i < k->op->n_in; i++) {
        const lh_slot *a = &k->in[i];

        if (!op_has_grad(k, i))
            continue;
        /* what was there before must not matter to the first to give */
        memset(a->grad, k->step.fresh ? 0xff : 0, op_cells(a) * k->element);
        for (int r = parts; r-- > 0;) {
            lh_tile t = {lhi_share(a->rows, r, parts), lhi_share(a->rows, r + 1, parts), 0,
                         a->cols};

            if (a->rows == 1)
                t = (lh_tile){0, 1, lhi_share(a->cols, r, parts), lhi_share(a->cols, r + 1, parts)};
            if (t.i0 < t.i1 && t.j0 < t.j1)
                k->op->backward(&k->step, i, t);
        }
    }
}

void op_cotangent(op_case *k, uint64_t seed, double scale)
{
    for (size_t e = 0; e < op_cells(&k->out); e++)
        lhi_set(k->type, k->out.grad, e,
                (float)(2 * lhi_random_unit(seed, 41, 0, e) - 1) * (lh_wide)scale);
}

void op_for_all(void (*law)(const lhi_op_family *f, const lh_case *given, lh_type type))
{
    lh_ctx *c = lh_open(0, NULL, "");
    size_t ops = 0, cases = 0;

    for (const lh_op *op; (op = lh_op_at(c, ops, NULL)) != NULL; ops++) {
        const size_t before = cases;

        for (const lh_case *g = op->cases; g->why; g++, cases++)
            for (int type = 0; type < LH_TYPES; type++)
                law(lhi_family_at(c, ops), g, (lh_type)type);
        CHECK(cases > before + 2, "%s has only %zu cases", op->name, cases - before);
    }
    CHECK(ops >= 6 && cases >= 30, "%zu ops, %zu cases", ops, cases);
    lh_close(c);
}
