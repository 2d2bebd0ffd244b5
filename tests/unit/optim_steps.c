/* optim_steps.c -- a small network moved for 100 steps by the rule that its arguments name, in
 * double, printed as JSON: its data, and where its parameters are before and after each step. */
/* SPDX-License-Identifier: MIT */
#include <longhand.h>

#include <stdio.h>

enum { ROWS = 24, IN = 5, HIDDEN = 4, STEPS = 100, EACH = 4 };

static void print(const char *name, lh_array a, const char *after)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < a.rows * a.cols; i++)
        printf("%s%.17g", i ? ", " : "", ((const double *)a.at)[i]);
    printf("]%s", after);
}

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "a small network moved by a rule");
    const lh_optimizer how = lh_opt_optimizer(c, LH_SGD(0.1));
    const int bends = !lh_opt_flag(c, "flat", "no function between the layers");
    lh_tape *t = lh_tape_new(lh_params_new(c, LH_F64));
    lh_var X = lh_input(t, "X", LH_ROWS, IN), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(t, "W1", IN, HIDDEN, LH_GLOROT);
    lh_var b1 = lh_param(t, "b1", 1, HIDDEN, LH_ZEROS);
    lh_var W2 = lh_param(t, "W2", HIDDEN, 1, LH_GLOROT), b2 = lh_param(t, "b2", 1, 1, LH_ZEROS);
    lh_var Z = lh_add(lh_matmul(X, W1), b1), A = bends ? lh_tanh(Z) : Z;
    lh_var L = lh_mse(lh_add(lh_matmul(A, W2), b2), y);
    const lh_var theta[] = {W1, b1, W2, b2};
    static const char *const name[] = {"W1", "b1", "W2", "b2"};
    static double x[ROWS][IN], label[ROWS];
    lh_run *r = lh_loop(L, how, STEPS / EACH);

    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < IN; j++)
            x[i][j] = 2 * lh_random(c, "x", (long)i, j) - 1;
        label[i] = x[i][0] - 2 * x[i][1] * x[i][2] + 0.5 * lh_random(c, "noise", (long)i, 0);
    }
    lh_bind(X, &x[0][0], ROWS);
    lh_bind(y, label, ROWS);
    print("X", (lh_array){x, ROWS, IN, LH_F64}, ",\n");
    print("y", (lh_array){label, ROWS, 1, LH_F64}, ",\n\"steps\": [\n");
    for (long step = 0; step <= STEPS; step++) {
        printf("%s{", step ? ",\n" : "");
        for (size_t k = 0; k < 4; k++)
            print(name[k], lh_value(theta[k]), k < 3 ? ", " : "}");
        /* With several batches for a move each is a third of the rows. */
        if (how.accumulate > 1 && step < STEPS) {
            const size_t from = (size_t)(step % how.accumulate) * (ROWS / (size_t)how.accumulate);

            lh_bind(X, &x[from][0], ROWS / (size_t)how.accumulate);
            lh_bind(y, label + from, ROWS / (size_t)how.accumulate);
        }
        if (step < STEPS && !lh_step(r))
            break;
        if (step < STEPS && (step + 1) % EACH == 0)
            lh_epoch(r);
    }
    printf("]\n");
    return lh_close(c);
}
