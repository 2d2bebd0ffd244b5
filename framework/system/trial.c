/* trial.c -- work that might end the process is done in a copy of it first. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/fault.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "framework/system/calls.h"

static long most_kib(void)
{
    struct rusage used;

    return getrusage(RUSAGE_SELF, &used) == 0 ? used.ru_maxrss : 0;
}

/* How the copy ends: 0 all is well, 1 it took too much memory, or this. */
enum { STUCK = 2 };

static double cpu_time(void)
{
    struct timespec t = {0, 0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Fork copies this thread alone, and the locks as they are: one that another thread holds (an
 * allocator's that has no handlers for forks) is never given back in the copy.  Work that waits for
 * its turn on a busy machine gets some of the time; such a lock leaves none. */
static void each_second(int number)
{
    static double seen;
    static int idle;
    const double now = cpu_time();

    (void)number;
    idle = now - seen < 1e-3 ? idle + 1 : 0;
    seen = now;
    if (idle >= 2)
        _exit(STUCK);
}

static void notice_waiting(void)
{
    const struct itimerval second = {{1, 0}, {1, 0}};
    struct sigaction tick = {.sa_handler = each_second, .sa_flags = SA_RESTART};
    sigset_t alarm;

    sigemptyset(&tick.sa_mask);
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    (void)sigaction(SIGALRM, &tick, NULL);
    (void)pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    (void)setitimer(ITIMER_REAL, &second, NULL);
}

/* In the copy: it leaves no core, says nothing (the C library reports a damaged heap), and what it
 * dies of is nobody's to handle. */
_Noreturn static void try(void (*work)(void *arg), void *arg, unsigned seconds, uint64_t bytes)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGTRAP};
    const struct rlimit none = {0, 0}, time = {seconds, seconds + 1};
    const long before = most_kib();

    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        (void)signal(deadly[i], SIG_DFL);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)setrlimit(RLIMIT_CPU, &time);
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
    notice_waiting();
    work(arg);
    _exit((uint64_t)(most_kib() - before) > bytes / 1024);
}

int lhi_sys_trial(void (*work)(void *arg), void *arg, unsigned seconds, uint64_t bytes)
{
    const int number = lhi_fault(LHI_FAULT_SPAWN);
    const pid_t copy = number ? -1 : fork();
    pid_t got;
    int status;

    if (copy < 0)
        return -(number ? number : errno);
    if (copy == 0)
        try(work, arg, seconds, bytes);
    do
        got = waitpid(copy, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got != copy)
        return -errno;
    if (WIFEXITED(status) && WEXITSTATUS(status) == STUCK)
        return -EDEADLK;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
