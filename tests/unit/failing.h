/* failing.h -- one kind of call on files that fails for a test, some of its uses or all. */
/* SPDX-License-Identifier: MIT */
#ifndef FAILING_H
#define FAILING_H

#include "framework/system/fault.h"

static struct {
    enum lhi_file_call call;
    int number, spared, most, struck;
} failing;

static int failing_decides(enum lhi_fault_kind kind, enum lhi_file_call call)
{
    (void)kind;
    if (call != failing.call || failing.spared-- > 0 || failing.struck == failing.most)
        return 0;
    failing.struck++;
    return failing.number;
}

/* After the first `spared` uses of the call the next `most` fail with the number; -1: all. */
static inline void fail_at(enum lhi_file_call call, int number, int spared, int most)
{
    failing.call = call;
    failing.number = number;
    failing.spared = spared;
    failing.most = most;
    failing.struck = 0;
    lhi_fault_ask(failing_decides);
}

static inline void fail_no_more(void)
{
    lhi_fault_ask(NULL);
}

#endif
