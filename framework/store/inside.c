/* inside.c -- HDF5 reads from memory, and never a byte that is not there. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include <string.h>

#if H5_VERSION_GE(1, 13, 2)
#include <H5FDdevelop.h>
#endif

/* HDF5's own driver for files in memory fills with zeros what a damaged file says is behind its
 * end, however much that is, and keeps parts of it apart, where it has read from no array at all
 * (1.10.8).  This one has nothing but the bytes: a place outside of them is an error. */

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t most)
{
    lhi_h5_inside *const *info = H5Pget_driver_info(access);

    (void)name, (void)most;
    if (!info || !*info || flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT))
        return NULL;
    return &(*info)->file;
}

/* It is a part of what opened it. */
static herr_t close_file(H5FD_t *file)
{
    (void)file;
    return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const lhi_h5_inside *)file)->end;
}

static herr_t set_end(H5FD_t *file, H5FD_mem_t type, haddr_t end)
{
    lhi_h5_inside *f = (lhi_h5_inside *)file;

    (void)type;
    if (end > f->size)
        return -1;
    f->end = end;
    return 0;
}

static haddr_t get_size(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const lhi_h5_inside *)file)->size;
}

static herr_t read_bytes(H5FD_t *file, H5FD_mem_t type, hid_t how, haddr_t at, size_t size,
                         void *to)
{
    const lhi_h5_inside *f = (const lhi_h5_inside *)file;

    (void)type, (void)how;
    if (at > f->size || size > f->size - at)
        return -1;
    memcpy(to, f->at + at, size);
    return 0;
}

static herr_t write_bytes(H5FD_t *file, H5FD_mem_t type, hid_t how, haddr_t at, size_t size,
                          const void *from)
{
    (void)file, (void)type, (void)how, (void)at, (void)size, (void)from;
    return -1;
}

static hid_t driver(void)
{
    static const H5FD_class_t class = {
#if H5_VERSION_GE(1, 13, 2)
        .version = H5FD_CLASS_VERSION,
        .value = (H5FD_class_value_t)600, /* of those that are for tests */
#endif
        .name = "longhand",
        .maxaddr = INT64_MAX,
        .fc_degree = H5F_CLOSE_STRONG,
        .fapl_size = sizeof(lhi_h5_inside *),
        .open = open_file,
        .close = close_file,
        .get_eoa = get_end,
        .set_eoa = set_end,
        .get_eof = get_size,
        .read = read_bytes,
        .write = write_bytes,
    };
    static hid_t id = -1;

    if (id < 0)
        id = H5FDregister(&class);
    return id;
}

hid_t lhi_h5_open(lhi_h5 *h)
{
    const hid_t access = lhi_h5_keep(h, H5Pcreate(H5P_FILE_ACCESS), -1, "");
    lhi_h5_inside *const inside = &h->inside;

    *inside = (lhi_h5_inside){.at = h->image, .size = h->size};
    lhi_h5_did(h, H5Pset_driver(access, driver(), &inside), -1, "");
    lhi_h5_did(h, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), -1, "");
    if (!lhi_ok(h->c))
        return -1;
    return lhi_h5_keep(h, H5Fopen("memory", H5F_ACC_RDONLY, access), -1, "");
}
