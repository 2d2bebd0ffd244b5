/* bce.c -- L = -(1/m) sum(y log yhat + (1-y) log(1-yhat)), literally as on the page. */
/* SPDX-License-Identifier: MIT */
#define WEIGHTED 0
#include "framework/ops/bce.h"

static const lh_case cases[] = {
    {.why = "ordinary values", .in = {{5, 1}, {5, 1}}, .drawn = {LH_UNIT, LH_LABELS}},
    {.why = "one sample",      .in = {{1, 1}, {1, 1}}, .drawn = {LH_UNIT, LH_LABELS}},
    {.why = "several outputs", .in = {{7, 3}, {7, 3}}, .drawn = {LH_UNIT, LH_LABELS}},
    {.why = "several shards",  .in = {{300, 1}, {300, 1}}, .drawn = {LH_UNIT, LH_LABELS}},
    {.why = "soft labels",     .in = {{6, 1}, {6, 1}}, .drawn = {LH_UNIT}, .lo = 0.1, .hi = 0.9},
    {0}
};

LH_DEFINE_OP(bce, LHI_LOSS, .flops = lh_flops_elementwise, .output = "");
