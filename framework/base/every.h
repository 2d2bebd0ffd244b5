/* every.h -- how often something is done while a run goes on: 10m, 500steps, 5epochs, never. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_EVERY_H
#define LHI_EVERY_H

/* One of them is not 0; all are where it is never done. */
typedef struct lhi_every {
    double seconds;
    long steps, epochs;
} lhi_every;

/* All of a text.  NULL, or why it is none, to stand after "--name=text: "; *e stays then. */
const char *lhi_every_read(const char *text, lhi_every *e);

#endif
