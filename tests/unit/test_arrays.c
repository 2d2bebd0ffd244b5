/* test_arrays.c -- named arrays of other programs, in files made byte by byte. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/arrays_help.h"

#include <hdf5.h>
#include <math.h>

static const char *const endings[] = {".npz", ".safetensors", ".h5"};
enum { ENDINGS = 3 };

static double values[12] = {0.1, -0.0, 1e-310, 1e308, -3.5, 2, 3, 4, 5, 6, 7, 8};

static const lhi_named wanted[] = {
    {"W1", 3, 4, 0, 64, values},         {"b1", 1, 4, 1, 32, values + 4},
    {"loss", 1, 1, 0, 64, values + 2},   {"group/inner/dW1", 4, 3, 0, 64, values},
    {"none", 0, 3, 0, 64, values},       {"nothing", 1, 0, 1, 64, values},
    {"a \"b\" \\ \xc3\xbc", 2, 2, 0, 32, values + 4},
    {"half", 1, 3, 1, 16, values}, /* written as 64 bits */
};
enum { WANTED = sizeof wanted / sizeof wanted[0] };

static lh_status write_as(const char *path, const lhi_named *list, size_t count, const char *words)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    char none[2000] = "";
    lh_status status;
    size_t before;

    lh_on_message(c, hear, none);
    before = c->block_count;
    status = lhi_arrays_write(c, path, list, count);
    CHECK(c->block_count == before, "writing %s keeps memory", path);
    CHECK(strstr(lh_message(c), words), "\"%s\" lacks \"%s\"", lh_message(c), words);
    lh_close(c);
    return status;
}

static int same(const lhi_named *n, const lhi_named *w)
{
    return n && n->rows == w->rows && n->cols == w->cols && n->vector == w->vector &&
           n->bits == (w->bits == 32 ? 32 : 64) &&
           memcmp(n->at, w->at, w->rows * w->cols * sizeof(double)) == 0;
}

static void written_and_read(void)
{
    const long before = check_count();
    reading r;

    values[10] = (double)NAN;
    values[11] = -(double)INFINITY;
    for (int k = 0; k < ENDINGS; k++) {
        char name[40];
        const char *path, *again;
        size_t size, other;
        char *text, *more;

        snprintf(name, sizeof name, "round%s", endings[k]);
        path = check_path(name);
        CHECK(write_as(path, wanted, WANTED, "") == LH_OK, "writing %s", path);
        begin(&r, path);
        CHECK(r.count == WANTED && !r.warning[0], "%zu arrays, %s %s", r.count, r.warning,
              lh_message(r.c));
        for (size_t i = 0; i < WANTED; i++)
            CHECK(same(find(&r, wanted[i].name), &wanted[i]), "%s%s", wanted[i].name, endings[k]);
        end(&r);
        snprintf(name, sizeof name, "again%s", endings[k]);
        again = check_path(name);
        CHECK(write_as(again, wanted, WANTED, "") == LH_OK, "writing %s", again);
        text = check_read(path, &size);
        more = check_read(again, &other);
        CHECK(size == other && memcmp(text, more, size) == 0, "%s is not always the same", path);
        free(text);
        free(more);
    }
    CHECK(check_count() - before >= 3 * (WANTED + 8), "%ld checks", check_count() - before);
}

/* A file larger than the pieces in which anything is written. */
static void large_arrays(void)
{
    const size_t rows = 700, cols = 501;
    double *at = malloc(rows * cols * sizeof *at);
    lhi_named n = {"large", rows, cols, 0, 64, at};
    reading r;

    for (size_t i = 0; i < rows * cols; i++)
        at[i] = (double)i / 7;
    for (int k = 0; k < ENDINGS; k++) {
        char name[40];

        snprintf(name, sizeof name, "large%s", endings[k]);
        CHECK(write_as(check_path(name), &n, 1, "") == LH_OK, "writing %s", name);
        begin(&r, check_path(name));
        CHECK(r.count == 1 && same(r.list, &n), "%s: %s", name, lh_message(r.c));
        end(&r);
    }
    free(at);
}

