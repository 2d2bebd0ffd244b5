/* own.c -- a data set of rows that the driver gives. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/quote.h"
#include "framework/data/data.h"
#include "framework/data/source.h"

#include <math.h>
#include <string.h>

typedef struct giver {
    int (*row)(void *arg, size_t row, double *to);
    void *arg;
} giver;

/* The digest is of the numbers as a file of doubles has them, lowest byte first. */
static void add_row(lhi_sha256 *digest, const double *row, size_t cols)
{
    for (size_t j = 0; j < cols; j++) {
        unsigned char bytes[8];
        uint64_t bits;

        memcpy(&bits, &row[j], sizeof bits);
        if (isnan(row[j])) /* there are many, and all are one */
            bits = UINT64_C(0x7ff8000000000000);
        for (int k = 0; k < 8; k++)
            bytes[k] = (unsigned char)(bits >> 8 * k);
        lhi_sha256_add(digest, bytes, sizeof bytes);
    }
}

static lh_status fill(const lhi_stream *s, const giver *from, lhi_table *to)
{
    double *row = lhi_alloc_array(s->c, to->cols, sizeof *row);
    unsigned char digest[32];
    lhi_sha256 sum;

    lhi_sha256_begin(&sum);
    for (size_t i = 0; row && i < to->rows && lhi_ok(s->c); i++) {
        for (size_t j = 0; j < to->cols; j++)
            row[j] = (double)NAN;
        if (from->row(from->arg, i, row) != 0) {
            lhi_source_bad(s, "the function that gives the rows says why", "has no row %zu", i);
            break;
        }
        add_row(&sum, row, to->cols);
        for (size_t j = 0; j < to->cols; j++)
            lhi_table_set(to, i, j, row[j]);
    }
    lhi_sha256_end(&sum, digest);
    lhi_hex(digest, to->digest);
    lhi_release(s->c, row);
    return lhi_ok(s->c) ? lhi_table_look(s, to, 0, to->rows, to->cols) : s->c->status;
}

static lh_data *give(lh_ctx *c, const char *name, size_t rows, size_t cols, const giver *from,
                     const lh_reading *how)
{
    const lhi_wanted wanted = {.keep = how->keep_f32 ? LH_F32 : LH_F64};
    lhi_stream s = {.c = c, .path = name};
    lhi_table *t = lhi_alloc(c, sizeof *t);
    char *copy = lhi_strdup(c, name);

    lhi_legible(s.shown, sizeof s.shown, name, strlen(name));
    if (!t || !copy)
        return NULL;
    lhi_make_utf8(copy);
    t->name = copy;
    if (lhi_table_make(&s, &wanted, rows, cols, t) != LH_OK || fill(&s, from, t) != LH_OK) {
        lhi_release(c, t->cell);
        return NULL;
    }
    return lhi_data_of(c, t, how);
}

lh_data *lh_data_rows(lh_ctx *c, const char *name, size_t rows, size_t cols,
                      int (*row)(void *arg, size_t row, double *to), void *arg,
                      const lh_reading *how)
{
    LHI_USUAL_FLOATS(c);
    static const lh_reading defaults = {.label = NULL};
    const giver from = {row, arg};
    lh_data *d = NULL;

    if (!c || !lhi_ok(c))
        return lhi_data_inert(c);
    if (!how)
        how = &defaults;
    if (!name || !row)
        lhi_fail(c, LH_EUSAGE, NULL, "lh_data_rows() needs a name and a function that gives rows");
    else if (lhi_reading_check(c, how) == LH_OK)
        d = give(c, name, rows, cols, &from, how);
    return lhi_call_ends_if_trained(c) == LH_OK && d ? d : lhi_data_inert(c);
}
