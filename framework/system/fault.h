/* fault.h -- failure on demand, compiled into the test build alone. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_FAULT_H
#define LHI_FAULT_H

enum lhi_fault_kind { LHI_FAULT_ALLOC, LHI_FAULT_FILE, LHI_FAULT_SPAWN, LHI_FAULT_KINDS };

#ifdef LHI_FAULTS
/* Lets the nth call (from 1) of a kind fail, and `count` in all (0: none, -1: all
 * from there on), with the given errno. */
void lhi_fault_arm(enum lhi_fault_kind kind, long nth, long count, int number);
/* How often the armed fault has struck, and how many calls were seen. */
long lhi_fault_struck(enum lhi_fault_kind kind);
long lhi_fault_calls(enum lhi_fault_kind kind);
/* The errno to fail with, or 0: what mem.c and sys.c ask before each call. */
int lhi_fault(enum lhi_fault_kind kind);
#else
#define lhi_fault(kind) 0
#endif

#define LHI_FAIL_IF_ARMED(kind)             \
    do {                                    \
        const int armed_ = lhi_fault(kind); \
        if (armed_)                         \
            return -armed_;                 \
    } while (0)

#endif
