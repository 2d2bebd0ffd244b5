/* test_store_hostile.c -- files made to do harm, with a right digest, are refused; apart, too. */
/* SPDX-License-Identifier: MIT */
#include "framework/system/fault.h"
#include "tests/unit/store_help.h"

#include <longhand/store.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Changes a good file through HDF5, as somebody might who wants harm, and gives it a
 * user block that agrees with it. */
static void rework(const char *path, void (*change)(hid_t file, const void *arg), const void *arg)
{
    hid_t file;
    size_t size;
    char *bytes;

    CHECK(save_small(path) == LH_OK, "saving");
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    if (change)
        change(file, arg);
    CHECK(H5Fclose(file) >= 0, "closing");
    bytes = check_read(path, &size);
    lhi_store_stamp((unsigned char *)bytes, size);
    check_write(path, bytes, (long)size);
    free(bytes);
}

/* Under valgrind /proc/self/exe is valgrind: there is no process apart then. */
static int is_apart(void)
{
    const char *const before = getenv("LD_PRELOAD");

    return !before || !strstr(before, "vgpreload");
}

/* The file read by a process of its own comes to the same, and in the same words. */
static void same_apart(const char *path, lh_status wanted)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    const char *printed = check_path("printed");
    FILE *out = fopen(printed, "w");
    size_t size;

    lh_on_message(c, ignore, NULL);
    CHECK(lh_inspect_untrusted(c, path, 0, out) == wanted, "%s: \"%s\", not \"%s\"", path,
          lh_message(c), said());
    CHECK(strcmp(lh_message(c), said()) == 0, "\"%s\", not \"%s\"", lh_message(c), said());
    fclose(out);
    free(check_read(printed, &size));
    CHECK((size > 0) == (wanted == LH_OK), "%zu bytes are printed", size);
    lh_close(c);
}

static void hostile(void (*change)(hid_t, const void *), const void *arg, const char *words)
{
    const char *path = check_path("hostile.h5");
    long before;

    rework(path, change, arg);
    before = ids();
    refused(path, LH_EFORMAT, words);
    CHECK(ids() == before, "\"%s\" leaves %ld ids of HDF5", words, ids() - before);
    if (is_apart())
        same_apart(path, LH_EFORMAT);
}

/* The same by the same way, nothing changed: it must be read. */
static void control(void)
{
    const char *path = check_path("hostile.h5");
    const long before = ids();
    const hid_t space = H5Screate(H5S_SCALAR);

    CHECK(ids() == before + 1, "an id that is open is not counted");
    H5Sclose(space);
    rework(path, NULL, NULL);
    CHECK(load(path) == LH_OK, "%s", said());
    if (is_apart())
        same_apart(path, LH_OK);
}

static void remove_link(hid_t file, const void *name)
{
    CHECK(H5Ldelete(file, name, H5P_DEFAULT) >= 0, "no %s", (const char *)name);
}

static void remove_attribute(hid_t file, const void *name)
{
    const char *slash = strrchr(name, '/');
    char group[40];

    snprintf(group, sizeof group, "%.*s", (int)(slash - (const char *)name), (const char *)name);
    CHECK(H5Adelete_by_name(file, group[0] ? group : ".", slash + 1, H5P_DEFAULT) >= 0, "no %s",
          (const char *)name);
}

static void missing_items_refused(void)
{
    static const char *const links[] = {"tape", "parameters", "optimizer", "best",
                                        "state", "history", "data"};
    static const char *const attributes[] = {
        "/format", "/version", "/type", "/tape_digest", "optimizer/rule", "optimizer/schedule",
        "best/watch",
        "best/value", "best/epoch", "best/patience", "state/epoch", "state/step",
        "state/moves", "state/own", "state/position",
        "state/loss_sum", "state/batch", "state/shards", "state/seed",
        "history/epochs", "data/name", "data/digest", "data/rows", "data/cols", "data/train_rows",
        "data/trained"};

    control();
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        hostile(remove_link, links[i], "is missing");
    hostile(remove_link, "parameters/W1", "has a member that is no parameter");
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        hostile(remove_attribute, attributes[i], "is missing");
}

static void external_link(hid_t file, const void *name)
{
    remove_link(file, name);
    H5Lcreate_external(check_path("good.h5"), "/parameters/W1", file, name, H5P_DEFAULT,
                       H5P_DEFAULT);
}

