/* math_quad.h -- doubles for the functions of op/math.h, and how far the results are off. */
/* SPDX-License-Identifier: MIT */
#ifndef MATH_QUAD_H
#define MATH_QUAD_H

#include <stdint.h>

enum { QUAD_EXP, QUAD_LOG, QUAD_LOG1P, QUAD_SIGMOID, QUAD_TANH, QUAD_ERF, QUAD_FUNCTIONS };

extern const char *const quad_names[QUAD_FUNCTIONS];
/* What is promised, in units of the last place. */
extern const double quad_bounds[QUAD_FUNCTIONS];

/* The type with 113 bits that results are compared with; NULL where this build has none. */
const char *quad_type(void);

/* A good state to draw from, another for each number. */
uint64_t quad_seed(uint64_t number);

/* An argument of the function: of any exponent, spread over its range, or where something
 * happens: its sequence takes another turn, results overflow, vanish or are subnormal. */
double quad_argument(int function, uint64_t *state);

/* |got - exact| in units of the last place of a double there.  An infinity counts as the
 * power of two that it was rounded up to.  0 where there is no type for it. */
double quad_ulps(int function, double x, double got);
double quad_ulps_wide(int function, long double x, long double got);

#endif
