/* test_gnuplot.c -- no text runs a command, and no gnuplot is bad enough to fail a run. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/report_case.h"

#include "framework/system/fault.h"

#include <errno.h>
#include <sys/wait.h>

static const char *const nasty[] = {
    "`touch canary`", "$(touch canary)", "'", "''", "\"", "\n", "\r", "\\", "\\\n", "system(",
    "system(\"touch canary\")", "' . system('touch canary') . '", "|touch canary",
    "<touch canary", "\n!touch canary\n", "; !touch canary", "@canary", "#", "{", "}", "[", "]",
    "\nEOD\n", "%s%n", "^", "_", "\xC3\xA9", "\xFF", "\xC3", "\x01", "\x7F", "title", " ", "$0",
    "\"`touch canary`\"", "\nsystem \"touch canary\"\n", "\xED\xA0\x80", "&<>", "\x1B[31m"};

static unsigned random_state = 12345;

static unsigned draw(unsigned below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static void nasty_text(char *to, size_t room)
{
    to[0] = 0;
    for (unsigned parts = 1 + draw(6); parts > 0; parts--) {
        const char *part = nasty[draw(sizeof nasty / sizeof nasty[0])];

        if (strlen(to) + strlen(part) < room)
            strcat(to, part);
    }
}

static void nasty_texts(void)
{
    const double rates[] = {0, 0.5, 1};
    const long before = check_count();
    char text[600], name[LHI_NAME];
    int made = 0;

    if (!have_gnuplot())
        return;
    CHECK(chdir(check_folder()) == 0, "chdir");
    for (int i = 0; i < 100; i++) {
        lh_ctx *c = begin();

        make_state(3);
        nasty_text(text, sizeof text);
        nasty_text(name, sizeof name);
        if (name[0] == ' ' || name[strlen(name) - 1] == ' ')
            name[0] = name[strlen(name) - 1] = 'x';
        name_series(0, name);
        memset(series[2].name, 0, LHI_NAME);
        name_series(2, "|d");
        memcpy(series[2].name + 2, name, strlen(name) < 60 ? strlen(name) : 60);
        strcat(series[2].name, "|");
        remove("x.svg");
        lhi_figure_roc(c, "x.svg", rates, rates, 3, 0.5, text);
        made += is_svg("x.svg");
        remove("x.svg");
        CHECK(system("gnuplot x.gp >gnuplot.out 2>&1") == 0 && is_svg("x.svg"), "title %s", text);
        lhi_figure_norms(c, &state, "y.png");
        made += is_png("y.png");
        lhi_figure_curves(c, &state, "z.svg", name);
        made += is_svg("z.svg");
        CHECK(lh_error(c) == LH_OK && warnings == 0, "title %s, name %s: %s %s", text, name,
              lh_message(c), heard);
        CHECK(!exists("canary"), "title %s, name %s ran a command", text, name);
        remove("x.svg"), remove("y.png"), remove("z.svg");
        lh_close(c);
    }
    CHECK(made == 300, "%d pictures of 300", made);
    CHECK(check_count() - before >= 300, "%ld checks", check_count() - before);
}

/* Names of files too: they stand in `set output` and in the comment of the script. */
static void nasty_names(void)
{
    char stem[300], path[310], command[400];
    int made = 0, refused = 0;

    if (!have_gnuplot())
        return;
    CHECK(chdir(check_folder()) == 0, "chdir");
    make_state(3);
    for (int i = 0; i < 100; i++) {
        lh_ctx *c = begin();

        nasty_text(stem, 120);
        for (char *s = stem; *s; s++)
            if (*s == '/')
                *s = '.';
        snprintf(path, sizeof path, "%s.svg", stem);
        lhi_figure_norms(c, &state, path);
        if (lh_error(c) == LH_OK) {
            lhi_text word = {.c = c};

            CHECK(warnings == 0 && is_svg(path), "%s: %s", path, heard);
            remove(path);
            snprintf(path, sizeof path, "%s.gp", stem);
            lhi_add_shell(&word, path);
            snprintf(command, sizeof command, "gnuplot ./%s >gnuplot.out 2>&1", word.at);
            snprintf(path, sizeof path, "%s.svg", stem);
            CHECK(system(command) == 0 && is_svg(path), "%s", command);
            remove(path);
            snprintf(path, sizeof path, "%s.gp", stem);
            remove(path);
            made++;
        } else {
            CHECK(lh_error(c) == LH_EUSAGE, "%s: %s", path, lh_message(c));
            refused++;
        }
        CHECK(!exists("canary"), "%s ran a command", path);
        lh_on_message(c, hear, NULL);
        lh_close(c);
    }
    CHECK(made >= 20 && refused >= 20, "%d made, %d refused", made, refused);
}

