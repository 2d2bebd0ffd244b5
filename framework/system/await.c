/* await.c -- waiting for other processes with an end to it, and being one of several. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/await.h"

#include "framework/system/sys.h"
#include "framework/system/thread.h"

#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "framework/system/calls.h"

enum { TOO_LATE = 74 }; /* the exit code, that of what could not be read or written */

static struct {
    _Atomic double until; /* of lhi_sys_clock(); 0: nobody is waited for */
    _Atomic(const char *) doing;
    double seconds;
    char who[200];
    lhi_thread thread;
    int begun;
} wait;

/* A library that waits inside of itself cannot be asked back: only the end of the process is left.
 * Buffers are not written, since whoever fills them may hold their locks. */
static void tell_and_end(void)
{
    char text[500];
    const int length = snprintf(text, sizeof text,
                                "%s: the other ranks did not come to %s in %g s: a rank or a link "
                                "is gone, or one is slower (--rank-wait)\n",
                                wait.who[0] ? wait.who : "longhand", atomic_load(&wait.doing),
                                wait.seconds);

    if (length > 0)
        lhi_sys_write(STDERR_FILENO, text,
                      (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
    _exit(TOO_LATE);
}

static void watch(void *unused)
{
    (void)unused;
    for (;;) {
        const double until = atomic_load(&wait.until);

        if (until > 0 && lhi_sys_clock() > until)
            tell_and_end();
        lhi_sys_pause(0.25);
    }
}

void lhi_sys_await(const char *doing, double seconds)
{
    if (!wait.begun)
        wait.begun = lhi_sys_thread_begin(&wait.thread, watch, NULL) == 0 ? 1 : -1;
    wait.seconds = seconds;
    atomic_store(&wait.doing, doing);
    atomic_store(&wait.until, lhi_sys_clock() + seconds);
}

void lhi_sys_arrived(void)
{
    atomic_store(&wait.until, 0);
}

void lhi_sys_await_as(const char *program, int rank, int size)
{
    snprintf(wait.who, sizeof wait.who, "%s: rank %d of %d", program, rank, size);
}

double lhi_sys_room_in_common(void)
{
    const int folder = open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct statvfs s;
    double room = (double)INFINITY;

    if (folder < 0)
        return room;
    if (fstatvfs(folder, &s) == 0)
        room = (double)s.f_bavail * (double)s.f_frsize;
    close(folder);
    return room;
}

void lhi_sys_at_exit(void (*f)(void))
{
    atexit(f);
}

void lhi_sys_look_only(void)
{
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    fflush(stdout);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        close(nowhere);
    }
    lhi_sys_writes_nothing();
}
