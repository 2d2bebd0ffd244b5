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
    /* Rank r has arrays first[r]..first[r+1]-1, which begin `apart` bytes after one another.  Of
     * each, bytes at[q]..at[q+1]-1 go to rank q, which finds those of array k of another rank at
     * to + k * (at[q+1] - at[q]). */
    void (*deal)(lhi_engine *e, const void *from, size_t apart, const int *first,
                 const size_t *at, void *to);
    /* Memory of so many bytes for each rank: at[r] is that of rank r, which the others
     * read where it lies.  -1, and `at` is as it was: not all ranks are on one machine, or it
     * cannot be had. */
    int (*share)(lhi_engine *e, size_t bytes, void **at);
    /* This rank needs it no more, of which it had this part.  No call that all ranks make. */
    void (*leave)(lhi_engine *e, void *mine);
    /* Comes back when all ranks have come: what any has written to shared memory before is there.
     * Only where there is some. */
    void (*meet)(lhi_engine *e);
    /* The sum by whatever carries it, for its time alone: its bits depend on the ranks.  May be
     * NULL. */
    void (*usual_sum)(lhi_engine *e, float *x, size_t n);
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
