/* named_h5.c -- the datasets of an HDF5 file, whoever wrote it; what Octave saves is turned. */
/* SPDX-License-Identifier: MIT */
#include "framework/store/named_h5.h"

#include "framework/store/h5.h"
#include "framework/store/store.h"
#include "framework/system/mem.h"

#include <string.h>

enum {
    DEPTH = 8,        /* groups within groups */
    VISITS = 200000,  /* links that are looked at: groups may hold each other */
    KINDS = 21        /* types of numbers */
};

/* A group that is to be looked into; "" is the root. */
typedef struct place {
    char path[LHI_NAME];
    int depth;
} place;

typedef struct walk {
    lhi_arrays *a;
    lhi_h5 *h;
    hid_t file;
    place *list; /* found so far; those before `at` are done */
    size_t count, room, at;
    size_t visits;
    hid_t half;  /* the type of 16-bit floats, for which HDF5 has no name */
} walk;

static const char hint[] = "save it again as datasets of its own, plain or with gzip: no links";

int lhi_named_h5_here(const lhi_arrays *a)
{
    return lhi_h5_ours(a->bytes, a->size) || lhi_arrays_h5_here(a->bytes, a->size);
}

static void bad(lhi_arrays *a, lhi_span name, const char *reason)
{
    lhi_fail(a->c, LH_EFORMAT, hint, "%s: %.*s %s", a->path, LHI_SHOWN(name), reason);
}

static hid_t half_type(lhi_h5 *h)
{
    const hid_t type = lhi_h5_keep(h, H5Tcopy(H5T_IEEE_F32LE), -1, "");

    lhi_h5_did(h, H5Tset_fields(type, 15, 10, 5, 0, 10), -1, "");
    lhi_h5_did(h, H5Tset_size(type, 2), -1, "");
    lhi_h5_did(h, H5Tset_ebias(type, 15), -1, "");
    return type;
}

/* Exactly these are read, by our own decoder: HDF5 converts nothing. */
static int number_type(const walk *w, hid_t type, lhi_coding *l)
{
    const struct {
        hid_t type;
        char kind;
        unsigned bytes;
        int big;
    } known[KINDS] = {
        {H5T_IEEE_F64LE, 'f', 8, 0}, {H5T_IEEE_F64BE, 'f', 8, 1}, {H5T_IEEE_F32LE, 'f', 4, 0},
        {H5T_IEEE_F32BE, 'f', 4, 1}, {w->half, 'f', 2, 0},        {H5T_STD_I64LE, 'i', 8, 0},
        {H5T_STD_I64BE, 'i', 8, 1},  {H5T_STD_I32LE, 'i', 4, 0},  {H5T_STD_I32BE, 'i', 4, 1},
        {H5T_STD_I16LE, 'i', 2, 0},  {H5T_STD_I16BE, 'i', 2, 1},  {H5T_STD_I8LE, 'i', 1, 0},
        {H5T_STD_I8BE, 'i', 1, 0},   {H5T_STD_U64LE, 'u', 8, 0},  {H5T_STD_U64BE, 'u', 8, 1},
        {H5T_STD_U32LE, 'u', 4, 0},  {H5T_STD_U32BE, 'u', 4, 1},  {H5T_STD_U16LE, 'u', 2, 0},
        {H5T_STD_U16BE, 'u', 2, 1},  {H5T_STD_U8LE, 'u', 1, 0},   {H5T_STD_U8BE, 'u', 1, 0},
    };

    for (int i = 0; i < KINDS; i++)
        if (H5Tequal(type, known[i].type) > 0) {
            l->kind = known[i].kind;
            l->bytes = known[i].bytes;
            l->big = known[i].big;
            return 1;
        }
    return 0;
}

static void swap(uint64_t dims[2])
{
    const uint64_t first = dims[0];

    dims[0] = dims[1];
    dims[1] = first;
}

