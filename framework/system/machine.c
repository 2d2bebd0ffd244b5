/* machine.c -- what the system tells about the machine: caches, memory, the CPU's name. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/sys.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void lhi_sys_pause(double seconds)
{
    poll(NULL, 0, seconds < 0 ? 0 : (int)(seconds * 1000));
}

size_t lhi_sys_cache(int level)
{
    long bytes = 0;

#ifdef _SC_LEVEL2_CACHE_SIZE
    if (level == 2)
        bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    if (level == 3)
        bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
#else
    (void)level;
#endif
    return bytes > 0 ? (size_t)bytes : 0;
}

size_t lhi_sys_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    return pages > 0 && page > 0 ? (size_t)pages * (size_t)page : 0;
}

void lhi_sys_cpu_name(char *name, size_t room)
{
    char text[4096], *at = NULL;
    const int fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;

    if (fd >= 0)
        close(fd);
    snprintf(name, room, "unknown");
    if (got <= 0)
        return;
    text[got] = 0;
    at = strstr(text, "model name");
    at = at ? strchr(at, ':') : NULL;
    if (at && at[1] == ' ')
        snprintf(name, room, "%.*s", (int)strcspn(at + 2, "\n"), at + 2);
}
