/* test_reading.c -- files that are damaged or lie, read in a process with little memory. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/base/rng.h"
#include "framework/store/store.h"
#include "framework/system/sanitized.h"
#include "tests/unit/arrays_h5_help.h"

#include <longhand/data.h>
#include <longhand/store.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 10, MEGABYTES = 512 };

/* Some of everything that look_into() and read_set() meet, in few bytes. */
static void few(hid_t file)
{
    const hid_t group = H5Gcreate2(file, "layer", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t variable;

    numbers(group, "W", H5T_IEEE_F64LE, 2, 2, 3);
    numbers(group, "b", H5T_IEEE_F32BE, 1, 3, 0);
    filtered(file, "gz", H5T_IEEE_F64LE, "sdf", 2, 9, 7);
    variable = octave(file, "X", "matrix");
    numbers(variable, "value", H5T_IEEE_F64LE, 2, 3, 2);
    text(file, "note", "text");
    H5Lcreate_soft("/layer/W", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(variable);
    H5Gclose(group);
}

/* So many links that the group keeps them in a tree, by name and by the order of making. */
static void many(hid_t file)
{
    const hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    hid_t group;
    char name[20];

    H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    group = H5Gcreate2(file, "layer", H5P_DEFAULT, list, H5P_DEFAULT);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "W%d", i);
        numbers(group, name, H5T_IEEE_F32LE, 1, 2, 0);
    }
    H5Gclose(group);
    H5Pclose(list);
}

