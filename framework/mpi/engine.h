/* engine.h -- what processes that work as one send each other, whoever carries it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_ENGINE_H
#define LHI_ENGINE_H

#include <stddef.h>

/* All ranks make the same calls in the same order; what goes wrong ends all of them.  Nothing here
 * adds numbers: sums are the business of whoever knows their order. */
typedef struct lhi_engine lhi_engine;
struct lhi_engine {
    int rank, size;
    int here, together; /* of them on this machine, and of those on the same CPUs */
    /* Rank r has bytes at[r]..at[r+1]-1 of an array; then each has all of them. */
    void (*gather)(lhi_engine *e, void *all, const size_t *at);
    /* Bytes at[r]..at[r+1]-1 of `from` go to rank r; from rank r come bytes[r] bytes, which are
     * put at to + place[r]. */
    void (*deal)(lhi_engine *e, const void *from, const size_t *at, void *to, const size_t *place,
                 const size_t *bytes);
    /* What the ranks are at, for the message when one does not come; so many seconds are waited
     * for it. */
    const char *doing;
    double patience;
};

#ifdef LHI_MPI
/* The engine of a process that mpirun or srun has begun as one of several; NULL where it is alone,
 * and then MPI is not called.  `why` is set when there should be one and cannot be. */
lhi_engine *lhi_mpi_join(const char **why);
/* The last of as many partings ends MPI; without it the other ranks are ended, too. */
void lhi_mpi_part(lhi_engine *e);
#endif

#endif
