/* eval.c -- longhand eval: what a checkpoint is worth on a data set. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <math.h>

static void measure(lh_ctx *c, lh_var L, lh_data *d, const char *name, const char *what)
{
    const lh_var named = lh_named(L.tape, "yhat"), yhat = named.tape ? named : lh_output(L);
    const double accuracy = lh_accuracy(yhat, d), area = lh_auc(yhat, d), loss = lh_loss(L, d);

    if (lh_error(c) == LH_OK)
        printf("%zu rows of %s%s: accuracy %.4f, AUC %.4f, loss %.4f\n", lh_rows(d), name, what,
               accuracy, fabs(area), loss); /* of one class alone: nan, without a sign */
}

/* The file that was trained on: first what was not. */
static void measure_parts(lh_ctx *c, lh_checkpoint *k, lh_var L, lh_data *d, const char *name,
                          long parts)
{
    for (long part = 1; part <= parts; part++) {
        char what[40];

        snprintf(what, sizeof what, parts > 1 ? ", held out as part %ld" : ", held out", part);
        measure(c, L, lh_checkpoint_rows(k, d, part), name, what);
    }
    measure(c, L, lh_checkpoint_rows(k, d, 0), name, ", trained on");
    if (parts > 0)
        measure(c, L, d, name, ", all");
    if (lh_error(c) == LH_OK && parts == 0)
        printf("No row was held out: these figures say how well it fits, not what it is worth.\n");
    if (lh_error(c) == LH_OK && parts > 0 && lh_checkpoint_watched(k)[0])
        printf("The epoch was chosen by the smallest %s: what that was measured on is no test.\n",
               lh_checkpoint_watched(k));
}

int verb_eval(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "measure a checkpoint on a data set");
    lh_opt_uses(c, LH_USES_THREADS);
    lh_opt_example(c, "longhand eval run/model.h5",
                   "on the built-in data: the rows held out, those trained on, and all");
    lh_opt_example(c, "longhand eval run/model.h5 --data=new.csv", "accuracy, AUC and loss");
    const char *source = lh_opt_path(c, "data", "wdbc", "CSV file, or wdbc");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint to measure");

    if (!file[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed: longhand eval FILE.h5 --data=FILE.csv");
    lh_opt_done(c);
    lh_checkpoint *k = lh_checkpoint_open(c, file);
    lh_data *d = lh_data_open(c, source);

    lh_checkpoint_standardize(k, d);
    lh_var L = lh_checkpoint_network(k);
    const long parts = lh_checkpoint_parts(k, d);

    if (parts >= 0)
        measure_parts(c, k, L, d, source, parts);
    else
        measure(c, L, d, source, parts == -1 ? ", another file than it was trained on"
                                             : ", held out or trained on");
    return lh_close(c);
}
