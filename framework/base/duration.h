/* duration.h -- spans of time as people write them: 90s, 10m, 3h55m, 1d12h. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DURATION_H
#define LHI_DURATION_H

enum { LHI_DURATION_TEXT = 40 };

/* All of a text: whole numbers, each with d, h, m or s behind it, the longest unit first; 1 s at
 * least.  NULL, or why it is none, to stand after "--name=text: "; *seconds stays then. */
const char *lhi_duration(const char *text, double *seconds);
/* The other way round, to the nearest second, and "0.25s" below ten of them. */
void lhi_duration_text(double seconds, char text[LHI_DURATION_TEXT]);

#endif
