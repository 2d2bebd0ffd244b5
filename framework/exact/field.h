/* field.h -- arithmetic without rounding, in a tower of prime fields where exp is exact, too.
 *
 * Primes p[0] > p[1] > ..., each a divisor of the one before less 1.  A number is an integer by its
 * residues, which may be drawn independently of each other.  exp makes of the residue r by p[k + 1]
 * the power w[k]^r by p[k], w[k] being of the order p[k + 1] there: exp(a + b) = exp(a) exp(b) then
 * holds for all numbers, and the last residue is spent.  What follows from the axioms of fields and
 * from this law is equal here; what does not is unequal in nearly all draws (Schwartz and Zippel:
 * in all but about one in p[0] divided by the degree).  The signs are those of quadratic residues:
 * of a product the product of the signs, of -a the other one, of a square and of exp never -1. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FIELD_H
#define LHI_FIELD_H

#include <stddef.h>
#include <stdint.h>

enum { LHI_FIELDS = 9 }; /* the most residues: one more than there may be exps within each other */

typedef struct lhi_tower {
    int levels;
    uint64_t p[LHI_FIELDS], w[LHI_FIELDS];
} lhi_tower;

/* Another tower for each draw; the same for the same. */
void lhi_tower_make(lhi_tower *t, int levels, uint64_t draw);

/* A number and its tangent.  Of log and erf a field knows the slope alone: what stands for their
 * value is none of theirs. */
typedef struct lhi_dual {
    uint64_t x[LHI_FIELDS], d[LHI_FIELDS];
    int levels;         /* residues that are left */
    int x_free, d_free; /* hangs on such a value */
    int lost;           /* has none in this draw: a quotient by 0, the root of what is no square */
} lhi_dual;

lhi_dual lhi_dual_whole(const lhi_tower *t, int64_t n);
/* A number that is drawn: of a draw, by its place. */
lhi_dual lhi_dual_drawn(const lhi_tower *t, uint64_t draw, uint64_t place);
lhi_dual lhi_dual_sum(const lhi_tower *t, lhi_dual a, lhi_dual b);
lhi_dual lhi_dual_minus(const lhi_tower *t, lhi_dual a);
lhi_dual lhi_dual_product(const lhi_tower *t, lhi_dual a, lhi_dual b);
lhi_dual lhi_dual_quotient(const lhi_tower *t, lhi_dual a, lhi_dual b);
/* 0: its residues are spent. */
int lhi_dual_exp(const lhi_tower *t, lhi_dual a, lhi_dual *out);
lhi_dual lhi_dual_root(const lhi_tower *t, lhi_dual a);
/* A function of which only the slope is known. */
lhi_dual lhi_dual_of_slope(const lhi_tower *t, lhi_dual a, lhi_dual slope);
/* 1, 0 or -1. */
int lhi_dual_sign(const lhi_tower *t, lhi_dual a);

#endif
