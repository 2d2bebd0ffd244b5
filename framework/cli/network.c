/* network.c -- the network of the notes, with any number of hidden layers. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <longhand/layers.h>

#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 101 };

/* The last layer's Z. */
static lh_var layers(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features,
                     ptrdiff_t outputs)
{
    lh_var X = lh_input(t, "X", LH_ROWS, features);
    ptrdiff_t units[MOST_LAYERS];
    const char *at = hidden;
    size_t k = 0;

    while (hidden[0] && lh_error(c) == LH_OK) {
        char *end;

        units[k] = strtol(at, &end, 10);
        if (end == at || units[k] < 1 || units[k] > 1000000 || (*end && *end != ',') ||
            k + 2 > MOST_LAYERS) {
            lh_fail(c, LH_EUSAGE, "--hidden=%s: sizes of layers are wanted, as in 16,8", hidden);
            break;
        }
        k++;
        if (!*end)
            break;
        at = end + 1;
    }
    units[k++] = outputs;
    return lh_mlp_at(X, "", units, k, __FILE__, __LINE__);
}

purpose opt_purpose(lh_ctx *c, const lh_reading *how)
{
    return (purpose){lh_opt_choice(c, "loss", "auto|sigmoid|softmax|squares",
                                   "auto: by the labels, cross-entropy of sigmoid for 0 and 1, of "
                                   "softmax for classes, squares for numbers"),
                     how->weight[0] || how->balance};
}

static const char *loss_by_labels(const lh_data *d)
{
    return lh_labels_of(d) == LH_LABELS_BINARY    ? "sigmoid"
           : lh_labels_of(d) == LH_LABELS_CLASSES ? "softmax"
                                                  : "squares";
}

/* 1 unless a loss has no meaning for the labels. */
static int fits(lh_ctx *c, const lh_data *d, const char *loss)
{
    const lh_labels labels = lh_labels_of(d);
    const char *why = NULL;

    if (labels == LH_LABELS_VALUES && strcmp(loss, "squares") != 0)
        why = "the labels are numbers; --labels=classes takes them for classes";
    else if (strcmp(loss, "softmax") == 0 && labels == LH_LABELS_BINARY && lh_outputs(d) > 1)
        why = "there are several columns of 0 and 1, and a row may have more than one 1";
    if (why)
        lh_fail(c, LH_EUSAGE, "--loss=%s: %s\n  hint: --loss=%s fits them", loss, why,
                loss_by_labels(d));
    return !why;
}

/* The notes have one column of 0 and 1: nothing is to be told about that. */
static void say_loss(lh_ctx *c, const lh_data *d, const char *loss, int asked)
{
    const lh_labels labels = lh_labels_of(d);
    const long n = (long)lh_outputs(d);

    if (labels == LH_LABELS_BINARY && n == 1 && strcmp(loss, "sigmoid") == 0)
        return;
    lh_say(c, "the loss is %s, %s%s",
           strcmp(loss, "sigmoid") == 0   ? "cross-entropy of sigmoid"
           : strcmp(loss, "softmax") == 0 ? "cross-entropy of softmax"
                                          : "the mean of squares",
           asked ? "as --loss says" : "for the labels are ",
           asked                          ? ""
           : labels == LH_LABELS_CLASSES ? "classes (--loss overrules)"
           : labels == LH_LABELS_VALUES  ? "numbers"
                                         : "columns of 0 and 1 (--loss overrules)");
}

/* Class numbers are one column to feed, and columns of 0 and 1 can be weighed. */
static lh_var softmax(lh_tape *t, lh_var Z, ptrdiff_t classes, int weighted)
{
    lh_var y = lh_input(t, "y", LH_ROWS, weighted ? classes : 1);

    if (!weighted)
        return lh_softmax_ce_classes(Z, y);
    return lh_softmax_ce(Z, lh_mul(y, lh_input(t, "w", LH_ROWS, 1)));
}

static lh_var by_columns(lh_tape *t, lh_var Z, int squares, int weighted)
{
    lh_var y = lh_input(t, "y", LH_ROWS, lh_cols_of(Z));

    if (!weighted)
        return squares ? lh_mse(Z, y) : lh_bce_logits(Z, y);
    lh_var w = lh_input(t, "w", LH_ROWS, 1);
    return squares ? lh_weighted_mse(Z, y, w) : lh_weighted_bce_logits(Z, y, w);
}

lh_var network_for(lh_ctx *c, lh_tape *t, const char *hidden, const lh_data *d, purpose what)
{
    const int asked = strcmp(what.loss, "auto") != 0;
    const char *loss = asked ? what.loss : loss_by_labels(d);
    const int by_softmax = strcmp(loss, "softmax") == 0;
    const ptrdiff_t outputs = by_softmax ? lh_classes(d) : lh_outputs(d);

    if (lh_error(c) == LH_OK && fits(c, d, loss))
        say_loss(c, d, loss, asked);
    lh_var Z = layers(c, t, hidden, lh_cols(d), outputs);
    lh_let(L, by_softmax ? softmax(t, Z, outputs, what.weighted)
                         : by_columns(t, Z, strcmp(loss, "squares") == 0, what.weighted));
    lh_var yhat = lh_output(L);
    if (yhat.id != Z.id)
        lh_label(yhat, "yhat", __FILE__, __LINE__);
    return L;
}

lh_var notes_literal(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features)
{
    lh_var y = lh_input(t, "y", LH_ROWS, 1);
    lh_let(yhat, lh_sigmoid(layers(c, t, hidden, features, 1)));
    lh_let(L, lh_bce(yhat, y));
    return L;
}
