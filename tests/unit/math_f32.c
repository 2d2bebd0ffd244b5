/* math_f32.c -- the functions of kernels/math.h in float. */
/* SPDX-License-Identifier: MIT */
#define LHI_TYPE    32
#define LHI_VARIANT f32
#include "framework/kernels/math.h"
#include "tests/unit/math_arrays.h"

MATH_ARRAY(exp)
MATH_ARRAY(log)
MATH_ARRAY(log1p)
MATH_ARRAY(sigmoid)
