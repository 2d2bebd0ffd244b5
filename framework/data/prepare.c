/* prepare.c -- the scaled copy that batches come from, made on all threads, and the batches. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/stop.h"
#include "framework/base/threads.h"
#include "framework/base/type.h"
#include "framework/data/data.h"

#include <math.h>
#include <string.h>

enum {
    FEW_CELLS = 1 << 16, /* a team is not worth its while below */
    AHEAD = 8,           /* rows that are asked for before they are gathered, */
    FETCHED = 1024       /* and bytes of each */
};

/* A cell that does not fit into the type. */
typedef struct misfit {
    size_t row, column; /* in X; row SIZE_MAX: none */
    double cell;
} misfit;

typedef struct preparing {
    const lh_data *d;
    lh_type type;
    void *copy;
    misfit *worst; /* of each thread's rows the first */
} preparing;

/* Rounds once to the type; 0 when the value does not fit into it. */
static int put(void *copy, lh_type type, size_t at, double value)
{
    if (type == LH_F32) {
        ((float *)copy)[at] = (float)value;
        return isfinite((float)value);
    }
    if (type == LH_F64)
        ((double *)copy)[at] = value;
    else
        ((lh_wide *)copy)[at] = (lh_wide)value;
    return isfinite(value);
}

/* A row as the network sees it, from X[at] on; 0 when a number does not fit into the type. */
static int put_row(const lh_data *d, size_t row, lh_type type, void *X, size_t at, misfit *bad)
{
    double x[LHI_MOST_WIDTH];

    for (size_t k = 0; k < d->frame->how->features; k++) {
        const lhi_used *u = &d->frame->how->feature[k];

        lhi_data_encode(d, row, k, &d->fit->scale, x);
        for (size_t j = 0; j < u->width; j++)
            if (!put(X, type, at + u->first + j, x[j])) {
                *bad = (misfit){row, u->first,
                                lhi_table_at(d->table, d->row[row], d->frame->feature[k].column)};
                return 0;
            }
    }
    return 1;
}

static void work(void *arg, int rank, int size)
{
    const preparing *p = arg;
    const lh_data *d = p->d;
    const size_t to = lhi_share(d->rows, rank + 1, size);

    for (size_t i = lhi_share(d->rows, rank, size); i < to; i++)
        if (!put_row(d, i, p->type, p->copy, i * d->cols, &p->worst[rank]))
            return;
}

static lh_status fill(lh_data *d, lh_type type, void *copy)
{
    const int size = d->rows * d->cols < FEW_CELLS ? 1 : lhi_threads(d->c, NULL);
    preparing p = {d, type, copy, lhi_alloc_array(d->c, (size_t)size, sizeof *p.worst)};
    misfit first = {SIZE_MAX, 0, 0};

    if (!p.worst)
        return LH_ENOMEM;
    for (int i = 0; i < size; i++)
        p.worst[i].row = SIZE_MAX;
    lhi_team(d->c, size, work, &p);
    for (int i = 0; i < size && first.row == SIZE_MAX; i++)
        first = p.worst[i];
    lhi_release(d->c, p.worst);
    if (first.row == SIZE_MAX)
        return LH_OK;
    return lhi_fail(d->c, LH_EDATA, "leave the row out, or train with --type=f64",
                    "%s row %lu, column %zu: %g is too far from the mean %g", d->name,
                    (unsigned long)d->row[first.row] + 1, first.column + 1, first.cell,
                    d->scale.mean[first.column]);
}

/* What a label is does not change from step to step, and takes a search to find. */
static void *targets_of(const lh_data *d, lh_type type)
{
    const size_t targets = d->frame->how->targets;
    void *target = lhi_alloc_array(d->c, d->rows, targets * lhi_type_size(type));

    for (size_t i = 0; target && i < d->rows; i++)
        for (size_t k = 0; k < targets; k++)
            put(target, type, i * targets + k, lhi_data_target(d, i, k));
    return target;
}

lh_status lhi_data_prepare(lh_data *d, lh_type type)
{
    const lh_status status = lhi_data_fit(d);
    void *copy;

    if (status != LH_OK || d->copy[type] || d->table->streams)
        return status;
    if (lhi_gives_up(d->c, "preparing rows"))
        return d->c->status;
    if (d->frame->labelled && !d->target[type] && !(d->target[type] = targets_of(d, type)))
        return d->c->status;
    copy = lhi_alloc_array(d->c, d->rows, d->cols * lhi_type_size(type));
    if (!copy || fill(d, type, copy) != LH_OK)
        return d->c->status;
    d->copy[type] = copy;
    return LH_OK;
}

double lhi_data_label_at(const lh_data *d, size_t row, size_t k)
{
    const lhi_frame *f = d->frame;
    size_t value;

    if (f->label[k].column == LHI_NO_COLUMN)
        return (double)NAN;
    if (f->how->labels == LH_LABELS_VALUES)
        return lhi_table_at(f->table, d->row[row], f->label[k].column);
    value = lhi_value_in(f, &f->how->label[k], &f->label[k], d->row[row]);
    return value == SIZE_MAX ? (double)NAN : (double)value;
}

double lhi_data_label(const lh_data *d, size_t row)
{
    return lhi_data_label_at(d, row, 0);
}

