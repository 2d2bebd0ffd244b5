/* bce_logits.c -- the loss bce(sigma(Z), y) from Z itself. */
/* SPDX-License-Identifier: MIT */
#define WEIGHTED 0
#include "framework/ops/bce_logits.h"

#define LABELS .drawn = {[1] = LH_LABELS}

static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 1}, {5, 1}}, .lo = -4, .hi = 4, LABELS},
    {.why = "one sample",      .in = {{1, 1}, {1, 1}}, .lo = -4, .hi = 4, LABELS},
    {.why = "several outputs", .in = {{7, 3}, {7, 3}}, .lo = -4, .hi = 4, LABELS},
    {.why = "several shards",  .in = {{300, 1}, {300, 1}}, .lo = -9, .hi = 9, LABELS},
    {.why = "saturated",       .in = {{40, 1}, {40, 1}}, .lo = -80, .hi = 80, LABELS},
    {.why = "exactly 0",       .in = {{3, 1}, {3, 1}}, .lo = 0, .hi = 0, LABELS},
    {.why = "soft labels",     .in = {{6, 1}, {6, 1}}, .lo = 0.1, .hi = 0.9},
    {0}
};

LH_DEFINE_OP(bce_logits, LHI_LOSS, .flops = lh_flops_elementwise, .output = "sigmoid");
