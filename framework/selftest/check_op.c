/* check_op.c -- the laws tried on one op, and what came of it printed. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/text.h"
#include "framework/ops/ops.h"
#include "framework/selftest/laws.h"

#include <longhand/selftest.h>

#include <stdio.h>
#include <string.h>

/* One line a law, and below it where it does not hold. */
static void try_all(lhi_trying *s, lhi_text *t, size_t *laws, size_t *broken)
{
    const lhi_law *law;

    for (*laws = *broken = 0; (law = lhi_law_at(*laws)) != NULL; ++*laws) {
        lhi_trying one = *s;

        lhi_law_try(law, &one);
        lhi_text_add(t, "  %-62s ", law->name);
        if (one.broken > 0)
            lhi_text_add(t, "FAILS, %zu of %zu\n    %s\n", one.broken, one.tried, one.first);
        else if (one.tried > 0)
            lhi_text_add(t, "%7zu\n", one.tried);
        else
            lhi_text_add(t, "%7s\n", "-");
        if (one.broken > 0 && (*broken)++ == 0)
            memcpy(s->first, one.first, sizeof s->first);
    }
}

static lh_status check(lh_ctx *c, const lhi_op_family *f)
{
    const char *const name = f->op[LHI_WIDE]->name;
    lhi_trying s = {.c = c, .f = f};
    lhi_text t = {.c = c};
    size_t cases = 0, laws, broken;

    while (f->op[LHI_WIDE]->cases[cases].why)
        cases++;
    lhi_text_add(&t, "%s: %zu cases in float, double and long double; numbers compared\n", name,
                 cases);
    try_all(&s, &t, &laws, &broken);
    lhi_text_add(&t, "%s: %zu of %zu laws hold\n", name, laws - broken, laws);
    if (lhi_ok(c) && t.at)
        fputs(t.at, stdout);
    lhi_text_free(&t);
    if (broken > 0)
        lhi_fail(c, LH_EVERIFY, "look at the function that the law is about (docs/own-op.md)",
                 "op %s: %zu of %zu laws do not hold; the first: %s", name, broken, laws, s.first);
    return lh_error(c);
}

lh_status lh_check_op(lh_ctx *c, const char *name)
{
    LHI_USUAL_FLOATS(c);
    const lhi_op_family *f;

    if (!lhi_ok(c))
        return lh_error(c);
    f = name ? lhi_family(c, name) : NULL;
    if (!f)
        return lhi_refuse(c, LH_ENAME, "an op of a driver is known after lh_op_register()",
                          "lh_check_op: there is no op '%s'", name ? name : "(null)");
    return check(c, f);
}
