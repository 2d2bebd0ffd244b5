/* parse.c -- the lines of an op and of the notes; one that cannot be read is an error. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/expr.h"

size_t lhi_parse(lhi_pool *p, const char *text, const lhi_binding *b, const char *whose,
                 lhi_ref step[LHI_CHAIN])
{
    lhi_misread why = {.why = ""};
    const size_t n = lhi_read(p, text, b, step, &why);

    if (n == 0)
        lhi_fail(p->c, LH_EFORMAT, "<longhand/op.h> says at lh_lines what may stand there",
                 "the lines of %s cannot be read at '%.20s' of '%.200s': %s", whose,
                 text + why.at, text, why.why);
    return n;
}
