/* bases.c -- the files of HDF5 that are changed: as h5py and Octave write them, checkpoints. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/image.h"

#include "framework/store/named_h5.h"
#include "framework/store/store.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5, COLS = 3 };

static const double cells[ROWS * COLS] = {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42};
static const double labels[ROWS] = {0, 1, 0, 1, 1};

static unsigned char *read_all(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    unsigned char *bytes = f ? malloc(1 << 16) : NULL;

    *size = bytes ? fread(bytes, 1, 1 << 16, f) : 0;
    if (f)
        fclose(f);
    return bytes;
}

static void put(hid_t in, const char *name, hid_t type, int rank, hid_t list, const double *from)
{
    const hsize_t dims[2] = {ROWS, COLS};
    const hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
    const hid_t set = H5Dcreate2(in, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);

    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, from);
    H5Dclose(set);
    H5Sclose(space);
}

static hid_t chunked(int rank, int packed)
{
    const hsize_t chunk[2] = {2, 2};
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    H5Pset_obj_track_times(list, 0);
    if (rank)
        H5Pset_chunk(list, rank, chunk);
    if (packed) {
        H5Pset_shuffle(list);
        H5Pset_deflate(list, 6);
        H5Pset_fletcher32(list);
    }
    return list;
}

static void attribute(hid_t in, const char *name)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t a = H5Acreate2(in, name, H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT);
    const unsigned char one = 1;

    H5Awrite(a, H5T_NATIVE_UCHAR, &one);
    H5Aclose(a);
    H5Sclose(space);
}

static hid_t group(hid_t in, const char *name)
{
    const hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    hid_t g;

    H5Pset_obj_track_times(list, 0);
    g = H5Gcreate2(in, name, H5P_DEFAULT, list, H5P_DEFAULT);
    H5Pclose(list);
    return g;
}

/* A variable of Octave: what it is, and its value. */
static void octave(hid_t file, hid_t plain)
{
    const hid_t g = group(file, "A"), space = H5Screate(H5S_SCALAR), text = H5Tcopy(H5T_C_S1);
    hid_t set;

    attribute(g, "OCTAVE_NEW_FORMAT");
    H5Tset_size(text, 7);
    set = H5Dcreate2(g, "type", text, space, H5P_DEFAULT, plain, H5P_DEFAULT);
    H5Dwrite(set, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, "matrix");
    H5Dclose(set);
    put(g, "value", H5T_IEEE_F64LE, 2, plain, cells);
    H5Tclose(text);
    H5Sclose(space);
    H5Gclose(g);
}

