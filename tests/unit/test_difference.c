/* test_difference.c -- what differs between two texts is told line by line. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/changes.h"
#include "framework/base/quote.h"
#include "tests/unit/store_help.h"

#include <stdlib.h>

/* --- two texts --- */

static void changes_are(const char *first, const char *second, size_t most, size_t count,
                        const char *wanted)
{
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text t = {.c = c};
    const size_t found = lhi_add_changes(&t, "  ", first, second, most);

    CHECK(found == count, "%zu lines of %s", found, wanted);
    CHECK(strcmp(t.at ? t.at : "", wanted) == 0, "\"%s\", not \"%s\"", t.at ? t.at : "", wanted);
    lh_close(c);
}

static void texts_differ_by_lines(void)
{
    changes_are("", "", 0, 0, "");
    changes_are("a\nb\n", "a\nb\n", 0, 0, "");
    changes_are("a\nb\nc\n", "a\nc\n", 0, 1, "  - b\n");
    changes_are("a\nc\n", "a\nb\nc", 0, 1, "  + b\n");
    changes_are("a\nb\nc\n", "a\nx\nc\n", 0, 2, "  - b\n  + x\n");
    changes_are("", "a\n", 0, 1, "  + a\n");
    changes_are("a\n", "", 0, 1, "  - a\n");
    /* What is equal within is found: one longest list of shared lines. */
    changes_are("1\na\n2\nb\n3\n", "x\na\ny\nb\nz\n", 0, 6,
                "  - 1\n  + x\n  - 2\n  + y\n  - 3\n  + z\n");
    changes_are("a\nb\nc\nd\n", "b\nc\nd\na\n", 0, 2, "  - a\n  + a\n");
    changes_are("a\nb\nc\nd\n", "x\ny\n", 3, 6, "  - a\n  - b\n  - c\n  ... and 3 more\n");
    changes_are("a\x1b[2J\n", "a\xc2\x9b" "2J \xe2\x80\xae\xc3\xa4\xff\n", 0, 2,
                "  - a\\x1b[2J\n  + a\\xc2\\x9b2J <U+202E>\xc3\xa4\\xff\n");
}

/* Each other line is equal; of very many that is not looked for, but at the end. */
static void long_texts_end(void)
{
    enum { LINES = 20000 };
    char *a = malloc(LINES * 8), *b = malloc(LINES * 8);
    size_t put[2] = {0, 0};
    lh_ctx *c = lh_open(0, NULL, "test");
    lhi_text t = {.c = c};

    for (int i = 0; a && b && i < LINES; i++) {
        put[0] += (size_t)sprintf(a + put[0], "a%d\n", i);
        put[1] += (size_t)sprintf(b + put[1], i % 2 ? "a%d\n" : "b%d\n", i);
        if (i == 1999) {
            CHECK(lhi_add_changes(&t, "", a, b, 1) == 2000, "of 2000 lines the half is shared");
            lhi_text_free(&t);
        }
    }
    CHECK(lhi_add_changes(&t, "", a, b, 2) == 2 * LINES - 2, "\"%s\"", t.at);
    CHECK(t.at && strcmp(t.at, "- a0\n- a1\n... and 39996 more\n") == 0, "\"%s\"", t.at);
    lh_close(c);
    free(a);
    free(b);
}

static void messages_steer_no_terminal(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lh_on_message(c, ignore, NULL);
    lh_fail(c, LH_EUSAGE, "a\x1b[2J\x7f b\xc2\x9b" "2J c\x9b" "2J d\xe9 \xc3\xa4\n");
    CHECK(strcmp(lh_message(c), "a?[2J? b??2J c?2J d\xe9 \xc3\xa4\n") == 0, "%s", lh_message(c));
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"two texts differ by whole lines, and share as many as they can", texts_differ_by_lines},
        {"texts of very many lines are compared as well", long_texts_end},
        {"a message has nothing in it that steers a terminal", messages_steer_no_terminal},
        {NULL, NULL},
    };

    return check_main(argc, argv, "difference", tests);
}
