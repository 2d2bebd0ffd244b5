/* op.h -- what an op is: for those who write or list ops. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_H
#define LH_OP_H

#include <longhand/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most operands an op may have, and the most numbers besides (a slope, a first column). */
#define LH_OPERANDS 4
#define LH_NUMBERS  4

typedef struct lh_op lh_op;

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

/** The arithmetic whose rounding is bounded. */
typedef struct lh_rounding {
    double u;    /* unit roundoff: a result r is off by u |r| at most, */
    double tiny; /* and where it underflows by this */
    int    adds; /* other users that give to the same gradient */
} lh_rounding;

/** What a call of an op sees of a running tape. */
typedef struct lh_call {
    const lh_op   *op;     /* whose function it is: its own data are op->data */
    const lh_slot *in[LH_OPERANDS];
    const lh_slot *out;
    const double  *number; /* of this node, op->numbers of them */
    void          *terms;  /* one element a batch row, for ops with .terms */
    size_t         m;      /* rows of the batch, over all who share it, 1 at least: what 1/m means.
                              An array of a batch may have fewer rows */
    size_t         first;  /* which of them the first row of such an array is */
    size_t         shards; /* pieces a sum over rows is cut into */
    int            fresh;  /* backward(): the first to give to this gradient */
    void          *work;   /* scratch of this thread, .work() bytes */
    /* Of an op that draws: the context's seed, a stream of this node's own, and the step of the
     * training; outside of training it draws nothing.  What it draws for an element depends on
     * these and on the element's place in the batch, so that no threads and no stop change it. */
    uint64_t       seed, stream, step;
    int            trains;
    const struct lhi_fused *fused; /* the planner's: what is done besides */
} lh_call;

/** Which arrays backward() reads besides the gradient of the output: operands, and the output. */
#define LH_READS(operand) (1u << (operand))
#define LH_READS_OUT      (1u << 16)

/** How close two correct gradients of a case are: relative to the element, or to 1. */
typedef enum lh_claim { LH_RELATIVE, LH_ABSOLUTE } lh_claim;

/** How an operand of a case is drawn. */
typedef enum lh_drawn {
    LH_DRAWN,   /* from lo..hi of the case */
    LH_UNIT,    /* probabilities */
    LH_LABELS,  /* 0 or 1 */
    LH_ONE_HOT, /* one 1 in each row, else 0 */
    LH_CLASSES, /* a whole number, 0 to one less than operand 0 has columns */
    LH_PLACES,  /* a whole number, 0 to one less than operand 0 has rows */
    LH_WEIGHTS  /* 0 to 2, some of them 0 */
} lh_drawn;

/** One case of an op's tests. */
typedef struct lh_case {
    const char *why;
    struct { size_t rows, cols; } in[LH_OPERANDS];
    double lo, hi;
    lh_drawn drawn[LH_OPERANDS];
    double number[LH_NUMBERS];
    lh_claim claim;
} lh_case;

/** The lines of an op: `longhand ops` and `longhand derive` print them, and derive evaluates what
 *  it prints.  #1 to #4 are the operands, #0 the result, d#0 the gradient of the result, $1 to $4
 *  the numbers, m the rows of the batch.  A B is the matrix product, or that of a number and a
 *  matrix; A * B and A / B go element by element and left to right, and bind less than A B, so that
 *  A / B C must be written A/(B C) or (A/B) C; A^T is the transpose, A^2 or A^(B) a power, [A > B]
 *  (also < >= <=) is 1 where that holds, else 0; sum(A) adds all elements, over_columns(A) those of
 *  each row, over_rows(A) those of each column (of two operands: where the second is one row
 *  against many); rows(A) and columns(A) are their numbers; functions: exp log log1p sqrt sigma
 *  tanh erf abs max(A, B) min(A, B), and every op by its name.  One row, one column or one number
 *  beside a matrix is repeated.  "a = b = c" is algebra in steps. */
typedef struct lh_lines {
    const char *forward;               /* of #0 */
    const char *backward[LH_OPERANDS]; /* what each operand's gradient is given */
    const char *slope;                 /* the derivative of #0 by #1 in steps, or NULL */
} lh_lines;

/** An op for one element type.  Every function sees whole rows; nothing may allocate. */
struct lh_op {
    size_t      size;    /* sizeof(lh_op), of the program that made it */
    const char *name;
    int         n_in;    /* operands */
    int         numbers; /* and numbers */
    const void *data;    /* its own, for its functions */

    /** The output's shape; 0, or -1 with the reason in why[]. */
    int (*shape)(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room);

    /** Rows from..to-1 of the output (of `terms` for ops with .terms). */
    void (*forward)(const lh_call *s, size_t from, size_t to);

    /** Ops with .terms: the output from all terms.  One thread. */
    void (*finish)(const lh_call *s);

