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

/* A small file of the kernel's, as text; 0 when it cannot be read. */
static int small_file(const char *path, char *text, size_t room)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd >= 0 ? read(fd, text, room - 1) : -1;

    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = 0;
    return got > 0;
}

/* The numbers a file begins with; how many of two there are. */
static int numbers(const char *folder, const char *name, double *a, double *b)
{
    char path[1200], text[128];

    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
                   small_file(path, text, sizeof text)
               ? sscanf(text, "%lf %lf", a, b)
               : 0;
}

/* What one cgroup's folder says: cpu.max of version 2, two files of version 1. */
static double quota_of(const char *folder)
{
    double quota = 0, period = 0, none;

    if (numbers(folder, "cpu.max", &quota, &period) != 2 &&
        (numbers(folder, "cpu.cfs_quota_us", &quota, &none) < 1 ||
         numbers(folder, "cpu.cfs_period_us", &period, &none) < 1))
        return 0; /* "max" is no number */
    return quota > 0 && period > 0 ? quota / period : 0;
}

/* The least over the cgroup and all above it.  In a container the topmost is often the only
 * one that can be seen. */
static double least_quota(const char *top, const char *group)
{
    char folder[1000], *slash;
    double least = 0;

    if (snprintf(folder, sizeof folder, "%s%s", top, group) >= (int)sizeof folder)
        return 0;
    for (;;) {
        const double quota = quota_of(folder);

        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
        slash = strrchr(folder + strlen(top), '/');
        if (!slash)
            return least;
        *slash = 0;
    }
}

/* The group of this process from lines such as "0::/user.slice" (version 2) and
 * "4:cpu,cpuacct:/job" (version 1); "" at the top. */
static void group_of(const char *text, int version, char *group, size_t room)
{
    group[0] = 0;
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        char names[64] = "", words[80], path[400];

        if (version == 2 ? sscanf(line, "0::%399[^\n]", path) != 1
                         : sscanf(line, "%*d:%63[^:]:%399[^\n]", names, path) != 2)
            continue;
        snprintf(words, sizeof words, ",%s,", names);
        if (version == 2 || strstr(words, ",cpu,"))
            snprintf(group, room, "%s", strcmp(path, "/") == 0 ? "" : path);
    }
}

double lhi_sys_cpu_quota(const char *root)
{
    static const struct {
        const char *top;
        int version;
    } mounts[] = {{"/sys/fs/cgroup", 2}, {"/sys/fs/cgroup/cpu", 1}};
    char text[4096], path[512], group[400];
    double least = 0;

    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    if (!small_file(path, text, sizeof text))
        text[0] = 0;
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++) {
        double quota;

        group_of(text, mounts[i].version, group, sizeof group);
        snprintf(path, sizeof path, "%s%s", root, mounts[i].top);
        quota = least_quota(path, group);
        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
    }
    return least;
}

void lhi_sys_cpu_name(char *name, size_t room)
{
    char text[4096], *at;

    snprintf(name, room, "unknown");
    if (!small_file("/proc/cpuinfo", text, sizeof text))
        return;
    at = strstr(text, "model name");
    at = at ? strchr(at, ':') : NULL;
    if (at && at[1] == ' ')
        snprintf(name, room, "%.*s", (int)strcspn(at + 2, "\n"), at + 2);
}
