/* table.c -- metrics by name, their preparation, and intervals. */
/* SPDX-License-Identifier: MIT */
#include "framework/metrics/metrics.h"

#include "framework/base/quantile.h"
#include "framework/base/rng.h"
#include "framework/base/stop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BINARY = LHI_OF_BINARY,
    CLASSES = LHI_OF_CLASSES,
    VALUES = LHI_OF_VALUES,
    PROBABLE = LHI_IS_PROBABLE,
    DECIDED = LHI_IS_DECIDED
};

static const lhi_metric table[] = {
#define LH_METRIC(name, of, needs, more, text) {#name, of, needs, more, text, lhi_metric_##name},
#include "framework/metrics/metrics.def"
};

const lhi_metric *lhi_metric_at(size_t index)
{
    return index < sizeof table / sizeof *table ? &table[index] : NULL;
}

const lhi_metric *lhi_metric_named(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

int lhi_metric_fits(const lhi_metric *m, const lhi_scored *s)
{
    return (m->of & s->of) != 0 && (m->needs & ~s->is) == 0;
}

double lhi_metric_of(const lhi_metric *m, lhi_scored *s)
{
    return s->rows > 0 && !s->broken ? m->measure(s) : (double)NAN;
}

int lhi_scored_begin(lhi_scored *s)
{
    const size_t n = s->outputs;

    s->broken = 0;
    s->order = NULL;
    s->said = s->of == LHI_OF_CLASSES ? lhi_alloc_array(s->c, s->rows + 1, sizeof *s->said) : NULL;
    s->tally = lhi_alloc_array(s->c, LHI_TALLIES * n + 1, sizeof *s->tally);
    if (!s->tally || (s->of == LHI_OF_CLASSES && !s->said))
        return -1;
    for (size_t i = 0; i < s->rows; i++) {
        const double *z = s->score + i * n;
        size_t most = 0;

        for (size_t j = 0; j < n; j++) {
            s->broken |= z[j] != z[j];
            most = z[j] > z[most] ? j : most;
        }
        if (s->said) {
            s->said[i] = (uint32_t)most;
            s->broken |= s->label && !(s->label[i] >= 0 && s->label[i] < (double)n);
        }
    }
    return 0;
}

void lhi_scored_end(lhi_scored *s)
{
    lhi_release(s->c, s->said);
    lhi_release(s->c, s->order);
    lhi_release(s->c, s->tally);
    s->said = s->order = NULL;
    s->tally = NULL;
}

typedef struct ranked {
    double score;
    uint32_t row;
} ranked;

/* Equal scores by row: whole orders are the same everywhere. */
static int by_score(const void *a, const void *b)
{
    const ranked *x = a, *y = b;

    return x->score != y->score ? (x->score < y->score) - (x->score > y->score)
                                : (x->row > y->row) - (x->row < y->row);
}

const uint32_t *lhi_ranked(lhi_scored *s, size_t output)
{
    ranked *r;

    if (s->order)
        return s->order + output * s->rows;
    r = lhi_alloc_array(s->c, s->rows, sizeof *r);
    s->order = lhi_alloc_array(s->c, s->outputs * s->rows, sizeof *s->order);
    for (size_t j = 0; r && s->order && j < s->outputs; j++) {
        for (size_t i = 0; i < s->rows; i++)
            r[i] = (ranked){lhi_score_of(s, i, j), (uint32_t)i};
        qsort(r, s->rows, sizeof *r, by_score);
        for (size_t i = 0; i < s->rows; i++)
            s->order[j * s->rows + i] = r[i].row;
    }
    if (!r)
        lhi_release(s->c, s->order), s->order = NULL;
    lhi_release(s->c, r);
    return s->order ? s->order + output * s->rows : NULL;
}

double lhi_mean_of_outputs(lhi_scored *s, double (*f)(lhi_scored *s, size_t output))
{
    double sum = 0;

    for (size_t j = 0; j < s->outputs; j++)
        sum += f(s, j);
    return sum / (double)s->outputs;
}

/* A sample takes rows with replacement: each row gets the weight that it has once for each time
 * that it was taken, and the order of the rows stays. */
int lhi_interval(const lhi_metric *m, lhi_scored *s, uint64_t seed, size_t samples, double level,
                 double *lo, double *hi)
{
    const uint32_t stream = lhi_stream_of("bootstrap");
    const double *weight = s->weight;
    double *taken = lhi_alloc_array(s->c, s->rows + 1, sizeof *taken);
    double *found = lhi_alloc_array(s->c, samples + 1, sizeof *found);
    size_t n = 0;

    *lo = *hi = (double)NAN;
    for (size_t k = 0; taken && found && k < samples && lhi_ok(s->c) &&
                       !lhi_gives_up(s->c, "resampling rows"); k++) {
        double x;

        memset(taken, 0, s->rows * sizeof *taken);
        for (size_t i = 0; i < s->rows; i++) {
            const double u = lhi_random_unit(seed, stream, (uint32_t)k, i);
            const size_t row = (size_t)(u * (double)s->rows);

            taken[row] += weight ? weight[row] : 1;
        }
        s->weight = taken;
        x = lhi_metric_of(m, s);
        if (x == x)
            found[n++] = x;
    }
    s->weight = weight;
    if (n > 0) {
        *lo = lhi_quantile(found, n, (1 - level) / 2);
        *hi = lhi_quantile(found, n, (1 + level) / 2);
    }
    lhi_release(s->c, found);
    lhi_release(s->c, taken);
    return lhi_ok(s->c) ? 0 : -1;
}
