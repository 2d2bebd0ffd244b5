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

int lhi_fault(enum lhi_fault_kind kind)
{
    const long call = ++armed[kind].calls;
    const long past = call - armed[kind].nth;

    if (armed[kind].count == 0 || past < 0 || (armed[kind].count > 0 && past >= armed[kind].count))
        return 0;
    armed[kind].struck++;
    return armed[kind].number;
}

#else
typedef int lhi_fault_unused; /* a translation unit may not be empty */
#endif
