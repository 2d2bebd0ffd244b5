/* settings.c -- the options of every program, by the table of settings.def. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ctx.h"
#include "framework/base/every.h"
#include "framework/base/quote.h"
#include "framework/system/sys.h"

#include <stdio.h>
#include <string.h>

enum kind { FLAG, WHOLE, REAL, SEED, TYPE, WORD, PATH, TIME, EVERY };

typedef struct setting {
    const char *name, *otherwise, *help;
    enum kind kind;
    size_t at; /* in lhi_settings */
    double least, most;
    int uses;
    int shapes;
} setting;

static const setting settings[] = {
#define LH_SETTING(member, name, kind, otherwise, least, most, uses, shapes, help) \
    {name, otherwise, help, kind, offsetof(lhi_settings, member), least, most, uses, shapes},
#define LH_ASIDE(name)
#include "framework/base/settings.def"
#undef LH_SETTING
#undef LH_ASIDE
};

/* Options of drivers that choose where and how long. */
static const char *const aside[] = {
#define LH_SETTING(member, name, kind, otherwise, least, most, uses, shapes, help)
#define LH_ASIDE(name) name,
#include "framework/base/settings.def"
#undef LH_SETTING
#undef LH_ASIDE
};

enum { SETTINGS = sizeof settings / sizeof *settings, ASIDES = sizeof aside / sizeof *aside };

static double in_range(lh_ctx *c, const setting *s, double x, double otherwise)
{
    if (x >= s->least && x <= s->most)
        return x;
    lhi_fail(c, LH_EUSAGE, NULL, "--%s=%g: %g to %.10g are allowed", s->name, x, s->least,
             s->most);
    return otherwise;
}

static void take_every(lh_ctx *c, const setting *s, lhi_every *to)
{
    const char *text = lh_opt_text(c, s->name, s->otherwise, s->help);
    const char *fault = text ? lhi_every_read(text, to) : NULL;

    if (fault)
        lhi_fail(c, LH_EUSAGE, NULL, "--%s=%s: %s", s->name, text, fault);
}

/* Declares the option of a row, or finds it, and puts its value into the settings. */
static void take(lh_ctx *c, const setting *s)
{
    void *to = (char *)&c->set + s->at;
    char *end;
    const double otherwise = lhi_sys_strtod(s->otherwise, &end);
    const char *word;

    switch (s->kind) {
    case FLAG:
        *(int *)to = lh_opt_flag(c, s->name, s->help);
        break;
    case WHOLE:
        *(int *)to = (int)in_range(c, s, (double)lh_opt_int(c, s->name, (long)otherwise, s->help),
                                   otherwise);
        break;
    case REAL:
        *(double *)to = in_range(c, s, lh_opt_real(c, s->name, otherwise, s->help), otherwise);
        break;
    case SEED:
        *(uint64_t *)to = (uint64_t)lh_opt_int(c, s->name, (long)otherwise, s->help);
        break;
    case TYPE:
        word = lh_opt_choice(c, s->name, s->otherwise, s->help);
        *(lh_type *)to = strcmp(word, "f32") == 0   ? LH_F32
                         : strcmp(word, "f64") == 0 ? LH_F64
                                                    : LH_TYPES;
        break;
    case WORD:
        *(const char **)to = lh_opt_choice(c, s->name, s->otherwise, s->help);
        break;
    case PATH:
        *(const char **)to = lh_opt_path(c, s->name, s->otherwise, s->help);
        break;
    case TIME:
        *(double *)to = lhi_opt_time(c, s->name, s->help);
        break;
    case EVERY:
        take_every(c, s, to);
        break;
    }
}

void lhi_settings_declare(lh_ctx *c)
{
    for (size_t i = 0; i < SETTINGS; i++)
        take(c, &settings[i]);
    c->builtin_count = c->option_count;
    if ((c->set.help || c->set.version) && c->status != LH_ENOMEM) {
        c->status = LH_HELP;
        snprintf(c->message, sizeof c->message, "%s",
                 c->set.version && !c->set.help ? "version" : "help");
    }
}

/* Of a context that had no memory for all of its options there are fewer. */
static lhi_option *option_of(lh_ctx *c, const char *name)
{
    for (size_t i = 0; i < c->option_count; i++)
        if (!c->options[i].positional && strcmp(c->options[i].name, name) == 0)
            return &c->options[i];
    return NULL;
}

lh_status lh_opt_uses(lh_ctx *c, int uses)
{
    if (!c || c == &lhi_no_memory)
        return lh_error(c);
    for (size_t i = 0; i < SETTINGS; i++) {
        lhi_option *o = option_of(c, settings[i].name);

        if (!o || settings[i].uses == 0 || (settings[i].uses & uses))
            continue;
        o->unused = 1;
        if (o->given == 1 && lhi_ok(c))
            lhi_fail(c, LH_EUSAGE, lhi_strf(c, "%s --help lists what it takes", c->program),
                     "--%s is of no use here", o->name);
    }
    return lh_error(c);
}

/* One of the table: its value is in use already. */
static void take_again(lh_ctx *c, const char *name)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(settings[i].name, name) == 0)
            take(c, &settings[i]);
}

static lh_status set(lh_ctx *c, const char *name, const char *value)
{
    lhi_option *o;
    lhi_preset p;

    if (!name || !name[0] || !value)
        return lhi_fail(c, LH_EUSAGE, NULL, "lh_opt_set() needs the name of an option and a text");
    if (c->settled)
        return lhi_fail(c, LH_ESTATE, "call it after lh_open(), before lh_verify() and lh_train()",
                        "lh_opt_set(\"%s\"): the options are settled already", name);
    p = (lhi_preset){lhi_strdup(c, name), lhi_strdup(c, value), 0};
    if (!p.name || !p.value ||
        lhi_grow(c, &c->preset, &c->preset_room, c->preset_count + 1, sizeof p) != 0)
        return c->status;
    o = option_of(c, name);
    p.used = o != NULL;
    c->preset[c->preset_count++] = p;
    if (o && o->given != 1) {
        o->value = p.value;
        o->given = 3;
        take_again(c, name);
    }
    return c->status;
}

lh_status lh_opt_set(lh_ctx *c, const char *name, const char *value)
{
    return lhi_ok(c) ? set(c, name, value) : lh_error(c);
}

/* Not kept with a run: they choose where, how fast and how long, never what comes out. */
static int shapes_result(const char *name)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(name, settings[i].name) == 0)
            return settings[i].shapes;
    for (size_t i = 0; i < ASIDES; i++)
        if (strcmp(name, aside[i]) == 0)
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
