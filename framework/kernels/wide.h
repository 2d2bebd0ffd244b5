/* wide.h -- exp, log, log1p, sigmoid, tanh and erf of the wide type: as defined as the others'.
 *
 * The C library's are a unit off here and there, on each machine elsewhere (on x86 the processor
 * itself decides), and what the ledger says would hang on them. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_WIDE_H
#define LHI_WIDE_H

long double lhi_wide_exp(long double x);

/* -infinity at 0, NaN below. */
long double lhi_wide_log(long double x);

/* log(1 + x) for every x, also beside 0. */
long double lhi_wide_log1p(long double x);

long double lhi_wide_sigmoid(long double z);

long double lhi_wide_tanh(long double x);

long double lhi_wide_erf(long double x);

#endif
