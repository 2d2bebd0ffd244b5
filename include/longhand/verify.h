/* verify.h -- the gradient ledger: tape, hand and other methods side by side, with reasons. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_VERIFY_H
#define LH_VERIFY_H

#include <longhand/data.h>
#include <longhand/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The values a hand derivation may look at. */
typedef struct lh_page lh_page;

/** A matrix on the page, row by row. */
typedef struct lh_matrix {
    const lh_wide *at;
    size_t rows, cols;
} lh_matrix;

/**
 * A hand derivation: fills d, the gradient of the variable it was attached to, in
 * that variable's shape (rows x cols, zeroed before the call).  It is called several times:
 * on the same values, where it must give the same bits, and with values moved in their last
 * place, which measures how far its rounding goes.  Labels do not move, nor whole numbers of
 * an input.  It must depend on nothing but what lh_on() gives.
 */
typedef void lh_derivation(lh_page *p, lh_wide *d);

/**
 * Attaches a derivation to the variable of that name, for checks of loss L, and cites the
 * line it works: "NOTES 12: dW3 = A2^T dZ3" (NULL: none).  Checks compare the tape with it
 * beside the other methods.  With several losses on a tape each has derivations of its own.
 * lh_hand() remembers where it stands.
 */
#define lh_hand(L, name, by_hand, cites) \
    lh_hand_at((L), (name), (by_hand), (cites), __FILE__, __LINE__)
LH_API void lh_hand_at(lh_var L, const char *name, lh_derivation *by_hand, const char *cites,
                       const char *file, int line);

/**
 * A value by its name ("A2"), or a gradient that was derived by hand ("dZ3" is
 * dL/dZ3; it must have a derivation of its own, which is worked first).
 * @return the matrix; a zero matrix of 0 x 0 after LH_ENAME.
 */
LH_API lh_matrix lh_on(lh_page *p, const char *name);

/** The methods a gradient is compared with; methods.def has a row for each. */
typedef enum lh_method {
#define LH_METHOD(name, word, text) LH_BY_##name,
#include <longhand/methods.def>
#undef LH_METHOD
    LH_METHODS
} lh_method;

/** What a check comes to.  AGREE needs two methods that share no code with backward. */
typedef enum lh_verdict { LH_INCONCLUSIVE, LH_AGREE, LH_DISAGREE } lh_verdict;

/** Why; reasons.def has a row for each, LH_WHY_NOTHING is 0. */
typedef enum lh_reason {
#define LH_REASON(name, text) LH_WHY_##name,
#include <longhand/reasons.def>
#undef LH_REASON
    LH_REASONS
} lh_reason;

/** One method beside the tape, at the element (or direction) where it is nearest to its bound,
 *  or farthest over it. */
typedef struct lh_comparison {
    size_t compared;   /* elements compared, 0: the method was not used */
    size_t directions; /* signed sums over the whole array compared, where it is large */
    size_t row, col;   /* the element; of a direction, the first element (in_direction) */
    int    in_direction;
    double tape, value;/* both numbers there */
    double off;        /* |tape - value| */
    double rounding;   /* what rounding may bring: a bound */
    double estimate;   /* what the method may be off by: its own estimate */
    int    agrees;     /* off <= rounding + estimate, everywhere */
} lh_comparison;

/** One row of the ledger: a gradient of the tape. */
typedef struct lh_entry {
    char   name[64];          /* "dW1" */
    size_t rows, cols;        /* its shape */
    const char *file;         /* where the variable was named, NULL: nowhere */
    int    line;
    lh_comparison *by;        /* with each method: a row of methods.def each */
    lh_method decided;        /* the method nearest to its bound, or over it; where that is: */
    size_t row, col;
    double tape;              /* the tape in wide there */
    double *beside;           /* and each method; NaN: it has nothing */
    lh_verdict verdict;
    lh_reason reason;         /* LH_WHY_NOTHING when it agrees */
    double ratio;             /* tape / right value, for SCALE and SIGN */
    char   why[240];          /* one sentence, "" when it agrees */
    const char *cites;        /* the line that the driver's derivation works, or NULL */
    int    by_driver;         /* there is one */
    double tape32, tape64;    /* the tape in float and in double there */
    double ulps32, ulps64;    /* largest distance from wide, in units in the last place; the
                                 three of float are NaN where doubles overflow it */
    double off32, bound32;    /* |float - wide| where it is farthest from its bound, and that */
    double off64, bound64;
    size_t kinks;             /* elements that a kink leaves undecided */
    size_t vague;             /* elements whose bounds are wider than their value */
} lh_entry;

