/* tables.c -- what a table, a data set and named arrays must be once they were read. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include "framework/arrays/list.h"
#include "framework/base/quote.h"
#include "framework/data/data.h"
#include "framework/store/formats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_column(const lhi_table *t, size_t j)
{
    const lhi_column *k = &t->column[j];
    size_t missing = 0;

    for (size_t i = 0; i < t->rows; i++) {
        const double x = lhi_table_at(t, i, j);

        missing += x != x;
        fuzz_must(!isinf(x), "no cell is infinite");
        fuzz_must(isnan(x) || !k->text || (x >= 0 && x < (double)k->values && x == floor(x)),
                  "a cell of a column of texts is the number of one");
    }
    fuzz_must(missing == k->missing, "the missing cells of a column are counted");
    for (size_t i = 1; k->text && i < k->values; i++)
        fuzz_must(strcmp(k->value[i - 1], k->value[i]) < 0, "texts are sorted, each once");
}

void fuzz_check_table(const lh_ctx *c, const lhi_table *t)
{
    if (lh_error(c) != LH_OK)
        return;
    fuzz_must(t->rows >= (t->streams ? 1 : 2) && t->cols >= 1 && t->cols <= LHI_MOST_COLUMNS,
              "a table has rows and columns");
    fuzz_must(strlen(t->digest) == 64, "a table has a digest");
    for (size_t j = 0; j < t->cols; j++)
        check_column(t, j);
}

/* All that a run does with a set: parts, the scale, rows in every type. */
void fuzz_use_data(lh_data *d)
{
    enum { SOME = 64 };
    lh_data *test;
    double *X, *y;
    size_t rows;

    if (lhi_data_is_inert(d))
        return;
    fuzz_must(lh_cols(d) >= 1 && lh_rows(d) >= 1, "a data set has rows and columns");
    test = lh_hold_out(d, 0.25);
    if (lh_error(d->c) != LH_OK || lhi_data_prepare(d, LH_F64) != LH_OK)
        return;
    rows = lh_rows(d) < SOME ? lh_rows(d) : SOME;
    X = malloc(rows * (size_t)lh_cols(d) * sizeof *X);
    y = malloc(rows * (size_t)d->frame->how->targets * sizeof *y);
    if (!X || !y)
        abort();
    lhi_data_gather_f64(d, NULL, 0, rows, X, d->frame->labelled ? y : NULL);
    for (size_t i = 0; i < rows * (size_t)lh_cols(d); i++)
        fuzz_must(isfinite(X[i]), "what a network is given is finite");
    for (size_t i = 0; d->frame->labelled && i < rows * d->frame->how->targets; i++)
        fuzz_must(isfinite(y[i]), "labels are finite");
    free(X);
    free(y);
    if (lh_rows(test) > 0)
        lhi_data_prepare(test, LH_F32);
}

lh_reading fuzz_reading(fuzz_input *in)
{
    static const char *const columns[] = {"", "", "", "1", "2", "3", "a", "b", "y", "a,b", "1,2",
                                          "0", "-1", "99999999999", "1,,", NULL};
    const unsigned kinds = fuzz_byte(in), some = fuzz_byte(in), more = fuzz_byte(in);
    lh_reading how = {.labels = (lh_labels)(kinds & 3), .missing = (lh_missing)(kinds >> 2 & 3),
                      .scale = (lh_scale)(kinds >> 4 & 3), .balance = (kinds & 64) != 0,
                      .stratify = (kinds & 128) != 0};

    how.label = fuzz_choice(some & 15, columns);
    how.drop = fuzz_choice(some >> 4, columns);
    how.group = fuzz_choice(more & 15, columns);
    *(more & 64 ? &how.weight : &how.only) = fuzz_choice(more >> 4 & 7, columns);
    how.keep_f32 = (more & 128) != 0;
    return how;
}

void fuzz_read_table(fuzz_input *in, const char *path)
{
    lh_ctx *c = fuzz_open();
    const unsigned way = fuzz_byte(in);
    lhi_table t = {.rows = 0};

    if (way % 4 < 2) {
        lhi_table_read(c, path, way % 2 ? LH_F32 : LH_F64,
                       way / 4 % 2 ? LHI_CELLS_STRICT : LHI_CELLS_LOOSE, &t);
        fuzz_check_table(c, &t);
    } else if (way % 4 == 2) {
        fuzz_use_data(lh_data_open(c, path));
    } else {
        lh_reading how = fuzz_reading(in);

        how.stream = way / 4 % 2;
        fuzz_use_data(lh_data_read(c, path, &how));
    }
    fuzz_close(c);
}

static void same(const lhi_named *one, size_t count, const lhi_arrays *two)
{
    fuzz_must(two->count == count, "all arrays are there again");
    for (size_t i = 0; i < count; i++) {
        const lhi_named *a = &one[i], *b = &two->list[i];

        fuzz_must(strcmp(a->name, b->name) == 0 && a->rows == b->rows && a->cols == b->cols &&
                      a->vector == b->vector,
                  "an array has its name and its shape again");
        for (size_t k = 0; k < a->rows * a->cols; k++)
            fuzz_must(a->at[k] == b->at[k] || (isnan(a->at[k]) && isnan(b->at[k])),
                      "an array has its numbers again");
    }
}

static void again(lh_ctx *c, const lhi_named *list, size_t count, int zip)
{
    lhi_text t = {.c = c};
    lhi_arrays a = {.c = c, .path = "again", .left = {.c = c}};

    if (zip)
        lhi_npz_put(&t, "again", list, count);
    else
        lhi_safetensors_put(&t, list, count);
    a.bytes = (unsigned char *)t.at;
    a.size = t.size;
    if (lh_error(c) == LH_OK)
        (zip ? lhi_npz_read : lhi_safetensors_read)(&a);
    fuzz_must(lh_error(c) != LH_EFORMAT, "what was written can be read");
    if (lh_error(c) == LH_OK)
        same(list, count, &a);
}

void fuzz_read_arrays(const char *path)
{
    lh_ctx *c = fuzz_open();
    lhi_named *list;
    size_t count;

    if (lhi_arrays_read(c, path, &list, &count) == LH_OK) {
        again(c, list, count, 1);
        again(c, list, count, 0);
    } else
        fuzz_must(!list && count == 0, "nothing is left of what was refused");
    fuzz_close(c);
}
