/* test_trial.c -- what becomes of work that is tried in a copy of the process. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/system/fault.h"
#include "framework/system/sys.h"
#include "tests/check.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

static const uint64_t ROOM = UINT64_C(64) << 20;

static void change(void *arg)
{
    *(int *)arg = 1;
}

static void die(void *arg)
{
    raise(*(const int *)arg);
}

static void run_on(void *arg)
{
    volatile unsigned *count = arg;

    for (;;)
        (*count)++;
}

static void take_memory(void *arg)
{
    const size_t size = 4 * ROOM;
    volatile char *room = malloc(size);

    for (size_t i = 0; room && i < size; i += 512)
        room[i] = 1;
    *(volatile char *volatile *)arg = room;
}

static void endings(void)
{
    static const int deadly[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGKILL};
    int changed = 0;
    unsigned count = 0;
    void *room = NULL;

    CHECK(lhi_sys_trial(change, &changed, 5, ROOM) == 1 && !changed, "%d", changed);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        int number = deadly[i];

        CHECK(lhi_sys_trial(die, &number, 5, ROOM) == 0, "signal %d", number);
    }
    CHECK(lhi_sys_trial(run_on, &count, 1, ROOM) == 0 && count == 0, "%u", count);
    CHECK(lhi_sys_trial(take_memory, &room, 5, ROOM) == 0 && !room, "too much memory");
    lhi_fault_arm(LHI_FAULT_SPAWN, 1, 1, EAGAIN);
    CHECK(lhi_sys_trial(change, &changed, 5, ROOM) == -EAGAIN, "no copy");
    lhi_fault_arm(LHI_FAULT_SPAWN, 0, 0, 0);
}

/* What an allocator's lock is like that another thread holds at the moment of the fork. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void wait_for_lock(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
}

/* Sleeps like one that waits, and goes on after it. */
static void pause_a_little(void *arg)
{
    const struct timespec part = {0, 300000000};

    (void)arg;
    nanosleep(&part, NULL);
}

static void waiting(void)
{
    sigset_t alarm;

    pthread_mutex_lock(&lock);
    CHECK(lhi_sys_trial(wait_for_lock, NULL, 60, ROOM) == -EDEADLK, "a lock that is held");
    /* A driver's own alarms are no matter of the copy's, nor are those of the copy the driver's. */
    signal(SIGALRM, SIG_IGN);
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarm, NULL);
    CHECK(lhi_sys_trial(wait_for_lock, NULL, 60, ROOM) == -EDEADLK, "with alarms blocked");
    sigprocmask(SIG_UNBLOCK, &alarm, NULL);
    CHECK(signal(SIGALRM, SIG_DFL) == SIG_IGN, "the handler of this process stays");
    pthread_mutex_unlock(&lock);
    CHECK(lhi_sys_trial(wait_for_lock, NULL, 60, ROOM) == 1, "a lock that is free");
    CHECK(lhi_sys_trial(pause_a_little, NULL, 60, ROOM) == 1, "a short wait");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"a copy that dies, runs on or takes too much says no, and leaves no trace", endings},
        {"a copy that waits for another thread's lock is given up", waiting},
        {NULL, NULL},
    };

    return check_main(argc, argv, "trial", tests);
}
