/* thread.c -- a piece of work beside the teams, such as writing a file. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/thread.h"

#include "framework/system/fault.h"

#include <signal.h>
#include <unistd.h>

static void *run(void *arg)
{
    lhi_thread *t = arg;

    t->work(t->arg);
    atomic_store(&t->done, 1);
    return NULL;
}

int lhi_sys_thread_begin(lhi_thread *t, void (*work)(void *arg), void *arg)
{
    sigset_t all, before;
    int status;

    status = lhi_fault(LHI_FAULT_SPAWN);
    if (status)
        return -status;
    t->work = work;
    t->arg = arg;
    t->process = (long)getpid();
    atomic_store(&t->done, 0);
    /* A signal that asks the run to stop is for the threads that were there before. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    status = pthread_create(&t->id, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -status;
}

int lhi_sys_thread_done(lhi_thread *t)
{
    return atomic_load(&t->done);
}

void lhi_sys_thread_end(lhi_thread *t)
{
    if (t->process == (long)getpid())
        pthread_join(t->id, NULL);
}
