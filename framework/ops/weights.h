/* weights.h -- what weighs the terms of a loss: a file defines WEIGHTED and includes the loss's. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_WEIGHTS_H
#define LHI_WEIGHTS_H

#include "framework/ops/op_impl.h"

/* Of element e: of its row, its column, or its own.  A weight of 1 changes no bit. */
#if WEIGHTED
static inline real weight(const lh_call *s, size_t e)
{
    const lh_slot *w = s->in[2];
    const size_t n = s->in[0]->cols, i = w->rows == 1 ? 0 : e / n, j = w->cols == 1 ? 0 : e % n;

    return ((const real *)w->value)[i * w->cols + j];
}
#define WEIGHT(e) weight(s, e)
#define WEIGHED   "#3 * "
#define SCALE     "(d#0/m) * #3 * "
#else
#define WEIGHT(e) ((real)1)
#define WEIGHED   ""
#define SCALE     "(d#0/m) "
#endif

/* Shape rule: that of a loss, and weights for each row, each column or each element. */
static inline int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                        char *why, size_t room)
{
    if (lh_shape_loss(op, in, number, out, why, room) != 0)
        return -1;
    if (!WEIGHTED || ((in[2].rows == in[0].rows || in[2].rows == 1) &&
                      (in[2].cols == in[0].cols || in[2].cols == 1)))
        return 0;
    snprintf(why, room, "a weight for each row, each column or each element is wanted");
    return -1;
}

/* The cases of a weighted loss, drawn from -near..near, of many rows from -far..far; then how each
 * operand is drawn. */
#define LHI_WEIGHTED(name, m, n, rows, cols, by, ...)                            \
    {.why = name, .in = {{m, n}, {m, n}, {rows, cols}}, .lo = -(by), .hi = by,   \
     .drawn = {__VA_ARGS__}}
#define LHI_WEIGHTED_CASES(near, far, ...)                                       \
    LHI_WEIGHTED("a weight each", 5, 1, 5, 1, near, __VA_ARGS__),                \
    LHI_WEIGHTED("of rows", 7, 3, 7, 1, near, __VA_ARGS__),                      \
    LHI_WEIGHTED("of columns", 7, 3, 1, 3, near, __VA_ARGS__),                   \
    LHI_WEIGHTED("of elements", 4, 4, 4, 4, near, __VA_ARGS__),                  \
    LHI_WEIGHTED("one for all", 6, 2, 1, 1, near, __VA_ARGS__),                  \
    LHI_WEIGHTED("several shards", 300, 2, 300, 1, far, __VA_ARGS__)

/* Labels and weights are data. */
#define LHI_LOSS                                                                      \
    .n_in = 2 + WEIGHTED, .shape = shape, .finish = finish, .terms = 1,               \
    .lines = &lines, .no_grad = WEIGHTED ? 6 : 2,                                     \
    .reads = LH_READS(0) | LH_READS(1) | (WEIGHTED ? LH_READS(2) : 0)

#endif
