/* cli.h -- the verbs of the longhand command. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CLI_H
#define LHI_CLI_H

/* longhand.h but for the ops: a new one concerns network.c alone. */
#include <longhand/bench.h>
#include <longhand/curves.h>
#include <longhand/derive.h>
#include <longhand/line.h>
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
int verb_eval(int argc, char **argv);
int verb_inspect(int argc, char **argv);
int verb_plot(int argc, char **argv);
int verb_bench(int argc, char **argv);
int verb_info(int argc, char **argv);
int verb_ops(int argc, char **argv);

/* Records the network of the notes with hidden layers of the given sizes ("16,8"), and
 * its loss on logits.  Inert after LH_EUSAGE. */
lh_var notes_network(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features);
/* The same with the loss to the letter of NOTES 6 and 7: bce of the sigmoid. */
lh_var notes_literal(lh_ctx *c, lh_tape *t, const char *hidden, ptrdiff_t features);

#endif
