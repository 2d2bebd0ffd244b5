/* npz.c -- a zip file of .npy files: only its central directory is believed, and checked. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#include <stdio.h>
#include <string.h>

#define LOCAL UINT32_C(0x04034b50)
#define CENTRAL UINT32_C(0x02014b50)
#define END UINT32_C(0x06054b50)
#define END_64 UINT32_C(0x06064b50)
#define LOCATOR_64 UINT32_C(0x07064b50)

/* Bytes of each record before its names. */
enum { LOCAL_SIZE = 30, CENTRAL_SIZE = 46, END_SIZE = 22, END_64_SIZE = 56, LOCATOR_SIZE = 20 };

enum { STORED = 0, DEFLATED = 8 };

#define ALL_ONES UINT32_C(0xffffffff)

typedef struct directory {
    uint64_t at, end, members;
    uint64_t budget; /* bytes that members may still become */
} directory;

typedef struct member {
    lhi_span origin;
    uint64_t method, crc, stored, size, offset;
    int locked;
} member;

static void fail(lhi_arrays *a, const char *reason)
{
    lhi_fail(a->c, LH_EFORMAT, "write the file again, or copy it again", "%s is damaged: %s",
             a->path, reason);
}

static int is_record(const lhi_arrays *a, uint64_t at, uint64_t size, uint32_t signature)
{
    return at <= a->size && size <= a->size - at && lhi_number(a->bytes + at, 4) == signature;
}

int lhi_npz_here(const lhi_arrays *a)
{
    return is_record(a, 0, 4, LOCAL) || is_record(a, 0, 4, END);
}

/* The last record of the file, which may have a comment behind it. */
static int find_end(const lhi_arrays *a, uint64_t *found)
{
    const uint64_t last = a->size >= END_SIZE ? a->size - END_SIZE : 0;
    const uint64_t first = last > UINT16_MAX ? last - UINT16_MAX : 0;

    for (uint64_t at = last + 1; at-- > first;)
        if (is_record(a, at, END_SIZE, END) && lhi_number(a->bytes + at + 20, 2) == last - at) {
            *found = at;
            return 1;
        }
    return 0;
}

static int find_directory(lhi_arrays *a, directory *d)
{
    const unsigned char *end;
    uint64_t size, limit;

    if (!find_end(a, &limit)) {
        fail(a, "a zip file ends with its directory, and this one does not; it may be cut short");
        return 0;
    }
    end = a->bytes + limit;
    d->members = lhi_number(end + 10, 2);
    size = lhi_number(end + 12, 4);
    d->at = lhi_number(end + 16, 4);
    if (limit >= LOCATOR_SIZE && is_record(a, limit - LOCATOR_SIZE, LOCATOR_SIZE, LOCATOR_64)) {
        const uint64_t at = lhi_number(end - LOCATOR_SIZE + 8, 8);

        if (!is_record(a, at, END_64_SIZE, END_64)) {
            fail(a, "its directory is not where it should be");
            return 0;
        }
        d->members = lhi_number(a->bytes + at + 32, 8);
        size = lhi_number(a->bytes + at + 40, 8);
        d->at = lhi_number(a->bytes + at + 48, 8);
        limit = at;
    }
    if (d->at > limit || size != limit - d->at || d->members > size / CENTRAL_SIZE) {
        fail(a, "its directory is not where it should be");
        return 0;
    }
    d->end = limit;
    d->budget = lhi_arrays_growth(a);
    return 1;
}

/* Sizes that do not fit 32 bits are in a list of extra fields, in this order. */
static int read_wide(member *m, const unsigned char *extra, size_t length)
{
    uint64_t *const wide[3] = {&m->size, &m->stored, &m->offset};

    while (length >= 4) {
        const uint64_t id = lhi_number(extra, 2), size = lhi_number(extra + 2, 2);
        size_t at = 4;

        if (size > length - 4)
            return 0;
        for (int i = 0; i < 3 && id == 1; i++) {
            if (*wide[i] != ALL_ONES)
                continue;
            if (at + 8 > size + 4)
                return 0;
            *wide[i] = lhi_number(extra + at, 8);
            at += 8;
        }
        extra += size + 4;
        length -= size + 4;
    }
    return 1;
}

