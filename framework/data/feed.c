/* feed.c -- rows of a data set into the inputs X, y and w of a tape. */
/* SPDX-License-Identifier: MIT */
#include "framework/data/feed.h"

#include "framework/base/threads.h"
#include "framework/tape/shared.h"

#include <string.h>

static const char *const kinds[] = {"", "0 or 1", "classes", "values"};

/* The input that a node is; NULL: there is nothing for it. */
static long *input_of(lhi_feed *f, const char *name)
{
    return strcmp(name, "X") == 0 ? &f->X : strcmp(name, "y") == 0 ? &f->y
         : strcmp(name, "w") == 0 ? &f->w : NULL;
}

static lh_status refuse_input(const lh_tape *t, size_t node, const char *caller)
{
    const int bound = node < t->bound_room && t->bound[node];

    return lhi_fail(t->c, LH_ENAME,
                    bound ? "a loop of your own, with lh_forward() and lh_backward(), reads all "
                            "inputs from lh_bind(); a number that never changes can be a column "
                            "of the data"
                          : "name the features X, the labels y and the rows' weights w",
                    "%s: the data have nothing for the input '%s'%s", caller, t->node[node].name,
                    bound ? ", and what it is bound to is not read beside them" : "");
}

static lh_status refuse_shape(const lh_tape *t, const lhi_node *n, const lh_data *d,
                              const char *caller)
{
    const char name = n->name[0];
    const size_t wanted = name == 'X' ? d->cols : name == 'y' ? (size_t)lh_outputs(d) : 1;
    char shape[60];

    return lhi_fail(t->c, LH_ESHAPE,
                    name == 'X'   ? "lh_input(t, \"X\", LH_ROWS, lh_cols(d))"
                    : name == 'w' ? "lh_input(t, \"w\", LH_ROWS, 1)"
                    : wanted > 1  ? "lh_input(t, \"y\", LH_ROWS, lh_outputs(d))"
                                  : "lh_input(t, \"y\", LH_ROWS, 1)",
                    "%s: the input %s is %s, and %s has %zu %s", caller, n->name,
                    lhi_shape_text(n->rows, n->cols, shape, sizeof shape), d->name, wanted,
                    name == 'X'   ? "features"
                    : name == 'w' ? "weight a row"
                    : lh_labels_of(d) == LH_LABELS_CLASSES ? "classes"
                    : wanted > 1  ? "columns of labels"
                                  : "column of labels");
}

/* 1 when a loss that draws its labels so takes those of d. */
static int takes(lh_drawn drawn, lh_labels labels, int one_hot)
{
    switch (drawn) {
    case LH_LABELS:
    case LH_UNIT:
        return labels == LH_LABELS_BINARY || one_hot;
    case LH_ONE_HOT:
        return one_hot;
    case LH_CLASSES:
        return labels != LH_LABELS_VALUES && !one_hot;
    default:
        return 1;
    }
}

/* An op says by the cases of its tests what labels it is for. */
static lh_status check_user(const lh_tape *t, const lhi_feed *f, const lhi_node *n, int operand,
                            const lh_data *d, const char *caller)
{
    const lh_op *op = lhi_node_op(n);
    const lh_drawn drawn = op->cases ? op->cases[0].drawn[operand] : LH_DRAWN;
    const lh_labels labels = lh_labels_of(d);
    const ptrdiff_t classes = lh_classes(d);
    char name[100];

    lhi_node_text(t, (uint32_t)(n - t->node), name, sizeof name);
    if (!takes(drawn, labels, f->one_hot))
        return lhi_fail(t->c, LH_EUSAGE,
                        labels == LH_LABELS_CLASSES
                            ? lhi_strf(t->c, "lh_softmax_ce_classes(Z, y), Z with %td columns, "
                                       "takes the numbers of classes; lh_softmax_ce(Z, y) a y with "
                                       "%td columns", classes, classes)
                        : labels == LH_LABELS_VALUES
                            ? "lh_mse(Z, y) takes values; --labels=classes or binary takes them "
                              "for something else"
                            : "lh_bce_logits(Z, y) takes labels that are 0 or 1",
                        "%s: the labels of %s are %s%s, and %s%s is not for such labels", caller,
                        d->name, kinds[labels],
                        labels != LH_LABELS_CLASSES ? "" : f->one_hot ? ", a column each"
                                                                      : ", by their numbers",
                        name, n->name ? lhi_strf(t->c, " (%s)", op->name) : "");
    if (drawn == LH_CLASSES && classes > t->node[n->in[0]].cols)
        return lhi_fail(t->c, LH_ESHAPE, "give the last layer lh_classes(d) columns",
                        "%s: %s has %td classes, and %s is given %td columns", caller, d->name,
                        classes, name, t->node[n->in[0]].cols);
    return LH_OK;
}

