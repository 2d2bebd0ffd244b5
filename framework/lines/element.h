/* element.h -- a program worked at one element, which checks are made of: slow and plain. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_ELEMENT_H
#define LHI_ELEMENT_H
#include "framework/lines/schedule.h"

#include <longhand/op/real.h>

/* The program of a line, at one element after another. */
typedef struct LH_T(lhi_element) {
    const lh_call *s;
    const lhi_program *p;
    size_t cell, i, j;  /* the element of the output, its row and column */
    size_t first;       /* the place of the first instruction */
    real *x;            /* the value of each place */
    void *more[3];      /* room for a number a place, each, of `real` or double */
} LH_T(lhi_element);

/* Before the first element, in the scratch of the call, which has room for two of them: 0, 1. */
void LH_T(lhi_element_begin)(LH_T(lhi_element) *e, const lh_call *s, const lhi_program *p,
                             size_t which);
/* Goes to an element of the output and works the values there. */
void LH_T(lhi_element_at)(LH_T(lhi_element) *e, size_t cell);
/* The scratch that is needed. */
size_t LH_T(lhi_element_work)(const lhi_line *l);

/* Which element of an operand this one of the output needs. */
static inline size_t LH_T(lhi_element_of)(const LH_T(lhi_element) *e, const lh_slot *a)
{
    return (a->rows == 1 ? 0 : e->i) * a->cols + (a->cols == 1 ? 0 : e->j);
}

/* Has it pieces, between which it has a kink or a step? */
static inline int lhi_is_piecewise(int code)
{
    return code == LHI_MAX || code == LHI_MIN || code == LHI_ABOVE || code == LHI_ABS;
}

/* 2/sqrt(pi), the slope of erf at 0. */
#define LHI_ERF_SLOPE ((real)1.12837916709551257389615890312154517L)

/* Does max or min take the first of the two?  A NaN goes through, and so does the first of
 * equals. */
static inline int LH_T(lhi_takes_first)(int code, real a, real b)
{
    return (code == LHI_MAX ? a >= b : a <= b) || a != a;
}

#endif
