/* cli.h -- the verbs of the longhand command. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CLI_H
#define LHI_CLI_H

/* longhand.h but for the ops: a new one concerns network.c alone. */
#include <longhand/bench.h>
#include <longhand/curves.h>
#include <longhand/derive.h>
#include <longhand/line.h>
#include <longhand/metrics.h>
#include <longhand/op.h>
#include <longhand/report.h>
#include <longhand/selftest.h>
#include <longhand/store.h>
#include <longhand/train.h>
#include <longhand/verify.h>
#include <longhand/version.h>

/* Each verb is a program of its own: it opens a context and returns the exit code. */
int verb_train(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_derive(int argc, char **argv);
int verb_diff(int argc, char **argv);
int verb_eval(int argc, char **argv);
int verb_fsck(int argc, char **argv);
int verb_inspect(int argc, char **argv);
int verb_plot(int argc, char **argv);
int verb_predict(int argc, char **argv);
int verb_replay(int argc, char **argv);
int verb_bench(int argc, char **argv);
int verb_info(int argc, char **argv);
int verb_ops(int argc, char **argv);

/* What a network of layers is for: the option --loss, and what is weighed. */
typedef struct purpose {
    const char *loss; /* auto, sigmoid, softmax, squares */
    int weighted;     /* the rows have weights, the input w */
} purpose;

/* Declares --loss; what the options of a reading weigh. */
purpose opt_purpose(lh_ctx *c, const lh_reading *how);

/* Records the network of the notes with hidden layers of the given sizes ("16,8") for the rows of
 * d, and the loss that fits their labels, on logits; says which where it is not the notes' own.
 * Inert after LH_EUSAGE. */
lh_var network_for(lh_ctx *c, lh_tape *t, const char *hidden, const lh_data *d, purpose what);
/* The metric of the labels that is a curve beside the loss, and that curve's name. */
const char *curve_metric(const lh_data *d);
const char *curve_name(const lh_data *d);
/* Is it in the units of the labels, and not a part of 1? */
int has_units(const char *metric);
/* Prints `before`, "accuracy 0.9859, AUC 0.9963, loss 0.0786" or what fits the labels, and no
 * newline; nothing after an error.  yhat may be none (its tape NULL): then the loss alone. */
void print_worth(lh_var L, lh_var yhat, lh_data *d, const char *before);

/* The network of the notes for 0/1 labels, with the loss to the letter of NOTES 6 and 7: bce of
 * the sigmoid. */
lh_var notes_literal(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features);

#endif
