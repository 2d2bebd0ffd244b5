/* test_settings.c -- options of every program, values without a command line, statuses, version. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "tests/check.h"

#include <longhand.h>
#include <longhand/version.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *word; /* a value that is allowed: the first of several; NULL of a flag */
    int uses;
} rows[] = {
#define FLAG(words)  NULL
#define WHOLE(words) "2"
#define SEED(words)  "2"
#define REAL(words)  "2"
#define TYPE(words)  "f64"
#define WORD(words)  words
#define PATH(words)  "x"
#define TIME(words)  "2h"
#define EVERY(words) "5epochs"
#define LH_SETTING(member, name, kind, otherwise, least, most, uses, shapes, help) \
    {name, kind(otherwise), uses},
#define LH_ASIDE(name)
#include "framework/base/settings.def"
#undef LH_SETTING
#undef LH_ASIDE
};
enum { ROWS = sizeof rows / sizeof *rows };

static void silent(void *arg, const char *text)
{
    (void)arg, (void)text;
}

static lh_ctx *opened(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "a program");

    lh_on_message(c, silent, NULL);
    return c;
}

/* Closes a context and returns what it printed on standard output. */
static char *closing(lh_ctx *c)
{
    const char *path = check_path("printed");
    const int saved = dup(1), to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    fflush(stdout);
    dup2(to, 1);
    lh_close(c);
    fflush(stdout);
    dup2(saved, 1);
    close(saved);
    close(to);
    return check_read(path, NULL);
}

static int shows(const char *help, const char *name)
{
    char start[64];

    snprintf(start, sizeof start, "\n  --%s", name);
    for (const char *at = help; (at = strstr(at, start)) != NULL; at++)
        if (strchr("= \n", at[strlen(start)]))
            return 1;
    return 0;
}

static void help_shows_what_is_used(void)
{
    size_t cases = 0;

    for (int uses = 0; uses < 128; uses++) {
        char *argv[] = {(char[]){"program"}, (char[]){"--help"}, NULL}, *help;
        lh_ctx *c = opened(2, argv);

        if (uses < 64)
            lh_opt_uses(c, uses);
        help = closing(c);
        for (size_t i = 0; i < ROWS; i++, cases++)
            CHECK(shows(help, rows[i].name) ==
                      (uses >= 64 || rows[i].uses == 0 || (rows[i].uses & uses) != 0),
                  "uses %d: --%s", uses, rows[i].name);
        free(help);
    }
    CHECK(cases >= 128 * 16, "%zu cases", cases);
}

static void unused_options_are_refused(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        char option[64], *argv[] = {(char[]){"program"}, option, NULL};
        lh_ctx *c;

        if (rows[i].uses == 0)
            continue;
        snprintf(option, sizeof option, "--%s%s%.*s", rows[i].name, rows[i].word ? "=" : "",
                 rows[i].word ? (int)strcspn(rows[i].word, "|") : 0,
                 rows[i].word ? rows[i].word : "");
        c = opened(2, argv);
        CHECK(lh_opt_uses(c, 63 & ~rows[i].uses) == LH_EUSAGE &&
                  strstr(lh_message(c), "is of no use here") != NULL,
              "%s: %s", option, lh_message(c));
        lh_close(c);
        c = opened(2, argv);
        CHECK(lh_opt_uses(c, rows[i].uses) == LH_OK, "%s: %s", option, lh_message(c));
        lh_close(c);
    }
}

/* The command line, then the program, then the environment, then the default. */
static void who_says_it_wins(void)
{
    for (unsigned who = 0; who < 8; who++) {
        char *argv[] = {(char[]){"program"}, (char[]){"--seed=4"}, (char[]){"--units=4"}, NULL};
        const long expected = who & 1 ? 4 : who & 2 ? 3 : who & 4 ? 2 : 1;
        lh_ctx *c;

        if (who & 4) {
            setenv("LONGHAND_SEED", "2", 1);
            setenv("LONGHAND_UNITS", "2", 1);
        }
        c = opened(who & 1 ? 3 : 1, argv);
        if (who & 2) {
            CHECK(lh_opt_set(c, "seed", "3") == LH_OK, "%s", lh_message(c));
            CHECK(lh_opt_set(c, "units", "3") == LH_OK, "%s", lh_message(c));
        }
        CHECK(c->set.seed == (uint64_t)expected, "%u: seed %d", who, (int)c->set.seed);
        CHECK(lh_opt_int(c, "units", 1, "") == expected, "%u: units %ld", who,
              lh_opt_int(c, "units", 1, ""));
        CHECK(lh_opt_done(c) == LH_OK, "%u: %s", who, lh_message(c));
        CHECK(lh_close(c) == 0, "%u", who);
        unsetenv("LONGHAND_SEED");
        unsetenv("LONGHAND_UNITS");
    }
}

