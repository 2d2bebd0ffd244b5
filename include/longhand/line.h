/* line.h -- a network as lines of mathematics: "Z1 = X W1 + b1". */
/* SPDX-License-Identifier: MIT */
#ifndef LH_LINE_H
#define LH_LINE_H

#include <longhand/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Records a line of mathematics, "Z1 = X W1 + b1", over the variables of the tape by their names
 * (those of inputs, parameters, lh_let() and lines before), and gives the result the name on the
 * left.  Where it means the same as functions do, it is the same: this line is
 * lh_let(Z1, lh_add(lh_matmul(X, W1), b1)).
 *
 *     A B          the product of matrices where A has as many columns as B has rows; else, and
 *                  where one of them is a number, element by element
 *     A . B        always the product of matrices
 *     A * B, A / B element by element, left to right; both bind less than A B
 *     A^2, A^-1, A^0.5, A^(B)   powers, element by element;  A^T the transpose
 *     [A > B]      1 where it holds, else 0; also < >= <=
 *     f(A)         exp log log1p sqrt abs sigma tanh erf max(A, B) min(A, B), and every op of
 *                  `longhand ops` by its name; before one factor without brackets: log yhat
 *     sum(A)       of all elements; over_rows(A) of the rows, over_columns(A) of the columns
 *     m, pi        the rows of the batch; 3.14159...
 *
 * One row, one column or one number against a matrix is repeated.  What is element by element
 * becomes one node, worked in one pass over memory in the order of the line (of more than four
 * variables: several nodes); its derivative is found, and checked like that of any op.
 * lh_line() remembers where it stands.
 * @return the variable; inert after LH_EUSAGE (the line cannot be read), LH_ENAME (a name is
 *         unknown, or the one on the left taken), LH_ESHAPE (it does not fit), LH_ESTATE (sealed).
 *         The message shows the line with a mark under the place.  Nothing is recorded then.
 */
#define lh_line(t, text) lh_line_at((t), (text), __FILE__, __LINE__)
LH_API lh_var lh_line_at(lh_tape *t, const char *text, const char *file, int line);

/**
 * Records a page, a text file of such lines, as one writes it by hand (experiments/page.txt):
 *
 *     X: m x 30                   an input, a row for each sample
 *     W1: 30 x 16, he             a parameter and its first values: he, glorot or zeros
 *     1. Z1 = X.W1 + b1           a line; its number in the notes is left out
 *     A1 = g1(Z1), g1 = ReLU      a function that is called g1
 *     A3 = sigma(Z3) = yhat       two names; the variable has the last one
 *     L = -(1/m) sum over the m samples of (y log yhat + (1-y) log(1-yhat))
 *     # a comment; a line of words is a heading
 *     12. dL/dW3 = A2^T.dL/dZ3    a line of its derivation, which is kept for lh_prove()
 *
 * @return the variable of the last line, the loss; inert after LH_ENOINPUT, LH_EIO, LH_EDATA (no
 *         text), or what lh_line(), lh_input() and lh_param() say, with the line of the page.
 */
LH_API lh_var lh_page_file(lh_tape *t, const char *path);

/**
 * How many lines of a derivation the page of L has below its loss, for lh_prove(); 0 where L is of
 * no page.
 */
LH_API size_t lh_page_lines(lh_var L);

/**
 * The same loss on the logits, to train with: where L is a loss of a prediction (bce of a sigmoid)
 * and there is an op that is that loss with the prediction written out (bce_logits), which is right
 * where a prediction has rounded to 0 or 1, it is recorded as "Lz".  @return it, or L itself;
 * inert after LH_ESHAPE (no scalar), LH_ESTALE, LH_ESTATE (sealed).
 */
LH_API lh_var lh_on_logits(lh_var L);

#ifdef __cplusplus
}
#endif
#endif
