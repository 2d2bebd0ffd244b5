/* arrays_h5_help.h -- HDF5 files as other programs write them, for the tests of named arrays. */
/* SPDX-License-Identifier: MIT */
#ifndef ARRAYS_H5_HELP_H
#define ARRAYS_H5_HELP_H

#include "tests/unit/arrays_help.h"

#include <hdf5.h>

static inline hid_t dataset(hid_t in, const char *name, hid_t type, hid_t memory, int rank,
                     const hsize_t *dims, const void *at)
{
    const hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
    const hid_t set = H5Dcreate2(in, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

    CHECK(set >= 0 && H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, at) >= 0, "%s", name);
    H5Sclose(space);
    return set;
}

static inline void numbers(hid_t in, const char *name, hid_t type, int rank, hsize_t rows,
                           hsize_t cols)
{
    static const double at[4000] = {1, 2, 3, 4, 5, 6, 7, 8};
    const hsize_t dims[3] = {rows, cols, 1};

    H5Dclose(dataset(in, name, type, H5T_NATIVE_DOUBLE, rank, dims, at));
}

static inline void text(hid_t in, const char *name, const char *at)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, strlen(at) + 1);
    H5Dclose(dataset(in, name, type, type, 0, NULL, at));
    H5Tclose(type);
}

/* As Octave 7 saves a variable. */
static inline hid_t octave(hid_t file, const char *name, const char *type)
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

static inline hid_t half(void)
{
    const hid_t type = H5Tcopy(H5T_IEEE_F32LE);

    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

static inline void fill(hid_t file)
{
    const hid_t outer = H5Gcreate2(file, "layer", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t inner = H5Gcreate2(outer, "1", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t complex = H5Tcreate(H5T_COMPOUND, 16), narrow = half();
    const hsize_t none[2] = {0, 5};
    static const double one[2] = {1, -2.5};
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
    H5Dclose(dataset(file, "z", complex, complex, 0, NULL, one));
    H5Lcreate_soft("/layer/1/W", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "/W", file, "far", H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(complex);
    H5Tclose(narrow);
    H5Gclose(inner);
    H5Gclose(outer);
}

/* In the format of 1998, or in the newest that the library has. */
static inline const char *h5_file_as(void (*make)(hid_t file), hsize_t block, int newest)
{
    const char *path = check_path("other.h5");
    const hid_t list = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t file;

    if (newest)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    H5Pset_userblock(list, block);
    file = H5Fcreate(path, H5F_ACC_TRUNC, list, access);
    make(file);
    CHECK(H5Fclose(file) >= 0, "closing %s", path);
    H5Pclose(list);
    H5Pclose(access);
    return path;
}

static inline const char *h5_file(void (*make)(hid_t file), hsize_t block)
{
    return h5_file_as(make, block, 0);
}

/* Behind filters: 'd' deflate, 's' shuffle, 'f' Fletcher32, 'n' N-Bit; 0.5 * i in each place. */
static inline void filtered(hid_t file, const char *name, hid_t type, const char *filters,
                            int rank, hsize_t rows, hsize_t cols)
{
    static double at[10000];
    const hsize_t dims[2] = {rows, cols}, chunk[2] = {7, 5};
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, dims, NULL);
    hid_t set;

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        at[i] = 0.5 * (double)i;
    H5Pset_chunk(list, rank, chunk);
    for (; *filters; filters++) {
        if (*filters == 'd')
            H5Pset_deflate(list, 6);
        else if (*filters == 's')
            H5Pset_shuffle(list);
        else if (*filters == 'f')
            H5Pset_fletcher32(list);
        else
            H5Pset_nbit(list);
    }
    set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    CHECK(set >= 0 && H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, at) >= 0,
          "%s", name);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(list);
}

#endif
