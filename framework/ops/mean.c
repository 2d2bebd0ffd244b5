/* mean.c -- s = the mean of all elements of A. */
/* SPDX-License-Identifier: MIT */
#define OVER_ROWS    1
#define OVER_COLUMNS 1
#define MEAN         1
#include "framework/ops/sums.h"

static const lh_lines lines = {
    .forward = "sum(#1)/(rows(#1) * columns(#1))", .backward = {"d#0/(rows(#1) * columns(#1))"}
};

LH_DEFINE_OP(mean, LHI_SUMS, .finish = finish, .terms = 1);
