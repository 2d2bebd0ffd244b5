/* test_arrays_h5.c -- arrays in HDF5: written by us, by Octave and other programs, to do harm. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/arrays_help.h"

#include <hdf5.h>

static const double two[2] = {1, -2.5};

static void h5_damage(void)
{
    const lhi_named n = {"W1", 1, 2, 1, 64, (double *)(uintptr_t)two};
    lh_ctx *c = lh_open(0, NULL, "test");
    size_t size;
    char *text;

    CHECK(lhi_arrays_write(c, check_path("good.h5"), &n, 1) == LH_OK, "%s", lh_message(c));
    lh_close(c);
    text = check_read(check_path("good.h5"), &size);
    /* Without the word in front, which says that there is a digest, the file is any HDF5. */
    for (size_t i = 8; i < size; i++) {
        text[i] ^= 1;
        check_write(check_path("bad.h5"), text, (long)size);
        text[i] ^= 1;
        refused(check_path("bad.h5"), "damaged");
        check_write(check_path("bad.h5"), text, (long)i);
        refused(check_path("bad.h5"), "cut short");
    }
    CHECK(size > 700, "a file of %zu bytes", size);
    free(text);
}

static hid_t dataset(hid_t in, const char *name, hid_t type, hid_t memory, int rank,
                     const hsize_t *dims, const void *at)
{
    const hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
    const hid_t set = H5Dcreate2(in, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

    CHECK(set >= 0 && H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, at) >= 0, "%s", name);
    H5Sclose(space);
    return set;
}

static void numbers(hid_t in, const char *name, hid_t type, int rank, hsize_t rows, hsize_t cols)
{
    static const double at[4000] = {1, 2, 3, 4, 5, 6, 7, 8};
    const hsize_t dims[3] = {rows, cols, 1};

    H5Dclose(dataset(in, name, type, H5T_NATIVE_DOUBLE, rank, dims, at));
}

static void text(hid_t in, const char *name, const char *at)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, strlen(at) + 1);
    H5Dclose(dataset(in, name, type, type, 0, NULL, at));
    H5Tclose(type);
}

/* As Octave 7 saves a variable. */
static hid_t octave(hid_t file, const char *name, const char *type)
{
    const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t mark = H5Acreate2(group, "OCTAVE_NEW_FORMAT", H5T_STD_U8LE, space, H5P_DEFAULT,
                                  H5P_DEFAULT);

    H5Aclose(mark);
    H5Sclose(space);
    text(group, "type", type);
    return group;
}

static hid_t half(void)
{
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);

    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

