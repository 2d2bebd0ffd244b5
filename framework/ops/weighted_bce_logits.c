/* weighted_bce_logits.c -- bce_logits with a weight for each row, each column or each element. */
/* SPDX-License-Identifier: MIT */
#define WEIGHTED 1
#include "framework/ops/bce_logits.h"

static const lh_case cases[] = {LHI_WEIGHTED_CASES(4, 9, [1] = LH_LABELS, [2] = LH_WEIGHTS), {0}};

LH_DEFINE_OP(weighted_bce_logits, LHI_LOSS, .flops = lh_flops_elementwise, .output = "sigmoid");
