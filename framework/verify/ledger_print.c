/* ledger_print.c -- the ledger as a table on standard output. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <stdio.h>

/* A number in 15 columns, a dash where there is none. */
static void print_value(double x)
{
    if (x == x)
        printf(" %14.7e", x);
    else
        printf(" %14s", "-");
}

/* The inequality that decided. */
static void print_decision(const lh_entry *e)
{
    const lh_comparison *c = &e->by[e->decided];
    const double bound = c->rounding + c->estimate;

    if (c->compared + c->directions == 0)
        printf("  %-32s", "nothing was compared");
    else
        printf("  %7.1e %s %7.1e %-11s", c->off, c->off <= bound ? "<=" : "> ", bound,
               lh_method_name(e->decided, NULL));
}

static void print_row(const lh_entry *e)
{
    char shape[40], worst[40];

    snprintf(shape, sizeof shape, "[%zu x %zu]", e->rows, e->cols);
    snprintf(worst, sizeof worst, "(%zu,%zu)", e->row, e->col);
    printf("%-6s %-10s %-8s", e->name, shape, worst);
    print_value(e->tape);
    for (int m = LH_BY_HAND; m <= LH_BY_DIFFERENCES; m++)
        print_value(e->beside[m]);
    print_decision(e);
    printf(" %s\n", lh_verdict_name(e->verdict));
}

static void print_formula(const lhi_report *r)
{
    printf("Gradient ledger of %s, %zu rows of %s: each gradient where it is nearest to its bound\n\n",
           r->loss, r->batch, r->data);
    printf("%-6s %-10s %-8s %14s", "", "shape", "at", "tape");
    for (int m = LH_BY_HAND; m <= LH_BY_DIFFERENCES; m++)
        printf(" %14s", lh_method_name((lh_method)m, NULL));
    printf("  %-32s\n", "|tape - method| <= bound");
    for (size_t i = 0; i < r->rows; i++)
        print_row(&r->row[i]);
}

static void print_rounding(const lhi_report *r)
{
    printf("\nRounding of the tape: float and double beside long double\n\n"
           "%-6s %9s  %-20s %9s  %-20s\n", "", "ulps", "|float - wide|", "ulps", "|double - wide|");
    for (size_t i = 0; i < r->rows; i++) {
        const lh_entry *e = &r->row[i];

        printf("%-6s %9.3g  %7.1e %s %7.1e %9.3g  %7.1e %s %7.1e\n", e->name, e->ulps32, e->off32,
               e->off32 <= e->bound32 ? "<=" : "> ", e->bound32, e->ulps64, e->off64,
               e->off64 <= e->bound64 ? "<=" : "> ", e->bound64);
    }
}

static void print_findings(const lhi_report *r)
{
    for (size_t i = 0; i < r->findings; i++) {
        const lh_finding *f = &r->finding[i];

        printf("\n%s in %s (%s:%d) gives d%s wrongly%s, %s: %s", f->op, f->node,
               f->file ? f->file : "?", f->line, f->operand,
               f->type == LH_F32 ? " in float" : f->type == LH_F64 ? " in double" : "",
               lh_reason_name(f->reason, NULL), f->why);
        if (f->by == LH_BY_SECOND)
            printf("\n  at (%zu, %zu) it gives %.9g instead of %.9g: %.2g > %.2g", f->row, f->col,
                   f->got, f->wanted, f->off, f->bound);
    }
    for (size_t i = 0; i < r->rows; i++)
        if (r->row[i].verdict != LH_AGREE)
            printf("\n%s %s, %s: %s", r->row[i].name, lh_verdict_name(r->row[i].verdict),
                   lh_reason_name(r->row[i].reason, NULL), r->row[i].why);
    if (r->verdict != LH_AGREE)
        printf("\n");
}

void lhi_ledger_print(const lhi_report *r)
{
    size_t agree = 0, elements = 0, compared = 0, sums = 0, kinks = 0;

    print_formula(r);
    print_rounding(r);
    print_findings(r);
    for (size_t i = 0; i < r->rows; i++) {
        const lh_entry *e = &r->row[i];

        agree += e->verdict == LH_AGREE;
        elements += e->rows * e->cols;
        compared += e->by[LH_BY_DIFFERENCES].compared;
        sums += e->by[LH_BY_DIFFERENCES].directions;
        kinks += e->kinks;
    }
    printf("\n%zu of %zu gradients agree: %zu elements by hand and second rules, %zu by forward mode,\n"
           "complex step and differences", agree, r->rows, elements, compared + kinks);
    if (sums > 0)
        printf(" and %zu signed sums", sums);
    printf("; %zu left undecided by differences at a kink.\n\n", kinks);
}