static void ignore(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static void read_arrays(lh_ctx *c, const char *path)
{
    lhi_named *list;
    size_t count;

    lhi_arrays_read(c, path, &list, &count);
}

static void read_network(lh_ctx *c, const char *path)
{
    lh_checkpoint_network(lh_checkpoint_open(c, path));
}

static void read_state(lh_ctx *c, const char *path)
{
    lh_checkpoint_open(c, path);
}

static void read_data(lh_ctx *c, const char *path)
{
    lh_data_open(c, path);
}

static void read_and_exit(void (*reader)(lh_ctx *c, const char *path), const char *path)
{
    const struct rlimit seconds = {SECONDS, SECONDS};
    const struct rlimit memory = {(rlim_t)MEGABYTES << 20, (rlim_t)MEGABYTES << 20};
    lh_ctx *c = lh_open(0, NULL, "test");
    lh_status status;

    setrlimit(RLIMIT_CPU, &seconds);
    if (!LHI_SANITIZED) /* they map far more than they use */
        setrlimit(RLIMIT_AS, &memory);
#ifdef M_PERTURB
    mallopt(M_PERTURB, 0x5a); /* what is read or freed before it was set is no zero by luck */
#endif
    lh_on_message(c, ignore, NULL);
    reader(c, path);
    status = lh_error(c);
    lh_close(c);
    if (status == LH_EFORMAT || status == LH_EDATA || status == LH_ESHAPE)
        _exit(1);
    _exit(status == LH_OK ? 0 : 2);
}

/* How the reading of a file ends in a process of its own: 0 read, 1 refused, else a fault. */
static int outcome(void (*reader)(lh_ctx *c, const char *path), const char *path)
{
    int status = -1;
    pid_t child;

    fflush(stdout); /* or the child would print it again */
    child = fork();
    if (child == 0)
        read_and_exit(reader, path);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* `flips` bits of the file, each alone. */
static void turn(const char *about, const char *path, uint32_t flips)
{
    size_t size, seen[2] = {0, 0};
    char *file = check_read(path, &size);
    const char *flipped = check_path("flipped.h5");
    int end = outcome(read_arrays, path);

    CHECK(end == 0, "%s: as it is, it ends with %d", about, end);
    for (uint32_t i = 0; i < flips; i++) {
        const uint64_t bit = lhi_random_bits(7, LHI_STREAM_SPLIT, 0, i) % (8 * size);

        file[bit / 8] ^= (char)(1 << bit % 8);
        check_write(flipped, file, (long)size);
        file[bit / 8] ^= (char)(1 << bit % 8);
        end = outcome(read_arrays, flipped);
        if (CHECK(end == 0 || end == 1, "%s: bit %llu turned, it ends with %d", about,
                  (unsigned long long)bit, end))
            seen[end]++;
    }
    CHECK(seen[0] > flips / 20 && seen[1] > flips / 20, "%s: %zu read, %zu refused", about,
          seen[0], seen[1]);
    free(file);
}

static void flips(void)
{
    static const struct {
        const char *about;
        void (*make)(hid_t file);
        int newest;
    } files[] = {{"few, old", few, 0},
                 {"few, new", few, 1},
                 {"many, old", many, 0},
                 {"many, new", many, 1}};
    const long before = check_count();

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        turn(files[i].about, h5_file_as(files[i].make, 0, files[i].newest), 500);
    CHECK(check_count() - before >= 2000, "%ld files were read", check_count() - before);
}

/* A checkpoint with right digests whose tape is this text, of a network X W. */
static const char *with_tape(const char *tape)
{
    static float one = 1;
    const char *path = check_path("tape.h5");
    lhi_state_param param[] = {{"W", 1, 1, &one, NULL}};
    const lhi_state s = {.type = LH_F32, .tape = (char *)(uintptr_t)tape, .param = param,
                         .params = 1, .data_cols = 1};
    lh_ctx *c = lh_open(0, NULL, "test");

    CHECK(lhi_store_write(c, &s, path) == LH_OK, "%s", lh_message(c));
    lh_close(c);
    return path;
}

#define REST(cols) \
    "X = input [m x " cols "]\n%3 = matmul(X, W) [m x 1]\ny = input [m x 1]\n" \
    "L = bce_logits(%3, y) [1 x 1]\n"

/* What a tape declares and the file does not hold takes neither memory nor time. */
static void tapes(void)
{
    static const char *const declared[] = {
        "W = param [1 x 1] he\nQ = param [20000 x 50000] he\n" REST("1"),
        "W = param [400000000 x 1] he\n" REST("400000000"),
        "W = param [400000000 x 1] zeros\n" REST("400000000"),
        "W = param [1 x 1] he\nQ = param [3000000000 x 3000000000] glorot\n" REST("1"),
        "W = param [1 x 1] he\nQ = param [99999999999999999999 x 1] he\n" REST("1"),
    };
    char text[1 << 16];
    int length, end;

    end = outcome(read_network, with_tape("W = param [1 x 1] he\n" REST("1")));
    CHECK(end == 0, "what the file has is read: %d", end);
    for (size_t i = 0; i < sizeof declared / sizeof declared[0]; i++) {
        end = outcome(read_network, with_tape(declared[i]));
        CHECK(end == 1, "%s ends with %d", declared[i], end);
    }
    length = snprintf(text, sizeof text, "W = param [1 x 1] he\n");
    for (int i = 0; i < 1000; i++)
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "Q%d = param [1000 x 5000] he\n", i);
    snprintf(text + length, sizeof text - (size_t)length, "%s", REST("1"));
    end = outcome(read_network, with_tape(text));
    CHECK(end == 1, "a thousand parameters end with %d", end);
}

/* Whoever wants harm gives the file right digests after that. */
static void restamped(void)
{
    static float values[20];
    static double loss[4] = {4, 3, 2, 1};
    static char tape[] = "W = param [1 x 1] he\n";
    const char *path = check_path("whole.h5"), *turned = check_path("turned.h5");
    lhi_state_param param[12] = {{"", 4, 5, values, values}};
    lhi_state_series series[12] = {{"", loss}};
    const lhi_state s = {.type = LH_F32, .tape = tape, .param = param, .params = 12,
                         .epoch = 4, .series = series, .series_count = 12, .epochs = 4,
                         .data_cols = 1};
    lh_ctx *c = lh_open(0, NULL, "test");
    size_t size, count[2] = {0, 0};
    char *file;

    for (int i = 0; i < 12; i++) {
        param[i] = param[0];
        series[i] = series[0];
        snprintf(param[i].name, sizeof param[i].name, "W%d", i);
        snprintf(series[i].name, sizeof series[i].name, "loss%d", i);
    }
    CHECK(lhi_store_write(c, &s, path) == LH_OK, "%s", lh_message(c));
    lh_close(c);
    file = check_read(path, &size);
    for (uint32_t i = 0; i < 500; i++) {
        const uint64_t bit = 8 * LHI_STORE_BLOCK + lhi_random_bits(7, LHI_STREAM_SPLIT, 1, i) %
                                                       (8 * (size - LHI_STORE_BLOCK));
        int end;

        file[bit / 8] ^= (char)(1 << bit % 8);
        lhi_store_stamp((unsigned char *)file, size);
        check_write(turned, file, (long)size);
        file[bit / 8] ^= (char)(1 << bit % 8);
        end = outcome(read_state, turned);
        if (CHECK(end == 0 || end == 1, "bit %llu turned, it ends with %d",
                  (unsigned long long)bit, end))
            count[end]++;
    }
    CHECK(count[0] + count[1] == 500 && count[1] > 100, "%zu read, %zu refused", count[0],
          count[1]);
    free(file);
}

static const char *npy(const char *shape, int by_columns)
{
    static const double two[2] = {1, 2};
    char dictionary[200];
    bytes b = {.size = 0};

    snprintf(dictionary, sizeof dictionary,
             "{'descr': '<f8', 'fortran_order': %s, 'shape': (%s)}\n",
             by_columns ? "True" : "False", shape);
    put_npy(&b, 1, dictionary, two, sizeof two);
    return file_of(&b, "a.npy");
}

static const char *safetensors(const char *header)
{
    bytes b = {.size = 0};

    put_number(&b, 8, strlen(header));
    put(&b, header, strlen(header));
    put_number(&b, 8, 0);
    return file_of(&b, "a.safetensors");
}

/* 2^28 numbers that were never written, in one piece or in chunks. */
static void never_written(hid_t file, hsize_t chunk, int deflated)
{
    const hsize_t dims[2] = {1 << 14, 1 << 14}, chunks[2] = {chunk, chunk};
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, NULL);

    if (chunk)
        H5Pset_chunk(list, 2, chunks);
    if (deflated)
        H5Pset_deflate(list, 6);
    H5Dclose(H5Dcreate2(file, "W", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(list);
}

static void in_one_piece(hid_t file)
{
    never_written(file, 0, 0);
}

static void in_chunks(hid_t file)
{
    never_written(file, 1, 0);
}

static void in_deflated_chunks(hid_t file)
{
    never_written(file, 1, 1);
}

static void groups_in_groups(hid_t file)
{
    char name[20];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%d", i);
        H5Lcreate_hard(file, "/", file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

/* The same of arrays and data. */
static void arrays(void)
{
    static const char *const shapes[] = {"1000000000, 2", "2, 1000000000", "1073741824, 1",
                                         "4294967296, 4294967296", "3,", "9223372036854775807,"};
    static const char *const headers[] = {
        "{\"W\":{\"dtype\":\"F64\",\"shape\":[1000000000,2],\"data_offsets\":[0,8]}}",
        "{\"W\":{\"dtype\":\"I8\",\"shape\":[2000000000,1],\"data_offsets\":[0,8]}}",
        "{\"W\":{\"dtype\":\"F8\",\"shape\":[2000000000,1],\"data_offsets\":[0,8]}}",
        "{\"W\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8000000000]}}",
    };
    static void (*const make[])(hid_t file) = {in_one_piece, in_chunks, in_deflated_chunks,
                                               groups_in_groups};
    const long before = check_count();
    int end;

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int by_columns = 0; by_columns < 2; by_columns++) {
            end = outcome(read_arrays, npy(shapes[i], by_columns));
            CHECK(end == 1, ".npy of %s ends with %d", shapes[i], end);
        }
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        end = outcome(read_arrays, safetensors(headers[i]));
        CHECK(end == 1, "%s ends with %d", headers[i], end);
    }
    for (size_t i = 0; i < 2 * (sizeof make / sizeof make[0]); i++) {
        end = outcome(read_arrays, h5_file_as(make[i / 2], 0, i % 2));
        CHECK(end == 1, "HDF5, case %zu, ends with %d", i, end);
    }
    check_write(check_path("a.csv"), "2000000000,1000,no,yes\n1,0\n", -1);
    end = outcome(read_data, check_path("a.csv"));
    CHECK(end == 1, "a CSV file ends with %d", end);
    CHECK(check_count() - before >= 25, "%ld files", check_count() - before);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"no turned bit in a file of others does harm", flips},
        {"nor does one in a checkpoint whose digests are right", restamped},
        {"a tape that declares what its file has not costs nothing", tapes},
        {"nor do arrays and rows that are declared alone", arrays},
        {NULL, NULL},
    };

    return check_main(argc, argv, "reading", tests);
}