/* The last value counts, before and after the option is declared; a flag can be taken back. */
static void the_last_value_counts(void)
{
    lh_ctx *c = opened(0, NULL);

    lh_opt_set(c, "units", "5");
    lh_opt_set(c, "units", "6");
    CHECK(lh_opt_int(c, "units", 1, "") == 6, "%ld", lh_opt_int(c, "units", 1, ""));
    lh_opt_set(c, "units", "7");
    CHECK(lh_opt_int(c, "units", 1, "") == 7, "%ld", lh_opt_int(c, "units", 1, ""));
    lh_opt_set(c, "type", "f64");
    CHECK(lh_params_type(lh_params_new(c, LH_F32)) == LH_F64, "the type is not taken");
    lh_opt_set(c, "reproducible", "1");
    CHECK(c->set.reproducible, "a flag is not set");
    lh_opt_set(c, "reproducible", "0");
    CHECK(!c->set.reproducible, "a flag is not taken back");
    lh_close(c);
}

static void wrong_values_are_refused(void)
{
    static const struct { const char *name, *value, *says; lh_status status; } wrong[] = {
        {"threads", "2000", "--threads=2000: 0 to 1024", LH_EUSAGE},
        {"shards", "0", "--shards=0: 1 to 64", LH_EUSAGE},
        {"budget", "1e7", "0 to 1000000", LH_EUSAGE},
        {"budget", "nan", "a number is wanted", LH_EUSAGE},
        {"seed", "", "a whole number is wanted", LH_EUSAGE},
        {"type", "f16", "driver|f32|f64", LH_EUSAGE},
        {"plot", "gif", "auto|png|svg|term|none", LH_EUSAGE},
        {"", "1", "needs the name of an option", LH_EUSAGE},
        {NULL, "1", "needs the name of an option", LH_EUSAGE},
        {"seed", NULL, "needs the name of an option", LH_EUSAGE},
        {"sed", "1", "sed is no option of longhand\n  hint: did you mean \"seed\"?", LH_EUSAGE},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lh_ctx *c = opened(0, NULL);

        lh_opt_set(c, wrong[i].name, wrong[i].value);
        CHECK(lh_opt_done(c) == wrong[i].status && strstr(lh_message(c), wrong[i].says) != NULL,
              "%zu: %s", i, lh_message(c));
        lh_close(c);
    }
}

static void settled_options_stay(void)
{
    lh_ctx *c = opened(0, NULL);

    lh_opt_done(c);
    CHECK(lh_opt_set(c, "seed", "2") == LH_ESTATE && c->set.seed == 1, "%s", lh_message(c));
    CHECK(lh_opt_set(NULL, "seed", "2") == LH_EUSAGE && lh_opt_uses(NULL, 0) == LH_EUSAGE, "NULL");
    lh_close(c);
}

/* A number is a promise to programs that were built before. */
static void statuses_keep_their_numbers(void)
{
    static const char *const names[] = {
        "LH_OK", "LH_HELP", "LH_EVERIFY", "LH_EUSAGE", "LH_ENONFINITE", "LH_EDATA", "LH_EFORMAT",
        "LH_EMISMATCH", "LH_ENOINPUT", "LH_ETOOL", "LH_ESHAPE", "LH_ESTALE", "LH_ESTATE",
        "LH_ENAME", "LH_ENOMEM", "LH_EIO", "LH_ESTOPPED", "LH_EUNDECIDED", "LH_ENDED"};
    char *argv[] = {(char[]){"program"}, (char[]){"--help"}, NULL};
    char *help = closing(opened(2, argv));

    CHECK(LH_STATUSES >= sizeof names / sizeof *names, "%d statuses", (int)LH_STATUSES);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK(strcmp(lh_status_name((lh_status)i), names[i]) == 0, "%zu is %s", i,
              lh_status_name((lh_status)i));
    for (int i = 0; i < LH_STATUSES; i++) {
        char code[20];

        CHECK(strncmp(lh_status_name((lh_status)i), "LH_", 3) == 0, "status %d has no row", i);
        snprintf(code, sizeof code, " %d ", lh_exit_code((lh_status)i));
        for (char *at = help; *at; at++)
            *at = *at == '\n' ? ' ' : *at;
        CHECK(strstr(strstr(help, "Exit codes:"), code) != NULL, "--help lacks exit code%s", code);
    }
    CHECK(strcmp(lh_status_name(LH_STATUSES), "no such status") == 0, "one too many");
    free(help);
}

static void versions_agree(void)
{
    char text[40];

    snprintf(text, sizeof text, "%d.%d.%d", LH_VERSION_MAJOR, LH_VERSION_MINOR, LH_VERSION_PATCH);
    CHECK(strcmp(lh_version(), LH_VERSION) == 0, "%s", lh_version());
    CHECK(strcmp(text, LH_VERSION) == 0, "%s", text);
    CHECK(LH_VERSION_AT_LEAST(0, 1, 0) && !LH_VERSION_AT_LEAST(1000, 0, 0), "%s", text);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"--help shows the options that a program has a use for", help_shows_what_is_used},
        {"an option without a use is refused", unused_options_are_refused},
        {"the command line wins over the program, that over the environment", who_says_it_wins},
        {"of several values the last one counts", the_last_value_counts},
        {"values that an option does not have are refused", wrong_values_are_refused},
        {"options that are settled stay as they are", settled_options_stay},
        {"statuses keep their numbers, and help has their exit codes", statuses_keep_their_numbers},
        {"the versions of headers and library agree", versions_agree},
        {NULL, NULL}};

    return check_main(argc, argv, "settings", tests);
}
