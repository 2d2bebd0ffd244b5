/* test_report.c -- the history is exact, and figures are what was asked for. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/report_case.h"

#include <locale.h>

static void write_history(const char *name, const char *expected)
{
    lh_ctx *c = begin();
    const char *path = check_path(name);
    char *text;

    CHECK(lhi_history_write(c, &state, path) == LH_OK, "%s", lh_message(c));
    text = check_read(path, NULL);
    CHECK(strcmp(text, expected) == 0, "found:\n%s", text);
    free(text);
    lh_close(c);
}

static void both_histories(void)
{
    make_state(2);
    state.series_count = 3;
    name_series(1, "a \"b\", c\\");
    name_series(2, "caf\xC3\xA9\n\xFF");
    column[0][0] = 0.1;
    column[0][1] = -1e-300;
    column[1][0] = NAN;
    column[1][1] = 3;
    column[2][0] = INFINITY;
    column[2][1] = 1.5;
    write_history("h.csv", "epoch,loss,\"a \"\"b\"\", c\\\",\"caf\xC3\xA9\n\xEF\xBF\xBD\"\n"
                           "1,0.10000000000000001,,inf\n"
                           "2,-1e-300,3,1.5\n");
    write_history("h.jsonl",
                  "{\"epoch\":1,\"loss\":0.10000000000000001,\"a \\\"b\\\", c\\\\\":null,"
                  "\"caf\xC3\xA9\\u000a\\ufffd\":null}\n"
                  "{\"epoch\":2,\"loss\":-1e-300,\"a \\\"b\\\", c\\\\\":3,"
                  "\"caf\xC3\xA9\\u000a\\ufffd\":1.5}\n");
}

static void history_bytes(void)
{
    both_histories();
    state.epochs = 0;
    write_history("h.jsonl", "");
    state.series_count = 0;
    write_history("h.csv", "epoch\n");
}

static void history_locale(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8")) {
        printf("# there is no German locale: passed over\n");
        return;
    }
    both_histories();
    if (have_gnuplot()) {
        lh_ctx *c = begin();
        char *text;

        make_state(3);
        CHECK(lhi_figure_curves(c, &state, check_path("de.png"), "loss") == LH_OK, "%s",
              lh_message(c));
        CHECK(warnings == 0 && is_png(check_path("de.png")), "%s", heard);
        text = check_read(check_path("de.gp"), NULL);
        CHECK(strstr(text, "\n1 0.6500000000000000") != NULL, "%s", text);
        free(text);
        lh_close(c);
    }
    setlocale(LC_ALL, "C");
}

static void real_pictures(void)
{
    const double fpr[] = {0, 0, 0.1, 0.4, 1}, tpr[] = {0, 0.6, 0.9, 1, 1};
    lh_ctx *c;

    if (!have_gnuplot())
        return;
    make_state(EPOCHS);
    c = begin();
    lhi_figure_curves(c, &state, check_path("a.png"), " loss ,test accuracy");
    lhi_figure_curves(c, &state, check_path("b.svg"), "test accuracy");
    lhi_figure_norms(c, &state, check_path("c.png"));
    lhi_figure_roc(c, check_path("d.svg"), fpr, tpr, 5, 0.925, "ROC");
    CHECK(lh_error(c) == LH_OK && warnings == 0, "%s %s", lh_message(c), heard);
    CHECK(is_png(check_path("a.png")), "a.png");
    CHECK(is_svg(check_path("b.svg")), "b.svg");
    CHECK(is_png(check_path("c.png")), "c.png");
    CHECK(is_svg(check_path("d.svg")), "d.svg");
    c->set.plot = "svg";
    lhi_figure_norms(c, &state, check_path("e.png"));
    c->set.plot = "png";
    lhi_figure_norms(c, &state, check_path("f.svg"));
    c->set.plot = "none";
    CHECK(lhi_figure_norms(c, &state, check_path("g.svg")) == LH_OK, "%s", lh_message(c));
    CHECK(is_svg(check_path("e.svg")) && !exists(check_path("e.png")), "--plot=svg");
    CHECK(is_png(check_path("f.png")) && !exists(check_path("f.svg")), "--plot=png");
    CHECK(!exists(check_path("g.svg")) && !exists(check_path("g.gp")), "--plot=none");
    CHECK(files_with(".tmp") == 0, "temporary files were left");
    lh_close(c);
}

static size_t lines_of(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* Every seventh epoch has a value, and three stand out. */
static void very_long(void)
{
    enum { LONG = 200000 };
    double *at = malloc(LONG * sizeof *at);
    char *text;
    lh_ctx *c = begin();

    make_state(LONG);
    state.series_count = 1;
    series[0].at = at;
    for (size_t i = 0; i < LONG; i++)
        at[i] = i % 7 ? (double)NAN : 1 + (double)(i * 7919 % 1000) / 1000;
    at[70001] = 9.5, at[140003] = 0.25, at[LONG - 1] = 1.0625;
    lhi_figure_curves(c, &state, check_path("long.png"), "loss");
    text = check_read(check_path("long.gp"), NULL);
    CHECK(lines_of(text) > 4000 && lines_of(text) < LHI_MOST_POINTS + 50, "%zu lines",
          lines_of(text));
    CHECK(strstr(text, "\n70002 9.5\n") && strstr(text, "\n140004 0.25\n") &&
          strstr(text, "\n200000 1.0625\n") && strstr(text, "\n1 1\n"), "what stands out is there");
    free(text);
    lhi_history_write(c, &state, check_path("long.csv"));
    text = check_read(check_path("long.csv"), NULL);
    CHECK(lines_of(text) == LONG + 1, "the history has all: %zu", lines_of(text));
    free(text);
    CHECK(!have_gnuplot() || (warnings == 0 && is_png(check_path("long.png"))), "%s", heard);
    lh_close(c);
    free(at);
}

