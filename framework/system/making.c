/* making.c -- files that are the old one or the new one and never a part; what their dead left. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/signals.h"
#include "framework/system/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "framework/system/calls.h"

/* A temporary name: that of the file, cut where it is long, ".lh-", 16 digits, ".tmp". */
enum { STEM = 200, DIGITS = 16, LINKS = 40, ATTEMPTS = 100 };

static const char mark[] = ".lh-", ending[] = ".tmp";

/* Bytes of a path up to and with its last slash. */
static size_t folder_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* /dev/fd/1 and /proc/self/fd/1 are the descriptor 1 itself, with its place in the file; -1 for
 * any other path. */
static int descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};

    for (size_t i = 0; i < 2; i++) {
        const size_t length = strlen(folders[i]);
        const char *number = path + length;

        if (strncmp(path, folders[i], length) == 0 && *number && strlen(number) < 9 &&
            strspn(number, "0123456789") == strlen(number)) {
            int n = 0;

            while (*number)
                n = 10 * n + (*number++ - '0');
            return n;
        }
    }
    return -1;
}

/* Where the links of a path lead, so that they stay and their target is replaced. */
static int follow(const char *path, char *at)
{
    char to[LHI_PATH];

    if (!*path)
        return -ENOENT;
    if (strlen(path) >= LHI_PATH)
        return -ENAMETOOLONG;
    memcpy(at, path, strlen(path) + 1);
    for (int links = 0; descriptor(at) < 0; links++) {
        const ssize_t length = readlink(at, to, sizeof to - 1);
        const size_t folder = length > 0 && to[0] != '/' ? folder_part(at) : 0;

        if (length < 0) /* EINVAL: it is no link */
            return errno == EINVAL || errno == ENOENT ? 0 : -errno;
        if (links == LINKS)
            return -ELOOP;
        if (folder + (size_t)length >= LHI_PATH)
            return -ENAMETOOLONG;
        memcpy(at + folder, to, (size_t)length);
        at[folder + (size_t)length] = 0;
    }
    return 0;
}

/* Looks at what stands there, and refuses what must not be replaced or written to. */
static int look(lhi_making *m, const char *path)
{
    struct stat s;
    const int status = follow(path, m->target), number = descriptor(m->target);

    m->fd = -1;
    m->in_place = m->is_new = m->placed = 0;
    if (status != 0)
        return status;
    if ((number >= 0 ? fstat(number, &s) : stat(m->target, &s)) != 0) {
        m->is_new = 1;
        return errno == ENOENT ? 0 : -errno;
    }
    m->uid = s.st_uid;
    m->gid = s.st_gid;
    m->mode = s.st_mode & 0777;
    if (S_ISDIR(s.st_mode))
        return -EISDIR;
    m->in_place = number >= 0 || S_ISCHR(s.st_mode) || S_ISFIFO(s.st_mode);
    if (number >= 0)
        return 0;
    if (!m->in_place && !S_ISREG(s.st_mode)) /* nobody means to write a file over a disk */
        return -ENOTSUP;
    /* The folder alone decides over a rename; a file that is read-only is one to keep. */
    return faccessat(AT_FDCWD, m->target, W_OK, AT_EACCESS) != 0 ? -errno : 0;
}

int lhi_sys_above_standard(int fd)
{
    int higher;

    if (fd < 0)
        return -errno;
    if (fd > STDERR_FILENO)
        return fd;
    higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (higher < 0)
        higher = -errno;
    close(fd);
    return higher;
}

