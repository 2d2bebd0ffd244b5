/* ledger.h -- a ledger and its arrays, for files. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_LEDGER_H
#define LHI_LEDGER_H

#include "framework/store/formats.h"
#include "framework/verify/check.h"

/* Arrays of a check: inputs, parameters, gradients (lhi_shown says which). */
typedef struct lhi_kept {
    lh_ctx *c;
    lhi_named *at;
    size_t count, room;
} lhi_kept;

/* An lhi_shown: adds a copy. */
void lhi_keep_array(void *arrays, const char *name, size_t rows, size_t cols, const lh_wide *x);
void lhi_kept_free(lhi_kept *a);

/* Writes a ledger in the format of the file's ending. */
void lhi_ledger_write(lh_ctx *c, const lhi_report *r, const lhi_kept *arrays, const char *path);

#endif
