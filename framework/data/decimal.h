/* decimal.h -- decimal numbers as text, read fast and rounded correctly. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DECIMAL_H
#define LHI_DECIMAL_H

/* Reads the number at the front of a text: a sign, digits with or without a point (`point`, in
 * some countries a comma), an exponent.  Returns where it ends, with the double that is nearest
 * to it, of two the even one (infinite when it is beyond the largest); NULL where none begins.
 * No byte at `end` or behind it is read.  It divides: the floating-point unit must have its
 * usual setting (base/floats.h). */
const char *lhi_decimal_read(const char *at, const char *end, char point, double *value);

#endif
