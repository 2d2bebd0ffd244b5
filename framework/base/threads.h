/* threads.h -- how many threads, and the team that they work in. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_THREADS_H
#define LHI_THREADS_H

#include "framework/base/ctx.h"

/* --- limits.c --- */

/* A number of threads that something allows, and what it is called; 0: it says nothing. */
typedef struct lhi_limit {
    const char *rule;
    double most;
} lhi_limit;

/* The least of the limits, at least 1; *rule names the first that is so small. */
int lhi_least(const lhi_limit *limit, size_t count, const char **rule);

/* The number to use at most: decided once for a context, from --threads or else from the CPUs,
 * the cgroup's quota, the batch system and OpenMP's variables.  *rule names what decided. */
int lhi_threads(lh_ctx *c, const char **rule);

/* 1 when the number was asked for with --threads and must be used as it is. */
int lhi_threads_forced(const lh_ctx *c);

/* --- threads.c --- */

/* The CPUs of all places that OpenMP binds threads to; 0 when it binds none.  The thread that
 * asks is then bound to one of them, so that its own mask tells nothing. */
int lhi_places(void);

/* Calls work(arg, rank, size) on each of `size` threads, or of fewer where there are not so
 * many to be had, and returns when all have done.  The caller's OpenMP settings are left as
 * they are. */
void lhi_team(lh_ctx *c, int size, void (*work)(void *arg, int rank, int size), void *arg);

/* Keeps a team of this size together while lead(arg) runs, on this thread, so that each
 * lhi_team() in it costs a word written and a word read instead of a parallel region.  Within
 * another one it is that one. */
void lhi_keep_team(lh_ctx *c, int size, void (*lead)(void *arg), void *arg);

/* Waits for the other threads of the team; only within work(), and only where size > 1. */
void lhi_barrier(void);

/* The part of 0..n-1 that rank works on: equal parts in order. */
static inline size_t lhi_share(size_t n, int rank, int size)
{
    if (size == 1) /* four divisions would be felt in the smallest steps */
        return rank ? n : 0;
    return n / (size_t)size * (size_t)rank + n % (size_t)size * (size_t)rank / (size_t)size;
}

#endif
