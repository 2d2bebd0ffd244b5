/* weighted_bce.c -- bce with a weight for each row, each column or each element. */
/* SPDX-License-Identifier: MIT */
#define WEIGHTED 1
#include "framework/ops/bce.h"

static const lh_case cases[] = {LHI_WEIGHTED_CASES(0, 0, LH_UNIT, LH_LABELS, LH_WEIGHTS), {0}};

LH_DEFINE_OP(weighted_bce, LHI_LOSS, .flops = lh_flops_elementwise, .output = "");