    /** Gives to a tile of the gradient of one operand: sets it when s->fresh, else adds to
     *  it.  Each element has one writer. */
    void (*backward)(const lh_call *s, int operand, lh_tile part);

    /** The output's tangent from those of the operands.  One thread. */
    void (*jvp)(const lh_call *s);

    /** A second gradient, always adding, that shares nothing with backward().  One
     *  thread, wide type alone (NULL in the others). */
    void (*hand)(const lh_call *s);

    /** The forward formula over complex numbers, value + i tangent, for the complex step: the
     *  tangent of the output from those of the operands, so small that sin(t) = t and cos(t) = 1
     *  to the last bit.  Pieces are chosen by the value.  One thread. */
    void (*analytic)(const lh_call *s);

    /** Running error bounds, wide type alone, one thread: sets the `off` of the output from
     *  those of the operands and the rounding of forward(). */
    void (*value_bound)(const lh_call *s, const lh_rounding *r);

    /** Adds to the `grad_off` of an operand what the output's, the values' and the rounding of
     *  backward() (and of hand()) bring.  With a rounding of 0 and values that are exact it is
     *  |J^T| times the output's. */
    void (*grad_bound)(const lh_call *s, int operand, const lh_rounding *r);

    /** Piecewise ops: which piece each element is in, a byte each (piece NULL: none is filled).
     *  One thread.  @return how many there are. */
    size_t (*pieces)(const lh_call *s, unsigned char *piece);

    /** Operations of the forward pass; the backward pass is taken as twice that. */
    double (*flops)(const lh_call *s);

    /** Bytes of scratch a thread needs; NULL: none. */
    size_t (*work)(const lh_call *s);

    const lh_case  *cases; /* .why NULL at the end */
    const lh_lines *lines; /* NULL: derivations name the op and check nothing */
    unsigned reads;        /* LH_READS flags */
    unsigned no_grad;      /* bit k: operand k is data and has no gradient */
    unsigned linear;       /* bit k: in operand k the output is linear, or that and a
                              constant: exact for whole numbers */
    int      terms;        /* sums over the batch: forward() fills terms */

    /** Element i of the output needs element i of operand 0, and element i of operand 0's gradient
     *  that of the output's, but for small arrays: the two may be one array where nobody reads
     *  the older one any more, which the planner knows from .reads. */
    int      pointwise;

    /** A loss: the op that makes its prediction out of operand 0 ("sigmoid"), "" where operand 0
     *  is the prediction.  NULL: no loss. */
    const char *output;

    const struct lhi_fuses *fuses; /* the library's own: what its planner may do; else NULL */
};

/** An op in the three element types, and what it computes.  LH_FAMILY() of <longhand/op_impl.h>
 *  initialises one. */
typedef struct lh_family {
    size_t       size; /* sizeof(lh_family), of the program that made it */
    const lh_op *f32, *f64, *wide;
    const char  *text; /* "A = Z sigma(beta Z)"; NULL: it is not said */
} lh_family;

/**
 * Makes an op of the program known to a context: lh_apply() records it, checks, the self-test,
 * derivations and checkpoints treat it as one of the library's, and lh_check_op() tries it.  It is
 * looked over, not tried.  Every instruction set runs the code of these three.  An lh_op of an
 * older, smaller header is filled up with zeros; .fuses is not looked at.
 * Owns: the family and its ops are copied; what they point at (names, cases, lines, data) stays
 * the program's, and must live as long as the context.
 * @return LH_OK; LH_EUSAGE: a type, a function or a case is missing or cannot be, sizes are not
 *         those of these structures, or those of a newer header; LH_ENAME: the name is taken, or
 *         no [a-z][a-z0-9_]* of at most 23 characters; LH_ENOMEM.  All are errors of the call.
 * Thread: that of the context.
 */
LH_API lh_status lh_op_register(lh_ctx *c, const lh_family *f);

/**
 * Records any op by its name, one of ops.def or of lh_op_register(): on n operands of tape t and
 * the numbers that it takes besides (NULL: it takes none).
 * @return its result; inert after LH_ENAME (no such op), LH_EUSAGE (another count of operands, no
 *         numbers), and where a function of ops.h is.
 */
LH_API lh_var lh_apply(lh_tape *t, const char *op, int n, const lh_var *in,
                       const double *numbers);

/** For ops that draw: a number of [0, 1), a multiple of 2^-53, from the call's seed, stream and
 *  step and an index, such as that of the element: (s->first + row) * columns + column.  It is the
 *  same in forward() and backward(), on any thread. */
LH_API double lh_draw(const lh_call *s, uint64_t index);

/** The ops, those of ops.def first and in its order, then those of the context (NULL: none); NULL
 *  past the end.  `text` may be NULL. */
LH_API const lh_op *lh_op_at(lh_ctx *c, size_t index, const char **text);

#ifdef __cplusplus
}
#endif
#endif
