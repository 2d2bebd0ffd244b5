/* test_duration.c -- spans of time, read and written. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/duration.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static void forms(void)
{
    static const struct {
        const char *text;
        double seconds;
    } good[] = {{"90s", 90},          {"1s", 1},         {"10m", 600},      {"2h", 7200},
                {"3h55m", 14100},     {"1d", 86400},     {"1d12h", 129600}, {"1d1h1m1s", 90061},
                {"0h5m", 300},        {"007s", 7},       {"1d1s", 86401},   {"90m", 5400},
                {"36500d", 3153600000.0}, {"3153600000s", 3153600000.0}};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double seconds = -1;
        const char *why = lhi_duration(good[i].text, &seconds);

        CHECK(why == NULL, "%s: %s", good[i].text, why ? why : "");
        CHECK(seconds == good[i].seconds, "%s: %g", good[i].text, seconds);
    }
}

static void refusals(void)
{
    static const struct {
        const char *text, *why;
    } bad[] = {{"", "a time is wanted"},          {"0s", "a time is wanted"},
               {"0d0h", "a time is wanted"},      {"90", "the unit is missing"},
               {"2h30", "the unit is missing"},   {"h", "a time is wanted"},
               {"-5m", "a time is wanted"},       {"+5m", "a time is wanted"},
               {"1.5h", "a time is wanted"},      {"5 m", "a time is wanted"},
               {" 5m", "a time is wanted"},       {"5m ", "a time is wanted"},
               {"5min", "a time is wanted"},      {"5w", "a time is wanted"},
               {"5H", "a time is wanted"},        {"30s2h", "a time is wanted"},
               {"1h1h", "a time is wanted"},      {"3:55:00", "a time is wanted"},
               {"500steps", "a time is wanted"},  {"36500d1s", "a hundred years"},
               {"36501d", "a hundred years"},     {"3153600001s", "a hundred years"},
               {"99999999999999999999d", "a hundred years"}};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double seconds = -1;
        const char *why = lhi_duration(bad[i].text, &seconds);

        CHECK(why && strstr(why, bad[i].why), "\"%s\": %s", bad[i].text, why ? why : "taken");
        CHECK(seconds == -1, "\"%s\" left %g", bad[i].text, seconds);
    }
}

static void written(void)
{
    static const struct {
        double seconds;
        const char *text;
    } pairs[] = {{0, "0s"},          {0.25, "0.25s"},  {9, "9s"},        {10, "10s"},
                 {59.4, "59s"},      {59.6, "1m"},     {90, "1m30s"},    {3600, "1h"},
                 {14100, "3h55m"},   {86401, "1d1s"},  {-3, "0s"},       {1e300, "36500d"},
                 {(double)NAN, "0s"}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[LHI_DURATION_TEXT];

        lhi_duration_text(pairs[i].seconds, text);
        CHECK(strcmp(text, pairs[i].text) == 0, "%g: %s", pairs[i].seconds, text);
    }
    for (long n = 10; n < 200000; n += 7) {
        char text[LHI_DURATION_TEXT];
        double seconds = 0;

        lhi_duration_text((double)n, text);
        CHECK(lhi_duration(text, &seconds) == NULL && seconds == (double)n, "%ld: %s", n, text);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"days, hours, minutes and seconds are read, the longest first", forms},
        {"what is no span of time is refused, with the reason", refusals},
        {"what is written is read again as the same seconds", written},
        {NULL, NULL}};

    return check_main(argc, argv, "duration", tests);
}
