/* folder.c -- what stands beside a file: its names, a second name for it, and who writes there. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/folder.h"

#include "framework/system/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "framework/system/calls.h"

enum { ATTEMPTS = 100 };

void lhi_sys_each_beside(const char *path, void (*tell)(void *arg, const char *name), void *arg)
{
    const char *slash = strrchr(path, '/');
    const int length = slash ? (int)(slash - path) + 1 : 0;
    char folder[LHI_PATH];
    const struct dirent *entry;
    DIR *open;

    if (snprintf(folder, sizeof folder, "%.*s", length ? length : 1, length ? path : ".") >=
        (int)sizeof folder)
        return;
    open = opendir(folder);
    while (open && (entry = readdir(open)) != NULL)
        tell(arg, entry->d_name);
    if (open)
        closedir(open);
}

static int copy(const char *from, const char *to)
{
    enum lhi_file_kind kind;
    uint64_t size = 0;
    const int fd = lhi_sys_open(from, &kind, &size);
    void *bytes = fd >= 0 && size < SIZE_MAX ? lhi_mem_alloc_later((size_t)size) : NULL;
    int status = fd < 0 ? fd : bytes ? lhi_sys_read(fd, bytes, (size_t)size) : -ENOMEM;

    if (fd >= 0)
        lhi_sys_close(fd);
    if (status == 0)
        status = lhi_sys_replace(to, bytes, (size_t)size);
    lhi_mem_free(bytes);
    return status;
}

static int link_once(const char *from, const char *to)
{
    int status;

    LHI_AGAIN(status, linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW));
    return status != 0 ? -errno : 0;
}

int lhi_sys_link(const char *from, const char *to)
{
    struct stat one, other;
    int status = lhi_sys_is_mute() ? 0 : link_once(from, to);

    if (status == -EEXIST) {
        if (stat(from, &one) == 0 && lstat(to, &other) == 0 && one.st_ino == other.st_ino &&
            one.st_dev == other.st_dev)
            return 0;
        status = unlink(to) != 0 ? -errno : link_once(from, to);
    }
    switch (-status) {
    case EPERM:
    case EXDEV:
    case EMLINK:
    case ENOSYS:
    case ENOTSUP:
#if EOPNOTSUPP != ENOTSUP
    case EOPNOTSUPP:
#endif
        return copy(from, to);
    default:
        return status;
    }
}

int lhi_sys_holds_file(const char *path)
{
    struct stat s;

    return stat(path, &s) != 0 || S_ISREG(s.st_mode);
}

/* Who we are, as the next one shall read it. */
static int describe(char text[LHI_CLAIM_TEXT])
{
    const time_t now = time(NULL);
    char host[256], moment[40] = "";
    struct tm t;

    lhi_sys_host(host, sizeof host);
    if (gmtime_r(&now, &t))
        strftime(moment, sizeof moment, "%Y-%m-%d %H:%M:%S UTC", &t);
    return snprintf(text, LHI_CLAIM_TEXT, "process %ld on %s since %s\n", (long)getpid(), host,
                    moment);
}

static void read_holder(lhi_claim *k)
{
    const ssize_t got = pread(k->fd, k->holder, sizeof k->holder - 1, 0);

    k->holder[got > 0 ? got : 0] = 0;
    k->holder[strcspn(k->holder, "\n")] = 0;
}

/* The process of the holder, when it is of this machine; else 0. */
static long process_here(const lhi_claim *k)
{
    char host[256], expected[LHI_CLAIM_TEXT];
    long process;

    if (strncmp(k->holder, "process ", 8) != 0)
        return 0;
    process = strtol(k->holder + 8, NULL, 10);
    lhi_sys_host(host, sizeof host);
    snprintf(expected, sizeof expected, "process %ld on %s since ", process, host);
    return strncmp(k->holder, expected, strlen(expected)) == 0 ? process : 0;
}

static int is_there(long process)
{
    return process > 0 && (kill((pid_t)process, 0) == 0 || errno == EPERM);
}

/* Without locks: whether the holder is another process, of this machine, that still runs. */
static int another_lives(const lhi_claim *k)
{
    const long process = process_here(k);

    return process != (long)getpid() && is_there(process);
}

/* Is it certain that the holder runs no more?  One of this machine would have kept its lock, or be
 * there. */
static int has_died(const lhi_claim *k, int locked)
{
    if (locked == -EWOULDBLOCK || (locked != 0 && another_lives(k)))
        return 0;
    return (locked == 0 && lhi_sys_locks_reach_all(k->fd)) || process_here(k) > 0;
}

static int lock(int fd)
{
    int status;

    LHI_AGAIN(status, flock(fd, LOCK_EX | LOCK_NB));
    return status != 0 ? -errno : 0;
}

/* 1 while the open file is still the one of that name: its holder removes it at the end. */
static int stands(const lhi_claim *k)
{
    struct stat open, named;

    if (fstat(k->fd, &open) != 0)
        return -errno;
    if (stat(k->path, &named) != 0)
        return errno == ENOENT ? 0 : -errno;
    return open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

/* Says in it who we are; what cannot be said must not stand there. */
static int sign(const lhi_claim *k)
{
    char text[LHI_CLAIM_TEXT];
    const int length = describe(text);
    int status = ftruncate(k->fd, 0) != 0 ? -errno : 0;

    if (status == 0)
        status = lhi_sys_write(k->fd, text, (size_t)length);
    if (status != 0)
        unlink(k->path);
    return status;
}

static int take(lhi_claim *k)
{
    const int status = lock(k->fd);
    int there;

    read_holder(k);
    if (status == -EWOULDBLOCK)
        return status;
    if (status != 0 && another_lives(k))
        return -EWOULDBLOCK;
    k->sure = has_died(k, status);
    there = stands(k);
    return there < 0 ? there : there == 0 ? -EWOULDBLOCK : sign(k);
}

int lhi_sys_claim(lhi_claim *k, const char *path)
{
    int status = -EWOULDBLOCK, fd;

    if (snprintf(k->path, sizeof k->path, "%s.lock", path) >= (int)sizeof k->path)
        return -ENAMETOOLONG;
    k->holder[0] = 0;
    k->process = (long)getpid();
    k->fd = -1;
    if (lhi_sys_is_mute())
        return 0;
    for (int i = 0; i < ATTEMPTS && status == -EWOULDBLOCK; i++) {
        if (i > 0 && is_there(process_here(k)))
            break;
        /* Of a process that was killed the system may close the files a moment after its end. */
        if (i > 0)
            lhi_sys_pause(0.02);
        LHI_AGAIN(fd, open(k->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
        k->fd = lhi_sys_above_standard(fd);
        if (k->fd < 0)
            return k->fd;
        status = take(k);
        if (status != 0)
            close(k->fd);
    }
    return status;
}

int lhi_sys_look_at_claim(lhi_claim *k, const char *path)
{
    int status;

    if (snprintf(k->path, sizeof k->path, "%s.lock", path) >= (int)sizeof k->path)
        return -ENAMETOOLONG;
    LHI_AGAIN(k->fd, open(k->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (k->fd < 0)
        return -errno;
    status = lock(k->fd);
    read_holder(k);
    k->sure = has_died(k, status);
    if (status != -EWOULDBLOCK)
        status = status != 0 && another_lives(k) ? -EWOULDBLOCK : 0;
    close(k->fd);
    return status;
}

void lhi_sys_unclaim(lhi_claim *k)
{
    if (k->fd < 0)
        return;
    if (k->process == (long)getpid() && stands(k) == 1)
        unlink(k->path);
    close(k->fd);
}
