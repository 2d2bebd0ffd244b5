/* verify.h -- the gradient ledger: tape, hand and differences side by side. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_VERIFY_H
#define LH_VERIFY_H

#include <longhand/data.h>
#include <longhand/ops.h>

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
 * that variable's shape (rows x cols, zeroed before the call).
 */
typedef void lh_derivation(lh_page *p, lh_wide *d);

/**
 * Attaches a derivation to the variable of that name, for checks of loss L.
 * Checks compare the tape with it; variables without one are compared with the
 * second gradient that each op carries.
 */
LH_API void lh_hand(lh_var L, const char *name, lh_derivation *by_hand);

/**
 * A value by its name ("A2"), or a gradient that was derived by hand ("dZ3" is
 * dL/dZ3; it must have a derivation of its own, which is worked first).
 * @return the matrix; a zero matrix of 0 x 0 after LH_ENAME.
 */
LH_API lh_matrix lh_on(lh_page *p, const char *name);

/** One row of the ledger, at the element where the methods differ most. */
typedef struct lh_entry {
    char   name[64];          /* "dW1" */
    size_t rows, cols;        /* its shape */
    size_t row, col;          /* the worst element */
    double tape32, tape64, hand, differences;
    double ulps32;            /* largest |tape32 - tape64| in ulps of float */
    double ulps64;            /* largest |tape64 - hand| in ulps of double */
    double bound;             /* |tape64 - hand| must not exceed it at the worst element */
    double difference_bound;  /* and |tape64 - differences| not this one */
    size_t compared;          /* elements compared with differences */
    size_t kinks;             /* elements left out, at a kink that decides nothing */
    int    by_driver;         /* the hand column is the driver's derivation */
    int    agrees;
} lh_entry;

/**
 * Checks every named gradient of L on the first rows of d, and prints the ledger
 * on standard output.
 *
 * Tape: the recorded graph run backward, in float and in double.  Hand: lh_hand()
 * or each op's second gradient, in long double.  Differences: central, in double,
 * h = cbrt(2^-52) max(1,|x|) rounded so that x+h is exact, halved once for
 * Richardson's extrapolation, whose correction is the error estimate; the step
 * shrinks while a ReLU changes piece, and where it always does the tape must lie
 * between the slopes of the two sides.  A row agrees when |tape - hand| is within
 * the rounding of the double tape (measured against the tape in long double) and
 * |tape - differences| within the estimate, for every element compared, and no
 * number is NaN.
 *
 * @return LH_OK, or LH_EVERIFY (a row disagrees, or nothing was compared), which the
 *         context keeps; LH_EUSAGE, LH_ESHAPE, LH_ENOMEM.
 */
LH_API lh_status lh_verify(lh_var L, lh_data *d, size_t rows);

/** The rows of the last lh_verify() of this context; *count tells how many. */
LH_API const lh_entry *lh_ledger(lh_ctx *c, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
