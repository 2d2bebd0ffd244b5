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

/** A view of an array, row by row without gaps; `type` says what `at` points to.  It may be read
 *  until its tape is recorded anew (lh_tape_reset) or the context closes.  It shows what the last
 *  run of the variable that lh_forward() was asked for has left there; when that one runs with
 *  more rows than ever before, or the store gets new parameters, arrays move: an older view keeps
 *  what it showed then, lh_value() gives the new one. */
typedef struct lh_array {
    const void *at;
    size_t rows, cols;
    lh_type type;
} lh_array;

/** A new, empty tape over a store.  @return it, NULL without a store.  Owns: the context does. */
LH_API lh_tape *lh_tape_new(lh_params *p);

/**
 * Forgets the nodes and keeps the memory, so that a loop may record each step
 * anew (define by run).  Variables recorded before are stale, and so are the runs of
 * lh_train() over them: using one is LH_ESTALE, never a read of freed memory.  Views
 * end, and inputs must be bound again.
 */
LH_API void lh_tape_reset(lh_tape *t);

/**
 * An input.  rows is LH_ROWS or a number.  lh_train() and lh_verify() fill the
 * input named "X" with the features and the one named "y" with the labels.
 * lh_input() remembers where it stands.
 *
 * A name of a variable is 1 to 61 bytes of UTF-8 without spaces, control characters
 * and any of / , ( ) = %.
 * @return the variable; inert after LH_ESTATE (the tape is sealed), LH_ENAME (taken, or
 *         no name), LH_ESHAPE (no elements, or too many).
 */
#define lh_input(t, name, rows, cols) \
    lh_input_at((t), (name), (rows), (cols), __FILE__, __LINE__)
LH_API lh_var lh_input_at(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols,
                          const char *file, int line);

/**
 * Asks for the gradient with respect to an input as well; returns the input.  Not of a label: ops
 * give labels no gradient, and one that depends on a parameter or on such an input is LH_ESTATE.
 */
LH_API lh_var lh_want(lh_var input);

/**
 * A parameter: made with its first values, or found when the store has the name.
 * lh_param() remembers where it stands.
 * @return the variable; inert after LH_ESHAPE (the store has another shape, or there would be
 *         no elements), LH_ENAME, LH_EUSAGE (no such first values), LH_ESTATE (sealed).
 */
#define lh_param(t, name, rows, cols, first) \
    lh_param_at((t), (name), (rows), (cols), (first), __FILE__, __LINE__)
LH_API lh_var lh_param_at(lh_tape *t, const char *name, ptrdiff_t rows, ptrdiff_t cols,
                          lh_init first, const char *file, int line);

/** Names a variable and remembers where; what lh_let() expands to. */
LH_API lh_var lh_label(lh_var v, const char *name, const char *file, int line);

/** Declares v, evaluates the expression and names it in errors, ledger and plots. */
#define lh_let(v, expression) lh_var v = lh_label((expression), #v, __FILE__, __LINE__)

/**
 * Binds an input to an array, rows x cols, for the next runs.  lh_bind(input, values, rows)
 * knows whether these are floats or doubles; they are converted where the tape has another
 * type (--type=f64).  A void pointer is taken to numbers of the tape's own type; an array of
 * arrays x is bound as &x[0][0].  lh_bind_as() is told the type; LH_TYPES: the tape's own.
 * Every input with LH_ROWS must be bound with the same number of rows.
 * Owns: the array stays the caller's and is read until the next lh_bind().
 * @return LH_OK; LH_ESHAPE (0 rows, other rows than the input has, or too many), LH_EUSAGE
 *         (values is NULL), after both of which the input is not bound; LH_ESTATE (not an
 *         input), LH_ESTALE.  All are errors of the call.
 */
LH_API lh_status lh_bind_as(lh_var input, lh_type type, const void *values, size_t rows);

