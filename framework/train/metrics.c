/* metrics.c -- metrics of an output on a data set, and the threshold of a model. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/floats.h"
#include "framework/base/quote.h"
#include "framework/base/text.h"
#include "framework/ops/ops.h"
#include "framework/train/scored.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Is it the op that some loss makes an output of logits with? */
static int makes_outputs(lh_ctx *c, const char *name)
{
    const lhi_op_family *f;

    for (size_t i = 0; (f = lhi_family_at(c, i)) != NULL; i++) {
        const char *output = f->op[LHI_F64] ? f->op[LHI_F64]->output : NULL;

        if (output && strcmp(output, name) == 0)
            return 1;
    }
    return 0;
}

/* A loss whose labels its own cases draw as 0 and 1 is of probabilities. */
static int is_of_probabilities(const lh_op *loss)
{
    return loss->cases && loss->cases[0].drawn[1] == LH_LABELS;
}

/* What the values of a variable are, from the ops that it comes from and goes to. */
typedef enum meaning {
    LOGITS,        /* a loss makes an output of it */
    PROBABILITIES, /* what a loss makes of logits, or takes for a probability */
    ESTIMATES,     /* what a loss of numbers is of */
    UNKNOWN        /* no loss is of it */
} meaning;

static meaning meaning_of(const lh_tape *t, uint32_t id)
{
    meaning found = UNKNOWN;

    if (t->node[id].kind == LHI_OP && makes_outputs(t->c, lhi_node_op(&t->node[id])->name))
        return PROBABILITIES;
    for (uint32_t i = 0; i < t->count; i++) {
        const lh_op *op = t->node[i].kind == LHI_OP ? lhi_node_op(&t->node[i]) : NULL;

        if (!op || !op->output || t->node[i].in[0] != id)
            continue;
        if (op->output[0])
            return LOGITS;
        found = is_of_probabilities(op) ? PROBABILITIES : ESTIMATES;
    }
    return found;
}

/* The first row whose outputs are no probabilities: not in [0, 1], or of classes not 1 in all. */
static size_t first_outside(const lhi_scored *s)
{
    for (size_t i = 0; i < s->rows; i++) {
        double sum = 0;

        for (size_t j = 0; j < s->outputs; j++) {
            const double p = lhi_score_of(s, i, j);

            if (!(p >= 0 && p <= 1))
                return i;
            sum += p;
        }
        if (s->of == LHI_OF_CLASSES && fabs(sum - 1) > 1e-3)
            return i;
    }
    return s->rows;
}

/* Of several outputs the largest is named whatever they are; 1/2 is a threshold for probabilities
 * and for estimates of 0 and 1. */
static void take_meaning(lh_scores *o, meaning found)
{
    o->logits = found == LOGITS;
    o->outside = first_outside(&o->s);
    if (o->outside == o->s.rows && found != LOGITS && found != ESTIMATES)
        o->s.is = LHI_IS_PROBABLE | LHI_IS_DECIDED;
    else if (o->s.of == LHI_OF_CLASSES || found == ESTIMATES)
        o->s.is = LHI_IS_DECIDED;
}

/* Of labels that are values the scores in the units of the file. */
static void take_units(lh_scores *o, const lh_data *d)
{
    const size_t n = o->s.outputs;

    for (size_t i = 0; o->s.of == LHI_OF_VALUES && i < d->rows * n; i++)
        o->score[i] = lhi_target_unscaled(&d->fit->scale, i % n, o->score[i]);
}

