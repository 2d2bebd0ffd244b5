/* math_f64.c -- the functions of kernels/math.h in double. */
/* SPDX-License-Identifier: MIT */
#define LHI_TYPE    64
#define LHI_VARIANT f64
#include "framework/kernels/math.h"
#include "tests/unit/math_arrays.h"

MATH_ARRAY(exp)
MATH_ARRAY(log)
MATH_ARRAY(log1p)
MATH_ARRAY(sigmoid)
