/* mutant.h -- wrong backward rules, made from the right one of any op. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_MUTANT_H
#define LHI_MUTANT_H

#include "framework/tape/tape.h"

#include <longhand/verify.h>

typedef struct lhi_mutant lhi_mutant;
typedef struct lhi_at_work lhi_at_work; /* a mutant in the place of an op, and what it saw */

/* The arrays that a rule reads: operands, and these. */
enum lhi_read { LHI_READ_OUT = LH_OPERANDS, LHI_READ_COTANGENT, LHI_READ_ARRAYS };

/* A call of a rule, for a mutant to answer wrongly. */
typedef struct lhi_question {
    lhi_at_work *now;
    const lhi_mutant *kind;
    const lh_op *op;          /* the right one */
    const lh_call *given;
    lh_slot in[LH_OPERANDS], out; /* what the right rule is shown */
    lh_type type;
    int operand;
    size_t rows, cols, cells; /* of the gradient it gives to */
    lh_wide *d;               /* what it gives: of the whole array, whatever the tile */
    lh_tile part;             /* what of it is given */
    int fresh;                /* it is set, else added */
    size_t turn;              /* calls before this one, in this type */
} lhi_question;

struct lhi_mutant {
    const char *name;
    lh_reason class;          /* SIGN, SCALE, TRANSPOSED, MISSING_TERM, NONFINITE; VALUE: other */
    unsigned reasons;         /* bit r: reason r is a right one */
    void (*answer)(lhi_question *k);
    double x;                 /* a factor, a place, a size: as the answer takes it */
    int operand;              /* it is wrong for this one, -1: for all */
    int large;                /* for the large network, and for it alone */
};

/* --- mutants.c --- */

/* The kinds, one after another; NULL past the end. */
const lhi_mutant *lhi_mutant_at(size_t index);

/* --- mutants_shown.c: the later part of the kinds --- */

const lhi_mutant *lhi_mutant_shown_at(size_t index);

/* --- mutant.c --- */

/* Makes the scratch of mutants on the tape of c with arrays of up to `cells` elements: one
 * mutant of it is at work at a time, on one thread.  NULL: no memory. */
lhi_at_work *lhi_mutant_open(lh_ctx *c, size_t cells);
/* The family of an op with its backward rule replaced.  It remembers no call before. */
const lhi_op_family *lhi_mutant_of(lhi_at_work *now, const lhi_op_family *right,
                                   const lhi_mutant *kind, const char *isa);

/* For answers: fills k->d with what the right rule gives for what it is shown. */
void lhi_answer_right(lhi_question *k);
/* A copy of an array, which the right rule is shown from now on; NULL when there is none. */
void *lhi_answer_own(lhi_question *k, enum lhi_read which, size_t *cells);
/* Shows the right rule the arrays of the last call that had others: bit a of `which` for
 * lhi_read a.  The present ones when there was none. */
void lhi_answer_stale(lhi_question *k, unsigned which);

#endif
