/* checked.c -- reading that follows no link, loads no filter and believes no size. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/h5.h"

#include <string.h>

hid_t lhi_h5_item(lhi_h5 *h, hid_t in, const char *name, H5I_type_t kind)
{
    H5L_info_t link;
    hid_t id;

    if (!lhi_ok(h->c))
        return -1;
    if (H5Lget_info(in, name, &link, H5P_DEFAULT) < 0) {
        lhi_h5_bad(h, in, name, "is missing");
        return -1;
    }
    if (link.type != H5L_TYPE_HARD) {
        lhi_h5_bad(h, in, name, "is a link to another place, and links are not followed");
        return -1;
    }
    id = lhi_h5_keep(h, H5Oopen(in, name, H5P_DEFAULT), in, name);
    if (id >= 0 && H5Iget_type(id) != kind) {
        lhi_h5_bad(h, in, name, kind == H5I_GROUP ? "is not a group" : "is not a dataset");
        return -1;
    }
    return id;
}

int lhi_h5_has(lhi_h5 *h, hid_t in, const char *name)
{
    return lhi_ok(h->c) && H5Lexists(in, name, H5P_DEFAULT) > 0;
}

/* The bytes of an extent, at most `most`; 0 with *over set when it is more. */
static uint64_t bytes_of(const hsize_t *dims, int rank, uint64_t element, uint64_t most, int *over)
{
    uint64_t bytes = element;

    for (int i = 0; i < rank; i++) {
        if (dims[i] > 0 && bytes > most / dims[i]) {
            *over = 1;
            return 0;
        }
        bytes *= dims[i];
    }
    return bytes;
}

/* What is wrong with the filters; *deflated is 1 when one of them compresses. */
static const char *filter_fault(const lhi_h5 *h, hid_t list, int *deflated)
{
    static const struct {
        H5Z_filter_t id;
        const char *fault;
    } known[] = {
        {H5Z_FILTER_DEFLATE, "is compressed by gzip, a filter that is not allowed here"},
        {H5Z_FILTER_SZIP, "is compressed by SZIP, a filter that is not allowed"},
        {H5Z_FILTER_NBIT, "is packed by N-Bit, a filter that is not allowed"},
        {H5Z_FILTER_SCALEOFFSET, "is packed by Scale-Offset, a filter that is not allowed"},
        {32000, "is compressed by LZF, a filter that is not allowed"},
        {32001, "is compressed by Blosc, a filter that is not allowed"},
        {32004, "is compressed by LZ4, a filter that is not allowed"},
        {32008, "is compressed by Bitshuffle, a filter that is not allowed"},
        {32013, "is compressed by ZFP, a filter that is not allowed"},
        {32015, "is compressed by Zstandard, a filter that is not allowed"},
        {32026, "is compressed by Blosc2, a filter that is not allowed"},
    };
    const int filters = H5Pget_nfilters(list);

    if (filters < 0)
        return "has filters that cannot be read";
    for (int i = 0; i < filters; i++) {
        unsigned flags;
        size_t none = 0;
        const H5Z_filter_t id =
            H5Pget_filter2(list, (unsigned)i, &flags, &none, NULL, 0, NULL, NULL);

        if (id == H5Z_FILTER_FLETCHER32 || id == H5Z_FILTER_SHUFFLE)
            continue;
        if (id == H5Z_FILTER_DEFLATE && h->growth > 0 && !*deflated) {
            *deflated = 1;
            continue;
        }
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            if (known[k].id == id)
                return known[k].fault;
        return "has a filter that is not allowed";
    }
    return NULL;
}

/* Where the bytes are: in this file, behind filters that need no decoder of others.
 * Where nothing is compressed nothing is longer than the file. */
