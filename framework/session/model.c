/* model.c -- a trained model for a program that knows nothing of tapes. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/stop.h"
#include "framework/session/session.h"
#include "framework/tape/tape.h"

#include <longhand/model.h>

#include <math.h>
#include <string.h>

enum { CHUNK = 256 }; /* rows at a time */

struct lh_model {
    lh_ctx *c;
    const char *path;
    const lhi_state *state;
    const lhi_recipe *how;
    lh_var X, yhat;
    size_t outputs;
    const char **output; /* their names */
    double *x;           /* CHUNK rows of X */
};

/* Runs the rows of X that stand there. */
static int run(lh_model *m, size_t rows)
{
    return lh_bind_as(m->X, LH_F64, m->x, rows) == LH_OK && lh_forward(m->yhat) == LH_OK ? 0 : -1;
}

static void name_outputs(lh_model *m)
{
    char number[LHI_DIGITS_ROOM + 1];

    m->output = lhi_alloc_array(m->c, m->outputs, sizeof *m->output);
    for (size_t k = 0; m->output && k < m->outputs; k++)
        m->output[k] = lhi_strdup(m->c, lhi_output_text(m->how, m->outputs, k, number));
}

/* The output has the columns that the labels need: of two classes one, or one for each. */
static int fits(const lhi_recipe *how, size_t outputs)
{
    const size_t classes = how->labels == LH_LABELS_VALUES ? 0 : how->label[0].values;

    return outputs == how->targets || (how->targets == 1 && outputs == classes);
}

/* A row of zeros goes through it, so that what cannot be worked is told now. */
static int make_ready(lh_model *m, lh_checkpoint *k)
{
    m->yhat = lh_prediction(lh_checkpoint_network(k));
    if (!lhi_ok(m->c) || m->yhat.id == UINT32_MAX)
        return -1;
    m->X = lh_named(m->yhat.tape, "X");
    m->outputs = (size_t)lh_cols_of(m->yhat);
    if (!m->X.tape || !m->how || (size_t)lh_cols_of(m->X) != m->how->cols ||
        lh_rows_of(m->yhat) != LH_ROWS || !fits(m->how, m->outputs)) {
        lhi_fail(m->c, LH_EUSAGE, "a model has features X, and an output that is of its labels",
                 "%s: what it predicts is not the labels of the data that it was trained on",
                 k->path);
        return -1;
    }
    m->x = lhi_alloc_array(m->c, CHUNK * m->how->cols, sizeof *m->x);
    name_outputs(m);
    return lhi_ok(m->c) ? run(m, 1) : -1;
}

lh_model *lh_model_open(lh_ctx *c, const char *path)
{
    LHI_USUAL_FLOATS(c);
    lh_checkpoint *k = lh_checkpoint_open(c, path);
    lh_model *m = k ? lhi_alloc(c, sizeof *m) : NULL;
    int ready;

    if (!m)
        return NULL;
    *m = (lh_model){.c = c, .state = &k->state, .how = k->how, .path = k->path};
    ready = make_ready(m, k) == 0;
    lhi_call_ends(c);
    return ready ? m : NULL;
}

size_t lh_model_inputs(const lh_model *m)
{
    return m ? m->how->features : 0;
}

const char *lh_model_input(const lh_model *m, size_t k)
{
    return m && k < m->how->features && m->how->feature[k].name ? m->how->feature[k].name : "";
}

double lh_model_text(const lh_model *m, size_t k, const char *text)
{
    const lhi_used *u = m && text && k < m->how->features ? &m->how->feature[k] : NULL;

    for (size_t i = 0; u && u->text && i < u->values; i++)
        if (strcmp(u->value[i], text) == 0)
            return (double)i;
    return (double)NAN;
}

size_t lh_model_outputs(const lh_model *m)
{
    return m ? m->outputs : 0;
}

const char *lh_model_output(const lh_model *m, size_t k)
{
    return m && k < m->outputs ? m->output[k] : "";
}

double lh_model_threshold(const lh_model *m)
{
    return m ? m->state->threshold : 0.5;
}

/* The columns of X that a cell becomes; -1: it can be none. */
static int encode_cell(const lh_model *m, const lhi_used *u, double cell, double *x)
{
    const lhi_state *s = m->state;
    const int missing = cell != cell;
    const int value = u->text && cell >= 0 && cell < (double)u->values && cell == floor(cell);

    if (missing ? m->how->missing == LH_MISSING_REFUSE : u->text && !value)
        return -1;
    lhi_encode(u, cell, value ? (size_t)cell : SIZE_MAX, &s->scale, x);
    return isfinite(x[0]) && (s->type != LH_F32 || isfinite((float)x[0])) ? 0 : -1;
}

static lh_status refuse_cell(const lh_model *m, size_t row, size_t k, double cell)
{
    const lhi_used *u = &m->how->feature[k];

    return lhi_fail(m->c, LH_EDATA,
                    u->text          ? "lh_model_text(m, column, text) has the numbers of texts"
                    : cell != cell ? "only a model that was trained with --missing=mean, median or "
                                     "indicator fills missing cells"
                                   : NULL,
                    "%s: row %zu, column %zu%s%s of what lh_model_predict() is given: %g cannot be "
                    "used", m->path, row, k, u->name ? " " : "", u->name ? u->name : "", cell);
}

static int encode(const lh_model *m, const double *rows, size_t from, size_t count)
{
    const lhi_recipe *how = m->how;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < how->features; k++) {
            const double cell = rows[(from + i) * how->features + k];

            if (encode_cell(m, &how->feature[k], cell,
                            m->x + i * how->cols + how->feature[k].first) != 0) {
                refuse_cell(m, from + i, k, cell);
                return -1;
            }
        }
    return 0;
}

static void take(const lh_model *m, size_t count, double *to)
{
    const lh_array a = lh_value(m->yhat);
    const lhi_state *s = m->state;

    for (size_t i = 0; i < count * m->outputs; i++)
        to[i] = lhi_target_unscaled(&s->scale, i % m->outputs, (double)lhi_get(a.type, a.at, i));
}

lh_status lh_model_predict(lh_model *m, const double *rows, size_t count, double *to)
{
    LHI_USUAL_FLOATS(m ? m->c : NULL);

    if (!m || !lhi_ok(m->c))
        return lh_error(m ? m->c : NULL);
    if (!rows || !to)
        return lhi_refuse(m->c, LH_EUSAGE, NULL, "lh_model_predict: there are no %s",
                          rows ? "outputs to fill" : "rows");
    for (size_t from = 0; from < count; from += CHUNK) {
        const size_t n = count - from < CHUNK ? count - from : CHUNK;

        if (lhi_gives_up(m->c, "predicting") || encode(m, rows, from, n) != 0)
            return lhi_call_ends(m->c);
        if (run(m, n) != 0)
            return lh_error(m->c);
        take(m, n, to + from * m->outputs);
    }
    return LH_OK;
}
