/* shared.h -- a batch that several ranks work on: what each does of it, and what they exchange. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SHARED_H
#define LHI_SHARED_H

#include "framework/mpi/engine.h"
#include "framework/tape/partials.h"
#include "framework/tape/tape.h"

/* The arrays of a batch have all of its rows on each rank, which fills those of its own shards:
 * a rank is a thread that does not see what the others write.  An act that divides its work by rows
 * works these; one that reads a batch whole has its rows gathered first, or, where it only sums
 * over them, makes the sums of its own shards, which are exchanged; every other act is worked by
 * all. */

typedef enum lhi_division { LHI_OWN_ROWS, LHI_WHOLE, LHI_SHARDS } lhi_division;

/* What an act of the plan is here. */
typedef struct lhi_shared_act {
    lhi_division how;
    unsigned gathers;  /* LHI_WHOLE: bit k the value of operand k, then the output's value, its
                          gradient, and its terms */
    int flush;         /* what is summed is exchanged before it */
    size_t group, at;  /* LHI_SHARDS: with which others, and where among their elements */
} lhi_shared_act;

/* Sums that are exchanged together: those of acts from..to-1 of the plan. */
typedef struct lhi_group {
    size_t from, to, elements;
    size_t part, met;  /* where its sums of a rank begin, and those of others, in elements */
    int small;         /* all of them go to all */
} lhi_group;

struct lhi_shared {
    lhi_engine *e;
    lhi_partials tree;
    int *first;             /* the knots of a rank, */
    size_t *row;            /* and its rows; one more than there are ranks */
    size_t *cut;            /* of what is exchanged */
    int most_own, most_all; /* knots */
    lhi_shared_act *act;
    lhi_group *group;
    size_t groups;
    size_t elements;        /* of all groups */
    void **part;            /* the sums of each rank, knot after knot in a group; those of others
                               where memory is shared, and else this rank's in each place */
    int shares;
    char *met;              /* sums of the others: all of a small group, a block of a large one */
    char *level;            /* where a batch is not cut evenly: sums of single shards */
    size_t room;            /* bytes of part, met and level */
    const char *knot[LHI_MOST_SHARDS]; /* where each of them lies that are added up now */
};

/* For the workspace of a run whose context has ranks: from then on its passes are shared.  -1: no
 * memory. */
int lhi_shared_begin(lhi_ws *w, lhi_engine *e);
void lhi_shared_free(lhi_ws *w);
/* Once all ranks are at it: those of one machine read each other's sums where they lie from then
 * on, where the engine can do that. */
void lhi_shared_reach(lhi_ws *w);
/* The bytes that it would take for batches of so many rows on ranks like those of an engine. */
size_t lhi_shared_bytes(lh_tape *t, const lhi_plan *p, lh_type type, size_t rows, lhi_engine *e);
/* Before a pass of w->m rows. */
void lhi_shared_rows(lhi_ws *w);
/* The rows of this rank: from..to-1 of the batch. */
void lhi_shared_own(const lhi_ws *w, size_t *from, size_t *to);
/* A thread's part of an array that all ranks work whole. */
lh_tile lhi_shared_tile(const lh_slot *a, int rank, int size);
/* A thread's part of an act, with what is exchanged before it; and of what is left at the end of
 * the pass. */
void lhi_shared_act_run(lhi_ws *w, size_t act, int rank, int size);
void lhi_shared_end(lhi_ws *w, int rank, int size);

/* --- exchange.c --- */

/* A thread's part of the sums over the shards of this rank that an act makes. */
void lhi_shared_sum(const lhi_ws *w, size_t act, const lhi_job *j, int rank, int size);
/* Exchanges the group of sums that ends before an act, where there is one, and gives its sums over
 * all shards to the gradients. */
void lhi_shared_exchange(lhi_ws *w, size_t before, int rank, int size);

#endif
