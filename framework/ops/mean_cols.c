/* mean_cols.c -- s = the mean over the columns of A, one column. */
/* SPDX-License-Identifier: MIT */
#define OVER_ROWS    0
#define OVER_COLUMNS 1
#define MEAN         1
#include "framework/ops/sums.h"

static const lh_lines lines = {
    .forward = "over_columns(#1)/columns(#1)", .backward = {"d#0/columns(#1)"}
};

LH_DEFINE_OP(mean_cols, LHI_SUMS);
