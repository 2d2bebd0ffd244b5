/* test_arrays_h5.c -- arrays in HDF5: written by us, by Octave and other programs, to do harm. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"
#include "tests/unit/arrays_h5_help.h"

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
    const hsize_t dims[2] = {rows, 4}, most[2] = {H5S_UNLIMITED, 4};
    const int grows = H5Pget_layout(list) == H5D_CHUNKED;
    const hid_t space = H5Screate_simple(2, dims, grows ? most : NULL);

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

static hid_t deflated(hsize_t rows, hsize_t cols)
{
    const hsize_t chunk[2] = {rows, cols};
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    H5Pset_chunk(list, 2, chunk);
    H5Pset_deflate(list, 6);
    return list;
}

static void compressed_never_written(hid_t file)
{
    made_with(file, deflated(2, 4), 2);
}

static void compressed_too_large(hid_t file)
{
    made_with(file, deflated(2, 4), (hsize_t)1 << 40);
}

static void chunk_too_large(hid_t file)
{
    made_with(file, deflated(1 << 22, 4), 2);
}

static void packed(hid_t file)
{
    filtered(file, "W", H5T_STD_I32LE, "n", 2, 20, 12);
}

/* A chunk of 2 x 4 doubles, stored as `size` bytes that are said to have passed all filters. */
static void raw_chunk(hid_t file, const void *at, size_t size)
{
    const hsize_t dims[2] = {2, 4}, offset[2] = {0, 0};
    const hid_t list = deflated(2, 4), space = H5Screate_simple(2, dims, NULL);
    const hid_t set =
        H5Dcreate2(file, "W", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT);

    CHECK(H5Dwrite_chunk(set, H5P_DEFAULT, 0, offset, size, at) >= 0, "a raw chunk");
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(list);
}

/* 64 zeros as zlib compresses them, and 4096. */
static void right_chunk(hid_t file)
{
    static const unsigned char at[] = {0x78, 0x9c, 0x63, 0x60, 0xa0, 0x0c,
                                       0,    0,    0,    0x40, 0,    1};

    raw_chunk(file, at, sizeof at);
}

static void bomb(hid_t file)
{
    static const unsigned char at[] = {0x78, 0x9c, 0xed, 0xc1, 1, 0x0d, 0, 0, 0,
                                       0xc2, 0xa0, 0xf7, 0x4f, 0x6d, 0x0f, 0x07, 0x14, 0,
                                       0, 0xf0, 0x6e, 0x10, 0, 0, 0, 1};

    raw_chunk(file, at, sizeof at);
}

static void no_stream(hid_t file)
{
    raw_chunk(file, "no stream of zlib", 17);
}

static void gzipped(hid_t file)
{
    static const char *const filters[] = {"d", "sd", "sdf", "fsd", "sf", "f", "ds", "fd"};
    char name[12];

    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        snprintf(name, sizeof name, "W%zu", i);
        filtered(file, name, i % 2 ? H5T_IEEE_F32BE : H5T_IEEE_F64LE, filters[i], 2, 20, 12);
        snprintf(name, sizeof name, "b%zu", i);
        filtered(file, name, H5T_IEEE_F64LE, filters[i], 1, 999, 1);
    }
}

/* What is decoded here is what HDF5 has put there, of chunks that stand over the edges, too. */
static void h5_gzipped(void)
{
    reading r;

    if (lhi_inflate(NULL, 0, NULL, 0, 1) < 0) {
        refused(h5_file(gzipped, 0), "this Longhand was built without zlib");
        return;
    }
    for (int newest = 0; newest < 2; newest++) {
        size_t elements = 0, wrong = 0;

        begin(&r, h5_file_as(gzipped, 0, newest));
        for (size_t k = 0; k < r.count; k++)
            for (size_t i = 0; i < r.list[k].rows * r.list[k].cols; i++, elements++)
                wrong += r.list[k].at[i] != 0.5 * (double)i;
        CHECK(elements == 8 * (240 + 999) && wrong == 0, "%zu of %zu elements are wrong; %s",
              wrong, elements, lh_message(r.c));
        end(&r);
    }
    begin(&r, h5_file(right_chunk, 0));
    CHECK(r.count == 1 && r.list[0].at[7] == 0, "%s", lh_message(r.c));
    end(&r);
    refused(h5_file(bomb, 0), "W is damaged: a chunk cannot be decompressed to the size");
    refused(h5_file(no_stream, 0), "W is damaged: a chunk cannot be decompressed to the size");
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
    refused(h5_file(compressed_never_written, 0), "W claims more bytes than are stored");
    refused(h5_file(compressed_too_large, 0), "W claims more bytes than the file has");
    refused(h5_file(chunk_too_large, 0), "W has chunks larger than the file");
    refused(h5_file(packed, 0), "W is packed by N-Bit, a filter that is not allowed");
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
        {"HDF5 behind gzip, shuffle and checksums", h5_gzipped},
        {"HDF5 that is made to do harm is refused", h5_refused},
        {"HDF5 that is cut short is refused", h5_cut_short},
        {NULL, NULL},
    };

    return check_main(argc, argv, "arrays_h5", tests);
}
