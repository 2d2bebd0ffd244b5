/* sum.c -- s = the sum of all elements of A. */
/* SPDX-License-Identifier: MIT */
#define OVER_ROWS    1
#define OVER_COLUMNS 1
#define MEAN         0
#include "framework/ops/sums.h"

static const lh_lines lines = {
    .forward = "sum(#1)", .backward = {"d#0"}
};

LH_DEFINE_OP(sum, LHI_SUMS, .finish = finish, .terms = 1);
