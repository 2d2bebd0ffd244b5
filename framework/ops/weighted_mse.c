/* weighted_mse.c -- mse with a weight for each row, each column or each element. */
/* SPDX-License-Identifier: MIT */
#define WEIGHTED 1
#include "framework/ops/mse.h"

static const lh_case cases[] = {LHI_WEIGHTED_CASES(4, 9, [2] = LH_WEIGHTS), {0}};

LH_DEFINE_OP(weighted_mse, LHI_LOSS, .flops = flops, .output = "");
