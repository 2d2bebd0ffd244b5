/* suspect.c -- what a file says without meaning it: an index among the features, a lost digit. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include "framework/base/quote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FEW_ROWS = 10, /* below it a column may count by chance */
    MOST_TOLD = 8  /* columns of which the same is said */
};

/* A column's name and where it is. */
typedef struct named {
    lhi_cell cell;
    size_t column;
} named;

static int by_name(const void *left, const void *right)
{
    const named *l = left, *r = right;
    const size_t size = l->cell.size < r->cell.size ? l->cell.size : r->cell.size;
    const int order = memcmp(l->cell.at, r->cell.at, size);

    if (order != 0)
        return order;
    if (l->cell.size != r->cell.size)
        return l->cell.size < r->cell.size ? -1 : 1;
    return l->column < r->column ? -1 : l->column > r->column;
}

static int same_name(const named *a, const named *b)
{
    return a->cell.size > 0 && a->cell.size == b->cell.size &&
           memcmp(a->cell.at, b->cell.at, a->cell.size) == 0;
}

static void look_for_twins(const lhi_csv *r)
{
    named *list = r->names.at ? lhi_alloc_array(r->c, r->width, sizeof *list) : NULL;
    char name[LHI_SHOWN_CELL + 4];
    lhi_rest line = r->names;
    size_t twins = 0, first = 0;

    if (!list)
        return;
    for (size_t i = 0; i < r->width && line.at; i++) {
        lhi_cell_next(&line, &list[i].cell);
        list[i].column = i + 1;
    }
    qsort(list, r->width, sizeof *list, by_name);
    for (size_t i = 1; i < r->width; i++)
        if (same_name(&list[i - 1], &list[i]) && twins++ == 0)
            first = i;
    if (twins > 0)
        lhi_warn(r->c, "%s: columns %zu and %zu have one name,%s: both are read as they stand; was "
                 "one of them meant to be another?", r->path, list[first - 1].column,
                 list[first].column, lhi_name_of(r, list[first].column, name));
    lhi_release(r->c, list);
}

/* Each row has the number of the row before, and one more. */
static int counts(const lhi_table *t, size_t column)
{
    double last = lhi_table_at(t, 0, column);

    if (t->rows < FEW_ROWS || t->column[column].text || last != floor(last))
        return 0;
    for (size_t i = 1; i < t->rows; i++) {
        const double now = lhi_table_at(t, i, column);

        if (now - last != 1)
            return 0;
        last = now;
    }
    return 1;
}

static int is_whole(const lhi_table *t)
{
    for (size_t i = 0; i < t->rows; i++) {
        const double x = lhi_table_at(t, i, 0);

        if (x != floor(x))
            return 0;
    }
    return 1;
}

/* pandas and R write the index of the rows as a first column, with "" for its name; pandas calls
 * it "Unnamed: 0" when it has read that. */
static int has_no_name(const lhi_csv *r)
{
    lhi_rest line = r->names;
    lhi_cell cell = {NULL, 0, 0};

    if (!line.at || lhi_cell_next(&line, &cell))
        return 0;
    return cell.size == 0 || (cell.size == 10 && memcmp(cell.at, "Unnamed: 0", 10) == 0);
}

