/* mean.c -- s = the mean of all elements of A. */
/* SPDX-License-Identifier: MIT */
#define OVER_ROWS    1
#define OVER_COLUMNS 1
#define MEAN         1
#include "framework/ops/sums.h"

static const lh_case cases[] = {
    {.why = "ordinary values",   .in = {{5, 3}},    .lo = -2,   .hi = 2},
    {.why = "one element",       .in = {{1, 1}},    .lo = -2,   .hi = 2},
    {.why = "one column",        .in = {{70, 1}},   .lo = -2,   .hi = 2},
    {.why = "several shards",    .in = {{300, 7}},  .lo = -1,   .hi = 1},
    {.why = "one wide row",      .in = {{1, 300}},  .lo = -1e6, .hi = 1e6},
    {0}
};

static const lh_lines lines = {
    .forward = "sum(#1)/(rows(#1) * columns(#1))", .backward = {"d#0/(rows(#1) * columns(#1))"}
};

LH_DEFINE_OP(mean, LHI_SUMS, .finish = finish, .terms = 1);
