/* derive_page.h -- what the derivation of the page must say, in order. */
/* SPDX-License-Identifier: MIT */
#ifndef DERIVE_PAGE_H
#define DERIVE_PAGE_H

/* With the loss to the letter: each line of the notes, and the tape's below it. */
static const char *const literal_page[] = {
    "Feedforward", "   1  Z1 = X.W1 + b1\n", "Z1 = X W1 + b1 ", "[m x 16]",
    "   2  A1 = g1(Z1), g1 = ReLU\n", "A1 = max(0, Z1) ", "   3  Z2 = A1.W2 + b2\n",
    "Z2 = A1 W2 + b2 ", "   4  A2 = g2(Z2), g2 = ReLU\n", "A2 = max(0, Z2) ",
    "   5  Z3 = A2.W3 + b3\n", "Z3 = A2 W3 + b3 ", "   6  A3 = g3(Z3) = yhat, g3 = sigmoid\n",
    "yhat = sigma(Z3) ", "Loss", "   7  L = -(1/m) sum(y log(yhat) + (1 - y) log(1 - yhat))\n",
    "L = -(1/m) sum(y * log(yhat) + (1 - y) * log(1 - yhat)) ", "[1 x 1]",
    "   8  dL/dyhat = -y/yhat + (1 - y)/(1 - yhat), for one sample\n",
    "dyhat = (1/m) (-y/yhat + (1 - y)/(1 - yhat)) ", "Activation",
    "   9  sigma(x) = 1/(1 + exp(-x))\n", "sigma(Z3) = 1/(1 + exp(-Z3)) ",
    "  10  dsigma/dx = -(1 + exp(-x))^-2 (-exp(-x)) = exp(-x)/(1 + exp(-x))^2 = "
    "sigma(x) (1 - sigma(x))\n",
    "dyhat/dZ3 = -(1 + exp(-Z3))^-2 * (-exp(-Z3)) ", "= exp(-Z3)/(1 + exp(-Z3))^2 ",
    "= 1/(1 + exp(-Z3)) * ((1 + exp(-Z3) - 1)/(1 + exp(-Z3))) ",
    "= sigma(Z3) * (1 - sigma(Z3)) ",
    "Backpropagation",
    "  11  dL/dZ3 = dL/dyhat * dyhat/dZ3 = (-y/yhat + (1 - y)/(1 - yhat)) * yhat (1 - yhat) "
    "= yhat - y",
    "dZ3 = dyhat * yhat * (1 - yhat) ",
    "= (1/m) (-y/yhat + (1 - y)/(1 - yhat)) * yhat * (1 - yhat) ",
    "= (1/m) (-y * (1 - yhat) + (1 - y) * yhat) ",
    "= (1/m) (-y + y * yhat + yhat - y * yhat) ", "= (1/m) (yhat - y) ",
    "  12  dL/dW3 = dL/dZ3.dZ3/dW3 = A2^T.dL/dZ3\n", "dW3 = A2^T dZ3 ", "[8 x 1]",
    "  13  dL/db3 = dL/dZ3.1, summed over the rows\n", "db3 = sum_i dZ3_i ",
    "  14  dL/dA2 = dL/dZ3.W3^T\n", "dA2 = dZ3 W3^T ", "  15  dL/dZ2 = dL/dA2 * g2'(Z2)\n",
    "dZ2 = dA2 * [Z2 > 0] ", "  16  dL/dW2 = dL/dZ2.dZ2/dW2 = A1^T.dL/dZ2\n", "dW2 = A1^T dZ2 ",
    "[16 x 8]", "  17  dL/db2 = dL/dZ2, summed over the rows\n", "db2 = sum_i dZ2_i ",
    "  18  dL/dA1 = dL/dZ2.W2^T\n", "dA1 = dZ2 W2^T ", "  19  dL/dZ1 = dL/dA1 * g1'(Z1)\n",
    "dZ1 = dA1 * [Z1 > 0] ", "  20  dL/dW1 = X^T.dL/dZ1\n", "dW1 = X^T dZ1 ", "[30 x 16]",
    "  21  dL/db1 = dL/dZ1, summed over the rows\n", "db1 = sum_i dZ1_i ", "Update",
    "  22  theta := theta - alpha dL/dtheta", "W1 := W1 - alpha dW1", "b3 := b3 - alpha db3",
    "28 right-hand sides", "all agree", NULL};

/* With the loss on logits: where it differs. */
static const char *const logits_page[] = {
    "   6  ", "yhat = sigma(Z3) ", "   7  ",
    "L = -(1/m) sum(y * log(yhat) + (1 - y) * log(1 - yhat)) ",
    "= (1/m) sum(max(0, Z3) - y * Z3 + log(1 + exp(-|Z3|))) ", "   8  ",
    "dyhat = (1/m) (-y/yhat + (1 - y)/(1 - yhat)) ", "within 11", "   9  ", "  10  ", "  11  ",
    "dZ3 = (1/m) (-y/yhat + (1 - y)/(1 - yhat)) * yhat * (1 - yhat) ", "[m x 1]",
    "= (1/m) (-y * (1 - yhat) + (1 - y) * yhat) ", "= (1/m) (yhat - y) ",
    "= (1/m) ((1 - y) * yhat - y * sigma(-Z3)) ", "  12  ", "dW3 = A2^T dZ3 ", "  22  ",
    "28 right-hand sides", "all agree", NULL};

#endif
