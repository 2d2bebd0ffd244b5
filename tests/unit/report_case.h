/* report_case.h -- what the tests of figures share: a small run, its warnings, its files. */
/* SPDX-License-Identifier: MIT */
#ifndef REPORT_CASE_H
#define REPORT_CASE_H

#include "tests/check.h"

#include "framework/report/report.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EPOCHS = 40, SERIES = 5 };

static double column[SERIES][EPOCHS];
static lhi_state_series series[SERIES];
static lhi_state state;

static inline void name_series(size_t k, const char *name)
{
    snprintf(series[k].name, sizeof series[k].name, "%s", name);
}

/* A run that learns: loss, test accuracy and three gradient norms. */
static inline void make_state(size_t epochs)
{
    static const char *const names[SERIES] = {"loss", "test accuracy", "|dW1|", "|dW2|", "|dW3|"};

    memset(&state, 0, sizeof state);
    for (size_t k = 0; k < SERIES; k++) {
        name_series(k, names[k]);
        series[k].at = column[k];
        for (size_t i = 0; i < EPOCHS; i++) {
            const double x = exp(-(double)i / 9);

            column[k][i] = k == 0   ? 0.05 + 0.6 * x
                           : k == 1 ? 0.97 - 0.3 * x
                                    : x * pow(10, -(double)k);
        }
    }
    state.series = series;
    state.series_count = SERIES;
    state.epochs = epochs;
}

static char heard[4096];
static int warnings;

static inline void hear(void *arg, const char *text)
{
    (void)arg;
    warnings++;
    snprintf(heard, sizeof heard, "%s", text);
}

static inline lh_ctx *begin(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    c->set.plot = "auto";
    c->set.progress = "none";
    heard[0] = 0;
    warnings = 0;
    lh_on_message(c, hear, NULL);
    return c;
}

static inline int exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static inline int is_png(const char *path)
{
    size_t size;
    char *bytes = check_read(path, &size);
    const int yes = size > 100 && memcmp(bytes, "\x89PNG\r\n\x1A\n", 8) == 0 &&
                    memcmp(bytes + size - 8, "IEND\xAE\x42\x60\x82", 8) == 0;

    free(bytes);
    return yes;
}

static inline int is_svg(const char *path)
{
    char *text = check_read(path, NULL);
    const int yes = strncmp(text, "<?xml", 5) == 0 && strstr(text, "</svg>") != NULL;

    free(text);
    return yes;
}

/* 0 when the real gnuplot is not there: then a test says so and is passed over. */
static inline int have_gnuplot(void)
{
    char text[4200];

    unsetenv("LONGHAND_GNUPLOT");
    if (lhi_gnuplot_version(text, sizeof text))
        return 1;
    printf("# gnuplot is not installed: passed over\n");
    return 0;
}

/* Files in the test folder whose name holds a word. */
static inline int files_with(const char *word)
{
    DIR *folder = opendir(check_folder());
    const struct dirent *e;
    int n = 0;

    while (folder && (e = readdir(folder)) != NULL)
        n += strstr(e->d_name, word) != NULL;
    if (folder)
        closedir(folder);
    return n;
}

static inline int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int n = 0;

    while (folder && readdir(folder))
        n++;
    if (folder)
        closedir(folder);
    return n;
}

static inline void use_fake(const char *script)
{
    if (script) {
        check_write(check_path("fake"), script, -1);
        chmod(check_path("fake"), 0755);
    }
    setenv("LONGHAND_GNUPLOT", script ? check_path("fake") : "/nonexistent", 1);
}

/* Sends a descriptor of ours into a file, and back. */
static inline int divert(int fd, const char *path)
{
    const int kept = dup(fd), file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    fflush(NULL);
    dup2(file, fd);
    close(file);
    return kept;
}

static inline void restore(int fd, int kept)
{
    fflush(NULL);
    dup2(kept, fd);
    close(kept);
}

#endif
