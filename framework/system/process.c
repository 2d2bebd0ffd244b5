/* process.c -- running a program without a shell. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/child.h"
#include "framework/system/fault.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int lhi_sys_find_program(const char *name, char *path, size_t room)
{
    const char *at = lhi_sys_env("PATH");

    if (strchr(name, '/')) {
        if (access(name, X_OK) != 0)
            return -errno;
        return snprintf(path, room, "%s", name) < (int)room ? 0 : -ENAMETOOLONG;
    }
    while (at && *at) {
        const char *end = strchr(at, ':');
        const int length = end ? (int)(end - at) : (int)strlen(at);

        if (length > 0 && snprintf(path, room, "%.*s/%s", length, at, name) < (int)room &&
            access(path, X_OK) == 0)
            return 0;
        at = end ? end + 1 : NULL;
    }
    return -ENOENT;
}

/* 0 while a program may go on. */
static int is_over(const lhi_patience *p)
{
    if (p->quits && p->quits(p->arg))
        return -ECANCELED;
    return lhi_sys_clock() > p->deadline ? -ETIMEDOUT : 0;
}

int lhi_sys_reap(pid_t child, lhi_patience patience)
{
    int status, over = 0;

    for (;;) {
        const pid_t got = waitpid(child, &status, WNOHANG);
        const int now = is_over(&patience);

        if (got == child)
            break;
        if (got < 0 && errno != EINTR)
            return -errno;
        if (now) {
            kill(child, over ? SIGKILL : SIGTERM);
            over = over ? over : now;
            patience = (lhi_patience){.deadline = lhi_sys_clock() + 1};
        }
        poll(NULL, 0, 2);
    }
    if (over)
        return over;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Feeds the input and keeps what comes back, both without blocking: a child that
 * floods us while we write to it would otherwise stand still with us for ever. */
static int converse(int fd, const char *input, size_t size, char *printed, size_t room,
                    const lhi_patience *patience)
{
    size_t kept = 0;
    int open_for_writing = 1;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        const int over = is_over(patience);

        if (over)
            return over;
        if (size > 0)
            p.events |= POLLOUT;
        else if (open_for_writing) {
            shutdown(fd, SHUT_WR);
            open_for_writing = 0;
        }
        if (poll(&p, 1, 50) < 0 && errno != EINTR)
            return -errno;
        if (p.revents & POLLOUT) {
            const ssize_t put = send(fd, input, size, MSG_NOSIGNAL | MSG_DONTWAIT);

            if (put > 0) {
                input += put;
                size -= (size_t)put;
            } else if (put < 0 && errno != EAGAIN && errno != EINTR)
                size = 0; /* it no longer reads; its exit status tells why */
        }
        if (p.revents & (POLLIN | POLLHUP | POLLERR)) {
            char dropped[4096];
            const int full = kept + 1 >= room;
            const ssize_t got = recv(fd, full ? dropped : printed + kept,
                                     full ? sizeof dropped : room - 1 - kept, MSG_DONTWAIT);

            if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
                return 0;
            if (got > 0 && !full)
                kept += (size_t)got;
            printed[kept] = 0;
        }
    }
}

pid_t lhi_sys_spawn(char *const argv[], char *const environment[], int input, int fd, int output,
                    int errors)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    pid_t child;
    int number;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (output)
        posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
    if (errors)
        posix_spawn_file_actions_adddup2(&actions, fd, STDERR_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE); /* ignored by signals.c; what else is ignored stays so */
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    /* spawn, never fork: a forked copy of a process that has run a parallel region
     * hangs at its next one. */
    number = posix_spawn(&child, argv[0], &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return number != 0 ? -number : child;
}

/* from: what it has as its standard input; -1: a socket on which `input` comes. */
static int run(char *const argv[], char *const environment[], int from, const char *input,
               size_t size, char *printed, size_t room, int to_stdout, int errors,
               lhi_patience patience)
{
    int pair[2], number, talked;
    pid_t child;

    printed[0] = 0;
    number = lhi_fault(LHI_FAULT_SPAWN);
    if (number)
        return -number;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    child = lhi_sys_spawn(argv, environment, from < 0 ? pair[1] : from, pair[1], !to_stdout,
                          errors);
    close(pair[1]);
    if (child < 0) {
        close(pair[0]);
        return (int)child;
    }
    talked = converse(pair[0], input, size, printed, room, &patience);
    close(pair[0]);
    if (talked < 0)
        patience.deadline = 0; /* it is ended now */
    number = lhi_sys_reap(child, patience);
    return talked < 0 ? talked : number;
}

int lhi_sys_run(char *const argv[], const char *input, size_t size, char *printed, size_t room,
                int to_stdout, double seconds, int (*quits)(const void *arg), const void *arg)
{
    return run(argv, environ, -1, input, size, printed, room, to_stdout, 1,
               (lhi_patience){lhi_sys_clock() + seconds, quits, arg});
}

/* How this program was loaded, and what a sanitizer in it was told. */
static int is_of_loading(const char *entry)
{
    static const char *const names[] = {"LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS",
                                        "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};
    const size_t length = strcspn(entry, "=");

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && strncmp(names[i], entry, length) == 0)
            return 1;
    return 0;
}

int lhi_sys_run_apart(char *const argv[], int fd, char *printed, size_t room, double seconds)
{
    char *environment[8];
    size_t n = 0;

    for (char **e = environ; e && *e && n + 1 < sizeof environment / sizeof environment[0]; e++)
        if (is_of_loading(*e))
            environment[n++] = *e;
    environment[n] = NULL;
    return run(argv, environment, fd, "", 0, printed, room, 0, 0,
               (lhi_patience){.deadline = lhi_sys_clock() + seconds});
}
