/* test_streaming.c -- sets that stay in their file: the order, the rows, what is refused. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/data/data.h"
#include "tests/check.h"

#include <hdf5.h>
#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *opened(void)
{
    lh_ctx *c = lh_open(0, NULL, "");

    lh_on_message(c, silent, NULL);
    return c;
}

/* Every row once; a window's rows from as many blocks as it has, and one more at most. */
static void blocks_are_a_permutation(void)
{
    static const size_t rows[] = {1, 2, 7, 64, 100, 1000, 4097};
    static const size_t blocks[] = {1, 2, 3, 16, 100, 5000};
    enum { MOST = 4097 };
    static uint32_t order[MOST], other[MOST];
    static unsigned char seen[MOST];
    size_t cases = 0, moved = 0;

    for (size_t r = 0; r < 7; r++)
        for (size_t b = 0; b < 6; b++)
            for (size_t wide = 1; wide <= 4; wide++, cases++) {
                const size_t n = rows[r], block = blocks[b], window = block * wide;
                size_t bad = 0, spread = 0;

                lhi_random_blocks(5, LHI_STREAM_SHUFFLE, 1, order, n, block, window);
                lhi_random_blocks(5, LHI_STREAM_SHUFFLE, 2, other, n, block, window);
                memset(seen, 0, sizeof seen);
                for (size_t i = 0; i < n; i++)
                    bad += order[i] >= n || seen[order[i]]++ > 0;
                CHECK(bad == 0, "%zu rows in blocks of %zu: %zu are wrong", n, block, bad);
                moved += memcmp(order, other, n * sizeof *order) != 0;
                for (size_t from = 0; from < n; from += window) {
                    size_t count = 0;

                    memset(seen, 0, sizeof seen);
                    for (size_t i = from; i < from + window && i < n; i++) {
                        count += !seen[order[i] / block];
                        seen[order[i] / block] = 1;
                    }
                    spread = count > spread ? count : spread;
                }
                CHECK(spread <= wide + 1, "a window of %zu blocks reads %zu", wide, spread);
            }
    CHECK(cases == 168 && moved > 120, "%zu cases, %zu in another order", cases, moved);
}

/* Numbers in a file as NumPy writes it; value(i, j) of a cell. */
static const char *npy(const char *name, size_t rows, size_t cols, unsigned bytes,
                       double (*value)(size_t i, size_t j))
{
    const char *path = check_path(name);
    char head[129];
    FILE *f = fopen(path, "wb");

    memset(head, ' ', sizeof head);
    memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
    head[10 + snprintf(head + 10, 118, "{'descr': '<f%u', 'fortran_order': False, 'shape': "
                       "(%zu, %zu), }", bytes, rows, cols)] = ' ';
    head[127] = '\n';
    fwrite(head, 1, 128, f);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const double x = value(i, j);
            const float y = (float)x;

            fwrite(bytes == 4 ? (const void *)&y : (const void *)&x, bytes, 1, f);
        }
    fclose(f);
    return path;
}

enum { ROWS = 5000, COLS = 80 }; /* more blocks than one */

static double number(size_t i, size_t j)
{
    const size_t mixed = (i * 2654435761u + j * 40503u) % 10007;

    return j == COLS - 1 ? (double)(mixed % 2) : (double)(mixed % 1009) / 64 - (double)(j % 5);
}

static const char *csv(const char *name)
{
    const char *path = check_path(name);
    FILE *f = fopen(path, "w");

    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            fprintf(f, "%.17g%c", number(i, j), j == COLS - 1 ? '\n' : ',');
    fclose(f);
    return path;
}

/* Two epochs of a small network; its parameters. */
static void trained(lh_ctx *c, const char *path, const lh_reading *how, size_t batch, int threads,
                    lh_type type, double *theta)
{
    lh_data *d, *test;
    lh_tape *t;
    lh_var X, y, L;
    lh_run *r;

    c->set.threads = threads;
    d = lh_data_read(c, path, how);
    test = lh_hold_out(d, 0.25);
    t = lh_tape_new(lh_params_new(c, type));
    X = lh_input(t, "X", LH_ROWS, lh_cols(d));
    y = lh_input(t, "y", LH_ROWS, 1);
    L = lh_bce_logits(lh_dense(X, "1", 1, LH_GLOROT), y);
    r = lh_train(L, LH_SGD(0.1), d, batch, 2);
    while (lh_epoch(r))
        ;
    theta[0] = lh_last_loss(r);
    theta[1] = lh_loss(L, test);
    lh_close(c);
}