static lh_status look_for_index(const lhi_csv *r)
{
    static const char form[] = "cut %s-f2- %s > new.csv leaves it out; pandas writes none with "
                               "index=False, R with row.names = FALSE";
    const lhi_table *t = r->table;
    const int nameless = has_no_name(r);
    char name[LHI_SHOWN_CELL + 4];

    if (nameless && !r->strict) {
        t->column[0].counts = 1;
        return LH_OK;
    }
    if (nameless && counts(t, 0))
        return lhi_fail(r->c, LH_EDATA, lhi_strf(r->c, form, lhi_mark_of(r)->cut, r->word),
                        "%s: column 1 has no name and counts the rows, %g, %g, %g...: it is an "
                        "index and no feature", r->path, lhi_table_at(t, 0, 0),
                        lhi_table_at(t, 1, 0), lhi_table_at(t, 2, 0));
    if (nameless && is_whole(t))
        lhi_warn(r->c, "%s: column 1 has no name and holds whole numbers: is it an index and no "
                 "feature?  cut %s-f2- %s > new.csv leaves it out", r->path,
                 lhi_mark_of(r)->cut, r->word);
    for (size_t j = 0, told = 0; j + 1 < r->width && told < MOST_TOLD; j++)
        if (counts(t, j) && ++told)
            lhi_warn(r->c, "%s: column %zu%s counts the rows, %g, %g, %g...: is it an index and no "
                     "feature?  cut %s--complement -f%zu %s > new.csv leaves it out", r->path,
                     j + 1, lhi_name_of(r, j + 1, name), lhi_table_at(t, 0, j),
                     lhi_table_at(t, 1, j), lhi_table_at(t, 2, j),
                     lhi_mark_of(r)->cut, j + 1, r->word);
    return r->c->status;
}

static void look_at_digits(const lhi_csv *r)
{
    char text[LHI_SHOWN_CELL], name[LHI_SHOWN_CELL + 4];
    double value = 0;

    if (r->beyond == 0)
        return;
    lhi_cell_read(&r->beyond_cell.cell, r->point, &value);
    lhi_warn(r->c, "%s line %zu, column %zu%s: '%s' is read as %.0f: a double has no whole numbers "
             "this close beyond 2^53 (%zu cells); if it names something, leave the column out (cut "
             "%s--complement -f%zu %s > new.csv), if it measures, nothing is lost", r->path,
             r->beyond_line, r->beyond_column, lhi_name_of(r, r->beyond_column, name),
             lhi_legible(text, sizeof text, r->beyond_cell.cell.at, r->beyond_cell.cell.size),
             value, r->beyond, lhi_mark_of(r)->cut, r->beyond_column, r->word);
}

/* Texts that a person would call numbers: as texts each is a thing of its own. */
static int look_at_texts(const lhi_csv *r, size_t column)
{
    const lhi_column *k = &r->table->column[column];
    char text[LHI_SHOWN_CELL], name[LHI_SHOWN_CELL + 4];
    size_t numbers = 0, first = 0;

    for (size_t i = 0; i < k->values; i++)
        if (lhi_number_but_for(&(lhi_cell){k->value[i], strlen(k->value[i]), 0}) &&
            numbers++ == 0)
            first = i;
    if (numbers <= k->values / 2)
        return 0;
    lhi_warn(r->c, "%s: column %zu%s is read as text: '%s' %s; write its numbers without, or "
             "leave it out", r->path, column + 1, lhi_name_of(r, column + 1, name),
             lhi_legible(text, sizeof text, k->value[first], strlen(k->value[first])),
             lhi_number_but_for(&(lhi_cell){k->value[first], strlen(k->value[first]), 0}));
    return 1;
}

/* Numbers of columns as pandas writes them are a good row where there is one feature. */
static void look_at_first_row(const lhi_csv *r)
{
    const lhi_table *t = r->table;

    if (r->width == 2 && r->first == 1 && lhi_table_at(t, 0, 0) == 0 &&
        lhi_table_at(t, 0, 1) == 1 && lhi_table_at(t, 1, 0) != 1)
        lhi_warn(r->c, "%s: line 1, 0 and 1, was read as a row; if these are the numbers of the "
                 "columns, as pandas writes them, take the line out: tail -n +2 %s > new.csv",
                 r->path, r->word);
}

lh_status lhi_look_over(const lhi_csv *r)
{
    if (look_for_index(r) != LH_OK)
        return r->c->status;
    look_for_twins(r);
    look_at_digits(r);
    for (size_t j = 0, told = 0; j < r->width && told < MOST_TOLD; j++)
        if (r->table->column[j].text)
            told += (size_t)look_at_texts(r, j);
    look_at_first_row(r);
    return r->c->status;
}
