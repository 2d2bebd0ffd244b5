/* folder.h -- what stands beside a file: its names, a second name for it, and who writes there. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FOLDER_H
#define LHI_FOLDER_H

#include "framework/system/sys.h"

/* Calls tell(arg, name) for each name in the folder of a path. */
void lhi_sys_each_beside(const char *path, void (*tell)(void *arg, const char *name), void *arg);

/* A second name for a regular file, in the place of whatever had it: a hard link, or a copy where
 * the file system has none.  Links to `from` are followed.  0 or a negative errno. */
int lhi_sys_link(const char *from, const char *to);

/* 1 where a file of its own can stand at the path, or one does already: no pipe and no device. */
int lhi_sys_holds_file(const char *path);

enum { LHI_CLAIM_TEXT = 400 };

/* A file that says which process has something, and is locked for as long as that lives. */
typedef struct lhi_claim {
    int fd;
    char path[LHI_PATH];
    char holder[LHI_CLAIM_TEXT]; /* "process 12 on alpha since 2026-11-28 05:50:11 UTC": who has
                                    it, or else had it and died; "" when nobody did */
    int sure;                    /* that who had it has died */
    long process;                /* ours: one that is forked from it has no claim */
} lhi_claim;

/* 0; -EWOULDBLOCK: a living process has it; another negative errno: nothing can be locked there.
 * Where locks do not reach all machines one that has died on another machine looks as one that
 * lives there: holder says who it was, and sure is 0. */
int lhi_sys_claim(lhi_claim *k, const char *path);
/* The same without claiming it: 0 where nobody has it. */
int lhi_sys_look_at_claim(lhi_claim *k, const char *path);
/* Removes the file. */
void lhi_sys_unclaim(lhi_claim *k);

#endif