/* Without an order of epochs nothing tells a set that streams from one in memory. */
static void rows_are_those_of_memory(void)
{
    const char *text = csv("all.csv"), *four, *eight;
    const lh_reading memory = {0}, stream = {.stream = 1};

    four = npy("four.npy", ROWS, COLS, 4, number);
    eight = npy("eight.npy", ROWS, COLS, 8, number);
    for (int type = LH_F32; type <= LH_F64; type++) {
        double a[2], b[2], e[2];

        trained(opened(), text, &memory, 0, 1, (lh_type)type, a);
        trained(opened(), four, &stream, 0, 2, (lh_type)type, b);
        trained(opened(), eight, &stream, 0, 3, (lh_type)type, e);
        CHECK(memcmp(a, b, sizeof a) == 0 && memcmp(a, e, sizeof a) == 0,
              "type %d: %.17g, %.17g, %.17g", type, a[1], b[1], e[1]);
        trained(opened(), text, &memory, 32, 1, (lh_type)type, a);
        trained(opened(), four, &stream, 32, 1, (lh_type)type, b);
        trained(opened(), eight, &stream, 32, 2, (lh_type)type, e);
        CHECK(memcmp(a, b, sizeof a) != 0, "rows were not drawn by blocks");
    }
}

/* The same file, the same bits. */
static void threads_change_nothing(void)
{
    const char *path = npy("threads.npy", ROWS, COLS, 4, number);
    const lh_reading stream = {.stream = 1};
    double a[2], b[2];

    trained(opened(), path, &stream, 32, 1, LH_F32, a);
    trained(opened(), path, &stream, 32, 4, LH_F32, b);
    CHECK(memcmp(a, b, sizeof a) == 0, "%.17g and %.17g", a[1], b[1]);
}

/* Trains to an epoch, from a checkpoint or from the beginning, and saves. */
static lh_status saved_at(const char *path, int stream, long epochs, const char *from,
                          const char *to)
{
    lh_ctx *c = opened();
    lh_status status;
    lh_data *d;
    lh_tape *t;
    lh_run *r;
    lh_var X, L;

    lh_opt_set(c, "reproducible", "1");
    if (from)
        lh_opt_set(c, "resume", from);
    d = lh_data_read(c, path, &(lh_reading){.stream = stream});
    lh_hold_out(d, 0.25);
    t = lh_tape_new(lh_params_new(c, LH_F32));
    X = lh_input(t, "X", LH_ROWS, lh_cols(d));
    L = lh_bce_logits(lh_dense(X, "1", 1, LH_GLOROT), lh_input(t, "y", LH_ROWS, 1));
    r = lh_train(L, LH_SGD(0.1), d, 32, epochs);
    while (lh_epoch(r))
        ;
    lh_save(r, to);
    status = lh_error(c);
    if (status != LH_OK)
        CHECK(strstr(lh_message(c), "stream") != NULL, "%s", lh_message(c));
    lh_close(c);
    return status;
}

static void a_run_goes_on(void)
{
    const char *path = npy("run.npy", ROWS, COLS, 4, number);
    const char *half = check_path("half.h5"), *rest = check_path("rest.h5");
    const char *whole = check_path("whole.h5"), *other = check_path("other.h5");
    size_t n, m;
    char *a, *b;

    CHECK(saved_at(path, 1, 4, NULL, whole) == LH_OK, "a run");
    CHECK(saved_at(path, 1, 2, NULL, half) == LH_OK, "its half");
    CHECK(saved_at(path, 1, 4, half, rest) == LH_OK, "its rest");
    a = check_read(whole, &n);
    b = check_read(rest, &m);
    CHECK(n == m && memcmp(a, b, n) == 0, "the rest of a run is another");
    CHECK(saved_at(path, 0, 4, half, other) == LH_EMISMATCH, "it goes on in memory");
    CHECK(saved_at(path, 0, 2, NULL, half) == LH_OK, "a run in memory");
    CHECK(saved_at(path, 1, 4, half, other) == LH_EMISMATCH, "it goes on from the file");
    free(a);
    free(b);
}

