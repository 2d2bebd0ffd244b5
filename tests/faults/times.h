/* times.h -- how much is wanted: a sample of the faults, or all, or more of what is drawn. */
/* SPDX-License-Identifier: MIT */
#ifndef FAULTS_TIMES_H
#define FAULTS_TIMES_H

#include "framework/system/sanitized.h"

#include <stdlib.h>

/* FAULTS_TIMES, which make check-faults sets to 1 where nobody did; 0 in make check. */
static inline long faults_times(void)
{
    const char *text = getenv("FAULTS_TIMES");
    const long times = text ? strtol(text, NULL, 10) : 0;

    return times > 0 ? times : 0;
}

/* Sanitizers fork slowly. */
enum { FAULTS_SLOWER = LHI_SANITIZED ? 8 : 1 };

/* Each so many-th of what is gone through in turn; all of it in make check-faults. */
static inline long faults_stride(long in_a_sample)
{
    return faults_times() > 0 ? 1 : in_a_sample * FAULTS_SLOWER;
}

#endif
