/* mem.c -- allocation, with a hook that lets tests fail any one of them. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "framework/system/mem.h"

#include "framework/system/fault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *lhi_mem_alloc(size_t bytes)
{
    void *p = NULL;

    if (lhi_fault(LHI_FAULT_ALLOC))
        return NULL;
    if (bytes > PTRDIFF_MAX - 64)
        return NULL;
    bytes = (bytes + 63) / 64 * 64;
    if (posix_memalign(&p, 64, bytes ? bytes : 64) != 0)
        return NULL;
    memset(p, 0, bytes ? bytes : 64);
    return p;
}

void lhi_mem_free(void *p)
{
    free(p);
}
