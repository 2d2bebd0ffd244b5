/* chunks.c -- chunks behind filters, decoded here: what each becomes is known before it does. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include "framework/arrays/list.h"

#include <string.h>

enum { STAGES = 8, CHECKSUM = 4 };

typedef struct pipeline {
    H5Z_filter_t stage[STAGES]; /* in the order of writing */
    int stages;
    size_t element, chunk;      /* bytes */
    unsigned char *raw, *now, *next; /* a chunk as it is stored, and on its way */
    size_t raw_room, room;      /* bytes at raw; at now and at next */
} pipeline;

/* The checksum of Fletcher as HDF5 has it: over 16-bit words, the high byte first. */
static uint32_t fletcher32(const unsigned char *at, size_t size)
{
    uint32_t one = 0, two = 0;

    for (size_t i = 0; i < size; i += 2) {
        one += (uint32_t)at[i] << 8 | (i + 1 < size ? at[i + 1] : 0u);
        one = (one & 0xffff) + (one >> 16);
        two += one;
        two = (two & 0xffff) + (two >> 16);
    }
    return two << 16 | one;
}

/* All first bytes of the elements stand first, then all second ones. */
static void unshuffle(const unsigned char *from, unsigned char *to, size_t size, size_t element)
{
    const size_t count = size / element;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < element; k++)
            to[i * element + k] = from[k * count + i];
    memcpy(to + count * element, from + count * element, size - count * element);
}

/* What a chunk has before `stage` is applied to it in writing. */
static size_t bytes_before(const pipeline *p, int stage, unsigned skipped)
{
    size_t bytes = p->chunk;

    for (int i = 0; i < stage; i++)
        if (!(skipped >> i & 1) && p->stage[i] == H5Z_FILTER_FLETCHER32)
            bytes += CHECKSUM;
    return bytes;
}

static void swap(pipeline *p)
{
    unsigned char *const now = p->now;

    p->now = p->next;
    p->next = now;
}

/* From p->raw to p->now, the last filter first; NULL, or what is wrong. */
static const char *undo(pipeline *p, unsigned skipped, size_t size)
{
    const unsigned char *from = p->raw;
    int inflated;

    for (int i = p->stages; i-- > 0;) {
        if (skipped >> i & 1)
            continue;
        if (p->stage[i] == H5Z_FILTER_FLETCHER32) {
            if (size < CHECKSUM ||
                lhi_number(from + size - CHECKSUM, CHECKSUM) != fletcher32(from, size - CHECKSUM))
                return "is damaged: a chunk does not have the checksum it should";
            size -= CHECKSUM;
            continue;
        }
        if (p->stage[i] == H5Z_FILTER_DEFLATE) {
            const size_t whole = bytes_before(p, i, skipped);

            inflated = lhi_inflate(from, size, p->next, whole, 1);
            if (inflated < 0)
                return "is compressed, and this Longhand was built without zlib (apt install "
                       "zlib1g-dev, then configure again)";
            if (inflated == 0)
                return "is damaged: a chunk cannot be decompressed to the size it should have";
            size = whole;
        } else {
            if (size > p->room)
                return "is damaged: a chunk has another size than it should have";
            unshuffle(from, p->next, size, p->element);
        }
        swap(p);
        from = p->now;
    }
    if (size != p->chunk)
        return "is damaged: a chunk has another size than it should have";
    if (from == p->raw)
        memcpy(p->now, from, size);
    return NULL;
}

static const char *read_chunk(lhi_h5 *h, hid_t set, pipeline *p, const hsize_t *offset)
{
    hsize_t stored = 0;
    uint32_t skipped = 0;

    if (H5Dget_chunk_storage_size(set, offset, &stored) < 0 || stored == 0 || stored > h->size)
        return "claims more bytes than are stored";
    if (lhi_grow(h->c, &p->raw, &p->raw_room, (size_t)stored, 1) != 0)
        return NULL;
    if (H5Dread_chunk(set, H5P_DEFAULT, offset, &skipped, p->raw) < 0)
        return "has a chunk that cannot be read";
    return undo(p, skipped, (size_t)stored);
}

/* The part of the chunk at `offset` that the dataset has. */
static void place(const pipeline *p, const hsize_t *offset, const hsize_t *chunk,
                  const hsize_t *dims, unsigned char *to)
{
    const hsize_t rows = dims[0] - offset[0] < chunk[0] ? dims[0] - offset[0] : chunk[0];
    const hsize_t cols = dims[1] - offset[1] < chunk[1] ? dims[1] - offset[1] : chunk[1];

    for (hsize_t i = 0; i < rows; i++)
        memcpy(to + ((offset[0] + i) * dims[1] + offset[1]) * p->element,
               p->now + i * chunk[1] * p->element, (size_t)cols * p->element);
}

static const char *begin(lhi_h5 *h, hid_t set, pipeline *p, int rank, hsize_t *chunk)
{
    const size_t mark = h->opens;
    const hid_t list = lhi_h5_keep(h, H5Dget_create_plist(set), set, "");
    const int stages = list < 0 ? -1 : H5Pget_nfilters(list);
    const char *fault = NULL;

    if (stages < 0 || stages > STAGES || H5Pget_chunk(list, rank, chunk) != rank ||
        chunk[0] == 0 || chunk[1] == 0)
        fault = "has filters that cannot be read";
    for (int i = 0; i < stages && !fault; i++) {
        unsigned flags, value[1] = {0};
        size_t count = 1;

        p->stage[i] = H5Pget_filter2(list, (unsigned)i, &flags, &count, value, 0, NULL, NULL);
        if (p->stage[i] == H5Z_FILTER_SHUFFLE && value[0] != p->element)
            fault = "has a filter for elements of another size";
        p->stages = i + 1;
    }
    lhi_h5_drop(h, mark);
    p->chunk = (size_t)(chunk[0] * chunk[1]) * p->element;
    return fault;
}

const char *lhi_h5_read_chunks(lhi_h5 *h, hid_t set, int rank, const hsize_t *dims, size_t element,
                               unsigned char *to)
{
    pipeline p = {.element = element};
    hsize_t chunk[2] = {1, 1}, offset[2] = {0, 0};
    const char *fault = begin(h, set, &p, rank, chunk);

    if (!fault) {
        p.room = bytes_before(&p, p.stages, 0);
        p.now = lhi_alloc_later(h->c, p.room);
        p.next = lhi_alloc_later(h->c, p.room);
    }
    for (offset[0] = 0; lhi_ok(h->c) && !fault && offset[0] < dims[0]; offset[0] += chunk[0])
        for (offset[1] = 0; !fault && offset[1] < dims[1]; offset[1] += chunk[1]) {
            fault = read_chunk(h, set, &p, offset);
            if (!lhi_ok(h->c) || fault)
                break;
            place(&p, offset, chunk, dims, to);
        }
    lhi_release(h->c, p.raw);
    lhi_release(h->c, p.now);
    lhi_release(h->c, p.next);
    return fault;
}
