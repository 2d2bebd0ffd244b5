/* mean_rows.c -- s = the mean over the rows of A, one row. */
/* SPDX-License-Identifier: MIT */
#define OVER_ROWS    1
#define OVER_COLUMNS 0
#define MEAN         1
#include "framework/ops/sums.h"

static const lh_lines lines = {
    .forward = "over_rows(#1)/rows(#1)", .backward = {"d#0/rows(#1)"}
};

LH_DEFINE_OP(mean_rows, LHI_SUMS, .work = work);