double lhi_data_target(const lh_data *d, size_t row, size_t k)
{
    return lhi_target_scaled(&d->fit->scale, k, lhi_data_label_at(d, row, k));
}

double lhi_data_weight(const lh_data *d, size_t row)
{
    const lhi_frame *f = d->frame;
    const double own = f->weight.column == LHI_NO_COLUMN
                           ? 1
                           : lhi_table_at(f->table, d->row[row], f->weight.column);
    const double *of_class = d->fit->scale.class_weight;
    const double label = of_class ? lhi_data_label(d, row) : 0;

    return of_class && label == label ? own * of_class[(size_t)label] : own;
}

/* Numbers alone, one column after another: the loop that a file of them spends its time in. */
#define PUT_NUMBERS(element, real)                                               \
    do {                                                                         \
        const element *from = (const element *)t->cell + d->row[row] * t->cols;  \
                                                                                 \
        for (size_t j = 0; j < cols; j++) {                                      \
            const double x = (double)from[j], filled = x == x ? x : fill[j];     \
                                                                                 \
            ((real *)X)[j] = (real)((filled - mean[j]) / deviation[j]);          \
        }                                                                        \
    } while (0)

/* A row of a table that streams.  What does not fit into the type makes the loss infinite. */
static void put_streamed(const lh_data *d, size_t row, lh_type type, void *X)
{
    const lhi_table *t = d->table;
    const lhi_scale *s = &d->fit->scale;
    const double *mean = s->mean, *deviation = s->deviation, *fill = s->fill;
    const size_t cols = d->cols;
    misfit bad;

    if (!d->frame->numbers || type == LH_WIDE) {
        put_row(d, row, type, X, 0, &bad);
    } else if (t->type == LH_F32 && type == LH_F32)
        PUT_NUMBERS(float, float);
    else if (t->type == LH_F32)
        PUT_NUMBERS(float, double);
    else if (type == LH_F32)
        PUT_NUMBERS(double, float);
    else
        PUT_NUMBERS(double, double);
}

/* Asks for what is gathered soon: rows in a random order are in no cache, nor is the place of one
 * in a table that streams, which must be there before its cells can be asked for.  A function that
 * does nothing else is left out by gcc when it is not inlined. */
__attribute__((always_inline)) static inline void fetch(const char *at, size_t bytes)
{
    for (size_t k = 0; k < bytes && k < FETCHED; k += 64)
        __builtin_prefetch(at + k);
}

__attribute__((always_inline)) static inline void fetch_row(const lh_data *d, lh_type type,
                                                            const uint32_t *order, size_t i,
                                                            size_t to)
{
    const size_t copied = d->cols * lhi_type_size(type);

    if (i + AHEAD >= to)
        return;
    if (d->copy[type])
        fetch((const char *)d->copy[type] + order[i + AHEAD] * copied, copied);
    else {
        const size_t bytes = d->table->cols * lhi_type_size(d->table->type);

        if (i + 2 * AHEAD < to)
            __builtin_prefetch(&d->row[order[i + 2 * AHEAD]]);
        fetch((const char *)d->table->cell + d->row[order[i + AHEAD]] * bytes, bytes);
    }
}

/* The same for each type; they differ in the width of a row and what a label becomes. */
#define GATHER(name, type, real)                                                             \
    void lhi_data_gather_##name(const lh_data *d, const uint32_t *order, size_t from, size_t to, \
                                real *X, real *y)                                            \
    {                                                                                        \
        const real *copy = d->copy[type], *target = d->target[type];                         \
        const size_t targets = y ? d->frame->how->targets : 0;                               \
                                                                                             \
        for (size_t i = from; i < to; i++) {                                                 \
            const size_t row = order ? order[i] : i;                                         \
                                                                                             \
            if (order)                                                                       \
                fetch_row(d, type, order, i, to);                                            \
            if (X && copy)                                                                   \
                memcpy(X + (i - from) * d->cols, copy + row * d->cols, d->cols * sizeof *X); \
            else if (X)                                                                      \
                put_streamed(d, row, type, X + (i - from) * d->cols);                        \
            for (size_t k = 0; k < targets; k++)                                             \
                y[(i - from) * targets + k] = target ? target[row * targets + k]             \
                                                     : (real)lhi_data_target(d, row, k);     \
        }                                                                                    \
    }

GATHER(f32, LH_F32, float)
GATHER(f64, LH_F64, double)
GATHER(wide, LH_WIDE, lh_wide)

void lhi_data_gather_classes(const lh_data *d, const uint32_t *order, size_t from, size_t to,
                             lh_type type, void *y)
{
    const size_t classes = d->frame->how->label[0].values;

    memset(y, 0, (to - from) * classes * lhi_type_size(type));
    for (size_t i = from; i < to; i++) {
        const size_t row = order ? order[i] : i;
        const double label = d->target[type] ? (double)lhi_get(type, d->target[type], row)
                                             : lhi_data_label(d, row);

        if (label == label)
            put(y, type, (i - from) * classes + (size_t)label, 1);
    }
}

void lhi_data_gather_weights(const lh_data *d, const uint32_t *order, size_t from, size_t to,
                             lh_type type, void *w)
{
    for (size_t i = from; i < to; i++)
        put(w, type, i - from, lhi_data_weight(d, order ? order[i] : i));
}
