/* layout.c -- a drawing in layers: few crossings, edges nearly straight. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SWEEPS = 12, LONGEST = 16 }; /* layers that an edge goes through by points */
static const double gap = 24;

void lhi_box_text(lhi_document *d, uint32_t id, char line[LHI_BOX_LINES][160])
{
    const lhi_node *n = &d->t->node[id];
    const char *kind = n->kind == LHI_INPUT ? "input" : n->kind == LHI_PARAM ? "parameter"
                                                      : lhi_node_op(n)->name;
    const lh_slot *a = d->w ? &d->w->slot[id] : NULL;
    const double *x = a ? a->value : NULL;
    double least = (double)INFINITY, most = -(double)INFINITY, sum = 0;
    char shape[60];

    line[2][0] = 0;
    snprintf(line[0], sizeof line[0], "%s%s%s", n->name ? n->name : "", n->name ? " = " : "", kind);
    if (n->kind != LHI_OP)
        snprintf(line[0], sizeof line[0], "%s", n->name);
    snprintf(line[1], sizeof line[1], "%s",
             lhi_shape_text(n->rows, n->cols, shape, sizeof shape));
    for (size_t i = 0; x && i < a->rows * a->cols; i++) {
        least = fmin(least, x[i]);
        most = fmax(most, x[i]);
        sum += x[i];
    }
    if (x && a->rows * a->cols == 1)
        lhi_format(line[2], sizeof line[2], "%.6g", x[0]);
    else if (x && a->rows * a->cols > 1)
        lhi_format(line[2], sizeof line[2], "%.3g to %.3g, mean %.3g", least, most,
                   sum / (double)(a->rows * a->cols));
}

static size_t add_item(lhi_layout *g, uint32_t node, size_t layer, double width, double weight)
{
    if (lhi_grow(g->c, &g->item, &g->item_room, g->items + 1, sizeof *g->item) != 0)
        return 0;
    g->item[g->items] = (lhi_item){.node = node, .layer = layer, .width = width,
                                     .weight = weight};
    return g->items++;
}

static void add_link(lhi_layout *g, size_t from, size_t to)
{
    if (lhi_grow(g->c, &g->link, &g->link_room, g->links + 1, sizeof *g->link) == 0)
        g->link[g->links++] = (lhi_link){from, to};
}

static int operands(const lhi_document *d, uint32_t id)
{
    const lhi_node *n = &d->t->node[id];

    return lhi_arity(n);
}

/* An op stands below its operands, a leaf just above its first user. */
static void give_layers(lhi_layout *g, lhi_document *d, size_t *layer)
{
    for (size_t i = 0; i < d->p->count; i++) {
        const uint32_t id = d->p->order[i];

        layer[id] = d->t->node[id].kind == LHI_OP ? 1 : 0;
        for (int k = 0; k < operands(d, id); k++)
            if (layer[d->t->node[id].in[k]] >= layer[id])
                layer[id] = layer[d->t->node[id].in[k]] + 1;
        if (layer[id] >= g->layers)
            g->layers = layer[id] + 1;
    }
    for (size_t i = d->p->count; i-- > 0;)
        for (int k = 0; k < operands(d, d->p->order[i]); k++) {
            const uint32_t in = d->t->node[d->p->order[i]].in[k];

            if (d->t->node[in].kind != LHI_OP)
                layer[in] = layer[d->p->order[i]] - 1;
        }
}

/* An edge, with a point in each layer that it goes through. */
static void add_edge(lhi_layout *g, size_t from, size_t to)
{
    const size_t top = g->item[from].layer, bottom = g->item[to].layer;

    for (size_t layer = top + 1; layer < bottom && bottom - top <= LONGEST; layer++) {
        const size_t point = add_item(g, LHI_NONE, layer, 0, 4);

        add_link(g, from, point);
        from = point;
    }
    add_link(g, from, to);
}

static void add_all(lhi_layout *g, lhi_document *d, const size_t *layer, size_t *item_of,
                    double (*width)(lhi_document *d, uint32_t id))
{
    for (size_t i = 0; i < d->p->count; i++) {
        const uint32_t id = d->p->order[i];

        item_of[id] = add_item(g, id, layer[id], width(d, id),
                               d->t->node[id].kind == LHI_OP ? 16 : 1);
    }
    for (size_t i = 0; i < d->p->count && lhi_ok(g->c); i++)
        for (int k = 0; k < operands(d, d->p->order[i]); k++)
            add_edge(g, item_of[d->t->node[d->p->order[i]].in[k]], item_of[d->p->order[i]]);
}

static int by_layer(lhi_layout *g)
{
    size_t n = 0;

    g->order = lhi_alloc_array(g->c, g->items + 1, sizeof *g->order);
    g->first = lhi_alloc_array(g->c, g->layers + 1, sizeof *g->first);
    g->pack = lhi_alloc_array(g->c, g->items + 1, sizeof *g->pack);
    for (size_t layer = 0; lhi_ok(g->c) && layer < g->layers; layer++) {
        g->first[layer] = n;
        for (size_t i = 0; i < g->items; i++)
            if (g->item[i].layer == layer)
                g->order[n++] = i;
        g->first[layer + 1] = n;
    }
    return lhi_ok(g->c);
}

