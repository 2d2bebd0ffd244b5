/* quote.c -- texts made safe for messages, files, gnuplot, JSON, HTML, CSV and the shell. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 256 }; /* bytes of a text in a figure */

size_t lhi_character(const char *at, size_t size, unsigned long *code)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *u = (const unsigned char *)at;
    size_t length;

    if (size == 0)
        return 0;
    *code = u[0];
    if (u[0] < 0x80)
        return 1;
    length = u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : 2;
    if (u[0] < 0xC2 || u[0] > 0xF4 || length > size)
        return 0;
    *code = u[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (u[i] & 0x3Fu);
    }
    /* Neither longer than need be, nor a half of a pair, nor what is no character. */
    if (*code < least[length] || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000) ||
        (*code & 0xFFFE) == 0xFFFE)
        return 0;
    return length;
}

/* Blanks of all widths, marks of direction, the byte order mark: a reader sees nothing. */
static int is_unseen(unsigned long code)
{
    return code == 0xA0 || code == 0xAD || code == 0x1680 || code == 0x180E ||
           (code >= 0x2000 && code <= 0x200F) || (code >= 0x2028 && code <= 0x202F) ||
           (code >= 0x205F && code <= 0x206F) || code == 0x3000 || code == 0xFEFF;
}

size_t lhi_glyph(const char *at, size_t size, char glyph[LHI_GLYPH])
{
    unsigned long code = 0;
    const size_t length = lhi_character(at, size, &code);

    if (length == 0 || code < ' ' || (code >= 0x7F && code < 0xA0)) {
        snprintf(glyph, LHI_GLYPH, "\\x%02x", (unsigned)(unsigned char)*at);
        return 1; /* of two bytes that are a control each is shown */
    }
    if (is_unseen(code)) {
        snprintf(glyph, LHI_GLYPH, "<U+%04lX>", code & 0xFFFF);
    } else {
        memcpy(glyph, at, length);
        glyph[length] = 0;
    }
    return length;
}

void lhi_add_legible(lhi_text *t, const char *at, size_t size)
{
    char glyph[LHI_GLYPH];

    for (size_t i = 0; i < size;) {
        i += lhi_glyph(at + i, size - i, glyph);
        lhi_text_put(t, glyph, strlen(glyph));
    }
}

const char *lhi_legible(char *to, size_t room, const char *at, size_t size)
{
    size_t put = 0, i = 0;

    while (i < size) {
        char glyph[LHI_GLYPH];
        const size_t length = lhi_glyph(at + i, size - i, glyph);
        const int odd = glyph[0] == '\\' && at[i] != '\\'; /* in a message it is a ? */
        const size_t bytes = odd ? 1 : strlen(glyph);

        /* The last four bytes are for "..." unless the text ends within them. */
        if (put + bytes + (i + length < size ? 3 : 0) >= room) {
            memcpy(to + put, "...", 3);
            put += 3;
            break;
        }
        memcpy(to + put, odd ? "?" : glyph, bytes);
        put += bytes;
        i += length;
    }
    to[put] = 0;
    return to;
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
        unsigned long code;
        const size_t whole = lhi_character(at, SIZE_MAX, &code);

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
    unsigned long code;
    size_t length;

    lhi_text_put(t, "'", 1);
    for (; *path; path += length) {
        const size_t whole = lhi_character(path, SIZE_MAX, &code);

        length = whole ? whole : 1;
        if (!whole)
            lhi_text_add(t, "'.\"\\%03o\".'", (unsigned)(unsigned char)*path);
        else if (*path == '\'')
            lhi_text_put(t, quote, sizeof quote - 1);
        else
            lhi_text_put(t, path, length);
    }
    lhi_text_put(t, "'", 1);
}

void lhi_make_utf8(char *text)
{
    unsigned long code;
    size_t length;

    for (; *text; text += length) {
        length = lhi_character(text, SIZE_MAX, &code);
        if (length > 0)
            continue;
        *text = '?';
        length = 1;
    }
}

void lhi_add_utf8(lhi_text *t, const char *at, size_t size)
{
    unsigned long code;

    while (size > 0) {
        size_t good = 0, length;

        while ((length = lhi_character(at + good, size - good, &code)) > 0)
            good += length;
        lhi_text_put(t, at, good);
        at += good;
        size -= good;
        if (size == 0)
            break;
        lhi_text_put(t, "\xef\xbf\xbd", 3);
        at++;
        size--;
    }
}

void lhi_add_html(lhi_text *t, const char *text)
{
    unsigned long code;
    size_t length;

    for (; *text; text += length) {
        const size_t whole = lhi_character(text, SIZE_MAX, &code);

        length = whole ? whole : 1;
        if (!whole)
            lhi_text_add(t, "&#xFFFD;");
        else if (strchr("<>&\"'", *text))
            lhi_text_add(t, "&#%d;", *text);
        else
            lhi_text_put(t, text, length);
    }
}

void lhi_add_json(lhi_text *t, const char *text)
{
    size_t length;

    lhi_text_put(t, "\"", 1);
    for (const char *at = text; *at; at += length) {
        unsigned long code;
        const size_t whole = lhi_character(at, SIZE_MAX, &code);

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
