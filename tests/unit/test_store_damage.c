/* test_store_damage.c -- a file that is damaged, or no checkpoint, is refused with a reason. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "framework/base/sha256.h"
#include "tests/unit/store_help.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static void bits_rejected(void)
{
    const char *good = check_path("good.h5"), *bad = check_path("bad.h5");
    const long before = check_count();
    size_t size;
    char *bytes;

    CHECK(save_small(good) == LH_OK, "saving");
    bytes = check_read(good, &size);
    check_write(bad, bytes, (long)size);
    CHECK(load(bad) == LH_OK, "the unchanged copy: %s", said());
    for (size_t i = 0; i < size; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            if (i >= 600 && bit != (i * 2654435761u >> 7) % 8) /* one of each later byte */
                continue;
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
            check_write(bad, bytes, (long)size);
            CHECK(load(bad) == LH_EFORMAT, "bit %u of byte %zu: \"%s\"", bit, i, said());
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
        }
    check_write(bad, bytes, (long)size);
    CHECK(load(bad) == LH_OK, "the unchanged copy at the end: %s", said());
    CHECK(size >= 8000 && check_count() - before > 2 * (long)size, "only %ld checks of %zu bytes",
          check_count() - before, size);
    free(bytes);
}

static void cuts_rejected(void)
{
    const char *good = check_path("good.h5"), *bad = check_path("bad.h5");
    size_t size;
    char *bytes;

    CHECK(save_small(good) == LH_OK, "saving");
    bytes = check_read(good, &size);
    for (size_t n = 0; n < size; n += n < 1100 || n > size - 20 ? 1 : 37) {
        check_write(bad, bytes, (long)n);
        refused(bad, LH_EFORMAT, n == 0 ? "empty" : n < 8 ? "not a checkpoint" : "cut short");
    }
    bytes[size] = 0; /* check_read() left room for it */
    check_write(bad, bytes, (long)size + 1);
    refused(bad, LH_EFORMAT, "damaged");
    free(bytes);
}

static void ones_over_zeros_rejected(void)
{
    const char *bad = check_path("bad.h5");
    size_t size, run = 0, at = 0;
    char *bytes;

    CHECK(save_small(bad) == LH_OK, "saving");
    bytes = check_read(bad, &size);
    for (size_t i = LHI_STORE_BLOCK; i < size && run < 2048; i++) {
        run = bytes[i] ? 0 : run + 1;
        at = i + 1;
    }
    CHECK(run == 2048, "no block of zeros in the file");
    memset(bytes + at - run, 0xff, run);
    check_write(bad, bytes, (long)size);
    refused(bad, LH_EFORMAT, "damaged");
    free(bytes);
}

static void other_files_rejected(void)
{
    const char *path = check_path("other");
    size_t size;
    char *bytes;
    hid_t file;

    CHECK(save_small(path) == LH_OK, "saving");
    bytes = check_read(path, &size);
    bytes[8] = LHI_STORE_VERSION + 1; /* a version to come, with its digest right */
    lhi_sha256_of(bytes, 480, (unsigned char *)bytes + 480);
    check_write(path, bytes, (long)size);
    refused(path, LH_EFORMAT, "up to version 3");
    free(bytes);
    check_write(path, "epoch,loss\n1,0.5\n", -1);
    refused(path, LH_EFORMAT, "not a checkpoint");
    check_write(path, "", 0);
    refused(path, LH_EFORMAT, "empty");
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    refused(path, LH_EFORMAT, "HDF5 file, but no checkpoint");
    refused(check_folder(), LH_ENOINPUT, "folder");
    refused(check_path("absent.h5"), LH_ENOINPUT, strerror(ENOENT));
    refused("/dev/null", LH_ENOINPUT, "no regular file");
    path = check_path("pipe");
    CHECK(mkfifo(path, 0600) == 0, "mkfifo");
    refused(path, LH_ENOINPUT, "no regular file"); /* and does not wait for a writer */
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"any flipped bit is noticed", bits_rejected},
        {"any cut is noticed, and a byte more", cuts_rejected},
        {"0xFF over zeros, which Fletcher32 misses, is noticed", ones_over_zeros_rejected},
        {"each other kind of file has its own message", other_files_rejected},
        {NULL, NULL},
    };

    return check_main(argc, argv, "store_damage", tests);
}
