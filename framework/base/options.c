/* options.c -- declared options: command line, environment, --help, "did you mean". */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "framework/base/quote.h"
#include "framework/system/sys.h"

#include <longhand/version.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The value of --name on the command line; the last one given wins.  Marks what it
 * used.  NULL: not given; "" with *missing set: --name stands without a value. */
static const char *from_arguments(lh_ctx *c, const char *name, int flag, int *missing)
{
    const size_t length = strlen(name);
    const char *value = NULL;

    for (int i = 1; i < c->argc; i++) {
        const char *a = c->argv[i];

        if (strcmp(a, "--") == 0)
            break;
        if (strncmp(a, "--", 2) != 0 || strncmp(a + 2, name, length) != 0)
            continue;
        if (a[2 + length] == '=' && !flag) {
            value = a + 3 + length;
            c->used[i] = 1;
        } else if (a[2 + length] == 0) {
            c->used[i] = 1;
            if (flag)
                value = "1";
            else if (i + 1 < c->argc && strncmp(c->argv[i + 1], "--", 2) != 0) {
                value = c->argv[++i];
                c->used[i] = 1;
            } else {
                value = "";
                *missing = 1;
            }
        }
    }
    return value;
}

static const char *from_environment(const char *name)
{
    char key[64] = "LONGHAND_";
    size_t n = strlen(key);

    for (; *name && n + 1 < sizeof key; name++)
        key[n++] = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
    key[n] = 0;
    return lhi_sys_env(key);
}

/* The driver's texts are copied: names that it puts together, one for each layer, may stand in one
 * buffer, one after another. */
static int add_option(lh_ctx *c, lhi_option o)
{
    if (lhi_grow(c, &c->options, &c->option_room, c->option_count + 1, sizeof o) != 0)
        return -1;
    o.name = lhi_strdup(c, o.name);
    o.kind = lhi_strdup(c, o.kind);
    o.help = o.help ? lhi_strdup(c, o.help) : NULL;
    o.value = o.otherwise = o.otherwise ? lhi_strdup(c, o.otherwise) : NULL;
    if (!o.name || !o.kind)
        return -1;
    c->options[c->option_count++] = o;
    return 0;
}

static lhi_option *declare(lh_ctx *c, const char *name, const char *kind, const char *otherwise,
                           const char *help)
{
    lhi_option *o;
    const char *value;
    int missing = 0;

    if (!name || !name[0]) {
        lhi_fail(c, LH_EUSAGE, NULL, "an option needs a name");
        return NULL;
    }
    for (size_t i = 0; i < c->option_count; i++)
        if (strcmp(c->options[i].name, name) == 0 && !c->options[i].positional)
            return &c->options[i];
    if (add_option(c, (lhi_option){.name = name, .kind = kind, .help = help,
                                   .otherwise = otherwise}) != 0)
        return NULL;
    o = &c->options[c->option_count - 1];
    value = from_arguments(c, name, strcmp(kind, "") == 0, &missing);
    if (value)
        o->given = 1;
    else if ((value = from_environment(name)) != NULL && value[0])
        o->given = 2; /* set but empty counts as not set */
    if (missing && c->status == LH_OK)
        lhi_fail(c, LH_EUSAGE, NULL, "--%s needs a value: --%s=%s", name, name, kind);
    else if (o->given)
        o->value = value;
    return o;
}

static void bad_value(lh_ctx *c, const lhi_option *o, const char *wanted)
{
    lhi_fail(c, LH_EUSAGE, NULL, "%s%s=%s: %s", o->given == 2 ? "environment, for --" : "--",
             o->name, o->value, wanted);
}

long lh_opt_int(lh_ctx *c, const char *name, long otherwise, const char *help)
{
    lhi_option *o = c ? declare(c, name, "N", lhi_strf(c, "%ld", otherwise), help) : NULL;
    char *end;
    long n;

    if (!o || !o->given)
        return otherwise;
    errno = 0;
    n = strtol(o->value, &end, 10);
    if (end == o->value || *end || errno) {
        bad_value(c, o, "a whole number is wanted");
        return otherwise;
    }
    return n;
}

double lh_opt_real(lh_ctx *c, const char *name, double otherwise, const char *help)
{
    lhi_option *o = c ? declare(c, name, "X", lhi_strf(c, "%g", otherwise), help) : NULL;
    char *end;
    double x;

    if (!o || !o->given)
        return otherwise;
    x = lhi_sys_strtod(o->value, &end);
    if (end == o->value || *end || !(x - x == 0)) {
        bad_value(c, o, "a number is wanted");
        return otherwise;
    }
    return x;
}

const char *lh_opt_path(lh_ctx *c, const char *name, const char *otherwise, const char *help)
{
    const lhi_option *o = c ? declare(c, name, "PATH", otherwise, help) : NULL;

    if (o && o->given && !o->value[0])
        bad_value(c, o, "a path is wanted");
    return o && o->value && o->value[0] ? o->value : otherwise;
}

const char *lh_opt_text(lh_ctx *c, const char *name, const char *otherwise, const char *help)
{
    const lhi_option *o = c ? declare(c, name, "TEXT", otherwise, help) : NULL;

    return o ? o->value : otherwise;
}

