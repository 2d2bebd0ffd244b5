/* notes.c -- the page of notes, line for line: derived by hand, recorded, compared, trained. */
/* SPDX-License-Identifier: MIT */
#include <longhand.h>

#include <stdio.h>

/* d = A^T D, row by row of the batch. */
static void transposed_product(lh_matrix A, lh_matrix D, lh_wide *d)
{
    for (size_t i = 0; i < A.rows; i++)
        for (size_t j = 0; j < A.cols; j++)
            for (size_t k = 0; k < D.cols; k++)
                d[j * D.cols + k] += A.at[i * A.cols + j] * D.at[i * D.cols + k];
}

/* d = D W^T */
static void product_transposed(lh_matrix D, lh_matrix W, lh_wide *d)
{
    for (size_t i = 0; i < D.rows; i++)
        for (size_t j = 0; j < W.rows; j++)
            for (size_t k = 0; k < D.cols; k++)
                d[i * W.rows + j] += D.at[i * D.cols + k] * W.at[j * W.cols + k];
}

/* d = D summed over the rows */
static void summed(lh_matrix D, lh_wide *d)
{
    for (size_t i = 0; i < D.rows; i++)
        for (size_t k = 0; k < D.cols; k++)
            d[k] += D.at[i * D.cols + k];
}

/* d = D * g'(Z) with g = ReLU: D passes where Z > 0 */
static void through_relu(lh_matrix D, lh_matrix Z, lh_wide *d)
{
    for (size_t i = 0; i < D.rows * D.cols; i++)
        d[i] = Z.at[i] > 0 ? D.at[i] : 0;
}

/* Backpropagation, in the order of the page; dX is dL/dX, 1/m comes in with line 8. */

static void dyhat(lh_page *p, lh_wide *d) /* NOTES 8: -y/yhat + (1-y)/(1-yhat), over m */
{
    lh_matrix y = lh_on(p, "y"), yhat = lh_on(p, "yhat");

    for (size_t i = 0; i < y.rows; i++)
        d[i] = (-y.at[i] / yhat.at[i] + (1 - y.at[i]) / (1 - yhat.at[i])) / (lh_wide)y.rows;
}

static void dZ3(lh_page *p, lh_wide *d) /* NOTES 11: 8 times 10 collapses to yhat - y, over m */
{
    lh_matrix y = lh_on(p, "y"), yhat = lh_on(p, "yhat");

    for (size_t i = 0; i < y.rows; i++)
        d[i] = (yhat.at[i] - y.at[i]) / (lh_wide)y.rows;
}

static void dW3(lh_page *p, lh_wide *d) /* NOTES 12: A2^T.dZ3 */
{
    transposed_product(lh_on(p, "A2"), lh_on(p, "dZ3"), d);
}

static void db3(lh_page *p, lh_wide *d) /* NOTES 13: dZ3 summed over the rows */
{
    summed(lh_on(p, "dZ3"), d);
}

static void dA2(lh_page *p, lh_wide *d) /* NOTES 14: dZ3.W3^T */
{
    product_transposed(lh_on(p, "dZ3"), lh_on(p, "W3"), d);
}

static void dZ2(lh_page *p, lh_wide *d) /* NOTES 15: dA2 * g2'(Z2) */
{
    through_relu(lh_on(p, "dA2"), lh_on(p, "Z2"), d);
}

static void dW2(lh_page *p, lh_wide *d) /* NOTES 16: A1^T.dZ2 */
{
    transposed_product(lh_on(p, "A1"), lh_on(p, "dZ2"), d);
}

static void db2(lh_page *p, lh_wide *d) /* NOTES 17: dZ2 summed over the rows */
{
    summed(lh_on(p, "dZ2"), d);
}

static void dA1(lh_page *p, lh_wide *d) /* NOTES 18: dZ2.W2^T */
{
    product_transposed(lh_on(p, "dZ2"), lh_on(p, "W2"), d);
}

static void dZ1(lh_page *p, lh_wide *d) /* NOTES 19: dA1 * g1'(Z1) */
{
    through_relu(lh_on(p, "dA1"), lh_on(p, "Z1"), d);
}

static void dW1(lh_page *p, lh_wide *d) /* NOTES 20: X^T.dZ1 */
{
    transposed_product(lh_on(p, "X"), lh_on(p, "dZ1"), d);
}

static void db1(lh_page *p, lh_wide *d) /* NOTES 21: dZ1 summed over the rows */
{
    summed(lh_on(p, "dZ1"), d);
}

