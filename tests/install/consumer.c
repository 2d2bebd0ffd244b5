/* consumer.c -- a user's driver: logistic regression with the installed library alone. */
/* SPDX-License-Identifier: MIT */
#include <longhand.h>

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "logistic regression");
    lh_data *d = lh_data_open(c, "wdbc"), *test = lh_hold_out(d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
    lh_var X = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W = lh_param(t, "W", lh_cols(d), 1, LH_GLOROT), b = lh_param(t, "b", 1, 1, LH_ZEROS);

    lh_let(Z, lh_add(lh_matmul(X, W), b));
    lh_let(L, lh_bce_logits(Z, y));
    lh_verify(L, d, 32);

    lh_run *r = lh_train(L, LH_SGD(0.1), d, 64, 5);
    while (lh_epoch(r))
        lh_note(r, "test loss", lh_loss(L, test));
    lh_save(r, "consumer.h5");
    return lh_close(c);
}
