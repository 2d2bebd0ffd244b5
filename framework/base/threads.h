/* threads.h -- how many threads, and the team that runs a step. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_THREADS_H
#define LHI_THREADS_H

#include "framework/base/ctx.h"

/* The number to use at most, decided once from --threads, OMP_NUM_THREADS, the
 * affinity mask, the cgroup quota and SLURM_CPUS_PER_TASK; *rule names the winner. */
int lhi_threads(const lh_ctx *c, const char **rule);

/* 1 when the number was asked for with --threads and must be used as it is. */
int lhi_threads_forced(const lh_ctx *c);

/* Calls work(arg, rank, size) on each of `size` threads and returns when all have
 * done.  The caller's OpenMP settings are left as they are. */
void lhi_team(int size, void (*work)(void *arg, int rank, int size), void *arg);

/* Waits for the other threads of the team; only within work(). */
void lhi_barrier(void);

/* The part of 0..n-1 that rank works on: equal parts in order. */
static inline size_t lhi_share(size_t n, int rank, int size)
{
    if (size == 1) /* four divisions would be felt in the smallest steps */
        return rank ? n : 0;
    return n / (size_t)size * (size_t)rank + n % (size_t)size * (size_t)rank / (size_t)size;
}

#endif
