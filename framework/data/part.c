/* part.c -- rows read cell by cell, on any thread. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/part.h"

#include "framework/data/decimal.h"
#include "framework/system/mem.h"

#include <math.h>
#include <string.h>

lhi_rest lhi_row_at(const lhi_csv *r, const char *at, const char *end)
{
    int open;
    const char *stop = lhi_row_end(at, end, r->mark, &open);

    if (!stop)
        stop = end;
    if (stop > at && stop[-1] == '\r')
        stop--;
    return (lhi_rest){at, stop, r->mark};
}

const char *lhi_row_after(lhi_rest row, const char *end)
{
    const char *const stop = row.end + (row.end < end && *row.end == '\r');

    return stop < end ? stop + 1 : end;
}

lhi_rest lhi_part_row(const lhi_csv *r, const lhi_part *p, size_t row)
{
    lhi_rest line = lhi_row_at(r, p->at, p->end);

    for (; row > 0; row--)
        line = lhi_row_at(r, lhi_row_after(line, p->end), p->end);
    return line;
}

static size_t newlines(const char *at, const char *end)
{
    size_t lines = 0;

    for (; at < end; at++)
        lines += *at == '\n';
    return lines;
}

size_t lhi_part_line(const lhi_csv *r, const lhi_part *p, size_t row)
{
    return p->line + newlines(p->at, lhi_part_row(r, p, row).at);
}

static int keep_text(lhi_part *p, const lhi_cell *cell, size_t at, size_t column)
{
    if (p->texts == p->room) {
        const size_t room = p->room ? 2 * p->room : 1024;
        lhi_spelt *more = lhi_mem_alloc_later(room * sizeof *more);

        if (!more) {
            p->poor = 1;
            return 0;
        }
        if (p->texts > 0)
            memcpy(more, p->text, p->texts * sizeof *more);
        lhi_mem_free(p->text);
        p->text = more;
        p->room = room;
    }
    p->text[p->texts++] = (lhi_spelt){*cell, at, (uint32_t)column};
    return 1;
}

enum found { BAD, EMPTY, FILLED };

/* A cell that is not simply a number; `value` is what the table gets. */
static enum found take_odd(const lhi_csv *r, lhi_part *p, const lhi_cell *cell, size_t column,
                           double *value)
{
    const enum lhi_cell_kind kind = lhi_cell_read(cell, r->point, value);
    lhi_tally *t = &p->tally[column];

    if (kind == LHI_CELL_NUMBER)
        return FILLED;
    if (r->strict)
        return BAD;
    *value = (double)NAN;
    if (lhi_cell_is_missing(cell, kind)) {
        if (t->missing++ == 0)
            t->missing_line = (uint32_t)p->now;
        return EMPTY;
    }
    if (t->odd++ == 0) {
        t->odd_line = (uint32_t)p->now;
        t->odd_cell = *cell;
    }
    return FILLED;
}

static void note_beyond(lhi_part *p, const lhi_cell *cell, size_t row, size_t column)
{
    if (p->beyond++ > 0)
        return;
    p->beyond_row = (uint32_t)row;
    p->beyond_column = (uint32_t)column;
    p->beyond_cell = *cell;
}

int lhi_row_put(const lhi_csv *r, size_t at, double value)
{
    if (r->table->type == LH_F64) {
        ((double *)r->table->cell)[at] = value;
        return 1;
    }
    ((float *)r->table->cell)[at] = (float)value;
    return isfinite((float)value) || !isfinite(value);
}

/* 0 where the row cannot be read: what is wrong with it is found out when it is told. */
static int take_row(const lhi_csv *r, lhi_part *p, lhi_rest line, size_t row)
{
    const size_t first = (p->row + row) * r->width;
    size_t column = 0;

    for (; line.at; column++) {
        lhi_cell cell = {line.at, 0, 0};
        enum found found = FILLED;
        double value;
        const char *const stop = lhi_decimal_read(line.at, line.end, r->point, &value);

        if (column == r->width)
            return 0;
        if (stop && (stop == line.end || *stop == r->mark) && isfinite(value)) {
            cell.size = (size_t)(stop - cell.at);
            line.at = stop < line.end ? stop + 1 : NULL;
        } else {
            if (lhi_cell_next(&line, &cell))
                return 0;
            found = take_odd(r, p, &cell, column, &value);
        }
        if (found == BAD)
            return 0;
        if (r->seen[column].text) {
            if (found == FILLED && !keep_text(p, &cell, first + column, column))
                return 0;
        } else if (cell.size > 15 && found == FILLED && lhi_cell_is_beyond(&cell, value))
            note_beyond(p, &cell, row, column);
        if (r->strict && !line.at && column + 1 == r->width) {
            if (value != 0 && value != 1)
                return 0;
            value = value == 1; /* no negative zero */
        }
        if (!lhi_row_put(r, first + column, value))
            return 0;
    }
    return column == r->width;
}

void lhi_part_read(const lhi_csv *r, lhi_part *p)
{
    const char *at = p->at;

    for (size_t row = 0; row < p->piece->rows; row++) {
        const lhi_rest line = lhi_row_at(r, at, p->end);

        if (!take_row(r, p, line, row)) {
            p->bad_row = (int64_t)row;
            return;
        }
        at = lhi_row_after(line, p->end);
        /* Where quotes hold newlines a row has several lines. */
        p->now += p->piece->rows == p->piece->lines ? 1 : 1 + newlines(line.at, line.end);
    }
}
