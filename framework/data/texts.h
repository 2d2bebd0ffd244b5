/* texts.h -- the distinct texts of a column, and a number for each. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TEXTS_H
#define LHI_TEXTS_H

#include "framework/data/cell.h"
#include "framework/data/table.h"

#include <stdint.h>

typedef struct lhi_texts lhi_texts;

/* NULL and LH_ENOMEM without memory.  The key decides where a text is kept, and so nothing that
 * can be seen: with one that comes from the file no file can be made to keep all at one place. */
lhi_texts *lhi_texts_new(lh_ctx *c, uint64_t key);
/* The number of a cell's text, in the order in which they came. */
size_t lhi_texts_add(lhi_texts *x, const lhi_cell *cell);
/* The text of the one cell that was added; the rest is freed. */
const char *lhi_texts_only(lhi_texts *x);
/* Sorts them by their bytes into the column, and gives the table the numbers of that order. */
void lhi_texts_settle(lhi_texts *x, lhi_table *t, size_t column);
void lhi_texts_free(lhi_texts *x);

#endif
