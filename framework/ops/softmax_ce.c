/* softmax_ce.c -- the loss -(1/m) sum Y log softmax(Z), Y one-hot or any distribution a row. */
/* SPDX-License-Identifier: MIT */
#define CLASSES 0
#include "framework/ops/softmax_ce.h"

#define ONE_HOT .drawn = {[1] = LH_ONE_HOT}

static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 3}, {5, 3}},     .lo = -3,  .hi = 3,  ONE_HOT},
    {.why = "one sample",      .in = {{1, 4}, {1, 4}},     .lo = -3,  .hi = 3,  ONE_HOT},
    {.why = "one class",       .in = {{6, 1}, {6, 1}},     .lo = -3,  .hi = 3,  ONE_HOT},
    {.why = "several shards",  .in = {{300, 5}, {300, 5}}, .lo = -4,  .hi = 4,  ONE_HOT},
    {.why = "many classes",    .in = {{9, 120}, {9, 120}}, .lo = -2,  .hi = 2,  ONE_HOT},
    {.why = "saturated",       .in = {{40, 4}, {40, 4}},   .lo = -40, .hi = 40, ONE_HOT},
    {.why = "equal logits",    .in = {{4, 6}, {4, 6}},     .lo = 1,   .hi = 1,  ONE_HOT},
    {.why = "soft targets",    .in = {{7, 3}, {7, 3}},     .lo = 0.1, .hi = 0.9},
    {0}
};

static const lh_lines lines = {
    .forward = "-(1/m) sum(#2 * log(exp(#1)/over_columns(exp(#1))))"
               " = (1/m) sum(#2 * (log(over_columns(exp(#1))) - #1))",
    .backward = {"(d#0/m) (over_columns(#2) * exp(#1)/over_columns(exp(#1)) - #2)"}
};

LH_DEFINE_OP(softmax_ce, LHI_SOFTMAX_CE);
