/* image.c -- HDF5 kept quiet, its ids counted, its files in memory. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include "framework/store/store.h"
#include "framework/system/mem.h"
#include "framework/system/sys.h"

#include <stdio.h>
#include <string.h>

/* HDF5 can be built without a lock of its own, and shares its state even between files that are
 * apart: what the process asks of it is one at a time. */
static void enter(void)
{
    static int begun;

    lhi_sys_lock(LHI_LOCK_HDF5);
    /* Before any other call: after a failure HDF5's own exit handler can crash. */
    if (!begun)
        H5dont_atexit();
    begun = 1;
}

void lhi_h5_begin(lhi_h5 *h)
{
    enter();
    H5Eget_auto2(H5E_DEFAULT, &h->report, &h->report_arg);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLget_loading_state(&h->plugins);
    H5PLset_loading_state(0); /* a file must not choose code to load */
}

void lhi_h5_end(lhi_h5 *h)
{
    lhi_h5_drop(h, 0);
    H5PLset_loading_state(h->plugins);
    H5Eset_auto2(H5E_DEFAULT, h->report, h->report_arg);
    lhi_sys_unlock(LHI_LOCK_HDF5);
}

typedef struct visit {
    lhi_h5 *h;
    void (*look)(lhi_h5 *h, void *arg);
    void *arg;
} visit;

static void hush(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static void in_a_copy(void *arg)
{
    const visit *v = arg;

    v->h->c->say = hush;
    v->look(v->h, v->arg);
    lhi_h5_drop(v->h, 0);
}

/* What a digest finds are accidents.  HDF5 (1.10.8) does not hold out against a structure that was
 * made to do harm: it frees what it never had, and counts in loops that do not end. */
void lhi_h5_visit(lhi_h5 *h, void (*look)(lhi_h5 *h, void *arg), void *arg)
{
    visit v = {h, look, arg};

    if (!lhi_ok(h->c))
        return;
    lhi_h5_begin(h);
    if (lhi_sys_trial(in_a_copy, &v, 2 + (unsigned)(h->size >> 23),
                      (UINT64_C(256) << 20) + 8 * h->size + h->growth) == 0)
        lhi_fail(h->c, h->status, h->hint, "%s is damaged: HDF5 cannot read what it says of its "
                 "own structure, and would have ended the program", h->path);
    else
        look(h, arg);
    lhi_h5_end(h);
}

void lhi_store_version(char text[LHI_STORE_VERSION_ROOM])
{
    unsigned major = 0, minor = 0, release = 0;

    enter();
    H5get_libversion(&major, &minor, &release);
    lhi_sys_unlock(LHI_LOCK_HDF5);
    snprintf(text, LHI_STORE_VERSION_ROOM, "%u.%u.%u", major, minor, release);
}

static herr_t deepest(unsigned depth, const H5E_error2_t *error, void *text)
{
    if (depth == 0)
        snprintf(text, 200, "%s", error->desc ? error->desc : "");
    return 0;
}

/* The folder of an item, ending with a slash. */
static void folder(hid_t in, char text[200])
{
    ssize_t length = in >= 0 ? H5Iget_name(in, text, 198) : 0;

    if (length < 0)
        length = 0;
    if (length > 197)
        length = 197;
    if (length == 0 || text[length - 1] != '/')
        text[length++] = '/';
    text[length] = 0;
}

static void failed(lhi_h5 *h, hid_t in, const char *name)
{
    char reason[200] = "", where[200];
    const int reading = h->status == LH_EFORMAT;

    if (!lhi_ok(h->c))
        return;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, deepest, reason);
    folder(in, where);
    lhi_fail(h->c, h->status,
             reading ? h->hint : "save again; if it fails again, report it as a bug",
             "%s: HDF5 could not %s %s%s: %s", h->path, reading ? "read" : "make", where, name,
             reason[0] ? reason : "no reason given");
}

void lhi_h5_bad(lhi_h5 *h, hid_t in, const char *name, const char *reason)
{
    char where[200];

    folder(in, where);
    lhi_fail(h->c, LH_EFORMAT, h->hint, "%s: %s%s %s", h->path, where, name, reason);
}

