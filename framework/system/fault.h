/* fault.h -- failure on demand, compiled into the test build alone. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FAULT_H
#define LHI_FAULT_H

#include <stddef.h>
#include <stdint.h>

/* ASIDE: calls that ask what a file is, or set its lock, owner and mode; where one fails the work
 * may go on without it. */
enum lhi_fault_kind {
    LHI_FAULT_ALLOC, LHI_FAULT_FILE, LHI_FAULT_SPAWN, LHI_FAULT_ASIDE, LHI_FAULT_KINDS
};

/* The calls on files that calls.h knows. */
enum lhi_file_call {
    LHI_CALL_NONE, LHI_CALL_OPEN, LHI_CALL_READ, LHI_CALL_WRITE, LHI_CALL_SYNC, LHI_CALL_CLOSE,
    LHI_CALL_RENAME, LHI_CALL_LINK, LHI_CALL_UNLINK, LHI_CALL_MKDIR, LHI_CALL_MAP, LHI_CALL_STAT,
    LHI_CALL_LOCK, LHI_CALL_CONTROL, LHI_CALL_RIGHTS, LHI_CALL_ALLOCATE, LHI_CALL_LIST,
    LHI_FILE_CALLS
};

#ifdef LHI_FAULTS
/* In place of an errno: a read or write does half of what it was asked for. */
enum { LHI_FAULT_SHORT = -1 };

/* Lets the nth call (from 1) of a kind fail, and `count` in all (0: none, -1: all
 * from there on), with the given errno. */
void lhi_fault_arm(enum lhi_fault_kind kind, long nth, long count, int number);
/* How often the armed fault has struck, and how many calls were seen. */
long lhi_fault_struck(enum lhi_fault_kind kind);
long lhi_fault_calls(enum lhi_fault_kind kind);
/* Asked at each point, what is armed aside: the errno to fail with, or 0.  NULL: nobody is. */
void lhi_fault_ask(int (*decide)(enum lhi_fault_kind kind, enum lhi_file_call call));
/* The errno to fail with, or 0: what mem.c and the calls on files ask before each call. */
int lhi_fault_at(enum lhi_fault_kind kind, enum lhi_file_call call);

/* A call on a file that went well.  path: what it names, NULL where it has a descriptor. */
typedef struct lhi_file_event {
    enum lhi_file_call call;
    int fd, flags;           /* flags of open */
    const char *path, *to;   /* to: of rename and link */
    const void *bytes;       /* what write has written, and where */
    size_t size;
    uint64_t at;
} lhi_file_event;
/* Told of each of them that changes what is on disk, and of what opens and closes. */
void lhi_fault_watch(void (*tell)(const lhi_file_event *e));
void lhi_fault_tell(const lhi_file_event *e);

/* Blocks of memory that are not freed yet. */
long lhi_fault_blocks(int more);
#else
#define lhi_fault_at(kind, call) 0
#define lhi_fault_blocks(more) ((void)0)
#endif

#define lhi_fault(kind) lhi_fault_at(kind, LHI_CALL_NONE)

#endif
