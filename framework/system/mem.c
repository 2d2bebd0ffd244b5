/* mem.c -- allocation, with a hook that lets tests fail any one of them. */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "framework/system/mem.h"

#include "framework/system/fault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, LARGE_PAGE = 2 << 20 };

void *lhi_mem_alloc_later(size_t bytes)
{
    const size_t boundary = bytes >= 2 * (size_t)LARGE_PAGE ? LARGE_PAGE : LINE;
    void *p = NULL;

    if (lhi_fault(LHI_FAULT_ALLOC))
        return NULL;
    if (bytes > PTRDIFF_MAX - LINE)
        return NULL;
    bytes = bytes ? (bytes + LINE - 1) / LINE * LINE : LINE;
    if (posix_memalign(&p, boundary, bytes) != 0)
        return NULL;
#ifdef MADV_HUGEPAGE
    /* Rows of a large matrix lie a page apart: large pages spare a table walk for each.
     * It is advice; nothing depends on its being taken. */
    if (boundary == LARGE_PAGE)
        (void)madvise(p, bytes, MADV_HUGEPAGE);
#endif
    lhi_fault_blocks(1);
    return p;
}

void *lhi_mem_alloc(size_t bytes)
{
    void *p = lhi_mem_alloc_later(bytes);

    if (p)
        memset(p, 0, bytes);
    return p;
}

void lhi_mem_free(void *p)
{
    if (p)
        lhi_fault_blocks(-1);
    free(p);
}