/* The labels as metrics take them: of values those of the file. */
static int take_labels(lh_scores *o, const lh_data *d, const char *caller)
{
    const lhi_taken *weight = &d->frame->weight;
    const size_t n = o->s.of == LHI_OF_CLASSES ? 1 : o->s.outputs;

    if (!d->frame->labelled) {
        lhi_fail(d->c, LH_EUSAGE, "longhand predict and lh_predict() need no labels",
                 "%s: the rows of %s have no labels, or not all of them", caller, d->name);
        return -1;
    }
    o->label = lhi_alloc_array(d->c, d->rows, n * sizeof *o->label);
    if (weight->column != LHI_NO_COLUMN)
        o->weight = lhi_alloc_array(d->c, d->rows, sizeof *o->weight);
    for (size_t i = 0; lhi_ok(d->c) && i < d->rows; i++) {
        for (size_t k = 0; k < n; k++)
            o->label[i * n + k] = lhi_data_label_at(d, i, k);
        if (o->weight)
            o->weight[i] = lhi_table_at(d->table, d->row[i], weight->column);
    }
    o->s.label = o->label;
    o->s.weight = o->weight;
    return lhi_ok(d->c) ? 0 : -1;
}

/* What the labels are, and the columns that an output for them has: of two classes one, or one
 * for each. */
static int take_shape(lh_scores *o, const lh_data *d, const lhi_node *n, meaning found,
                      const char *caller)
{
    static const char *const kinds[] = {"", "0 and 1", "classes", "numbers"};
    const lh_labels labels = lh_labels_of(d);
    const ptrdiff_t wanted = lh_outputs(d);
    const int two = labels == LH_LABELS_BINARY && wanted == 1 && n->cols == 2 &&
                    (found == LOGITS || found == PROBABILITIES);
    char is[60], must[60];

    o->s.of = labels == LH_LABELS_VALUES           ? LHI_OF_VALUES
              : labels == LH_LABELS_CLASSES || two ? LHI_OF_CLASSES
                                                   : LHI_OF_BINARY;
    o->s.outputs = (size_t)n->cols;
    if (!lhi_is_batch(n) || (n->cols != wanted && !two))
        lhi_fail(d->c, LH_ESHAPE, "give the output yhat, not the loss: lh_output(L) of a loss that "
                                  "fits the labels; lh_data_read() reads classes",
                 "%s: %s is %s, and the labels of %s, which are %s, need %s", caller, o->yhat,
                 lhi_shape_text(n->rows, n->cols, is, sizeof is), d->name, kinds[labels],
                 lhi_shape_text(LH_ROWS, wanted, must, sizeof must));
    return lhi_ok(d->c) ? 0 : -1;
}

int lhi_scores_begin(lh_scores *o, lh_var yhat, lh_data *d, int labelled, const char *caller)
{
    meaning found;
    size_t cols;

    *o = (lh_scores){.score = NULL};
    if (!lhi_var_good(yhat, caller))
        return -1;
    found = meaning_of(yhat.tape, yhat.id);
    lhi_node_text(yhat.tape, yhat.id, o->yhat, sizeof o->yhat);
    o->data = d ? d->name : "";
    o->s = (lhi_scored){.c = yhat.tape->c, .rows = lh_rows(d),
                        .threshold = yhat.tape->params->threshold};
    if (lhi_data_is_inert(d) || d->c != o->s.c ||
        take_shape(o, d, &yhat.tape->node[yhat.id], found, caller) == 0)
        o->s.score = o->score = lhi_outputs(yhat, d, caller, &cols);
    if (o->score && (!labelled || take_labels(o, d, caller) == 0)) {
        take_units(o, d);
        if (lhi_scored_begin(&o->s) == 0) {
            take_meaning(o, found);
            return 0;
        }
    }
    lhi_scores_end(o);
    return -1;
}

void lhi_scores_end(lh_scores *o)
{
    lh_ctx *c = o->s.c;

    lhi_scored_end(&o->s);
    lhi_release(c, o->called);
    lhi_release(c, o->weight);
    lhi_release(c, o->label);
    lhi_release(c, o->score);
    *o = (lh_scores){.score = NULL};
}

/* --- by name --- */

static const char *nth_name(const void *set, size_t index)
{
    (void)set;
    return lhi_metric_at(index)->name;
}

/* The names of all metrics that can be asked here. */
static const char *all_names(const lh_scores *o, char *text, size_t room)
{
    const lhi_metric *m;
    size_t used = 0;

    text[0] = 0;
    for (size_t i = 0; (m = lhi_metric_at(i)) != NULL && used < room; i++)
        if (lhi_metric_fits(m, &o->s))
            used += (size_t)snprintf(text + used, room - used, "%s%s", used ? ", " : "", m->name);
    return text;
}