static double flawed(size_t i, size_t j)
{
    return i == 7 && j == 3 ? 1 / 0.0 : number(i, j);
}

static double holed(size_t i, size_t j)
{
    return i == 7 && j == 3 ? 0 / 0.0 : number(i, j);
}

/* A file of so many bytes more or less than its header says, or with another header. */
static const char *changed(const char *name, long more, const char *from, const char *to)
{
    size_t size;
    char *bytes = check_read(npy(name, 10, COLS, 4, number), &size), *at;

    if (from && (at = strstr(bytes + 10, from)) != NULL)
        memcpy(at, to, strlen(to));
    bytes = realloc(bytes, size + 64);
    memset(bytes + size, 0, 64);
    check_write(check_path(name), bytes, (long)size + more);
    free(bytes);
    return check_path(name);
}

static void others_are_refused(void)
{
    const struct { char *path; const char *says; lh_status status; } wrong[] = {
        {strdup(csv("text.csv")), "is neither a NumPy array", LH_EDATA},
        {strdup(npy("infinite.npy", 20, COLS, 4, flawed)),
         "row 8, column 4: the number is not finite", LH_EDATA},
        {strdup(npy("missing.npy", 20, COLS, 4, holed)), "row 8, column 4: the cell is missing",
         LH_EDATA},
        {strdup(changed("short.npy", -1, NULL, NULL)), "its header says 10 rows of 80", LH_EDATA},
        {strdup(changed("long.npy", 4, NULL, NULL)), "its header says 10 rows of 80", LH_EDATA},
        {strdup(changed("big.npy", 0, "<f4", ">f4")), "cannot stream", LH_EDATA},
        {strdup(changed("whole.npy", 0, "<f4", "<i4")), "cannot stream", LH_EDATA},
        {strdup(changed("columns.npy", 0, "False", "True ")), "cannot stream", LH_EDATA},
        {strdup(changed("huge.npy", 0, "(10, 80), }", "(9999999999999, 80), }")), "columns",
         LH_EDATA},
        {strdup(changed("head.npy", 0, "descr", "desk ")), "header", LH_EDATA},
        {strdup(check_path("nowhere.npy")), "there is no file", LH_ENOINPUT},
        {strdup(check_folder()), "is a folder", LH_ENOINPUT},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lh_ctx *c = opened();
        lh_data *d = lh_data_read(c, wrong[i].path, &(lh_reading){.stream = 1});

        CHECK(lh_error(c) == wrong[i].status && strstr(lh_message(c), wrong[i].says) != NULL,
              "%zu: %s", i, lh_message(c));
        CHECK(lh_rows(d) == 0, "%zu: there are rows", i);
        lh_close(c);
        free(wrong[i].path);
    }
    check_write(check_path("empty.npy"), "", 0);
    check_write(check_path("magic.npy"), "\x93NUMPY\x01", 7);
    for (int i = 0; i < 2; i++) {
        lh_ctx *c = opened();

        lh_data_read(c, check_path(i ? "magic.npy" : "empty.npy"), &(lh_reading){.stream = 1});
        CHECK(lh_error(c) == LH_EDATA, "%d: %s", i, lh_message(c));
        lh_close(c);
    }
}

/* How an HDF5 file has the same numbers. */
enum { PLAIN, IN_A_BLOCK, NEWEST, CHUNKED, BIG, WHOLE, BESIDE, KINDS };

