/* calls.c -- the calls on files of the test build: struck or made, and told. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/fault.h"

#ifdef LHI_FAULTS

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "framework/system/calls.h"

/* Here the names are those of the system. */
#undef open
#undef openat
#undef close
#undef read
#undef pread
#undef write
#undef fsync
#undef rename
#undef linkat
#undef unlink
#undef unlinkat
#undef mkdir
#undef mmap
#undef stat
#undef lstat
#undef fstatat
#undef fstat
#undef fstatvfs
#undef fstatfs
#undef access
#undef faccessat
#undef readlink
#undef flock
#undef fcntl
#undef fchown
#undef fchmod
#undef ftruncate
#undef fallocate
#undef opendir

static int struck(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    const int number = lhi_fault_at(kind, call);

    if (number > 0)
        errno = number;
    return number;
}

/* Before a call: 1 when it is to fail. */
static int fails(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    return struck(kind, call) > 0;
}

int lhi_faulty_open(int folder, const char *path, int flags, ...)
{
    va_list args;
    mode_t mode = 0;
    int fd;

    if (flags & O_CREAT) {
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    if (fails(LHI_FAULT_FILE, LHI_CALL_OPEN))
        return -1;
    fd = openat(folder, path, flags, mode);
    if (fd >= 0)
        lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_OPEN, .fd = fd, .path = path,
                                         .flags = flags});
    return fd;
}

/* Closed all the same, so that a test finds no descriptor left open. */
int lhi_faulty_close(int fd)
{
    int status;

    lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_CLOSE, .fd = fd});
    status = close(fd);
    return fails(LHI_FAULT_ASIDE, LHI_CALL_CLOSE) ? -1 : status;
}

static size_t half(size_t bytes)
{
    return bytes > 1 ? bytes / 2 : bytes;
}

ssize_t lhi_faulty_read(int fd, void *to, size_t bytes, off_t from)
{
    const int number = struck(LHI_FAULT_FILE, LHI_CALL_READ);

    if (number > 0)
        return -1;
    if (number == LHI_FAULT_SHORT)
        bytes = half(bytes);
    return from < 0 ? read(fd, to, bytes) : pread(fd, to, bytes, from);
}

ssize_t lhi_faulty_write(int fd, const void *from, size_t bytes)
{
    const int number = struck(LHI_FAULT_FILE, LHI_CALL_WRITE);
    ssize_t put;

    if (number > 0)
        return -1;
    put = write(fd, from, number == LHI_FAULT_SHORT ? half(bytes) : bytes);
    if (put > 0) {
        const off_t end = lseek(fd, 0, SEEK_CUR);

        lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_WRITE, .fd = fd, .bytes = from,
                                         .size = (size_t)put,
                                         .at = end < put ? 0 : (uint64_t)(end - put)});
    }
    return put;
}

int lhi_faulty_sync(int fd)
{
    if (fails(LHI_FAULT_FILE, LHI_CALL_SYNC) || fsync(fd) != 0)
        return -1;
    lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_SYNC, .fd = fd});
    return 0;
}

int lhi_faulty_rename(const char *from, const char *to)
{
    if (fails(LHI_FAULT_FILE, LHI_CALL_RENAME) || rename(from, to) != 0)
        return -1;
    lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_RENAME, .path = from, .to = to});
    return 0;
}

int lhi_faulty_link(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    if (fails(LHI_FAULT_FILE, LHI_CALL_LINK) ||
        linkat(from_folder, from, to_folder, to, flags) != 0)
        return -1;
    lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_LINK, .path = from, .to = to});
    return 0;
}

int lhi_faulty_unlink(int folder, const char *path, int flags)
{
    if (fails(LHI_FAULT_ASIDE, LHI_CALL_UNLINK) || unlinkat(folder, path, flags) != 0)
        return -1;
    lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_UNLINK, .fd = folder, .path = path});
    return 0;
}

int lhi_faulty_mkdir(const char *path, mode_t mode)
{
    if (fails(LHI_FAULT_FILE, LHI_CALL_MKDIR) || mkdir(path, mode) != 0)
        return -1;
    lhi_fault_tell(&(lhi_file_event){.call = LHI_CALL_MKDIR, .path = path});
    return 0;
}

void *lhi_faulty_mmap(void *at, size_t bytes, int protect, int flags, int fd, off_t from)
{
    return fails(LHI_FAULT_FILE, LHI_CALL_MAP) ? MAP_FAILED
                                               : mmap(at, bytes, protect, flags, fd, from);
}

int lhi_faulty_stat(int folder, const char *path, struct stat *s, int flags)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_STAT) ? -1 : fstatat(folder, path, s, flags);
}

int lhi_faulty_fstat(int fd, struct stat *s)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_STAT) ? -1 : fstat(fd, s);
}

int lhi_faulty_statvfs(int fd, struct statvfs *s)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_STAT) ? -1 : fstatvfs(fd, s);
}

int lhi_faulty_statfs(int fd, struct statfs *s)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_STAT) ? -1 : fstatfs(fd, s);
}

int lhi_faulty_access(int folder, const char *path, int mode, int flags)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_STAT) ? -1 : faccessat(folder, path, mode, flags);
}

ssize_t lhi_faulty_readlink(const char *path, char *to, size_t room)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_STAT) ? -1 : readlink(path, to, room);
}

int lhi_faulty_flock(int fd, int how)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_LOCK) ? -1 : flock(fd, how);
}

/* The argument is a number for these commands, and the address of a structure for others. */
int lhi_faulty_fcntl(int fd, int command, ...)
{
    const int number = command == F_DUPFD || command == F_DUPFD_CLOEXEC || command == F_SETFL ||
                       command == F_SETFD;
    va_list args;
    void *at = NULL;
    int n = 0;

    va_start(args, command);
    if (number)
        n = va_arg(args, int);
    else if (command != F_GETFL && command != F_GETFD)
        at = va_arg(args, void *);
    va_end(args);
    if (fails(LHI_FAULT_ASIDE, LHI_CALL_CONTROL))
        return -1;
    return number ? fcntl(fd, command, n) : at ? fcntl(fd, command, at) : fcntl(fd, command);
}

int lhi_faulty_chown(int fd, uid_t uid, gid_t gid)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_RIGHTS) ? -1 : fchown(fd, uid, gid);
}

int lhi_faulty_chmod(int fd, mode_t mode)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_RIGHTS) ? -1 : fchmod(fd, mode);
}

int lhi_faulty_truncate(int fd, off_t bytes)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_ALLOCATE) ? -1 : ftruncate(fd, bytes);
}

int lhi_faulty_fallocate(int fd, int mode, off_t from, off_t bytes)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_ALLOCATE) ? -1 : fallocate(fd, mode, from, bytes);
}

DIR *lhi_faulty_opendir(const char *path)
{
    return fails(LHI_FAULT_ASIDE, LHI_CALL_LIST) ? NULL : opendir(path);
}

#else
typedef int lhi_calls_unused; /* a translation unit may not be empty */
#endif
