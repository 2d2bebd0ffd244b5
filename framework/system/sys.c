/* sys.c -- files, time, environment, and what keeps threads apart. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "framework/system/sys.h"

#include "framework/system/fault.h"
#include "framework/system/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "framework/system/calls.h"

int lhi_sys_opened(int fd, enum lhi_file_kind *kind, uint64_t *size)
{
    struct stat s;

    if (fstat(fd, &s) != 0)
        return -errno;
    *kind = S_ISREG(s.st_mode)   ? LHI_FILE_REGULAR
            : S_ISDIR(s.st_mode) ? LHI_FILE_FOLDER
                                 : LHI_FILE_OTHER;
    *size = s.st_size > 0 ? (uint64_t)s.st_size : 0;
    return 0;
}

int lhi_sys_open(const char *path, enum lhi_file_kind *kind, uint64_t *size)
{
    int fd, status;

    /* O_NONBLOCK: a named pipe must not keep us waiting for a writer. */
    LHI_AGAIN(fd, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (fd < 0)
        return -errno;
    status = lhi_sys_opened(fd, kind, size);
    if (status != 0)
        close(fd);
    return status != 0 ? status : fd;
}

/* From a place in the file, or (-1) from where reading has come to. */
static int read_all(int fd, void *to, size_t bytes, off_t from)
{
    char *at = to;

    while (bytes > 0) {
        const ssize_t got = from < 0 ? read(fd, at, bytes) : pread(fd, at, bytes, from);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            return -EIO;
        at += got;
        bytes -= (size_t)got;
        from += from < 0 ? 0 : (off_t)got;
    }
    return 0;
}

int lhi_sys_read(int fd, void *to, size_t bytes)
{
    return read_all(fd, to, bytes, -1);
}

int lhi_sys_read_at(int fd, void *to, size_t bytes, uint64_t from)
{
    return from > INT64_MAX ? -EINVAL : read_all(fd, to, bytes, (off_t)from);
}

int lhi_sys_write(int fd, const void *from, size_t bytes)
{
    const char *at = from;
    lhi_muffled m;
    int status = 0;

    lhi_sys_muffle(&m);
    while (bytes > 0 && status == 0) {
        const ssize_t put = write(fd, at, bytes);

        if (put < 0 && errno != EINTR)
            status = -errno;
        if (put > 0) {
            at += put;
            bytes -= (size_t)put;
        }
    }
    lhi_sys_unmuffle(&m, status);
    return status;
}

int lhi_sys_sync(int fd)
{
    int status;

    LHI_AGAIN(status, fsync(fd));
    return status != 0 ? -errno : 0;
}

int lhi_sys_sync_folder_of(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    const size_t length = slash ? (size_t)(slash - path) : 0;
    int fd, status;

    if (length >= sizeof folder)
        return -ENAMETOOLONG;
    if (!slash)
        memcpy(folder, ".", 2);
    else if (length == 0)
        memcpy(folder, "/", 2);
    else {
        memcpy(folder, path, length);
        folder[length] = 0;
    }
    /* A folder that may be written and not listed cannot be opened, and some file systems cannot
     * sync one: the rename is all that there is. */
    LHI_AGAIN(fd, open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd < 0)
        return errno == EACCES ? 0 : -errno;
    status = lhi_sys_sync(fd);
    close(fd);
    return status == -EINVAL || status == -ENOTSUP ? 0 : status;
}

int lhi_sys_close(int fd)
{
    int status = close(fd) != 0 ? -errno : 0;
    const int number = lhi_fault_at(LHI_FAULT_FILE, LHI_CALL_CLOSE);

    if (number > 0)
        status = -number; /* after closing, so that a test finds no descriptor left open */
    return status == -EINTR ? 0 : status; /* it is closed all the same */
}

static int mute;

void lhi_sys_writes_nothing(void)
{
    mute = 1;
}

int lhi_sys_is_mute(void)
{
    return mute;
}

int lhi_sys_rename(const char *from, const char *to)
{
    int status = 0;

    if (!mute)
        LHI_AGAIN(status, rename(from, to));
    return status != 0 ? -errno : 0;
}

int lhi_sys_unlink(const char *path)
{
    if (mute)
        return 0;
    return unlink(path) != 0 ? -errno : 0;
}

int lhi_sys_mkdir(const char *path)
{
    int status = 0;

    if (!mute)
        LHI_AGAIN(status, mkdir(path, 0777));
    return status != 0 ? -errno : 0;
}

int lhi_sys_is_folder(const char *path)
{
    struct stat s;

    if (stat(path, &s) != 0)
        return -errno;
    return S_ISDIR(s.st_mode) ? 1 : 0;
}

static pthread_mutex_t locks[LHI_LOCKS] = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER
};

void lhi_sys_lock(enum lhi_lock which)
{
    pthread_mutex_lock(&locks[which]);
}

void lhi_sys_unlock(enum lhi_lock which)
{
    pthread_mutex_unlock(&locks[which]);
}

double lhi_sys_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double lhi_sys_tick(void)
{
#ifdef CLOCK_MONOTONIC_COARSE
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
#else
    return lhi_sys_clock();
#endif
}

int64_t lhi_sys_time(void)
{
    return (int64_t)time(NULL);
}

long lhi_sys_pid(void)
{
    return (long)getpid();
}

void lhi_sys_host(char *name, size_t room)
{
    if (gethostname(name, room) != 0)
        snprintf(name, room, "unknown");
    name[room - 1] = 0;
}

const char *lhi_sys_env(const char *name)
{
    return getenv(name);
}

int lhi_sys_cpus(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef CPU_COUNT
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        online = CPU_COUNT(&set);
#endif
    return online > 0 ? (int)online : 1;
}

uint64_t lhi_sys_cpus_digest(void)
{
    uint64_t digest = 0;
#ifdef CPU_COUNT
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (CPU_ISSET(cpu, &set))
                digest = (digest ^ cpu) * 0x9e3779b97f4a7c15u + 1;
#endif
    return digest;
}

int lhi_sys_tty(int fd)
{
    return isatty(fd);
}

int lhi_sys_columns(void)
{
    struct winsize w;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        return w.ws_col;
    return 80;
}

static locale_t made; /* once, and kept */

static void make_locale(void)
{
    made = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t c_locale(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_locale);
    return made;
}

int lhi_sys_vformat(char *to, size_t room, const char *format, va_list args)
{
    const locale_t c = c_locale();
    const locale_t before = c ? uselocale(c) : (locale_t)0;
    lhi_floats floats;
    int length;

    lhi_sys_floats_begin(&floats); /* digits are rounded, too */
    length = vsnprintf(to, room, format, args);
    lhi_sys_floats_end(&floats);
    if (c)
        uselocale(before);
    return length;
}

double lhi_sys_strtod(const char *text, char **end)
{
    const locale_t c = c_locale();
    lhi_floats floats;
    double x;

    lhi_sys_floats_begin(&floats);
    x = c ? strtod_l(text, end, c) : strtod(text, end);
    lhi_sys_floats_end(&floats);
    return x;
}

void lhi_sys_strtoall(const char *text, char **end, float *f, double *d, long double *l)
{
    const locale_t c = c_locale();
    lhi_floats floats;

    lhi_sys_floats_begin(&floats);
    *f = c ? strtof_l(text, end, c) : strtof(text, end);
    *d = c ? strtod_l(text, end, c) : strtod(text, end);
    *l = c ? strtold_l(text, end, c) : strtold(text, end);
    lhi_sys_floats_end(&floats);
}
