/* op_case.h -- an op called on arrays of one of its cases, in any type, outside of a tape. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OP_CASE_H
#define LHI_OP_CASE_H

#include "framework/tape/tape.h"

/* One case of one op, in one variant. */
typedef struct lhi_op_case {
    lh_ctx *c;
    const lh_op *op;
    const lh_case *given;
    lh_type type;
    size_t element;
    lh_slot in[LH_OPERANDS], out;
    lh_call call;
    void *all[5 * (LH_OPERANDS + 1) + 2]; /* every block, for freeing */
    size_t blocks;
} lhi_op_case;

/* Arrays with the values of the case, the same for every type (drawn as floats).  -1: no memory;
 * there is something to close, too. */
int lhi_op_case_open(lhi_op_case *k, lh_ctx *c, const lh_op *op, const lh_case *given,
                     lh_type type);
void lhi_op_case_close(lhi_op_case *k);

/* The passes, by `parts` threads' shares one after another. */
void lhi_op_case_forward(lhi_op_case *k, int parts);
/* Gradients are NaN before when call.fresh, else 0. */
void lhi_op_case_backward(lhi_op_case *k, int parts);

/* Sets the output's gradient to draws from [-1, 1], times `scale`. */
void lhi_op_case_cotangent(lhi_op_case *k, uint64_t seed, double scale);

/* Does an operand have a gradient? */
static inline int lhi_op_case_graded(const lhi_op_case *k, int operand)
{
    return !(k->op->no_grad >> operand & 1);
}

#endif
