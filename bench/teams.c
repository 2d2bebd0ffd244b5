/* teams.c -- the seconds that a training takes, for bench/teams.sh. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include <longhand.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "times a training of ReLU layers and a sigmoid");
    const char *hidden = lh_opt_text(c, "hidden", "16,8", "units of the layers, with commas");
    const long batch = lh_opt_int(c, "batch", 32, "rows of a batch");
    const long epochs = lh_opt_int(c, "epochs", 100, "passes over the data");
    lh_data *d = lh_data_open(c, lh_opt_path(c, "data", "wdbc", "training set"));
    lh_data *test = lh_hold_out(d, 0.25);
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F32));
    lh_var A = lh_input(t, "X", LH_ROWS, lh_cols(d)), y = lh_input(t, "y", LH_ROWS, 1);
    ptrdiff_t n = lh_cols(d);
    char *at = (char *)hidden;
    double began, loss = 0;
    lh_run *r;

    for (int l = 1; *at; l++) {
        const long units = strtol(at, &at, 10);
        char W[16], b[16];

        snprintf(W, sizeof W, "W%d", l);
        snprintf(b, sizeof b, "b%d", l);
        A = lh_relu(lh_add(lh_matmul(A, lh_param(t, W, n, units, LH_HE)),
                           lh_param(t, b, 1, units, LH_ZEROS)));
        n = units;
        at += *at == ',';
    }
    lh_let(Z, lh_add(lh_matmul(A, lh_param(t, "W", n, 1, LH_GLOROT)),
                     lh_param(t, "b", 1, 1, LH_ZEROS)));
    lh_let(L, lh_bce_logits(Z, y));
    r = lh_train(L, LH_SGD(0.01), d, (size_t)batch, epochs);
    began = seconds();
    while (lh_epoch(r))
        loss += lh_loss(L, test);
    printf("%.6f\n", seconds() - began);
    lh_say(c, "loss %.17g, sum of those held out %.17g", lh_last_loss(r), loss);
    return lh_close(c);
}
