/* named.c -- a table from a file of several arrays: which is X, and which is y. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/named.h"

#include <string.h>
#include <strings.h>

enum { SHOWN = 8 };

/* Of several the first that a file has. */
static const char *const rows_names[] = {"X", "data", "features", "inputs", "x_train", NULL};
static const char *const label_names[] = {"y", "target", "targets", "labels", "label", "y_train",
                                          NULL};

static const lhi_named *by_name(const lhi_arrays *a, const char *const *names)
{
    for (; *names; names++)
        for (size_t i = 0; i < a->count; i++)
            if (strcasecmp(a->list[i].name, *names) == 0)
                return &a->list[i];
    return NULL;
}

/* The only one of two dimensions. */
static const lhi_named *only_matrix(const lhi_arrays *a)
{
    const lhi_named *found = NULL;

    for (size_t i = 0; i < a->count; i++)
        if (!a->list[i].vector && a->list[i].rows > 1) {
            if (found)
                return NULL;
            found = &a->list[i];
        }
    return found;
}

static lh_status refuse(const lhi_stream *s, const lhi_arrays *a)
{
    lhi_text list = {.c = s->c};

    for (size_t i = 0; i < a->count && i < SHOWN; i++)
        lhi_text_add(&list, "%s%s [%zu x %zu]", i ? ", " : "", a->list[i].name, a->list[i].rows,
                     a->list[i].cols);
    if (a->count > SHOWN)
        lhi_text_add(&list, " and others");
    if (a->left_out > 0)
        lhi_text_add(&list, "%sleft out: %s", a->count ? "; " : "", a->left.at ? a->left.at : "");
    lhi_source_bad(s, "name the features X, one sample a row, and the labels y, or keep one table "
                   "of both with the label last", "has no table: %.300s",
                   list.at ? list.at : "no array of numbers");
    lhi_text_free(&list);
    return s->c->status;
}

const lhi_named *lhi_named_choose(const lhi_stream *s, const lhi_arrays *a, const lhi_named **y)
{
    const lhi_named *const named = by_name(a, rows_names);
    const lhi_named *const x = named ? named : only_matrix(a);

    *y = by_name(a, label_names);
    if (x && x != *y)
        return x;
    refuse(s, a);
    return NULL;
}

void lhi_named_free(lhi_arrays *a)
{
    for (size_t i = 0; i < a->count; i++)
        lhi_release(a->c, a->list[i].at);
    lhi_release(a->c, a->list);
    lhi_release(a->c, a->origin);
    lhi_release(a->c, a->place);
    lhi_text_free(&a->left);
}

static size_t rows_of(const lhi_named *n)
{
    return n->vector ? n->cols : n->rows;
}

static size_t cols_of(const lhi_named *n)
{
    return n->vector ? 1 : n->cols;
}

static lh_status make(lhi_stream *s, const lhi_wanted *how, const lhi_named *x,
                      const lhi_named *y, lhi_table *to)
{
    if (y && rows_of(y) != rows_of(x))
        return lhi_source_bad(s, "each row of X needs its label", "has %zu rows in %s and %zu "
                              "labels in %s", rows_of(x), x->name, rows_of(y), y->name);
    if (lhi_table_make(s, how, rows_of(x), cols_of(x) + (y ? cols_of(y) : 0), to) != LH_OK)
        return s->c->status;
    lhi_table_place(to, 0, cols_of(x), x->at);
    if (y) {
        lhi_table_place(to, cols_of(x), cols_of(y), y->at);
        to->label = (long)cols_of(x);
        to->labels = cols_of(y);
    }
    return LH_OK;
}

lh_status lhi_named_table(lhi_stream *s, const lhi_wanted *how, void (*load)(lhi_arrays *a),
                          lhi_table *to)
{
    lhi_arrays a = {.c = s->c, .path = s->shown, .left = {.c = s->c}};

    a.bytes = lhi_stream_all(s, &a.size);
    if (a.bytes && lhi_table_end(s, to) == LH_OK)
        load(&a);
    lhi_release(s->c, a.bytes);
    if (lhi_ok(s->c)) {
        const lhi_named *y, *x = lhi_named_choose(s, &a, &y);

        if (x)
            make(s, how, x, y, to);
    }
    lhi_named_free(&a);
    return s->c->status;
}
