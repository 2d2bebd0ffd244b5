/* pace.h -- the size of the team, found by trying and looked after. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PACE_H
#define LHI_PACE_H

#include "framework/base/ctx.h"

#include <stddef.h>

enum { LHI_PACE_SIZES = 12 }; /* 1, 2, 4 ... 1024 threads, and all there are */

/* The bits of a step do not depend on the number of threads, so the steps of a run serve to
 * find which number is fastest.  One size is kept; now and then a neighbour is tried for some
 * steps, seldom enough that what trying costs stays a few hundredths of the time, and is kept
 * in its place when it is faster: load comes and goes. */
typedef struct lhi_pace {
    int most, sizes, kept, now;  /* threads and sizes there are; the size kept, that in use */
    int down;                    /* the next trial is of fewer threads */
    size_t rows;                 /* of a whole step: smaller ones tell nothing */
    double mean[LHI_PACE_SIZES]; /* seconds of a step of lately, 0: never tried */
    long steps;                  /* with the size in use */
    double time, counted;        /* of them, and of those that count */
    int chosen;                  /* the size kept won a trial: */
    double promise;              /* seconds of a step then */
    double kept_time;            /* of all its steps since */
    long kept_steps;
    double since, wait;          /* seconds since the last trial, and until the next one */
    double loss;                 /* so many times slower was a team than a smaller one: */
    int more, fewer, told;       /* their sizes; it was said */
} lhi_pace;

/* `flops` of a step of so many rows say what is not worth trying; a forced number is taken. */
void lhi_pace_begin(lhi_pace *p, int threads, int forced, double flops, size_t rows);

/* The team of the next step; fewer threads than rows. */
int lhi_pace_size(const lhi_pace *p, size_t rows);

/* 1 while the first trials last. */
int lhi_pace_asks(const lhi_pace *p);
/* What a whole step of the present size took. */
void lhi_pace_note(lhi_pace *p, double seconds);

/* Says once when a team that ought to be of use loses more than it gains. */
void lhi_pace_tell(lh_ctx *c, lhi_pace *p);

/* lhi_team() with the size of the pace, which learns from it. */
void lhi_paced(lh_ctx *c, lhi_pace *p, size_t rows, void (*work)(void *arg, int rank, int size),
               void *arg);

#endif
