/* help.c -- what --help and --version print. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"

#include <longhand/version.h>

#include <stdio.h>
#include <string.h>

const char *lh_version(void)
{
    return LH_VERSION;
}

enum { LEFT = 32, WIDTH = 96 }; /* columns of a line of help */

/* Goes on behind column `at` of a line, and on lines below it where words do not fit. */
static void print_words(int at, const char *text)
{
    while (*text) {
        const int length = (int)strcspn(text, " ");

        if (at > LEFT && at + 1 + length > WIDTH) {
            printf("\n%*s", LEFT, "");
            at = LEFT;
        }
        printf(" %.*s", length, text);
        at += 1 + length;
        text += length + (text[length] == ' ');
    }
}

static void help_rows(const lh_ctx *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const lhi_option *o = &c->options[i];
        const int by_default = o->otherwise && o->otherwise[0];
        char right[400];
        int at;

        if (o->unused)
            continue;
        at = o->positional ? printf("  %s", o->name)
                           : printf("  --%s%s%s", o->name, o->kind[0] ? "=" : "", o->kind);
        if (at > LEFT)
            printf("\n%*s", LEFT, "");
        else
            printf("%*s", LEFT - at, "");
        snprintf(right, sizeof right, "%s%s%s%s", o->help ? o->help : "", by_default ? " [" : "",
                 by_default ? o->otherwise : "", by_default ? "]" : "");
        print_words(LEFT, right);
        putchar('\n');
    }
}

void lhi_help(const lh_ctx *c)
{
    if (strcmp(c->message, "version") == 0) {
        printf("%s (Longhand) %s\n", c->program, LH_VERSION);
        return;
    }
    printf("%s -- %s\n\nusage: %s [options]", c->program, c->purpose, c->program);
    for (size_t i = 0; i < c->option_count; i++)
        if (c->options[i].positional)
            printf(" %s", c->options[i].name);
    printf("\n");
    if (c->example_count)
        printf("\nexamples:\n");
    for (size_t i = 0; i < c->example_count; i++)
        printf("  %s\n      %s\n", c->examples[i][0], c->examples[i][1]);
    if (c->option_count > c->builtin_count)
        printf("\noptions of %s:\n", c->program);
    help_rows(c, c->builtin_count, c->option_count);
    printf("\noptions of every program:\n");
    help_rows(c, 0, c->builtin_count);
    printf("\nAn option can also come from the environment: LONGHAND_THREADS=2.\n"
           "Exit codes: 0 done, 1 a gradient disagrees, files differ (diff) or are not well\n"
           "(fsck), 2 usage, 3 not finite, 4 a gradient could not be decided, 65 bad data or\n"
           "checkpoint, 66 no such input, 69 a program is missing, 70 a mistake in the driver,\n"
           "71 no memory, 74 I/O, 75 stopped before the end.\n");
}
