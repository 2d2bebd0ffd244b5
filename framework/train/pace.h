/* pace.h -- the size of the team, found by trying. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PACE_H
#define LHI_PACE_H

#include <stddef.h>

/* The bits of a step do not depend on the number of threads, so the first steps of a run
 * serve to measure which number is fastest: 1, 2, 4 ... threads, a few steps each. */
typedef struct lhi_pace {
    int most;         /* threads there are */
    int size;         /* on trial, or found */
    int best;
    double best_time; /* seconds of a step */
    double time;      /* of the size on trial, the least so far */
    int steps;        /* done with it */
    int found;
} lhi_pace;

/* `flops` of a forward pass say what is not worth trying; a forced number is not tried. */
void lhi_pace_begin(lhi_pace *p, int threads, int forced, double flops);

/* The team of the next step; fewer threads than rows. */
int lhi_pace_size(const lhi_pace *p, size_t rows);

/* 1 while the time of a step is of interest: then note it. */
int lhi_pace_asks(const lhi_pace *p);
void lhi_pace_note(lhi_pace *p, double seconds);

#endif
