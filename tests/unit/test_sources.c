/* test_sources.c -- files of rows in other formats than text: read alike, and never believed. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/source.h"
#include "framework/store/named_h5.h"
#include "tests/check.h"

#include <longhand/data.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The HDF5 library (1.10.8) loses an object header that it cannot read: 424 bytes of its own. */
#if defined(__SANITIZE_ADDRESS__)
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}
#endif

static void swallow(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *quiet(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, swallow, NULL);
    return c;
}

enum { ROWS = 5, COLS = 3 };

/* Row i, column j; the last column is the label. */
static double cell(size_t i, size_t j)
{
    return j == COLS - 1 ? (double)(i % 2) : (double)(i * 10 + j);
}

/* The three of a table that all files here hold. */
static void check_table(const char *what, const lhi_table *t, const lh_ctx *c)
{
    if (!CHECK(t->rows == ROWS && t->cols == COLS, "%s: %zu x %zu: %s", what, t->rows, t->cols,
               lh_message(c)))
        return;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            CHECK(lhi_table_at(t, i, j) == cell(i, j), "%s: row %zu, column %zu is %g", what, i, j,
                  lhi_table_at(t, i, j));
    CHECK((t->label == -1 || t->label == COLS - 1) && t->labels == 1, "%s: label %ld", what,
          t->label);
    CHECK(strlen(t->digest) == 64 && t->column[0].missing == 0, "%s: digest %s", what, t->digest);
}

static void reads(const char *what, const char *path)
{
    for (lh_type keep = LH_F32; keep <= LH_F64; keep++) {
        lh_ctx *c = quiet();
        lhi_table t = {.rows = 0};

        lhi_table_read(c, path, keep, LHI_CELLS_LOOSE, &t);
        check_table(what, &t, c);
        lh_close(c);
    }
}

/* The same numbers in IDX of one type, whole or the features alone. */
static long write_idx(const char *name, unsigned type, size_t from, size_t cols, int flat)
{
    unsigned char bytes[2000] = {0, 0, (unsigned char)type, (unsigned char)(flat ? 1 : 2), 0, 0, 0,
                                 ROWS, 0, 0, 0, (unsigned char)cols};
    size_t at = flat ? 8 : 12;

    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < cols; j++) {
            const double x = cell(i, from + j);
            const float f = (float)x;
            uint32_t word = (uint32_t)x;
            uint64_t wide;
            size_t width = type == 8 || type == 9 ? 1 : type == 11 ? 2 : type == 14 ? 8 : 4;

            memcpy(&wide, &x, sizeof wide);
            if (type == 13)
                memcpy(&word, &f, sizeof word);
            for (size_t k = width; k-- > 0;)
                bytes[at++] = (unsigned char)((type == 14 ? wide : word) >> 8 * k);
        }
    check_write(check_path(name), bytes, (long)at);
    return (long)at;
}

static void idx(void)
{
    static const unsigned types[] = {8, 9, 11, 12, 13, 14};
    char path[600];

    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        write_idx("a.idx", types[k], 0, COLS, 0);
        reads("IDX", check_path("a.idx"));
        write_idx("images", types[k], 0, COLS - 1, 0);
        write_idx("labels", 8, COLS - 1, 1, 1);
        snprintf(path, sizeof path, "%s+%s", check_path("images"), check_path("labels"));
        reads("IDX and labels", path);
    }
    check_write(check_path("labels.csv"), "y\n0\n1\n0\n1\n0\n", -1);
}

/* Values in the order in which a .npy of this header has them. */
static void write_npy(const char *name, const char *head, int by_columns)
{
    char bytes[2000] = "\x93NUMPY\1\0v";
    double x[ROWS * COLS];

    memset(bytes + 10, ' ', 118);
    memcpy(bytes + 10, head, strlen(head));
    bytes[127] = '\n';
    for (size_t k = 0; k < ROWS * COLS; k++)
        x[k] = by_columns ? cell(k % ROWS, k / ROWS) : cell(k / COLS, k % COLS);
    for (size_t k = 0; k < ROWS * COLS; k++) {
        const int16_t small = (int16_t)x[k];
        const float single = (float)x[k];

        if (strstr(head, "<i2"))
            memcpy(bytes + 128 + 2 * k, &small, 2);
        else if (strstr(head, "<f4"))
            memcpy(bytes + 128 + 4 * k, &single, 4);
        else
            memcpy(bytes + 128 + 8 * k, &x[k], 8);
    }
    check_write(check_path(name), bytes,
                128 + ROWS * COLS * (strstr(head, "<i2") ? 2 : strstr(head, "<f4") ? 4 : 8));
}