static void soft_link(hid_t file, const void *name)
{
    remove_link(file, name);
    H5Lcreate_soft("/parameters/b1", file, name, H5P_DEFAULT, H5P_DEFAULT);
}

static void group_for_dataset(hid_t file, const void *name)
{
    remove_link(file, name);
    H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

static void links_refused(void)
{
    static const char *const names[] = {"parameters/W1", "optimizer/slots/velocity/W1", "last/W1",
                                        "history/loss", "data/mean", "data/held", "data/part",
                                        "tape", "config", "parameters", "last", "optimizer/slots",
                                        "optimizer/slots/velocity", "optimizer/hyperparameters",
                                        "optimizer/kept", "optimizer/kept/gathered",
                                        "optimizer/hyperparameters/rate", "data"};

    CHECK(save_small(check_path("good.h5")) == LH_OK, "saving");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        hostile(external_link, names[i], "is a link");
        hostile(soft_link, names[i], "is a link");
    }
    hostile(group_for_dataset, "parameters/W1", "is not a dataset");
    hostile(group_for_dataset, "tape", "is not a dataset");
}

/* A dataset to stand in the place of a good one. */
typedef struct fake {
    const char *name, *words; /* words: of the refusal */
    int rank;
    hsize_t dims[3], chunk;   /* chunk: 0 contiguous, else in every dimension */
    int type;                 /* an index into types() */
    void (*storage)(hid_t list);
    int written;
} fake;

static hid_t types(int index)
{
    const hid_t all[] = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_STD_I32LE,
                         H5T_C_S1, H5T_STD_U16LE};

    return all[index];
}

static void in_other_file(hid_t list)
{
    H5Pset_external(list, "/etc/passwd", 0, H5F_UNLIMITED);
}

static void virtual_set(hid_t list)
{
    const hsize_t dims[2] = {40, 30};
    const hid_t space = H5Screate_simple(2, dims, NULL);

    H5Pset_virtual(list, space, check_path("good.h5"), "/parameters/W1", space);
    H5Sclose(space);
}

static void compressed(hid_t list)
{
    H5Pset_deflate(list, 9);
}

static void replaced(hid_t file, const void *arg)
{
    static const char zeros[40 * 30 * 8];
    const fake *f = arg;
    const hsize_t chunk[3] = {f->chunk, f->chunk, f->chunk};
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t most[3] = {H5S_UNLIMITED, H5S_UNLIMITED, H5S_UNLIMITED};
    const hid_t space = f->rank == 0 ? H5Screate(H5S_SCALAR)
                                     : H5Screate_simple(f->rank, f->dims, f->chunk ? most : NULL);
    hid_t set;

    remove_link(file, f->name);
    if (f->chunk)
        H5Pset_chunk(list, f->rank, chunk);
    if (f->storage)
        f->storage(list);
    set = H5Dcreate2(file, f->name, types(f->type), space, H5P_DEFAULT, list, H5P_DEFAULT);
    CHECK(set >= 0, "%s was not made", f->name);
    if (f->written)
        H5Dwrite(set, types(f->type), H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(list);
}

static void datasets_refused(void)
{
    static const char w1[] = "parameters/W1";
    static const fake fakes[] = {
        {w1, "in another file", 2, {40, 30}, 0, 0, in_other_file, 0},
        {w1, "virtual", 2, {40, 30}, 0, 0, virtual_set, 0},
        {w1, "filter", 2, {40, 30}, 8, 0, compressed, 1},
        {w1, "another type", 2, {40, 30}, 0, 1, NULL, 1},
        {w1, "another type", 2, {40, 30}, 0, 2, NULL, 1},
        {w1, "another type", 2, {40, 30}, 0, 3, NULL, 1},
        {w1, "another type", 2, {40, 30}, 0, 4, NULL, 1},
        {w1, "another rank", 1, {1200}, 0, 0, NULL, 1},
        {w1, "another rank", 3, {40, 30, 1}, 0, 0, NULL, 1},
        {w1, "another rank", 0, {0}, 0, 0, NULL, 1},
        {w1, "more bytes than the file", 2, {1000000, 1000000}, 1000, 0, NULL, 0},
        {w1, "more bytes than the file", 2, {UINT64_C(1) << 33, UINT64_C(1) << 31}, 1000, 0, NULL,
         0}, /* times 4 is 0 in 64 bits */
        {w1, "chunks larger", 2, {40, 30}, 1 << 12, 0, NULL, 0},
        {w1, "more bytes than are stored", 2, {40, 30}, 8, 0, NULL, 0},
        {w1, "more bytes than are stored", 2, {40, 30}, 0, 0, NULL, 0},
        {w1, "is empty", 2, {0, 30}, 0, 0, NULL, 0},
        {"optimizer/slots/velocity/W1", "another shape", 2, {30, 40}, 0, 0, NULL, 1},
        {"optimizer/hyperparameters/rate", "another shape", 1, {2}, 0, 1, NULL, 1},
        {"optimizer/hyperparameters/rate", "another rank", 0, {0}, 0, 1, NULL, 1},
        {"optimizer/kept/gathered", "another shape", 1, {2}, 0, 1, NULL, 1},
        {"last/W1", "another shape", 2, {40, 29}, 0, 0, NULL, 1},
        {"data/part", "another shape", 1, {5}, 0, 5, NULL, 1},
        {"data/part", "another type", 1, {6}, 0, 3, NULL, 1},
        {"history/loss", "another shape", 1, {5}, 0, 1, NULL, 1},
        {"history/loss", "another type", 1, {4}, 0, 0, NULL, 1},
        {"data/mean", "another shape", 1, {3}, 0, 1, NULL, 1},
        {"tape", "array of texts", 1, {1}, 0, 0, NULL, 1},
        {"tape", "digest of the tape", 1, {1}, 0, 4, NULL, 1},
        {"tape", "not one text", 1, {2}, 0, 4, NULL, 1},
        {"config", "array of texts", 1, {2}, 0, 3, NULL, 1},
    };

    CHECK(save_small(check_path("good.h5")) == LH_OK, "saving");
    for (size_t i = 0; i < sizeof fakes / sizeof fakes[0]; i++)
        hostile(replaced, &fakes[i], fakes[i].words);
}

/* An attribute to stand in the place of a good one. */
typedef struct odd {
    const char *group, *name, *words;
    hid_t (*type)(void);
    int many;
    const void *value;
} odd;

static hid_t integer(void)
{
    return H5Tcopy(H5T_STD_I64LE);
}

static hid_t real(void)
{
    return H5Tcopy(H5T_IEEE_F64LE);
}

static hid_t text(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, 300);
    return type;
}

