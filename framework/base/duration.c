/* duration.c -- spans of time as people write them: 90s, 10m, 3h55m, 1d12h. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/duration.h"

#include "framework/base/text.h"

#include <stdint.h>

static const struct {
    char name;
    int64_t seconds;
} unit[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

enum { UNITS = sizeof unit / sizeof *unit };

static const int64_t most = INT64_C(100) * 365 * 86400;

static const char wanted[] = "a time is wanted, as 90s, 10m, 3h55m or 1d12h";

const char *lhi_duration(const char *text, double *seconds)
{
    int64_t whole = 0;
    int next = 0; /* the units before it are used up */

    while (*text) {
        const char *const first = text;
        int64_t number = 0;

        for (; *text >= '0' && *text <= '9'; text++)
            number = number > most ? number : 10 * number + (*text - '0');
        if (text == first)
            return wanted;
        if (!*text)
            return "the unit is missing: s, m, h or d, as in 90s";
        while (next < UNITS && unit[next].name != *text)
            next++;
        if (next == UNITS)
            return wanted;
        if (number > (most - whole) / unit[next].seconds)
            return "that is more than a hundred years";
        whole += number * unit[next++].seconds;
        text++;
    }
    if (whole == 0)
        return wanted;
    *seconds = (double)whole;
    return NULL;
}

void lhi_duration_text(double seconds, char text[LHI_DURATION_TEXT])
{
    int64_t left;
    int used = 0;

    if (!(seconds >= 10)) {
        lhi_format(text, LHI_DURATION_TEXT, "%.2gs", seconds > 0 ? seconds : 0);
        return;
    }
    left = seconds < (double)most ? (int64_t)(seconds + 0.5) : most;
    for (int i = 0; i < UNITS; left %= unit[i++].seconds)
        if (left >= unit[i].seconds)
            used += lhi_format(text + used, LHI_DURATION_TEXT - (size_t)used, "%lld%c",
                               (long long)(left / unit[i].seconds), unit[i].name);
}
