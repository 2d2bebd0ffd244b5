/* selftest.h -- the gradient checker, checked with backward rules that are wrong. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_SELFTEST_H
#define LH_SELFTEST_H

#include <longhand/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Puts wrong backward rules of some sixty kinds (a sign, 1/m forgotten, transposed, a term
 * missing, one element of a million, NaN, stale values, ...) into every op, checks small
 * networks with them as lh_verify() does, and prints which method noticed which kind
 * (docs/mutants.md).  The right ops are checked in the same networks.  It takes
 * minutes, and every thread that there is; equal machines print equal texts.  detailed 1: also
 * each mutant that was not noticed, or for a reason that does not fit.
 *
 * @return LH_OK: what is promised holds; LH_EVERIFY, kept by the context: a mutant is not
 *         noticed, or fewer than 90 in 100 have a right reason, or a right op does not agree;
 *         LH_ENOMEM.
 */
LH_API lh_status lh_selftest(lh_ctx *c, int detailed);

/**
 * Tries the laws that hold of every op on the cases of one, in float, double and long double, and
 * prints a line a law: gradients against the second gradient, differences and forward mode, the
 * complex step, running error bounds, equal bits on any number of threads, what backward() reads
 * and sets, a batch in parts and in another order.  A law that does not hold is told with the
 * case, the element and both numbers.  It takes a moment.
 *
 * @return LH_OK: all hold; LH_EVERIFY: some do not, which the context keeps; LH_ENAME: there is no
 *         op of that name, an error of the call; LH_ENOMEM.
 * Thread: that of the context.  See: lh_op_register() (op.h).
 */
LH_API lh_status lh_check_op(lh_ctx *c, const char *name);

#ifdef __cplusplus
}
#endif
#endif
