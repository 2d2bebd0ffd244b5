/* test_errors.c -- the two kinds of error: of a call, and of the state. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "tests/check.h"

#include <longhand.h>

#include <stdio.h>
#include <string.h>

static void of_a_call(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    CHECK(lhi_refuse(c, LH_EIO, "try elsewhere", "%s is full", "disk") == LH_EIO, "returned");
    CHECK(lhi_ok(c) && lh_error(c) == LH_EIO, "the context goes on, and tells it");
    CHECK(strcmp(lh_message(c), "disk is full\n  hint: try elsewhere") == 0, "%s", lh_message(c));
    CHECK(lhi_refuse(c, LH_ENAME, NULL, "later") == LH_ENAME && lh_error(c) == LH_EIO,
          "the first one is kept");
    CHECK(lh_clear(c) == LH_EIO && lh_error(c) == LH_OK && lh_message(c)[0] == 0,
          "forgotten: %s", lh_message(c));
    CHECK(lh_clear(c) == LH_OK && lh_close(c) == 0, "and nothing is left of it");
}

static void of_the_state(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    lhi_refuse(c, LH_EIO, NULL, "a call");
    lh_fail(c, LH_ENONFINITE, "the state");
    CHECK(!lhi_ok(c) && lh_error(c) == LH_ENONFINITE && strcmp(lh_message(c), "the state") == 0,
          "%s", lh_message(c));
    CHECK(lhi_refuse(c, LH_ENAME, NULL, "after") == LH_ENONFINITE, "the state's error answers");
    lh_clear(c);
    CHECK(lh_error(c) == LH_ENONFINITE, "an error of the state stays");
    lh_on_message(c, NULL, NULL);
    CHECK(lh_close(c) == lh_exit_code(LH_ENONFINITE), "its exit code");
}

static void at_the_end_of_a_call(void)
{
    lh_ctx *c = lh_open(0, NULL, "test");

    CHECK(lhi_call_ends(c) == LH_OK && lh_error(c) == LH_OK, "nothing happened");
    lhi_fail(c, LH_EIO, "a hint", "within");
    CHECK(lhi_call_ends(c) == LH_EIO && lhi_ok(c), "moved");
    CHECK(strcmp(lh_message(c), "within\n  hint: a hint") == 0, "%s", lh_message(c));
    CHECK(lh_close(c) == 74, "told at the end unless it is cleared");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"an error of a call leaves the context as it was", of_a_call},
        {"an error of the state ends the work", of_the_state},
        {"what failed in a call becomes the call's", at_the_end_of_a_call},
        {NULL, NULL}};

    return check_main(argc, argv, "errors", tests);
}
