/* check.c -- lh_verify(): a check printed, kept and written to files. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/session/ledger.h"
#include "framework/session/session.h"
#include "framework/tape/tape.h"

#include <stdio.h>
#include <string.h>

void lhi_keep_array(void *arg, const char *name, size_t rows, size_t cols, const lh_wide *x)
{
    lhi_kept *a = arg;
    lhi_named *n;

    if (lhi_grow(a->c, &a->at, &a->room, a->count + 1, sizeof *a->at) != 0)
        return;
    n = &a->at[a->count];
    *n = (lhi_named){.rows = rows, .cols = cols, .bits = 64,
                     .at = lhi_alloc_array(a->c, rows * cols + 1, sizeof *n->at)};
    if (!n->at)
        return;
    a->count++;
    snprintf(n->name, sizeof n->name, "%.63s", name);
    for (size_t e = 0; e < rows * cols; e++)
        n->at[e] = (double)x[e];
}

void lhi_kept_free(lhi_kept *a)
{
    for (size_t i = 0; i < a->count; i++)
        lhi_release(a->c, a->at[i].at);
    lhi_release(a->c, a->at);
    *a = (lhi_kept){.c = a->c};
}

/* Each file that --ledger names, separated by commas.  One that cannot be written says nothing
 * about the gradients: an error of the call. */
static lh_status write_files(lh_ctx *c, const lhi_report *r, const lhi_kept *arrays)
{
    lh_status written = LH_OK;

    for (const char *at = c->set.ledger; *at && lhi_ok(c);) {
        const size_t length = strcspn(at, ",");
        char *path = lhi_strf(c, "%.*s", (int)length, at);

        if (path && length > 0)
            lhi_ledger_write(c, r, arrays, path);
        if (c->status == LH_EIO)
            written = lhi_call_ends(c);
        at += length + (at[length] == ',');
    }
    return written;
}

lh_status lh_verify(lh_var L, lh_data *d, size_t rows)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(L));
    lh_ctx *c = lhi_ctx_of(L);
    lhi_kept arrays = {.c = c};
    lh_status written, verdict;
    lhi_report *r;

    if (!lhi_ok(c))
        return lh_error(c);
    if (c->set.dry_run && !c->set.check) /* it can take long, and nobody asked */
        return LH_OK;
    r = lhi_verify(L, d, rows, c->set.ledger[0] ? lhi_keep_array : NULL, &arrays);
    if (!r)
        return c->status;
    lhi_report_free(c, c->ledger);
    c->ledger = r;
    lhi_ledger_print(c, r);
    written = write_files(c, r, &arrays);
    lhi_kept_free(&arrays);
    verdict = lhi_report_judge(c, r);
    return verdict != LH_OK ? verdict : written;
}
