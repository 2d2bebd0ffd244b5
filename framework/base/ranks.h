/* ranks.h -- the processes that work as one: who speaks, and what they agree on before a step. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_RANKS_H
#define LHI_RANKS_H

#include "framework/base/ctx.h"
#include "framework/mpi/engine.h"

/* Every rank runs the whole program and has all of its state: only the rows of a training batch,
 * and the sums over them, are divided (tape/shared.h).  Rank 0 prints and writes; the others are
 * quiet, and their files go nowhere. */

/* In lh_open(), when the settings are there: joins the others, where a launcher has begun several
 * processes.  The context is alone (c->ranks NULL) otherwise. */
void lhi_ranks_join(lh_ctx *c);
/* The same over an engine that is there. */
void lhi_ranks_with(lh_ctx *c, lhi_engine *e);
/* What they send each other by; NULL where a context is alone. */
lhi_engine *lhi_engine_of(const lh_ctx *c);

/* Where the ranks meet, so that those that have drifted apart are told so. */
typedef enum lhi_meeting {
    LHI_MEET_RUN, LHI_MEET_EPOCH, LHI_MEET_STEP, LHI_MEET_SAVE, LHI_MEET_CLOSE
} lhi_meeting;

/* Each rank comes to the same meeting with the same number (of the step or epoch), its error and
 * whether it is asked to stop; returns whether any is.  What one has failed of is from then on the
 * error of all, named with its rank; so is that they came to different meetings.  After an error,
 * and after LHI_MEET_CLOSE, they meet no more. */
int lhi_ranks_meet(lh_ctx *c, lhi_meeting at, long number, int stops);

/* The last meeting: what the program ends with is what any rank ends with, the first error first.
 * Returns it. */
lh_status lhi_ranks_part(lh_ctx *c, lh_status status);

/* What must be the same on all ranks, by its digest. */
typedef struct lhi_alike {
    const char *name;
    uint64_t digest;
} lhi_alike;
/* LH_ESTATE, which names rank and mark, where one is another; after a meeting that all came to. */
void lhi_ranks_compare(lh_ctx *c, const lhi_alike *mark, size_t count);

/* What rank 0 has of some bytes, on all ranks. */
void lhi_ranks_tell(lh_ctx *c, void *bytes, size_t size);

/* How many ranks are on this machine, and how many of them may run on the same CPUs, with this
 * one. */
void lhi_ranks_beside(const lh_ctx *c, int *here, int *together);

#endif
