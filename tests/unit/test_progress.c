/* test_progress.c -- progress as a bar, as lines, through a function, or not at all. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/report_case.h"

#include "framework/base/progress.h"

static void run_progress(lh_ctx *c, const char *kind, long total, int message)
{
    lhi_progress p;

    c->set.progress = kind;
    lhi_progress_begin(&p, c, "epoch", total);
    for (long i = 1; i <= 200; i++) {
        lhi_progress_show(&p, i, "loss %.4f", 1.0 / (double)i);
        if (message && i == 100)
            lh_say(c, "half way");
    }
    lhi_progress_end(&p);
}

static char *progress_of(const char *kind, long total, int quiet, int message)
{
    lh_ctx *c = begin();
    int kept;

    lh_on_message(c, NULL, NULL);
    c->set.quiet = quiet;
    kept = divert(2, check_path("err"));
    run_progress(c, kind, total, message);
    restore(2, kept);
    CHECK(c->line_open == 0, "a line is left open");
    lh_close(c);
    return check_read(check_path("err"), NULL);
}

static int count_of(const char *text, char byte)
{
    int n = 0;

    for (; *text; text++)
        n += *text == byte;
    return n;
}

static void progress_lines(void)
{
    char *text = progress_of("bar", 200, 0, 0);

    CHECK(count_of(text, '\r') >= 2 && count_of(text, '\r') <= 5, "%s", text);
    CHECK(count_of(text, '\n') == 1 && text[strlen(text) - 1] == '\n', "%s", text);
    CHECK(strstr(text, "epoch 200/200 [####") && strstr(text, "loss 0.0050"), "%s", text);
    CHECK(!strchr(text, '\x1B'), "%s", text);
    free(text);
    text = progress_of("bar", 200, 0, 1);
    CHECK(strstr(text, "\nlonghand: half way\n\repoch 200/200"), "%s", text);
    free(text);
    text = progress_of("plain", 200, 0, 0);
    CHECK(count_of(text, '\n') == 1 && !strchr(text, '\r') && strstr(text, "epoch 200/200  00:0") &&
              strstr(text, "loss 0.0050"),
          "%s", text);
    free(text);
    text = progress_of("auto", 0, 0, 0);
    CHECK(count_of(text, '\n') == 1 && strstr(text, "epoch 200  00:0"), "%s", text);
    free(text);
    text = progress_of("none", 200, 0, 0);
    CHECK(text[0] == 0, "%s", text);
    free(text);
    text = progress_of("bar", 200, 1, 0);
    CHECK(text[0] == 0, "%s", text);
    free(text);
}

static void progress_heard(void)
{
    lh_ctx *c = begin();
    lhi_progress p;

    run_progress(c, "bar", 200, 0);
    CHECK(warnings == 1 && strncmp(heard, "epoch 200/200  ", 15) == 0, "%d: %s", warnings, heard);
    c->set.progress = "plain";
    lhi_progress_begin(&p, c, "epoch", 200);
    p.interval = 0;
    lhi_progress_show(&p, 150, "%s", "");
    CHECK(strstr(heard, "epoch 150/200  00:00<?") != NULL, "a resumed run has no speed: %s", heard);
    p.from -= 10;
    p.began -= 3700;
    lhi_progress_show(&p, 155, "%s", "");
    CHECK(strstr(heard, "epoch 155/200  1:01:40<01:30 2.0 s each") != NULL, "%s", heard);
    p.from += 9;
    lhi_progress_show(&p, 250, "%s", "");
    CHECK(strstr(heard, "epoch 250/200  1:01:40<? ") != NULL, "%s", heard);
    warnings = 0;
    lhi_progress_end(&p);
    CHECK(warnings == 0, "the last line was said twice: %s", heard);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"progress is a bar, lines or nothing", progress_lines},
        {"progress goes to the caller's function", progress_heard},
        {NULL, NULL},
    };

    return check_main(argc, argv, "progress", tests);
}
