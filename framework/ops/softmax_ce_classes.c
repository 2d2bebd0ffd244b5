/* softmax_ce_classes.c -- the loss -(1/m) sum log softmax(Z) of each row's class y. */
/* SPDX-License-Identifier: MIT */
#define CLASSES 1
#include "framework/ops/softmax_ce.h"

#define NUMBERS .drawn = {[1] = LH_CLASSES}

static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 3}, {5, 1}},     .lo = -3,  .hi = 3,  NUMBERS},
    {.why = "one sample",      .in = {{1, 4}, {1, 1}},     .lo = -3,  .hi = 3,  NUMBERS},
    {.why = "one class",       .in = {{6, 1}, {6, 1}},     .lo = -3,  .hi = 3,  NUMBERS},
    {.why = "several shards",  .in = {{300, 5}, {300, 1}}, .lo = -4,  .hi = 4,  NUMBERS},
    {.why = "many classes",    .in = {{9, 120}, {9, 1}},   .lo = -2,  .hi = 2,  NUMBERS},
    {.why = "saturated",       .in = {{40, 4}, {40, 1}},   .lo = -40, .hi = 40, NUMBERS},
    {0}
};

static const lh_lines lines = {
    .forward = "-(1/m) sum(one_hot(#2, #1) * log(exp(#1)/over_columns(exp(#1))))"
               " = (1/m) sum(one_hot(#2, #1) * (log(over_columns(exp(#1))) - #1))",
    .backward = {"(d#0/m) (exp(#1)/over_columns(exp(#1)) - one_hot(#2, #1))"}
};

LH_DEFINE_OP(softmax_ce_classes, LHI_SOFTMAX_CE);
