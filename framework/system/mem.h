/* mem.h -- the only callers of the C allocator. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_MEM_H
#define LHI_MEM_H

#include <stddef.h>

/* Zeroed memory on a 64-byte boundary, NULL when there is none. */
void *lhi_mem_alloc(size_t bytes);
/* The same, but not touched yet: whoever writes to a page first has it near. */
void *lhi_mem_alloc_later(size_t bytes);
void lhi_mem_free(void *p);

#endif