int lh_opt_flag(lh_ctx *c, const char *name, const char *help)
{
    const lhi_option *o = c ? declare(c, name, "", "", help) : NULL;

    return o && o->given && strcmp(o->value, "0") != 0;
}

const char *lh_opt_choice(lh_ctx *c, const char *name, const char *words, const char *help)
{
    char *otherwise = NULL;
    lhi_option *o = NULL;
    size_t length;

    if (c && (!words || !words[0]))
        lhi_fail(c, LH_EUSAGE, NULL, "an option of words needs them: \"png|svg\"");
    else if (c && (otherwise = lhi_strf(c, "%.*s", (int)strcspn(words, "|"), words)) != NULL)
        o = declare(c, name, words, otherwise, help);
    if (!o || !o->value)
        return otherwise ? otherwise : "";
    length = strlen(o->value);
    for (const char *w = words; *w;) {
        const size_t n = strcspn(w, "|");

        if (n == length && strncmp(w, o->value, n) == 0)
            return o->value;
        w += n + (w[n] == '|');
    }
    bad_value(c, o, lhi_strf(c, "one of %s is wanted", words));
    return otherwise;
}

const char *lh_opt_argument(lh_ctx *c, const char *label, const char *otherwise,
                            const char *help)
{
    lhi_option *o;
    int plain = 0; /* after "--" everything is an argument */

    if (!c || add_option(c, (lhi_option){.name = label ? label : "ARGUMENT", .kind = "",
                                         .help = help, .otherwise = otherwise,
                                         .positional = 1}) != 0)
        return otherwise;
    o = &c->options[c->option_count - 1];
    for (int i = 1; i < c->argc; i++) {
        if (!plain && strcmp(c->argv[i], "--") == 0) {
            plain = c->used[i] = 1;
            continue;
        }
        if (c->used[i] || (!plain && c->argv[i][0] == '-' && c->argv[i][1]))
            continue;
        c->used[i] = 1;
        o->value = c->argv[i];
        o->given = 1;
        break;
    }
    return o->value;
}

void lh_opt_example(lh_ctx *c, const char *command, const char *meaning)
{
    if (!c || !command || lhi_grow(c, &c->examples, &c->example_room, c->example_count + 1,
                                   sizeof *c->examples) != 0)
        return;
    c->examples[c->example_count][0] = lhi_strdup(c, command);
    c->examples[c->example_count][1] = lhi_strdup(c, meaning ? meaning : "");
    c->example_count += c->examples[c->example_count][0] && c->examples[c->example_count][1];
}

/* Letters to insert, delete, replace or swap to make b from a (Damerau). */
static size_t distance(const char *a, const char *b)
{
    size_t row[3][64];
    const size_t n = strlen(a), m = strlen(b);

    if (n >= 64 || m >= 64)
        return 64;
    for (size_t j = 0; j <= m; j++)
        row[1][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[(i + 1) % 3], *last = row[i % 3], *before = row[(i + 2) % 3];

        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);

            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[(n + 1) % 3][m];
}

const char *lhi_nearest(const char *word, const char *(*name)(const void *set, size_t index),
                        const void *set, size_t count)
{
    const char *best = NULL;
    size_t least = strlen(word) / 3 + 2;

    for (size_t i = 0; i < count; i++) {
        const char *other = name(set, i);
        const size_t d = other ? distance(word, other) : 64;

        if (d < least) {
            least = d;
            best = other;
        }
    }
    return best;
}

static const char *plain_name(const void *set, size_t index)
{
    const char *const *names = set;

    return names[index];
}

const char *lh_did_you_mean(const char *word, const char *const *names, size_t count)
{
    return word && names ? lhi_nearest(word, plain_name, names, count) : NULL;
}

static const char *option_name(const void *set, size_t index)
{
    const lhi_option *o = set;

    return o[index].positional ? NULL : o[index].name;
}

lh_status lh_opt_done(lh_ctx *c)
{
    int plain = 0;

    if (!lhi_ok(c) || c->settled)
        return lhi_ok(c) ? LH_OK : lh_error(c);
    c->settled = 1;
    for (int i = 1; i < c->argc; i++) {
        const char *a = c->argv[i];
        char word[64];
        const char *near;

        if (c->used[i])
            continue;
        if (!plain && strcmp(a, "--") == 0) {
            plain = 1;
            continue;
        }
        if (plain || strncmp(a, "--", 2) != 0)
            return lhi_fail(c, LH_EUSAGE, lhi_strf(c, "%s --help lists what it takes", c->program),
                            "'%s' was not expected", a);
        snprintf(word, sizeof word, "%.*s", (int)strcspn(a + 2, "="), a + 2);
        for (size_t k = 0; k < c->option_count; k++)
            if (strcmp(c->options[k].name, word) == 0 && !c->options[k].kind[0])
                return lhi_fail(c, LH_EUSAGE, NULL, "--%s takes no value", word);
        near = lhi_nearest(word, option_name, c->options, c->option_count);
        return lhi_fail(c, LH_EUSAGE,
                        near ? lhi_strf(c, "did you mean --%s?", near)
                             : lhi_strf(c, "%s --help lists the options", c->program),
                        "--%s is no option of %s", word, c->program);
    }
    return LH_OK;
}