/* Features and labels as named arrays. */
static size_t named(lhi_named *list, double *x, double *y)
{
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j + 1 < COLS; j++)
            x[i * (COLS - 1) + j] = cell(i, j);
        y[i] = cell(i, COLS - 1);
    }
    list[0] = (lhi_named){.name = "y", .rows = 1, .cols = ROWS, .vector = 1, .bits = 64, .at = y};
    list[1] = (lhi_named){.name = "X", .rows = ROWS, .cols = COLS - 1, .bits = 32, .at = x};
    return 2;
}

static void write_npz(const char *name)
{
    lh_ctx *c = quiet();
    lhi_text t = {.c = c};
    double x[ROWS * COLS], y[ROWS];
    lhi_named list[2];

    lhi_npz_put(&t, "a.npz", list, named(list, x, y));
    check_write(check_path(name), t.at, (long)t.size);
    lh_close(c);
}

static void numpy(void)
{
    write_npy("a.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 3), }", 0);
    reads(".npy", check_path("a.npy"));
    write_npy("a.npy", "{'descr': '<f8', 'fortran_order': True, 'shape': (5, 3), }", 1);
    reads(".npy by columns", check_path("a.npy"));
    write_npy("a.npy", "{'descr': '<i2', 'fortran_order': False, 'shape': (5, 3), }", 0);
    reads(".npy of integers", check_path("a.npy"));
    write_npy("a.npy", "{'descr': '<f4', 'fortran_order': True, 'shape': (5, 3), }", 1);
    reads(".npy of floats by columns", check_path("a.npy"));
    write_npz("a.npz");
    reads(".npz", check_path("a.npz"));
}

static void write_h5(const char *name)
{
    lh_ctx *c = quiet();
    double x[ROWS * COLS], y[ROWS];
    lhi_named list[2];
    char *bytes;
    size_t size;

    lhi_named_h5_write(c, check_path(name), list, named(list, x, y));
    lh_close(c);
    bytes = check_read(check_path(name), &size);
    check_write(check_path(name), bytes + 512, (long)size - 512); /* without our block before it */
    free(bytes);
}

static void hdf5(void)
{
    write_h5("a.h5");
    reads("HDF5", check_path("a.h5"));
}

static const char svm[] = "0 1:0 2:1\n1 1:10 2:11 # by hand\n\n0 2:21 1:20\n1 1:30 2:31\n"
                          "0 1:40 2:41\n";
static const char fann[] = "5 2 1\n0 1\n0\n10 11\n1\n20 21\n0\n30 31\n1\n40 41\n0\n";

static void texts(void)
{
    check_write(check_path("a.svm"), svm, -1);
    reads("libsvm", check_path("a.svm"));
    check_write(check_path("a.svm"), "0 1:1\n1 0:10 1:11\n0 0:20 1:21\n1 1:31 0:30\n0 0:40 1:41",
                -1);
    reads("libsvm from 0", check_path("a.svm"));
    check_write(check_path("a.data"), fann, -1);
    reads("FANN", check_path("a.data"));
}

static void side_by_side(void)
{
    char path[600];

    check_write(check_path("x.csv"), "a,b\n0,1\n10,11\n20,21\n30,31\n40,41\n", -1);
    write_idx("labels", 8, COLS - 1, 1, 1);
    snprintf(path, sizeof path, "%s+%s", check_path("x.csv"), check_path("labels"));
    reads("CSV and IDX", path);
    check_write(check_path("a+b.csv"), "0,1,0\n10,11,1\n20,21,0\n30,31,1\n40,41,0\n", -1);
    reads("a plus in a name", check_path("a+b.csv"));
}