hid_t lhi_h5_keep(lhi_h5 *h, hid_t id, hid_t in, const char *name)
{
    if (id < 0) {
        failed(h, in, name);
        return -1;
    }
    if (h->opens == sizeof h->open / sizeof h->open[0]) {
        H5Idec_ref(id);
        lhi_h5_bad(h, in, name, "is nested too deeply");
        return -1;
    }
    h->open[h->opens++] = id;
    return id;
}

void lhi_h5_drop(lhi_h5 *h, size_t mark)
{
    while (h->opens > mark) {
        const hid_t id = h->open[--h->opens];
        const int closed = H5Iget_type(id) == H5I_FILE ? H5Fclose(id) : H5Idec_ref(id);

        lhi_h5_did(h, closed, -1, "at closing");
    }
}

int lhi_h5_did(lhi_h5 *h, int result, hid_t in, const char *name)
{
    if (result < 0)
        failed(h, in, name);
    return result;
}

/* The callbacks give HDF5 our own buffer: when it reads nothing is copied, and what
 * it has written is still ours after it has closed the file. */
static void *image_malloc(size_t size, H5FD_file_image_op_t op, void *arg)
{
    const lhi_h5 *h = arg;

    (void)op;
    return size <= h->room ? h->image : NULL;
}

static void *image_memcpy(void *to, const void *from, size_t size, H5FD_file_image_op_t op,
                          void *arg)
{
    (void)op, (void)arg;
    return to == from ? to : memcpy(to, from, size);
}

/* The room is enough from the start (write.c); if HDF5 ever needs more than was
 * foreseen the buffer moves. */
static void *image_realloc(void *at, size_t size, H5FD_file_image_op_t op, void *arg)
{
    lhi_h5 *h = arg;
    unsigned char *larger;

    (void)at, (void)op;
    if (size <= h->room)
        return h->image;
    larger = lhi_mem_alloc(size + size / 2);
    if (!larger)
        return NULL;
    memcpy(larger, h->image, h->room);
    lhi_mem_free(h->image);
    h->image = larger;
    h->room = size + size / 2;
    return larger;
}

static herr_t image_free(void *at, H5FD_file_image_op_t op, void *arg)
{
    (void)at, (void)op, (void)arg;
    return 0;
}

static void *same_arg(void *arg)
{
    return arg;
}

static herr_t keep_arg(void *arg)
{
    (void)arg;
    return 0;
}

/* Absolute, and under what is no folder: before it makes a file in memory HDF5 tries to open
 * one of that name on disk.  Never the same twice: it knows its open files by name. */
static const char *no_such_file(char name[48])
{
    static unsigned long long serial;

    snprintf(name, 48, "/dev/null/longhand/%llu", serial++);
    return name;
}

static hid_t memory_access(lhi_h5 *h)
{
    H5FD_file_image_callbacks_t ours = {image_malloc, image_memcpy, image_realloc, image_free,
                                        same_arg,     keep_arg,     h};
    const hid_t access = lhi_h5_keep(h, H5Pcreate(H5P_FILE_ACCESS), -1, "");

    lhi_h5_did(h, H5Pset_fapl_core(access, 65536, 0), -1, "");
    lhi_h5_did(h, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), -1, "");
    lhi_h5_did(h, H5Pset_file_image_callbacks(access, &ours), -1, "");
    return access;
}

hid_t lhi_h5_create(lhi_h5 *h)
{
    char name[48];
    const hid_t access = memory_access(h);
    const hid_t creation = lhi_h5_keep(h, H5Pcreate(H5P_FILE_CREATE), -1, "");

    /* This format has checksums on all of its metadata. */
    lhi_h5_did(h, H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), -1, "");
    lhi_h5_did(h, H5Pset_userblock(creation, LHI_STORE_BLOCK), -1, "");
    lhi_h5_did(h, H5Pset_obj_track_times(creation, 0), -1, "");
    if (!lhi_ok(h->c))
        return -1;
    return lhi_h5_keep(h, H5Fcreate(no_such_file(name), H5F_ACC_TRUNC, creation, access), -1, "");
}