static const char *storage_fault(lhi_h5 *h, hid_t set, hid_t list, int rank, uint64_t element,
                                 uint64_t bytes, int deflated)
{
    const H5D_layout_t layout = H5Pget_layout(list);
    hsize_t chunk[2] = {0, 0};
    int over = 0;

    if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
        return "has a layout that is not allowed, such as a virtual one";
    if (H5Pget_external_count(list) != 0)
        return "keeps its data in another file, which is not allowed";
    if (layout == H5D_CHUNKED) {
        if (H5Pget_chunk(list, rank, chunk) != rank)
            return "has chunks of another rank";
        bytes_of(chunk, rank, element, deflated ? bytes + h->growth : h->size, &over);
    }
    if (over)
        return "has chunks larger than the file";
    if (deflated)
        return NULL; /* each chunk is looked at when it is read */
    return H5Dget_storage_size(set) < bytes ? "claims more bytes than are stored" : NULL;
}

static const char *extent_fault(hid_t space, int rank, uint64_t element, const hsize_t *want,
                                hsize_t *dims, uint64_t *budget, uint64_t *bytes)
{
    int over = 0;

    if (H5Sget_simple_extent_type(space) != (rank > 0 ? H5S_SIMPLE : H5S_SCALAR) ||
        H5Sget_simple_extent_ndims(space) != rank ||
        H5Sget_simple_extent_dims(space, dims, NULL) != rank)
        return "has another rank than it should have";
    for (int i = 0; i < rank; i++)
        if (want && dims[i] != want[i])
            return "has another shape than it should have";
    *bytes = bytes_of(dims, rank, element, *budget, &over);
    if (over)
        return "claims more bytes than the file has";
    *budget -= *bytes;
    return NULL;
}

const char *lhi_h5_dataset_fault(lhi_h5 *h, hid_t set, int rank, size_t element,
                                 const hsize_t *want, hsize_t *dims)
{
    const size_t mark = h->opens;
    const hid_t list = lhi_h5_keep(h, H5Dget_create_plist(set), set, "");
    const hid_t space = lhi_h5_keep(h, H5Dget_space(set), set, "");
    const char *fault = "cannot be understood";
    uint64_t bytes = 0;
    int deflated = 0;

    /* The rank before the chunks: it says how many dimensions chunk[] must hold. */
    if (lhi_ok(h->c)) {
        fault = filter_fault(h, list, &deflated);
        if (!fault)
            fault = extent_fault(space, rank, element, want, dims,
                                 deflated ? &h->growth : &h->budget, &bytes);
        if (!fault)
            fault = storage_fault(h, set, list, rank, element, bytes, deflated);
    }
    lhi_h5_drop(h, mark);
    return fault;
}

void *lhi_h5_read_numbers(lhi_h5 *h, hid_t in, const char *name, hid_t disk, hid_t memory,
                          int rank, const hsize_t *want, hsize_t *dims)
{
    const size_t mark = h->opens, size = H5Tget_size(disk);
    const hid_t set = lhi_h5_item(h, in, name, H5I_DATASET);
    const hid_t type = set < 0 ? -1 : lhi_h5_keep(h, H5Dget_type(set), in, name);
    const char *fault = NULL;
    void *array = NULL;

    if (lhi_ok(h->c)) {
        fault = H5Tequal(type, disk) > 0 ? lhi_h5_dataset_fault(h, set, rank, size, want, dims)
                                         : "has another type than it should have";
        if (fault)
            lhi_h5_bad(h, in, name, fault);
    }
    if (lhi_ok(h->c)) {
        const size_t count = (size_t)(rank == 2 ? dims[0] * dims[1] : dims[0]);

        array = lhi_alloc_array(h->c, count, size);
        if (array && count > 0)
            lhi_h5_did(h, H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, array), in, name);
    }
    lhi_h5_drop(h, mark);
    return array;
}

void *lhi_h5_read_array(lhi_h5 *h, hid_t in, const char *name, lh_type type, int rank,
                        const hsize_t *want, hsize_t *dims)
{
    return lhi_h5_read_numbers(h, in, name, lhi_h5_disk_type(type), lhi_h5_memory_type(type), rank,
                               want, dims);
}

