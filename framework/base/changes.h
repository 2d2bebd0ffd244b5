/* changes.h -- from one text to another, line by line. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CHANGES_H
#define LHI_CHANGES_H

#include "framework/base/text.h"

/* Adds the lines that only one of two texts has, in their order, each behind `before`: "- " and a
 * line of the first, "+ " and one of the second; at most `most` of them (0: all), and then how many
 * there are besides.  Two that begin with the same word stand together.  What could steer a
 * terminal is shown escaped.  Lines are found in both as long as the texts differ over no more than
 * some thousand lines.
 * Returns how many lines only one of them has: 0, and nothing is added, where all are equal. */
size_t lhi_add_changes(lhi_text *t, const char *before, const char *first, const char *second,
                       size_t most);

#endif
