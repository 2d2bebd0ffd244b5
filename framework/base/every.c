/* every.c -- how often something is done while a run goes on: 10m, 500steps, 5epochs, never. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/every.h"

#include "framework/base/duration.h"

#include <stdlib.h>
#include <string.h>

const char *lhi_every_read(const char *text, lhi_every *e)
{
    const size_t digits = strspn(text, "0123456789");
    const char *const unit = text + digits;
    const int steps = strcmp(unit, "steps") == 0 || strcmp(unit, "step") == 0;
    const int epochs = strcmp(unit, "epochs") == 0 || strcmp(unit, "epoch") == 0;
    lhi_every read = {0};
    long count;

    if (steps || epochs) {
        count = strtol(text, NULL, 10);
        if (digits == 0 || digits > 15 || count == 0)
            return "1 or more of them are wanted, as in 500steps";
        *(steps ? &read.steps : &read.epochs) = count;
    } else if (strcmp(text, "never") != 0 && lhi_duration(text, &read.seconds)) {
        return "a time (90s, 10m, 2h), a number of steps (500steps) or epochs (5epochs), or never "
               "is wanted";
    }
    *e = read;
    return NULL;
}