void lhi_options_builtin(lh_ctx *c)
{
    lhi_settings *s = &c->set;
    const int help = lh_opt_flag(c, "help", "print this and stop");
    const int version = lh_opt_flag(c, "version", "print the version and stop");
    const char *type;
    long n;

    n = lh_opt_int(c, "threads", 0, "threads to use (0: decided from the machine)");
    if (n < 0 || n > 1024)
        lhi_fail(c, LH_EUSAGE, NULL, "--threads=%ld: 0 to 1024 are allowed", n);
    s->threads = n > 0 && n <= 1024 ? (int)n : 0;
    n = lh_opt_int(c, "seed", 1, "seed of the first values, the split and the shuffling");
    s->seed = (uint64_t)n;
    type = lh_opt_choice(c, "type", "driver|f32|f64", "element type to train in");
    s->type = strcmp(type, "f32") == 0 ? LH_F32 : strcmp(type, "f64") == 0 ? LH_F64 : LH_TYPES;
    s->isa = lh_opt_choice(c, "isa", "auto|portable|avx2|avx512", "instruction set to use");
    n = lh_opt_int(c, "shards", 8, "most pieces a sum over a batch is cut into");
    if (n < 1 || n > 64)
        lhi_fail(c, LH_EUSAGE, NULL, "--shards=%ld: 1 to 64 are allowed", n);
    s->shards = n >= 1 && n <= 64 ? (size_t)n : 8;
    s->resume = lh_opt_path(c, "resume", "", "checkpoint to go on from");
    s->plot = lh_opt_choice(c, "plot", "auto|png|svg|term|none", "where figures go");
    if (strcmp(s->plot, "auto") == 0)
        s->plot = "";
    s->progress = lh_opt_choice(c, "progress", "auto|bar|plain|none", "progress of long work");
    s->reproducible =
        lh_opt_flag(c, "reproducible", "leave clock, host, threads, compiler out of files");
    s->quiet = lh_opt_flag(c, "quiet", "no progress and no notes");
    s->dry_run = lh_opt_flag(c, "dry-run", "print steps, shapes and memory, train nothing");
    s->check = lh_opt_flag(c, "check", "check the gradients of the loss, train nothing");
    s->budget = lh_opt_real(c, "budget", 0, "seconds for comparing gradients (0: about 3)");
    if (!(s->budget >= 0 && s->budget <= 1e6))
        lhi_fail(c, LH_EUSAGE, NULL, "--budget=%g: 0 to 1000000 seconds are allowed", s->budget);
    s->ledger = lh_opt_path(c, "ledger", "", "files for the ledger: .txt .csv .json .html .h5");
    c->builtin_count = c->option_count;
    if ((help || version) && c->status != LH_ENOMEM) {
        c->status = LH_HELP;
        snprintf(c->message, sizeof c->message, "%s", version && !help ? "version" : "help");
    }
}

static void help_rows(const lh_ctx *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const lhi_option *o = &c->options[i];
        char left[96];

        if (o->positional)
            snprintf(left, sizeof left, "  %s", o->name);
        else
            snprintf(left, sizeof left, "  --%s%s%s", o->name, o->kind[0] ? "=" : "", o->kind);
        printf("%-32s %s", left, o->help ? o->help : "");
        if (o->otherwise && o->otherwise[0])
            printf(" [%s]", o->otherwise);
        putchar('\n');
    }
}

void lhi_options_help(const lh_ctx *c)
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
           "Exit codes: 0 done, 1 a gradient disagrees, 2 usage, 3 not finite, 4 a gradient could\n"
           "not be decided, 65 bad data or checkpoint, 66 no such input, 69 a program is missing,\n"
           "70 a mistake in the driver, 71 no memory, 74 I/O, 75 stopped by a signal.\n");
}

/* Not kept with a run: they choose where and how fast, never what comes out. */
static int shapes_result(const char *name)
{
    static const char *const other[] = {"help",   "version",      "threads", "isa",
                                        "resume", "reproducible", "plot",    "progress",
                                        "quiet",  "dry-run",      "out",     "epochs", "check",
                                        "budget", "ledger",       "check-rows"};

    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (strcmp(name, other[i]) == 0)
            return 0;
    return 1;
}

size_t lhi_config(lh_ctx *c, const char ***lines)
{
    size_t n = 0;

    *lines = lhi_alloc_array(c, c->option_count + 1, sizeof **lines);
    if (!*lines)
        return 0;
    for (size_t i = 0; i < c->option_count; i++) {
        const lhi_option *o = &c->options[i];
        char *line;

        if (!o->kind[0] || strcmp(o->kind, "PATH") == 0 || !shapes_result(o->name))
            continue;
        line = lhi_strf(c, "%s=%s", o->name, o->value ? o->value : "");
        if (!line)
            return 0;
        lhi_make_utf8(line); /* the checkpoint says that it is */
        (*lines)[n++] = line;
    }
    return n;
}
