/* main.c -- the longhand command: finds the verb. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} verbs[] = {
    {"train",   verb_train,   "train the network of the notes on a data set"},
    {"check",   verb_check,   "print the gradient ledger of a network"},
    {"derive",  verb_derive,  "print the derivation of a network, each line checked"},
    {"eval",    verb_eval,    "measure a checkpoint on a data set"},
    {"inspect", verb_inspect, "show what a checkpoint holds"},
    {"diff",    verb_diff,    "tell what differs between two checkpoints"},
    {"fsck",    verb_fsck,    "check every file of a run's folder"},
    {"plot",    verb_plot,    "draw the figures of a checkpoint"},
    {"predict", verb_predict, "write what a trained model says of rows"},
    {"replay",  verb_replay,  "make the steps after a checkpoint again: which goes wrong, and why"},
    {"bench",   verb_bench,   "measure speed, alone and beside other programs"},
    {"info",    verb_info,    "show version, instruction set, threads, libraries"},
    {"ops",     verb_ops,     "list the ops, or derive one"},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

/* The exit code after what was printed on standard output, which must have got there. */
static int printed(void)
{
    return lh_close(lh_open(0, NULL, ""));
}

static int help(FILE *out)
{
    fprintf(out, "longhand -- what you derive on paper you record in C, line by line\n\n"
                 "usage: longhand VERB [options]\n\n");
    for (size_t i = 0; i < VERBS; i++)
        fprintf(out, "  %-9s %s\n", verbs[i].name, verbs[i].what);
    fprintf(out, "\nexamples:\n"
                 "  longhand train --data=wdbc --out=run     ledger, training, figures in run/\n"
                 "  longhand eval run/model.h5 --data=wdbc   accuracy, AUC and loss\n"
                 "  longhand VERB --help                     what a verb takes\n");
    return out == stdout ? printed() : 2;
}

int main(int argc, char **argv)
{
    static char name[64];
    const char *names[VERBS], *near;
    const char *word = argc > 1 ? argv[1] : "";
    int code;
    lh_ctx *c;

    if (lh_confined(argc, argv, &code))
        return code;
    if (argc < 2)
        return help(stderr);
    if (strcmp(word, "--help") == 0 || (strcmp(word, "help") == 0 && argc == 2))
        return help(stdout);
    if (strcmp(word, "--version") == 0) {
        printf("longhand %s\n", LH_VERSION);
        return printed();
    }
    if (strcmp(word, "help") == 0) { /* longhand help train = longhand train --help */
        static char ask[] = "--help";

        word = argv[1] = argv[2];
        argv[2] = ask;
    }
    for (size_t i = 0; i < VERBS; i++) {
        names[i] = verbs[i].name;
        if (strcmp(word, verbs[i].name) == 0) {
            snprintf(name, sizeof name, "longhand %s", word);
            argv[1] = name;
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    near = lh_did_you_mean(word, names, VERBS);
    c = lh_open(0, NULL, "");
    lh_fail(c, LH_EUSAGE, "'%.60s' is no verb\n  hint: %s%s%s", word,
            near ? "did you mean longhand " : "longhand --help lists them", near ? near : "",
            near ? "?" : "");
    return lh_close(c);
}
