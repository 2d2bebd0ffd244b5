/* derive.h -- the derivation that a tape stands for, written out and checked line by line. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_DERIVE_H
#define LH_DERIVE_H

#include <longhand/data.h>
#include <longhand/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes the derivation of a loss: its forward lines, the gradient of everything it
 * depends on in matrix form, the algebra on the way, and the update of the parameters,
 * in the names that lh_let() gave.  An unnamed step stands inside the line of its user.
 * A network of two ReLU layers, a sigmoid and cross-entropy stands beside the lines of
 * the notes.
 *
 * With data the tape is run in double on the first `rows` rows of d, forward and
 * backward.  Each printed right-hand side is then evaluated as it is printed, in long
 * double, from the tape's own values, and must be what the tape holds to the rounding
 * of its terms; each step of the algebra must equal the one before.  With d NULL it runs on what
 * lh_bind() gave the inputs; where they are not bound nothing is checked.
 *
 * format: "text", "latex" (for pdflatex with amsmath), "html" (one file, MathML), "dot"
 * or "svg" (the graph with its shapes, and with data its values); NULL: by the ending
 * of path (.txt .tex .html .dot .svg).  path NULL or "-": standard output; else the
 * file is written under a temporary name and renamed.
 *
 * @return LH_OK; LH_EVERIFY (written, but a line is not what the tape computes: the op's
 *         lines are wrong, or its code); LH_EUSAGE (no such format, no rows), LH_ESHAPE
 *         (the loss is no scalar, or the data do not fit), LH_ENAME (an input that is
 *         not X or y), LH_EFORMAT (the lines of an op cannot be read), LH_EIO, LH_ENOMEM.
 */
LH_API lh_status lh_derive(lh_var L, lh_data *d, size_t rows, const char *format,
                           const char *path);

/**
 * Proves the derivation that a page (lh_page_file()) has below its loss, and prints each line with
 * what came of it:
 *
 *     dL/dZ3 = dL/dyhat * dyhat/dZ3 = yhat - y     a derivative, and steps of algebra
 *     dL/dW2 = dL/dZ2 . dZ2/dW2, that is A1^T.dL/dZ2
 *     dL/dZ2 = dL/dA2 * g2'(Z2)
 *     dL/db2 = dL/dZ2, summed over the rows
 *     sigma(x) = 1/(1 + e^-x)                      a function of a letter
 *     theta := theta - alpha dL/dtheta, for W1, b1 gradient descent (without names: all parameters)
 *
 * Each = is proved, refuted (with what would be right, where that is one change: a sign, a
 * transpose, another letter, m, a mask) or not decided (with the reason).  Nothing is rounded and
 * there is no tolerance: both sides are worked in prime fields where exp(a + b) = exp(a) exp(b), in
 * 8 draws of all inputs and parameters; the gradient they are judged by comes from tangents forward
 * through the lines of the ops.  What follows from the axioms of fields and this law is never
 * refuted; what does not is taken for proved with a probability below 1e-30 (docs/design/032).
 * per_sample: dL/d... means that of the sum over the samples, as of a page that derives for one
 * sample; 0: of the loss as it stands, with its 1/m.
 *
 * @return LH_OK: all is proved; LH_EVERIFY: a line is refuted; LH_EUNDECIDED: none is, but one is
 *         not decided; LH_EUSAGE: the tape has no page with a derivation; LH_ESHAPE, LH_ENOMEM.
 */
LH_API lh_status lh_prove(lh_var L, int per_sample);

#ifdef __cplusplus
}
#endif
#endif