/* The bytes of a fixed-length text, 0 for what is none or is longer than `most`. */
static size_t text_size(hid_t type, size_t most)
{
    const size_t size = H5Tget_size(type);

    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 ||
        H5Tget_strpad(type) != H5T_STR_NULLTERM || size > most)
        return 0;
    return size;
}

const char **lhi_h5_read_lines(lhi_h5 *h, hid_t in, const char *name, size_t *count)
{
    const size_t mark = h->opens;
    const hid_t set = lhi_h5_item(h, in, name, H5I_DATASET);
    const hid_t type = set < 0 ? -1 : lhi_h5_keep(h, H5Dget_type(set), in, name);
    const size_t size = type < 0 ? 0 : text_size(type, LHI_H5_TEXT);
    const char **lines = NULL, *fault = "is not an array of texts of fixed length";
    hsize_t dims[1] = {0};
    char *text = NULL;

    if (size > 0)
        fault = lhi_h5_dataset_fault(h, set, 1, size, NULL, dims);
    if (!fault && dims[0] > LHI_H5_ITEMS)
        fault = "has too many lines";
    if (fault)
        lhi_h5_bad(h, in, name, fault);
    if (lhi_ok(h->c)) {
        text = lhi_alloc_array(h->c, (size_t)dims[0], size);
        lines = lhi_alloc_array(h->c, (size_t)dims[0], sizeof *lines);
    }
    if (lhi_ok(h->c) && dims[0] > 0)
        lhi_h5_did(h, H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text), in, name);
    for (size_t i = 0; lhi_ok(h->c) && i < dims[0]; i++) {
        lines[i] = text + i * size;
        if (!memchr(lines[i], 0, size))
            lhi_h5_bad(h, in, name, "has a text without an end");
    }
    *count = (size_t)dims[0];
    lhi_h5_drop(h, mark);
    return lines;
}

static const char *read_number(hid_t attribute, hid_t type, const lhi_field *f, char *to)
{
    int64_t wide = 0;
    size_t count;

    if (H5Tequal(type, lhi_h5_field_type(f->kind, 0)) <= 0)
        return "has another type than it should have";
    if (H5Aread(attribute, lhi_h5_field_type(f->kind, 1),
                f->kind == LHI_COUNT ? (char *)&wide : to) < 0)
        return "cannot be read";
    if (f->kind == LHI_COUNT) {
        if (wide < 0 || (uint64_t)wide > PTRDIFF_MAX)
            return "is no number of things";
        count = (size_t)wide;
        memcpy(to, &count, sizeof count);
    }
    return NULL;
}

static const char *read_text(hid_t attribute, hid_t type, const lhi_field *f, char *to)
{
    const size_t size = text_size(type, f->room);

    if (size == 0)
        return "is not a text of fixed length, or is too long";
    if (H5Aread(attribute, type, to) < 0)
        return "cannot be read";
    return memchr(to, 0, size) ? NULL : "has no end";
}

void lhi_h5_read_field(lhi_h5 *h, hid_t in, const lhi_field *f, void *base)
{
    const size_t mark = h->opens;
    char *to = (char *)base + f->offset;
    const char *fault;
    hid_t attribute, space, type;

    if (!lhi_ok(h->c))
        return;
    if (H5Aexists(in, f->name) <= 0) {
        lhi_h5_bad(h, in, f->name, "is missing");
        return;
    }
    attribute = lhi_h5_keep(h, H5Aopen(in, f->name, H5P_DEFAULT), in, f->name);
    space = lhi_h5_keep(h, H5Aget_space(attribute), in, f->name);
    type = lhi_h5_keep(h, H5Aget_type(attribute), in, f->name);
    if (lhi_ok(h->c)) {
        if (H5Sget_simple_extent_type(space) != H5S_SCALAR)
            fault = "is not a single value";
        else if (f->kind == LHI_TEXT)
            fault = read_text(attribute, type, f, to);
        else
            fault = read_number(attribute, type, f, to);
        if (fault)
            lhi_h5_bad(h, in, f->name, fault);
    }
    lhi_h5_drop(h, mark);
}
