/* stream.c -- a file is opened, read, unpacked by gzip, and read again. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/stream.h"

#include "framework/arrays/list.h"
#include "framework/base/quote.h"
#include "framework/base/stop.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PACKED = 1 << 16 };
enum { DAMAGED = 1, CUT, SWOLLEN, STOPPED }; /* faults that are no errno */

static const char *without_folders(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static const char *builtin_name(const void *set, size_t index)
{
    (void)set, (void)index;
    return "wdbc";
}

/* What to do about a file that is not there. */
static const char *hint_for(lh_ctx *c, const char *path)
{
    const char *name = without_folders(path);
    const size_t length = strlen(name);
    const size_t stem = length > 4 && strcmp(name + length - 4, ".csv") == 0 ? length - 4 : length;
    const char *word = lhi_strf(c, "%.*s", stem < 64 ? (int)stem : 64, name);
    const char *folder = lhi_strf(c, "%.*s", (int)(name - path), path);
    char shown[208];

    if (!word || !folder)
        return NULL;
    if (stem > 0 && lhi_nearest(word, builtin_name, NULL, 1))
        return "wdbc, without folder and ending, is the data set built into the library";
    if (*folder && lhi_sys_is_folder(folder) != 1)
        return lhi_strf(c, "there is no folder %s",
                        lhi_legible(shown, sizeof shown, folder, strlen(folder)));
    return "a path is taken from the current folder; wdbc is the built-in data set";
}

/* Refuses what no file of data can be before memory is taken for it. */
static lh_status check_kind(const lhi_stream *s, enum lhi_file_kind kind, int large)
{
    if (kind == LHI_FILE_FOLDER)
        return lhi_fail(s->c, LH_ENOINPUT, "name a CSV file in it", "%s is a folder", s->shown);
    if (kind != LHI_FILE_REGULAR)
        return lhi_fail(s->c, LH_ENOINPUT, "copy the data to a file",
                        "%s is a device or a pipe, not a file", s->shown);
    if (s->size > LHI_STREAM_MOST && !large)
        return lhi_fail(s->c, LH_EDATA,
                        "--stream leaves the rows of an array (.npy, HDF5) in their file; or take "
                        "a part of the rows", "%s is larger than 8 GiB", s->shown);
    return LH_OK;
}

/* Looks whether it is packed, and gets ready to unpack it. */
static lh_status look(lhi_stream *s)
{
    static const unsigned char magic[] = {0x1f, 0x8b, 8};
    unsigned char head[sizeof magic];

    if (lhi_stream_read(s, head, sizeof head) == sizeof head &&
        memcmp(head, magic, sizeof magic) == 0) {
        s->packed = lhi_alloc_later(s->c, PACKED);
        s->unpacker = s->packed ? lhi_gunzip_begin() : NULL;
        s->gzip = s->unpacker != NULL;
    }
    if (lhi_stream_check(s) == LH_OK)
        lhi_stream_again(s);
    return s->c->status;
}

lh_status lhi_stream_open_bytes(lhi_stream *s, lh_ctx *c, const char *path, const void *bytes,
                                size_t size)
{
    *s = (lhi_stream){.c = c, .path = path, .fd = -1, .bytes = bytes, .size = size};
    lhi_legible(s->shown, sizeof s->shown, path, strlen(path));
    return look(s);
}

lh_status lhi_stream_open(lhi_stream *s, lh_ctx *c, const char *path, int large)
{
    enum lhi_file_kind kind;

    *s = (lhi_stream){.c = c, .path = path};
    lhi_legible(s->shown, sizeof s->shown, path, strlen(path));
    s->fd = lhi_sys_open(path, &kind, &s->size);
    if (s->fd == -ENOENT || s->fd == -ENOTDIR)
        return lhi_fail(c, LH_ENOINPUT, hint_for(c, path), "there is no file %s", s->shown);
    if (s->fd < 0)
        return lhi_fail(c, LH_ENOINPUT, NULL, "%s cannot be opened: %s", s->shown,
                        strerror(-s->fd));
    if (check_kind(s, kind, large) != LH_OK || look(s) != LH_OK)
        lhi_stream_close(s);
    return c->status;
}

/* Bytes as they are in the file. */
static size_t read_file(lhi_stream *s, void *to, size_t room)
{
    const size_t n = s->size - s->at < room ? (size_t)(s->size - s->at) : room;

    if (s->fault || n == 0)
        return 0;
    if (s->fd < 0)
        memcpy(to, s->bytes + s->at, n);
    else
        s->fault = lhi_sys_read_at(s->fd, to, n, s->at);
    if (s->fault)
        return 0;
    if (s->digest)
        lhi_sha256_add(s->digest, to, n);
    s->at += n;
    return n;
}

/* What is packed may become so much: honest tables stay far below it. */
uint64_t lhi_stream_most(const lhi_stream *s)
{
    return s->gzip ? (UINT64_C(64) << 20) + 64 * s->size : s->size;
}

static size_t unpack(lhi_stream *s, unsigned char *to, size_t room)
{
    unsigned char *const first = to;
    int step = LHI_GUNZIP_MORE;

    while (room > 0 && !s->fault) {
        if (s->left == 0) {
            s->left = read_file(s, s->packed, PACKED);
            s->next = s->packed;
        }
        if (s->left == 0) {
            /* Between two files nothing was begun that would not be whole. */
            s->fault = s->fault ? s->fault : s->whole ? 0 : CUT;
            break;
        }
        step = lhi_gunzip(s->unpacker, &s->next, &s->left, &to, &room);
        s->whole = step == LHI_GUNZIP_WHOLE;
        if (step == LHI_GUNZIP_BAD)
            s->fault = DAMAGED;
    }
    if (s->given + (size_t)(to - first) > lhi_stream_most(s))
        s->fault = SWOLLEN;
    return s->fault ? 0 : (size_t)(to - first);
}

size_t lhi_stream_read(lhi_stream *s, void *to, size_t room)
{
    size_t n;

    if (!s->fault && s->c->under_way == 0 && lhi_hurries(s->c))
        s->fault = STOPPED;
    n = s->gzip ? unpack(s, to, room) : read_file(s, to, room);
    s->given += n;
    return n;
}

void lhi_stream_again(lhi_stream *s)
{
    s->at = s->given = 0;
    s->left = 0;
    s->whole = 0;
    s->digest = NULL;
    if (s->gzip) {
        lhi_gunzip_end(s->unpacker);
        s->unpacker = lhi_gunzip_begin();
        s->fault = s->unpacker ? 0 : -ENOMEM;
    }
}

lh_status lhi_stream_check(lhi_stream *s)
{
    char work[240];

    if (!s->fault || !lhi_ok(s->c))
        return s->c->status;
    if (s->fault == STOPPED) {
        snprintf(work, sizeof work, "reading %s", s->shown);
        lhi_gives_up(s->c, work);
        return s->c->status;
    }
    if (s->fault == SWOLLEN)
        return lhi_fail(s->c, LH_EDATA, "unpack it yourself if it is what you want: gunzip",
                        "%s becomes more than 64 times its size when it is unpacked", s->shown);
    if (s->fault > 0)
        return lhi_fail(s->c, LH_EDATA, "copy or make it once more; gzip -t tells whether it is "
                        "whole", "%s cannot be unpacked: it is %s", s->shown,
                        s->fault == CUT ? "cut short" : "damaged");
    return lhi_fail(s->c, s->fault == -ENOMEM ? LH_ENOMEM : LH_EIO,
                    "was it changed meanwhile?  Try again", "%s cannot be read: %s", s->shown,
                    strerror(-s->fault));
}

void lhi_stream_close(lhi_stream *s)
{
    int closed = 0;

    lhi_gunzip_end(s->unpacker);
    lhi_release(s->c, s->packed);
    if (s->fd >= 0)
        closed = lhi_sys_close(s->fd);
    if (closed != 0)
        lhi_fail(s->c, LH_EIO, NULL, "a data file cannot be read: %s", strerror(-closed));
    s->unpacker = s->packed = NULL;
    s->fd = -1;
}
