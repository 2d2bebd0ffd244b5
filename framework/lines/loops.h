/* loops.h -- the loops that lines are worked by, in one variant. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_LOOPS_H
#define LHI_LOOPS_H
#include "framework/lines/schedule.h"

#include <longhand/op/real.h>

/* n elements: to = what the loop does to a, b and c, each of them n elements or one for all.  `to`
 * may be any of those that have n. */
typedef void LH_T(lhi_loop)(real *to, const real *a, const real *b, const real *c, size_t n);

/* The loop of a code, by which of its arguments are one for all: not both of two.  *swapped: it
 * wants them the other way round. */
LH_T(lhi_loop) *LH_T(lhi_loop_of)(int code, int one_a, int one_b, int *swapped);

/* The loop of two operations. */
LH_T(lhi_loop) *LH_T(lhi_loop_of_two)(const lhi_stage *s, int one_a, int one_b, int one_c,
                                      int *swapped);

#endif
