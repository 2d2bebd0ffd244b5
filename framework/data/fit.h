/* fit.h -- what the rows of a set say of its columns. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FIT_H
#define LHI_FIT_H

#include "framework/data/data.h"

/* Fills mean, deviation and fill (`features`: else these were given), the scale of targets and the
 * weights of classes from the rows of d, whose arrays are there and zero.  Bits do not depend on
 * the number of threads.  LH_ENOMEM. */
lh_status lhi_fit(lh_data *d, int features);

#endif
