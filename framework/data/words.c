/* words.c -- a stream of text, line by line and word by word. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/source.h"

#include <string.h>

enum { ROOM = 2 << 20, LONGEST = 1 << 20 };

lh_status lhi_words_begin(lhi_words *w, lhi_stream *s)
{
    *w = (lhi_words){.stream = s, .buffer = lhi_alloc_later(s->c, ROOM)};
    w->at = w->end = w->buffer;
    return s->c->status;
}

void lhi_words_end(lhi_words *w)
{
    lhi_release(w->stream->c, w->buffer);
    w->buffer = NULL;
}

/* Makes what is left the beginning of the buffer, and fills the rest. */
static void fill(lhi_words *w)
{
    const size_t left = (size_t)(w->end - w->at);
    size_t got;

    memmove(w->buffer, w->at, left);
    got = lhi_stream_read(w->stream, w->buffer + left, ROOM - left);
    w->at = w->buffer;
    w->end = w->at + left + got;
    w->last = got < ROOM - left;
    lhi_stream_check(w->stream);
}

static int is_blank(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r", *at))
        at++;
    return at == end;
}

int lhi_words_line(lhi_words *w, char comment, const char **at, const char **end)
{
    for (;;) {
        const char *newline = memchr(w->at, '\n', (size_t)(w->end - w->at)), *mark;

        if (!newline && !w->last && w->end - w->at <= LONGEST) {
            fill(w);
            if (!lhi_ok(w->stream->c))
                return 0;
            continue;
        }
        if (w->at == w->end)
            return 0;
        w->line++;
        *at = w->at;
        *end = newline ? newline : w->end;
        w->at = newline ? newline + 1 : w->end;
        if (*end - *at > LONGEST || memchr(*at, 0, (size_t)(*end - *at))) {
            lhi_source_bad(w->stream, "a row must end with a newline, and have text alone",
                           "line %zu is %s", w->line,
                           *end - *at > LONGEST ? "longer than 1 MiB" : "not text");
            return 0;
        }
        mark = comment ? memchr(*at, comment, (size_t)(*end - *at)) : NULL;
        if (mark)
            *end = mark;
        if (!is_blank(*at, *end))
            return 1;
    }
}

int lhi_words_next(const char **at, const char *end, const char **word, size_t *size)
{
    while (*at < end && strchr(" \t\r", **at))
        ++*at;
    *word = *at;
    while (*at < end && !strchr(" \t\r", **at))
        ++*at;
    *size = (size_t)(*at - *word);
    return *size > 0;
}
