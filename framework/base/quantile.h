/* quantile.h -- the number below which a part of others lies. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_QUANTILE_H
#define LHI_QUANTILE_H

#include <stddef.h>

/* Of n numbers, one at least and no NaN: between two neighbours in their order, linearly.  It moves
 * them about. */
double lhi_quantile(double *x, size_t n, double part);

#endif