/* The metric of that name; NULL and the reason where there is none here. */
static const lhi_metric *asked(const lh_scores *o, const char *name, const char *caller)
{
    lh_ctx *c = o->s.c;
    const lhi_metric *m = name ? lhi_metric_named(name) : NULL;
    char names[400], shown[100];
    const char *near;
    size_t count = 0;

    if (m && lhi_metric_fits(m, &o->s))
        return m;
    while (lhi_metric_at(count))
        count++;
    near = name && !m ? lhi_nearest(name, nth_name, NULL, count) : NULL;
    if (!m)
        lhi_fail(c, LH_EUSAGE, near ? lhi_strf(c, "did you mean %s?", near)
                                    : lhi_strf(c, "there are %s",
                                               all_names(o, names, sizeof names)),
                 "%s: there is no metric '%s'", caller,
                 name ? lhi_legible(shown, sizeof shown, name, strlen(name)) : "");
    else if (!(m->of & o->s.of))
        lhi_fail(c, LH_EUSAGE, lhi_strf(c, "there are %s", all_names(o, names, sizeof names)),
                 "%s: %s means nothing for labels that are %s, as those of %s", caller, m->name,
                 o->s.of == LHI_OF_BINARY    ? "0 and 1"
                 : o->s.of == LHI_OF_CLASSES ? "classes"
                                             : "numbers",
                 o->data);
    else if (o->logits)
        lhi_fail(c, LH_EUSAGE, lhi_strf(c, "%s(lh_output(L), d)", caller),
                 "%s: %s are the logits of a loss, %s", caller, o->yhat,
                 m->needs & LHI_IS_DECIDED ? "1/2 is no threshold for them" : "no probabilities");
    else if (o->outside == o->s.rows)
        lhi_fail(c, LH_EUSAGE, "a loss of 0 and 1 or of classes has probabilities",
                 "%s: %s is what a loss of squares is of, and no probability", caller, o->yhat);
    else
        lhi_fail(c, LH_EUSAGE, lhi_strf(c, "%s(lh_output(L), d)", caller),
                 "%s: %s is %g in row %zu, which is no probability", caller, o->yhat,
                 lhi_score_of(&o->s, o->outside, 0), o->outside);
    return NULL;
}

/* A question about the network; whatever comes of it, the network is what it was. */
static double ask(lh_var yhat, lh_data *d, const char *name, const char *caller)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(yhat));
    lh_ctx *c = lhi_ctx_of(yhat);
    double answer = (double)NAN;
    const lhi_metric *m;
    lh_scores o;

    if (!lhi_ok(c))
        return answer;
    if (lhi_scores_begin(&o, yhat, d, 1, caller) == 0) {
        m = asked(&o, name, caller);
        if (m)
            answer = lhi_metric_of(m, &o.s);
        lhi_scores_end(&o);
    }
    lhi_call_ends(c);
    return answer;
}

double lh_metric(lh_var yhat, lh_data *d, const char *name)
{
    return ask(yhat, d, name, "lh_metric");
}

double lh_accuracy(lh_var yhat, lh_data *d)
{
    return ask(yhat, d, "accuracy", "lh_accuracy");
}

double lh_auc(lh_var yhat, lh_data *d)
{
    return ask(yhat, d, "auc", "lh_auc");
}

lh_metric_row lh_metric_at(size_t index)
{
    const lhi_metric *m = lhi_metric_at(index);

    return m ? (lh_metric_row){m->name, m->text, m->more} : (lh_metric_row){NULL, NULL, 0};
}

/* --- asked often --- */

lh_scores *lh_scores_of(lh_var yhat, lh_data *d)
{
    LHI_USUAL_FLOATS(lhi_ctx_of(yhat));
    lh_ctx *c = lhi_ctx_of(yhat);
    lh_scores *o = lhi_ok(c) ? lhi_alloc(c, sizeof *o) : NULL;
    int begun;

    if (!o)
        return NULL;
    begun = lhi_scores_begin(o, yhat, d, 1, "lh_scores_of") == 0;
    if (!begun)
        lhi_release(c, o);
    lhi_call_ends(c);
    return begun ? o : NULL;
}

