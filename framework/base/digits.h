/* digits.h -- a number as the shortest of the texts that C would read back as it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DIGITS_H
#define LHI_DIGITS_H

#include <longhand/params.h>

#include <stddef.h>

enum { LHI_DIGITS_ROOM = 32 };

/* The number of bytes that stand there, without a 0 behind them: of the roundings of x to 15, 16
 * and 17 digits (LH_F32, of a number that a float can be: 6 to 9) the first that a reader in that
 * type takes for x, without zeros at its end; whole numbers and subnormal ones may have more.
 * "nan", "inf", "-inf" for what is no number. */
size_t lhi_digits(char to[LHI_DIGITS_ROOM], double x, lh_type type);

#endif