static lh_status check_labels(const lh_tape *t, const lhi_plan *p, const lhi_feed *f,
                              const lh_data *d, const char *caller)
{
    if (!d->frame->labelled)
        return lhi_fail(t->c, LH_EUSAGE, "give rows that have labels",
                        "%s: rows of %s have no label, and y is needed", caller, d->name);
    for (size_t i = 0; i < p->nodes; i++)
        for (int k = 0; p->used[i] && k < lhi_arity(&t->node[i]); k++)
            if (t->node[i].in[k] == (uint32_t)f->y &&
                check_user(t, f, &t->node[i], k, d, caller) != LH_OK)
                return t->c->status;
    return LH_OK;
}

int lhi_feed_find(lhi_feed *f, const lh_tape *t, const lhi_plan *p, lh_data *d,
                  const char *caller)
{
    *f = (lhi_feed){LHI_NO_INPUT, LHI_NO_INPUT, LHI_NO_INPUT, 0, 0};
    if (d->c != t->c) {
        lhi_fail(t->c, LH_EUSAGE, "open the data with the context that has the tape",
                 "%s: %s belongs to another context", caller, d->name);
        return -1;
    }
    if (lhi_data_is_inert(d)) {
        lhi_fail(t->c, LH_EUSAGE, NULL, "%s: there are no rows", caller);
        return -1;
    }
    for (size_t i = 0; i < t->count; i++) {
        const lhi_node *n = &t->node[i];
        const size_t cols = (size_t)n->cols, classes = (size_t)lh_classes(d);
        const int is_y = n->kind == LHI_INPUT && strcmp(n->name, "y") == 0;
        long *at;

        if (n->kind != LHI_INPUT || !p->used[i])
            continue;
        if (!(at = input_of(f, n->name))) {
            refuse_input(t, i, caller);
            return -1;
        }
        if (n->rows != LH_ROWS ||
            (is_y ? cols != d->frame->how->targets &&
                        !(d->frame->how->targets == 1 && classes > 1 && cols == classes)
                  : cols != (at == &f->X ? d->cols : 1))) {
            refuse_shape(t, n, d, caller);
            return -1;
        }
        *at = (long)i;
        if (is_y) {
            f->y_cols = cols;
            f->one_hot = cols != d->frame->how->targets;
        }
    }
    if (f->y >= 0 && check_labels(t, p, f, d, caller) != LH_OK)
        return -1;
    return lhi_data_follow(d, t->params) == LH_OK ? 0 : -1;
}

/* Rows begin..end-1 of the batch that begins with row `from`. */
static void feed_part(const lhi_feed *f, lhi_ws *w, const lh_data *d, const uint32_t *order,
                      size_t from, size_t begin, size_t end)
{
    const size_t cell = w->element;
    char *X = f->X >= 0 ? (char *)w->slot[f->X].value + begin * d->cols * cell : NULL;
    char *y = f->y >= 0 ? (char *)w->slot[f->y].value + begin * f->y_cols * cell : NULL;

    if (y && f->one_hot) {
        lhi_data_gather_classes(d, order, from + begin, from + end, w->type, y);
        y = NULL;
    }
    if (f->w >= 0)
        lhi_data_gather_weights(d, order, from + begin, from + end, w->type,
                                (char *)w->slot[f->w].value + begin * cell);
    if (!X && !y)
        return;
    if (w->type == LH_F32)
        lhi_data_gather_f32(d, order, from + begin, from + end, (void *)X, (void *)y);
    else if (w->type == LH_F64)
        lhi_data_gather_f64(d, order, from + begin, from + end, (void *)X, (void *)y);
    else
        lhi_data_gather_wide(d, order, from + begin, from + end, (void *)X, (void *)y);
}

void lhi_feed_rows(const lhi_feed *f, lhi_ws *w, const lh_data *d, const uint32_t *order,
                   size_t from, size_t to, int rank, int size)
{
    size_t first = 0, past = to - from, begin, end;

    if (w->shared)
        lhi_shared_own(w, &first, &past);
    begin = first + lhi_share(past - first, rank, size);
    end = first + lhi_share(past - first, rank + 1, size);
    if (begin < end)
        feed_part(f, w, d, order, from, begin, end);
}
