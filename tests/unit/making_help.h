/* making_help.h -- a file that is put in the place of another, and what is left of such. */
/* SPDX-License-Identifier: MIT */
#ifndef MAKING_HELP_H
#define MAKING_HELP_H

#include "framework/system/sys.h"
#include "tests/check.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const char old[] = "the old one", new[] = "the new one, longer";

static inline int holds(const char *path, const char *text)
{
    size_t size;
    char *got = check_read(path, &size);
    const int same = size == strlen(text) && memcmp(got, text, size) == 0;

    free(got);
    return same;
}

static inline int put(const char *path)
{
    return lhi_sys_replace(path, new, strlen(new));
}

/* Files in the making in the folder of the tests. */
static inline int unfinished(void)
{
    DIR *d = opendir(check_folder());
    int n = 0;

    for (const struct dirent *e; d && (e = readdir(d));)
        n += strstr(e->d_name, ".lh-") != NULL;
    closedir(d);
    return n;
}

typedef struct found {
    int removed, kept;
    uint64_t bytes;
} found;

static inline void count(void *arg, const char *path, uint64_t bytes, int removed)
{
    found *f = arg;

    (void)path;
    f->removed += removed;
    f->kept += !removed;
    f->bytes += bytes;
}

static inline found sweep(const char *path, enum lhi_sweep all)
{
    found f = {0, 0, 0};

    lhi_sys_sweep(path, all, count, &f);
    return f;
}

static inline int ended(pid_t child)
{
    int status = -1;

    waitpid(child, &status, 0);
    return status;
}

#endif