/* What is behind filters is decoded here, so that damage reaches no decoder of HDF5's. */
static const char *read_bytes(lhi_h5 *h, hid_t set, hid_t type, int rank, const hsize_t *dims,
                              size_t element, unsigned char *to)
{
    const size_t mark = h->opens;
    const hid_t list = lhi_h5_keep(h, H5Dget_create_plist(set), set, "");
    const int filters = list < 0 ? 0 : H5Pget_nfilters(list);

    lhi_h5_drop(h, mark);
    if (filters > 0)
        return lhi_h5_read_chunks(h, set, rank, dims, element, to);
    if (lhi_ok(h->c))
        lhi_h5_did(h, H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to), set, "");
    return NULL;
}

/* Where the elements stand in the file one after another; 0 when they do not. */
static uint64_t begins_at(lhi_h5 *h, hid_t set)
{
    const size_t mark = h->opens;
    const hid_t list = lhi_h5_keep(h, H5Dget_create_plist(set), set, "");
    const int is_plain = list >= 0 && H5Pget_layout(list) == H5D_CONTIGUOUS;
    const haddr_t at = is_plain ? H5Dget_offset(set) : HADDR_UNDEF;

    lhi_h5_drop(h, mark);
    return at == HADDR_UNDEF ? 0 : at;
}

static void add_in_place(walk *w, hid_t set, lhi_span name, const lhi_coding *l)
{
    const uint64_t begins = begins_at(w->h, set);

    if (begins > 0)
        lhi_arrays_add_in_place(w->a, name, l, begins);
    else if (lhi_ok(w->h->c))
        lhi_arrays_leave_out(w->a, name, "chunks, or no elements");
}

/* A dataset of numbers in `type`, which becomes the array `name`. */
static void read_numbers(walk *w, hid_t set, hid_t type, lhi_span name, lhi_coding *l)
{
    lhi_h5 *h = w->h;
    hsize_t dims[2] = {1, 1};
    const char *fault = lhi_h5_dataset_fault(h, set, l->rank, l->bytes, NULL, dims);
    unsigned char *bytes;
    uint64_t size;
    int over = 0;

    if (fault)
        bad(w->a, name, fault);
    l->dims[0] = dims[0];
    l->dims[1] = dims[1];
    if (w->a->in_place) {
        if (!fault)
            add_in_place(w, set, name, l);
        return;
    }
    size = lhi_coding_bytes(l, &over);
    if (over)
        bad(w->a, name, "has more than 2^31 elements");
    bytes = lhi_ok(h->c) ? lhi_alloc_later(h->c, (size_t)size) : NULL;
    if (!bytes)
        return;
    if (size > 0)
        fault = read_bytes(h, set, type, l->rank, dims, l->bytes, bytes);
    if (fault)
        bad(w->a, name, fault);
    if (l->by_columns && l->rank == 2)
        swap(l->dims); /* HDF5 has the extents by rows, of what Octave keeps by columns */
    if (lhi_ok(h->c))
        lhi_arrays_add(w->a, name, name, l, bytes, (size_t)size);
    lhi_release(h->c, bytes);
}

static void read_set(walk *w, hid_t set, lhi_span name, int by_columns)
{
    lhi_h5 *h = w->h;
    const size_t mark = h->opens;
    const hid_t space = lhi_h5_keep(h, H5Dget_space(set), set, "");
    const hid_t type = lhi_h5_keep(h, H5Dget_type(set), set, "");
    lhi_coding l = {.by_columns = by_columns};

    if (lhi_ok(h->c)) {
        const H5S_class_t kind = H5Sget_simple_extent_type(space);

        l.rank = kind == H5S_SIMPLE ? H5Sget_simple_extent_ndims(space) : 0;
        if (kind != H5S_SIMPLE && kind != H5S_SCALAR)
            lhi_arrays_leave_out(w->a, name, "no elements");
        else if (!number_type(w, type, &l))
            lhi_arrays_leave_out(w->a, name, "elements that are no numbers");
        else if (l.rank < 0 || l.rank > 2)
            lhi_arrays_leave_out(w->a, name, "more than two dimensions");
        else
            read_numbers(w, set, type, name, &l);
    }
    lhi_h5_drop(h, mark);
}

