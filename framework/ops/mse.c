/* mse.c -- the loss (1/m) sum (A - Y)^2, over all columns: the squared error of a row. */
/* SPDX-License-Identifier: MIT */
#define WEIGHTED 0
#include "framework/ops/mse.h"

static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 1}, {5, 1}},     .lo = -3, .hi = 3},
    {.why = "one sample",      .in = {{1, 1}, {1, 1}},     .lo = -3, .hi = 3},
    {.why = "several outputs", .in = {{7, 3}, {7, 3}},     .lo = -3, .hi = 3},
    {.why = "several shards",  .in = {{300, 1}, {300, 1}}, .lo = -9, .hi = 9},
    {.why = "many outputs",    .in = {{20, 40}, {20, 40}}, .lo = -1, .hi = 1},
    {.why = "no error",        .in = {{3, 2}, {3, 2}},     .lo = 2,  .hi = 2},
    {0}
};

LH_DEFINE_OP(mse, LHI_LOSS, .flops = flops, .output = "");
