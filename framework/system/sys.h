/* sys.h -- the only callers of file, process, time and environment functions.
 *
 * Every function that can fail returns a negative errno then. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SYS_H
#define LHI_SYS_H

#include <fenv.h>
#include <stddef.h>
#include <stdint.h>

enum lhi_file_kind { LHI_FILE_REGULAR, LHI_FILE_FOLDER, LHI_FILE_OTHER };

/* Opens for reading, without following what is no plain file; size and kind are set. */
int lhi_sys_open(const char *path, enum lhi_file_kind *kind, uint64_t *size);
/* Makes a new file (never opens an old one), readable by all who may read the folder. */
int lhi_sys_create(const char *path);
/* All of the bytes, or an error; a read that meets the end early returns -EIO. */
int lhi_sys_read(int fd, void *to, size_t bytes);
int lhi_sys_write(int fd, const void *from, size_t bytes);
int lhi_sys_sync(int fd);
int lhi_sys_sync_folder_of(const char *path);
int lhi_sys_close(int fd);
int lhi_sys_rename(const char *from, const char *to);
int lhi_sys_unlink(const char *path);
int lhi_sys_mkdir(const char *path);
/* 1 folder, 0 exists as something else, -ENOENT and so on. */
int lhi_sys_is_folder(const char *path);

/* Writes a whole file: temporary name beside it, write, sync, rename, sync folder. */
int lhi_sys_replace(const char *path, const void *bytes, size_t size);

/* Where a program would be run from, NULL when it is not on the PATH. */
int lhi_sys_find_program(const char *name, char *path, size_t room);
/* Runs argv[0] (no shell) with `input` on its standard input, keeps the first
 * `room`-1 bytes it prints on either output (to_stdout: standard output is left
 * alone), and stops it after `seconds`.  The exit status, or -ETIMEDOUT, ... */
int lhi_sys_run(char *const argv[], const char *input, size_t size, char *printed, size_t room,
                int to_stdout, double seconds);

double lhi_sys_clock(void);       /* seconds, never backwards */
int64_t lhi_sys_time(void);       /* seconds since 1970, UTC */
long lhi_sys_pid(void);
void lhi_sys_host(char *name, size_t room);
const char *lhi_sys_env(const char *name);
int lhi_sys_cpus(void);           /* CPUs this process may run on */
double lhi_sys_cpu_quota(void);   /* cgroup quota in CPUs, 0 when there is none */
void lhi_sys_pause(double seconds);
/* Bytes of the cache of a level (2, 3) and of the memory, 0 when unknown. */
size_t lhi_sys_cache(int level);
size_t lhi_sys_memory(void);
/* The name of the CPU as the system tells it, "unknown" when it does not. */
void lhi_sys_cpu_name(char *name, size_t room);
int lhi_sys_tty(int fd);
int lhi_sys_columns(void);        /* width of the terminal, 80 when unknown */

/* A text with numbers in the C locale whatever the program's own locale is. */
int lhi_sys_vformat(char *to, size_t room, const char *format, __builtin_va_list args)
    __attribute__((format(printf, 3, 0)));
/* A number with a decimal point in any locale; *end as strtod. */
double lhi_sys_strtod(const char *text, char **end);

/* What may be set otherwise in the floating-point unit of a thread. */
enum {
    LHI_FLOATS_ROUND = 1, /* rounding is not to nearest */
    LHI_FLOATS_FLUSH = 2, /* subnormal numbers become zero */
    LHI_FLOATS_SHORT = 4, /* long double is computed with fewer bits than it has */
    LHI_FLOATS_TRAP = 8   /* an exception is a signal */
};
typedef struct lhi_floats {
    fenv_t theirs;    /* good when something was unusual */
    unsigned unusual;
} lhi_floats;
/* The usual setting, for this thread; keeps the one that was there and returns what was
 * unusual in it.  The end puts it back, exception flags and all. */
unsigned lhi_sys_floats_begin(lhi_floats *f);
void lhi_sys_floats_end(const lhi_floats *f);

/* SIGINT and SIGTERM set a flag; a second one ends the process as without us. */
int lhi_sys_signals_begin(void);
void lhi_sys_signals_end(void);
int lhi_sys_signalled(void);

#endif