static void not_written(void)
{
    static const char *const bad[] = {"",    "/W1", "W1/",  "a//b",   ".",      "..",
                                      "a/.", "../b", "a/../b", "a\nb", "a\x7f"};
    lhi_named two[2] = {{"W1", 1, 1, 0, 64, values}, {"W1", 1, 1, 0, 64, values}};
    const char *path = check_path("kept.npz");
    char *text;

    check_write(path, "old", -1);
    CHECK(write_as(path, two, 2, "two arrays have the name W1") == LH_ENAME, "two of a name");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(two[1].name, LHI_NAME, "%s", bad[i]);
        CHECK(write_as(path, two, 2, "cannot be the name") == LH_ESTATE, "\"%s\"", bad[i]);
    }
    memset(two[1].name, 'n', LHI_NAME);
    CHECK(write_as(path, two, 2, "cannot be the name") == LH_ESTATE, "a name without an end");
    two[0].rows = two[0].cols = SIZE_MAX / 2;
    CHECK(write_as(path, two, 1, "2^31 elements") == LH_ESTATE, "too many elements");
    CHECK(write_as(check_path("kept.txt"), two + 1, 0, ".safetensors or .h5") == LH_EUSAGE, "txt");
    CHECK(write_as(check_path("none/x.npz"), two + 1, 0, "make the folder") == LH_EIO, "folder");
    text = check_read(path, NULL);
    CHECK(strcmp(text, "old") == 0, "the old file was changed");
    free(text);
}

typedef struct npy_case {
    int version;
    const char *dictionary, *data;
    size_t size;
    const char *words; /* NULL: it is read, as what follows */
    size_t rows, cols;
    int vector, bits;
    double at[6];
} npy_case;

#define ONE_LE "\0\0\0\0\0\0\xf0\x3f"
#define ONE_BE "\x3f\xf0\0\0\0\0\0\0"
#define SHORT(word) word, sizeof(word) - 1

static const npy_case npy_cases[] = {
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }\n", SHORT(ONE_LE), NULL, 1, 1,
     0, 64, {1}},
    {2, "{'descr': '>f8', 'fortran_order': False, 'shape': (), }\n", SHORT(ONE_BE), NULL, 1, 1, 0,
     64, {1}},
    {3, "{\"shape\":(2,),\"descr\":\"<f8\",\"fortran_order\":True}", SHORT(ONE_LE ONE_LE), NULL, 1,
     2, 1, 64, {1, 1}},
    {1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 3L)}", SHORT("\0\1\2\3\4\xff"),
     NULL, 2, 3, 0, 64, {0, 1, 2, 3, 4, 255}},
    {1, "{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3)}", SHORT("\0\1\2\3\4\x80"), NULL,
     2, 3, 0, 64, {0, 2, 4, 1, 3, -128}},
    {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}",
     SHORT("\0\0\x80\x3f\0\0\x20\xc1"), NULL, 1, 2, 0, 32, {1, -10}},
    {1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 1)}",
     SHORT("\x3f\x80\0\0\xc1\x20\0\0"), NULL, 2, 1, 0, 32, {1, -10}},
    {1, "{'descr': '<f2', 'fortran_order': False, 'shape': (6,)}",
     SHORT("\0\x3c\0\xc0\xff\x7b\1\0\0\xfc\xff\x03"), NULL, 1, 6, 1, 16,
     {1, -2, 65504, 0x1p-24, -HUGE_VAL, 0x3ffp-24}},
    {1, "{'descr': '>f2', 'fortran_order': False, 'shape': (1,)}", SHORT("\x35\x55"), NULL, 1, 1, 1,
     16, {0x1.554p-2}},
    {1, "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}",
     SHORT("\xfb\xff\xff\xff\7\0\0\0"), NULL, 1, 2, 1, 64, {-5, 7}},
    {1, "{'descr': '>i8', 'fortran_order': False, 'shape': (1,)}", SHORT("\0\x20\0\0\0\0\0\0"),
     NULL, 1, 1, 1, 64, {0x1p53}},
    {1, "{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}", SHORT("\0\0\0\0\0\0\xe0\xff"),
     NULL, 1, 1, 1, 64, {-0x1p53}},
    {1, "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", SHORT("\1\0"), NULL, 1, 2, 1, 64,
     {1, 0}},
    {1, "{'descr': '<u2', 'fortran_order': False, 'shape': (0, 3)}", "", 0, NULL, 0, 3, 0, 64, {0}},
    /* left out, and nothing is left then */
    {1, "{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}", SHORT("\1\0\0\0\0\0\x20\0"),
     .words = "one (integers beyond 2^53)"},
    {1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}",
     SHORT("\xff\xff\xff\xff\xff\xff\xff\xff"), .words = "integers beyond"},
    {1, "{'descr': '<c16', 'fortran_order': False, 'shape': (0,)}", "", 0,
     .words = "one (complex numbers)"},
    {1, "{'descr': '<U5', 'fortran_order': False, 'shape': (0,)}", "", 0, .words = "one (text)"},
    {1, "{'descr': '|O', 'fortran_order': False, 'shape': (0,)}", "", 0, .words = "unknown type"},
    {1, "{'descr': '<f16', 'fortran_order': False, 'shape': (0,)}", "", 0,
     .words = "unusual width"},
    {1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (0,)}", "", 0,
     .words = "structures"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1)}", SHORT(ONE_LE),
     .words = "more than two dimensions"},
    /* refused */
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", "1234567", 7,
     .words = "cut short"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", "123456789", 9,
     .words = "account for"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "", 0,
     .words = "2^31"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,)}", "", 0,
     .words = "2^31"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775808,)}", "", 0,
     .words = "not one of .npy"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "", 0,
     .words = "not one of .npy"},
    {1, "{'descr': '<f8', 'fortran_order': False}", "", 0, .words = "not one of .npy"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}", SHORT(ONE_LE),
     .words = "not one of .npy"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}", SHORT(ONE_LE),
     .words = "not one of .npy"},
    {1, "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,)}", SHORT(ONE_LE),
     .words = "not one of .npy"},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} or so", SHORT(ONE_LE),
     .words = "not one of .npy"},
    {1, "{'descr': '<f8 'fortran_order': False", "", 0, .words = "not one of .npy"},
    {1, "", "", 0, .words = "not one of .npy"},
    {4, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", SHORT(ONE_LE),
     .words = "version"},
};

