/* place.c -- the place of a result: tried before the work, written, what to do where it fails. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/place.h"

#include "framework/base/quote.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <string.h>

const char *lhi_place_hint(int status)
{
    switch (-status) {
    case ENOSPC:
    case EDQUOT:
        return "make room on the disk and save again";
    case ENOENT:
    case ENOTDIR:
        return "make the folder first";
    case EACCES:
    case EPERM:
    case EROFS:
        return "save to a folder that you may write to; a file that is read-only is kept";
    case EISDIR:
        return "it is a folder: name a file in it";
    case EFBIG:
        return "a file may not become so large here: ulimit -f shows the limit";
    case ENXIO:
    case EPIPE:
        return "a pipe needs a program that reads from it to the end";
    case ENOTSUP:
        return "it is no file, and is left alone: name another place";
    default:
        return "the file of that name was not changed; save to another place";
    }
}

static void tell(void *arg, const char *path, uint64_t bytes, int removed)
{
    lh_say(arg, removed ? "removed what a killed program had left: %s (%llu bytes)"
                        : "perhaps left by a killed program; remove it when none writes there: "
                          "%s (%llu bytes)",
           path, (unsigned long long)bytes);
}

void lhi_place_sweep(lh_ctx *c, const char *path)
{
    if (c->swept && strcmp(c->swept, path) == 0)
        return;
    lhi_release(c, c->swept);
    c->swept = lhi_strdup(c, path);
    lhi_sys_sweep(path, LHI_SWEEP_FILE, tell, c);
}

static lh_status try(lh_ctx *c, const char *file, uint64_t bytes, const char *shown)
{
    const int status = lhi_sys_try(file, bytes);

    if (status != 0)
        return lhi_fail(c, LH_EIO, lhi_place_hint(status), "%s cannot be written: %s", shown,
                        strerror(-status));
    return c->status;
}

lh_status lhi_place_try(lh_ctx *c, const char *path, uint64_t bytes)
{
    if (!lhi_ok(c))
        return c->status;
    lhi_place_sweep(c, path);
    return try(c, path, bytes, path);
}

lh_status lhi_place_try_folder(lh_ctx *c, const char *path)
{
    enum { SOME = 4096 }; /* bytes: a disk without any may still have room for a name */
    char *file = lhi_ok(c) ? lhi_strf(c, "%s/try", path) : NULL;

    if (file) {
        lhi_sys_sweep(path, LHI_SWEEP_FOLDER, tell, c);
        try(c, file, SOME, path);
    }
    lhi_release(c, file);
    return c->status;
}

lh_status lhi_text_write(const lhi_text *t, const char *path, const char *what)
{
    lhi_text clean = {.c = t->c};
    int status = 0;

    lhi_add_utf8(&clean, t->at ? t->at : "", t->size);
    if (lhi_ok(t->c))
        status = lhi_sys_replace(path, clean.at ? clean.at : "", clean.size);
    lhi_text_free(&clean);
    if (status != 0)
        lhi_fail(t->c, LH_EIO, lhi_place_hint(status),
                 "%s could not be written to %s: %s", what, path, strerror(-status));
    return t->c->status;
}
