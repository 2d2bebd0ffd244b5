/* any_op.h -- an op drawn from all that there are, on top of a node, as its shape rule allows. */
/* SPDX-License-Identifier: MIT */
#ifndef ANY_OP_H
#define ANY_OP_H

#include "framework/ops/ops.h"

#include <longhand/ops.h>

/* What a test draws from: a number below another, and a parameter of a shape. */
typedef struct any_source {
    size_t (*draw)(void *arg, size_t below);
    lh_var (*param)(void *arg, ptrdiff_t rows, ptrdiff_t cols);
    void *arg;
} any_source;

/* It gives to all of its operands, and its result is a batch where the first one is. */
static inline int any_is_eligible(const lh_op *op)
{
    return !op->terms && !op->output && !op->no_grad;
}

static inline int any_takes(const lh_op *op, const lh_shape *in)
{
    lh_shape out = {0, 0};
    char why[120];

    return any_is_eligible(op) &&
           op->shape(op, in, op->cases[0].number, &out, why, sizeof why) == 0 &&
           out.rows == LH_ROWS;
}

enum { ANY_SHAPES = 5 };

/* The shapes of operands beside the first, of n columns: like it, a row, a column, a number, a
 * matrix on the right. */
static inline lh_shape any_shape(size_t which, ptrdiff_t n, ptrdiff_t wide)
{
    const lh_shape shapes[ANY_SHAPES] = {{LH_ROWS, n}, {1, n}, {LH_ROWS, 1}, {1, 1}, {n, wide}};

    return shapes[which];
}

/* It can stand on top of a batch of many columns, with operands of some shape. */
static inline int any_may_stand(const lh_op *op)
{
    int may = 0;

    for (size_t which = 0; which < ANY_SHAPES; which++) {
        const lh_shape first = {LH_ROWS, 12}, other = any_shape(which, 12, 3);

        may |= any_takes(op, (lh_shape[LH_OPERANDS]){first, other, other, other});
    }
    return may;
}

/* Its operands are probabilities, or positive. */
static inline int any_wants_positive(const lh_op *op)
{
    for (const lh_case *k = op->cases; k->why; k++)
        if (k->drawn[0] != LH_UNIT && !(k->lo > 0))
            return 0;
    return 1;
}

/* An operand of a shape beside the first: of the batch from A, else a parameter. */
static inline lh_var any_operand(const any_source *s, lh_var A, lh_shape shape)
{
    if (shape.rows != LH_ROWS)
        return s->param(s->arg, shape.rows, shape.cols);
    if (shape.cols == lh_cols_of(A))
        return s->draw(s->arg, 2) ? A : lh_sigmoid(A);
    return lh_matmul(A, s->param(s->arg, lh_cols_of(A), shape.cols));
}

/* The family that was drawn, *out its result, squashed so that values stay about 1; NULL where
 * none was found for A. */
static inline const lhi_op_family *any_op(const any_source *s, lh_var A, lh_var *out)
{
    enum { TRIES = 400 };
    lh_ctx *c = A.tape->c;
    const ptrdiff_t n = lh_cols_of(A);
    const lh_shape first = {LH_ROWS, n};
    size_t count = 0;

    while (lhi_family_at(c, count))
        count++;
    for (int i = 0; i < TRIES; i++) {
        const lhi_op_family *f = lhi_family_at(c, s->draw(s->arg, count));
        const lh_op *op = lhi_family_op(f, LHI_F64);
        const size_t which = s->draw(s->arg, ANY_SHAPES); /* one draw a statement */
        const lh_shape other = any_shape(which, n, (ptrdiff_t)(1 + s->draw(s->arg, 9)));
        const lh_shape in[LH_OPERANDS] = {first, other, other, other};
        lh_var v[LH_OPERANDS];

        if (!any_takes(op, in))
            continue;
        for (int k = 0; k < op->n_in; k++) {
            v[k] = k ? any_operand(s, A, in[k]) : A;
            if (any_wants_positive(op))
                v[k] = lh_sigmoid(v[k]);
        }
        *out = lh_sigmoid(lhi_record(f, v, op->cases[0].number));
        return f;
    }
    return NULL;
}

#endif
