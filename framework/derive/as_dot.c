/* as_dot.c -- the graph in the language of graphviz. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/layout.h"

/* A part of a label in quotes. */
static void add_quoted(lhi_text *t, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            lhi_text_put(t, "\\", 1);
        lhi_text_put(t, text, 1);
    }
}

static void add_node(lhi_text *t, lhi_document *d, uint32_t id)
{
    static const char *const look[] = {"fillcolor=\"#e8f1fa\"", "fillcolor=\"#fdf3e1\"",
                                       "style=\"rounded,filled\", fillcolor=\"#ffffff\""};
    char line[LHI_BOX_LINES][160];

    lhi_box_text(d, id, line);
    lhi_text_add(t, "  n%u [%s, label=\"", (unsigned)id, look[d->t->node[id].kind]);
    for (int k = 0; k < LHI_BOX_LINES; k++) {
        lhi_text_add(t, k > 0 && line[k][0] ? "\\n" : "");
        add_quoted(t, line[k]);
    }
    lhi_text_add(t, "\"];\n");
}

void lhi_as_dot(lhi_text *t, lhi_document *d)
{
    lhi_text_add(t, "digraph tape {\n  node [shape=box, style=filled, fontname=Helvetica];\n");
    for (size_t i = 0; i < d->p->count; i++)
        add_node(t, d, d->p->order[i]);
    for (size_t i = 0; i < d->p->count; i++) {
        const uint32_t id = d->p->order[i];
        const lhi_node *n = &d->t->node[id];

        for (int k = 0; k < lhi_arity(n); k++)
            lhi_text_add(t, "  n%u -> n%u;\n", (unsigned)n->in[k], (unsigned)id);
    }
    lhi_text_add(t, "}\n");
}
