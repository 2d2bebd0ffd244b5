/* feed.c -- rows of a data set into the inputs X and y of a tape. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/feed.h"

#include "framework/base/threads.h"

#include <string.h>

int lhi_feed_find(lhi_feed *f, const lh_tape *t, const lhi_plan *p, lh_data *d,
                  const char *caller)
{
    *f = (lhi_feed){LHI_NO_INPUT, LHI_NO_INPUT};
    if (d->c != t->c) {
        lhi_fail(t->c, LH_EUSAGE, "open the data with the context that has the tape",
                 "%s: %s belongs to another context", caller, d->name);
        return -1;
    }
    for (size_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];
        const int is_x = n->kind == LHI_INPUT && strcmp(n->name, "X") == 0;
        const size_t cols = is_x ? d->cols : 1;

        if (n->kind != LHI_INPUT || !p->used[i])
            continue;
        if (!is_x && strcmp(n->name, "y") != 0) {
            const int bound = i < t->bound_room && t->bound[i];

            lhi_fail(t->c, LH_ENAME,
                     bound ? "a loop of your own, with lh_forward() and lh_backward(), reads all "
                             "inputs from lh_bind(); a number that never changes can be a column "
                             "of the data"
                           : "name the features X and the labels y",
                     "%s: the data have nothing for the input '%s'%s", caller, n->name,
                     bound ? ", and what it is bound to is not read beside them" : "");
            return -1;
        }
        if (n->rows != LH_ROWS || (size_t)n->cols != cols) {
            char shape[60];

            lhi_fail(t->c, LH_ESHAPE, is_x ? "lh_input(t, \"X\", LH_ROWS, lh_cols(d))"
                                           : "lh_input(t, \"y\", LH_ROWS, 1)",
                     "%s: the input %s is %s, and %s has %zu %s", caller, n->name,
                     lhi_shape_text(n->rows, n->cols, shape, sizeof shape), d->name, cols,
                     is_x ? "features" : "column of labels");
            return -1;
        }
        *(is_x ? &f->X : &f->y) = (long)i;
    }
    return lhi_data_follow(d, t->params) == LH_OK ? 0 : -1;
}

void lhi_feed_rows(const lhi_feed *f, lhi_ws *w, const lh_data *d, const uint32_t *order,
                   size_t from, size_t to, int rank, int size)
{
    const size_t begin = lhi_share(to - from, rank, size);
    const size_t end = lhi_share(to - from, rank + 1, size);
    const size_t cell = w->element;
    char *X = f->X >= 0 ? (char *)w->slot[f->X].value + begin * d->cols * cell : NULL;
    char *y = f->y >= 0 ? (char *)w->slot[f->y].value + begin * cell : NULL;

    if (!X && !y)
        return;
    if (w->type == LH_F32)
        lhi_data_gather_f32(d, order, from + begin, from + end, (void *)X, (void *)y);
    else if (w->type == LH_F64)
        lhi_data_gather_f64(d, order, from + begin, from + end, (void *)X, (void *)y);
    else
        lhi_data_gather_wide(d, order, from + begin, from + end, (void *)X, (void *)y);
}