/** What is wrong with one op of the tape, looked at alone. */
typedef struct lh_finding {
    char   op[24];            /* "sigmoid" */
    char   node[64];          /* "yhat", or "matmul(X, W1) in Z1" */
    char   operand[64];       /* whose gradient it gives wrongly: "Z3" */
    const char *file;         /* where the node was named */
    int    line;
    lh_type type;             /* the element type in which it is wrong */
    lh_method by;             /* the method that shows it */
    lh_reason reason;
    double ratio;
    size_t row, col;
    double got, wanted, off, bound;
    char   why[240];
} lh_finding;

/**
 * Checks every named gradient of L on the first `rows` rows of d (d NULL: on what lh_bind()
 * gave the inputs), prints the ledger on standard output, and writes it to the files that
 * --ledger names (.txt .csv .json .html, or .h5 with all arrays).
 *
 * The tape is run backward in float, in double and in long double ("wide").  Formula: the wide
 * tape is compared with the driver's derivation, the ops' second gradients, forward mode,
 * the complex step and central differences, none of which shares code with backward; and each
 * op alone with its second gradient, with exact integers where it is linear, and with laws
 * that need no reference.  Rounding: float and double are compared with wide.
 * The tolerance is derived: |a - n| <= bound of a's rounding + error estimate of n
 * (docs/verify.md).  All elements are compared up to the budget (--budget), beyond it a
 * sample of them and signed sums over the whole array.  A dry run checks nothing unless it is
 * given --check, too.
 *
 * @return LH_OK: every row agrees; LH_EVERIFY (a row disagrees) or LH_EUNDECIDED (none does, and
 *         one could be shown neither right nor wrong: the message says what would decide it),
 *         which the context keeps; LH_EUSAGE, LH_ESHAPE, LH_ESTATE (an input is not bound),
 *         LH_ENOMEM.
 */
LH_API lh_status lh_verify(lh_var L, lh_data *d, size_t rows);

/**
 * Compares gradients that another program made with those of L, and prints them side by side.
 *
 * path: .npy, .npz, safetensors or HDF5 (a checkpoint of Octave, too), with arrays named after the
 * variables: "dW1", "W1.grad", "grad/W1" or "gradients/W1".  Where the file has all inputs ("X",
 * "y"), these are the batch; else it is the first rows of d.  Parameters in the file ("W1") must be
 * those of the tape.  A vector fits a row or a column; an array in the other orientation (PyTorch
 * keeps W^T) is turned, and that is told.  A square one is turned where the file shows that it
 * stores so: by the variable itself ("W2" beside "dW2"), else by the shapes of others.
 * They agree when |theirs - ours| is at most four times the running bound of an ordinary
 * backward pass in their element type, plus four roundings of the largest element: how they
 * calculate is not known.
 *
 * @return LH_OK; LH_EVERIFY (something disagrees, or nothing could be compared), LH_EUNDECIDED
 *         (rounding may be as large as the elements: theirs in double decide it; or a square one
 *         is transposed, and the file does not show whether it should be: "W2" beside "dW2"
 *         decides it); LH_ENOINPUT, LH_EFORMAT (the file), LH_EMISMATCH (other parameters),
 *         LH_ESHAPE, LH_ENOMEM.
 */
LH_API lh_status lh_verify_theirs(lh_var L, lh_data *d, size_t rows, const char *path);

/** The rows of the last lh_verify() of this context, 0 before one. */
LH_API size_t lh_ledger_rows(const lh_ctx *c);

/** One of them, from 0; NULL where there is none.  It is read only, and the context's until the
 *  next lh_verify().  Later versions may add members at its end. */
LH_API const lh_entry *lh_ledger_row(const lh_ctx *c, size_t index);

/** How many single ops it found wrong, and one of them, nearest to the loss first, as above. */
LH_API size_t lh_findings(const lh_ctx *c);
LH_API const lh_finding *lh_finding_at(const lh_ctx *c, size_t index);

/** "second" and what it is; "SIGN" and what it means; "agree". */
LH_API const char *lh_method_name(lh_method m, const char **text);
LH_API const char *lh_reason_name(lh_reason r, const char **text);
LH_API const char *lh_verdict_name(lh_verdict v);

#ifdef __cplusplus
}
#endif
#endif
