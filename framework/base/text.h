/* text.h -- a text that grows; numbers have a decimal point in any locale. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TEXT_H
#define LHI_TEXT_H

#include "framework/base/ctx.h"

/* After a failed allocation (LH_ENOMEM in the context) adding does nothing. */
typedef struct lhi_text {
    lh_ctx *c;
    char *at; /* ends with a 0; NULL while nothing was added */
    size_t size, room;
} lhi_text;

void lhi_text_add(lhi_text *t, const char *format, ...) LH_PRINTF(2, 3);
void lhi_text_put(lhi_text *t, const void *bytes, size_t size);
void lhi_text_free(lhi_text *t);
/* snprintf with a decimal point in any locale; the number of bytes that stand there. */
int lhi_format(char *to, size_t room, const char *format, ...) LH_PRINTF(3, 4);

/* Adds bytes to a digest, which begins at 0 (FNV-1a). */
uint64_t lhi_digest(uint64_t digest, const void *bytes, size_t size);

/* 1 when a path has something before this ending (".csv"). */
int lhi_ends_with(const char *path, const char *ending);

#endif
