/* eval.c -- longhand eval: what a checkpoint is worth on a data set. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <math.h>

int verb_eval(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "measure a checkpoint on a data set");
    lh_opt_example(c, "longhand eval run/model.h5 --data=new.csv", "accuracy, AUC and loss");
    const char *source = lh_opt_path(c, "data", "wdbc", "CSV file, or wdbc");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint to measure");

    if (!file[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed: longhand eval FILE.h5 --data=FILE.csv");
    lh_opt_done(c);
    lh_checkpoint *k = lh_checkpoint_open(c, file);
    lh_data *d = lh_data_open(c, source);

    lh_checkpoint_standardize(k, d);
    lh_var L = lh_checkpoint_network(k), yhat = lh_output(L);
    const double accuracy = lh_accuracy(yhat, d), area = lh_auc(yhat, d), loss = lh_loss(L, d);

    if (lh_error(c) == LH_OK)
        printf("%zu rows of %s: accuracy %.4f, AUC %.4f, loss %.4f\n", lh_rows(d), source,
               accuracy, fabs(area), loss); /* of one class alone: nan, without a sign */
    return lh_close(c);
}