static const char *h5(const char *name, int kind, hid_t type, size_t rows)
{
    const char *path = check_path(name);
    const hsize_t dims[2] = {rows, COLS}, chunk[2] = {7, COLS};
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), file_list = H5Pcreate(H5P_FILE_CREATE);
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, NULL);
    const hid_t line = H5Screate_simple(1, dims, NULL);
    double *x = calloc(rows * COLS, sizeof *x);
    hid_t file, set;

    for (size_t i = 0; i < rows * COLS; i++)
        x[i] = number(i / COLS, i % COLS);
    if (kind == IN_A_BLOCK)
        H5Pset_userblock(file_list, 2048);
    if (kind == NEWEST)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    if (kind == CHUNKED)
        H5Pset_chunk(list, 2, chunk);
    H5Pset_alignment(access, 1, 8); /* or the newest format puts the numbers anywhere */
    file = H5Fcreate(path, H5F_ACC_TRUNC, file_list, access);
    set = H5Dcreate2(file, "rows", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
    H5Dclose(set);
    if (kind == BESIDE) {
        set = H5Dcreate2(file, "labels", type, line, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
        H5Dclose(set);
    }
    H5Sclose(line);
    H5Sclose(space);
    H5Pclose(list);
    H5Pclose(file_list);
    H5Pclose(access);
    H5Fclose(file);
    free(x);
    return path;
}

static void hdf5_streams(void)
{
    static const int good[] = {PLAIN, IN_A_BLOCK, NEWEST};
    const lh_reading stream = {.stream = 1};
    double a[2], b[2];

    for (int wide = 0; wide < 2; wide++) {
        trained(opened(), npy("same.npy", ROWS, COLS, wide ? 8 : 4, number), &stream, 32, 1,
                LH_F32, a);
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
            trained(opened(),
                    h5("same.h5", good[i], wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT, ROWS),
                    &stream, 32, 2, LH_F32, b);
            CHECK(memcmp(a, b, sizeof a) == 0, "%zu: %.17g and %.17g", i, a[1], b[1]);
        }
    }
}

static void hdf5_is_refused(void)
{
    static const char *const says[KINDS] = {[CHUNKED] = "rows (chunks, or no elements)",
                                            [BIG] = "in this machine's order",
                                            [WHOLE] = "in this machine's order",
                                            [BESIDE] = "its labels labels are beside rows"};
    const int one = 1;
    const hid_t other = *(const char *)&one ? H5T_IEEE_F32BE : H5T_IEEE_F32LE;
    char *path, *bytes;
    size_t size, cases = 0;

    for (int kind = CHUNKED; kind < KINDS; kind++, cases++) {
        const hid_t type = kind == BIG     ? other
                           : kind == WHOLE ? H5T_NATIVE_INT
                                           : H5T_NATIVE_FLOAT;
        lh_ctx *c = opened();

        lh_data_read(c, h5("other.h5", kind, type, 20), &(lh_reading){.stream = 1});
        CHECK(lh_error(c) == LH_EDATA && strstr(lh_message(c), says[kind]), "%d: %s", kind,
              lh_message(c));
        lh_close(c);
    }
    path = strdup(h5("cut.h5", PLAIN, H5T_NATIVE_FLOAT, 20));
    bytes = check_read(path, &size);
    for (size_t cut = 1; cut < size; cut = cut < 64 ? cut + 1 : cut + 97, cases++) {
        lh_ctx *c = opened();

        check_write(path, bytes, (long)(size - cut));
        lh_data_read(c, path, &(lh_reading){.stream = 1});
        CHECK(lh_error(c) == LH_EFORMAT || lh_error(c) == LH_EDATA, "%zu less: %s", cut,
              lh_message(c));
        lh_close(c);
    }
    CHECK(cases > 100, "only %zu cases", cases);
    free(bytes);
    free(path);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"an order by blocks has each row once, and windows of few blocks",
         blocks_are_a_permutation},
        {"rows that stream are those of memory, to the bit", rows_are_those_of_memory},
        {"threads change nothing of what streams", threads_change_nothing},
        {"a run goes on as it would have, and in no other way", a_run_goes_on},
        {"what cannot stream is refused", others_are_refused},
        {"an array in HDF5 streams as one of NumPy does", hdf5_streams},
        {"another one, or a part of one, is refused", hdf5_is_refused},
        {NULL, NULL}};

    return check_main(argc, argv, "streaming", tests);
}
