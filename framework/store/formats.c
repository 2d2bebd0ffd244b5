/* formats.c -- reading and writing named arrays: which format a file has, and what all keep to. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/formats.h"

#include "framework/arrays/list.h"
#include "framework/store/named_h5.h"
#include "framework/store/store.h"
#include "framework/system/sys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES (UINT64_C(64) << 30)

typedef struct format {
    int (*here)(const lhi_arrays *a);
    void (*read)(lhi_arrays *a);
} format;

static int one_here(const lhi_arrays *a)
{
    return lhi_npy_here(a->bytes, a->size);
}

/* A .npy has no name in it: its own name, without folders and ending. */
static void read_one(lhi_arrays *a)
{
    const char *const slash = strrchr(a->path, '/');
    const char *const name = slash ? slash + 1 : a->path;
    lhi_span span = {name, strlen(name)};

    if (span.length > 4 && strcmp(name + span.length - 4, ".npy") == 0)
        span.length -= 4;
    lhi_npy_read(a, span, span, a->bytes, a->size);
}

/* safetensors has no magic, so it comes last. */
static const format formats[] = {
    {one_here, read_one},
    {lhi_npz_here, lhi_npz_read},
    {lhi_named_h5_here, lhi_named_h5_read},
    {lhi_safetensors_here, lhi_safetensors_read},
};

static int by_name(const void *left, const void *right)
{
    const lhi_named *const *l = left, *const *r = right;
    const int order = strcmp((*l)->name, (*r)->name);

    return order != 0 ? order : *l < *r ? -1 : *l > *r;
}

/* The arrays in the order of their names: equal names are neighbours then. */
static const lhi_named **sorted(lh_ctx *c, const lhi_named *list, size_t count)
{
    const lhi_named **order = lhi_alloc_array(c, count, sizeof *order);

    for (size_t i = 0; order && i < count; i++)
        order[i] = &list[i];
    if (order)
        qsort(order, count, sizeof *order, by_name);
    return order;
}

static void check_names(lhi_arrays *a)
{
    const lhi_named **order = sorted(a->c, a->list, a->count);

    for (size_t i = 1; order && i < a->count; i++)
        if (strcmp(order[i - 1]->name, order[i]->name) == 0)
            lhi_fail(a->c, LH_EFORMAT, "give each array a name of its own",
                     "%s: two arrays have the name %s: %.*s and %.*s", a->path, order[i]->name,
                     LHI_SHOWN(a->origin[order[i - 1] - a->list]),
                     LHI_SHOWN(a->origin[order[i] - a->list]));
    lhi_release(a->c, order);
}

static void load(lhi_arrays *a, int fd, uint64_t size)
{
    int status;

    if (size == 0 || size > MOST_BYTES || size > PTRDIFF_MAX / 2) {
        lhi_fail(a->c, LH_EFORMAT, NULL, size ? "%s is too large to be read" : "%s is empty",
                 a->path);
        return;
    }
    a->bytes = lhi_alloc_later(a->c, (size_t)size);
    if (!a->bytes)
        return;
    a->size = (size_t)size;
    status = lhi_sys_read(fd, a->bytes, a->size);
    if (status < 0)
        lhi_fail(a->c, LH_EIO, "try again, or use another copy of the file",
                 "reading %s failed: %s", a->path, strerror(-status));
}

static void open_and_load(lhi_arrays *a)
{
    enum lhi_file_kind kind;
    uint64_t size;
    const int fd = lhi_sys_open(a->path, &kind, &size);

    if (fd < 0) {
        lhi_fail(a->c, LH_ENOINPUT, "check the name and that you may read it",
                 "cannot open %s: %s", a->path, strerror(-fd));
        return;
    }
    if (kind == LHI_FILE_REGULAR)
        load(a, fd, size);
    else
        lhi_fail(a->c, LH_ENOINPUT, "give the name of a file with arrays",
                 "cannot read %s: it is %s", a->path,
                 kind == LHI_FILE_FOLDER ? "a folder" : "no regular file");
    lhi_sys_close(fd); /* the bytes are here: how it closes changes nothing */
}