static void refuses(const char *path, const char *message)
{
    lh_ctx *c = quiet();
    lhi_table t = {.rows = 0};

    lhi_table_read(c, path, LH_F64, LHI_CELLS_LOOSE, &t);
    CHECK(lh_error(c) != LH_OK && strstr(lh_message(c), message) && strstr(lh_message(c), "hint: "),
          "no '%s' in '%s'", message, lh_message(c));
    lh_close(c);
}

static void refuses_text(const char *text, const char *message)
{
    check_write(check_path("bad"), text, -1);
    refuses(check_path("bad"), message);
}

static void errors(void)
{
    static const unsigned char huge[] = {0, 0, 8, 2, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0x40, 0};
    static const unsigned char wide[] = {0, 0, 8, 4, 0, 0, 0, 9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                         0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    char path[600];

    refuses_text("1 1:2\n0 x:3\n", "bad line 2: 'x:3'");
    refuses_text("1 1:2\n0 1:nan\n", "bad line 2: '1:nan'");
    refuses_text("1 1:2\nz 1:3\n", "bad line 2: 'z'");
    refuses_text("1 99999999:2\n0 1:3\n", "columns: 1 to 65535 are allowed");
    refuses_text("1 60000:2\n0 1:3\n", "too sparse");
    refuses_text("2 2 1\n1 2\n3\n4 5 6\n7\n", "line 4 has 3 numbers: line 1 promises 2 inputs");
    refuses_text("2 2 1\n1 2\n3\n4 x\n7\n", "line 4: 'x' is no number");
    refuses_text("3 2 1\n1 2\n3\n4 5\n7\n", "line 1 promises 3 samples, it has 2");
    refuses_text("2 2 1\n1 2\n3\n4 5\n7\n8 9\n1\n", "line 6 is one too many");
    refuses_text("9999999999 2 1\n1 2\n3\n", "more samples than it has bytes");
    check_write(check_path("bad"), huge, sizeof huge);
    refuses(check_path("bad"), "it claims more elements than it has");
    check_write(check_path("bad"), wide, sizeof wide);
    refuses(check_path("bad"), "columns: 1 to 65535");
    write_npy("bad", "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 3, 1), }", 0);
    refuses(check_path("bad"), "has 3 dimensions");
    write_npy("bad", "{'descr': '<U8', 'fortran_order': False, 'shape': (5, 3), }", 0);
    refuses(check_path("bad"), "has text");
    write_npy("bad", "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 2), }", 0);
    refuses(check_path("bad"), "has bytes that its shape does not account for");
    write_npy("bad", "{'descr': '<f8', 'fortran_order': False, 'shape': (999999, 2000), }", 0);
    refuses(check_path("bad"), "it claims more elements than it has");
    write_idx("x", 8, 0, COLS - 1, 0);
    check_write(check_path("y.csv"), "y\n0\n1\n", -1);
    check_write(check_path("z.csv"), "y,z\n0,1\n1,1\n", -1);
    snprintf(path, sizeof path, "%s+%s", check_path("x"), check_path("z.csv"));
    refuses(path, "x has 5 rows");
    snprintf(path, sizeof path, "%s+%s", check_path("x"), check_path("absent"));
    refuses(path, "there is no file");
}

typedef struct own {
    size_t given, wrong_row;
    double wrong;
} own;

static int give(void *arg, size_t row, double *to)
{
    own *o = arg;

    o->given++;
    if (row == o->wrong_row && !(o->wrong > 0))
        return 1;
    for (size_t j = 0; j < COLS; j++)
        to[j] = row == o->wrong_row ? o->wrong : cell(row, j);
    return 0;
}

/* The driver's own rows: as if they came from a file, and nothing after an error. */
static void own_rows(void)
{
    static const own odd[] = {{0, 3, 0}, {0, 2, INFINITY}};
    static const char *const messages[] = {"mine has no row 3", "mine row 3, column 1"};
    lh_ctx *c = quiet();
    own o = {0, ROWS, 0};
    const lh_reading how = {.label = "2", .labels = LH_LABELS_VALUES};
    lh_data *d = lh_data_rows(c, "mine", ROWS, COLS, give, &o, NULL);

    CHECK(lh_rows(d) == ROWS && lh_cols(d) == COLS - 1 && o.given == ROWS &&
              lh_labels_of(d) == LH_LABELS_BINARY, "%s", lh_message(c));
    d = lh_data_rows(c, "mine", ROWS, COLS, give, &o, &how);
    CHECK(lh_rows(d) == ROWS && lh_labels_of(d) == LH_LABELS_VALUES, "%s", lh_message(c));
    lh_close(c);
    for (size_t k = 0; k < 2; k++) {
        c = quiet();
        o = odd[k];
        CHECK(lh_rows(lh_data_rows(c, "mine", ROWS, COLS, give, &o, NULL)) == 0 &&
                  lh_error(c) == LH_EDATA && strstr(lh_message(c), messages[k]), "%s",
              lh_message(c));
        lh_close(c);
    }
    c = quiet();
    lh_data_rows(c, "mine", (size_t)1 << 30, 60000, give, &o, NULL);
    CHECK(lh_error(c) == LH_EDATA && strstr(lh_message(c), "would be a table of 515396.1 GB"), "%s",
          lh_message(c));
    lh_close(c);
}

/* What is missing is counted, what is infinite refused. */
static void nothing_there(void)
{
    double x[] = {1, 0, NAN, 1, 2, NAN};
    char bytes[128 + sizeof x], *written;
    lh_ctx *c = quiet();
    lhi_table t = {.rows = 0};

    write_npy("a.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }", 0);
    written = check_read(check_path("a.npy"), NULL);
    memcpy(bytes, written, 128);
    free(written);
    memcpy(bytes + 128, x, sizeof x);
    check_write(check_path("a.npy"), bytes, sizeof bytes);
    lhi_table_read(c, check_path("a.npy"), LH_F64, LHI_CELLS_LOOSE, &t);
    CHECK(t.rows == 3 && t.column[0].missing == 1 && t.column[0].missing_at == 2 &&
              t.column[1].missing_at == 3 && t.first_line == 0, "%s", lh_message(c));
    lh_close(c);
    x[4] = INFINITY;
    memcpy(bytes + 128, x, sizeof x);
    check_write(check_path("a.npy"), bytes, sizeof bytes);
    refuses(check_path("a.npy"), "row 3, column 1: the number is not finite");
}

/* Every cut and every turned bit of a file is read or refused, and nothing else. */
static void damaged(void)
{
    static const char *const names[] = {"a.idx", "a.npy", "a.npz", "a.h5", "a.svm", "a.data"};
    long tries = 0, read = 0, bad = 0;

    write_idx("a.idx", 13, 0, COLS, 0);
    write_npy("a.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 3), }", 0);
    write_npz("a.npz");
    write_h5("a.h5");
    check_write(check_path("a.svm"), svm, -1);
    check_write(check_path("a.data"), fann, -1);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        size_t size;
        char *bytes = check_read(check_path(names[k]), &size);
        const size_t step = size > 2000 ? 37 : 1; /* HDF5 has a test of its own for every bit */

        for (size_t i = 0; i < 9 * size; i += step, tries++) {
            const size_t bit = i - size;
            lh_ctx *c = quiet();
            lhi_table t = {.rows = 0};

            if (i >= size)
                bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
            check_write(check_path("damaged"), bytes, (long)(i < size ? i : size));
            if (i >= size)
                bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
            lhi_table_read(c, check_path("damaged"), LH_F32, LHI_CELLS_LOOSE, &t);
            read += lh_error(c) == LH_OK;
            bad += lh_error(c) != LH_OK && lh_error(c) != LH_EDATA && lh_error(c) != LH_EFORMAT;
            lh_close(c);
        }
        free(bytes);
    }
    CHECK(bad == 0 && tries > 8000 && read > 500, "%ld files, %ld read, %ld odd statuses", tries,
          read, bad);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"IDX of every type is read, with labels beside it, too", idx},
        {"arrays of NumPy are read", numpy},
        {"arrays in HDF5 are read", hdf5},
        {"libsvm and FANN are read", texts},
        {"two files of any kind stand side by side", side_by_side},
        {"what is wrong in one of them is said", errors},
        {"NaN is missing, and infinity refused", nothing_there},
        {"a driver's own rows are a set like others", own_rows},
        {"damaged ones do no harm", damaged},
        {NULL, NULL}};

    return check_main(argc, argv, "sources", tests);
}
