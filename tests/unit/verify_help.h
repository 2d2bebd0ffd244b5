/* verify_help.h -- a silent context, and a place for what a check prints. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_VERIFY_HELP_H
#define TESTS_VERIFY_HELP_H

#include "framework/verify/check.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static inline lh_ctx *open_silent(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, silent, NULL);
    return c;
}

/* The ledger is printed on standard output, where TAP goes: it is sent to a file. */
static int saved_output = -1;

static inline void hide_output(void)
{
    fflush(stdout);
    saved_output = dup(1);
    if (!freopen(check_path("ledger.txt"), "w", stdout))
        exit(99);
}

static inline void show_output(void)
{
    fflush(stdout);
    dup2(saved_output, 1);
    close(saved_output);
}

/* The row of that name; an empty one that agrees with nothing when there is none. */
static inline const lh_entry *row(lh_ctx *c, const char *name)
{
    static lh_comparison nothing[LH_METHODS];
    static double nowhere[LH_METHODS];
    static const lh_entry none = {.by = nothing, .beside = nowhere};

    for (size_t i = 0; i < lh_ledger_rows(c); i++)
        if (strcmp(lh_ledger_row(c, i)->name, name) == 0)
            return lh_ledger_row(c, i);
    return &none;
}

#endif
