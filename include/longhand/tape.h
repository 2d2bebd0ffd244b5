/* tape.h -- recording: variables, inputs, parameters, names; running by hand. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_TAPE_H
#define LH_TAPE_H

#include <longhand/params.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The graph.  Recorded once, sealed by its first run, replayed for every batch. */
typedef struct lh_tape lh_tape;

/** A node of a tape.  Passed by value; owns nothing; gen tells it from older ones. */
typedef struct lh_var {
    lh_tape *tape;
    uint32_t id, gen;
} lh_var;

/** A row count known only when a batch is bound: the m of the notes. */
#define LH_ROWS ((ptrdiff_t)-1)

/** A view of an array, row by row without gaps; `type` says what `at` points to. */
typedef struct lh_array {
    const void *at;
    size_t rows, cols;
    lh_type type;
} lh_array;

/** A new, empty tape over a store.  Owns: the context does. */
LH_API lh_tape *lh_tape_new(lh_params *p);

/**
 * Forgets the nodes and keeps the memory, so that a loop may record each step
 * anew (define by run).  Variables recorded before are stale: using one is
 * LH_ESTALE, never a read of freed memory.
 */
LH_API void lh_tape_reset(lh_tape *t);

/**
 * An input.  rows is LH_ROWS or a number.  lh_train() and lh_verify() fill the
 * input named "X" with the features and the one named "y" with the labels.
 * @return the variable; inert after LH_ESTATE (the tape is sealed), LH_ENAME or LH_ESHAPE (it
 *         has no width).
 */
LH_API lh_var lh_input(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols);

/**
 * Asks for the gradient with respect to an input as well; returns the input.  Not of a label: ops
 * give labels no gradient, and one that depends on a parameter or on such an input is LH_ESTATE.
 */
LH_API lh_var lh_want(lh_var input);

/**
 * A parameter: made with its first values, or found when the store has the name.
 * @return the variable; inert after LH_ESHAPE (the store has another shape, or it has no width).
 */
LH_API lh_var lh_param(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols,
                       lh_init first);

/** Names a variable and remembers where; what lh_let() expands to. */
LH_API lh_var lh_label(lh_var v, const char *name, const char *file, int line);

/** Declares v, evaluates the expression and names it in errors, ledger and plots. */
#define lh_let(v, expression) lh_var v = lh_label((expression), #v, __FILE__, __LINE__)

/**
 * Binds an input to an array of the tape's type, rows x cols, for the next runs.
 * Every input with LH_ROWS must be bound with the same number of rows.
 * Owns: the array stays the caller's and is read until the next lh_bind().
 * @return LH_OK, LH_ESHAPE, LH_ESTATE (not an input), LH_ESTALE.
 */
LH_API lh_status lh_bind(lh_var input, const void *values, size_t rows);

/** Computes v and all it needs.  @return LH_OK, LH_ESTATE (an input is not bound), LH_ENOMEM. */
LH_API lh_status lh_forward(lh_var v);

/**
 * Computes dL/d(everything L depends on), after lh_forward(L).  L must be [1 x 1].
 * Gradients are set, not added to those of an earlier call.
 * @return LH_OK, LH_ESTATE (no forward pass yet), LH_ESHAPE (not a scalar).
 */
LH_API lh_status lh_backward(lh_var L);

/** Views of a value and of its gradient after a run; `at` is NULL when there is none. */
LH_API lh_array lh_value(lh_var v);
LH_API lh_array lh_grad(lh_var v);

/** One element of a view as a double; 0 outside of it. */
LH_API double lh_at(lh_array a, size_t row, size_t col);

/** The shape of a variable; rows is LH_ROWS while it is symbolic, 0 when inert. */
LH_API ptrdiff_t lh_rows_of(lh_var v);
LH_API ptrdiff_t lh_cols_of(lh_var v);

/** The variable of that name, inert (tape NULL) when there is none. */
LH_API lh_var lh_named(lh_tape *t, const char *name);

#ifdef __cplusplus
}
#endif
#endif
