/* predict.c -- longhand predict: what a trained model says of rows. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

#include <longhand/model.h>

int verb_predict(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "write what a trained model says of rows");
    lh_opt_uses(c, LH_USES_THREADS);
    lh_opt_example(c, "longhand predict run/model.h5 --data=new.csv --out=p.csv",
                   "rows with or without labels; columns are found by their names");
    lh_opt_example(c, "longhand predict run/model.h5 --data=new.csv --out=/dev/stdout",
                   "for another program");
    const char *source = lh_opt_path(c, "data", "", "file with rows");
    const char *out = lh_opt_path(c, "out", "predictions.csv", "file to write");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint of the model");

    if (!file[0] || !source[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed, and data: "
                              "longhand predict FILE.h5 --data=FILE.csv");
    lh_opt_done(c);
    lh_checkpoint *k = lh_checkpoint_open(c, file);
    lh_data *d = lh_checkpoint_data(k, source);
    const lh_var yhat = lh_prediction(lh_checkpoint_network(k));

    if (lh_predict_csv(yhat, d, out) == LH_OK && lh_error(c) == LH_OK)
        lh_say(c, "%zu rows of %s are in %s", lh_rows(d), source, out);
    return lh_close(c);
}