static void fill(hid_t file)
{
    const hid_t outer = H5Gcreate2(file, "layer", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t inner = H5Gcreate2(outer, "1", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t complex = H5Tcreate(H5T_COMPOUND, 16), narrow = half();
    const hsize_t none[2] = {0, 5};
    hid_t group;

    numbers(inner, "W", H5T_IEEE_F64LE, 2, 2, 3);
    numbers(inner, "b", H5T_IEEE_F32BE, 1, 3, 0);
    numbers(file, "h", narrow, 2, 1, 3);
    numbers(file, "i", H5T_STD_I16BE, 0, 0, 0);
    H5Dclose(dataset(file, "e", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, none, NULL));
    group = octave(file, "X", "matrix");
    numbers(group, "value", H5T_IEEE_F64LE, 2, 3, 2); /* 2 x 3 for Octave */
    H5Gclose(group);
    group = octave(file, "s", "float scalar");
    numbers(group, "value", H5T_IEEE_F32LE, 0, 0, 0);
    H5Gclose(group);
    group = octave(file, "word", "string");
    numbers(group, "value", H5T_STD_I8LE, 2, 2, 3);
    H5Gclose(group);
    /* what is left out */
    numbers(file, "cube", H5T_IEEE_F64LE, 3, 2, 2);
    text(file, "note", "text");
    H5Tinsert(complex, "r", 0, H5T_IEEE_F64LE);
    H5Tinsert(complex, "i", 8, H5T_IEEE_F64LE);
    H5Dclose(dataset(file, "z", complex, complex, 0, NULL, two));
    H5Lcreate_soft("/layer/1/W", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "/W", file, "far", H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(complex);
    H5Tclose(narrow);
    H5Gclose(inner);
    H5Gclose(outer);
}

static const char *h5_file(void (*make)(hid_t file), hsize_t block)
{
    const char *path = check_path("other.h5");
    const hid_t list = H5Pcreate(H5P_FILE_CREATE);
    hid_t file;

    H5Pset_userblock(list, block);
    file = H5Fcreate(path, H5F_ACC_TRUNC, list, H5P_DEFAULT);
    make(file);
    CHECK(H5Fclose(file) >= 0, "closing %s", path);
    H5Pclose(list);
    return path;
}

static void h5_of_others(void)
{
    static const struct {
        const char *name;
        int rows, cols, vector, bits;
        double second; /* at [0][1], where there is one */
    } expected[] = {
        {"layer/1/W", 2, 3, 0, 64, 2}, {"layer/1/b", 1, 3, 1, 32, 2}, {"h", 1, 3, 0, 16, 2},
        {"i", 1, 1, 0, 64, 0},         {"e", 0, 5, 0, 64, 0},         {"X", 2, 3, 0, 64, 3},
        {"s", 1, 1, 0, 32, 0},
    };
    static const char *const out[] = {"cube (more", "note (", "z (", "soft (a link)",
                                      "far (a link)", "word (string)"};
    const size_t count = sizeof expected / sizeof expected[0];

    for (hsize_t block = 0; block <= 1024; block += 512) {
        reading r;

        begin(&r, h5_file(fill, block));
        CHECK(r.count == count, "%zu arrays; %s", r.count, lh_message(r.c));
        for (size_t i = 0; i < count; i++) {
            const lhi_named *n = find(&r, expected[i].name);

            CHECK(n && (int)n->rows == expected[i].rows && (int)n->cols == expected[i].cols &&
                  n->vector == expected[i].vector && n->bits == expected[i].bits, "%s",
                  expected[i].name);
            CHECK(n && (n->rows * n->cols < 2 || (n->at[0] == 1 && n->at[1] == expected[i].second)),
                  "%s has other values", expected[i].name);
        }
        for (size_t i = 0; i < sizeof out / sizeof out[0]; i++)
            CHECK(strstr(r.warning, out[i]), "\"%s\" lacks \"%s\"", r.warning, out[i]);
        end(&r);
    }
}

static void cycle(hid_t file)
{
    char name[20];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%d", i);
        H5Lcreate_hard(file, "/", file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

static void same_bytes_many_times(hid_t file)
{
    char name[20];

    numbers(file, "W", H5T_IEEE_F64LE, 2, 1000, 4);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "V%d", i);
        H5Lcreate_hard(file, "W", file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

static void made_with(hid_t file, hid_t list, hsize_t rows)
{
    const hsize_t dims[2] = {rows, 4};
    const hid_t space = H5Screate_simple(2, dims, NULL);

    H5Dclose(H5Dcreate2(file, "W", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(list);
}

static void elsewhere(hid_t file)
{
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    H5Pset_external(list, "/etc/hostname", 0, 64);
    made_with(file, list, 2);
}

static void never_written(hid_t file)
{
    made_with(file, H5Pcreate(H5P_DATASET_CREATE), (hsize_t)1 << 40);
}

static void compressed(hid_t file)
{
    const hsize_t chunk[2] = {2, 4};
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    H5Pset_chunk(list, 2, chunk);
    H5Pset_deflate(list, 6);
    made_with(file, list, 2);
}

static void nothing(hid_t file)
{
    text(file, "note", "no numbers");
}

static void h5_refused(void)
{
    refused(h5_file(cycle, 0), "more links than are followed");
    refused(h5_file(same_bytes_many_times, 0), "more bytes than the file has");
    refused(h5_file(elsewhere, 0), "W keeps its data in another file");
    refused(h5_file(never_written, 0), "W claims more bytes than the file has");
    refused(h5_file(compressed, 0), "W has a filter that is not allowed");
    refused(h5_file(nothing, 0), "left out: note (elements that are no numbers)");
}

/* A file of others is handed to HDF5 as it is; what is cut off must not be read for that. */
static void h5_cut_short(void)
{
    size_t size;
    char *whole = check_read(h5_file(fill, 0), &size);
    const char *path = check_path("cut.h5");

    for (size_t cut = 8; cut < size; cut += 61) {
        check_write(path, whole, (long)cut);
        refused(path, "");
    }
    CHECK(size > 4000, "a file of %zu bytes", size);
    free(whole);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"no cut and no changed byte of a file of ours goes unnoticed", h5_damage},
        {"HDF5 of other programs: groups, types, Octave's variables", h5_of_others},
        {"HDF5 that is made to do harm is refused", h5_refused},
        {"HDF5 that is cut short is refused", h5_cut_short},
        {NULL, NULL},
    };

    return check_main(argc, argv, "arrays_h5", tests);
}
