/* fuses.h -- what a planner may do with an op besides running it: for ops of the tree. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FUSES_H
#define LHI_FUSES_H

#include <longhand/op.h>

/* Which ending of a product does what this op does (lhi_fused), so that a plan may leave
 * the op out: forward() adds operand 1, one row; forward() cuts; backward() keeps where
 * the output is not 0. */
enum { LHI_ENDS_ROW = 1, LHI_ENDS_CUT = 2, LHI_ENDS_KEEP = 4 };

typedef struct lhi_fuses {
    int      product; /* forward(), and backward() of operand 0, do the ending of s->fused */
    unsigned ends;    /* LHI_ENDS_ flags */
    unsigned moves;   /* bit k: backward() of operand k does s->fused->move */
    unsigned passes;  /* bit k: operand k's gradient is the output's, unchanged */
    unsigned shards;  /* bit k: operand k, where it is no batch, is given the sum over the shards
                         (longhand/op/sums.h) of what the rows of each would give: other processes
                         may make some of them */
} lhi_fuses;

/* How a parameter moves as soon as its gradient is whole: velocity := momentum velocity +
 * gradient (where there is a velocity), value := value - rate velocity. */
typedef struct lhi_moving {
    void  *velocity; /* of the parameter's shape, or NULL */
    double rate, momentum;
    int    forget;   /* the gradient itself need not be stored */
} lhi_moving;

/* What a product does to its elements before it stores them, in place of the ops that
 * would follow: in this order, each NULL or 0 when there is nothing to do. */
typedef struct lhi_fused {
    const lh_slot *row;       /* one row, added to every row (a bias) */
    int            cut;       /* x <= 0 ? 0 : x (relu) */
    const lh_slot *keep;      /* x where this array is not 0, else 0 (relu, backward) */
    const lhi_moving *moving; /* backward() for operands in .moves: or NULL */
} lhi_fused;

/* What an op from outside fuses, and what a call outside of a plan has to do: nothing. */
static inline const lhi_fuses *lhi_fuses_of(const lh_op *op)
{
    static const lhi_fuses nothing = {0};

    return op->fuses ? op->fuses : &nothing;
}

static inline const lhi_fused *lhi_fused_of(const lh_call *s)
{
    static const lhi_fused nothing = {0};

    return s->fused ? s->fused : &nothing;
}

#endif
