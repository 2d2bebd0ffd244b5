/* write.c -- a state becomes an HDF5 file in memory, then a file on disk. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/store.h"

#include "framework/store/h5.h"
#include "framework/system/mem.h"

#include <stddef.h>
#include <string.h>

enum {
    SMALL = 4096,       /* bytes: a dataset below it stands in its own header */
    CHUNK = 1024 * 1024 /* bytes, about */
};

/* The size of equal parts, none over `most`: the last of them is then nearly full. */
static hsize_t part(hsize_t n, hsize_t most)
{
    const hsize_t parts = (n + most - 1) / most;

    return (n + parts - 1) / parts;
}

/* Fletcher32 needs chunks; a small dataset is compact, and so under the checksum of
 * its header. */
static hid_t dataset_list(lhi_h5 *h, int rank, const hsize_t *dims, size_t element)
{
    const hid_t list = lhi_h5_keep(h, H5Pcreate(H5P_DATASET_CREATE), -1, "");
    const hsize_t cols = dims[rank - 1], rows = rank == 2 ? dims[0] : 1;

    lhi_h5_did(h, H5Pset_obj_track_times(list, 0), -1, "");
    if (rows * cols * element < SMALL) {
        lhi_h5_did(h, H5Pset_layout(list, H5D_COMPACT), -1, "");
    } else {
        const hsize_t most = element < CHUNK ? CHUNK / element : 1;
        hsize_t chunk[2];

        chunk[rank - 1] = part(cols, most);
        if (rank == 2)
            chunk[0] = part(rows, most / chunk[1]);
        lhi_h5_did(h, H5Pset_chunk(list, rank, chunk), -1, "");
        lhi_h5_did(h, H5Pset_fletcher32(list), -1, "");
    }
    return list;
}

void lhi_h5_write_array(lhi_h5 *h, hid_t in, const char *name, hid_t disk, hid_t memory, int rank,
                        const hsize_t *dims, const void *from)
{
    const size_t mark = h->opens;
    hid_t list, space, set;

    if (!lhi_ok(h->c))
        return;
    list = dataset_list(h, rank, dims, H5Tget_size(disk));
    space = lhi_h5_keep(h, H5Screate_simple(rank, dims, NULL), in, name);
    set = lhi_h5_keep(h, H5Dcreate2(in, name, disk, space, H5P_DEFAULT, list, H5P_DEFAULT), in,
                      name);
    if (dims[0] > 0)
        lhi_h5_did(h, H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, from), in, name);
    lhi_h5_drop(h, mark);
}

static void write_numbers(lhi_h5 *h, hid_t in, const char *name, const double *from, size_t count)
{
    const hsize_t dims[1] = {count};

    if (from)
        lhi_h5_write_array(h, in, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, dims, from);
}

static hid_t text_type(lhi_h5 *h, size_t size, H5T_cset_t letters)
{
    const hid_t type = lhi_h5_keep(h, H5Tcopy(H5T_C_S1), -1, "");

    lhi_h5_did(h, H5Tset_size(type, size), -1, "");
    lhi_h5_did(h, H5Tset_cset(type, letters), -1, "");
    return type;
}

/* Octave reads every dataset of a file, stops at the first that it cannot, and cannot read UTF-8:
 * it is named only where a letter needs it. */
static H5T_cset_t letters_of(const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (const char *at = lines[i]; *at; at++)
            if ((unsigned char)*at > 127)
                return H5T_CSET_UTF8;
    return H5T_CSET_ASCII;
}

/* Bytes of the longest of some texts, with its final 0. */
static size_t width(const char *const *lines, size_t count)
{
    size_t most = 1;

    for (size_t i = 0; i < count; i++)
        if (strlen(lines[i]) + 1 > most)
            most = strlen(lines[i]) + 1;
    return most;
}

static void write_lines(lhi_h5 *h, hid_t in, const char *name, const char *const *lines,
                        size_t count)
{
    const size_t mark = h->opens, size = width(lines, count);
    const hsize_t dims[1] = {count};
    char *padded;

    if (count == 0)
        return;
    padded = lhi_alloc_array(h->c, count, size);
    if (padded) {
        const hid_t type = text_type(h, size, letters_of(lines, count));

        for (size_t i = 0; i < count; i++)
            memcpy(padded + i * size, lines[i], strlen(lines[i]));
        lhi_h5_write_array(h, in, name, type, type, 1, dims, padded);
    }
    lhi_release(h->c, padded);
    lhi_h5_drop(h, mark);
}

