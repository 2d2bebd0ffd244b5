/* check.c -- lh_verify(): a check printed, kept and written to files; and --check. */
/* SPDX-License-Identifier: MIT */
#include "framework/session/session.h"
#include "framework/verify/check.h"

lh_status lh_verify(lh_var L, lh_data *d, size_t rows)
{
    lh_ctx *c = L.tape ? L.tape->c : NULL;
    lhi_report *r;

    if (!c)
        return LH_EUSAGE;
    r = lhi_verify(L, d, rows, NULL, NULL);
    if (!r)
        return c->status;
    lhi_report_free(c, c->ledger);
    c->ledger = r;
    lhi_ledger_print(c, r);
    return lhi_report_judge(c, r);
}

lh_status lh_backward(lh_var L)
{
    lh_ctx *c = L.tape ? L.tape->c : NULL;

    /* Once, at the first pass of a driver that has its own loop. */
    if (c && c->set.check && !c->checked) {
        c->checked = 1;
        lh_verify(L, NULL, 0);
    }
    return lhi_backward(L);
}
