/* op.h -- what an op is: for those who write or list ops. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_H
#define LH_OP_H

#include <longhand/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most operands an op may have. */
#define LH_OPERANDS 2

/** A shape; rows is LH_ROWS for a batch. */
typedef struct lh_shape {
    ptrdiff_t rows, cols;
} lh_shape;

/** The arrays of one node in the element type of the op's file, rows x cols each. */
typedef struct lh_slot {
    void *value;
    void *grad;    /* dL/d(value); NULL where no gradient is wanted */
    void *tangent; /* forward mode and complex step only, else NULL */
    double *off;      /* error bounds only, else NULL: how far each value may be off, */
    double *grad_off; /* and each gradient */
    size_t rows, cols;
} lh_slot;

/** A part of an array: rows i0..i1-1, columns j0..j1-1.  It is whole rows, or a part of
 *  the only row there is: its elements lie in one piece. */
typedef struct lh_tile {
    size_t i0, i1, j0, j1;
} lh_tile;

/** What a product does to its elements before it stores them, in place of the ops that
 *  would follow: in this order, each NULL or 0 when there is nothing to do. */
typedef struct lh_ending {
    const lh_slot *row;  /* one row, added to every row (a bias) */
    int            cut;  /* x <= 0 ? 0 : x (relu) */
    const lh_slot *keep; /* x where this array is not 0, else 0 (relu, backward) */
} lh_ending;

/** How a parameter moves as soon as its gradient is whole: velocity := momentum velocity +
 *  gradient (where there is a velocity), value := value - rate velocity. */
typedef struct lh_move {
    void  *velocity; /* of the parameter's shape, or NULL */
    double rate, momentum;
    int    forget;   /* the gradient itself need not be stored */
} lh_move;

/** The arithmetic whose rounding is bounded. */
typedef struct lh_rounding {
    double u;    /* unit roundoff: a result r is off by u |r| at most, */
    double tiny; /* and where it underflows by this */
    int    adds; /* other users that give to the same gradient */
} lh_rounding;

/** What a call of an op sees of a running tape. */
typedef struct lh_step {
    const lh_slot *in[LH_OPERANDS];
    const lh_slot *out;
    void          *terms;  /* one element a batch row, for ops with .terms */
    size_t         m;      /* rows of the batch */
    size_t         shards; /* pieces a sum over rows is cut into */
    int            fresh;  /* backward(): the first to give to this gradient */
    lh_ending      end;    /* for ops with .product, else nothing */
    const lh_move *move;   /* backward() for operands in .moves: or NULL */
    void          *work;   /* scratch of this thread, .work() bytes */
} lh_step;

/** Which arrays backward() reads besides the gradient of the output. */
enum { LH_READS_IN0 = 1, LH_READS_IN1 = 2, LH_READS_OUT = 4 };

/** Which ending of a product does what this op does (lh_ending), so that a plan may leave
 *  the op out: forward() adds operand 1, one row; forward() cuts; backward() keeps where
 *  the output is not 0. */
enum { LH_ENDS_ROW = 1, LH_ENDS_CUT = 2, LH_ENDS_KEEP = 4 };

/** How close two correct gradients of a case are: relative to the element, or to 1. */
typedef enum lh_claim { LH_RELATIVE, LH_ABSOLUTE } lh_claim;

/** One case of an op's tests. */
typedef struct lh_case {
    const char *why;
    struct { size_t rows, cols; } in[LH_OPERANDS];
    double lo, hi;     /* operands are drawn from lo..hi */
    int    labels;     /* the last operand is drawn from {0, 1} */
    int    probability;/* the first operand is drawn from (0, 1) instead */
    lh_claim claim;
} lh_case;