static void write_field(lhi_h5 *h, hid_t in, const lhi_field *f, const void *base)
{
    const size_t mark = h->opens;
    const char *at = (const char *)base + f->offset;
    const hid_t space = lhi_h5_keep(h, H5Screate(H5S_SCALAR), in, f->name);
    hid_t disk, memory, attribute;
    size_t count;
    int64_t wide;

    if (f->kind == LHI_TEXT) {
        disk = memory = text_type(h, strlen(at) + 1, H5T_CSET_UTF8);
    } else {
        disk = lhi_h5_field_type(f->kind, 0);
        memory = lhi_h5_field_type(f->kind, 1);
    }
    if (f->kind == LHI_COUNT) {
        memcpy(&count, at, sizeof count);
        wide = (int64_t)count;
        at = (const char *)&wide;
    }
    attribute = lhi_h5_keep(h, H5Acreate2(in, f->name, disk, space, H5P_DEFAULT, H5P_DEFAULT), in,
                            f->name);
    lhi_h5_did(h, H5Awrite(attribute, memory, at), in, f->name);
    lhi_h5_drop(h, mark);
}

/* Links keep the order in which they were made: that of parameters and of series. */
hid_t lhi_h5_make_group(lhi_h5 *h, hid_t in, const char *name)
{
    const hid_t list = lhi_h5_keep(h, H5Pcreate(H5P_GROUP_CREATE), in, name);

    lhi_h5_did(h, H5Pset_obj_track_times(list, 0), in, name);
    lhi_h5_did(h, H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
               in, name);
    return lhi_h5_keep(h, H5Gcreate2(in, name, H5P_DEFAULT, list, H5P_DEFAULT), in, name);
}

/* A group with an array of each parameter that has one: the pointers to them are `stride` bytes
 * apart, from `offset` on. */
static void write_arrays(lhi_h5 *h, hid_t in, const char *name, const lhi_state *s,
                         const void *base, size_t offset, size_t stride)
{
    const size_t mark = h->opens;
    const hid_t group = lhi_h5_make_group(h, in, name);

    for (size_t i = 0; i < s->params && lhi_ok(h->c); i++) {
        const hsize_t dims[2] = {s->param[i].rows, s->param[i].cols};
        const void *array;

        memcpy(&array, (const char *)base + offset + i * stride, sizeof array);
        if (array)
            lhi_h5_write_array(h, group, s->param[i].name, lhi_h5_disk_type(s->type),
                               lhi_h5_memory_type(s->type), 2, dims, array);
    }
    lhi_h5_drop(h, mark);
}

/* A group with a number under each name; none of no numbers. */
static void write_named(lhi_h5 *h, hid_t in, const char *name, const lhi_state_number *number,
                        size_t count)
{
    const size_t mark = h->opens;
    const hid_t group = count ? lhi_h5_make_group(h, in, name) : -1;

    for (size_t i = 0; i < count && lhi_ok(h->c); i++)
        write_numbers(h, group, number[i].name, &number[i].value, 1);
    lhi_h5_drop(h, mark);
}

static void write_optimizer(lhi_h5 *h, hid_t in, const lhi_state *s)
{
    hid_t group;

    write_named(h, in, "hyperparameters", s->number, s->numbers);
    write_named(h, in, "kept", s->kept, s->kepts);
    if (s->slots > 0) {
        group = lhi_h5_make_group(h, in, "slots");
        for (size_t i = 0; i < s->slots && lhi_ok(h->c); i++)
            write_arrays(h, group, s->slot[i].name, s, s->slot[i].at, 0,
                         sizeof *s->slot[i].at);
    }
}

static void write_data(lhi_h5 *h, hid_t in, const lhi_state *s)
{
    const hsize_t rows[1] = {(hsize_t)s->data_rows};

    write_numbers(h, in, "mean", s->scale.mean, (size_t)s->data_cols);
    write_numbers(h, in, "deviation", s->scale.deviation, (size_t)s->data_cols);
    write_lines(h, in, "recipe", (const char *const *)&s->recipe, s->recipe ? 1 : 0);
    write_numbers(h, in, "fill", s->scale.fill, (size_t)s->data_cols);
    write_numbers(h, in, "target_mean", s->scale.target_mean, s->scale.targets);
    write_numbers(h, in, "target_deviation", s->scale.target_deviation, s->scale.targets);
    write_numbers(h, in, "class_weight", s->scale.class_weight, s->scale.classes);
    write_numbers(h, in, "held", s->held_count ? s->held : NULL, s->held_count);
    if (s->part)
        lhi_h5_write_array(h, in, "part", H5T_STD_U16LE, H5T_NATIVE_UINT16, 1, rows, s->part);
}

static void write_group(lhi_h5 *h, hid_t file, const char *name, const lhi_state *s)
{
    const size_t mark = h->opens;
    const hid_t group = lhi_h5_make_group(h, file, name);

    for (const lhi_field *f = lhi_state_fields; f->name; f++)
        if (strcmp(f->group, name) == 0)
            write_field(h, group, f, s);
    if (strcmp(name, "optimizer") == 0)
        write_optimizer(h, group, s);
    if (strcmp(name, "history") == 0)
        for (size_t i = 0; i < s->series_count && lhi_ok(h->c); i++)
            write_numbers(h, group, s->series[i].name, s->series[i].at, s->epochs);
    if (strcmp(name, "data") == 0)
        write_data(h, group, s);
    lhi_h5_drop(h, mark);
}

