/* check.c -- the runner: one CUnit suite a program, one TAP line a test. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "tests/check.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char messages[40][600]; /* CUnit keeps pointers to the texts of failures */
static unsigned message_count, ran, failed;
static long checks;
static char folder[200];

int check_that(int holds, const char *file, int line, const char *condition, const char *format,
               ...)
{
    const unsigned slot = message_count < 40 ? message_count : 39;

    checks++;
    if (!holds) {
        va_list args;
        const int n = snprintf(messages[slot], sizeof messages[slot], "%.200s: ", condition);

        va_start(args, format);
        vsnprintf(messages[slot] + n, sizeof messages[slot] - (size_t)n, format, args);
        va_end(args);
        message_count++;
    }
    /* Beyond the first failures of a test only their number matters. */
    if (holds || message_count <= 40)
        CU_assertImplementation(holds, (unsigned)line, holds ? condition : messages[slot], file,
                                "", CU_FALSE);
    return holds;
}

long check_count(void)
{
    return checks;
}

/* Nobody sees a test that never ends where the log is all there is, as on a server: it is named.
 * CHECK_SECONDS in the environment is another limit than an hour's third; 0: none. */
static char bail[300];
static size_t bail_size;
static pid_t runner;

static void no_end(int number)
{
    ssize_t n = 0;

    /* A child of a test that set an alarm of its own dies of it. */
    if (getpid() != runner) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    n = write(STDOUT_FILENO, bail, bail_size);
    (void)n;
    _exit(99);
}

static void before_test(const CU_pTest test, const CU_pSuite suite)
{
    const char *limit = getenv("CHECK_SECONDS");
    const unsigned seconds = limit ? (unsigned)strtoul(limit, NULL, 10) : 1200;
    const int n = snprintf(bail, sizeof bail, "Bail out! no end after %u s of: %.100s: %.100s\n",
                           seconds, suite->pName, test->pName);

    runner = getpid();
    bail_size = n > 0 ? (size_t)n : 0;
    signal(SIGALRM, no_end);
    alarm(seconds);
}

static void after_test(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    printf("%s %u - %s: %s\n", failure ? "not ok" : "ok", ++ran, suite->pName, test->pName);
    if (failure)
        failed++;
    for (CU_pFailureRecord f = failure; f; f = f->pNext)
        if (f->pTest == test)
            printf("# %s:%u: %s\n", f->strFileName ? f->strFileName : "", f->uiLineNumber,
                   f->strCondition ? f->strCondition : "");
    message_count = 0;
    fflush(stdout);
}

long check_sample(long all, long few)
{
    const char *set = getenv("CHECK_ALL"), *less = getenv("CHECK_LESS");

    return set && *set ? all : less && *less ? (few + 2) / 3 : few;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *walk)
{
    (void)s, (void)type, (void)walk;
    return remove(path);
}

const char *check_folder(void)
{
    const char *base = getenv("TMPDIR");

    if (!folder[0]) {
        snprintf(folder, sizeof folder, "%s/longhand-test-XXXXXX", base && *base ? base : "/tmp");
        if (!mkdtemp(folder)) {
            printf("Bail out! no folder for test files\n");
            exit(99);
        }
    }
    return folder;
}

const char *check_path(const char *name)
{
    static char paths[16][400];
    static unsigned next;
    char *p = paths[next++ % 16];

    snprintf(p, sizeof paths[0], "%s/%s", check_folder(), name);
    return p;
}

void check_write(const char *path, const void *bytes, long size)
{
    FILE *f = fopen(path, "wb");
    const size_t n = size < 0 ? strlen(bytes) : (size_t)size;

    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(99);
    }
}

char *check_read(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    size_t n = 0, room = 1 << 16;
    char *text = malloc(room + 1);

    while (f && text) {
        const size_t got = fread(text + n, 1, room - n, f);

        n += got;
        if (n < room)
            break;
        room *= 2;
        text = realloc(text, room + 1);
    }
    if (f)
        fclose(f);
    if (!text)
        exit(99);
    text[n] = 0;
    if (size)
        *size = f ? n : 0;
    return text;
}

int check_main(int argc, char **argv, const char *name, const check_test *tests)
{
    CU_pSuite suite;
    unsigned planned = 0;

    if (argc > 1 && strcmp(argv[1], "--list") == 0) {
        for (; tests->name; tests++)
            printf("%s: %s\n", name, tests->name);
        return 0;
    }
    if (CU_initialize_registry() != CUE_SUCCESS || !(suite = CU_add_suite(name, NULL, NULL)))
        return 99;
    for (; tests->name; tests++) {
        if (argc > 1 && strncmp(tests->name, argv[1], strlen(argv[1])) != 0)
            continue;
        CU_add_test(suite, tests->name, tests->run);
        planned++;
    }
    printf("1..%u\n", planned);
    CU_set_test_start_handler(before_test);
    CU_set_test_complete_handler(after_test);
    CU_run_all_tests();
    alarm(0);
    CU_cleanup_registry();
    if (folder[0])
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (ran != planned) {
        printf("Bail out! %u of %u tests ran\n", ran, planned);
        return 99;
    }
    return failed ? 1 : 0;
}
