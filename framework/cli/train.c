/* train.c -- longhand train: ledger, training, held-out figures, all in one folder. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <math.h>
#include <string.h>

static void declare_examples(lh_ctx *c)
{
    lh_opt_example(c, "longhand train --data=wdbc --out=run",
                   "the network of the notes on the data set that is built in");
    lh_opt_example(c, "longhand train --data=my.csv --hidden=64,32 --momentum=0.9 --epochs=500",
                   "another network on a CSV file with 0/1 labels in the last column");
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
static void say_what_next(lh_ctx *c, const char *out, const char *data)
{
    printf("\nIn %s: model.h5 (checkpoint), history.csv, history.jsonl%s.\n\nNext:", out,
           lh_draws(c) ? ", figures with their .gp\nscripts: curves, roc, norms" : "");
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

int verb_train(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "train the network of the notes on a data set");
    declare_examples(c);
    const char *source = lh_opt_path(c, "data", "wdbc", "CSV file, or wdbc");
    const char *hidden = lh_opt_text(c, "hidden", "16,8", "units of the hidden layers");
    const char *page = lh_opt_path(c, "page", "", "a text with the lines of another network");
    double rate = lh_opt_real(c, "rate", 0.1, "alpha: step of theta := theta - alpha dL/dtheta");
    double momentum = lh_opt_real(c, "momentum", 0, "part of the last step that is kept");
    long batch = lh_opt_int(c, "batch", 64, "rows of a batch, 0: all at once");
    long epochs = lh_opt_int(c, "epochs", 200, "passes over the training rows");
    long patience = lh_opt_int(c, "patience", 0,
                               "stop after so many epochs without a lower validation loss; takes "
                               "a fifth of the training rows for validation");
    double part = lh_opt_real(c, "held-out", 0.25, "part of the rows that is kept for the test");
    long check = lh_opt_int(c, "check-rows", 32, "rows to check the gradients on, 0: no check");
    const char *out = lh_opt_path(c, "out", "run", "folder for the results");

    if (batch < 0 || check < 0 || patience < 0)
        lh_fail(c, LH_EUSAGE, "--batch, --check-rows and --patience are 0 or more");
    lh_data *d = lh_data_open(c, source), *test = lh_hold_out(d, part);
    lh_data *validation = patience > 0 ? lh_hold_out(d, 0.2) : NULL;

    lh_params *theta = lh_params_new(c, LH_F32);
    lh_tape *t = lh_tape_new(theta);
    lh_var L = page[0] ? lh_on_logits(lh_page_file(t, page))
                       : notes_network(c, t, hidden, lh_cols(d));
    lh_var yhat = page[0] ? lh_named(t, "yhat") : lh_output(L);
    const int classifies = yhat.tape != NULL;

    if (check > 0)
        lh_verify(L, d, (size_t)check);
    lh_folder(c, out); /* before the work: a place that cannot be written is told now */
    lh_run *r = lh_train(L, LH_MOMENTUM(rate, momentum), d, (size_t)batch, epochs);
    lh_will_save(r, lh_path(c, out, "model.h5"));
    if (validation)
        lh_patience(r, patience); /* a run that had ended goes on when it is raised */
    while (lh_epoch(r)) {
        lh_note(r, "test loss", lh_loss(L, test));
        if (classifies)
            lh_note(r, "test accuracy", lh_accuracy(yhat, test));
        if (validation)
            lh_watch(r, "validation loss", lh_loss(L, validation), patience);
    }
    const int saved = lh_save(r, lh_path(c, out, "model.h5")) == LH_OK;
    const int ran = lh_epochs(r) > 0;
    const double accuracy = ran && classifies ? lh_accuracy(yhat, test) : (double)NAN;
    if (ran && !classifies)
        printf("%zu rows held out: loss %.4f, after %ld epochs (%.3g rows/s)\n", lh_rows(test),
               lh_loss(L, test), lh_epochs(r), lh_speed(r));
    if (accuracy == accuracy) { /* also where something could not be written */
        printf("%zu rows held out: accuracy %.4f, AUC %.4f, loss %.4f, after %ld epochs "
               "(%.3g rows/s)\n",
               lh_rows(test), accuracy, fabs(lh_auc(yhat, test)), lh_loss(L, test),
               lh_epochs(r), lh_speed(r));
        if (lh_best_epoch(r) > 0)
            printf("The model is that of epoch %ld, with the smallest validation loss.\n",
                   lh_best_epoch(r));
    }
    lh_history(r, lh_path(c, out, "history.csv"));
    lh_history(r, lh_path(c, out, "history.jsonl"));
    lh_plot(r, lh_path(c, out, "curves.png"),
            classifies ? "loss, test loss, test accuracy" : "loss, test loss");
    lh_plot_norms(r, lh_path(c, out, "norms.png"));
    if (classifies)
        lh_plot_roc(yhat, test, lh_path(c, out, "roc.png"));
    if (saved && lh_epochs(r) > 0)
        say_what_next(c, out, source);
    return lh_close(c);
}
