/* op_case.h -- an op called on arrays of a test's own, in any type, outside of a tape. */
/* SPDX-License-Identifier: MIT */
#ifndef OP_CASE_H
#define OP_CASE_H

#include "framework/ops/ops.h"

/* One case of one op, in one variant. */
typedef struct op_case {
    const lh_op *op;
    const lh_case *given;
    lh_type type;
    size_t element;
    lh_slot in[LH_OPERANDS], out;
    lh_call step;
    void *all[24]; /* every block, for freeing */
    size_t blocks;
} op_case;

/* Arrays with the values of the case, the same for every type (drawn as floats). */
void op_case_open(op_case *k, const lh_op *op, const lh_case *given, lh_type type, size_t shards);
void op_case_close(op_case *k);

/* The passes, by `parts` threads' shares one after another. */
void op_forward(op_case *k, int parts);
/* Gradients are NaN before when step.fresh, else 0. */
void op_backward(op_case *k, int parts);

/* Sets the output's gradient to draws from [-1, 1], or all to 0. */
void op_cotangent(op_case *k, uint64_t seed, double scale);

/* Calls law(op in every variant, case, type) for all ops, cases and types; their numbers have
 * floors, so that an op that lost its cases is noticed. */
void op_for_all(void (*law)(const lhi_op_family *f, const lh_case *given, lh_type type));

size_t op_cells(const lh_slot *a);
/* The number of operands that have a gradient. */
int op_has_grad(const op_case *k, int operand);

#endif
