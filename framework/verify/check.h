/* check.h -- a gradient check in progress, and what it comes to. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CHECK_H
#define LHI_CHECK_H

#include "framework/data/feed.h"

#include <longhand/verify.h>

/* --- ledger.c --- */

/* What a check came to. */
typedef struct lhi_report {
    char loss[64], data[64];
    size_t batch;             /* rows of the batch */
    lh_entry *row;
    size_t rows;
    lh_finding *finding;      /* nearest to the loss first */
    size_t findings, finding_room;
    lh_verdict verdict;       /* of all rows and findings */
} lhi_report;

/* Checks L on the first rows of d, or on what is bound (d NULL).  Prints nothing, and what
 * does not agree is no error: the report tells it.  NULL after an error.  It belongs to the
 * context; lhi_report_free() frees it earlier. */
lhi_report *lhi_verify(lh_var L, lh_data *d, size_t rows);
void lhi_report_free(lh_ctx *c, lhi_report *r);
/* Keeps the error of a report that does not agree in the context. */
lh_status lhi_report_judge(lh_ctx *c, const lhi_report *r);

#endif
