/* sum_cols.c -- s = the sum over the columns of A, one column. */
/* SPDX-License-Identifier: MIT */
#define OVER_ROWS    0
#define OVER_COLUMNS 1
#define MEAN         0
#include "framework/ops/sums.h"

static const lh_lines lines = {
    .forward = "over_columns(#1)", .backward = {"d#0"}
};

LH_DEFINE_OP(sum_cols, LHI_SUMS);
