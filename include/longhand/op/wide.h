/* wide.h -- exp, log, log1p, sigmoid, tanh and erf of the wide type: as defined as the others'.
 *
 * The C library's are a unit off here and there, on each machine elsewhere (on x86 the processor
 * itself decides), and what the ledger says would hang on them. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OP_WIDE_H
#define LH_OP_WIDE_H

#include <longhand/params.h>

#ifdef __cplusplus
extern "C" {
#endif

LH_API lh_wide lh_wide_exp(lh_wide x);

/** -infinity at 0, NaN below. */
LH_API lh_wide lh_wide_log(lh_wide x);

/** log(1 + x) for every x, also beside 0. */
LH_API lh_wide lh_wide_log1p(lh_wide x);

LH_API lh_wide lh_wide_sigmoid(lh_wide z);

LH_API lh_wide lh_wide_tanh(lh_wide x);

LH_API lh_wide lh_wide_erf(lh_wide x);

#ifdef __cplusplus
}
#endif
#endif