/* A gnuplot that does not work: a warning, the script, no picture, nothing left behind. */
static void without(const char *script, const char *meaning)
{
    const int before = descriptors();
    lh_ctx *c = begin();

    use_fake(script);
    make_state(EPOCHS);
    lhi_gnuplot_seconds = 0.3;
    remove(check_path("w.gp"));
    CHECK(lhi_figure_curves(c, &state, check_path("w.png"), "loss") == LH_OK, "%s: %s", meaning,
          lh_message(c));
    CHECK(lhi_figure_norms(c, &state, check_path("w.svg")) == LH_OK, "%s: %s", meaning,
          lh_message(c));
    CHECK(warnings == 1, "%s: %d warnings, the last: %s", meaning, warnings, heard);
    CHECK(strstr(heard, "w.gp") && strstr(heard, "gnuplot w.gp"), "%s: %s", meaning, heard);
    CHECK(exists(check_path("w.gp")), "%s: no script", meaning);
    CHECK(!exists(check_path("w.png")) && !exists(check_path("w.svg")), "%s: a picture", meaning);
    CHECK(files_with(".tmp") == 0, "%s: temporary files were left", meaning);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s: a child is left", meaning);
    lh_close(c);
    CHECK(descriptors() == before, "%s: %d descriptors, then %d", meaning, before, descriptors());
    lhi_gnuplot_seconds = 20;
    unsetenv("LONGHAND_GNUPLOT");
}

static void broken_gnuplots(void)
{
    without(NULL, "absent");
    without("#!/bin/sh\nexit 0\n", "exits at once");
    without("#!/bin/sh\ncat >/dev/null\nexit 3\n", "exits 3");
    without("#!/bin/sh\nexec sleep 60\n", "never reads");
    without("#!/bin/sh\ntrap '' TERM\nexec sleep 60\n", "does not end when told to");
    without("#!/bin/sh\nexec <&- >&- 2>&-\nexec sleep 60\n", "closes all and sleeps");
    without("#!/bin/sh\nyes error | head -c 10000000 >&2\ncat >/dev/null\n", "floods");
    without("#!/bin/sh\nsed -n \"s/^print '\\(.*\\)'/\\1/p\"\n", "says success, makes nothing");
    without("#!/bin/sh\nsed -n \"s/^print '\\(.*\\)'/\\1/p;s/^set output/echo rubbish >/p\" >s\n"
            "grep echo s >t; . ./t; grep LH-END s; rm s t\n",
            "says success, makes rubbish");
    without("#!/bin/sh\necho \"print 'LH-END\"; echo LH-END; cat >/dev/null\n", "a wrong marker");
    without("no program at all", "cannot be run");
}

