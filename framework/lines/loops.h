/* loops.h -- the loops that lines are worked by, in one variant. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_LOOPS_H
#define LHI_LOOPS_H
#include "framework/lines/schedule.h"

#include <longhand/op/real.h>

/* n elements: to = what the loop does to a, b, c and d, each of them n elements or one for all.
 * `to` may be any of those that have n. */
typedef void LH_T(lhi_loop)(real *to, const real *a, const real *b, const real *c, const real *d,
                            size_t n);

/* The loop of a code alone, by which of its arguments are one for all: not both of two.  *swapped:
 * it wants them the other way round. */
LH_T(lhi_loop) *LH_T(lhi_loop_of)(int code, int one_a, int one_b, int *swapped);

/* The loop of a stage with two operations or three.  Nothing that is one for all is subtracted, c
 * is one where there is a last operation, and d is none. */
LH_T(lhi_loop) *LH_T(lhi_loop_of_chain)(const lhi_stage *s, int one_a, int one_b, int one_c,
                                        int *swapped);

#endif
