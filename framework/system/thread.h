/* thread.h -- a piece of work beside the teams, such as writing a file. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_THREAD_H
#define LHI_THREAD_H

#include <pthread.h>
#include <stdatomic.h>

typedef struct lhi_thread {
    pthread_t id;
    void (*work)(void *arg);
    void *arg;
    atomic_int done;
    long process;
} lhi_thread;

/* Begins work(arg); it gets no signals.  0, or a negative errno: there is no thread to be had. */
int lhi_sys_thread_begin(lhi_thread *t, void (*work)(void *arg), void *arg);
/* 1 when it has come to its end; what it wrote can be read then. */
int lhi_sys_thread_done(lhi_thread *t);
/* Waits for that.  In a process that was forked since there is nothing to wait for. */
void lhi_sys_thread_end(lhi_thread *t);

#endif
