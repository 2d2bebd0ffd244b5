/* folds.c -- your own file in five folds: AdamW, cosine, early stop, the best model, a table. */
/* SPDX-License-Identifier: MIT */
#include <longhand.h>

#include <stdio.h>

enum { MOST = 100 }; /* folds */

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "train on k folds of a file, and keep the best model");
    lh_opt_example(c, "folds --data=sonar.csv", "classes in the last column, as R writes them");
    lh_opt_example(c, "folds --data=boston.csv --label=medv --folds=10", "numbers to predict");
    const char *source = lh_opt_path(c, "data", "wdbc", "a table: CSV, NumPy, HDF5, ...");
    const char *out = lh_opt_path(c, "out", "folds", "folder for the best model");
    const long folds = lh_opt_int(c, "folds", 5, "parts, of which each is the test once");
    const long units = lh_opt_int(c, "hidden", 16, "units of each of two hidden layers");
    const long epochs = lh_opt_int(c, "epochs", 100, "passes over the training rows, at most");
    const long patience = lh_opt_int(c, "patience", 20, "epochs without a lower validation loss");
    const lh_reading reading = lh_opt_reading(c);
    lh_optimizer how = LH_ADAMW(0.01, 0.01);
    lh_data *d = lh_data_read(c, source, &reading), *train, *test;
    const lh_labels labels = lh_labels_of(d);
    const char *metric = labels == LH_LABELS_VALUES ? "r2" : "accuracy";
    double value[MOST], sum = 0, best = -1e300;
    long done = 0, epoch[MOST];

    if (folds > MOST)
        lh_fail(c, LH_EUSAGE, "--folds=%ld: at most %d", folds, MOST);
    how.schedule = LH_COSINE(0);
    how = lh_opt_optimizer(c, how);
    lh_folder(c, out);
    for (; done < folds; done++) {
        if (lh_fold(d, (size_t)folds, (size_t)done, &train, &test) != LH_OK)
            break;
        lh_data *validation = lh_hold_out(train, 0.15);
        lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
        lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d));
        lh_var y = lh_input(t, "y", LH_ROWS, lh_outputs(d));
        lh_let(Z, lh_mlp(X, "", (ptrdiff_t)units, (ptrdiff_t)units, lh_outputs(d)));
        lh_let(L, labels == LH_LABELS_VALUES    ? lh_mse(Z, y)
                  : labels == LH_LABELS_CLASSES ? lh_softmax_ce(Z, y)
                                                : lh_bce_logits(Z, y));
        lh_run *r = lh_train(L, how, train, 32, epochs);
        while (lh_epoch(r))
            lh_watch(r, "validation loss", lh_loss(L, validation), patience);
        value[done] = lh_metric(lh_output(L), test, metric);
        epoch[done] = lh_best_epoch(r);
        sum += value[done];
        if (value[done] > best && lh_save(r, lh_path(c, out, "best.h5")) == LH_OK)
            best = value[done];
    }
    if (lh_error(c) == LH_OK && done == folds) {
        printf("fold  epoch  %s\n", metric);
        for (long k = 0; k < folds; k++)
            printf("%4ld  %5ld  %.4f\n", k + 1, epoch[k], value[k]);
        printf("mean         %.4f, the best in %s\n", sum / (double)folds, out);
    }
    return lh_close(c);
}
