/* weighted_mse.c -- mse with a weight for each row, each column or each element. */
/* SPDX-License-Identifier: MIT */
#define WEIGHTED 1
#include "framework/ops/mse.h"

#define DRAWN .drawn = {[2] = LH_WEIGHTS}

static const lh_case cases[] = {
    {.why = "a weight each",   .in = {{5, 1}, {5, 1}, {5, 1}}, .lo = -4, .hi = 4, DRAWN},
    {.why = "of rows",         .in = {{7, 3}, {7, 3}, {7, 1}}, .lo = -4, .hi = 4, DRAWN},
    {.why = "of columns",      .in = {{7, 3}, {7, 3}, {1, 3}}, .lo = -4, .hi = 4, DRAWN},
    {.why = "of elements",     .in = {{4, 4}, {4, 4}, {4, 4}}, .lo = -4, .hi = 4, DRAWN},
    {.why = "one for all",     .in = {{6, 2}, {6, 2}, {1, 1}}, .lo = -4, .hi = 4, DRAWN},
    {.why = "several shards",  .in = {{300, 2}, {300, 2}, {300, 1}}, .lo = -9, .hi = 9, DRAWN},
    {0}
};

LH_DEFINE_OP(weighted_mse, LHI_LOSS, .flops = flops, .output = "");
