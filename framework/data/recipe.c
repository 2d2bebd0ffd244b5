/* recipe.c -- what the columns of a file are made into: features, classes, values. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/recipe.h"

#include "framework/base/quote.h"

#include <math.h>
#include <string.h>

enum { FEW = 32 }; /* whole numbers that may be classes without being called so */

static void use(lhi_used *u, const lhi_table *t, size_t column)
{
    const lhi_column *k = &t->column[column];

    *u = (lhi_used){.name = k->name && k->name[0] ? k->name : NULL, .place = column,
                    .text = k->text, .width = 1};
    if (k->text) {
        u->value = k->value;
        u->values = k->values;
    }
}

static lh_status make_feature(lh_ctx *c, const lhi_table *t, lhi_recipe *r, lhi_used *u)
{
    const lhi_column *k = &t->column[u->place];
    char text[80];

    if (u->text && u->values > LHI_MOST_TEXTS)
        return lhi_fail(c, LH_EDATA,
                        lhi_strf(c, "--drop=%zu leaves it out; else give one name to all rare "
                                 "texts", u->place + 1),
                        "%s %s has %zu different texts: %d at most become columns of X", t->name,
                        lhi_column_text(t, u->place, text, sizeof text), u->values,
                        LHI_MOST_TEXTS);
    u->marks = r->missing == LH_MISSING_INDICATOR && k->missing > 0;
    u->first = r->cols;
    u->width = (u->text ? u->values : 1) + (size_t)u->marks;
    r->cols += u->width;
    if (r->cols <= LHI_MOST_COLS)
        return LH_OK;
    return lhi_fail(c, LH_EDATA, "--drop=NAME leaves a column out",
                    "%s: texts and missing cells make more than %d columns of features", t->name,
                    LHI_MOST_COLS);
}

/* The different numbers of a column, ascending; one more than `most` at most. */
static double *numbers_of(lh_ctx *c, const lhi_table *t, size_t column, size_t most, size_t *count)
{
    double *at = NULL;
    size_t room = 0;

    *count = 0;
    for (size_t i = 0; i < t->rows && *count <= most; i++) {
        const double x = lhi_table_at(t, i, column) + 0.0; /* no negative zero */
        size_t low = 0, high = *count;

        if (x != x)
            continue;
        while (low < high) {
            const size_t mid = (low + high) / 2;

            *(at[mid] < x ? &low : &high) = at[mid] < x ? mid + 1 : mid;
        }
        if (low < *count && at[low] == x)
            continue;
        if (lhi_grow(c, &at, &room, *count + 1, sizeof *at) != 0)
            return NULL;
        memmove(at + low + 1, at + low, (*count - low) * sizeof *at);
        at[low] = x;
        ++*count;
    }
    return at;
}

static int whole(const double *number, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (number[i] != floor(number[i]))
            return 0;
    return 1;
}

static int one_after_another(const double *number, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (number[i] != number[0] + (double)i)
            return 0;
    return whole(number, count);
}

/* What the labels of one column are where nobody says it, and why. */
static lh_labels guess(const lhi_table *t, const lhi_used *u, const char **why)
{
    *why = u->text ? "it has two texts" : "its numbers are 0 and 1";
    if (u->text && u->values <= 2)
        return LH_LABELS_BINARY;
    if (!u->text && u->values > 0 && u->values <= 2 && u->number[0] >= 0 &&
        u->number[u->values - 1] <= 1 && one_after_another(u->number, u->values))
        return LH_LABELS_BINARY;
    *why = u->text ? "it has more than two texts" : "its numbers are whole, one after another";
    if (u->text || (u->values > 1 && u->values <= FEW && one_after_another(u->number, u->values)))
        return LH_LABELS_CLASSES;
    *why = "its whole numbers stand in quotes, and those of other columns do not";
    if (t->column[u->place].quoted && u->values > 1 && u->values <= FEW &&
        whole(u->number, u->values))
        return LH_LABELS_CLASSES;
    if (u->values > FEW)
        *why = "there are more than 32 different numbers";
    else if (u->values == 1)
        *why = "all are one number";
    else
        *why = "its numbers are not whole ones without a gap (--labels=classes takes them for "
               "classes)";
    return LH_LABELS_VALUES;
}

static int has_both(const lhi_used *u)
{
    int both = 0;

    for (size_t i = 0; i < u->values; i++)
        both += u->number[i] == 0 || u->number[i] == 1;
    return both == 2;
}

/* Among labels 0 and 1 another one is a slip: it is told where it stands. */
static lh_status refuse_third(lh_ctx *c, const lhi_table *t, size_t column)
{
    char text[80], where[40];
    size_t row = 0;
    double x = 0;

    while (row < t->rows && ((x = lhi_table_at(t, row, column)) == 0 || x == 1 || x != x))
        row++;
    return lhi_fail(c, LH_EDATA, "--labels=classes takes more than two, --labels=values numbers",
                    "label %g at %s%s, %s: the others are 0 and 1", x, t->name,
                    lhi_row_text(t, row, where, sizeof where),
                    lhi_column_text(t, column, text, sizeof text));
}

