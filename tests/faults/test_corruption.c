/* test_corruption.c -- each bit, each length, and blocks in a wrong place: no damaged checkpoint is
 * ever read. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "tests/unit/store_help.h"

#include "tests/draw.h"
#include "tests/faults/times.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static char *whole;
static size_t size;
static long cases, accepted;

/* One damaged file; bytes that are those of the whole one are no case. */
static void refuse(const char *bytes, size_t n, const char *what, size_t i, size_t j)
{
    const char *path = check_path("bad.h5");

    if (n == size && memcmp(bytes, whole, n) == 0)
        return;
    check_write(path, bytes, (long)n);
    cases++;
    if (load(path) == LH_EFORMAT && said()[0])
        return;
    accepted++;
    CHECK(0, "%s %zu, %zu: \"%s\"", what, i, j, said());
}

static void control(void)
{
    const char *path = check_path("bad.h5");

    check_write(path, whole, (long)size);
    CHECK(load(path) == LH_OK, "the unchanged copy: %s", said());
}

static void begin(void)
{
    CHECK(save_small(check_path("good.h5")) == LH_OK, "saving");
    whole = check_read(check_path("good.h5"), &size);
    cases = accepted = 0;
    control();
}

static void end(const char *of, long least)
{
    control();
    printf("# %ld %s of %zu bytes, %ld accepted\n", cases, of, size, accepted);
    CHECK(cases >= least && accepted == 0, "%ld cases, at least %ld are wanted", cases, least);
    free(whole);
}

static void bits(void)
{
    const size_t stride = (size_t)faults_stride(13);

    begin();
    for (size_t i = 0; i < size; i++)
        for (size_t bit = i % stride; bit < 8; bit += stride) {
            whole[i] = (char)(whole[i] ^ 1 << bit);
            check_write(check_path("bad.h5"), whole, (long)size);
            cases++;
            if (load(check_path("bad.h5")) != LH_EFORMAT) {
                accepted++;
                CHECK(0, "bit %zu of byte %zu: \"%s\"", bit, i, said());
            }
            whole[i] = (char)(whole[i] ^ 1 << bit);
        }
    end("flipped bits", 50000 / (long)stride);
}

static void lengths(void)
{
    static const char ends[] = {0, ' ', '\n', (char)0xff};

    const size_t stride = (size_t)faults_stride(13);

    begin();
    for (size_t n = 0; n < size; n += stride)
        refuse(whole, n, "cut to", n, 0);
    for (size_t n = 1; n <= 4096; n *= 2)
        for (size_t e = 0; e < sizeof ends; e++) {
            char *longer = malloc(size + n);

            if (!longer)
                exit(99);
            memcpy(longer, whole, size);
            memset(longer + size, ends[e], n);
            refuse(longer, size + n, "longer by", n, e);
            free(longer);
        }
    end("other lengths", 6000 / (long)stride);
}

/* What a disk or a copy does to blocks: lost, never written, in the place of another. */
static void blocks(void)
{
    static const size_t sizes[] = {512, 4096, 64}; /* the last is for all of it alone */
    const size_t kinds = faults_times() ? 3 : 2;
    char *bytes;

    begin();
    bytes = malloc(2 * size);
    if (!bytes)
        exit(99);
    for (size_t s = 0; s < kinds; s++) {
        const size_t b = sizes[s], count = size / b;

        for (size_t i = 0; i < count; i++) {
            static const char fills[] = {0, (char)0xff};

            for (size_t f = 0; f < sizeof fills; f++) {
                memcpy(bytes, whole, size);
                memset(bytes + i * b, fills[f], b);
                refuse(bytes, size, "filled", b, i);
                memset(bytes + i * b, fills[f], size - i * b); /* from there on */
                refuse(bytes, size, "filled from", b, i);
            }
            memcpy(bytes, whole, (i + 1) * b); /* twice, and not at all */
            memcpy(bytes + (i + 1) * b, whole + i * b, size - i * b);
            refuse(bytes, size + b, "repeated", b, i);
            refuse(bytes, size, "repeated within", b, i);
            memcpy(bytes, whole, i * b);
            memcpy(bytes + i * b, whole + (i + 1) * b, size - (i + 1) * b);
            refuse(bytes, size - b, "left out", b, i);
            for (size_t j = 0; j < count; j++) {
                memcpy(bytes, whole, size);
                memcpy(bytes + i * b, whole + j * b, b);
                refuse(bytes, size, "copied over", i, j);
                memcpy(bytes + j * b, whole + i * b, b);
                if (i < j)
                    refuse(bytes, size, "swapped", i, j);
            }
        }
    }
    free(bytes);
    end("blocks out of place", kinds == 3 ? 5000 : 200);
}

static uint64_t drawn = 0x9e3779b97f4a7c15u;

static size_t draw(size_t below)
{
    return (size_t)(draw_from(&drawn) % below);
}

/* Several bytes at once, near each other or far. */
static void bursts(void)
{
    const long wanted = faults_times() ? 4000 * faults_times() : 400;
    char *bytes;

    begin();
    bytes = malloc(size);
    if (!bytes)
        exit(99);
    while (cases < wanted) {
        const size_t from = draw(size), length = 1 + draw(draw(2) ? 16 : 2048);

        memcpy(bytes, whole, size);
        for (size_t i = from; i < size && i < from + length; i++)
            bytes[i] = (char)draw(256);
        refuse(bytes, size, "burst", from, length);
    }
    free(bytes);
    end("bursts", wanted);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"no checkpoint with a flipped bit is read", bits},
        {"no checkpoint of another length is read", lengths},
        {"no checkpoint with blocks out of place is read", blocks},
        {"no checkpoint with bytes overwritten is read", bursts},
        {NULL, NULL}};

    if (access("/dev/shm", W_OK) == 0) /* a hundred thousand files */
        setenv("TMPDIR", "/dev/shm", 0);
    return check_main(argc, argv, "corruption", tests);
}