size_t lhi_h5_finish(lhi_h5 *h, hid_t file)
{
    ssize_t size;

    if (!lhi_ok(h->c))
        return 0;
    lhi_h5_did(h, H5Fflush(file, H5F_SCOPE_LOCAL), file, "");
    /* The buffer is longer than the file, which ends where this says; it counts from
     * the end of the user block. */
    size = H5Fget_file_image(file, NULL, 0);
    lhi_h5_did(h, size < 0 ? -1 : 0, file, "");
    return size < 0 ? 0 : LHI_STORE_BLOCK + (size_t)size;
}

static int goes_on_elsewhere(const lhi_state *s)
{
    for (size_t i = 0; i < s->params; i++)
        if (s->param[i].last)
            return 1;
    return 0;
}

/* The file as bytes at h->image; returns how many. */
static size_t build(lhi_h5 *h, const lhi_state *s)
{
    static const char *const groups[] = {"optimizer", "best", "state", "history", "data"};
    const char *const tape = s->tape ? s->tape : "";
    const hid_t file = lhi_h5_create(h);
    lhi_h5_root root;

    lhi_h5_root_fill(&root, s);
    for (const lhi_field *f = lhi_root_fields; f->name; f++)
        write_field(h, file, f, &root);
    write_lines(h, file, "tape", &tape, 1);
    write_arrays(h, file, "parameters", s, s->param, offsetof(lhi_state_param, value),
                 sizeof *s->param);
    if (goes_on_elsewhere(s))
        write_arrays(h, file, "last", s, s->param, offsetof(lhi_state_param, last),
                     sizeof *s->param);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0] && lhi_ok(h->c); i++)
        write_group(h, file, groups[i], s);
    write_lines(h, file, "config", s->config, s->config_count);
    write_lines(h, file, "provenance", s->provenance, s->provenance_count);
    return lhi_h5_finish(h, file);
}

/* More than the file can need, so that HDF5 never asks for memory half-way: it does
 * not get over a refusal.  Half as much again is for chunks that are not full. */
static size_t room_for(const lhi_state *s)
{
    size_t bytes = (size_t)1 << 18, items = 64;

    for (size_t i = 0; i < s->params; i++)
        bytes += (2 + s->slots) * s->param[i].rows * s->param[i].cols * lhi_type_size(s->type);
    bytes += s->series_count * s->epochs * sizeof(double);
    bytes += (3 * (size_t)s->data_cols + 2 * s->scale.targets + s->held_count) * sizeof(double);
    bytes += s->recipe ? strlen(s->recipe) : 0;
    bytes += s->part ? (size_t)s->data_rows * sizeof *s->part : 0;
    bytes += s->tape ? strlen(s->tape) : 0;
    bytes += width(s->config, s->config_count) * s->config_count;
    bytes += width(s->provenance, s->provenance_count) * s->provenance_count;
    items += (2 + s->slots) * s->params + s->slots + s->numbers + s->kepts +
             s->series_count;
    return bytes + bytes / 2 + items * SMALL;
}

uint64_t lhi_store_least(const lhi_state *s)
{
    uint64_t bytes = LHI_STORE_BLOCK + s->series_count * s->epochs * sizeof(double);

    for (size_t i = 0; i < s->params; i++)
        bytes += s->param[i].rows * s->param[i].cols * lhi_type_size(s->type);
    return bytes;
}

lh_status lhi_store_write(lh_ctx *c, const lhi_state *s, const char *path)
{
    lhi_h5 h = {.c = c, .path = path, .status = LH_EIO};
    char reason[400];
    size_t size;

    if (!lhi_ok(c))
        return c->status;
    if (lhi_state_nonfinite(s, reason, sizeof reason))
        return lhi_fail(c, LH_ENONFINITE, "use a smaller learning rate, or an earlier checkpoint",
                        "%s was not saved: %s", path, reason);
    if (lhi_state_unsound(s, reason, sizeof reason))
        return lhi_fail(c, LH_ESTATE, "choose another name or a smaller network",
                        "%s was not saved: %s", path, reason);
    h.room = room_for(s);
    h.image = lhi_mem_alloc(h.room);
    if (!h.image)
        return lhi_fail(c, LH_ENOMEM, "a checkpoint is put together in memory before it is written",
                        "%s was not saved: memory ran out, %zu bytes were needed", path, h.room);
    lhi_h5_begin(&h);
    size = build(&h, s);
    lhi_h5_end(&h);
    if (lhi_ok(c)) {
        lhi_store_stamp(h.image, size);
        lhi_store_put(c, path, h.image, size);
    }
    lhi_mem_free(h.image);
    return c->status;
}
