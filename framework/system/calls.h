/* calls.h -- the calls on files, which in the test build pass where they can be made to fail and
 * are watched.
 *
 * Included last by the sources that make such calls; in the library that is installed it is empty.
 * A call that is not here cannot be failed: tests/rules/callers.sh notices it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CALLS_H
#define LHI_CALLS_H

#ifdef LHI_FAULTS

#include <dirent.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/vfs.h>

int lhi_faulty_open(int folder, const char *path, int flags, ...);
int lhi_faulty_close(int fd);
ssize_t lhi_faulty_read(int fd, void *to, size_t bytes, off_t from);
ssize_t lhi_faulty_write(int fd, const void *from, size_t bytes);
int lhi_faulty_sync(int fd);
int lhi_faulty_rename(const char *from, const char *to);
int lhi_faulty_link(int from_folder, const char *from, int to_folder, const char *to, int flags);
int lhi_faulty_unlink(int folder, const char *path, int flags);
int lhi_faulty_mkdir(const char *path, mode_t mode);
void *lhi_faulty_mmap(void *at, size_t bytes, int protect, int flags, int fd, off_t from);
int lhi_faulty_stat(int folder, const char *path, struct stat *s, int flags);
int lhi_faulty_fstat(int fd, struct stat *s);
int lhi_faulty_statvfs(int fd, struct statvfs *s);
int lhi_faulty_statfs(int fd, struct statfs *s);
int lhi_faulty_access(int folder, const char *path, int mode, int flags);
ssize_t lhi_faulty_readlink(const char *path, char *to, size_t room);
int lhi_faulty_flock(int fd, int how);
int lhi_faulty_fcntl(int fd, int command, ...);
int lhi_faulty_chown(int fd, uid_t uid, gid_t gid);
int lhi_faulty_chmod(int fd, mode_t mode);
int lhi_faulty_truncate(int fd, off_t bytes);
int lhi_faulty_fallocate(int fd, int mode, off_t from, off_t bytes);
DIR *lhi_faulty_opendir(const char *path);

/* Each looks like a function, so that a structure of the same name stays what it is. */
#define open(...) lhi_faulty_open(AT_FDCWD, __VA_ARGS__)
#define openat(folder, ...) lhi_faulty_open(folder, __VA_ARGS__)
#define close(fd) lhi_faulty_close(fd)
#define read(fd, to, bytes) lhi_faulty_read(fd, to, bytes, -1)
#define pread(fd, to, bytes, from) lhi_faulty_read(fd, to, bytes, from)
#define write(fd, from, bytes) lhi_faulty_write(fd, from, bytes)
#define fsync(fd) lhi_faulty_sync(fd)
#define rename(from, to) lhi_faulty_rename(from, to)
#define linkat(from_folder, from, to_folder, to, flags) \
    lhi_faulty_link(from_folder, from, to_folder, to, flags)
#define unlink(path) lhi_faulty_unlink(AT_FDCWD, path, 0)
#define unlinkat(folder, path, flags) lhi_faulty_unlink(folder, path, flags)
#define mkdir(path, mode) lhi_faulty_mkdir(path, mode)
#define mmap(at, bytes, protect, flags, fd, from) \
    lhi_faulty_mmap(at, bytes, protect, flags, fd, from)
#define stat(path, s) lhi_faulty_stat(AT_FDCWD, path, s, 0)
#define lstat(path, s) lhi_faulty_stat(AT_FDCWD, path, s, AT_SYMLINK_NOFOLLOW)
#define fstatat(folder, path, s, flags) lhi_faulty_stat(folder, path, s, flags)
#define fstat(fd, s) lhi_faulty_fstat(fd, s)
#define fstatvfs(fd, s) lhi_faulty_statvfs(fd, s)
#define fstatfs(fd, s) lhi_faulty_statfs(fd, s)
#define access(path, mode) lhi_faulty_access(AT_FDCWD, path, mode, 0)
#define faccessat(folder, path, mode, flags) lhi_faulty_access(folder, path, mode, flags)
#define readlink(path, to, room) lhi_faulty_readlink(path, to, room)
#define flock(fd, how) lhi_faulty_flock(fd, how)
#define fcntl(...) lhi_faulty_fcntl(__VA_ARGS__)
#define fchown(fd, uid, gid) lhi_faulty_chown(fd, uid, gid)
#define fchmod(fd, mode) lhi_faulty_chmod(fd, mode)
#define ftruncate(fd, bytes) lhi_faulty_truncate(fd, bytes)
#define fallocate(fd, mode, from, bytes) lhi_faulty_fallocate(fd, mode, from, bytes)
#define opendir(path) lhi_faulty_opendir(path)

#endif

/* A call that a signal has interrupted is made again. */
#define LHI_AGAIN(result, call)               \
    do                                        \
        (result) = (call);                    \
    while ((result) < 0 && errno == EINTR)

#endif