/* x over many decades, a line with a gap, more than one point in each column. */
static void thinned(void)
{
    enum { MANY = 50000 };
    static double x[MANY], y[MANY];
    static char keep[MANY];
    size_t left = 0;

    for (size_t i = 0; i < MANY; i++) {
        x[i] = ldexp(1 + (double)(i % 500) / 500, (int)(i / 500) - 50);
        y[i] = (double)(i * 7919 % 1000);
        keep[i] = i != 25000;
    }
    y[333] = 5000, y[44444] = -1;
    lhi_thin(x, y, MANY, 1, 1, keep);
    for (size_t i = 0; i < MANY; i++)
        left += keep[i] != 0;
    CHECK(left > 4000 && left <= LHI_MOST_POINTS + 8, "%zu", left);
    CHECK(keep[0] && keep[MANY - 1] && keep[333] && keep[44444], "ends and extremes");
    CHECK(keep[24999] && keep[25001] && !keep[25000], "both sides of the gap");
    for (size_t i = 0; i < MANY; i++)
        keep[i] = 1;
    lhi_thin(x, y, LHI_MOST_POINTS, 1, 1, keep);
    for (left = 0; left < LHI_MOST_POINTS && keep[left]; left++)
        continue;
    CHECK(left == LHI_MOST_POINTS, "few stay as they are: %zu", left);
}

static void figures_of_nothing(void)
{
    static const double odd[] = {1e299, -1e299, 5e-324, INFINITY, NAN, 0, -3, 1e308};
    lh_ctx *c = begin();
    char *text;
    const int real = have_gnuplot();

    for (size_t epochs = 0; epochs < 3; epochs++) {
        make_state(epochs);
        column[0][0] = column[0][1] = NAN;
        lhi_figure_curves(c, &state, check_path("n.png"), "loss");
        text = check_read(check_path("n.gp"), NULL);
        CHECK(strstr(text, "no finite values") != NULL, "%zu epochs:\n%s", epochs, text);
        free(text);
        lhi_figure_curves(c, &state, check_path("o.svg"), "loss, test accuracy");
        lhi_figure_norms(c, &state, check_path("p.png"));
        lhi_figure_roc(c, check_path("q.png"), odd + 3, odd + 3, epochs, NAN, "");
        CHECK(!real || (is_png(check_path("n.png")) && is_svg(check_path("o.svg")) &&
                        is_png(check_path("p.png")) && is_png(check_path("q.png"))),
              "%zu epochs", epochs);
    }
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++) {
            make_state(2);
            column[0][0] = column[2][0] = odd[i];
            column[0][1] = column[2][1] = odd[j];
            lhi_figure_curves(c, &state, check_path("o.svg"), "loss");
            lhi_figure_norms(c, &state, check_path("o.svg"));
        }
    CHECK(lh_error(c) == LH_OK, "%s", lh_message(c));
    CHECK(!real || warnings == 0, "%s", heard);
    lh_close(c);
}

static void refusals(void)
{
    static const char *const bad[] = {"x.pdf", "x", "", ".png", "a/.svg", "|x.png", "<x.svg",
                                      "~/x.png", "a/|x.png", "x\n.png", "a\x01/x.png", "x.PNG"};

    make_state(3);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        lh_ctx *c = begin();

        CHECK(lhi_figure_norms(c, &state, bad[i]) == LH_EUSAGE, "'%s': %s", bad[i], lh_message(c));
        CHECK(strstr(lh_message(c), "hint:") != NULL, "%s", lh_message(c));
        lh_close(c);
    }
}

static lh_status curves_of(const char *names, const char *expected)
{
    lh_ctx *c = begin();
    const lh_status status = lhi_figure_curves(c, &state, check_path("name.png"), names);

    CHECK(strstr(lh_message(c), expected) != NULL, "%s", lh_message(c));
    lh_close(c);
    return status;
}

