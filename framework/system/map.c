/* map.c -- files whose bytes are read when they are looked at. */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "framework/system/sys.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "framework/system/calls.h"

int lhi_sys_map(int fd, size_t bytes, const void **at)
{
    void *p;

    p = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return -errno;
    *at = p;
    return 0;
}

void lhi_sys_unmap(const void *at, size_t bytes)
{
    (void)munmap((void *)(uintptr_t)at, bytes);
}

/* Advice is for whole pages; nothing depends on its being taken. */
static void advise(const void *at, size_t bytes, int advice)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)at;
    const uintptr_t begin = from / page * page;

    (void)madvise((void *)begin, from + bytes - begin, advice);
}

void lhi_sys_soon(const void *at, size_t bytes)
{
    advise(at, bytes, MADV_WILLNEED);
}

void lhi_sys_past(const void *at, size_t bytes)
{
    advise(at, bytes, MADV_DONTNEED);
}
