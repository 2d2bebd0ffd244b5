/* selftest_print.c -- the self-test as a table: kinds of wrong rules beside the methods. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/selftest/selftest.h"

#include <stdio.h>

/* "17/18", a dot for none. */
static void add_cell(lhi_text *t, size_t part, size_t whole)
{
    char text[32];

    snprintf(text, sizeof text, "%zu/%zu", part, whole);
    lhi_text_add(t, " %*s", 11, part ? text : ".");
}

/* The networks have no derivations of a driver: that method has no column. */
static void add_row(lhi_text *t, const char *name, const lhi_score *s)
{
    lhi_text_add(t, "%-32s", name);
    for (int m = LH_BY_HAND + 1; m < LH_METHODS; m++)
        add_cell(t, s->by[m], s->trials);
    add_cell(t, s->noticed, s->trials);
    add_cell(t, s->right, s->trials);
    lhi_text_add(t, "\n");
}

static void add_head(lhi_text *t, const char *what)
{
    lhi_text_add(t, "\n%-32s", what);
    for (int m = LH_BY_HAND + 1; m < LH_METHODS; m++)
        lhi_text_add(t, " %11s", lh_method_name((lh_method)m, NULL));
    lhi_text_add(t, " %11s %11s\n", "any", "reason");
}

static void add_classes(const lhi_selftest *s, lhi_text *t)
{
    static const struct { lh_reason class; const char *name; } classes[] = {
        {LH_WHY_SIGN, "sign"}, {LH_WHY_SCALE, "scale"}, {LH_WHY_TRANSPOSED, "transposed"},
        {LH_WHY_MISSING_TERM, "missing term"}, {LH_WHY_NONFINITE, "not finite"},
        {LH_WHY_VALUE, "other"}, {LH_REASONS, "all"}};

    add_head(t, "class");
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        const lhi_score one = lhi_selftest_score(s, LHI_ANY, classes[i].class, LHI_ALL_METHODS);

        add_row(t, classes[i].name, &one);
    }
}

static void add_trials(const lhi_selftest *s, lhi_text *t)
{
    lhi_text_add(t, "\nNot noticed, or for a reason that does not fit:\n");
    for (size_t i = 0; i < s->trials; i++) {
        const lhi_trial *one = &s->trial[i];
        const lhi_mutant *k = lhi_mutant_at(one->kind);

        if (one->works && !(one->noticed && k->reasons >> one->reason & 1))
            lhi_text_add(t, "  %-32s %-11s %-48s %s\n", k->name, one->op, one->network,
                         one->noticed ? lh_reason_name(one->reason, NULL) : "not noticed");
    }
}

void lhi_selftest_show(const lhi_selftest *s, lhi_text *t, int detailed)
{
    const lhi_score all = lhi_selftest_score(s, LHI_ANY, LH_REASONS, LHI_ALL_METHODS);

    lhi_text_add(t, "%zu kinds of wrong backward rules in %zu ops and %zu networks: %zu mutants, "
                    "%zu noticed,\n%zu with a reason that fits; %zu of %zu right networks "
                    "suspected.\n",
                 s->kinds, s->ops, s->networks, all.trials, all.noticed, all.right, s->alarms,
                 s->networks);
    add_classes(s, t);
    add_head(t, "kind");
    for (size_t kind = 0; kind < s->kinds; kind++) {
        const lhi_score one = lhi_selftest_score(s, kind, LH_REASONS, LHI_ALL_METHODS);

        add_row(t, lhi_mutant_at(kind)->name, &one);
    }
    if (detailed)
        add_trials(s, t);
}

lh_status lh_selftest(lh_ctx *c, int detailed)
{
    LHI_USUAL_FLOATS(c);
    lhi_text t = {.c = c};
    lhi_selftest *s = lhi_ok(c) ? lhi_selftest_run(c, 0) : NULL;

    if (!s)
        return lh_error(c);
    lhi_selftest_show(s, &t, detailed);
    if (t.at)
        fputs(t.at, stdout);
    lhi_text_free(&t);
    return lhi_selftest_judge(s, LHI_ALL_METHODS);
}
