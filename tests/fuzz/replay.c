/* replay.c -- every input that is kept, once more, without a fuzzer: what was mended stays so. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FEWEST = 8, LARGEST = 1 << 14 }; /* inputs of a target; bytes of one */

/* The HDF5 library (1.10.8) loses an object header that it cannot read: 424 bytes of its own. */
#if defined(__SANITIZE_ADDRESS__)
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}
#endif

static FILE *out;

/* Which it was is wanted when the program ends in the middle. */
static void run_file(const fuzz_target *t, const char *path)
{
    static uint8_t bytes[LARGEST];
    FILE *f = fopen(path, "rb");
    size_t size;

    if (!f) {
        perror(path);
        exit(99);
    }
    size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    fprintf(out, "# %s\n", path);
    fflush(out);
    fuzz_run(t, bytes, size);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* In the order of their names, whatever that of the folder is. */
static int run_folder(const fuzz_target *t, const char *folder)
{
    DIR *d = opendir(folder);
    char *name[4096], path[1000];
    int count = 0;

    for (struct dirent *e; d && count < 4096 && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.' && !(name[count++] = strdup(e->d_name)))
            exit(99);
    if (d)
        closedir(d);
    qsort(name, (size_t)count, sizeof *name, by_name);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, name[i]);
        run_file(t, path);
        free(name[i]);
    }
    return count;
}

/* Arguments: a target and files of it; without any all that are kept. */
int main(int argc, char **argv)
{
    const char *source = getenv("srcdir");
    int tests = 0, failed = 0;

    out = fdopen(dup(1), "w");
    fuzz_begin();
    for (const fuzz_target *t = fuzz_targets; t->name; t++) {
        char folder[1000];
        int count;

        if (argc > 1 && strcmp(argv[1], t->name) != 0)
            continue;
        for (int i = 2; i < argc; i++)
            run_file(t, argv[i]);
        if (argc > 2)
            continue;
        snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", source ? source : ".", t->name);
        count = run_folder(t, folder);
        failed += count < FEWEST;
        fprintf(out, "%s %d - fuzz: %s: %d inputs, each well or one clear error\n",
                count < FEWEST ? "not ok" : "ok", ++tests, t->name, count);
    }
    fprintf(out, "1..%d\n", tests);
    fclose(out);
    fuzz_end();
    return failed > 0;
}
