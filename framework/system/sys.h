/* sys.h -- the only callers of file, process, time and environment functions.
 *
 * Every function that can fail returns a negative errno then. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SYS_H
#define LHI_SYS_H

#include <fenv.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum lhi_file_kind { LHI_FILE_REGULAR, LHI_FILE_FOLDER, LHI_FILE_OTHER };

/* Opens for reading, without following what is no plain file; size and kind are set. */
int lhi_sys_open(const char *path, enum lhi_file_kind *kind, uint64_t *size);
/* What is open there. */
int lhi_sys_opened(int fd, enum lhi_file_kind *kind, uint64_t *size);
/* All of the bytes, or an error; a read that meets the end early returns -EIO. */
int lhi_sys_read(int fd, void *to, size_t bytes);
int lhi_sys_read_at(int fd, void *to, size_t bytes, uint64_t from);
int lhi_sys_write(int fd, const void *from, size_t bytes);
/* The descriptor, or one like it that is not 0, 1 or 2: where one of those is closed, what the
 * program prints would go into the file.  The errno of a failed open. */
int lhi_sys_above_standard(int fd);
/* 1 on the file systems of one machine.  Elsewhere a lock may be known to one machine alone, and
 * its holder be on another. */
int lhi_sys_locks_reach_all(int fd);
int lhi_sys_sync(int fd);
int lhi_sys_sync_folder_of(const char *path);
int lhi_sys_close(int fd);
int lhi_sys_rename(const char *from, const char *to);
int lhi_sys_unlink(const char *path);
int lhi_sys_mkdir(const char *path);
/* 1 folder, 0 exists as something else, -ENOENT and so on. */
int lhi_sys_is_folder(const char *path);

/* The bytes of a whole open file as memory that is only read: each page is fetched when it is
 * looked at first.  The file may be closed then.  Who shortens it meanwhile ends the process by
 * a signal (SIGBUS), as with every mapped file.  Some of it is wanted soon, and is fetched while
 * others work; some is past, and need not be kept. */
int lhi_sys_map(int fd, size_t bytes, const void **at);
void lhi_sys_unmap(const void *at, size_t bytes);
void lhi_sys_soon(const void *at, size_t bytes);
void lhi_sys_past(const void *at, size_t bytes);

/* From here on this process writes no file: each that it would write is taken for written, and
 * nothing is made, moved or removed.  Another process writes the same. */
void lhi_sys_writes_nothing(void);
int lhi_sys_is_mute(void);

enum { LHI_PATH = 4096 };

/* A file in the making, under a name of its own until it is whole (making.c). */
typedef struct lhi_making {
    int fd;                /* open for writing; locked, so that nobody takes it for a leftover */
    int in_place;          /* a pipe or a device: what is written goes there at once */
    int placed;            /* it has its name, also where lhi_sys_made() then failed */
    int is_new;            /* nothing stood there */
    unsigned uid, gid, mode; /* else: of what did */
    char target[LHI_PATH]; /* the path, with its links followed */
    char name[LHI_PATH];   /* the temporary name beside it */
} lhi_making;

/* Begins one; then lhi_sys_made() gives it its place, with the mode and owner of what stood
 * there, or lhi_sys_unmake() leaves all as it was. */
int lhi_sys_make(lhi_making *m, const char *path);
int lhi_sys_made(lhi_making *m);
void lhi_sys_unmake(lhi_making *m);

/* Writes a whole file: made, written, synced, put in its place. */
int lhi_sys_replace(const char *path, const void *bytes, size_t size);
/* Whether that could be done now, with so many bytes; what stands there is not touched. */
int lhi_sys_try(const char *path, uint64_t bytes);

/* Removes what processes that are no more have left of files in the making: beside `path`, of that
 * file, or of every file in the folder `path`; or looks at those alone.  Tells each: 1 removed (it
 * would be); 0 it stays, because on this file system nobody can know that its process is gone; 2
 * a process writes it, told where looking is all. */
enum lhi_sweep { LHI_SWEEP_FILE, LHI_SWEEP_FOLDER, LHI_SWEEP_LOOK };
void lhi_sys_sweep(const char *path, enum lhi_sweep what,
                   void (*tell)(void *arg, const char *path, uint64_t bytes, int state),
                   void *arg);

