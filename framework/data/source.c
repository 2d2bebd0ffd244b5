/* source.c -- a table from a file, or from the library itself. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/base/sha256.h"
#include "framework/data/csv.h"
#include "framework/system/sys.h"

#include <errno.h>
#include <string.h>

#define LARGEST_FILE (UINT64_C(8) << 30)

/* The built-in file, made from data/wdbc.csv by build-aux/embed.sh. */
extern const unsigned char lhi_wdbc[];
extern const size_t lhi_wdbc_size;

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

static lh_status refuse_file(lh_ctx *c, const char *path, int number)
{
    char shown[208];

    lhi_legible(shown, sizeof shown, path, strlen(path));
    if (number == ENOENT || number == ENOTDIR)
        return lhi_fail(c, LH_ENOINPUT, hint_for(c, path), "there is no file %s", shown);
    return lhi_fail(c, LH_ENOINPUT, NULL, "%s cannot be opened: %s", shown, strerror(number));
}

/* Refuses what no CSV file can be before memory is taken for it. */
static lh_status check_kind(lh_ctx *c, const char *path, enum lhi_file_kind kind, uint64_t size)
{
    char shown[208];

    lhi_legible(shown, sizeof shown, path, strlen(path));
    if (kind == LHI_FILE_FOLDER)
        return lhi_fail(c, LH_ENOINPUT, "name a CSV file in it", "%s is a folder", shown);
    if (kind != LHI_FILE_REGULAR)
        return lhi_fail(c, LH_ENOINPUT, "copy the data to a file",
                        "%s is a device or a pipe, not a file", shown);
    if (size > LARGEST_FILE)
        return lhi_fail(c, LH_EDATA, "take a part of the rows", "%s is larger than 8 GiB", shown);
    return LH_OK;
}

/* The bytes of an open file and a 0 behind them. */
static char *bytes_of(lh_ctx *c, const char *path, int fd, size_t size)
{
    char *bytes = lhi_alloc(c, size + 1);
    char shown[208];
    int status;

    if (!bytes)
        return NULL;
    status = lhi_sys_read(fd, bytes, size);
    if (status == 0)
        return bytes;
    lhi_fail(c, LH_EIO, "was it changed meanwhile?  Try again", "%s cannot be read: %s",
             lhi_legible(shown, sizeof shown, path, strlen(path)), strerror(-status));
    return NULL;
}

static char *read_file(lh_ctx *c, const char *path, size_t *size)
{
    enum lhi_file_kind kind;
    uint64_t length;
    char *bytes = NULL;
    const int fd = lhi_sys_open(path, &kind, &length);
    int closed;

    if (fd < 0) {
        refuse_file(c, path, -fd);
        return NULL;
    }
    if (check_kind(c, path, kind, length) == LH_OK)
        bytes = bytes_of(c, path, fd, (size_t)length);
    closed = lhi_sys_close(fd);
    if (closed != 0)
        lhi_fail(c, LH_EIO, NULL, "a data file cannot be read: %s", strerror(-closed));
    *size = (size_t)length;
    return lhi_ok(c) ? bytes : NULL;
}

lh_status lhi_table_read(lh_ctx *c, const char *path, lh_type keep, enum lhi_cells cells,
                         lhi_table *to)
{
    const int builtin = strcmp(path, "wdbc") == 0;
    size_t size = lhi_wdbc_size;
    char *read = builtin ? NULL : read_file(c, path, &size);
    const char *bytes = builtin ? (const char *)lhi_wdbc : read;
    unsigned char digest[32];
    char *name;

    if (!bytes)
        return c->status;
    lhi_sha256_of(bytes, size, digest);
    lhi_hex(digest, to->digest);
    name = lhi_strdup(c, without_folders(path));
    if (name) {
        lhi_make_utf8(name); /* files that are UTF-8 will have it */
        to->name = name;
        lhi_csv_read(c, path, bytes, size, keep, cells, to);
    }
    lhi_release(c, read);
    return c->status;
}
