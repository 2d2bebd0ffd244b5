/* progress.h -- how far long work has come, on standard error. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_PROGRESS_H
#define LHI_PROGRESS_H

#include "framework/base/ctx.h"

typedef struct lhi_progress {
    lh_ctx *c;
    const char *what;     /* the unit, "epoch" */
    long total;           /* 0: not known */
    int kind;             /* none, lines or a bar */
    double interval;      /* least seconds between two lines */
    double began, said;   /* clock at the beginning and at the last line */
    double from;          /* clock when `first` was done: what the rate is taken from */
    long first, done, told;
    int seen;             /* 1 after the first lhi_progress_show() */
    int width;            /* of the line that stands on the terminal */
    char text[160];       /* the caller's part of the line */
} lhi_progress;

/* As --progress and --quiet say; `what` stays the caller's. */
void lhi_progress_begin(lhi_progress *p, lh_ctx *c, const char *what, long total);
/* So many are done now; the text goes at the end of the line.  Cheap enough to be
 * called at every step: it writes seldom. */
void lhi_progress_show(lhi_progress *p, long done, const char *format, ...) LH_PRINTF(3, 4);
/* Leaves the last state standing, on a line of its own. */
void lhi_progress_end(lhi_progress *p);

#endif