/* What only one thread of the process may do at a time: calls of HDF5, which need not be
 * thread-safe; the self-test, whose mutants have no argument of their own; signals. */
enum lhi_lock { LHI_LOCK_HDF5, LHI_LOCK_SIGNALS, LHI_LOCKS };
void lhi_sys_lock(enum lhi_lock which);
void lhi_sys_unlock(enum lhi_lock which);

/* Where a program would be run from, NULL when it is not on the PATH. */
int lhi_sys_find_program(const char *name, char *path, size_t room);
/* Runs argv[0] (no shell) with `input` on its standard input, keeps the first
 * `room`-1 bytes it prints on either output (to_stdout: standard output is left
 * alone), and stops it after `seconds`, or soon after `quits(arg)` is not 0 (NULL: never).
 * The exit status, or -ETIMEDOUT, -ECANCELED, ... */
int lhi_sys_run(char *const argv[], const char *input, size_t size, char *printed, size_t room,
                int to_stdout, double seconds, int (*quits)(const void *arg), const void *arg);

/* Whether work() comes to an end in a copy of this process: 1; 0 when the copy died of it, took
 * more seconds of a CPU, or so many bytes of memory more than this process has; or a negative
 * errno: no copy could be made, somebody else has waited for it, or it waited for a lock that
 * another thread of this process held (-EDEADLK).  Nothing that work() does is seen here, and it
 * must not use the threads of OpenMP. */
int lhi_sys_trial(void (*work)(void *arg), void *arg, unsigned seconds, uint64_t bytes);

/* The same with an open file as its standard input, without what it writes to standard error, and
 * with nothing of our environment but what says how programs are loaded. */
int lhi_sys_run_apart(char *const argv[], int fd, char *printed, size_t room, double seconds);

/* From here on this process may use so many bytes of memory and seconds of processor time; it
 * opens nothing, writes nothing but to what is open, and begins no process (confine.c).
 * 1: the kernel sees to all of that (seccomp); 0: to the limits alone; or a negative errno. */
int lhi_sys_confine(uint64_t bytes, long seconds);

double lhi_sys_clock(void);       /* seconds, never backwards */
double lhi_sys_tick(void);        /* the same to some milliseconds, for a step of a run */
int64_t lhi_sys_time(void);       /* seconds since 1970, UTC */
long lhi_sys_pid(void);
void lhi_sys_host(char *name, size_t room);
const char *lhi_sys_env(const char *name);
int lhi_sys_cpus(void);           /* CPUs this thread may run on */
uint64_t lhi_sys_cpus_digest(void); /* another one for other CPUs */
/* The least CPU quota, in CPUs, of the cgroup of this process and of those above it, version
 * 1 or 2; 0 when there is none.  `root` goes before /proc and /sys: "". */
double lhi_sys_cpu_quota(const char *root);
void lhi_sys_pause(double seconds);
/* Another that waits for this CPU has it. */
void lhi_sys_yield(void);
/* Between two looks at a word that another CPU is about to change. */
static inline void lhi_sys_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
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
/* The same number in every type, each rounded once from the text. */
void lhi_sys_strtoall(const char *text, char **end, float *f, double *d, long double *l);

/* Sleeps until it is woken, if the word still has the value; may wake for no reason. */
void lhi_sys_sleep(_Atomic uint32_t *word, uint32_t value);
void lhi_sys_wake(_Atomic uint32_t *word); /* all who sleep on it */
/* How many of so many threads, the caller among them, the system lets this process have. */
int lhi_sys_threads_to_have(int most);
/* 1 in a process that was forked from one in which lhi_sys_team_begins() had been called: the
 * threads of the OpenMP library are not there, and it would wait for them for ever. */
int lhi_sys_forked(void);
void lhi_sys_team_begins(void);

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

/* From the first begin to the last end a signal that asks the process to stop sets a flag; between
 * the others writing to a closed pipe is an error (signals.c). */
void lhi_sys_signals_begin(void);
void lhi_sys_signals_end(void);
void lhi_sys_pipes_begin(void);
void lhi_sys_pipes_end(void);
int lhi_sys_signalled(void);                 /* the number of the last one, 0: none */
const char *lhi_sys_signal_name(int number); /* "SIGTERM" */

#endif