static int open_in_place(lhi_making *m)
{
    const int number = descriptor(m->target);

    if (number == STDOUT_FILENO)
        fflush(stdout); /* what was printed before comes before */
    /* O_NONBLOCK: a pipe that nobody reads is an error and no waiting for ever. */
    m->fd = lhi_sys_above_standard(
        number >= 0 ? fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                    : open(m->target, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (m->fd >= 0 && number < 0)
        fcntl(m->fd, F_SETFL, fcntl(m->fd, F_GETFL) & ~O_NONBLOCK);
    return m->fd < 0 ? m->fd : 0;
}

static uint64_t random_number(void)
{
    uint64_t x = 0;

    if (getrandom(&x, sizeof x, GRND_NONBLOCK) != (ssize_t)sizeof x)
        x = (uint64_t)(lhi_sys_clock() * 1e9) * 0x9e3779b97f4a7c15u;
    return x ^ (uint64_t)lhi_sys_pid() << 40;
}

static int name_it(lhi_making *m)
{
    const size_t folder = folder_part(m->target), length = strlen(m->target + folder);
    const int stem = (int)(folder + (length < STEM ? length : STEM));
    const int n = snprintf(m->name, sizeof m->name, "%.*s%s%0*llx%s", stem, m->target, mark,
                           DIGITS, (unsigned long long)random_number(), ending);

    return n < (int)sizeof m->name ? 0 : -ENAMETOOLONG;
}

/* A new file, never an old one, and locked.  One that is to take the place of another is for
 * its owner alone until it has the rights of that. */
static int create(lhi_making *m)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        struct stat s;
        int status = name_it(m);

        if (status != 0)
            return status;
        m->fd = lhi_sys_above_standard(
            open(m->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                 m->is_new ? 0666 : 0600));
        if (m->fd == -EEXIST || m->fd == -EINTR)
            continue;
        if (m->fd < 0)
            return m->fd;
        while (flock(m->fd, LOCK_EX) != 0 && errno == EINTR)
            continue;
        status = fstat(m->fd, &s) != 0 ? -errno : 0;
        if (status == 0 && s.st_nlink > 0)
            return 0;
        if (status != 0) {
            lhi_sys_unmake(m);
            return status;
        }
        close(m->fd); /* taken for a leftover before it was locked */
    }
    m->fd = -1;
    return -EEXIST;
}

int lhi_sys_make(lhi_making *m, const char *path)
{
    const int status = look(m, lhi_sys_is_mute() ? "/dev/null" : path);

    if (status != 0)
        return status;
    return m->in_place ? open_in_place(m) : create(m);
}

void lhi_sys_unmake(lhi_making *m)
{
    if (!m->in_place)
        lhi_sys_unlink(m->name);
    close(m->fd);
}

/* Mode and owner of what stood there, as far as they can be given. */
static void take_rights(const lhi_making *m)
{
    unsigned mode = m->mode;
    struct stat s;

    if (fstat(m->fd, &s) != 0)
        return;
    if ((s.st_uid != m->uid || s.st_gid != m->gid) && fchown(m->fd, m->uid, m->gid) != 0 &&
        s.st_gid != m->gid && fchown(m->fd, (uid_t)-1, m->gid) != 0)
        mode = (mode & ~070u) | (mode & 07) << 3; /* another group gets what others have */
    if (fchmod(m->fd, mode) != 0)
        return; /* a file system without modes */
}