static hid_t short_text(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, 4);
    return type;
}

static hid_t any_length(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, H5T_VARIABLE);
    return type;
}

static void attribute_replaced(hid_t file, const void *arg)
{
    const odd *o = arg;
    const hsize_t dims[1] = {3};
    const hid_t type = o->type();
    const hid_t space = o->many ? H5Screate_simple(1, dims, NULL) : H5Screate(H5S_SCALAR);
    hid_t attribute;

    H5Adelete_by_name(file, o->group, o->name, H5P_DEFAULT);
    attribute = H5Acreate_by_name(file, o->group, o->name, type, space, H5P_DEFAULT, H5P_DEFAULT,
                                  H5P_DEFAULT);
    CHECK(attribute >= 0 && H5Awrite(attribute, type, o->value) >= 0, "%s", o->name);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void attributes_refused(void)
{
    static const int64_t minus[3] = {-1, -1, -1}, two[1] = {2}, huge[1] = {INT64_MAX}, one[1] = {1};
    static const char long_text[300] = "x";
    static const char *const pointer = "f32";
    static const odd odds[] = {
        {"state", "step", "less than 0", integer, 0, minus},
        {"state", "step", "single value", integer, 1, minus},
        {"state", "step", "another type", real, 0, minus},
        {"state", "seed", "another type", integer, 0, two},
        {"state", "loss_sum", "another type", integer, 0, two},
        {"state", "epoch", "epochs are done, and the history has 1 series of 4", integer, 0, two},
        {"state", "epoch", "epochs are done, and the history has 1 series of 4", integer, 0, huge},
        {"history", "epochs", "no number of things", integer, 0, minus},
        {"history", "epochs", "another shape", integer, 0, huge},
        {"data", "cols", "another shape", integer, 0, minus},
        {"data", "rows", "another shape", integer, 0, minus},
        {"data", "trained", "of 1 that were held out", integer, 0, two},
        {"best", "patience", "less than 0", integer, 0, minus},
        {"data", "name", "too long", text, 0, long_text},
        {"data", "name", "has no end", short_text, 0, "abcd"},
        {"data", "digest", "too long", text, 0, long_text},
        {".", "version", "version", integer, 0, one},
        {".", "type", "neither", short_text, 0, "f16"},
        {".", "format", "longhand", short_text, 0, "abc"},
        {".", "type", "fixed length", any_length, 0, &pointer},
        {".", "type", "fixed length", integer, 0, two},
    };

    for (size_t i = 0; i < sizeof odds / sizeof odds[0]; i++)
        hostile(attribute_replaced, &odds[i], odds[i].words);
}

static void not_a_number(hid_t file, const void *arg)
{
    const hid_t set = H5Dopen2(file, "parameters/b1", H5P_DEFAULT);
    float bias[30] = {0};
    const uint32_t nan = 0x7fc00000;

    (void)arg;
    memcpy(&bias[7], &nan, sizeof nan);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, bias);
    H5Dclose(set);
}