static void unknown_names(void)
{
    make_state(3);
    remove(check_path("name.gp"));
    CHECK(curves_of("loss, test acuracy", "did you mean \"test accuracy\"?") == LH_EUSAGE, "near");
    CHECK(curves_of("zzzzzzzzzzzzzzzz", "loss, test accuracy, |dW1|") == LH_EUSAGE, "far");
    CHECK(curves_of(" , ,", "no curves") == LH_EUSAGE, "empty");
    CHECK(curves_of("", "no curves") == LH_EUSAGE, "empty");
    state.series_count = 0;
    CHECK(curves_of("loss", "nothing yet") == LH_EUSAGE, "no history");
    CHECK(!exists(check_path("name.gp")), "a script was written all the same");
}

static void unwritable(void)
{
    lh_ctx *c = begin();

    make_state(3);
    CHECK(lhi_figure_norms(c, &state, check_path("no/such/x.png")) == LH_EIO, "%s", lh_message(c));
    lh_close(c);
    c = begin();
    CHECK(lhi_history_write(c, &state, check_path("no/such/x.csv")) == LH_EIO, "%s",
          lh_message(c));
    lh_close(c);
}

static void in_terminal(void)
{
    const double fpr[] = {0, 0, 0.1, 0.4, 1}, tpr[] = {0, 0.6, 0.9, 1, 1};
    size_t size, longest = 0, lines = 0;
    char *text;
    lh_ctx *c;
    int kept;

    if (!have_gnuplot())
        return;
    make_state(EPOCHS);
    c = begin();
    c->set.plot = "term";
    kept = divert(1, check_path("out"));
    printf("before\n");
    lhi_figure_curves(c, &state, check_path("t.png"), "loss, test accuracy");
    lhi_figure_norms(c, &state, check_path("t.png"));
    lhi_figure_roc(c, check_path("t.png"), fpr, tpr, 5, 0.925, "ROC");
    restore(1, kept);
    CHECK(lh_error(c) == LH_OK && warnings == 0, "%s %s", lh_message(c), heard);
    text = check_read(check_path("out"), &size);
    CHECK(strncmp(text, "before\n", 7) == 0 && size > 2000, "%s", text);
    CHECK(strstr(text, "epoch") && strstr(text, "AUC = 0.9250"), "%s", text);
    for (const char *at = text; *at; lines++) {
        size_t n = 0;

        for (; *at && *at != '\n'; at++)
            n += ((unsigned char)*at & 0xC0) != 0x80;
        at += *at == '\n';
        longest = n > longest ? n : longest;
    }
    CHECK(longest > 40 && longest <= 100 && lines > 60 && lines < 90, "%zu lines of %zu", lines,
          longest);
    CHECK(exists(check_path("t.gp")) && !exists(check_path("t.png")), "script, no picture");
    free(text);
    lh_close(c);
}

static void reproduced(void)
{
    char command[1000];
    char *first, *second;
    size_t a, b;
    lh_ctx *c;

    if (!have_gnuplot())
        return;
    make_state(EPOCHS);
    c = begin();
    lhi_figure_curves(c, &state, check_path("again.png"), "loss, test accuracy");
    lh_close(c);
    first = check_read(check_path("again.png"), &a);
    remove(check_path("again.png"));
    snprintf(command, sizeof command, "cd '%s' && gnuplot again.gp", check_folder());
    CHECK(system(command) == 0, "%s", command);
    second = check_read(check_path("again.png"), &b);
    CHECK(a > 1000 && a == b && memcmp(first, second, a) == 0, "%zu and %zu bytes", a, b);
    free(first);
    free(second);
}

static void version(void)
{
    char text[4200];

    if (have_gnuplot())
        CHECK(strncmp(lhi_gnuplot_version(text, sizeof text), "gnuplot ", 8) == 0 &&
                  strchr(text, '(') && !strchr(text, '\n'),
              "%s", text);
    use_fake(NULL);
    CHECK(lhi_gnuplot_version(text, sizeof text) == NULL, "%s", text);
    use_fake("#!/bin/sh\necho something else\n");
    CHECK(lhi_gnuplot_version(text, sizeof text) == NULL, "%s", text);
    unsetenv("LONGHAND_GNUPLOT");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the history is exact in both formats", history_bytes},
        {"a German locale changes no byte of it", history_locale},
        {"figures are PNG or SVG as the path or --plot says", real_pictures},
        {"200,000 epochs are drawn by what is seen of them, and written whole", very_long},
        {"of the points in a column of pixels the extremes are left", thinned},
        {"no values, one value and huge values make a figure", figures_of_nothing},
        {"the script that is kept draws the same picture", reproduced},
        {"bad names of figures are refused", refusals},
        {"unknown series are refused with the nearest name", unknown_names},
        {"a folder that does not exist is an error", unwritable},
        {"--plot=term draws on standard output", in_terminal},
        {"the version of gnuplot is one line", version},
        {NULL, NULL},
    };

    return check_main(argc, argv, "report", tests);
}
