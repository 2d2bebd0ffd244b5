/* texts.c -- the texts of a column become numbers, by the order of their bytes. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/table.h"

#include "framework/base/quote.h"

#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *left, const void *right)
{
    const lhi_spelt *l = left, *r = right;
    const int order = memcmp(l->at, r->at, l->size < r->size ? l->size : r->size);

    return order ? order : (l->size > r->size) - (l->size < r->size);
}

lh_status lhi_table_texts(lh_ctx *c, lhi_table *t, size_t column, lhi_spelt *cell, size_t count)
{
    lhi_column *k = &t->column[column];
    size_t values = 0;

    if (count == 0)
        return LH_OK;
    qsort(cell, count, sizeof *cell, by_bytes);
    for (size_t i = 0; i < count; i++)
        values += i == 0 || by_bytes(&cell[i - 1], &cell[i]) != 0;
    k->text = 1;
    k->value = lhi_alloc_array(c, values, sizeof *k->value);
    for (size_t i = 0; k->value && i < count; i++) {
        if (i == 0 || by_bytes(&cell[i - 1], &cell[i]) != 0) {
            char *text = lhi_strf(c, "%.*s", (int)cell[i].size, cell[i].at);

            if (!text)
                break;
            lhi_make_utf8(text);
            k->value[k->values++] = text;
        }
        lhi_table_set(t, cell[i].row, column, (double)(k->values - 1));
    }
    return c->status;
}