/* The member at d->at, which moves on to the next. */
static int read_central(lhi_arrays *a, directory *d, member *m)
{
    const unsigned char *at = a->bytes + d->at;
    uint64_t name, extra, all;

    if (d->end - d->at < CENTRAL_SIZE || !is_record(a, d->at, CENTRAL_SIZE, CENTRAL))
        return 0;
    name = lhi_number(at + 28, 2);
    extra = lhi_number(at + 30, 2);
    all = CENTRAL_SIZE + name + extra + lhi_number(at + 32, 2);
    if (all > d->end - d->at)
        return 0;
    m->locked = (int)(lhi_number(at + 8, 2) & 1);
    m->method = lhi_number(at + 10, 2);
    m->crc = lhi_number(at + 16, 4);
    m->stored = lhi_number(at + 20, 4);
    m->size = lhi_number(at + 24, 4);
    m->offset = lhi_number(at + 42, 4);
    m->origin.at = (const char *)at + CENTRAL_SIZE;
    m->origin.length = (size_t)name;
    d->at += all;
    return read_wide(m, at + CENTRAL_SIZE + name, (size_t)extra);
}

/* Where the bytes of a member begin; NULL when they are not where the directory says. */
static const unsigned char *find_bytes(const lhi_arrays *a, const directory *d, const member *m)
{
    const unsigned char *at;
    uint64_t name, head;

    if (!is_record(a, m->offset, LOCAL_SIZE, LOCAL))
        return NULL;
    at = a->bytes + m->offset;
    name = lhi_number(at + 26, 2);
    head = LOCAL_SIZE + name + lhi_number(at + 28, 2);
    if (m->offset + head > d->end || m->stored > d->end - m->offset - head)
        return NULL;
    if (name != m->origin.length || memcmp(at + LOCAL_SIZE, m->origin.at, (size_t)name) != 0)
        return NULL;
    return at + head;
}

static uint32_t crc_of(const unsigned char *at, size_t size)
{
    uint32_t table[256], crc = ALL_ONES;

    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? UINT32_C(0xedb88320) : 0);
    }
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ at[i]) & 255];
    return ~crc;
}

static void read_member(lhi_arrays *a, const member *m, const unsigned char *bytes)
{
    const size_t size = (size_t)m->size;
    lhi_span name = m->origin;

    if (name.length > 4 && memcmp(name.at + name.length - 4, ".npy", 4) == 0)
        name.length -= 4;
    if (crc_of(bytes, size) != m->crc)
        lhi_arrays_bad(a, m->origin, "is damaged: its bytes do not have the checksum they should");
    else if (lhi_npy_here(bytes, size))
        lhi_npy_read(a, name, m->origin, bytes, size);
    else
        lhi_arrays_leave_out(a, m->origin, "not a .npy file");
}

static void read_deflated(lhi_arrays *a, const member *m, const unsigned char *stored)
{
    unsigned char *bytes = lhi_alloc_later(a->c, (size_t)m->size);
    int inflated;

    if (!bytes)
        return;
    inflated = lhi_inflate(stored, (size_t)m->stored, bytes, (size_t)m->size, 0);
    if (inflated > 0)
        read_member(a, m, bytes);
    else if (inflated == 0)
        lhi_arrays_bad(a, m->origin, "is damaged: it cannot be decompressed to the size it names");
    else
        lhi_fail(a->c, LH_EFORMAT,
                 "write it with numpy.savez in the place of numpy.savez_compressed, or build "
                 "Longhand with zlib (apt install zlib1g-dev, then configure again)",
                 "%s: %.*s is compressed, and this Longhand was built without zlib", a->path,
                 LHI_SHOWN(m->origin));
    lhi_release(a->c, bytes);
}

