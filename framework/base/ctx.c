/* ctx.c -- the memory that a context owns, and what is done when it is closed. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"

#include "framework/system/mem.h"
#include "framework/system/sys.h"

#include <stdarg.h>
#include <string.h>

/* Stands before each owned block; as long as a cache line, so that blocks keep
 * the alignment of the allocator. */
struct lhi_block {
    _Alignas(64) lhi_block *older;
    lhi_block *newer;
};

struct lhi_closer {
    lhi_closer *older;
    void (*f)(void *arg);
    void *arg;
};

const lh_ctx lhi_no_memory = {
    .program = "longhand", .purpose = "", .status = LH_ENOMEM, .set.isa = "auto",
    .set.resume = "", .set.plot = "auto", .set.progress = "none", .set.ledger = "", .set.shards = 1,
    .message = "memory ran out before anything could begin",
};

static void *alloc(lh_ctx *c, size_t bytes, void *(*get)(size_t bytes))
{
    const int can = c != &lhi_no_memory && bytes <= PTRDIFF_MAX - sizeof(lhi_block);
    lhi_block *b = can ? get(sizeof *b + bytes) : NULL;

    if (!b) {
        lhi_fail(c, LH_ENOMEM, "use a smaller batch or network, or a machine with more memory",
                 "memory ran out: %zu bytes were needed", bytes);
        return NULL;
    }
    b->newer = NULL;
    b->older = c->blocks;
    if (c->blocks)
        c->blocks->newer = b;
    c->blocks = b;
    c->block_count++;
    return b + 1;
}

void *lhi_alloc(lh_ctx *c, size_t bytes)
{
    return alloc(c, bytes, lhi_mem_alloc);
}

void *lhi_alloc_later(lh_ctx *c, size_t bytes)
{
    return alloc(c, bytes, lhi_mem_alloc_later);
}

void *lhi_alloc_array(lh_ctx *c, size_t count, size_t size)
{
    if (size && count > PTRDIFF_MAX / size) {
        lhi_fail(c, LH_ENOMEM, NULL, "an array of %zu elements of %zu bytes is too large", count,
                 size);
        return NULL;
    }
    return lhi_alloc(c, count * size);
}

void lhi_release(lh_ctx *c, void *block)
{
    lhi_block *b;

    if (!block)
        return;
    b = (lhi_block *)block - 1;
    if (b->newer)
        b->newer->older = b->older;
    else
        c->blocks = b->older;
    if (b->older)
        b->older->newer = b->newer;
    c->block_count--;
    lhi_mem_free(b);
}

int lhi_grow(lh_ctx *c, void *array, size_t *room, size_t need, size_t size)
{
    void *old, *new;
    size_t wanted = *room ? *room : 8;

    if (need <= *room)
        return 0;
    while (wanted < need)
        wanted = wanted <= PTRDIFF_MAX / 2 ? wanted * 2 : need;
    new = lhi_alloc_array(c, wanted, size);
    if (!new)
        return -1;
    memcpy(&old, array, sizeof old);
    if (old)
        memcpy(new, old, *room * size);
    lhi_release(c, old);
    memcpy(array, &new, sizeof new);
    *room = wanted;
    return 0;
}

char *lhi_strdup(lh_ctx *c, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = lhi_alloc(c, bytes);

    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

char *lhi_strf(lh_ctx *c, const char *format, ...)
{
    va_list args;
    char *text;
    int length;

    va_start(args, format);
    length = lhi_sys_vformat(NULL, 0, format, args);
    va_end(args);
    text = length >= 0 ? lhi_alloc(c, (size_t)length + 1) : NULL;
    if (text) {
        va_start(args, format);
        lhi_sys_vformat(text, (size_t)length + 1, format, args);
        va_end(args);
    }
    return text;
}

void lhi_at_close(lh_ctx *c, void (*f)(void *arg), void *arg)
{
    lhi_closer *k = lhi_alloc(c, sizeof *k);

    if (!k) {
        f(arg); /* cannot be remembered, so it is done now: nothing stays open */
        return;
    }
    k->older = c->closers;
    k->f = f;
    k->arg = arg;
    c->closers = k;
}

void lhi_ctx_empty(lh_ctx *c)
{
    while (c->closers) {
        lhi_closer *k = c->closers;

        c->closers = k->older;
        k->f(k->arg);
    }
    while (c->blocks) {
        lhi_block *b = c->blocks;

        c->blocks = b->older;
        lhi_mem_free(b);
    }
}
