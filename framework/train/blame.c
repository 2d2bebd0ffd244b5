/* blame.c -- which op of a step makes a number that is not finite, where, and of what. */
/* SPDX-License-Identifier: MIT */
#include "framework/train/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A step once more, with every value and gradient kept. */
typedef struct blame {
    lh_run *r;
    lhi_plan *p;
    lhi_ws *w;
    size_t from;   /* of the epoch's order, row 0 of the batch */
    lhi_text *out;
} blame;

static size_t first_nonfinite(const blame *b, const void *array, size_t count)
{
    size_t i = 0;

    for (; i < count; i++) {
        const lh_wide x = lhi_get(b->w->type, array, i);

        if (!(x - x == 0))
            break;
    }
    return i;
}

/* "[64 x 16]" */
static void add_shape(const blame *b, const lh_slot *a)
{
    lhi_text_add(b->out, "[%zu x %zu]", a->rows, a->cols);
}

/* Of the batch's row the row of the file, counted from 1. */
static void add_file_row(const blame *b, uint32_t node, size_t row)
{
    const lh_run *r = b->r;

    if (lhi_is_batch(&b->r->t->node[node]))
        lhi_text_add(b->out, " (row %lu of %s)",
                     (unsigned long)r->d->row[r->order ? r->order[b->from + row] : b->from + row] +
                         1,
                     r->d->name);
}

/* Smallest and largest of rows i0..i1-1, columns j0..j1-1. */
static void add_range(const blame *b, const lh_slot *a, const void *array, lh_tile t)
{
    double least = (double)INFINITY, most = -(double)INFINITY;

    for (size_t i = t.i0; i < t.i1; i++)
        for (size_t j = t.j0; j < t.j1; j++) {
            const double x = (double)lhi_get(b->w->type, array, i * a->cols + j);

            least = x < least ? x : least;
            most = x > most ? x : most;
        }
    lhi_text_add(b->out, " from %.9g to %.9g", least, most);
}

/* An array that an op was given, as far as it tells of one place of what was made: all of it, and
 * the row, the column or the one element that stands there. */
static void add_operand(const blame *b, const char *name, const lh_slot *a, const void *array,
                        const lh_slot *made, size_t row, size_t col)
{
    const int same_row = a->rows == made->rows, same_col = a->cols == made->cols;
    const size_t i = same_row ? row : 0, j = same_col ? col : 0;

    lhi_text_add(b->out, "\n    %s ", name);
    add_shape(b, a);
    add_range(b, a, array, (lh_tile){0, a->rows, 0, a->cols});
    if (a->rows * a->cols == 1)
        return;
    if ((same_row || a->rows == 1) && (same_col || a->cols == 1)) {
        lhi_text_add(b->out, "; %.9g at row %zu, column %zu",
                     (double)lhi_get(b->w->type, array, i * a->cols + j), i, j);
    } else if (same_row) {
        lhi_text_add(b->out, "; row %zu", row);
        add_range(b, a, array, (lh_tile){row, row + 1, 0, a->cols});
    } else if (same_col) {
        lhi_text_add(b->out, "; column %zu", col);
        add_range(b, a, array, (lh_tile){0, a->rows, col, col + 1});
    }
}

static void add_operands(const blame *b, uint32_t id, const lh_slot *made, size_t row, size_t col)
{
    const lhi_node *n = &b->r->t->node[id];
    char name[120];

    for (int k = 0; k < lhi_arity(n); k++)
        add_operand(b, lhi_node_text(b->r->t, n->in[k], name, sizeof name), &b->w->slot[n->in[k]],
                    b->w->slot[n->in[k]].value, made, row, col);
}

/* The line of the network that an op is, with its number. */
static void add_line(const blame *b, uint32_t id)
{
    char *text = lhi_listing(b->r->t, b->p), *at = text;
    size_t line = 0;

    while (line < b->p->count && b->p->order[line] != id)
        line++;
    for (size_t i = 0; at && i < line; i++)
        at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    if (at)
        lhi_text_add(b->out, "line %zu of the network: %.*s", line + 1, (int)strcspn(at, "\n"),
                     at);
    lhi_release(b->r->c, text);
}