static void fill_table(hid_t file, size_t index)
{
    const hid_t plain = chunked(0, 0), two = chunked(2, index % 2), one = chunked(1, index % 2);
    hid_t g, h;

    switch (index) {
    case 0: /* plain, as h5py writes by default */
        put(file, "X", H5T_IEEE_F64LE, 2, plain, cells);
        put(file, "y", H5T_STD_I32LE, 1, plain, labels);
        put(file, "s", H5T_IEEE_F32BE, 0, plain, cells);
        break;
    case 1: /* packed */
    case 2: /* and in the newer format, in pieces that are not */
        put(file, "X", H5T_IEEE_F32LE, 2, two, cells);
        put(file, "y", H5T_STD_U8LE, 1, one, labels);
        break;
    case 3:
        g = group(file, "g");
        h = group(g, "h");
        put(h, "W1", H5T_IEEE_F64BE, 2, two, cells);
        put(g, "y", H5T_STD_I64LE, 1, plain, labels);
        H5Lcreate_soft("/g/h", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_hard(file, "g", h, "up", H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(h);
        H5Gclose(g);
        break;
    default:
        octave(file, plain);
        put(file, "y", H5T_STD_U16LE, 1, plain, labels);
    }
    H5Pclose(plain);
    H5Pclose(two);
    H5Pclose(one);
}

/* Times off: the file is the same wherever it is made. */
static unsigned char *make_table(size_t index, size_t *size)
{
    const char *path = fuzz_file("input", "", 0);
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE);
    hid_t file;

    if (index == 2 || index == 3)
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_obj_track_times(creation, 0);
    file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    fill_table(file, index);
    H5Fclose(file);
    H5Pclose(access);
    H5Pclose(creation);
    return read_all(path, size);
}

/* A run that has everything a checkpoint may have. */
static lh_status save(lh_ctx *c, const char *path)
{
    static float weights[6] = {0.5f, 1, -1, 2, 0, 3}, velocity[6], bias[2] = {1, 2}, last[6];
    static double loss[2] = {0.5, 0.25}, mean[3] = {1, 2, 3}, deviation[3] = {1, 1, 1}, held = 0.25;
    static double fill[3];
    static uint16_t part[6] = {0, 1, 0, 0, 1, 0};
    static char tape[] = "X = input [m x 3]\nW1 = param [3 x 2] he\n%3 = matmul(X, W1) [m x 2]\n"
                         "b1 = param [1 x 2] zeros\nZ1 = add(%3, b1) [m x 2]\n"
                         "y = input [m x 2]\nL = softmax_ce(Z1, y) [1 x 1]\n";
    static char recipe[] = "labels classes\nmissing mean\nscale standard\nlabel text 3 kind\n"
                           "value blue\nvalue red\nfeature number 0 a\nfeature text 1 b\n"
                           "value no\nvalue yes\n";
    lhi_state_param param[] = {{"W1", 3, 2, weights, last}, {"b1", 1, 2, bias, NULL}};
    lhi_state_number number[] = {{"rate", 0.1}, {"momentum", 0.9}}, kept[] = {{"gathered", 2}};
    void *beside[] = {velocity, NULL};
    lhi_state_slot slot[] = {{"velocity", beside}};
    lhi_state_series series[] = {{"loss", loss}};
    const char *config[] = {"hidden=2"}, *provenance[] = {"host=here"};
    const lhi_state s = {.type = LH_F32, .tape = tape, .param = param, .params = 2,
                         .rule = "momentum", .schedule = "constant", .number = number,
                         .numbers = 2, .slot = slot, .slots = 1, .kept = kept, .kepts = 1,
                         .epoch = 2, .threshold = 0.5, .watch = "loss", .best_epoch = 1,
                         .series = series, .series_count = 1, .epochs = 2, .data_name = "d.csv",
                         .data_cols = 3, .scale = {.cols = 3, .mean = mean,
                                                   .deviation = deviation, .fill = fill},
                         .recipe = recipe, .held = &held, .held_count = 1, .data_rows = 6,
                         .part = part, .config = config, .config_count = 1,
                         .provenance = provenance, .provenance_count = 1};

    return lhi_store_write(c, &s, path);
}

/* The least of one. */
static lh_status save_least(lh_ctx *c, const char *path)
{
    static double weight[1] = {1};
    static char tape[] = "x = input [m x 1]\nw = param [1 x 1] zeros\n%3 = matmul(x, w) [m x 1]\n"
                         "L = mean(%3) [1 x 1]\n";
    lhi_state_param param[] = {{"w", 1, 1, weight, NULL}};
    const lhi_state s = {.type = LH_F64, .tape = tape, .param = param, .params = 1, .rule = "sgd",
                         .schedule = "constant"};

    return lhi_store_write(c, &s, path);
}

static unsigned char *make_ours(size_t index, size_t *size)
{
    const char *path = fuzz_file("input", "", 0);
    double x[ROWS * COLS], y[ROWS];
    const lhi_named list[2] = {
        {.name = "X", .rows = ROWS, .cols = COLS, .bits = 64, .at = x},
        {.name = "y", .rows = 1, .cols = ROWS, .vector = 1, .bits = 32, .at = y}};
    lh_ctx *c = lh_open(0, NULL, "fuzzing");

    memcpy(x, cells, sizeof x);
    memcpy(y, labels, sizeof y);
    if (index == 0)
        save(c, path);
    else if (index == 1)
        save_least(c, path);
    else
        lhi_named_h5_write(c, path, list, 2);
    fuzz_must(lh_close(c) == 0, "the image is made");
    return read_all(path, size);
}

unsigned char *fuzz_make_image(enum fuzz_kind kind, size_t index, size_t *size)
{
    static const char *const old[] = {FUZZ_FILES "/version1.h5", FUZZ_FILES "/version2.h5"};

    H5dont_atexit(); /* as store/ does it, before any other call */
    if (kind == FUZZ_TABLES)
        return index < 5 ? make_table(index, size) : index == 5 ? make_ours(2, size) : NULL;
    return index < 2 ? make_ours(index, size) : index < 4 ? read_all(old[index - 2], size) : NULL;
}
