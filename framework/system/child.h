/* child.h -- programs that are kept running and spoken to by lines. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CHILD_H
#define LHI_CHILD_H

#include <stddef.h>
#include <sys/types.h>

enum {
    LHI_CHILD_LINE = 512 /* the longest line that is heard, with its end */
};

typedef struct lhi_child {
    pid_t pid;
    int fd;
    size_t held;               /* bytes read and not yet handed out */
    char bytes[LHI_CHILD_LINE];
} lhi_child;

/* Starts argv[0] (no shell) with a line to us as its standard input and output; what it
 * writes to standard error is dropped.  `settings` ("NAME=value", ends with NULL) stand
 * in its environment before those of ours.  0 or a negative errno. */
int lhi_sys_child_start(lhi_child *child, char *const argv[], const char *const settings[]);

/* Sends bytes within so many seconds: 0, -ETIMEDOUT, -EPIPE when it no longer reads. */
int lhi_sys_child_say(lhi_child *child, const char *text, double seconds);

/* The next line without its end, in `line` with room for LHI_CHILD_LINE bytes: 0,
 * -ETIMEDOUT, -EPIPE when it has ended, -EMSGSIZE when the line is too long. */
int lhi_sys_child_hear(lhi_child *child, char *line, double seconds);

/* Closes the line and waits; one that does not end within so many seconds is ended.
 * The exit status, 128 + the signal, or -ETIMEDOUT. */
int lhi_sys_child_end(lhi_child *child, double seconds);

/* From here on: shared by the files of system/ alone. */

/* Starts a program that reads from one descriptor and writes to another, which may be the same end
 * of a socket; output 0: its standard output is ours; errors: 0 drops its standard error, 1 sends
 * it there as well.  The process, or a negative errno. */
pid_t lhi_sys_spawn(char *const argv[], char *const environment[], int input, int fd, int output,
                    int errors);
/* How long a program may take, and who may want it to end before (NULL: nobody). */
typedef struct lhi_patience {
    double deadline;
    int (*quits)(const void *arg);
    const void *arg;
} lhi_patience;

/* Waits for a process until then, and ends it: TERM first, KILL a second later.  Its exit status,
 * 128 + the signal, -ETIMEDOUT or -ECANCELED. */
int lhi_sys_reap(pid_t child, lhi_patience patience);

#endif