static void visit(lhi_arrays *a, directory *d, const member *m)
{
    const unsigned char *bytes = find_bytes(a, d, m);

    if (m->origin.length > 0 && m->origin.at[m->origin.length - 1] == '/')
        return; /* a folder */
    if (!bytes || (m->method == STORED && m->stored != m->size)) {
        lhi_arrays_bad(a, m->origin, "is not where the directory of the zip file says");
        return;
    }
    if (m->locked || (m->method != STORED && m->method != DEFLATED)) {
        lhi_arrays_bad(a, m->origin, "is encrypted, or compressed in a way that is not known");
        return;
    }
    if (m->size > d->budget) {
        lhi_arrays_bad(a, m->origin, "claims to become far more bytes than the file has");
        return;
    }
    d->budget -= m->size;
    if (m->method == STORED)
        read_member(a, m, bytes);
    else
        read_deflated(a, m, bytes);
}

void lhi_npz_read(lhi_arrays *a)
{
    directory d;
    member m;

    if (!find_directory(a, &d))
        return;
    for (uint64_t i = 0; i < d.members && lhi_ok(a->c); i++) {
        if (!read_central(a, &d, &m)) {
            fail(a, "its directory has an entry that is none");
            return;
        }
        visit(a, &d, &m);
    }
    if (lhi_ok(a->c) && d.at != d.end)
        fail(a, "its directory has more in it than it says");
}

/* The fields that a local record and one of the directory share, from the flags on. */
static void put_member(lhi_text *t, const char *name, uint32_t crc, size_t size)
{
    lhi_number_put(t, 2, 0);      /* flags */
    lhi_number_put(t, 2, STORED);
    lhi_number_put(t, 2, 0);      /* midnight of the first day zip knows: */
    lhi_number_put(t, 2, 0x21);   /* equal arrays make equal files */
    lhi_number_put(t, 4, crc);
    lhi_number_put(t, 4, size);
    lhi_number_put(t, 4, size);
    lhi_number_put(t, 2, strlen(name));
    lhi_number_put(t, 2, 0);      /* extra fields */
}

static void put_central(lhi_text *t, const char *name, uint32_t crc, size_t size, size_t offset)
{
    lhi_number_put(t, 4, CENTRAL);
    lhi_number_put(t, 4, 20 | 20 << 16); /* made by and for version 2.0 */
    put_member(t, name, crc, size);
    lhi_number_put(t, 6, 0);             /* comment, disk, kind */
    lhi_number_put(t, 4, 0);             /* rights */
    lhi_number_put(t, 4, offset);
    lhi_text_add(t, "%s", name);
}

static void put_end(lhi_text *t, size_t members, size_t size, size_t offset)
{
    lhi_number_put(t, 4, END);
    lhi_number_put(t, 4, 0); /* disks */
    lhi_number_put(t, 2, members);
    lhi_number_put(t, 2, members);
    lhi_number_put(t, 4, size);
    lhi_number_put(t, 4, offset);
    lhi_number_put(t, 2, 0); /* comment */
}

void lhi_npz_put(lhi_text *t, const char *path, const lhi_named *list, size_t count)
{
    lhi_text central = {.c = t->c}, npy = {.c = t->c};
    char name[LHI_NAME + 4];

    for (size_t i = 0; i < count && lhi_ok(t->c) && t->size < ALL_ONES; i++) {
        const size_t offset = t->size;
        uint32_t crc;

        npy.size = 0;
        lhi_npy_put(&npy, &list[i]);
        if (!lhi_ok(t->c))
            break;
        crc = crc_of((const unsigned char *)npy.at, npy.size);
        snprintf(name, sizeof name, "%s.npy", list[i].name);
        lhi_number_put(t, 4, LOCAL);
        lhi_number_put(t, 2, 20);
        put_member(t, name, crc, npy.size);
        lhi_text_add(t, "%s", name);
        lhi_text_put(t, npy.at, npy.size);
        put_central(&central, name, crc, npy.size, offset);
    }
    if (lhi_ok(t->c) && (t->size + central.size >= ALL_ONES || count >= UINT16_MAX))
        lhi_fail(t->c, LH_ESTATE, "write a .safetensors or .h5 file",
                 "cannot save %s: a .npz holds less than 4 GiB, in fewer than %d arrays", path,
                 UINT16_MAX);
    if (lhi_ok(t->c)) {
        const size_t offset = t->size;

        if (central.size > 0)
            lhi_text_put(t, central.at, central.size);
        put_end(t, count, central.size, offset);
    }
    lhi_text_free(&central);
    lhi_text_free(&npy);
}
