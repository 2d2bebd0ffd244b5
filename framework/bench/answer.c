/* answer.c -- reads a line of a peer, which may hold anything. */
/* SPDX-License-Identifier: MIT */
#include "framework/bench/bench.h"
#include "framework/system/sys.h"

#include <string.h>

/* Copies a part of a line, blanks for control characters and what is not ASCII: it will
 * stand in a table and in JSON. */
static void keep(char *to, size_t room, const char *from, size_t length)
{
    size_t n = 0;

    for (; n < length && n + 1 < room; n++)
        to[n] = from[n] >= ' ' && from[n] < 127 ? from[n] : ' ';
    while (n > 0 && to[n - 1] == ' ')
        n--;
    to[n] = 0;
}

/* What follows a word at the beginning of a line, NULL when it begins with another. */
static const char *after(const char *line, const char *word)
{
    const size_t length = strlen(word);

    if (strncmp(line, word, length) != 0 || (line[length] != ' ' && line[length] != 0))
        return NULL;
    return line + length + strspn(line + length, " ");
}

static int done(const char *line, lhi_answer *a)
{
    char *end;

    a->seconds = lhi_sys_strtod(line, &end);
    if (end == line || *end != ' ' || !(a->seconds >= 0 && a->seconds < 1e6))
        return 0;
    line = end + 1;
    if (strcmp(line, "-") == 0)
        return 1;
    a->check = lhi_sys_strtod(line, &end);
    a->has_check = 1;
    return end != line && *end == 0; /* NaN is a number to compare, and compares as wrong */
}

lhi_answer lhi_answer_of(const char *line)
{
    lhi_answer a = {.kind = LHI_GARBAGE};
    const char *rest;

    if ((rest = after(line, "ready")) != NULL) {
        const size_t name = strcspn(rest, " ");

        keep(a.name, sizeof a.name, rest, name);
        keep(a.text, sizeof a.text, rest + name + strspn(rest + name, " "),
             strlen(rest + name + strspn(rest + name, " ")));
        if (a.name[0])
            a.kind = LHI_READY;
    } else if ((rest = after(line, "absent")) != NULL) {
        keep(a.text, sizeof a.text, rest, strlen(rest));
        a.kind = LHI_ABSENT;
    } else if (done(line, &a))
        a.kind = LHI_DONE;
    if (a.kind == LHI_GARBAGE)
        keep(a.text, 60, line, strlen(line));
    return a;
}
