/* ledger_print.c -- the ledger as a table. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <stdio.h>

/* The widths of the first columns, as wide as what stands in them. */
typedef struct widths {
    int name, shape, at;
} widths;

static const char *shape_of(const lh_entry *e, char text[48])
{
    snprintf(text, 48, "[%zu x %zu]", e->rows, e->cols);
    return text;
}

static const char *place_of(const lh_entry *e, char text[48])
{
    snprintf(text, 48, "(%zu,%zu)", e->row, e->col);
    return text;
}

static int wider(int width, int length)
{
    return length > width ? length : width;
}

static widths measure(const lhi_report *r)
{
    widths w = {5, 5, 2};

    for (size_t i = 0; i < r->rows; i++) {
        char text[48];

        w.name = wider(w.name, snprintf(NULL, 0, "%s", r->row[i].name));
        w.shape = wider(w.shape, snprintf(NULL, 0, "%s", shape_of(&r->row[i], text)));
        w.at = wider(w.at, snprintf(NULL, 0, "%s", place_of(&r->row[i], text)));
    }
    return w;
}

/* A number in 15 columns, a dash where there is none. */
static void add_value(lhi_text *t, double x)
{
    if (x == x)
        lhi_text_add(t, " %14.7e", x);
    else
        lhi_text_add(t, " %14s", "-");
}

/* The inequality that decided. */
static void add_decision(lhi_text *t, const lh_entry *e)
{
    const lh_comparison *c = &e->by[e->decided];
    const double bound = c->rounding + c->estimate;

    if (c->compared + c->directions == 0)
        lhi_text_add(t, "  %-32s", "nothing was compared");
    else
        lhi_text_add(t, "  %7.1e %s %7.1e %-11s", c->off, c->off <= bound ? "<=" : "> ", bound,
                     lh_method_name(e->decided, NULL));
}

static void add_formula(lhi_text *t, const lhi_report *r, widths w)
{
    lhi_text_add(t, "Gradient ledger of %s, %zu rows of %s: each gradient where it is nearest to "
                    "its bound\n\n", r->loss, r->batch, r->data);
    lhi_text_add(t, "%-*s %-*s %-*s %14s", w.name, "", w.shape, "shape", w.at, "at", "tape");
    for (int m = LH_BY_HAND; m <= LH_BY_DIFFERENCES; m++)
        lhi_text_add(t, " %14s", lh_method_name((lh_method)m, NULL));
    lhi_text_add(t, "  |tape - method| <= bound\n");
    for (size_t i = 0; i < r->rows; i++) {
        const lh_entry *e = &r->row[i];
        char shape[48], place[48];

        lhi_text_add(t, "%-*s %-*s %-*s", w.name, e->name, w.shape, shape_of(e, shape), w.at,
                     place_of(e, place));
        add_value(t, e->tape);
        for (int m = LH_BY_HAND; m <= LH_BY_DIFFERENCES; m++)
            add_value(t, e->beside[m]);
        add_decision(t, e);
        lhi_text_add(t, " %s\n", lh_verdict_name(e->verdict));
    }
}

static void add_rounding(lhi_text *t, const lhi_report *r, widths w)
{
    lhi_text_add(t, "\nRounding of the tape, float and double beside long double:\n\n%-*s %9s"
                    "  %-20s %9s  %s\n", w.name, "", "ulps", "|float - wide|", "ulps",
                 "|double - wide|");
    for (size_t i = 0; i < r->rows; i++) {
        const lh_entry *e = &r->row[i];

        lhi_text_add(t, "%-*s", w.name, e->name);
        if (e->ulps32 == e->ulps32)
            lhi_text_add(t, " %9.3g  %7.1e %s %7.1e", e->ulps32, e->off32,
                         e->off32 <= e->bound32 ? "<=" : "> ", e->bound32);
        else
            lhi_text_add(t, " %9s  %-20s", "overflow", "");
        lhi_text_add(t, " %9.3g  %7.1e %s %7.1e\n", e->ulps64, e->off64,
                     e->off64 <= e->bound64 ? "<=" : "> ", e->bound64);
    }
}

