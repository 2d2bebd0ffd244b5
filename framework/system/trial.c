/* trial.c -- work that might end the process is done in a copy of it first. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/fault.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "framework/system/calls.h"

static long most_kib(void)
{
    struct rusage used;

    return getrusage(RUSAGE_SELF, &used) == 0 ? used.ru_maxrss : 0;
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
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
