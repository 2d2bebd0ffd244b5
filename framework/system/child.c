/* child.c -- programs that are kept running and spoken to by lines, with deadlines. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/child.h"

#include "framework/system/fault.h"
#include "framework/system/mem.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

static int is_set_by(const char *const settings[], const char *entry)
{
    const size_t name = strcspn(entry, "=");

    for (; *settings; settings++)
        if (strncmp(*settings, entry, name) == 0 && (*settings)[name] == '=')
            return 1;
    return 0;
}

/* Our environment with the settings in place of what has their names; NULL: no memory. */
static char **environment_with(const char *const settings[])
{
    size_t n = 1, at = 0;
    char **all;

    for (char **e = environ; e && *e; e++)
        n++;
    for (const char *const *s = settings; *s; s++)
        n++;
    all = lhi_mem_alloc(n * sizeof *all);
    if (!all)
        return NULL;
    for (const char *const *s = settings; *s; s++)
        all[at++] = (char *)(uintptr_t)*s; /* spawn() takes char * and changes nothing */
    for (char **e = environ; e && *e; e++)
        if (!is_set_by(settings, *e))
            all[at++] = *e;
    all[at] = NULL;
    return all;
}

int lhi_sys_child_start(lhi_child *child, char *const argv[], const char *const settings[])
{
    const int number = lhi_fault(LHI_FAULT_SPAWN);
    char **environment;
    int pair[2];

    if (number)
        return -number;
    environment = environment_with(settings);
    if (!environment)
        return -ENOMEM;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        lhi_mem_free(environment);
        return -errno;
    }
    *child = (lhi_child){.fd = pair[0]};
    child->pid = lhi_sys_spawn(argv, environment, pair[1], pair[1], 1, 0);
    close(pair[1]);
    lhi_mem_free(environment);
    if (child->pid < 0) {
        close(pair[0]);
        return (int)child->pid;
    }
    return 0;
}

/* Waits until the socket can be read or written: 0, -ETIMEDOUT after the deadline, or -ECANCELED
 * when we are asked to stop. */
static int wait_for(int fd, short events, double deadline)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        const double left = deadline - lhi_sys_clock();
        int ready;

        if (left <= 0)
            return -ETIMEDOUT;
        if (lhi_sys_signalled())
            return -ECANCELED;
        ready = poll(&p, 1, left > 0.05 ? 50 : (int)(left * 1000) + 1);
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return -errno;
    }
}

int lhi_sys_child_say(lhi_child *child, const char *text, double seconds)
{
    const double deadline = lhi_sys_clock() + seconds;
    size_t size = strlen(text);

    while (size > 0) {
        const int status = wait_for(child->fd, POLLOUT, deadline);
        const ssize_t put = status == 0
                                ? send(child->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

        if (status != 0)
            return status;
        if (put > 0) {
            text += put;
            size -= (size_t)put;
        } else if (put < 0 && errno != EAGAIN && errno != EINTR)
            return -EPIPE;
    }
    return 0;
}

/* Hands a whole line out of what is held; 0 when there is none. */
static int take_line(lhi_child *child, char *line)
{
    const char *end = memchr(child->bytes, '\n', child->held);
    const size_t length = end ? (size_t)(end - child->bytes) : 0;

    if (!end)
        return 0;
    memcpy(line, child->bytes, length);
    line[length] = 0;
    child->held -= length + 1;
    memmove(child->bytes, child->bytes + length + 1, child->held);
    return 1;
}

int lhi_sys_child_hear(lhi_child *child, char *line, double seconds)
{
    const double deadline = lhi_sys_clock() + seconds;

    line[0] = 0;
    while (!take_line(child, line)) {
        const size_t room = sizeof child->bytes - child->held;
        ssize_t got;
        int status;

        if (room == 0)
            return -EMSGSIZE;
        status = wait_for(child->fd, POLLIN, deadline);
        if (status != 0)
            return status;
        got = recv(child->fd, child->bytes + child->held, room, MSG_DONTWAIT);
        if (got > 0)
            child->held += (size_t)got;
        else if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return -EPIPE;
    }
    return 0;
}

int lhi_sys_child_end(lhi_child *child, double seconds)
{
    close(child->fd);
    return lhi_sys_reap(child->pid, (lhi_patience){.deadline = lhi_sys_clock() + seconds});
}
