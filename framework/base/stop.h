/* stop.h -- whether a program is to end before its work is done: asked by a signal, or by time. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_STOP_H
#define LHI_STOP_H

#include "framework/base/ctx.h"

/* From lh_open() on: what is there of a job's end, and signals where the program's arguments are
 * ours to read. */
void lhi_stop_begin(lh_ctx *c);

/* Does a run stop here, between two steps?  Cheap enough for each of them; what lies between two
 * of these questions is taken for the longest that one may have to wait. */
int lhi_stops(lh_ctx *c);
/* Other long work: 1 when it is to end here, and LH_ESTOPPED is kept with what it was ("reading
 * rows.csv").  Not while a run is under way, which is saved only when it comes to its own question;
 * and after it was stopped there are some seconds for its figures and files. */
int lhi_gives_up(lh_ctx *c, const char *work);
/* The same without an error and while a run is under way, too: for what can be left out, and by
 * any thread. */
int lhi_hurries(const lh_ctx *c);

/* A run begins or ends; it was stopped before its end. */
void lhi_stop_under_way(lh_ctx *c, int begins);
void lhi_stopped(lh_ctx *c);
/* How long a save has taken, or may take: the time that is kept for the last one. */
void lhi_stop_saving(lh_ctx *c, double seconds);
/* Says when a job ends, where that is known. */
void lhi_stop_tell(lh_ctx *c);
/* "by SIGTERM", "for --max-time=90s"; "" while nothing asks. */
const char *lhi_stop_reason(const lh_ctx *c, char text[80]);

#endif