void lhi_finding_text(const lh_finding *f, char *text, size_t room)
{
    int used = snprintf(text, room, "%s in %s (%s:%d) gives d%s wrongly%s, %s: %s", f->op, f->node,
                        f->file ? f->file : "?", f->line, f->operand,
                        f->type == LH_F32   ? " in float"
                        : f->type == LH_F64 ? " in double"
                                            : "",
                        lh_reason_name(f->reason, NULL), f->why);

    if (f->by == LH_BY_SECOND && used > 0 && (size_t)used < room)
        lhi_format(text + used, room - (size_t)used,
                   ";\n  at (%zu, %zu) it gives %.9g instead of %.9g: %.2g > %.2g", f->row, f->col,
                   f->got, f->wanted, f->off, f->bound);
}

static void add_findings(lhi_text *t, const lhi_report *r)
{
    char text[800];

    for (size_t i = 0; i < r->findings; i++) {
        lhi_finding_text(&r->finding[i], text, sizeof text);
        lhi_text_add(t, "\n%s", text);
    }
    for (size_t i = 0; i < r->rows; i++)
        if (r->row[i].verdict != LH_AGREE)
            lhi_text_add(t, "\n%s %s, %s: %s", r->row[i].name, lh_verdict_name(r->row[i].verdict),
                         lh_reason_name(r->row[i].reason, NULL), r->row[i].why);
    if (r->verdict != LH_AGREE)
        lhi_text_add(t, "\n");
}

static void add_counts(lhi_text *t, const lhi_report *r)
{
    size_t agree = 0, elements = 0, compared = 0, sums = 0, kinks = 0;

    for (size_t i = 0; i < r->rows; i++) {
        const lh_entry *e = &r->row[i];

        agree += e->verdict == LH_AGREE;
        elements += e->rows * e->cols;
        compared += e->by[LH_BY_FORWARD].compared;
        sums += e->by[LH_BY_FORWARD].directions;
        kinks += e->kinks;
    }
    lhi_text_add(t, "\n%zu of %zu gradients agree. %zu elements were compared with the second "
                    "rules, %zu with\nforward mode, complex step and differences",
                 agree, r->rows, elements, compared);
    if (sums > 0)
        lhi_text_add(t, ", and %zu signed sums over whole arrays", sums);
    if (kinks > 0)
        lhi_text_add(t, "; at %zu a kink\nleaves differences undecided", kinks);
    lhi_text_add(t, ".\n\n");
}

/* Where the bounds come from, when they are not the worst case. */
static void add_drawn(lhi_text *t, const lhi_report *r)
{
    static const char *const names[LH_TYPES] = {"float", "double", "long double"};
    const char *before = "";

    if (!r->drawn)
        return;
    lhi_text_add(t, "In the worst case rounding may be as large as what it is in: the bounds of ");
    for (int type = LH_F32; type < LH_TYPES; type++)
        if (r->drawn >> type & 1) {
            lhi_text_add(t, "%s%s", before, names[type]);
            before = ", ";
        }
    lhi_text_add(t, "\nare statistical, 16 times the largest of 8 draws.\n\n");
}

void lhi_ledger_text(const lhi_report *r, lhi_text *t)
{
    const widths w = measure(r);

    add_formula(t, r, w);
    add_rounding(t, r, w);
    add_findings(t, r);
    add_counts(t, r);
    add_drawn(t, r);
}

void lhi_ledger_print(lh_ctx *c, const lhi_report *r)
{
    lhi_text t = {.c = c};

    lhi_ledger_text(r, &t);
    if (t.at)
        fwrite(t.at, 1, t.size, stdout);
    lhi_text_free(&t);
}
