/* ops.h -- the ops, one prototype for each line of ops.def. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OPS_H
#define LH_OPS_H

#include <longhand/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Each records one node and returns it; nothing is computed yet.  Operands are
 * not copied and must be of one tape.  The result is inert after LH_ESHAPE (the
 * shapes or a number do not fit; the message has them), LH_ESTALE, or LH_ESTATE (the tape has
 * run and is sealed).  `longhand ops NAME` prints an op's derivation.
 *
 * lh_dropout(a, rate), 0 <= rate < 1, drops in training alone: see lh_training().  Two of them
 * without names, of the same operand, drop the same; named ones (lh_let) draw each for itself.
 *
 * lh_gather(table, places): the places are data, one column of whole numbers from 0.  One that is
 * no row of the table makes its row NaN, at which training stops and says in which row.
 *
 * lh_weighted_bce(yhat, y, w) and its like: w is data, [m x 1], [1 x n] or of the labels' shape,
 * and 1/m stays.  lh_softmax_ce() needs none of them: its labels may be lh_mul(y, w); class numbers
 * are weighed by the rows of a diagonal matrix D, lh_softmax_ce(Z, lh_gather(D, classes)).
 */
#define LH_UNARY(name, text)         LH_API lh_var lh_##name(lh_var a);
#define LH_UNARY_1(name, text, x)    LH_API lh_var lh_##name(lh_var a, double x);
#define LH_UNARY_2(name, text, x, y) LH_API lh_var lh_##name(lh_var a, double x, double y);
#define LH_BINARY(name, text)        LH_API lh_var lh_##name(lh_var a, lh_var b);
#define LH_TERNARY(name, text)       LH_API lh_var lh_##name(lh_var a, lh_var b, lh_var c);
#define LH_TERNARY_1(name, text, x) \
    LH_API lh_var lh_##name(lh_var a, lh_var b, lh_var c, double x);
#define LH_UNARY_LINE(name, text, line, lo, hi)               LH_UNARY(name, text)
#define LH_UNARY_1_LINE(name, text, x, line, lo, hi, one)     LH_UNARY_1(name, text, x)
#define LH_UNARY_2_LINE(name, text, x, y, line, lo, hi, ...)  LH_UNARY_2(name, text, x, y)
#define LH_BINARY_LINE(name, text, line, lo, hi)              LH_BINARY(name, text)
#include <longhand/ops.def>

#ifdef __cplusplus
}
#endif
#endif
