/* sum_rows.c -- s = the sum over the rows of A, one row. */
/* SPDX-License-Identifier: MIT */
#define OVER_ROWS    1
#define OVER_COLUMNS 0
#define MEAN         0
#include "framework/ops/sums.h"

static const lh_lines lines = {
    .forward = "over_rows(#1)", .backward = {"d#0"}
};

LH_DEFINE_OP(sum_rows, LHI_SUMS, .work = work);