static void control_in_name(hid_t file, const void *arg)
{
    (void)arg;
    H5Lmove(file, "history/loss", file, "history/lo\x1bss", H5P_DEFAULT, H5P_DEFAULT);
}

static void long_name(hid_t file, const void *arg)
{
    char name[200] = "history/";

    (void)arg;
    memset(name + 8, 'n', LHI_NAME);
    H5Lmove(file, "history/loss", file, name, H5P_DEFAULT, H5P_DEFAULT);
}

static void crowd(hid_t file, const void *arg)
{
    char name[40];

    (void)arg;
    for (int i = 0; i < 4097; i++) {
        snprintf(name, sizeof name, "history/s%d", i);
        H5Lcreate_hard(file, "history/loss", file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

static void same_bytes_twice(hid_t file, const void *arg)
{
    char name[40];

    (void)arg;
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "parameters/V%d", i);
        H5Lcreate_hard(file, "parameters/W1", file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

static void contents_refused(void)
{
    const char *path = check_path("fletcher.h5");
    const float first = -0.5f;
    size_t size;
    char *bytes;

    hostile(not_a_number, NULL, "parameter b1 is nan");
    hostile(control_in_name, NULL, "control character");
    hostile(long_name, NULL, "too long a name");
    hostile(crowd, NULL, "too many members");
    hostile(same_bytes_twice, NULL, "more bytes than the file");
    CHECK(save_small(path) == LH_OK, "saving");
    bytes = check_read(path, &size);
    for (size_t i = LHI_STORE_BLOCK; i + 4 < size; i++)
        if (memcmp(bytes + i, &first, 4) == 0) {
            bytes[i + 5] ^= 1; /* within W1: the user block agrees, the chunk does not */
            break;
        }
    lhi_store_stamp((unsigned char *)bytes, size);
    check_write(path, bytes, (long)size);
    refused(path, LH_EFORMAT, "could not read /");
    free(bytes);
}

/* Nothing is left of a process that could not be begun, and the context works on. */
static void no_process(void)
{
    const char *path = check_path("hostile.h5");
    lh_ctx *c = lh_open(0, NULL, "test");
    FILE *out = fopen(check_path("printed"), "w");

    lh_on_message(c, ignore, NULL);
    rework(path, NULL, NULL);
    lhi_fault_arm(LHI_FAULT_SPAWN, 1, 1, EAGAIN);
    CHECK(lh_inspect_untrusted(c, path, 0, out) == LH_EIO, "%s", lh_message(c));
    CHECK(strstr(lh_message(c), "could not be begun"), "%s", lh_message(c));
    lhi_fault_arm(LHI_FAULT_SPAWN, 1, 0, 0);
    lh_clear(c);
    CHECK(lh_inspect_untrusted(c, path, -1, out) == LH_EUSAGE, "less than no time");
    lh_clear(c);
    CHECK(lh_inspect_untrusted(c, NULL, 0, out) == LH_EUSAGE, "no path");
    lh_clear(c);
    CHECK(!is_apart() || lh_inspect_untrusted(c, path, 0, out) == LH_OK, "%s", lh_message(c));
    fclose(out);
    lh_close(c);
}

int main(int argc, char **argv)
{
    int code;
    static const check_test tests[] = {
        {"a file that lacks an item is refused", missing_items_refused},
        {"links are not followed", links_refused},
        {"datasets that are not as the schema has them are refused", datasets_refused},
        {"attributes too", attributes_refused},
        {"names, numbers and bytes that cannot be are refused", contents_refused},
        {"a process that cannot be begun is an error of the call", no_process},
        {NULL, NULL},
    };

    if (lh_confined(argc, argv, &code))
        return code;
    return check_main(argc, argv, "store_hostile", tests);
}
