/* predict.c -- what a network says of rows: as numbers, and as a file. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/place.h"
#include "framework/base/stop.h"
#include "framework/session/session.h"
#include "framework/train/scored.h"

#include <longhand/model.h>

#include <string.h>

lh_status lh_predict(lh_var yhat, lh_data *d, double *to)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(yhat));
    lh_ctx *c = lhi_ctx_of(yhat);
    lh_scores o;

    if (!lhi_ok(c))
        return lh_error(c);
    if (!to)
        return lhi_refuse(c, LH_EUSAGE, NULL, "lh_predict: there is no place for the outputs");
    if (lhi_scores_begin(&o, yhat, d, 0, "lh_predict") == 0) {
        memcpy(to, o.score, o.s.rows * o.s.outputs * sizeof *to);
        lhi_scores_end(&o);
    }
    return lhi_call_ends(c);
}

/* A text as a cell of CSV. */
static void put_cell(lhi_text *t, const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == 0) {
        lhi_text_put(t, text, strlen(text));
        return;
    }
    lhi_text_put(t, "\"", 1);
    for (; *text; text++) {
        lhi_text_put(t, text, 1);
        if (*text == '"')
            lhi_text_put(t, text, 1);
    }
    lhi_text_put(t, "\"", 1);
}

/* A table in the making: what stands for each class, and which columns there are. */
typedef struct table {
    lhi_text text;
    const lh_scores *o;
    const lhi_recipe *how;
    lh_type type;        /* of the network: how many digits its numbers have */
    int called;          /* what is called 1, or the class, has columns of its own */
} table;

const char *lhi_class_text(const lhi_used *u, size_t value, char number[LHI_DIGITS_ROOM + 1])
{
    if (u->text && value < u->values)
        return u->value[value];
    number[lhi_digits(number, u->number && value < u->values ? u->number[value] : (double)value,
                      LH_F64)] = 0;
    return number;
}

const char *lhi_output_text(const lhi_recipe *how, size_t outputs, size_t k,
                            char number[LHI_DIGITS_ROOM + 1])
{
    if (how->labels == LH_LABELS_VALUES || how->targets > 1)
        return how->label[k].name ? how->label[k].name : "";
    return lhi_class_text(&how->label[0], outputs == 1 ? 1 : k, number);
}

static void put_class(table *t, const lhi_used *u, size_t value)
{
    char number[LHI_DIGITS_ROOM + 1];

    put_cell(&t->text, lhi_class_text(u, value, number));
}

/* A column of labels by its name; "prediction", or with its number where there are several. */
static void put_label(table *t, size_t k)
{
    const char *name = t->how->label[k].name;
    char text[40];

    lhi_format(text, sizeof text, t->how->targets > 1 ? "prediction%zu" : "prediction", k + 1);
    put_cell(&t->text, name && (t->how->targets > 1 || t->o->s.of == LHI_OF_VALUES) ? name : text);
}

static void put_first_line(table *t)
{
    const lhi_scored *s = &t->o->s;
    const size_t questions = s->of == LHI_OF_CLASSES ? 1 : s->outputs;
    const char *kind = s->is & LHI_IS_PROBABLE ? "p" : "score";

    for (size_t k = 0; t->called && k < questions; k++) {
        lhi_text_put(&t->text, ",", k > 0);
        put_label(t, k);
    }
    for (size_t j = 0; j < s->outputs; j++) {
        char number[LHI_DIGITS_ROOM + 1];
        const char *of = lhi_output_text(t->how, s->outputs, j, number);
        char *name = lhi_strf(t->text.c, "%s(%s)", kind, of);

        lhi_text_put(&t->text, ",", j > 0 || t->called);
        if (s->of == LHI_OF_VALUES)
            put_label(t, j);
        else if (name)
            put_cell(&t->text, name);
        lhi_release(t->text.c, name);
    }
    lhi_text_put(&t->text, "\n", 1);
}

static void put_row(table *t, size_t row)
{
    const lhi_scored *s = &t->o->s;
    const size_t questions = s->of == LHI_OF_CLASSES ? 1 : s->outputs;
    char cell[1 + LHI_DIGITS_ROOM] = ",";

    for (size_t k = 0; t->called && k < questions; k++) {
        lhi_text_put(&t->text, ",", k > 0);
        put_class(t, &t->how->label[k], s->of == LHI_OF_CLASSES
                                            ? s->said[row]
                                            : lhi_score_of(s, row, k) >= s->threshold);
    }
    for (size_t j = 0; j < s->outputs; j++) {
        const size_t n = lhi_digits(cell + 1, lhi_score_of(s, row, j), t->type);
        const int first = j == 0 && !t->called;

        lhi_text_put(&t->text, cell + first, n + !first);
    }
    lhi_text_put(&t->text, "\n", 1);
}

static void write_table(lh_var yhat, lh_data *d, const char *path)
{
    lh_ctx *c = lhi_ctx_of(yhat);
    lh_scores o;
    table t = {.text = {.c = c}, .o = &o, .type = yhat.tape->params->type};

    if (lhi_scores_begin(&o, yhat, d, 0, "lh_predict_csv") != 0)
        return;
    t.how = d->frame->how;
    t.called = o.s.of != LHI_OF_VALUES && (o.s.is & LHI_IS_DECIDED);
    if (o.s.of == LHI_OF_VALUES)
        t.type = LH_F64; /* in units of the file they are no floats any more */
    put_first_line(&t);
    for (size_t i = 0; i < o.s.rows && lhi_ok(c) && !lhi_gives_up(c, "writing predictions"); i++)
        put_row(&t, i);
    if (lhi_ok(c))
        lhi_text_write(&t.text, path, "the predictions");
    lhi_text_free(&t.text);
    lhi_scores_end(&o);
}

lh_status lh_predict_csv(lh_var yhat, lh_data *d, const char *path)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(yhat));
    lh_ctx *c = lhi_ctx_of(yhat);

    if (!lhi_ok(c))
        return lh_error(c);
    if (!path || !path[0])
        return lhi_refuse(c, LH_EUSAGE, NULL, "lh_predict_csv: there is no path");
    if (lhi_var_good(yhat, "lh_predict_csv"))
        write_table(yhat, d, path);
    return lhi_call_ends(c);
}
