/* team.c -- what threads need of the system: to sleep, to wake, to be allowed, to be forked. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/sys.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void lhi_sys_sleep(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void lhi_sys_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}
#else

void lhi_sys_sleep(_Atomic uint32_t *word, uint32_t value)
{
    if (atomic_load(word) == value)
        sched_yield();
}

void lhi_sys_wake(_Atomic uint32_t *word)
{
    (void)word;
}
#endif

void lhi_sys_yield(void)
{
    sched_yield();
}

/* Each thread makes the next one and waits for its end, so that all are there at once. */
static void *make_next(void *left)
{
    int *n = left;
    pthread_t next;

    if (*n == 0)
        return NULL;
    --*n;
    if (pthread_create(&next, NULL, make_next, n) == 0)
        pthread_join(next, NULL);
    else
        ++*n;
    return NULL;
}

int lhi_sys_threads_to_have(int most)
{
    int left = most - 1;

    make_next(&left);
    return most - left;
}

static atomic_int teams, forked;

static void in_the_child(void)
{
    forked |= teams;
}

static void watch(void)
{
    pthread_atfork(NULL, NULL, in_the_child);
}

void lhi_sys_team_begins(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    if (teams)
        return;
    pthread_once(&once, watch);
    teams = 1;
}

int lhi_sys_forked(void)
{
    return forked;
}
