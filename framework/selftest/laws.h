/* laws.h -- what holds of every op, whatever it computes: tried on its cases, in every type.
 *
 * The laws of laws_of_values.c compare an op's functions with each other, those of laws_of_bits.c
 * what is equal to the bit, those of laws_of_batches.c a batch with its parts. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_LAWS_H
#define LHI_LAWS_H

#include "framework/selftest/op_case.h"

/* One case of an op in one type, and what came of trying it. */
typedef struct lhi_trying {
    lh_ctx *c;
    const lhi_op_family *f;
    const lh_case *given;
    lh_type type;
    size_t tried, broken; /* comparisons, and those that did not hold */
    char first[400];      /* the first of these: "swish, ordinary values, f32: element 3 ..." */
    double worst[2];      /* the largest part of what is allowed: of values, of gradients */
} lhi_trying;

typedef struct lhi_law {
    const char *name;     /* what holds, as a sentence */
    void (*hold)(lhi_trying *s);
    int wide;             /* it is about the wide type alone */
} lhi_law;

/* The laws, one after another; NULL past the end. */
const lhi_law *lhi_law_at(size_t index);

/* Tries a law on all cases of an op, in every type; s has c and f, and adds up what came. */
void lhi_law_try(const lhi_law *law, lhi_trying *s);

/* --- for the files of laws --- */

extern const lhi_law lhi_laws_of_values[], lhi_laws_of_bits[], lhi_laws_of_batches[];

/* Counts a comparison, and tells the first that does not hold. */
void lhi_law_says(lhi_trying *s, int holds, const char *format, ...) LH_PRINTF(3, 4);

/* The op in portable code, in the type that is tried; and in the wide one. */
static inline const lh_op *lhi_tried(const lhi_trying *s)
{
    return s->f->op[s->type == LH_F32 ? LHI_F32 : s->type == LH_F64 ? LHI_F64 : LHI_WIDE];
}
static inline const lh_op *lhi_tried_wide(const lhi_trying *s)
{
    return s->f->op[LHI_WIDE];
}

/* Bounds of a case in a type: off of the output and grad_off of the operands of w, a wide case with
 * equal values and cotangent. */
void lhi_law_bounds(lhi_op_case *w, uint64_t cotangent, lh_type type);

#endif
