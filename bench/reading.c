/* reading.c -- reads a file, and prints the seconds that took and the most memory it had, in MB. */
/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700
#include <longhand.h>

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "how long reading a file takes");
    const char *path = lh_opt_path(c, "data", "wdbc", "the file");
    const lh_reading how = lh_opt_reading(c);
    const double began = now();
    const lh_data *d = lh_data_read(c, path, &how);
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    if (lh_rows(d) > 0)
        printf("%.4f %.1f %zu\n", now() - began, (double)used.ru_maxrss / 1024, lh_rows(d));
    return lh_close(c);
}