/** The lines of an op in a derivation (`longhand derive`), which evaluates what it prints.
 *  #1 and #2 are the operands, #0 the result, d#0 the gradient of the result, m the rows
 *  of #1.  A B is the matrix product, A * B and A / B go element by element, A^T is the
 *  transpose, A^2 a power, [A > B] is 1 where that holds, else 0; sum(A) adds all elements,
 *  over_rows(A) adds the rows where the operand is one row; functions: exp log log1p
 *  sigma tanh abs max(A, B).  "a = b = c" is algebra in steps. */
typedef struct lh_lines {
    const char *forward;               /* of #0 */
    const char *backward[LH_OPERANDS]; /* what each operand's gradient is given */
    const char *slope;                 /* the derivative of #0 by #1 in steps, or NULL */
} lh_lines;

/** An op for one element type.  Every function sees whole rows; nothing may allocate. */
typedef struct lh_op {
    const char *name;
    int         n_in;

    /** The output's shape; 0, or -1 with the reason in why[]. */
    int (*shape)(const lh_shape *in, lh_shape *out, char *why, size_t room);

    /** Rows from..to-1 of the output (of `terms` for ops with .terms). */
    void (*forward)(const lh_step *s, size_t from, size_t to);

    /** Ops with .terms: the output from all terms.  One thread. */
    void (*finish)(const lh_step *s);

    /** Gives to a tile of the gradient of one operand: sets it when s->fresh, else adds to
     *  it.  Each element has one writer. */
    void (*backward)(const lh_step *s, int operand, lh_tile part);

    /** The output's tangent from those of the operands.  One thread. */
    void (*jvp)(const lh_step *s);

    /** A second gradient, always adding, that shares nothing with backward().  One
     *  thread, wide type alone (NULL in the others). */
    void (*hand)(const lh_step *s);

    /** The forward formula over complex numbers, value + i tangent, for the complex step: the
     *  tangent of the output from those of the operands, so small that sin(t) = t and cos(t) = 1
     *  to the last bit.  Pieces are chosen by the value.  One thread, wide type alone. */
    void (*analytic)(const lh_step *s);

    /** Running error bounds, wide type alone, one thread: sets the `off` of the output from
     *  those of the operands and the rounding of forward(). */
    void (*value_bound)(const lh_step *s, const lh_rounding *r);

    /** Adds to the `grad_off` of an operand what the output's, the values' and the rounding of
     *  backward() (and of hand()) bring.  With a rounding of 0 and values that are exact it is
     *  |J^T| times the output's. */
    void (*grad_bound)(const lh_step *s, int operand, const lh_rounding *r);

    /** Operations of the forward pass; the backward pass is taken as twice that. */
    double (*flops)(const lh_step *s);

    /** Bytes of scratch a thread needs; NULL: none. */
    size_t (*work)(const lh_step *s);

    const char *const *derivation; /* lines, NULL at the end */
    const lh_case     *cases;      /* .why NULL at the end */
    const char        *formula;    /* LaTeX, #1 and #2 for the operands */
    unsigned           reads;      /* LH_READS_ flags */
    unsigned           no_grad;    /* bit k: operand k is data and has no gradient */
    int                terms;      /* sums over the batch: forward() fills terms */
    int                product;    /* forward(), and backward() of operand 0, do s->end */
    unsigned           ends;       /* LH_ENDS_ flags */
    int                pointwise;  /* element i of the output, and of operand 0's gradient,
                                      needs element i of the large arrays: they may be one */
    unsigned           moves;      /* bit k: backward() of operand k does s->move */
    unsigned           passes;     /* bit k: operand k's gradient is the output's, unchanged */
    unsigned           linear;     /* bit k: in operand k the output is linear, or that and a
                                      constant: exact for whole numbers */
    const lh_lines    *lines;      /* NULL: derivations name the op and check nothing */
    int                kinked;     /* the sign of operand 0 selects the piece */
} lh_op;

/** The ops in the order of ops.def, NULL past the end; `text` may be NULL. */
LH_API const lh_op *lh_op_at(size_t index, const char **text);

#ifdef __cplusplus
}
#endif
#endif
