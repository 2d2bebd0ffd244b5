/* op.c -- an op that is a line, in one variant: what a family is made of. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/run.h"
#include "framework/tape/fuses.h"

static const lhi_fuses fuses = {.shards = ~0u};

const lh_op LH_T(lhi_line_as_op) = {
    .size = sizeof(lh_op), .forward = LH_T(lhi_line_forward), .backward = LH_T(lhi_line_backward),
    .jvp = LH_T(lhi_line_jvp), .analytic = LH_T(lhi_line_analytic),
    .pieces = LH_T(lhi_line_pieces), .work = LH_T(lhi_line_work), .pointwise = 1, .fuses = &fuses,
#if LH_IS_WIDE
    .hand = LH_T(lhi_line_hand), .value_bound = LH_T(lhi_line_value_bound),
    .grad_bound = LH_T(lhi_line_grad_bound),
#endif
};