void lh_scores_free(lh_scores *o)
{
    if (o && o->s.c) /* what is asked of it afterwards has no context, and does nothing */
        lhi_scores_end(o);
}

int lh_scores_have(const lh_scores *o, const char *name)
{
    const lhi_metric *m = o && name ? lhi_metric_named(name) : NULL;

    return m && lhi_metric_fits(m, &o->s);
}

double lh_scores_metric(lh_scores *o, const char *name)
{
    LHI_USUAL_FLOATS(o ? o->s.c : NULL);
    double answer = (double)NAN;
    const lhi_metric *m;

    if (!o || !lhi_ok(o->s.c))
        return answer;
    m = asked(o, name, "lh_scores_metric");
    if (m)
        answer = lhi_metric_of(m, &o->s);
    lhi_call_ends(o->s.c);
    return answer;
}

lh_interval lh_scores_interval(lh_scores *o, const char *name, size_t samples, double level)
{
    LHI_USUAL_FLOATS(o ? o->s.c : NULL);
    lh_interval found = {(double)NAN, (double)NAN};
    const lhi_metric *m;

    if (!o || !lhi_ok(o->s.c))
        return found;
    m = asked(o, name, "lh_scores_interval");
    if (m && (samples < 1 || samples > UINT32_MAX || !(level > 0 && level < 1)))
        lhi_fail(o->s.c, LH_EUSAGE, "1000 samples and a level of 0.95 are usual",
                 "lh_scores_interval: %zu samples, and a level of %g", samples, level);
    else if (m)
        lhi_interval(m, &o->s, o->s.c->set.seed, samples, level, &found.lo, &found.hi);
    lhi_call_ends(o->s.c);
    return found;
}

double lh_scores_called(lh_scores *o, size_t is, size_t called)
{
    size_t side;

    if (!o || !lhi_ok(o->s.c) || o->s.broken || !(o->s.is & LHI_IS_DECIDED) ||
        (o->s.of == LHI_OF_BINARY && o->s.outputs > 1))
        return 0;
    side = o->s.of == LHI_OF_CLASSES ? o->s.outputs : o->s.of == LHI_OF_BINARY ? 2 : 0;
    if (is >= side || called >= side)
        return 0;
    if (!o->called) {
        o->called = lhi_alloc_array(o->s.c, side * side, sizeof *o->called);
        if (o->called)
            lhi_confusion(&o->s, 0, o->called);
        lhi_call_ends(o->s.c);
    }
    return o->called ? o->called[is * side + called] : 0;
}

double lh_choose_threshold(lh_var yhat, lh_data *d, const char *by)
{
    static const char caller[] = "lh_choose_threshold";
    LHI_USUAL_FLOATS(lhi_ctx_of(yhat));
    lh_ctx *c = lhi_ctx_of(yhat);
    double answer = (double)NAN;
    const int youden = by && strcmp(by, "youden") == 0;
    lh_scores o;

    if (!lhi_ok(c))
        return answer;
    if (!by || (!youden && strcmp(by, "f1") != 0))
        lhi_fail(c, LH_EUSAGE, "f1 or youden", "%s: there is no such rule", caller);
    else if (lhi_scores_begin(&o, yhat, d, 1, caller) == 0) {
        if (o.s.of != LHI_OF_BINARY || o.s.outputs != 1)
            lhi_fail(c, LH_EUSAGE, "of several outputs the largest is named",
                     "%s: the labels of %s are not one column of 0 and 1", caller, d->name);
        else if (asked(&o, "accuracy", caller)) {
            answer = lhi_threshold_of(&o.s, youden ? LHI_BY_YOUDEN : LHI_BY_F1);
            yhat.tape->params->threshold = answer;
        }
        lhi_scores_end(&o);
    }
    lhi_call_ends(c);
    return answer;
}
