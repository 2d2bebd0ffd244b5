/* frame.c -- the columns of a recipe found in a table, by name, and checked. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/recipe.h"

#include "framework/base/quote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int has_names(const lhi_table *t)
{
    for (size_t j = 0; j < t->cols; j++)
        if (t->column[j].name && t->column[j].name[0])
            return 1;
    return 0;
}

static int has_name(const lhi_table *t, size_t column, const char *name)
{
    const char *own = t->column[column].name;

    return own && strcmp(own, name) == 0;
}

/* The column of a table that a recipe means; LHI_NO_COLUMN: there is none. */
static size_t place_of(const lhi_table *t, const lhi_used *u)
{
    if (!u->name || !has_names(t) || (u->place < t->cols && has_name(t, u->place, u->name)))
        return u->place < t->cols ? u->place : LHI_NO_COLUMN;
    for (size_t j = 0; j < t->cols; j++)
        if (has_name(t, j, u->name))
            return j;
    return LHI_NO_COLUMN;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static size_t value_of(const lhi_used *u, const char *text)
{
    char **const at = bsearch(&text, u->value, u->values, sizeof *u->value, by_text);

    return at ? (size_t)(at - u->value) : SIZE_MAX;
}

static size_t number_of(const lhi_used *u, double x)
{
    size_t low = 0, high = u->values;

    while (low < high) {
        const size_t mid = (low + high) / 2;

        if (u->number[mid] < x)
            low = mid + 1;
        else
            high = mid;
    }
    return low < u->values && u->number[low] == x ? low : SIZE_MAX;
}

size_t lhi_value_in(const lhi_frame *f, const lhi_used *u, const lhi_taken *at, size_t row)
{
    double x;
    char text[40];

    if (at->column == LHI_NO_COLUMN)
        return SIZE_MAX;
    x = lhi_table_at(f->table, row, at->column);
    if (x != x)
        return SIZE_MAX;
    if (at->code)
        return at->code[(size_t)x] == UINT32_MAX ? SIZE_MAX : at->code[(size_t)x];
    if (!u->text)
        return number_of(u, x);
    /* Texts that all look like numbers in this file. */
    lhi_format(text, sizeof text, "%.15g", x);
    return value_of(u, text);
}

/* The first row that has this cell; a NaN stands for a missing one. */
static size_t row_with(const lhi_table *t, size_t column, double x)
{
    size_t row = 0;

    for (; row + 1 < t->rows; row++) {
        const double y = lhi_table_at(t, row, column);

        if (x == y || (x != x && y != y))
            break;
    }
    return row;
}

static const char FEATURE[] = "feature", LABEL[] = "label", WEIGHT[] = "weight",
                  GROUP[] = "group";

typedef struct finding {
    lh_ctx *c;
    const lhi_table *t;
    const lhi_recipe *how;
    const lhi_frame *f;
    const lhi_used *u;
    lhi_taken *at;
    const char *what;
} finding;

static lh_status refuse_missing(const finding *k)
{
    const lhi_column *column = &k->t->column[k->at->column];
    char text[80], where[40];

    lhi_format(where, sizeof where, " %s %zu", k->t->first_line ? "line" : "row",
               column->missing_at);
    return lhi_fail(k->c, LH_EDATA,
                    k->what == FEATURE
                        ? lhi_strf(k->c, "--missing=mean, median or indicator fills such cells; "
                                   "--drop=%zu leaves the column out", k->at->column + 1)
                        : "take the rows out that have none",
                    "%s%s, %s: the cell is missing, the first of %zu in this column", k->t->name,
                    where, lhi_column_text(k->t, k->at->column, text, sizeof text),
                    column->missing);
}

static lh_status refuse_text(const finding *k, size_t value, const char *why, const char *hint)
{
    char text[80], where[40], shown[48];
    const char *name = k->t->column[k->at->column].value[value];

    lhi_row_text(k->t, row_with(k->t, k->at->column, (double)value), where, sizeof where);
    return lhi_fail(k->c, LH_EDATA, hint, "%s%s, %s: '%s' %s", k->t->name, where,
                    lhi_column_text(k->t, k->at->column, text, sizeof text),
                    lhi_legible(shown, sizeof shown, name, strlen(name)), why);
}

/* The recipe's numbers of the texts of a column. */
static lh_status match_texts(finding *k)
{
    const lhi_column *column = &k->t->column[k->at->column];
    uint32_t *code;

    if (!k->u->text && !k->u->number)
        return refuse_text(k, column->values - 1, "is text, and the column has numbers where the "
                           "model was trained", "are these the same columns?");
    code = lhi_alloc_array(k->c, column->values, sizeof *code);
    for (size_t i = 0; code && i < column->values; i++) {
        const size_t value = k->u->text ? value_of(k->u, column->value[i]) : SIZE_MAX;

        code[i] = value == SIZE_MAX ? UINT32_MAX : (uint32_t)value;
        if (value == SIZE_MAX)
            return refuse_text(k, i, lhi_strf(k->c, "is no %s that the model knows: it was not in "
                                              "the file that it was trained on", k->what),
                               "leave such rows out, or train on a file that has them, too");
    }
    k->at->code = code;
    return k->c->status;
}

static lh_status refuse_absent(const finding *k)
{
    char shown[48];

    if (k->u->name && has_names(k->t))
        return lhi_fail(k->c, LH_EMISMATCH, "columns are found by their names, in any order",
                        "%s has no column '%s', a %s of the model", k->t->name,
                        lhi_legible(shown, sizeof shown, k->u->name, strlen(k->u->name)), k->what);
    return lhi_fail(k->c, LH_EMISMATCH, "without names columns are found by their places",
                    "%s has %zu columns: column %zu, a %s of the model, is not there", k->t->name,
                    k->t->cols, k->u->place + 1, k->what);
}

/* Numbers where each of a few values means something by itself. */
static lh_status check_numbers(const finding *k)
{
    char text[80], where[40];

    for (size_t i = 0; i < k->t->rows; i++) {
        const double x = lhi_table_at(k->t, i, k->at->column);

        if (x == x && lhi_value_in(k->f, k->u, k->at, i) == SIZE_MAX)
            return lhi_fail(k->c, LH_EDATA, "leave such rows out, or train on a file that has them",
                            "%s%s, %s: %g is no %s that the model knows", k->t->name,
                            lhi_row_text(k->t, i, where, sizeof where),
                            lhi_column_text(k->t, k->at->column, text, sizeof text), x, k->what);
    }
    return LH_OK;
}

/* One column; `needed`: it must be there, and have its cells. */
static lh_status find(finding *k, int needed)
{
    const int fills = k->what == FEATURE && k->how->missing != LH_MISSING_REFUSE;
    const lhi_column *column;

    k->at->column = place_of(k->t, k->u);
    if (k->at->column == LHI_NO_COLUMN)
        return needed ? refuse_absent(k) : LH_OK;
    column = &k->t->column[k->at->column];
    if (column->missing > 0 && needed && !fills)
        return refuse_missing(k);
    if (column->text)
        return match_texts(k);
    return k->u->values > 0 ? check_numbers(k) : LH_OK;
}

static lh_status find_weight(finding *k, int needed)
{
    char text[80], where[40];

    if (find(k, needed) != LH_OK || k->at->column == LHI_NO_COLUMN)
        return k->c->status;
    if (k->at->code)
        return refuse_text(k, 0, "is no weight", "a weight is a number, 0 or more");
    for (size_t i = 0; i < k->t->rows; i++) {
        const double x = lhi_table_at(k->t, i, k->at->column);

        if (!(x >= 0) || !isfinite(x))
            return lhi_fail(k->c, LH_EDATA, "a weight is a number, 0 or more",
                            "%s%s, %s: %g is no weight", k->t->name,
                            lhi_row_text(k->t, i, where, sizeof where),
                            lhi_column_text(k->t, k->at->column, text, sizeof text), x);
    }
    return LH_OK;
}

static int find_labels(finding *k, lhi_frame *f, int labelled)
{
    k->what = LABEL;
    f->labelled = 1;
    for (size_t i = 0; i < f->how->targets; i++) {
        k->u = &f->how->label[i];
        k->at = &f->label[i];
        if (find(k, labelled) != LH_OK)
            return -1;
        f->labelled &= k->at->column != LHI_NO_COLUMN && k->t->column[k->at->column].missing == 0;
    }
    return 0;
}

static int find_features(finding *k, lhi_frame *f)
{
    k->what = FEATURE;
    for (size_t i = 0; i < f->how->features; i++) {
        k->u = &f->how->feature[i];
        k->at = &f->feature[i];
        if (find(k, 1) != LH_OK)
            return -1;
    }
    return 0;
}

static int are_numbers(const lhi_frame *f)
{
    for (size_t k = 0; k < f->how->features; k++) {
        const lhi_used *u = &f->how->feature[k];

        if (u->text || u->marks || f->feature[k].code || f->feature[k].column != k)
            return 0;
    }
    return 1;
}

const lhi_frame *lhi_frame_new(lh_ctx *c, const lhi_table *t, const lhi_recipe *how, int labelled)
{
    lhi_frame *f = lhi_alloc(c, sizeof *f);
    finding k = {.c = c, .t = t, .how = how, .f = f};

    if (!f)
        return NULL;
    *f = (lhi_frame){.table = t, .how = how, .weight = {LHI_NO_COLUMN, NULL},
                     .group = {LHI_NO_COLUMN, NULL}};
    f->feature = lhi_alloc_array(c, how->features, sizeof *f->feature);
    f->label = lhi_alloc_array(c, how->targets, sizeof *f->label);
    if (!f->feature || !f->label || find_features(&k, f) != 0 || find_labels(&k, f, labelled) != 0)
        return NULL;
    k.what = WEIGHT;
    k.u = how->weight;
    k.at = &f->weight;
    if (how->weight && find_weight(&k, labelled) != LH_OK)
        return NULL;
    if (how->group)
        f->group.column = place_of(t, how->group);
    f->numbers = are_numbers(f);
    k.u = how->group;
    k.at = &f->group;
    k.what = GROUP;
    if (f->group.column != LHI_NO_COLUMN && t->column[f->group.column].missing > 0 && labelled)
        refuse_missing(&k);
    return lhi_ok(c) ? f : NULL;
}
