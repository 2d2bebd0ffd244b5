/* laws.c -- the laws one after another, and how one is tried. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/laws.h"

#include "framework/system/sys.h"

#include <stdarg.h>
#include <stdio.h>

const lhi_law *lhi_law_at(size_t index)
{
    static const lhi_law *const all[] = {lhi_laws_of_values, lhi_laws_of_bits,
                                         lhi_laws_of_batches};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const lhi_law *law = all[i]; law->name; law++)
            if (index-- == 0)
                return law;
    return NULL;
}

void lhi_law_says(lhi_trying *s, int holds, const char *format, ...)
{
    va_list args;
    int used;

    s->tried++;
    if (holds || s->broken++ > 0)
        return;
    used = snprintf(s->first, sizeof s->first, "%.23s, %.100s, %s: ", lhi_tried_wide(s)->name,
                    s->given->why, lhi_type_name(s->type));
    va_start(args, format);
    lhi_sys_vformat(s->first + used, sizeof s->first - (size_t)used, format, args);
    va_end(args);
}

void lhi_law_try(const lhi_law *law, lhi_trying *s)
{
    for (s->given = lhi_tried_wide(s)->cases; s->given->why; s->given++)
        for (int type = law->wide ? LH_WIDE : 0; type < LH_TYPES; type++) {
            s->type = (lh_type)type;
            if (lhi_ok(s->c))
                law->hold(s);
        }
}