/* A picture that was there before is no picture of this run. */
static void old_pictures(void)
{
    lh_ctx *c;

    if (!have_gnuplot())
        return;
    for (int kind = 0; kind < 3; kind++) {
        c = begin();
        make_state(3);
        lhi_figure_curves(c, &state, check_path("old.png"), "loss");
        CHECK(is_png(check_path("old.png")), "%s", heard);
        use_fake(kind == 0 ? NULL : kind == 1 ? "#!/bin/sh\nexit 1\n" : "#!/bin/sh\ncat\n");
        lhi_figure_curves(c, &state, check_path("old.png"), "loss");
        CHECK(!exists(check_path("old.png")), "%d: the old picture is there", kind);
        CHECK(strstr(heard, "old.png is removed") != NULL, "%d: %s", kind, heard);
        CHECK(exists(check_path("old.gp")) && lh_error(c) == LH_OK, "%d: the script", kind);
        check_write(check_path("old.png"), "no picture", -1);
        lhi_figure_curves(c, &state, check_path("old.png"), "loss");
        CHECK(exists(check_path("old.png")), "%d: what is no picture stays", kind);
        remove(check_path("old.png"));
        unsetenv("LONGHAND_GNUPLOT");
        lh_close(c);
    }
}

static void one_warning_a_context(void)
{
    lh_ctx *a = begin(), *b = begin();

    use_fake(NULL);
    make_state(3);
    lhi_figure_norms(a, &state, check_path("w.svg"));
    lhi_figure_norms(a, &state, check_path("w.svg"));
    CHECK(warnings == 1 && strstr(heard, "was not found"), "%d: %s", warnings, heard);
    lhi_figure_norms(b, &state, check_path("w.svg"));
    CHECK(warnings == 2, "%d warnings", warnings);
    lh_close(a);
    lh_close(b);
    unsetenv("LONGHAND_GNUPLOT");
}

static void run_all(lh_ctx *c)
{
    const double rates[] = {0, 0.5, 1};

    lhi_figure_curves(c, &state, check_path("f.png"), "loss, test accuracy");
    lhi_figure_roc(c, check_path("f.svg"), rates, rates, 3, 0.5, "t");
    lhi_history_write(c, &state, check_path("f.csv"));
}

/* Each memory, file and process call fails once: an error or a warning, nothing worse. */
static void faults(void)
{
    static const int number[] = {ENOMEM, ENOSPC, EAGAIN, EIO};
    const int before = descriptors();
    const int real = have_gnuplot();

    make_state(3);
    for (int kind = 0; kind < LHI_FAULT_KINDS; kind++) {
        long n = 1, struck;

        do {
            lh_ctx *c = begin();

            lhi_fault_arm((enum lhi_fault_kind)kind, n, 1, number[kind]);
            remove(check_path("f.png")), remove(check_path("f.svg"));
            run_all(c);
            struck = lhi_fault_struck((enum lhi_fault_kind)kind);
            lhi_fault_arm((enum lhi_fault_kind)kind, 0, 0, 0);
            CHECK(lh_error(c) == LH_OK ||
                      lh_error(c) == (kind == LHI_FAULT_ALLOC ? LH_ENOMEM : LH_EIO),
                  "kind %d call %ld: %s", kind, n, lh_message(c));
            /* To close a file that was read may fail unnoticed, when the pictures are there. */
            CHECK(!struck || warnings > 0 || lh_error(c) != LH_OK ||
                      (is_png(check_path("f.png")) && is_svg(check_path("f.svg"))),
                  "kind %d call %ld unnoticed", kind, n);
            CHECK(files_with(".tmp") == 0, "kind %d call %ld: a file is left", kind, n);
            lh_close(c);
            n++;
        } while (struck && n < 200);
        CHECK(!real || n > (kind == LHI_FAULT_SPAWN ? 2 : 10), "kind %d: %ld calls", kind, n);
    }
    CHECK(descriptors() == before, "%d descriptors, then %d", before, descriptors());
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"no title or name runs a command", nasty_texts},
        {"no name of a file runs a command", nasty_names},
        {"a gnuplot that is absent or broken costs a warning", broken_gnuplots},
        {"an old picture does not pass for one that could not be drawn", old_pictures},
        {"a context warns once", one_warning_a_context},
        {"a failure of any call is an error or a warning", faults},
        {NULL, NULL},
    };

    return check_main(argc, argv, "gnuplot", tests);
}