/* One column of labels as the recipe says what they are. */
static lh_status check_label(lh_ctx *c, const lhi_table *t, const lhi_recipe *r, lhi_used *u)
{
    char text[80];

    lhi_column_text(t, u->place, text, sizeof text);
    if (t->column[u->place].missing == t->rows)
        return lhi_fail(c, LH_EDATA, "--label=NAME names another column",
                        "%s: the labels, %s, are all missing", t->name, text);
    if (r->labels == LH_LABELS_VALUES && u->text)
        return lhi_fail(c, LH_EUSAGE, "--labels=classes takes texts; --label=NAME names a column",
                        "%s %s has texts, and values to be predicted are numbers", t->name, text);
    if (r->labels == LH_LABELS_CLASSES && u->values > LHI_MOST_CLASSES)
        return lhi_fail(c, LH_EUSAGE, "--labels=values predicts numbers",
                        "%s %s has more than %d different labels: are these classes?", t->name,
                        text, LHI_MOST_CLASSES);
    if (r->labels == LH_LABELS_BINARY && u->values > 2 && !u->text && has_both(u))
        return refuse_third(c, t, u->place);
    if (r->labels == LH_LABELS_BINARY && u->values > 2)
        return lhi_fail(c, LH_EUSAGE, "--labels=classes takes more than two",
                        "%s %s has %s%zu different labels, and two can be 0 and 1", t->name, text,
                        u->values > LHI_MOST_CLASSES ? "more than " : "", u->values);
    if (r->labels == LH_LABELS_VALUES) {
        lhi_release(c, u->number);
        u->number = NULL;
        u->values = 0;
    }
    return LH_OK;
}

/* Labels 0 and 1 keep their numbers, also where a file has only one of them. */
static lh_status complete(lh_ctx *c, lhi_used *u)
{
    double *both;

    if (u->text || u->values == 0 || u->values > 2 || u->number[0] < 0 ||
        u->number[u->values - 1] > 1 || !one_after_another(u->number, u->values))
        return LH_OK;
    both = lhi_alloc_array(c, 2, sizeof *both);
    if (!both)
        return LH_ENOMEM;
    both[1] = 1;
    u->number = both;
    u->values = 2;
    return LH_OK;
}

/* Numbers that are classes are named as they are written. */
static lh_status name_numbers(lh_ctx *c, lhi_used *u)
{
    u->value = lhi_alloc_array(c, u->values, sizeof *u->value);
    for (size_t k = 0; u->value && k < u->values; k++) {
        char text[40];

        lhi_format(text, sizeof text, "%.15g", u->number[k]);
        u->value[k] = lhi_strdup(c, text);
        if (!u->value[k])
            return LH_ENOMEM;
    }
    return c->status;
}

static const char *list_values(lh_ctx *c, const lhi_used *u)
{
    lhi_text list = {.c = c};
    const char *text;

    for (size_t k = 0; k < u->values && k < 5; k++) {
        char shown[32];

        lhi_text_add(&list, "%s%s", k ? ", " : "",
                     lhi_legible(shown, sizeof shown, u->value[k], strlen(u->value[k])));
    }
    text = lhi_strf(c, "%s%s", list.at ? list.at : "", u->values > 5 ? ", ..." : "");
    lhi_text_free(&list);
    return text ? text : "";
}

static void tell(lh_ctx *c, const lhi_table *t, const lhi_recipe *r, const char *why)
{
    const lhi_used *u = &r->label[0];
    char text[80];

    lhi_column_text(t, u->place, text, sizeof text);
    if (r->targets > 1)
        lh_say(c, "%s: the labels are %zu columns of %s", t->name, r->targets,
               r->labels == LH_LABELS_VALUES ? "values" : "0 or 1");
    else if (r->labels == LH_LABELS_VALUES)
        lh_say(c, "%s: the labels are values, of %s: %s", t->name, text, why);
    else if (r->labels == LH_LABELS_CLASSES)
        lh_say(c, "%s: the labels are %zu classes, of %s (%s): %s", t->name, u->values, text,
               list_values(c, u), why);
    else
        lh_say(c, "%s: the labels are 0 and 1, of %s (%s): %s", t->name, text, list_values(c, u),
               why);
}

static void warn_of_one(lh_ctx *c, const lhi_table *t, const lhi_used *u)
{
    if (u->values == 1)
        lhi_warn(c, "%s: the label of all %zu rows is %s: there is nothing to tell apart, and AUC "
                 "means nothing; is it another column (--label=NAME)?", t->name, t->rows,
                 u->text ? u->value[0] : lhi_strf(c, "%g", u->number[0]));
}