static void npy_by_hand(void)
{
    for (size_t i = 0; i < sizeof npy_cases / sizeof npy_cases[0]; i++) {
        const npy_case *n = &npy_cases[i];
        bytes b = {.size = 0};
        const char *path;
        reading r;

        put_npy(&b, n->version, n->dictionary, n->data, n->size);
        path = file_of(&b, "one.npy");
        if (n->words) {
            refused(path, n->words);
            continue;
        }
        begin(&r, path);
        if (CHECK(r.count == 1, "%s: %s", n->dictionary, lh_message(r.c))) {
            const lhi_named *l = r.list;

            CHECK(strcmp(l->name, "one") == 0, "its name is %s", l->name);
            CHECK(l->rows == n->rows && l->cols == n->cols && l->vector == n->vector &&
                  l->bits == n->bits, "%s: %zu x %zu, %d, %d", n->dictionary, l->rows, l->cols,
                  l->vector, l->bits);
            for (size_t k = 0; k < n->rows * n->cols; k++)
                CHECK(l->at[k] == n->at[k], "%s: %g at %zu", n->dictionary, l->at[k], k);
        }
        end(&r);
    }
}

static void not_a_number(void)
{
    bytes b = {.size = 0};
    reading r;

    put_npy(&b, 1, "{'descr': '<f2', 'fortran_order': False, 'shape': (1,)}", "\1\x7e", 2);
    begin(&r, file_of(&b, "one.npy"));
    CHECK(r.count == 1 && isnan(r.list->at[0]), "%s", lh_message(r.c));
    end(&r);
}

static void no_such_format(void)
{
    reading r;
    bytes b = {.size = 0};

    check_write(check_path("a.npz"), "", 0);
    refused(check_path("a.npz"), "is empty");
    check_write(check_path("a.npz"), "X,y\n1,0\n", -1);
    refused(check_path("a.npz"), "none of .npy, .npz, safetensors and HDF5");
    put_number(&b, 8, UINT64_C(1) << 63);
    put(&b, "{", 1);
    refused(file_of(&b, "a.safetensors"), "header is longer than the file");
    begin(&r, check_path("not here.npz"));
    CHECK(r.status == LH_ENOINPUT, "status %d", (int)r.status);
    end(&r);
    begin(&r, check_folder());
    CHECK(r.status == LH_ENOINPUT && strstr(lh_message(r.c), "a folder"), "%s", lh_message(r.c));
    end(&r);
}

typedef struct tensors_case {
    const char *header, *words; /* NULL: it is read, as what follows */
    const char *name;
    int rows, cols, bits;
    double first;
} tensors_case;

