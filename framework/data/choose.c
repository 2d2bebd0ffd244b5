/* choose.c -- which columns of a file are features, labels, weights and groups. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/quote.h"
#include "framework/data/recipe.h"

#include <stdlib.h>
#include <string.h>

static const char *column_name(const void *set, size_t index)
{
    return ((const lhi_column *)set)[index].name;
}

const char *lhi_column_text(const lhi_table *t, size_t column, char *text, size_t room)
{
    char name[48];
    const char *given = t->column[column].name;

    if (given && given[0])
        lhi_format(text, room, "column %zu '%s'", column + 1,
                   lhi_legible(name, sizeof name, given, strlen(given)));
    else
        lhi_format(text, room, "column %zu", column + 1);
    return text;
}

const char *lhi_row_text(const lhi_table *t, size_t row, char *text, size_t room)
{
    if (t->first_line)
        lhi_format(text, room, " line %zu", t->first_line + row);
    else
        lhi_format(text, room, " row %zu", row + 1);
    return text;
}

/* The column that a word names, or else numbers; SIZE_MAX: none. */
static size_t column_of(const lhi_table *t, const char *word, size_t length)
{
    char *end;
    unsigned long long number;

    for (size_t j = 0; j < t->cols; j++) {
        const char *name = t->column[j].name;

        if (name && strlen(name) == length && memcmp(name, word, length) == 0)
            return j;
    }
    if (length == 0 || word[0] < '0' || word[0] > '9')
        return SIZE_MAX;
    number = strtoull(word, &end, 10);
    return end == word + length && number >= 1 && number <= t->cols ? (size_t)number - 1 : SIZE_MAX;
}

static lh_status refuse_name(lh_ctx *c, const lhi_table *t, const char *option, const char *word,
                             size_t length)
{
    const char *copy = lhi_strf(c, "%.*s", (int)length, word);
    const char *near = copy ? lhi_nearest(copy, column_name, t->column, t->cols) : NULL;
    char shown[48], other[48];

    return lhi_fail(c, LH_EUSAGE,
                    near && near[0]
                        ? lhi_strf(c, "did you mean %s?",
                                   lhi_legible(other, sizeof other, near, strlen(near)))
                        : t->column[0].name || t->cols > 1
                              ? lhi_strf(c, "its columns can be named, or numbered 1 to %zu",
                                         t->cols)
                              : NULL,
                    "%s: %s has no column '%s'", option, t->name,
                    lhi_legible(shown, sizeof shown, word, length));
}

/* Gives a role to each column of a list. */
static lh_status take_list(lh_ctx *c, const lhi_table *t, const char *option, const char *list,
                           enum lhi_purpose give, enum lhi_purpose *role)
{
    size_t whole;

    if (!list || !list[0])
        return LH_OK;
    /* A name may have commas in it: alone it is looked for as it stands. */
    whole = column_of(t, list, strlen(list));
    if (whole != SIZE_MAX) {
        role[whole] = give;
        return LH_OK;
    }
    for (const char *at = list;; at++) {
        const size_t length = strcspn(at, ",");
        const size_t column = column_of(t, at, length);

        if (column == SIZE_MAX)
            return refuse_name(c, t, option, at, length);
        role[column] = give;
        at += length;
        if (!*at)
            return LH_OK;
    }
}

static lh_status take_labels(lh_ctx *c, const lhi_table *t, const lh_reading *how,
                             enum lhi_purpose *role)
{
    const size_t first = t->label < 0 ? t->cols - t->labels : (size_t)t->label;

    if (how->label && how->label[0])
        return take_list(c, t, "--label", how->label, LHI_LABEL, role);
    for (size_t j = 0; j < t->labels; j++)
        role[first + j] = LHI_LABEL;
    return LH_OK;
}

/* The one column of an option, which nothing else may be. */
static lh_status take_one(lh_ctx *c, const lhi_table *t, const char *option, const char *name,
                          enum lhi_purpose give, enum lhi_purpose *role)
{
    const size_t column = name && name[0] ? column_of(t, name, strlen(name)) : SIZE_MAX;
    char text[80];

    if (!name || !name[0])
        return LH_OK;
    if (column == SIZE_MAX)
        return refuse_name(c, t, option, name, strlen(name));
    if (role[column] != LHI_FEATURE && role[column] != LHI_UNUSED)
        return lhi_fail(c, LH_EUSAGE, "give --label, --weight and --group columns of their own",
                        "%s: %s of %s has another use already", option,
                        lhi_column_text(t, column, text, sizeof text), t->name);
    role[column] = give;
    return LH_OK;
}

static lh_status check(lh_ctx *c, const lhi_table *t, const enum lhi_purpose *role)
{
    size_t features = 0, labels = 0;

    for (size_t j = 0; j < t->cols; j++) {
        features += role[j] == LHI_FEATURE;
        labels += role[j] == LHI_LABEL;
    }
    if (labels == 0)
        return lhi_fail(c, LH_EUSAGE, "--label=NAME says which column it is",
                        "%s: --drop leaves no column of labels", t->name);
    if (features == 0)
        return lhi_fail(c, LH_EUSAGE, "drop fewer columns, or name others with --only",
                        "%s: no column of features is left", t->name);
    return LH_OK;
}

lh_status lhi_choose(lh_ctx *c, const lhi_table *t, const lh_reading *how, enum lhi_purpose *role)
{
    const int only = how->only && how->only[0];
    char text[80];

    for (size_t j = 0; j < t->cols; j++)
        role[j] = only || t->column[j].counts ? LHI_UNUSED : LHI_FEATURE;
    if (take_list(c, t, "--only", how->only, LHI_FEATURE, role) != LH_OK ||
        take_labels(c, t, how, role) != LH_OK ||
        take_one(c, t, "--weight", how->weight, LHI_WEIGHT, role) != LH_OK ||
        take_one(c, t, "--group", how->group, LHI_GROUP, role) != LH_OK ||
        take_list(c, t, "--drop", how->drop, LHI_UNUSED, role) != LH_OK ||
        check(c, t, role) != LH_OK)
        return c->status;
    for (size_t j = 0; j < t->cols; j++)
        if (t->column[j].counts && role[j] == LHI_UNUSED)
            lh_say(c, "%s: %s has no name and holds the names of the rows: it is left out",
                   t->name, lhi_column_text(t, j, text, sizeof text));
    return LH_OK;
}
