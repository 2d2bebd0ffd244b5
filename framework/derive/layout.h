/* layout.h -- where each node of a tape stands in a drawing of it. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_LAYOUT_H
#define LHI_LAYOUT_H

#include "framework/derive/document.h"

/* A node, or a point (node LHI_NONE) that an edge over several layers goes through. */
typedef struct lhi_item {
    uint32_t node;
    size_t layer;
    double x, width; /* of its middle */
    double wish;     /* where its neighbours are */
    double weight;   /* how much that counts: leaves give way to what is on the way to L */
} lhi_item;

typedef struct lhi_link {
    size_t from, to; /* items */
} lhi_link;

/* Items that touch, moved as one: where their first stands is a weighted mean. */
typedef struct lhi_pack {
    double sum, weight;
    size_t first;
} lhi_pack;

typedef struct lhi_layout {
    lh_ctx *c;
    lhi_item *item;
    lhi_link *link;
    size_t items, item_room, links, link_room;
    size_t layers;
    lhi_pack *pack;        /* of one layer, while it is placed */
    size_t *order, *first; /* items by layer, left to right; the first of each layer */
    double width;
} lhi_layout;

/* Layers from the leaves down to the loss; 0 when memory ran out.  width: of a node's box. */
int lhi_layout_make(lhi_layout *g, lhi_document *d, double (*width)(lhi_document *d, uint32_t id));
void lhi_layout_free(lhi_layout *g);

/* The lines of a node's box: what it is, its shape, its value or the range of its values
 * ("" without data). */
enum { LHI_BOX_LINES = 3 };
void lhi_box_text(lhi_document *d, uint32_t id, char line[LHI_BOX_LINES][160]);

#endif
