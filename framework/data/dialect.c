/* dialect.c -- what stands between the cells of a file, and before the fractions of its numbers. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/csv.h"

#include <string.h>

enum { LINES = 10 }; /* so many are looked at */

/* How the first rows look when they are cut at a mark. */
typedef struct view {
    size_t alike;          /* rows with as many cells as the second one */
    size_t cells, numbers; /* of all; missing cells are among the numbers */
    size_t points, commas; /* numbers that need one or the other */
    size_t marks;          /* in the second row */
} view;

static size_t cells_of(lhi_rest line)
{
    lhi_cell cell;
    size_t cells = 0;

    for (; line.at; cells++)
        if (lhi_cell_next(&line, &cell))
            return 0;
    return cells;
}

static void look_at(view *v, lhi_rest line)
{
    lhi_cell cell;
    double value;

    while (line.at && !lhi_cell_next(&line, &cell)) {
        const enum lhi_cell_kind kind = lhi_cell_read(&cell, '.', &value);
        const int number = kind == LHI_CELL_NUMBER || kind == LHI_CELL_MISSING;
        const int comma = !number && line.mark != ',' &&
                          lhi_cell_read(&cell, ',', &value) == LHI_CELL_NUMBER;

        v->points += number && memchr(cell.at, '.', cell.size) != NULL;
        v->commas += (size_t)comma;
        v->numbers += (size_t)(number || comma);
    }
}

static view look(const lhi_csv *r, char mark)
{
    lhi_rest line[LINES];
    const char *at = r->at;
    size_t count = 0, wanted;
    view v = {0};

    while (count < LINES && at && at < r->end) {
        int open;
        const char *const stop = lhi_row_end(at, r->end, mark, &open);

        line[count] = (lhi_rest){at, stop ? stop : r->end, mark};
        if (line[count].end > at && line[count].end[-1] == '\r')
            line[count].end--;
        count++;
        at = stop ? stop + 1 : NULL;
    }
    wanted = count > 0 ? cells_of(line[count > 1]) : 0;
    v.marks = wanted > 0 ? wanted - 1 : 0;
    for (size_t i = 0; i < count; i++) {
        const size_t cells = cells_of(line[i]);

        v.alike += cells == wanted;
        v.cells += cells;
        if (cells == wanted)
            look_at(&v, line[i]);
    }
    return v;
}

/* More rows alike, or as many and a larger part of numbers. */
static int is_better(const view *a, const view *b)
{
    if (a->marks == 0 || b->marks == 0)
        return a->marks > 0 && b->marks == 0;
    if (a->alike != b->alike)
        return a->alike > b->alike;
    return a->numbers * b->cells > b->numbers * a->cells;
}

void lhi_find_dialect(lhi_csv *r)
{
    static const char marks[] = ",;\t|"; /* of equals the first */
    view best = look(r, marks[0]);

    r->mark = marks[0];
    for (const char *mark = marks + 1; *mark; mark++) {
        const view v = look(r, *mark);

        if (is_better(&v, &best)) {
            best = v;
            r->mark = *mark;
        }
    }
    r->point = best.commas > 0 && best.points == 0 ? ',' : '.';
}
