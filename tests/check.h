/* check.h -- CUnit behind checks that read as sentences, reported as TAP. */
/* SPDX-License-Identifier: MIT */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>

/* Tests compare numbers of every type in the widest one; in the library that is an error. */
#pragma GCC diagnostic ignored "-Wdouble-promotion"

typedef struct check_test {
    const char *name; /* what holds, as a sentence */
    void (*run)(void);
} check_test;

/* Runs the tests (a list that ends with a NULL name) and prints TAP.  Arguments:
 * --list, or the beginning of the names to run.  Returns the exit code. */
int check_main(int argc, char **argv, const char *suite, const check_test *tests);

/* One check; the text says what was found when it does not hold.  Not within a
 * parallel region: CUnit keeps its results without a lock. */
#define CHECK(condition, ...) \
    check_that((condition) != 0, __FILE__, __LINE__, #condition, __VA_ARGS__)
int check_that(int holds, const char *file, int line, const char *condition, const char *format,
               ...) __attribute__((format(printf, 5, 6)));

/* How many checks have been made by this program: for floors, so that a loop that
 * no longer runs is noticed. */
long check_count(void);

/* How much is drawn of what is endless: `few` in make check, `all` where CHECK_ALL is set in the
 * environment, as make check-all does, and a third of the few where CHECK_LESS is, as where
 * branches are counted, which is slow. */
long check_sample(long all, long few);

/* A new empty folder for files of this program, removed at its end. */
const char *check_folder(void);
/* A path in it, good until 16 later calls. */
const char *check_path(const char *name);
/* Writes a file (size -1: a text), reads one whole (*size may be NULL). */
void check_write(const char *path, const void *bytes, long size);
char *check_read(const char *path, size_t *size);

#endif
