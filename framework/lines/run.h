/* run.h -- the functions of an op that is a line, in one variant (lh_op in <longhand/op.h>). */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_RUN_H
#define LHI_RUN_H
#include "framework/lines/schedule.h"

#include <longhand/op/real.h>

void LH_T(lhi_line_forward)(const lh_call *s, size_t from, size_t to);
void LH_T(lhi_line_backward)(const lh_call *s, int operand, lh_tile t);
size_t LH_T(lhi_line_work)(const lh_call *s);

/* element.c: worked one element at a time. */
void LH_T(lhi_line_jvp)(const lh_call *s);
void LH_T(lhi_line_analytic)(const lh_call *s);
size_t LH_T(lhi_line_pieces)(const lh_call *s, unsigned char *piece);

/* bounds.c: in wide alone. */
void LH_T(lhi_line_hand)(const lh_call *s);
void LH_T(lhi_line_value_bound)(const lh_call *s, const lh_rounding *r);
void LH_T(lhi_line_grad_bound)(const lh_call *s, int operand, const lh_rounding *r);

/* What a family of a line is made of (op.c). */
extern const lh_op LH_T(lhi_line_as_op);

#endif
