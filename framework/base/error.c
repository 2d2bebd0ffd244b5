/* error.c -- the first error, its text, and what is said on the way. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/base/text.h"
#include "framework/system/sys.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int code;
    const char *text;
} rows[LH_STATUSES] = {
#define LH_ERROR(number, name, code, text) [number] = {"LH_" #name, code, text},
#include <longhand/errors.def>
#undef LH_ERROR
};

const char *lh_status_name(lh_status s)
{
    return (unsigned)s < LH_STATUSES ? rows[s].name : "no such status";
}

const char *lh_status_text(lh_status s)
{
    return (unsigned)s < LH_STATUSES ? rows[s].text : "no such status";
}

int lh_exit_code(lh_status s)
{
    return (unsigned)s < LH_STATUSES ? rows[s].code : 70;
}

int lhi_ok(const lh_ctx *c)
{
    return c && c->status == LH_OK;
}

/* The state's error comes first; that --check has ended the work is none. */
static int of_state(const lh_ctx *c)
{
    return c->status != LH_OK && (c->status != LH_ENDED || c->refused == LH_OK);
}

lh_status lh_error(const lh_ctx *c)
{
    if (!c)
        return LH_EUSAGE;
    return of_state(c) ? c->status : c->refused;
}

const char *lh_message(const lh_ctx *c)
{
    if (!c)
        return "";
    return of_state(c) ? c->message : c->refusal;
}

lh_status lh_clear(lh_ctx *c)
{
    lh_status was;

    if (!c)
        return LH_EUSAGE;
    was = c->refused;
    if (was == LH_OK)
        return was;
    c->refused = LH_OK;
    c->refusal[0] = 0;
    memset(c->told, 0, sizeof c->told);
    return was;
}

/* Has this text been told at once before?  Else it is remembered. */
static int was_told(lh_ctx *c, const char *text)
{
    const size_t room = sizeof c->told / sizeof c->told[0];
    const uint64_t digest = lhi_digest(0, text, strlen(text));

    for (size_t i = 0; i < room; i++)
        if (c->told[i] == digest)
            return 1;
    c->told[c->tellings++ % room] = digest;
    return 0;
}

lh_status lhi_call_ends(lh_ctx *c)
{
    const lh_status s = c->status;

    if (s == LH_OK || s == LH_HELP || s == LH_ENDED)
        return s;
    /* A long run goes on after a file that could not be written: it is told at once, and not
     * again each epoch. */
    if (s == LH_EIO && !was_told(c, c->message))
        lhi_warn(c, "%s", c->message);
    if (c->refused == LH_OK) {
        c->refused = s;
        memcpy(c->refusal, c->message, sizeof c->refusal);
    }
    c->status = LH_OK;
    c->message[0] = 0;
    return s;
}

lh_status lhi_call_ends_if_trained(lh_ctx *c)
{
    return c->trained ? lhi_call_ends(c) : c->status;
}

lh_status lhi_take_back(lh_ctx *c, char *text, size_t room)
{
    const lh_status s = c->status;
    const char *hint = strstr(c->message, "\n  hint: ");
    const size_t length = hint ? (size_t)(hint - c->message) : strlen(c->message);

    snprintf(text, room, "%.*s", (int)length, c->message);
    c->status = LH_OK;
    c->message[0] = 0;
    return s;
}

/* What could steer a terminal becomes ?, in place; ends of lines stay.  Terminals obey U+0080 to
 * U+009F, too, and some of them bytes of these numbers. */
static void make_plain(char *text)
{
    size_t length;

    for (; *text; text += length) {
        unsigned long code;

        length = lhi_character(text, SIZE_MAX, &code);
        if (length == 0) {
            length = 1;
            code = (unsigned char)*text;
        }
        if (code < ' ' ? code != '\n' : code >= 0x7F && code < 0xA0)
            memset(text, '?', length);
    }
}

LH_PRINTF(4, 0)
static void keep(lh_ctx *c, lh_status s, const char *hint, const char *format, va_list args)
{
    int length;

    if (c->status != LH_OK || s == LH_OK || (unsigned)s >= LH_STATUSES)
        return;
    c->status = s;
    length = lhi_sys_vformat(c->message, sizeof c->message, format, args);
    if (length < 0 || (size_t)length >= sizeof c->message)
        length = (int)strlen(c->message);
    if (hint)
        snprintf(c->message + length, sizeof c->message - (size_t)length, "\n  hint: %s", hint);
    make_plain(c->message); /* names and cells come from outside */
}

lh_status lhi_fail(lh_ctx *c, lh_status s, const char *hint, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    keep(c, s, hint, format, args);
    va_end(args);
    return c->status;
}

lh_status lhi_refuse(lh_ctx *c, lh_status s, const char *hint, const char *format, ...)
{
    va_list args;

    if (c->status != LH_OK)
        return c->status;
    va_start(args, format);
    keep(c, s, hint, format, args);
    va_end(args);
    return lhi_call_ends(c);
}

void lh_fail(lh_ctx *c, lh_status s, const char *format, ...)
{
    va_list args;

    if (!c)
        return;
    if (s == LH_OK || (unsigned)s >= LH_STATUSES) /* what fails must not end as a success */
        s = LH_EUSAGE;
    va_start(args, format);
    keep(c, s, NULL, format ? format : "the driver failed, and did not say why", args);
    va_end(args);
}

LH_PRINTF(3, 0)
static void say(lh_ctx *c, const char *before, const char *format, va_list args)
{
    char text[2000];
    int length;

    if (c->silent)
        return;
    length = snprintf(text, sizeof text, "%s", before);

    lhi_sys_vformat(text + length, sizeof text - (size_t)length, format, args);
    make_plain(text);
    if (c->say) {
        c->say(c->say_arg, text);
        return;
    }
    if (c->line_open)
        fputc('\n', stderr);
    c->line_open = 0;
    fprintf(stderr, "%s: %s\n", c->program, text);
}

void lh_say(lh_ctx *c, const char *format, ...)
{
    va_list args;

    if (!lhi_ok(c) || c->set.quiet || !format)
        return;
    va_start(args, format);
    say(c, "", format, args);
    va_end(args);
}

void lhi_warn(lh_ctx *c, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(c, "warning: ", format, args);
    va_end(args);
}

void lh_on_message(lh_ctx *c, void (*f)(void *arg, const char *text), void *arg)
{
    if (!c || c == &lhi_no_memory)
        return;
    c->say = f;
    c->say_arg = arg;
}