/* Eight bytes are behind each header: 1.0 as F64. */
static const tensors_case tensors_cases[] = {
    {"{\"W1\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,8]}}  ", NULL, "W1", 1, 1, 64,
     1},
    {"{ \"__metadata__\" : {\"format\":\"pt\", \"a\":\"\\\"{\"} , \"W1\" : { \"shape\" : [ ] ,"
     "\"data_offsets\":[0,8], \"dtype\":\"F64\"}}\n", NULL, "W1", 1, 1, 64, 1},
    {"{\"\\u0057\\u00fc\\ud83d\\ude00\\/x\":{\"dtype\":\"F32\",\"shape\":[2],"
     "\"data_offsets\":[0,8]},\"__metadata__\":{}}", NULL, "W\xc3\xbc\xf0\x9f\x98\x80/x", 1, 2, 32,
     0},
    {"{\"W1\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]}}", NULL, "W1", 2, 2, 16,
     0},
    {"{\"W1\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[8,8]},\"b\":{\"dtype\":\"U8\","
     "\"shape\":[8,1],\"data_offsets\":[0,8]}}", NULL, "b", 8, 1, 64, 0},
    {"{\"s\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U16\","
     "\"shape\":[1,2],\"data_offsets\":[4,8]}}", NULL, "b", 1, 2, 64, 0},
    {"{\"W1\":{\"dtype\":\"F64\",\"shape\":[1,1,1],\"data_offsets\":[0,8]}}",
     .words = "left out: W1"},
    {"{\"W\\u0000\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
     .words = "cannot be used"},
    {"{}", .words = "bytes behind its last array"},
    {"{\"W1\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,16]}}",
     .words = "out of the file"},
    {"{\"W1\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[8,0]}}",
     .words = "out of the file"},
    {"{\"W1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},\"W2\":{\"dtype\":\"F64\","
     "\"shape\":[1],\"data_offsets\":[0,8]}}", .words = "shares bytes"},
    {"{\"W1\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", .words = "leaves bytes"},
    {"{\"W1\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", .words = "more elements"},
    {"{\"W1\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", .words = "account for"},
    {"{\"W1\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
     .words = "2^31"},
    {"{\"W1\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"\\u00571\":{\"dtype\":"
     "\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
     .words = "two arrays have the name W1: W1 and \\u00571"},
};

static const char *const bad_headers[] = {
    "{", "{\"", "{\"W1\"", "{\"W1\":", "{\"W1\":{", "{\"W1\":{}}", "{\"W1\":1}", "{,}", "{}x",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8],}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1,],\"data_offsets\":[0,8]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[-1],\"data_offsets\":[0,8]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1.0],\"data_offsets\":[0,8]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[[1]],\"data_offsets\":[0,8]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8,8]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,18446744073709551624]}}",
    "{\"W1\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8],\"more\":\"x\"}}",
    "{\"\\x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"\\ud83d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"\\ud83d\\u0041\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"\\ude00\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"\\u12\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"a\nb\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":{\"a\":{}}}", "{\"__metadata__\":[]}",
};

static const char *tensors_file(const char *header)
{
    bytes b = {.size = 0};

    put_number(&b, 8, strlen(header));
    put(&b, header, strlen(header));
    put(&b, ONE_LE, 8);
    return file_of(&b, "a.safetensors");
}

static void safetensors_by_hand(void)
{
    for (size_t i = 0; i < sizeof tensors_cases / sizeof tensors_cases[0]; i++) {
        const tensors_case *t = &tensors_cases[i];
        const char *path = tensors_file(t->header);
        const lhi_named *n;
        reading r;

        if (t->words) {
            refused(path, t->words);
            continue;
        }
        begin(&r, path);
        n = find(&r, t->name);
        CHECK(n && n->rows == (size_t)t->rows && n->cols == (size_t)t->cols && n->bits == t->bits &&
              n->at[0] == t->first, "%s: %s", t->header, lh_message(r.c));
        end(&r);
    }
    for (size_t i = 0; i < sizeof bad_headers / sizeof bad_headers[0]; i++)
        refused(tensors_file(bad_headers[i]), "not the JSON");
}

/* For arrays_others.sh: reads a file, writes another. */
static int copy(const char *from, const char *to)
{
    lh_ctx *c = lh_open(0, NULL, "test_arrays");
    lhi_named *list;
    size_t count;

    if (lhi_arrays_read(c, from, &list, &count) == LH_OK)
        lhi_arrays_write(c, to, list, count);
    return lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"what is written in a format is read from it, to the bit", written_and_read},
        {"large arrays too", large_arrays},
        {"what cannot be saved leaves the old file", not_written},
        {"NumPy's arrays: types, orders, shapes, and what is none", npy_by_hand},
        {"a half that is not a number", not_a_number},
        {"a file of no such format says so", no_such_format},
        {"safetensors: types, names, offsets, and what is none", safetensors_by_hand},
        {NULL, NULL},
    };

    if (argc == 4 && strcmp(argv[1], "--copy") == 0)
        return copy(argv[2], argv[3]);
    return check_main(argc, argv, "arrays", tests);
}