/* What Octave says of a variable, such as "float matrix"; "" when it is no short text. */
static void octave_type(lhi_h5 *h, hid_t group, char text[64])
{
    const hid_t set = lhi_h5_item(h, group, "type", H5I_DATASET);
    const hid_t type = set < 0 ? -1 : lhi_h5_keep(h, H5Dget_type(set), set, "");
    hsize_t dims[2];

    if (!lhi_ok(h->c) || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 ||
        H5Tget_size(type) >= 64 ||
        lhi_h5_dataset_fault(h, set, 0, H5Tget_size(type), NULL, dims))
        return;
    lhi_h5_did(h, H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text), set, "");
}

/* "matrix", "bool", "int32 scalar" and so on: its value is an array as it stands. */
static int octave_numbers(const char *type)
{
    static const char *const before[] = {"",       "float ", "bool ",  "int8 ",
                                         "int16 ", "int32 ", "int64 ", "uint8 ",
                                         "uint16 ", "uint32 ", "uint64 "};
    const char *const last = strrchr(type, ' ');
    const char *const word = last ? last + 1 : type;

    if (strcmp(type, "bool") == 0)
        return 1;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if ((size_t)(word - type) == strlen(before[i]) &&
            strncmp(type, before[i], (size_t)(word - type)) == 0)
            return strcmp(word, "matrix") == 0 || strcmp(word, "scalar") == 0;
    return 0;
}

/* A variable of Octave: a group with the datasets "type" and "value". */
static void read_octave(walk *w, hid_t group, lhi_span name)
{
    lhi_h5 *h = w->h;
    char type[64] = "";
    hid_t value;

    octave_type(h, group, type);
    if (H5Aexists(group, "OCTAVE_EMPTY_MATRIX") > 0) {
        lhi_arrays_leave_out(w->a, name, "no elements"); /* its value is its shape */
        return;
    }
    if (!octave_numbers(type)) {
        lhi_arrays_leave_out(w->a, name, type[0] ? type : "a variable of an unknown type");
        return;
    }
    value = lhi_h5_item(h, group, "value", H5I_DATASET);
    if (value >= 0)
        read_set(w, value, name, 1);
}

static void read_group(walk *w, hid_t group, lhi_span name, const char *path)
{
    place *next;
    int depth = w->list[w->at].depth + 1;

    if (H5Aexists(group, "OCTAVE_NEW_FORMAT") > 0) {
        read_octave(w, group, name);
    } else if (depth > DEPTH) {
        lhi_arrays_leave_out(w->a, name, "groups nested too deeply");
    } else if (lhi_grow(w->a->c, &w->list, &w->room, w->count + 1, sizeof *next) == 0) {
        next = &w->list[w->count++];
        memcpy(next->path, path, strlen(path) + 1);
        next->depth = depth;
    }
}

/* One link of the group w->list[w->at].  Not 0 ends the walk of this group. */
static herr_t visit(hid_t group, const char *link, const H5L_info_t *info, void *arg)
{
    walk *w = arg;
    const char *const folder = w->list[w->at].path;
    const size_t mark = w->h->opens, before = strlen(folder), length = strlen(link);
    const size_t slash = before > 0;
    char path[LHI_NAME] = "";
    lhi_span name = {path, before + slash + length};
    hid_t item;

    if (++w->visits > VISITS) {
        lhi_h5_bad(w->h, group, "", "has more links than are followed");
        return 1;
    }
    if (name.length >= LHI_NAME) {
        lhi_arrays_leave_out(w->a, (lhi_span){link, length}, "a name of more than 63 bytes");
        return 0;
    }
    memcpy(path, folder, before);
    memcpy(path + before, "/", slash);
    memcpy(path + before + slash, link, length);
    if (info->type != H5L_TYPE_HARD) {
        lhi_arrays_leave_out(w->a, name, "a link");
        return 0;
    }
    item = lhi_h5_keep(w->h, H5Oopen(group, link, H5P_DEFAULT), group, link);
    if (item >= 0 && H5Iget_type(item) == H5I_DATASET)
        read_set(w, item, name, 0);
    else if (item >= 0 && H5Iget_type(item) == H5I_GROUP)
        read_group(w, item, name, path);
    lhi_h5_drop(w->h, mark);
    return lhi_ok(w->a->c) ? 0 : 1;
}

