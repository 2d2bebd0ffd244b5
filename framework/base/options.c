/* options.c -- declared options: command line, environment, --help, "did you mean". */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "framework/base/duration.h"
#include "framework/base/quote.h"
#include "framework/system/sys.h"

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

/* What lh_opt_set() said of it last; marks that it is an option. */
static const char *from_program(lh_ctx *c, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < c->preset_count; i++)
        if (strcmp(c->preset[i].name, name) == 0) {
            value = c->preset[i].value;
            c->preset[i].used = 1;
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
    lhi_option kept;

    if (lhi_grow(c, &c->options, &c->option_room, c->option_count + 1, sizeof o) != 0)
        return -1;
    kept = o;
    kept.name = lhi_strdup(c, o.name);
    kept.kind = lhi_strdup(c, o.kind);
    kept.help = o.help ? lhi_strdup(c, o.help) : NULL;
    kept.value = kept.otherwise = o.otherwise ? lhi_strdup(c, o.otherwise) : NULL;
    if (!kept.name || !kept.kind || !kept.help != !o.help || !kept.otherwise != !o.otherwise)
        return -1;
    c->options[c->option_count++] = kept;
    return 0;
}

static lhi_option *declare(lh_ctx *c, const char *name, const char *kind, const char *otherwise,
                           const char *help)
{
    lhi_option *o;
    const char *value, *preset;
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
    preset = from_program(c, name);
    value = from_arguments(c, name, strcmp(kind, "") == 0, &missing);
    if (value)
        o->given = 1;
    else if ((value = preset) != NULL)
        o->given = 3;
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

double lhi_opt_time(lh_ctx *c, const char *name, const char *help)
{
    const lhi_option *o = c ? declare(c, name, "TIME", "", help) : NULL;
    double seconds = 0;
    const char *why = o && o->given ? lhi_duration(o->value, &seconds) : NULL;

    if (why)
        bad_value(c, o, why);
    return seconds;
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

    return o[index].positional || o[index].unused ? NULL : o[index].name;
}

/* A name that lh_opt_set() gave a value to, and nobody declared. */
static lh_status refuse_preset(lh_ctx *c, const char *name)
{
    const char *near = lhi_nearest(name, option_name, c->options, c->option_count);

    return lhi_fail(c, LH_EUSAGE, near ? lhi_strf(c, "did you mean \"%s\"?", near) : NULL,
                    "lh_opt_set(): %s is no option of %s", name, c->program);
}

lh_status lh_opt_done(lh_ctx *c)
{
    int plain = 0;

    if (!lhi_ok(c) || c->settled)
        return lhi_ok(c) ? LH_OK : lh_error(c);
    c->settled = 1;
    for (size_t i = 0; i < c->preset_count; i++)
        if (!c->preset[i].used)
            return refuse_preset(c, c->preset[i].name);
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