/* An op that sums over rows makes its number of a term of each row. */
static int blame_terms(const blame *b, uint32_t id)
{
    const lh_slot *first = &b->w->slot[b->r->t->node[id].in[0]];
    const size_t i = first_nonfinite(b, b->w->terms[id], first->rows);

    if (i == first->rows) {
        lhi_text_add(b->out, "\n  it sums over rows: each term is finite, and the sum is not");
        return 0;
    }
    lhi_text_add(b->out, "\n  it sums over rows, and the term of row %zu is %.9g", i,
                 (double)lhi_get(b->w->type, b->w->terms[id], i));
    add_file_row(b, b->r->t->node[id].in[0], i);
    add_operands(b, id, &(lh_slot){.rows = first->rows, .cols = SIZE_MAX}, i, 0);
    return 1;
}

static int blame_forward(const blame *b)
{
    for (size_t i = 0; i < b->p->forwards; i++) {
        const lhi_act *a = &b->p->act[i];
        const lh_slot *made = &b->w->slot[a->node];
        const int terms = lhi_op_of(b->w, a->node)->terms;
        size_t at;

        lhi_run_act(b->w, i, NULL, 0, 1);
        if (a->kind == LHI_FORWARD && terms)
            continue; /* its output comes with the finish */
        at = first_nonfinite(b, made->value, lhi_cells(made));
        if (at == lhi_cells(made))
            continue;
        lhi_text_add(b->out, "The first op that makes a number that is not finite, of finite ones, "
                             "is in the forward\npass:\n  ");
        add_line(b, a->node);
        if (terms && blame_terms(b, a->node))
            return 1;
        lhi_text_add(b->out, "\n  %.9g at row %zu, column %zu",
                     (double)lhi_get(b->w->type, made->value, at), at / made->cols,
                     at % made->cols);
        add_file_row(b, a->node, at / made->cols);
        add_operands(b, a->node, made, at / made->cols, at % made->cols);
        return 1;
    }
    return 0;
}

static int blame_backward(const blame *b)
{
    lh_tape *t = b->r->t;

    lhi_set(b->w->type, b->w->slot[b->p->root].grad, 0, 1); /* dL/dL */
    for (size_t i = b->p->forwards; i < b->p->acts; i++) {
        const lhi_act *a = &b->p->act[i];
        const uint32_t id = t->node[a->node].in[a->operand];
        const lh_slot *to = &b->w->slot[id], *of = &b->w->slot[a->node];
        char name[120], text[130];
        size_t at;

        lhi_run_act(b->w, i, NULL, 0, 1);
        at = first_nonfinite(b, to->grad, lhi_cells(to));
        if (at == lhi_cells(to))
            continue;
        lhi_text_add(b->out, "The loss is finite.  The first op that makes a number that is not "
                             "finite, of finite ones,\nis in the backward pass:\n  ");
        add_line(b, a->node);
        lhi_text_add(b->out, "\n  gives %s the gradient %.9g at row %zu, column %zu",
                     lhi_node_text(t, id, name, sizeof name),
                     (double)lhi_get(b->w->type, to->grad, at), at / to->cols, at % to->cols);
        add_file_row(b, id, at / to->cols);
        snprintf(text, sizeof text, "d/d %s", lhi_node_text(t, a->node, name, sizeof name));
        add_operand(b, text, of, of->grad, to, at / to->cols, at % to->cols);
        add_operands(b, a->node, to, at / to->cols, at % to->cols);
        return 1;
    }
    return 0;
}

int lhi_run_blame(lh_run *r, long step, size_t from, size_t to, lhi_text *out)
{
    blame b = {.r = r, .from = from, .out = out,
               .p = lhi_plan_new(r->t, r->p->root, LHI_KEEP_ALL)};
    int found = 0;

    b.w = b.p ? lhi_ws_new(r->t, b.p, r->w->type, to - from, 1, LHI_WS_GRADIENTS | LHI_WS_TRAINS)
              : NULL;
    if (b.w) {
        b.w->step = (uint64_t)step;
        lhi_feed_rows(&r->feed, b.w, r->d, r->order, from, to, 0, 1);
        found = blame_forward(&b) || blame_backward(&b);
        lhi_ws_free(b.w);
    }
    if (b.p)
        lhi_plan_free(r->c, b.p);
    return found;
}