int lhi_sys_made(lhi_making *m)
{
    int status, held;

    if (m->in_place)
        return lhi_sys_close(m->fd);
    if (!m->is_new)
        take_rights(m);
    /* Some file systems tell only now what could not be written; but the lock is needed until
     * the file has its place. */
    held = fcntl(m->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    status = held < 0 ? -errno : 0;
    if (status == 0)
        status = lhi_sys_close(m->fd);
    else
        close(m->fd);
    if (status == 0)
        status = lhi_sys_rename(m->name, m->target);
    m->placed = status == 0;
    if (status != 0)
        lhi_sys_unlink(m->name);
    if (held >= 0)
        close(held);
    return status != 0 ? status : lhi_sys_sync_folder_of(m->target);
}

int lhi_sys_replace(const char *path, const void *bytes, size_t size)
{
    lhi_making m;
    int status = lhi_sys_make(&m, path);

    if (status != 0)
        return status;
    status = lhi_sys_write(m.fd, bytes, size);
    /* A failed fsync is not tried again: the kernel may have dropped the data and
     * would report success; the old file stays and the next save starts afresh. */
    if (status == 0 && !m.in_place)
        status = lhi_sys_sync(m.fd);
    if (status == 0)
        return lhi_sys_made(&m);
    lhi_sys_unmake(&m);
    return status;
}

/* The bytes are claimed: only that tells what a quota or a limit will say. */
static int claim(int fd, uint64_t bytes)
{
    struct statvfs s;
    lhi_muffled m;
    int status;

    if (bytes > INT64_MAX)
        return -EFBIG;
    lhi_sys_muffle(&m);
    do
        status = fallocate(fd, 0, 0, (off_t)bytes) != 0 ? -errno : 0;
    while (status == -EINTR);
    lhi_sys_unmuffle(&m, status);
    if (status != -EOPNOTSUPP && status != -ENOSYS)
        return status;
    if (fstatvfs(fd, &s) == 0 && s.f_blocks > 0 && s.f_bavail < bytes / s.f_frsize)
        return -ENOSPC;
    return 0;
}

int lhi_sys_try(const char *path, uint64_t bytes)
{
    lhi_making m;
    int status = lhi_sys_is_mute() ? 0 : look(&m, path);

    if (status != 0 || lhi_sys_is_mute() || m.in_place)
        return status;
    status = create(&m);
    if (status != 0)
        return status;
    status = bytes > 0 ? claim(m.fd, bytes) : 0;
    lhi_sys_unmake(&m);
    return status;
}

/* Is it one of our temporary names, and that of the file whose name begins so? */
static int is_ours(const char *name, const char *of)
{
    const size_t length = strlen(name), tail = sizeof mark - 1 + DIGITS + sizeof ending - 1;
    const char *at = name + length - tail;
    size_t stem;

    if (length <= tail || strncmp(at, mark, sizeof mark - 1) != 0 ||
        strspn(at + sizeof mark - 1, "0123456789abcdef") != DIGITS ||
        strcmp(at + sizeof mark - 1 + DIGITS, ending) != 0)
        return 0;
    stem = length - tail;
    return !of || (strncmp(name, of, stem) == 0 && (!of[stem] || stem == STEM));
}

int lhi_sys_locks_reach_all(int fd)
{
    static const unsigned long local[] = {
        0xEF53 /* ext */,       0x58465342 /* XFS */,     0x9123683E /* btrfs */,
        0x01021994 /* tmpfs */, 0x858458F6 /* ramfs */,   0x794C7630 /* overlay */,
        0x2FC12FC1 /* ZFS */,   0xF2F52010 /* F2FS */,    0x3153464A /* JFS */,
        0x3434 /* NILFS */,     0xCA451A4E /* bcachefs */};
    struct statfs s;

    if (fstatfs(fd, &s) != 0)
        return 0;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        if (((unsigned long)s.f_type & 0xFFFFFFFF) == local[i])
            return 1;
    return 0;
}

/* 1 removed, or with `look` to be removed; 0 nobody can know; 2 somebody writes it, with `look`;
 * -1 not a leftover. */
static int sweep_one(int folder, const char *name, int look, uint64_t *bytes)
{
    const int fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat s;
    int result = -1;

    if (fd < 0)
        return -1;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid() && s.st_nlink == 1) {
        *bytes = (uint64_t)s.st_size;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0)
            result = errno != EWOULDBLOCK ? 0 : look ? 2 : -1;
        else if (lhi_sys_locks_reach_all(fd))
            result = look || unlinkat(folder, name, 0) == 0 ? 1 : -1;
        else
            result = 0;
    }
    close(fd);
    return result;
}

void lhi_sys_sweep(const char *path, enum lhi_sweep what,
                   void (*tell)(void *arg, const char *path, uint64_t bytes, int state),
                   void *arg)
{
    const int all = what != LHI_SWEEP_FILE;
    char target[LHI_PATH], shown[LHI_PATH];
    const struct dirent *entry;
    size_t length;
    DIR *folder;

    if (strlen(path) >= sizeof target - 2 || lhi_sys_is_mute())
        return;
    memcpy(target, path, strlen(path) + 1);
    if (all)
        memcpy(target + strlen(path), "/", 2);
    else if (follow(path, target) != 0 || descriptor(target) >= 0)
        return;
    length = folder_part(target);
    snprintf(shown, sizeof shown, "%.*s", length ? (int)length : 1, length ? target : ".");
    folder = opendir(shown);
    while (folder && (entry = readdir(folder)) != NULL) {
        uint64_t bytes = 0;
        int result;

        if (!is_ours(entry->d_name, all ? NULL : target + length))
            continue;
        result = sweep_one(dirfd(folder), entry->d_name, what == LHI_SWEEP_LOOK, &bytes);
        if (result >= 0 && snprintf(shown, sizeof shown, "%.*s%s", (int)length, target,
                                    entry->d_name) < (int)sizeof shown)
            tell(arg, shown, bytes, result);
    }
    if (folder)
        closedir(folder);
}
