/* report.c -- what a check came to: kept, judged, and its words. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

void lhi_report_free(lh_ctx *c, lhi_report *r)
{
    if (!r)
        return;
    lhi_release(c, r->finding);
    lhi_release(c, r->beside);
    lhi_release(c, r->by);
    lhi_release(c, r->row);
    lhi_release(c, r);
}

/* The first op that is wrong alone, and else the first row. */
static lh_status tell(lh_ctx *c, const lhi_report *r, const lh_entry *e)
{
    static const char *const help[LH_REASONS] = {
        [LH_WHY_KINK] = "other rows or other first values (--seed) decide it: no kink near them",
        [LH_WHY_ROUNDING] =
            "fewer layers between it and the loss decide it, or smaller weights; a derivation\n"
            "        where nothing cancels in it: (1-y) sigma(z) - y sigma(-z), not yhat - y",
        [LH_WHY_NOT_COMPARED] = "a variable with elements decides it, and a larger --budget"};
    const lh_comparison *by = &e->by[e->decided];

    if (e->verdict == LH_INCONCLUSIVE)
        return lhi_fail(c, LH_EUNDECIDED, help[e->reason],
                        "%s could be shown neither right nor wrong, %s: %s\n  in     %s, %s:%d",
                        e->name, lh_reason_name(e->reason, NULL), e->why, r->loss,
                        e->file ? e->file : "?", e->line);
    if (by->agrees) /* of the derivation nothing could be compared */
        return lhi_fail(c, LH_EVERIFY,
                        "it must depend on nothing but what lh_on() gives: no static, no random "
                        "number",
                        "%s disagrees, %s: %s\n  in     %s, %s:%d", e->name,
                        lh_reason_name(e->reason, NULL), e->why, r->loss, e->file ? e->file : "?",
                        e->line);
    return lhi_fail(c, LH_EVERIFY,
                    "the ledger above shows every gradient, the wrong ones as DISAGREE",
                    "%s disagrees, %s: %s\n  at (%zu, %zu) the tape has %.12g and %s %.12g: they "
                    "differ by %.2g and may by %.2g\n  in     %s, %s:%d",
                    e->name, lh_reason_name(e->reason, NULL), e->why, by->row, by->col, by->tape,
                    lh_method_name(e->decided, NULL), by->value, by->off,
                    by->rounding + by->estimate, r->loss, e->file ? e->file : "?", e->line);
}

lh_status lhi_report_judge(lh_ctx *c, const lhi_report *r)
{
    const lh_finding *f = r->finding;

    if (r->rows == 0)
        return lhi_fail(c, LH_EVERIFY, "name variables with lh_let(), and record parameters",
                        "there is no gradient to compare");
    for (int v = LH_DISAGREE; v != LH_AGREE; v = v == LH_DISAGREE ? LH_INCONCLUSIVE : LH_AGREE)
        for (size_t i = 0; i < r->rows; i++)
            if ((int)r->row[i].verdict == v)
                return tell(c, r, &r->row[i]);
    if (r->findings > 0)
        return lhi_fail(c, LH_EVERIFY, "the op's backward rule is wrong, or its second one is",
                        "%s in %s gives d%s wrongly, %s: %s", f->op, f->node, f->operand,
                        lh_reason_name(f->reason, NULL), f->why);
    return c->status;
}

static const lhi_report *last(const lh_ctx *c)
{
    static const lhi_report none;

    return c && c->ledger ? c->ledger : &none;
}

size_t lh_ledger_rows(const lh_ctx *c)
{
    return last(c)->rows;
}

const lh_entry *lh_ledger_row(const lh_ctx *c, size_t index)
{
    return index < last(c)->rows ? &last(c)->row[index] : NULL;
}

size_t lh_findings(const lh_ctx *c)
{
    return last(c)->findings;
}

const lh_finding *lh_finding_at(const lh_ctx *c, size_t index)
{
    return index < last(c)->findings ? &last(c)->finding[index] : NULL;
}

const char *lh_method_name(lh_method m, const char **text)
{
    static const char *const word[LH_METHODS + 1][2] = {
#define LH_METHOD(name, word, text) {word, text},
#include <longhand/methods.def>
#undef LH_METHOD
        {"no such method", ""}
    };
    const size_t row = (unsigned)m < LH_METHODS ? m : LH_METHODS;

    if (text)
        *text = word[row][1];
    return word[row][0];
}

const char *lh_reason_name(lh_reason r, const char **text)
{
    static const char *const word[LH_REASONS + 1][2] = {
#define LH_REASON(name, text) {#name, text},
#include <longhand/reasons.def>
#undef LH_REASON
        {"no such reason", ""}
    };
    const size_t row = (unsigned)r < LH_REASONS ? r : LH_REASONS;

    if (text)
        *text = word[row][1];
    return word[row][0];
}

const char *lh_verdict_name(lh_verdict v)
{
    return v == LH_AGREE ? "agree" : v == LH_DISAGREE ? "DISAGREE" : "inconclusive";
}