/* Where the neighbours of each item are in the mean: those above, below or both. */
static void find_wishes(lhi_layout *g, int above, int below, double *count)
{
    for (size_t i = 0; i < g->items; i++)
        g->item[i].wish = count[i] = 0;
    for (size_t i = 0; i < g->links; i++) {
        lhi_item *from = &g->item[g->link[i].from], *to = &g->item[g->link[i].to];

        if (above)
            to->wish += from->weight * from->x, count[g->link[i].to] += from->weight;
        if (below)
            from->wish += to->weight * to->x, count[g->link[i].from] += to->weight;
    }
    for (size_t i = 0; i < g->items; i++)
        g->item[i].wish = count[i] > 0 ? g->item[i].wish / count[i] : g->item[i].x;
}

/* A stable sort of one layer by what its items wish. */
static void sort_layer(lhi_layout *g, size_t layer)
{
    for (size_t i = g->first[layer] + 1; i < g->first[layer + 1]; i++) {
        const size_t moved = g->order[i];
        size_t j = i;

        for (; j > g->first[layer] && g->item[g->order[j - 1]].wish > g->item[moved].wish; j--)
            g->order[j] = g->order[j - 1];
        g->order[j] = moved;
    }
}

static double apart(const lhi_layout *g, size_t i)
{
    return (g->item[g->order[i]].width + g->item[g->order[i + 1]].width) / 2 + gap;
}

/* As near to what each item wishes as its neighbours let it, by least squares: a wish that
 * another stands in the way of is shared (pool adjacent violators). */
static void place_layer(lhi_layout *g, size_t layer)
{
    const size_t from = g->first[layer], to = g->first[layer + 1];
    double offset = 0;
    size_t n = 0;

    for (size_t i = from; i < to; i++) {
        const lhi_item *item = &g->item[g->order[i]];

        g->pack[n++] = (lhi_pack){item->weight * (item->wish - offset), item->weight, i};
        for (; n > 1 && g->pack[n - 2].sum * g->pack[n - 1].weight >=
                            g->pack[n - 1].sum * g->pack[n - 2].weight; n--) {
            g->pack[n - 2].sum += g->pack[n - 1].sum;
            g->pack[n - 2].weight += g->pack[n - 1].weight;
        }
        offset += i + 1 < to ? apart(g, i) : 0;
    }
    offset = 0;
    for (size_t i = from, b = 0; i < to; i++) {
        b += b + 1 < n && g->pack[b + 1].first == i;
        g->item[g->order[i]].x = g->pack[b].sum / g->pack[b].weight + offset;
        offset += i + 1 < to ? apart(g, i) : 0;
    }
}

/* Sweeps down and up sort the layers; then they only move. */
static void arrange(lhi_layout *g, double *scratch)
{
    for (int sweep = 0; sweep < 2 * SWEEPS; sweep++) {
        const int sorts = sweep < SWEEPS;

        find_wishes(g, !sorts || sweep % 2 == 0, !sorts || sweep % 2 == 1, scratch);
        for (size_t layer = 0; layer < g->layers; layer++) {
            if (sorts)
                sort_layer(g, layer);
            place_layer(g, layer);
        }
    }
}

/* Moved so that the leftmost box begins at 0. */
static void measure(lhi_layout *g)
{
    double least = 0, most = 0;

    for (size_t i = 0; i < g->items; i++) {
        const double half = g->item[i].width / 2, x = g->item[i].x;

        least = i == 0 ? x - half : fmin(least, x - half);
        most = i == 0 ? x + half : fmax(most, x + half);
    }
    for (size_t i = 0; i < g->items; i++)
        g->item[i].x -= least;
    g->width = most - least;
}

int lhi_layout_make(lhi_layout *g, lhi_document *d, double (*width)(lhi_document *d, uint32_t id))
{
    size_t *layer = lhi_alloc_array(d->c, d->t->count, sizeof *layer);
    size_t *item_of = lhi_alloc_array(d->c, d->t->count, sizeof *item_of);
    double *scratch = NULL;

    *g = (lhi_layout){.c = d->c};
    if (layer && item_of) {
        give_layers(g, d, layer);
        add_all(g, d, layer, item_of, width);
        scratch = lhi_alloc_array(g->c, g->items + 1, sizeof *scratch);
    }
    if (scratch && by_layer(g)) {
        for (size_t l = 0; l < g->layers; l++) /* in a row, to begin with */
            for (size_t i = g->first[l]; i < g->first[l + 1]; i++)
                g->item[g->order[i]].wish = (double)(i - g->first[l]);
        for (size_t l = 0; l < g->layers; l++)
            place_layer(g, l);
        arrange(g, scratch);
        measure(g);
    }
    lhi_release(d->c, layer);
    lhi_release(d->c, item_of);
    lhi_release(d->c, scratch);
    return lhi_ok(d->c);
}

void lhi_layout_free(lhi_layout *g)
{
    lhi_release(g->c, g->item);
    lhi_release(g->c, g->link);
    lhi_release(g->c, g->order);
    lhi_release(g->c, g->first);
    lhi_release(g->c, g->pack);
}