int main(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "the network of the notes: checked by hand, then trained");
    lh_opt_example(c, "notes", "the page on the breast cancer data that are built in");
    lh_opt_example(c, "notes --data=my.csv --hidden1=64 --hidden2=32 --epochs=500",
                   "on a CSV file with 0/1 labels in the last column");
    lh_opt_example(c, "notes --batch=0 --rate=0.5", "plain gradient descent on all rows");
    const char *source = lh_opt_path(c, "data", "wdbc", "CSV file, or wdbc");
    long   h1     = lh_opt_int (c, "hidden1", 16, "units of the first hidden layer");
    long   h2     = lh_opt_int (c, "hidden2", 8, "units of the second hidden layer");
    double alpha  = lh_opt_real(c, "rate", 0.1, "step of theta := theta - alpha dL/dtheta");
    long   batch  = lh_opt_int (c, "batch", 64, "rows of a batch, 0: all at once, as on the page");
    long   epochs = lh_opt_int (c, "epochs", 200, "passes over the training rows");
    const char *out = lh_opt_path(c, "out", "run", "folder for the results");

    lh_data *d = lh_data_open(c, source), *test = lh_hold_out(d, 0.25);
    ptrdiff_t n = lh_cols(d);

    lh_params *theta = lh_params_new(c, LH_F32);
    lh_tape   *t     = lh_tape_new(theta);
    lh_var X  = lh_input(t, "X", LH_ROWS, n), y = lh_input(t, "y", LH_ROWS, 1);
    lh_var W1 = lh_param(t, "W1", n, h1, LH_HE),     b1 = lh_param(t, "b1", 1, h1, LH_ZEROS);
    lh_var W2 = lh_param(t, "W2", h1, h2, LH_HE),    b2 = lh_param(t, "b2", 1, h2, LH_ZEROS);
    lh_var W3 = lh_param(t, "W3", h2, 1, LH_GLOROT), b3 = lh_param(t, "b3", 1, 1, LH_ZEROS);

    lh_let(Z1,   lh_add(lh_matmul(X, W1), b1));  /* NOTES 1 */
    lh_let(A1,   lh_relu(Z1));                   /* NOTES 2 */
    lh_let(Z2,   lh_add(lh_matmul(A1, W2), b2)); /* NOTES 3 */
    lh_let(A2,   lh_relu(Z2));                   /* NOTES 4 */
    lh_let(Z3,   lh_add(lh_matmul(A2, W3), b3)); /* NOTES 5 */
    lh_let(yhat, lh_sigmoid(Z3));                /* NOTES 6, 9, 10 */
    lh_let(L,    lh_bce(yhat, y));               /* NOTES 7, 8, to the letter */
    lh_let(Lz,   lh_bce_logits(Z3, y));          /* the same number, from Z3: for training */

    lh_hand(L, "yhat", dyhat, "NOTES 8: dyhat = (-y/yhat + (1-y)/(1-yhat)) / m");
    lh_hand(L, "Z3",   dZ3,   "NOTES 11: dZ3 = (yhat - y) / m");
    lh_hand(L, "W3",   dW3,   "NOTES 12: dW3 = A2^T.dZ3");
    lh_hand(L, "b3",   db3,   "NOTES 13: db3 = dZ3 summed over the rows");
    lh_hand(L, "A2",   dA2,   "NOTES 14: dA2 = dZ3.W3^T");
    lh_hand(L, "Z2",   dZ2,   "NOTES 15: dZ2 = dA2 * g2'(Z2)");
    lh_hand(L, "W2",   dW2,   "NOTES 16: dW2 = A1^T.dZ2");
    lh_hand(L, "b2",   db2,   "NOTES 17: db2 = dZ2 summed over the rows");
    lh_hand(L, "A1",   dA1,   "NOTES 18: dA1 = dZ2.W2^T");
    lh_hand(L, "Z1",   dZ1,   "NOTES 19: dZ1 = dA1 * g1'(Z1)");
    lh_hand(L, "W1",   dW1,   "NOTES 20: dW1 = X^T.dZ1");
    lh_hand(L, "b1",   db1,   "NOTES 21: db1 = dZ1 summed over the rows");
    lh_verify(L, d, 32); /* tape = hand = differences, or stop here */

    lh_folder(c, out);
    const size_t rows = batch > 0 ? (size_t)batch : 0;
    lh_run *r = lh_train(Lz, LH_SGD(alpha), d, rows, epochs); /* NOTES 22 */
    lh_will_save(r, lh_path(c, out, "notes.h5"));
    while (lh_epoch(r)) {
        lh_note(r, "test loss", lh_loss(Lz, test));
        lh_note(r, "test accuracy", lh_accuracy(yhat, test));
    }
    if (lh_error(c) == LH_OK && lh_epochs(r) > 0)
        printf("%zu rows held out: accuracy %.4f, AUC %.4f, loss %.4f, after %ld epochs\n",
               lh_rows(test), lh_accuracy(yhat, test), lh_auc(yhat, test), lh_loss(Lz, test),
               lh_epochs(r));

    lh_save(r, lh_path(c, out, "notes.h5"));
    lh_history(r, lh_path(c, out, "history.csv"));
    lh_history(r, lh_path(c, out, "history.jsonl"));
    lh_plot(r, lh_path(c, out, "curves.png"), "loss, test loss, test accuracy");
    lh_plot_norms(r, lh_path(c, out, "norms.png"));
    lh_plot_roc(yhat, test, lh_path(c, out, "roc.png"));
    return lh_close(c);
}
