/* scan.c -- the small grammar that headers of .npy and safetensors have in common. */
/* SPDX-License-Identifier: MIT */
#include "framework/arrays/list.h"

#include <string.h>

static void skip_blanks(lhi_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

int lhi_scan_char(lhi_scan *s, char wanted)
{
    skip_blanks(s);
    if (s->at == s->end || *s->at != wanted)
        return 0;
    s->at++;
    return 1;
}

int lhi_scan_end(lhi_scan *s)
{
    skip_blanks(s);
    return s->at == s->end;
}

int lhi_scan_quoted(lhi_scan *s, char quote, lhi_span *text)
{
    const char *const before = s->at;

    if (!lhi_scan_char(s, quote))
        return 0;
    text->at = s->at;
    while (s->at < s->end && *s->at != quote)
        s->at += *s->at == '\\' && s->end - s->at > 1 ? 2 : 1;
    text->length = (size_t)(s->at - text->at);
    if (lhi_scan_char(s, quote))
        return 1;
    s->at = before;
    return 0;
}

int lhi_scan_number(lhi_scan *s, uint64_t *number)
{
    const char *const before = s->at;
    const char *first;
    uint64_t value = 0;

    skip_blanks(s);
    first = s->at;
    for (; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
        const uint64_t digit = (uint64_t)(*s->at - '0');

        if (value > ((uint64_t)INT64_MAX - digit) / 10)
            break;
        value = value * 10 + digit;
    }
    /* A digit that is left did not fit. */
    if (s->at == first || (s->at < s->end && *s->at >= '0' && *s->at <= '9')) {
        s->at = before;
        return 0;
    }
    *number = value;
    return 1;
}

int lhi_scan_dims(lhi_scan *s, const char brackets[2], uint64_t dims[2])
{
    const int tuple = brackets[0] == '(';
    uint64_t n;
    int rank = 0;

    if (!lhi_scan_char(s, brackets[0]))
        return -1;
    while (!lhi_scan_char(s, brackets[1])) {
        if (!lhi_scan_number(s, &n) || rank == 64)
            return -1;
        if (rank < 2)
            dims[rank] = n;
        rank++;
        if (tuple && s->at < s->end && *s->at == 'L') /* as Python 2 has written them */
            s->at++;
        if (lhi_scan_char(s, ','))
            continue;
        return lhi_scan_char(s, brackets[1]) ? rank : -1;
    }
    /* Only a tuple may end with a comma. */
    return rank == 0 || tuple ? rank : -1;
}

int lhi_span_is(lhi_span s, const char *text)
{
    return s.length == strlen(text) && memcmp(s.at, text, s.length) == 0;
}