static lh_status make_labels(lh_ctx *c, const lhi_table *t, lhi_recipe *r, lh_labels wanted)
{
    const char *why = "", *reason;

    r->labels = wanted;
    for (size_t k = 0; k < r->targets; k++) {
        lhi_used *u = &r->label[k];
        lh_labels one;

        u->first = k;
        if (!u->text)
            u->number = numbers_of(c, t, u->place, LHI_MOST_CLASSES, &u->values);
        if (!lhi_ok(c))
            return c->status;
        one = guess(t, u, &reason);
        if (wanted != LH_LABELS_AUTO)
            continue;
        if (k > 0 && one != r->labels)
            one = LH_LABELS_VALUES; /* columns side by side are of one kind */
        r->labels = one;
        why = reason;
    }
    if (r->targets > 1 && wanted == LH_LABELS_AUTO && r->labels == LH_LABELS_CLASSES)
        r->labels = LH_LABELS_VALUES;
    if (r->targets > 1 && r->labels == LH_LABELS_CLASSES)
        return lhi_fail(c, LH_EUSAGE, "--label=NAME names one",
                        "%s: classes stand in one column, and %zu are labels", t->name,
                        r->targets);
    for (size_t k = 0; k < r->targets; k++) {
        if (r->labels != LH_LABELS_VALUES)
            warn_of_one(c, t, &r->label[k]);
        if (r->labels == LH_LABELS_BINARY)
            complete(c, &r->label[k]);
        if (check_label(c, t, r, &r->label[k]) != LH_OK ||
            (r->label[k].number && name_numbers(c, &r->label[k]) != LH_OK))
            return c->status;
    }
    if (wanted == LH_LABELS_AUTO && !(r->plain && r->labels == LH_LABELS_BINARY))
        tell(c, t, r, why);
    return c->status;
}

static int is_plain(const lhi_table *t, const lhi_recipe *r)
{
    if (r->features + 1 != t->cols || r->targets != 1 || r->label[0].place != t->cols - 1 ||
        r->label[0].text)
        return 0;
    for (size_t k = 0; k < r->features; k++)
        if (r->feature[k].text || t->column[k].missing > 0)
            return 0;
    return 1;
}

static lh_status check_settings(lh_ctx *c, const lhi_table *t, const lhi_recipe *r)
{
    const int classes = r->labels != LH_LABELS_VALUES && r->targets == 1;

    if (r->balance && !classes)
        return lhi_fail(c, LH_EUSAGE, "leave --balance out, or give weights with --weight=COLUMN",
                        "%s: --balance weighs classes, and the labels are not one of several",
                        t->name);
    if (r->stratify && !classes)
        return lhi_fail(c, LH_EUSAGE, "leave --stratify out",
                        "%s: --stratify keeps the shares of classes, and the labels are not one "
                        "of several", t->name);
    if (r->stratify && r->group)
        return lhi_fail(c, LH_EUSAGE, "leave one of them out",
                        "%s: rows cannot be split by --group and --stratify at once", t->name);
    return LH_OK;
}

/* Puts each column where its role has it. */
static lh_status sort_out(lh_ctx *c, const lhi_table *t, lhi_recipe *r,
                          const enum lhi_purpose *role)
{
    r->feature = lhi_alloc_array(c, t->cols, sizeof *r->feature);
    r->label = lhi_alloc_array(c, t->cols, sizeof *r->label);
    r->weight = r->group = NULL;
    for (size_t j = 0; lhi_ok(c) && j < t->cols; j++) {
        lhi_used *u = role[j] == LHI_FEATURE ? &r->feature[r->features++]
                    : role[j] == LHI_LABEL   ? &r->label[r->targets++]
                    : role[j] == LHI_UNUSED  ? NULL
                                             : lhi_alloc(c, sizeof *u);

        if (!u)
            continue;
        use(u, t, j);
        if (role[j] == LHI_FEATURE)
            make_feature(c, t, r, u);
        else if (role[j] == LHI_WEIGHT)
            r->weight = u;
        else if (role[j] == LHI_GROUP)
            r->group = u;
    }
    return c->status;
}

const lhi_recipe *lhi_recipe_new(lh_ctx *c, const lhi_table *t, const lh_reading *how)
{
    lhi_recipe *r = lhi_alloc(c, sizeof *r);
    enum lhi_purpose *role = lhi_alloc_array(c, t->cols, sizeof *role);

    if (!r || !role)
        return NULL;
    r->missing = how->missing;
    r->scale = how->scale;
    r->balance = how->balance;
    r->stratify = how->stratify;
    if (lhi_choose(c, t, how, role) == LH_OK && sort_out(c, t, r, role) == LH_OK) {
        r->plain = is_plain(t, r);
        if (make_labels(c, t, r, how->labels) == LH_OK)
            check_settings(c, t, r);
    }
    lhi_release(c, role);
    return lhi_ok(c) ? r : NULL;
}
