/* ahead.c -- the order in which a run reads the rows of a set, and what of a file is read ahead. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/base/type.h"
#include "framework/data/data.h"
#include "framework/system/sys.h"

enum { BLOCK = 1 << 20, BLOCKS = 64 }; /* bytes of a block, blocks of a window */

static size_t row_bytes(const lh_data *d)
{
    return d->table->cols * lhi_type_size(d->table->type);
}

/* Rows of the set that are drawn together.  They depend on the file alone. */
static size_t block_of(const lh_data *d)
{
    const size_t rows = BLOCK / row_bytes(d);

    return rows > 0 ? rows : 1;
}

void lhi_data_order(const lh_data *d, uint64_t seed, uint32_t epoch, uint32_t *order)
{
    if (!d->table->streams)
        lhi_random_order(seed, LHI_STREAM_SHUFFLE, epoch, order, d->rows);
    else
        lhi_random_blocks(seed, LHI_STREAM_SHUFFLE, epoch, order, d->rows, block_of(d),
                          block_of(d) * BLOCKS);
}

/* The bytes of the file from row `from` of the set to the last one before `to`. */
static void advise(const lh_data *d, size_t from, size_t to,
                   void (*advice)(const void *at, size_t bytes))
{
    const size_t first = d->row[from], last = d->row[to - 1];

    advice((const char *)d->table->cell + first * row_bytes(d), (last - first + 1) * row_bytes(d));
}

/* The blocks that a window's rows lie in. */
static void advise_window(const lh_data *d, const uint32_t *order, size_t from, size_t to,
                          void (*advice)(const void *at, size_t bytes))
{
    const size_t block = block_of(d);
    size_t seen[4 * BLOCKS]; /* at most BLOCKS + 1 of them, by their remainders */

    for (size_t k = 0; k < 4 * BLOCKS; k++)
        seen[k] = SIZE_MAX;
    for (size_t i = from; i < to; i++) {
        const size_t b = (order ? order[i] : i) / block;
        size_t k = b % (4 * BLOCKS);

        while (seen[k] != b && seen[k] != SIZE_MAX)
            k = (k + 1) % (4 * BLOCKS);
        if (seen[k] == b)
            continue;
        seen[k] = b;
        advise(d, b * block, (b + 1) * block < d->rows ? (b + 1) * block : d->rows, advice);
    }
}

void lhi_data_ahead(const lh_data *d, const uint32_t *order, size_t at, size_t count)
{
    size_t window, w;

    if (!d->table->streams || d->rows == 0)
        return;
    window = block_of(d) * BLOCKS;
    w = at / window;
    if (at > 0 && at + count <= (w + 1) * window && at != w * window)
        return; /* within a window that was begun before */
    if (at + count > (w + 1) * window)
        w++; /* this step ends in the next one */
    for (size_t k = at == 0 ? 0 : w + 1; k <= w + 1 && k * window < d->rows; k++)
        advise_window(d, order, k * window,
                      (k + 1) * window < d->rows ? (k + 1) * window : d->rows, lhi_sys_soon);
    if (w >= 2)
        advise_window(d, order, (w - 2) * window, (w - 1) * window, lhi_sys_past);
}