/* In the order in which HDF5 meets the links: to sort them it would make a table first, and
 * where a damaged file ends that early it frees names that were never set. */
static void look_into(walk *w)
{
    lhi_h5 *h = w->h;
    const size_t mark = h->opens;
    const char *const path = w->list[w->at].path;
    const hid_t group =
        lhi_h5_keep(h, H5Gopen2(w->file, path[0] ? path : "/", H5P_DEFAULT), w->file, path);

    if (lhi_ok(h->c))
        lhi_h5_did(h, H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit, w), group, "");
    lhi_h5_drop(h, mark);
}

static void walk_file(lhi_h5 *h, void *arg)
{
    lhi_arrays *a = arg;
    walk w = {.a = a, .h = h};

    w.half = half_type(h);
    w.file = lhi_h5_open(h);
    if (lhi_grow(a->c, &w.list, &w.room, 1, sizeof *w.list) == 0)
        w.count = 1;
    for (; w.at < w.count && lhi_ok(a->c); w.at++)
        look_into(&w);
    lhi_release(a->c, w.list);
}

void lhi_named_h5_read(lhi_arrays *a)
{
    lhi_h5 h = {.c = a->c, .path = a->path, .status = LH_EFORMAT, .hint = hint};

    h.image = a->bytes;
    h.room = a->size;
    h.size = h.budget = a->size;
    h.growth = lhi_arrays_growth(a);
    if (lhi_h5_ours(a->bytes, a->size))
        lhi_h5_check(&h);
    lhi_h5_visit(&h, walk_file, a);
}

__attribute__((constructor)) static void open_door(void)
{
    lhi_arrays_h5 = lhi_named_h5_read;
}

/* The groups of "a/b/W1". */
static void make_groups(lhi_h5 *h, hid_t file, const char *name)
{
    const size_t mark = h->opens;
    char path[LHI_NAME];

    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        const size_t length = (size_t)(slash - name);

        memcpy(path, name, length);
        path[length] = 0;
        if (lhi_ok(h->c) && !lhi_h5_has(h, file, path))
            lhi_h5_make_group(h, file, path);
        lhi_h5_drop(h, mark);
    }
}

static size_t build(lhi_h5 *h, const lhi_named *list, size_t count)
{
    const hid_t file = lhi_h5_create(h);

    for (size_t i = 0; i < count && lhi_ok(h->c); i++) {
        const lhi_named *n = &list[i];
        const hsize_t dims[2] = {n->rows, n->cols};

        make_groups(h, file, n->name);
        lhi_h5_write_array(h, file, n->name, lhi_h5_disk_type(n->bits == 32 ? LH_F32 : LH_F64),
                           H5T_NATIVE_DOUBLE, n->vector ? 1 : 2, n->vector ? dims + 1 : dims,
                           n->at);
    }
    return lhi_h5_finish(h, file);
}

void lhi_named_h5_write(lh_ctx *c, const char *path, const lhi_named *list, size_t count)
{
    lhi_h5 h = {.c = c, .path = path, .status = LH_EIO};
    size_t size;

    h.room = (size_t)1 << 18;
    for (size_t i = 0; i < count; i++) /* more than it needs, as in write.c */
        h.room += list[i].rows * list[i].cols * 12 + 8192;
    h.image = lhi_mem_alloc(h.room);
    if (!h.image) {
        lhi_fail(c, LH_ENOMEM, "the file is put together in memory before it is written",
                 "%s was not saved: memory ran out, %zu bytes were needed", path, h.room);
        return;
    }
    lhi_h5_begin(&h);
    size = build(&h, list, count);
    lhi_h5_end(&h);
    if (lhi_ok(c)) {
        lhi_store_stamp(h.image, size);
        lhi_store_put(c, path, h.image, size);
    }
    lhi_mem_free(h.image);
}