static void read_arrays(lhi_arrays *a)
{
    size_t i = 0;
    const size_t known = sizeof formats / sizeof formats[0];

    while (i < known && !formats[i].here(a))
        i++;
    if (i < known)
        formats[i].read(a);
    else
        lhi_fail(a->c, LH_EFORMAT,
                 "write one with numpy.savez, safetensors, h5py or Octave's save -hdf5",
                 "%s is none of .npy, .npz, safetensors and HDF5", a->path);
    if (lhi_ok(a->c))
        check_names(a);
    if (lhi_ok(a->c) && a->count == 0)
        lhi_fail(a->c, LH_EFORMAT,
                 "give a file that numpy.savez, safetensors, h5py or Octave's save -hdf5 has "
                 "written",
                 "%s has no array of numbers with two dimensions or fewer%s%s", a->path,
                 a->left_out ? "; left out: " : "", a->left_out ? a->left.at : "");
}

static void forget(lhi_arrays *a)
{
    for (size_t i = 0; i < a->count; i++)
        lhi_release(a->c, a->list[i].at);
    lhi_release(a->c, a->list);
    a->list = NULL;
    a->count = 0;
}

lh_status lhi_arrays_read(lh_ctx *c, const char *path, lhi_named **list, size_t *count)
{
    lhi_arrays a = {.c = c, .path = path, .left = {.c = c}};

    if (lhi_ok(c))
        open_and_load(&a);
    if (lhi_ok(c))
        read_arrays(&a);
    if (!lhi_ok(c))
        forget(&a);
    else if (a.left_out > 0)
        lhi_warn(c, "%s: left out: %s", path, a.left.at);
    *list = a.list;
    *count = a.count;
    lhi_text_free(&a.left);
    lhi_release(c, a.origin);
    lhi_release(c, a.bytes);
    return c->status;
}

/* What would make a file that cannot be read again. */
static void check_list(lh_ctx *c, const char *path, const lhi_named *list, size_t count)
{
    const lhi_named **order;

    for (size_t i = 0; i < count; i++) {
        const lhi_span name = {list[i].name, strnlen(list[i].name, LHI_NAME)};
        const lhi_coding shape = {.rank = 2, .dims = {list[i].rows, list[i].cols}};
        int over = 0;

        lhi_coding_bytes(&shape, &over);
        if (name.length == LHI_NAME || !lhi_arrays_good_name(name))
            lhi_fail(c, LH_ESTATE, "choose another name", "%s was not saved: \"%.*s\" cannot be "
                     "the name of an array", path, LHI_SHOWN(name));
        if (over || count > LHI_ARRAYS_MOST)
            lhi_fail(c, LH_ESTATE, "save fewer, or smaller ones", "%s was not saved: at most "
                     "%d arrays of 2^31 elements are", path, LHI_ARRAYS_MOST);
    }
    order = lhi_ok(c) ? sorted(c, list, count) : NULL;
    for (size_t i = 1; order && i < count; i++)
        if (strcmp(order[i - 1]->name, order[i]->name) == 0)
            lhi_fail(c, LH_ENAME, "give each array a name of its own",
                     "%s was not saved: two arrays have the name %s", path, order[i]->name);
    lhi_release(c, order);
}

lh_status lhi_arrays_write(lh_ctx *c, const char *path, const lhi_named *list, size_t count)
{
    lhi_text t = {.c = c};

    if (lhi_ok(c))
        check_list(c, path, list, count);
    if (!lhi_ok(c))
        return c->status;
    if (lhi_ends_with(path, ".npz"))
        lhi_npz_put(&t, path, list, count);
    else if (lhi_ends_with(path, ".safetensors"))
        lhi_safetensors_put(&t, list, count);
    else if (lhi_ends_with(path, ".h5"))
        lhi_named_h5_write(c, path, list, count);
    else
        lhi_fail(c, LH_EUSAGE, "end the name with .npz, .safetensors or .h5",
                 "%s was not saved: its ending is that of no format for arrays", path);
    if (lhi_ok(c) && t.at)
        lhi_store_put(c, path, t.at, t.size);
    lhi_text_free(&t);
    return c->status;
}