/**
 * Gives a parameter its values, as many as it has, row by row: what a loop of one's own moves it
 * to, or what another program has found.  lh_set(param, values) knows whether these are floats or
 * doubles, as lh_bind() does; lh_set_as() is told.  Values that lh_forward() has worked stay what
 * they were until it runs again.
 * @return LH_OK; LH_EUSAGE (values is NULL), LH_ESTATE (not a parameter), LH_ESTALE, LH_ENOMEM:
 *         errors of the call.
 */
LH_API lh_status lh_set_as(lh_var param, lh_type type, const void *values);
/** The same of a parameter's gradient, which lh_move() moves by: lh_set_grad(param, values).  Those
 *  that lh_backward() gives are there already, and stay where nothing else is set. */
LH_API lh_status lh_set_grad_as(lh_var param, lh_type type, const void *values);
#ifdef __cplusplus
extern "C++" {
    template <class T> struct lh_type_of; /* nothing for what cannot be bound */
    template <> struct lh_type_of<float> { static const lh_type is = LH_F32; };
    template <> struct lh_type_of<double> { static const lh_type is = LH_F64; };
    template <> struct lh_type_of<lh_wide> { static const lh_type is = LH_WIDE; };
    template <> struct lh_type_of<void> { static const lh_type is = LH_TYPES; };
    template <class T> struct lh_type_of<const T> : lh_type_of<T> {};
    template <class T> inline lh_status lh_bind(lh_var input, T *values, size_t rows)
    {
        return lh_bind_as(input, lh_type_of<T>::is, values, rows);
    }
    template <class T> inline lh_status lh_set(lh_var param, T *values)
    {
        return lh_set_as(param, lh_type_of<T>::is, values);
    }
    template <class T> inline lh_status lh_set_grad(lh_var param, T *values)
    {
        return lh_set_grad_as(param, lh_type_of<T>::is, values);
    }
}
#else
#define LH_TYPE_OF(values)                                                          \
    _Generic((values), float *: LH_F32, const float *: LH_F32, double *: LH_F64,    \
             const double *: LH_F64, lh_wide *: LH_WIDE, const lh_wide *: LH_WIDE,  \
             void *: LH_TYPES, const void *: LH_TYPES)
#define lh_bind(input, values, rows) lh_bind_as(input, LH_TYPE_OF(values), values, rows)
#define lh_set(param, values)        lh_set_as(param, LH_TYPE_OF(values), values)
#define lh_set_grad(param, values)   lh_set_grad_as(param, LH_TYPE_OF(values), values)
#endif

/**
 * Computes v and all it needs.  Each variable that was asked for stays ready, so that several
 * may be run in turn; on an error it has no value until it runs again.
 * @return LH_OK, LH_ESTATE (an input is not bound), LH_ESHAPE (two inputs are bound with
 *         different rows), LH_ESTALE, LH_ENOMEM: errors of the call.
 */
LH_API lh_status lh_forward(lh_var v);

/**
 * From now on passes by hand are step `step` (0, 1, ...) of a training, in which some ops draw
 * (lh_dropout); with -1, as at first and after lh_tape_reset(), they draw nothing.  lh_train()
 * counts its steps itself, and what measures (lh_accuracy(), lh_loss(), `longhand eval`) never
 * draws.  What is drawn depends on --seed, the step, the name of the variable and the place in
 * the batch, and on nothing else.
 * @return LH_OK; LH_EUSAGE (t is NULL); the context's error, after which nothing has changed.
 */
LH_API lh_status lh_training(lh_tape *t, long step);

/**
 * Computes dL/d(everything L depends on), after lh_forward(L); others may have run since.
 * L must be [1 x 1].  Gradients are set, not added to those of an earlier call.
 *
 * With --check or --dry-run it prints the ledger or the steps instead and ends the work: it and
 * every later call return LH_ENDED, lh_error() says so, too, and gradients are 0.
 * @return LH_OK, LH_ENDED, LH_ESTATE (no forward pass yet), LH_ESHAPE (not a scalar), LH_ESTALE:
 *         errors of the call; with --check what lh_verify() says.
 */
LH_API lh_status lh_backward(lh_var L);

/** Views of a value and of its gradient after the last run that made one; `at` is NULL when
 *  none did. */
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
