/* signals.c -- signals that ask a run to stop, and those of a write. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/signals.h"

#include "framework/system/sys.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static void fill(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
    sigaddset(set, SIGXFSZ);
}

static int waits(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigpending(&set);
    return sigismember(&set, SIGPIPE) == 1 || sigismember(&set, SIGXFSZ) == 1;
}

void lhi_sys_muffle(lhi_muffled *m)
{
    sigset_t set;

    m->pending = waits();
    fill(&set);
    pthread_sigmask(SIG_BLOCK, &set, &m->before);
}

void lhi_sys_unmuffle(const lhi_muffled *m, int status)
{
    sigset_t set;
    int number;

    /* Such a signal goes to the thread that wrote: it waits here, and is taken away. */
    fill(&set);
    if ((status == -EPIPE || status == -EFBIG) && !m->pending && waits())
        sigwait(&set, &number);
    pthread_sigmask(SIG_SETMASK, &m->before, NULL);
}

/* What stops a run: a person, the end of a terminal, a batch system before its limit.  Only
 * those of a person end the process at once when they come again: a terminal that closes sends
 * more than one HUP, and the limit of CPU time comes back each second. */
static const struct {
    const char *name;
    int number, once;
} stops[] = {{"SIGINT", SIGINT, 1},   {"SIGTERM", SIGTERM, 1}, {"SIGHUP", SIGHUP, 0},
             {"SIGXCPU", SIGXCPU, 0}, {"SIGUSR1", SIGUSR1, 0}, {"SIGUSR2", SIGUSR2, 0}};

enum { STOPS = sizeof stops / sizeof stops[0] };

static atomic_int signalled;
static int watching, writing; /* how many have begun */
static int ours[STOPS], pipe_ignored;

static void note_signal(int number)
{
    atomic_store(&signalled, number);
}

/* Sets a handler where there was none.  What the program handles or ignores itself stays. */
static int set_handler(int number, void (*handler)(int), int flags)
{
    struct sigaction a;

    if (sigaction(number, NULL, &a) != 0 || a.sa_flags & SA_SIGINFO || a.sa_handler != SIG_DFL)
        return 0;
    memset(&a, 0, sizeof a);
    a.sa_handler = handler;
    a.sa_flags = flags;
    sigemptyset(&a.sa_mask);
    return sigaction(number, &a, NULL) == 0;
}

/* Takes it away again, unless the program has set one of its own since. */
static void take_handler(int number, void (*handler)(int))
{
    struct sigaction a;

    if (sigaction(number, NULL, &a) != 0 || a.sa_flags & SA_SIGINFO || a.sa_handler != handler)
        return;
    memset(&a, 0, sizeof a);
    a.sa_handler = SIG_DFL;
    sigemptyset(&a.sa_mask);
    sigaction(number, &a, NULL);
}

void lhi_sys_signals_begin(void)
{
    lhi_sys_lock(LHI_LOCK_SIGNALS);
    for (int i = 0; watching == 0 && i < STOPS; i++)
        ours[i] = set_handler(stops[i].number, note_signal,
                              SA_RESTART | (stops[i].once ? (int)SA_RESETHAND : 0));
    watching++;
    lhi_sys_unlock(LHI_LOCK_SIGNALS);
}

void lhi_sys_signals_end(void)
{
    lhi_sys_lock(LHI_LOCK_SIGNALS);
    if (watching > 0 && --watching == 0) {
        for (int i = 0; i < STOPS; i++)
            if (ours[i])
                take_handler(stops[i].number, note_signal);
        atomic_store(&signalled, 0); /* whoever begins later was not asked */
    }
    lhi_sys_unlock(LHI_LOCK_SIGNALS);
}

void lhi_sys_pipes_begin(void)
{
    lhi_sys_lock(LHI_LOCK_SIGNALS);
    if (writing++ == 0)
        pipe_ignored = set_handler(SIGPIPE, SIG_IGN, 0);
    lhi_sys_unlock(LHI_LOCK_SIGNALS);
}

void lhi_sys_pipes_end(void)
{
    lhi_sys_lock(LHI_LOCK_SIGNALS);
    if (writing > 0 && --writing == 0 && pipe_ignored)
        take_handler(SIGPIPE, SIG_IGN);
    lhi_sys_unlock(LHI_LOCK_SIGNALS);
}

const char *lhi_sys_signal_name(int number)
{
    for (int i = 0; i < STOPS; i++)
        if (stops[i].number == number)
            return stops[i].name;
    return "a signal";
}

int lhi_sys_signalled(void)
{
    return atomic_load(&signalled);
}
