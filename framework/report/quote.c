/* quote.c -- texts made safe for gnuplot, JSON, comma separated values and the shell. */
/* SPDX-License-Identifier: MIT */
#include "framework/report/report.h"

#include <string.h>

enum { LONGEST = 256 }; /* bytes of a text in a figure */

/* The bytes of the well-formed UTF-8 character at s, 0 when there is none. */
static size_t character(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    unsigned long code;
    size_t length;

    if (u[0] < 0x80)
        return u[0] != 0;
    if (u[0] < 0xC2 || u[0] > 0xF4)
        return 0;
    length = u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    code = u[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (u[i] & 0x3F);
    }
    if (length == 3 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF) || code >= 0xFFFE))
        return 0;
    if (length == 4 && (code < 0x10000 || code > 0x10FFFF))
        return 0;
    return length;
}

static int is_control(char byte)
{
    return (byte >= 0 && byte < ' ') || byte == 0x7F;
}

/* Only within single quotes is nothing replaced or run, neither `command` nor @macro.
 * A doubled quote at either end of a text is not understood by gnuplot 5.4, so that a
 * quote is a string of its own: 'it'."'".'s'. */
static const char quote[] = "'.\"'\".'";

void lhi_add_quoted(lhi_text *t, const char *text)
{
    size_t length;

    lhi_text_put(t, "'", 1);
    for (size_t done = 0; text[done]; done += length) {
        const char *at = text + done;
        const size_t whole = character(at);

        length = whole ? whole : 1;
        if (done + length > LONGEST)
            break;
        if (!whole)
            lhi_text_put(t, "?", 1);
        else if (is_control(*at))
            lhi_text_put(t, " ", 1);
        else if (*at == '\'')
            lhi_text_put(t, quote, sizeof quote - 1);
        else
            lhi_text_put(t, at, length);
    }
    lhi_text_put(t, "'", 1);
}

void lhi_add_path(lhi_text *t, const char *path)
{
    lhi_text_put(t, "'", 1);
    for (; *path; path++)
        lhi_text_put(t, *path == '\'' ? quote : path, *path == '\'' ? sizeof quote - 1 : 1);
    lhi_text_put(t, "'", 1);
}

void lhi_add_json(lhi_text *t, const char *text)
{
    size_t length;

    lhi_text_put(t, "\"", 1);
    for (const char *at = text; *at; at += length) {
        const size_t whole = character(at);

        length = whole ? whole : 1;
        if (!whole)
            lhi_text_put(t, "\\ufffd", 6);
        else if (*at == '"' || *at == '\\')
            lhi_text_add(t, "\\%c", *at);
        else if (is_control(*at))
            lhi_text_add(t, "\\u%04x", (unsigned)*at);
        else
            lhi_text_put(t, at, length);
    }
    lhi_text_put(t, "\"", 1);
}

void lhi_add_csv(lhi_text *t, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        lhi_text_put(t, text, strlen(text));
        return;
    }
    lhi_text_put(t, "\"", 1);
    for (; *text; text++)
        lhi_text_put(t, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    lhi_text_put(t, "\"", 1);
}

void lhi_add_shell(lhi_text *t, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_./+,:@%=-";

    if (*text && text[strspn(text, plain)] == 0) {
        lhi_text_put(t, text, strlen(text));
        return;
    }
    lhi_text_put(t, "'", 1);
    for (; *text; text++)
        lhi_text_put(t, *text == '\'' ? "'\\''" : text, *text == '\'' ? 4 : 1);
    lhi_text_put(t, "'", 1);
}
