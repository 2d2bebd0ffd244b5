/* train.c -- longhand train: ledger, training, held-out figures, all in one folder. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <math.h>
#include <string.h>

static void declare_examples(lh_ctx *c)
{
    lh_opt_example(c, "longhand train --data=wdbc --out=run",
                   "the network of the notes on the data set that is built in");
    lh_opt_example(c, "longhand train --data=my.csv --label=species --hidden=64,32 "
                      "--optimizer=adam --rate=0.002",
                   "another network on a file; the loss is the one that fits its labels");
    lh_opt_example(c, "longhand train --page=experiments/page.txt",
                   "a network of your own, written as lines of mathematics");
    lh_opt_example(c, "longhand train --epochs=400 --resume=run/model.h5 --out=run",
                   "go on with a run; the bits are those of one that never stopped");
}

/* A path as a shell takes it. */
static void print_word(const char *folder, const char *name)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "/._+@,=:-";

    if (folder[strspn(folder, plain)] == 0) {
        printf("%s%s", folder, name);
        return;
    }
    putchar('\'');
    for (; *folder; folder++)
        if (*folder == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*folder);
    printf("%s'", name);
}

/* The files of a run, and what can be done with them. */
static void say_what_next(lh_ctx *c, const char *out, const char *data, int roc)
{
    printf("\nIn %s: model.h5 (checkpoint), history.csv, history.jsonl%s.\n\nNext:", out,
           !lh_draws(c) ? ""
           : roc        ? ", figures with their .gp\nscripts: curves, roc, norms"
                        : ", figures with their .gp\nscripts: curves, norms");
    printf("\n  longhand inspect ");
    print_word(out, "/model.h5");
    printf("\n  longhand eval ");
    print_word(out, "/model.h5");
    printf(" --data=");
    print_word(data, "");
    printf("\n  longhand plot ");
    print_word(out, "/model.h5");
    printf(" --plot=term\n");
}

/* The last line: also where something could not be written. */
static void print_result(lh_run *r, lh_var L, lh_var yhat, lh_data *test, const char *given)
{
    char before[200];

    snprintf(before, sizeof before, given[0] ? "%zu rows of %.120s: " : "%zu rows held out%s: ",
             lh_rows(test), given);
    print_worth(L, yhat, test, before);
    printf(", after %ld epochs (%.3g rows/s)\n", lh_epochs(r), lh_speed(r));
    if (lh_best_epoch(r) > 0)
        printf("The model is that of epoch %ld, with the smallest validation loss.\n",
               lh_best_epoch(r));
}

static int has_roc(const lh_data *d, lh_var yhat)
{
    return lh_labels_of(d) == LH_LABELS_BINARY && lh_outputs(d) == 1 && lh_cols_of(yhat) == 1;
}

int verb_train(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "train the network of the notes on a data set");
    declare_examples(c);
    const char *source = lh_opt_path(c, "data", "wdbc", "file with rows, or wdbc");
    const lh_reading how = lh_opt_reading(c);
    const char *hidden = lh_opt_text(c, "hidden", "16,8", "units of the hidden layers");
    const purpose what = opt_purpose(c, &how);
    const char *page = lh_opt_path(c, "page", "", "a text with the lines of another network");
    const lh_optimizer rule = lh_opt_optimizer(c, LH_SGD(0.1));
    long batch = lh_opt_int(c, "batch", 64, "rows of a batch, 0: all at once");
    long epochs = lh_opt_int(c, "epochs", 200, "passes over the training rows");
    long patience = lh_opt_int(c, "patience", 0,
                               "stop after so many epochs without a lower validation loss; takes "
                               "a fifth of the training rows for validation");
    const char *by = lh_opt_choice(c, "threshold", "half|f1|youden",
                                   "what 1 is called from: 1/2, or what has the best F1 or the "
                                   "best recall + specificity on rows for validation");
    double part = lh_opt_real(c, "held-out", 0.25, "part of the rows that is kept for the test");
    const char *given = lh_opt_path(c, "test", "", "file with the rows for the test, instead");
    long check = lh_opt_int(c, "check-rows", 32, "rows to check the gradients on, 0: no check");
    const char *out = lh_opt_path(c, "out", "run", "folder for the results");

    if (batch < 0 || check < 0 || patience < 0)
        lh_fail(c, LH_EUSAGE, "--batch, --check-rows and --patience are 0 or more");
    lh_data *d = lh_data_read(c, source, &how);
    lh_data *test = given[0] ? lh_data_beside(d, given) : lh_hold_out(d, part);
    const int chooses = strcmp(by, "half") != 0;
    lh_data *validation = patience > 0 || chooses ? lh_hold_out(d, 0.2) : NULL;

    if (chooses && (lh_labels_of(d) != LH_LABELS_BINARY || lh_outputs(d) > 1))
        lh_fail(c, LH_EUSAGE, "--threshold=%s is for one column of 0 and 1", by);
    lh_params *theta = lh_params_new(c, LH_F32);
    lh_tape *t = lh_tape_new(theta);
    lh_var L = page[0] ? lh_on_logits(lh_page_file(t, page)) : network_for(c, t, hidden, d, what);
    lh_var yhat = page[0] ? lh_named(t, "yhat") : lh_output(L);
    const char *curve = curve_name(d);

    if (check > 0)
        lh_verify(L, d, (size_t)check);
    lh_folder(c, out); /* before the work: a place that cannot be written is told now */
    lh_run *r = lh_train(L, rule, d, (size_t)batch, epochs);
    lh_will_save(r, lh_path(c, out, "model.h5"));
    if (patience > 0)
        lh_patience(r, patience); /* a run that had ended goes on when it is raised */
    while (lh_epoch(r)) {
        lh_note(r, "test loss", lh_loss(L, test));
        if (yhat.tape)
            lh_note(r, curve, lh_metric(yhat, test, curve_metric(d)));
        if (patience > 0)
            lh_watch(r, "validation loss", lh_loss(L, validation), patience);
    }
    if (chooses && lh_epochs(r) > 0)
        printf("1 is called from %.6g on.\n", lh_choose_threshold(yhat, validation, by));
    const int saved = lh_save(r, lh_path(c, out, "model.h5")) == LH_OK;
    if (lh_epochs(r) > 0)
        print_result(r, L, yhat, test, given);
    lh_history(r, lh_path(c, out, "history.csv"));
    lh_history(r, lh_path(c, out, "history.jsonl"));
    lh_plot(r, lh_path(c, out, "curves.png"),
            !yhat.tape                         ? "loss, test loss"
            : strcmp(curve, "test R2") == 0 ? "loss, test loss, test R2"
                                            : "loss, test loss, test accuracy");
    lh_plot_norms(r, lh_path(c, out, "norms.png"));
    if (has_roc(d, yhat))
        lh_plot_roc(yhat, test, lh_path(c, out, "roc.png"));
    if (saved && lh_epochs(r) > 0)
        say_what_next(c, out, source, has_roc(d, yhat));
    return lh_close(c);
}
