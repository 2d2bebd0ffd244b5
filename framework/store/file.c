/* file.c -- the user block: how a file is known to be whole before HDF5 sees it. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include "framework/base/place.h"
#include "framework/base/sha256.h"
#include "framework/store/store.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <string.h>

/* The user block; numbers are little-endian, what is not named is 0.  A later version
 * keeps these places. */
enum {
    AT_MAGIC = 0,
    AT_VERSION = 8, /* 4 bytes */
    AT_BLOCK = 12,  /* 4: bytes of the user block */
    AT_LENGTH = 16, /* 8: bytes of the file */
    AT_BODY = 24,   /* SHA-256 of what follows the user block */
    AT_OWN = 480    /* SHA-256 of the user block before this place */
};

#define MOST_BYTES (UINT64_C(64) << 30)

static const char magic[] = "LONGHAND";
static const unsigned char hdf5_magic[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

static void put_number(unsigned char *at, size_t bytes, uint64_t value)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t number(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

void lhi_store_stamp(unsigned char *bytes, size_t size)
{
    memset(bytes, 0, LHI_STORE_BLOCK);
    memcpy(bytes + AT_MAGIC, magic, 8);
    put_number(bytes + AT_VERSION, 4, LHI_STORE_VERSION);
    put_number(bytes + AT_BLOCK, 4, LHI_STORE_BLOCK);
    put_number(bytes + AT_LENGTH, 8, size);
    lhi_sha256_of(bytes + LHI_STORE_BLOCK, size - LHI_STORE_BLOCK, bytes + AT_BODY);
    lhi_sha256_of(bytes, AT_OWN, bytes + AT_OWN);
}

static int agrees(const unsigned char *bytes, size_t size, const unsigned char expected[32])
{
    unsigned char digest[32];

    lhi_sha256_of(bytes, size, digest);
    return memcmp(digest, expected, sizeof digest) == 0;
}

static void damaged(lhi_h5 *h, const char *reason)
{
    lhi_fail(h->c, LH_EFORMAT, "go back to an earlier checkpoint or another copy of this one",
             "%s is damaged: %s", h->path, reason);
}

static void not_ours(lhi_h5 *h, const unsigned char *block, size_t size)
{
    const char *hint = "give a file that lh_save() has written";

    if (size == 0)
        lhi_fail(h->c, LH_EFORMAT, hint, "%s is empty", h->path);
    else if (size >= 8 && memcmp(block, hdf5_magic, 8) == 0)
        lhi_fail(h->c, LH_EFORMAT, hint,
                 "%s is an HDF5 file, but no checkpoint of Longhand: the user block is missing",
                 h->path);
    else
        lhi_fail(h->c, LH_EFORMAT, hint,
                 "%s is not a checkpoint of Longhand: it does not begin with \"%s\"", h->path,
                 magic);
}

/* What the first bytes of a file of h->size bytes say, all before it is believed. */
static void check_block(lhi_h5 *h, const unsigned char *block, size_t size)
{
    const uint64_t version = number(block + AT_VERSION, 4);
    const uint64_t length = number(block + AT_LENGTH, 8);

    h->version = (int64_t)version;
    if (!lhi_h5_ours(block, size))
        not_ours(h, block, size);
    else if (size < LHI_STORE_BLOCK)
        lhi_fail(h->c, LH_EFORMAT, "go back to an earlier checkpoint or copy the file again",
                 "%s is cut short: it has %zu bytes, fewer than the %d of its first block",
                 h->path, size, LHI_STORE_BLOCK);
    else if (!agrees(block, AT_OWN, block + AT_OWN))
        damaged(h, "its first block does not have the SHA-256 digest that it names");
    else if (version > LHI_STORE_VERSION)
        lhi_fail(h->c, LH_EFORMAT, "install a newer Longhand",
                 "%s is a checkpoint of version %llu; this Longhand reads up to version %d",
                 h->path, (unsigned long long)version, LHI_STORE_VERSION);
    else if (version == 0 || number(block + AT_BLOCK, 4) != LHI_STORE_BLOCK)
        damaged(h, "its first block names a version or length that never was");
    else if (h->size < length)
        lhi_fail(h->c, LH_EFORMAT, "go back to an earlier checkpoint or copy the file again",
                 "%s is cut short: it has %llu bytes and should have %llu", h->path,
                 (unsigned long long)h->size, (unsigned long long)length);
    else if (h->size > length)
        damaged(h, "something was added at its end");
    else if (length > MOST_BYTES || length > PTRDIFF_MAX / 2)
        lhi_fail(h->c, LH_EFORMAT, NULL, "%s is too large: it has %llu bytes", h->path,
                 (unsigned long long)length);
}

static void unreadable(lhi_h5 *h, int number)
{
    lhi_fail(h->c, LH_EIO, "try again, or use another copy of the file",
             "reading %s failed: %s", h->path, strerror(number));
}

static void check_body(lhi_h5 *h)
{
    const unsigned char *const body = h->image + LHI_STORE_BLOCK;

    if (!agrees(body, h->room - LHI_STORE_BLOCK, h->image + AT_BODY))
        damaged(h, "its bytes do not have the SHA-256 digest that its first block names");
}

static void load(lhi_h5 *h, int fd)
{
    unsigned char block[LHI_STORE_BLOCK] = {0};
    const size_t head = h->size < sizeof block ? (size_t)h->size : sizeof block;
    int status = lhi_sys_read(fd, block, head);

    if (status < 0) {
        unreadable(h, -status);
        return;
    }
    check_block(h, block, head);
    if (!lhi_ok(h->c))
        return;
    h->room = (size_t)h->size;
    h->image = lhi_alloc(h->c, h->room);
    if (!h->image)
        return;
    memcpy(h->image, block, sizeof block);
    status = lhi_sys_read(fd, h->image + sizeof block, h->room - sizeof block);
    if (status < 0)
        unreadable(h, -status);
    else
        check_body(h);
}

int lhi_h5_ours(const unsigned char *bytes, size_t size)
{
    return size >= 8 && memcmp(bytes + AT_MAGIC, magic, 8) == 0;
}

void lhi_h5_check(lhi_h5 *h)
{
    unsigned char block[LHI_STORE_BLOCK] = {0};
    const size_t head = h->size < sizeof block ? (size_t)h->size : sizeof block;

    memcpy(block, h->image, head);
    check_block(h, block, head);
    if (lhi_ok(h->c))
        check_body(h);
}

void lhi_h5_load(lhi_h5 *h, int fd)
{
    enum lhi_file_kind kind;
    const int status = lhi_sys_opened(fd, &kind, &h->size);

    if (status < 0)
        unreadable(h, -status);
    else
        load(h, fd);
}

int lhi_store_open(lh_ctx *c, const char *path)
{
    enum lhi_file_kind kind;
    uint64_t size;
    const int fd = lhi_sys_open(path, &kind, &size);
    const char *hint = "check the name; lh_save() writes such a file";

    if (fd >= 0 && kind == LHI_FILE_REGULAR)
        return fd;
    if (fd < 0) {
        if (fd == -EACCES || fd == -EPERM)
            hint = "ask its owner for the right to read it";
        lhi_fail(c, LH_ENOINPUT, hint, "cannot open %s: %s", path, strerror(-fd));
        return -1;
    }
    lhi_sys_close(fd);
    lhi_fail(c, LH_ENOINPUT, "give the name of a checkpoint in it, or another file",
             "cannot read %s: it is %s", path,
             kind == LHI_FILE_FOLDER ? "a folder" : "no regular file");
    return -1;
}

lh_status lhi_store_put(lh_ctx *c, const char *path, const void *bytes, size_t size)
{
    const int status = lhi_sys_replace(path, bytes, size);

    if (status == 0)
        return c->status;
    return lhi_fail(c, LH_EIO, lhi_place_hint(status), "cannot save %s: %s", path,
                    strerror(-status));
}
