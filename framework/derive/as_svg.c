/* as_svg.c -- the graph as a drawing: inputs and parameters above, the loss at the foot. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/layout.h"

#include <string.h>

static const double letter = 7.3, box = 56, layer_height = 92, margin = 16;

static double box_width(lhi_document *d, uint32_t id)
{
    char line[LHI_BOX_LINES][160];
    size_t most = 9;

    lhi_box_text(d, id, line);
    for (int i = 0; i < LHI_BOX_LINES; i++) {
        const size_t length = i == 0 ? strlen(line[i]) : strlen(line[i]) * 6 / 7;

        most = length > most ? length : most;
    }
    return letter * (double)most + 22;
}

static double top(const lhi_item *i)
{
    return margin + (double)i->layer * layer_height;
}

/* Down from one item to the next: to a box with an arrow, past a point straight on. */
static void add_link(lhi_text *t, const lhi_item *from, const lhi_item *to)
{
    const int to_box = to->node != LHI_NONE;
    const double y0 = top(from) + box, y1 = top(to) - (to_box ? 2 : 0), bend = (y1 - y0) / 2;

    lhi_text_add(t, "<path d=\"M %.1f %.1f C %.1f %.1f %.1f %.1f %.1f %.1f",
                 margin + from->x, y0, margin + from->x, y0 + bend, margin + to->x, y1 - bend,
                 margin + to->x, y1);
    if (to_box)
        lhi_text_add(t, "\" marker-end=\"url(#arrow)\"/>\n");
    else
        lhi_text_add(t, " V %.1f\"/>\n", y1 + box);
}

static void add_box(lhi_text *t, lhi_document *d, const lhi_item *i)
{
    static const char *const fill[] = {"#e8f1fa", "#fdf3e1", "#ffffff"};
    static const char *const edge[] = {"#5b8db8", "#c98f2b", "#707070"};
    const enum lhi_node_kind kind = d->t->node[i->node].kind;
    const double x = margin + i->x, y = top(i);
    char line[LHI_BOX_LINES][160];

    lhi_box_text(d, i->node, line);
    lhi_text_add(t, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%d\" "
                    "fill=\"%s\" stroke=\"%s\"/>\n",
                 x - i->width / 2, y, i->width, box, kind == LHI_OP ? 9 : 2, fill[kind],
                 edge[kind]);
    for (int k = 0; k < LHI_BOX_LINES; k++) {
        if (!line[k][0])
            continue;
        lhi_text_add(t, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y + 19 + 14.5 * k,
                     k == 0 ? " font-size=\"13\" font-weight=\"600\"" : " fill=\"#555555\"");
        lhi_add_plain(t, line[k], LHI_AS_HTML);
        lhi_text_add(t, "</text>\n");
    }
}

void lhi_as_svg(lhi_text *t, lhi_document *d)
{
    lhi_layout g;

    if (lhi_layout_make(&g, d, box_width)) {
        const double width = g.width + 2 * margin;
        const double height = 2 * margin + (double)(g.layers - 1) * layer_height + box;

        lhi_text_add(t, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                        "viewBox=\"0 0 %.0f %.0f\" font-family=\"Helvetica, Arial, sans-serif\" "
                        "font-size=\"11.5\" text-anchor=\"middle\">\n<title>",
                     width, height, width, height);
        lhi_add_title(t, d, LHI_AS_HTML);
        lhi_text_add(t, "</title>\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" "
                        "refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
                        "<path d=\"M 0 1 L 8 4 L 0 7 z\" fill=\"#8a8a8a\"/></marker></defs>\n"
                        "<g fill=\"none\" stroke=\"#8a8a8a\" stroke-width=\"1.2\">\n");
        for (size_t i = 0; i < g.links; i++)
            add_link(t, &g.item[g.link[i].from], &g.item[g.link[i].to]);
        lhi_text_add(t, "</g>\n");
        for (size_t i = 0; i < g.items; i++)
            if (g.item[i].node != LHI_NONE)
                add_box(t, d, &g.item[i]);
        lhi_text_add(t, "</svg>\n");
    }
    lhi_layout_free(&g);
}
