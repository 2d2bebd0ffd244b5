/* fault.c -- counts the calls and strikes at the chosen ones. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/fault.h"

#ifdef LHI_FAULTS

#include <stdatomic.h>

/* Atomic: contexts on several threads all come by here. */
static struct {
    atomic_long nth, count, calls, struck;
    atomic_int number;
} armed[LHI_FAULT_KINDS];

static int (*decide)(enum lhi_fault_kind kind, enum lhi_file_call call);
static void (*tell)(const lhi_file_event *e);
static atomic_long blocks;

void lhi_fault_arm(enum lhi_fault_kind kind, long nth, long count, int number)
{
    armed[kind].nth = nth;
    armed[kind].count = count;
    armed[kind].number = number;
    armed[kind].calls = armed[kind].struck = 0;
}

long lhi_fault_struck(enum lhi_fault_kind kind)
{
    return armed[kind].struck;
}

long lhi_fault_calls(enum lhi_fault_kind kind)
{
    return armed[kind].calls;
}

void lhi_fault_ask(int (*f)(enum lhi_fault_kind kind, enum lhi_file_call call))
{
    decide = f;
}

int lhi_fault_at(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    const long nth = ++armed[kind].calls;
    const long past = nth - armed[kind].nth;

    if (decide)
        return decide(kind, call);
    if (armed[kind].count == 0 || past < 0 || (armed[kind].count > 0 && past >= armed[kind].count))
        return 0;
    armed[kind].struck++;
    return armed[kind].number;
}

void lhi_fault_watch(void (*f)(const lhi_file_event *e))
{
    tell = f;
}

void lhi_fault_tell(const lhi_file_event *e)
{
    if (tell)
        tell(e);
}

long lhi_fault_blocks(int more)
{
    return atomic_fetch_add(&blocks, more) + more;
}

#else
typedef int lhi_fault_unused; /* a translation unit may not be empty */
#endif
