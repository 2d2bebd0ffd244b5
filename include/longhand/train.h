/* train.h -- training: gradient descent over shuffled batches, metrics, early stop. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_TRAIN_H
#define LH_TRAIN_H

#include <longhand/data.h>
#include <longhand/optim.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A training run.  It ends when its tape is recorded anew: then lh_epoch() and whatever looks at
 *  its network or history is LH_ESTALE. */
typedef struct lh_run lh_run;

/**
 * Prepares a run of `epochs` passes over d in shuffled batches (0: all rows at
 * once, the page's own descent).  With --resume=FILE it takes up that run's state: the same
 * network, data, batch, seed and optimiser are required.  With --resume=auto or require it is
 * lh_will_save() that looks for one.
 *
 * @return the run; inert after LH_EUSAGE (rate, batch or epochs out of range, an
 *         unknown option), LH_ESHAPE (L is no scalar, X or y do not fit the data),
 *         LH_EFORMAT or LH_EMISMATCH (the file to resume), LH_ENOMEM.
 * Owns: the context does.  d is read until the run ends.
 */
LH_API lh_run *lh_train(lh_var L, lh_optimizer how, lh_data *d, size_t batch, long epochs);

/**
 * Trains one epoch.
 * @return 1 after an epoch; 0 when the run is finished, was ended by lh_watch(), stopped
 *         by a signal or in time for a limit (state is kept at the last whole step), or failed
 *         (LH_ENONFINITE leaves the parameters as before the step).
 *
 * A step that is no number: with --on-nan=back (lh_opt_set(c, "on-nan", "back") before lh_train())
 * such a run does not fail but goes back, at most three times: to the parameters, and all that the
 * optimiser keeps, of the beginning of the epoch with the smallest loss, with half the rate from
 * there on.  That is told in a line.  The epoch begins anew; epochs, steps, history, schedule and
 * patience go on, and the step counts.
 *
 * Signals: from the first lh_train() to lh_close(), SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1
 * and SIGUSR2 end the runs of the process after the step they are at, so that they can be
 * saved; a second SIGINT or SIGTERM ends the process at once.  SIGPIPE is ignored: a closed
 * pipe is an error of writing.  A signal that the program handles or ignores when lh_train()
 * is called, or takes over later, is left to it.
 *
 * Limits: so do --max-time and the end of a Slurm job (SLURM_JOB_END_TIME), ahead of time by what
 * was measured until then: twice the longest save, the second longest time between two steps, and
 * 5 s, or a tenth of a limit below 50 s.
 *
 * What an epoch is measured by is finished before the run stops.  After it there are 5 s, and no
 * more than the limit, for measuring and figures; what takes longer is LH_ESTOPPED, an error of
 * the call.  lh_save() and lh_history() are always done.
 */
LH_API int lh_epoch(lh_run *r);

/**
 * A run whose batches are the driver's own: lh_step() or lh_move() move the parameters, lh_epoch()
 * ends an epoch of the steps made since the last one, and all else is as in other runs: history,
 * lh_watch(), lh_save(), --resume, plots.  It has no data, so a checkpoint knows no scale and no
 * rows of it; lh_train() over d and then lh_step() keeps them.
 *
 *     lh_run *r = lh_loop(L, LH_ADAM(0.001), 20);
 *     while (own_batch(lh_steps(r), x, y), lh_bind(X, x, 32), lh_bind(Y, y, 32), lh_step(r))
 *         if (lh_steps(r) % 100 == 0)
 *             lh_epoch(r);
 *
 * Which batch is next is to follow from lh_steps(), as lh_shuffle() and lh_random() do: then a run
 * that is resumed ends with the bytes of one that never stopped.  A schedule changes the rate at
 * the ends of epochs.  With --on-nan=back a step or move whose loss or gradient is no number counts
 * as one, has no loss (lh_step_loss() is NaN), and leaves the parameters as lh_epoch() says.  The
 * run outlives lh_tape_reset(): then lh_move() goes on with the parameters that L depended on
 * (define by run), and lh_step() is LH_ESTALE.
 * @return the run; inert after LH_EUSAGE (rate, number of epochs, an unknown option), LH_ESHAPE
 *         (L is no scalar), LH_EFORMAT or LH_EMISMATCH (the file to resume), LH_ENOMEM.
 * Owns: the context does.
 */
LH_API lh_run *lh_loop(lh_var L, lh_optimizer how, long epochs);

/**
 * One step over what lh_bind() gave the inputs: forward, backward, move.  Of a run of lh_loop(), or
 * of lh_train() in place of lh_epoch() until the driver ends the epoch with it.
 * @return 1 after a step, also one that went back; 0 when the run is finished, was ended by
 *         lh_watch(), stopped as lh_epoch() is, or failed: LH_ENONFINITE (the parameters are those
 *         before the step); errors of the call: LH_ESTATE (an input is not bound, an epoch over the
 *         data is half done), LH_ESHAPE (inputs with different rows), LH_ESTALE.  With --check or
 *         --dry-run it does that, and ends.
 */
LH_API int lh_step(lh_run *r);

/**
 * Moves the parameters by their gradients as they are: those of lh_backward(), changed or set with
 * lh_set_grad().  The loss of the history is that of the last lh_backward(), by rows.
 * @return 1 after a move, or when the run went back, 0 as lh_step(); a gradient that is not finite
 *         is LH_ENONFINITE, a run of lh_train() whose tape was recorded anew LH_ESTALE.
 */
LH_API int lh_move(lh_run *r);

/** The loss of the last lh_step() or lh_move(); NaN before, or when none is known. */
LH_API double lh_step_loss(const lh_run *r);

/** Random numbers for such a loop, of the seed, a name and a step alone: one in [0, 1), and
 *  0..n-1 in some order.
 *  @return lh_shuffle(): LH_OK; LH_EUSAGE (no name, no array, more than 2^32 - 1 of them), an error
 *          of the call. */
LH_API double    lh_random(lh_ctx *c, const char *name, long step, size_t index);
LH_API lh_status lh_shuffle(lh_ctx *c, const char *name, long step, uint32_t *order, size_t n);

/**
 * Keeps a value of the epoch just trained under a name: history, CSV, plots.  A name is 1 to 63
 * bytes of UTF-8 without control characters, / and comma, and no space at its ends.
 * On an error of the call nothing is kept: LH_ENAME (no name, or one that the run itself writes:
 * "loss", "|dW1|"), LH_ESTATE (no epoch yet), LH_ESTALE (lh_tape_reset), LH_ENOMEM.
 */
LH_API void lh_note(lh_run *r, const char *name, double value);

/**
 * lh_note(), and early stopping: the model of the run becomes the parameters at which the
 * value was smallest, and the run ends after `patience` epochs without a smaller one
 * (0: never).  A NaN is never the smallest, and such an epoch counts.  One watch a run:
 * another name is LH_ESTATE; a patience below 0 is LH_EUSAGE.
 *
 * While the run trains its parameters are the last ones.  As soon as lh_epoch() has returned
 * 0 they are the model's: metrics, lh_value() and figures are of it.  lh_save() keeps both at
 * any time, and a resumed run goes on from the last ones.
 */
LH_API void lh_watch(lh_run *r, const char *name, double value, long patience);

/**
 * Another patience, before the next lh_watch() gives it: a run that was taken up by --resume
 * and had ended goes on when it is larger than before, or 0.
 */
LH_API void lh_patience(lh_run *r, long patience);

/** Puts the model in place while the run goes on, to measure it, say, or in a loop that is
 *  left by break; the next lh_epoch() goes on from the last parameters. */
LH_API void lh_take_best(lh_run *r);

/** The epoch that the model is of; 0 when nothing is watched: then it is the last one. */
LH_API long lh_best_epoch(const lh_run *r);

/** Epochs and steps done, the mean loss of the last epoch, and the samples a second. */
LH_API long   lh_epochs(const lh_run *r);
LH_API long   lh_steps(const lh_run *r);
LH_API double lh_last_loss(const lh_run *r);
LH_API double lh_speed(const lh_run *r);

/*
 * Metrics over all rows of a data set, in double and in a fixed order; NaN when the
 * context has failed, and after an error of the call: LH_ESHAPE (yhat is not [m x 1], L no
 * scalar), LH_EUSAGE (no data, or of another context), LH_ENAME (an input that is neither X nor
 * y), LH_ESTALE, LH_ENOMEM.  A set that the network was not trained on is standardised as the
 * training rows were, which is said once; LH_ESTATE when it is in use with another scale.
 * yhat is the output with values in (0, 1), one column.
 */
/** The part of the rows with (yhat >= 1/2) = label.  LH_EUSAGE, and NaN, of logits and of what
 *  is outside [0, 1]: give lh_output(L). */
LH_API double lh_accuracy(lh_var yhat, lh_data *d);
/** The area under the ROC curve (ties count half); NaN when one class is missing. */
LH_API double lh_auc(lh_var yhat, lh_data *d);
/** The mean of L over the rows. */
LH_API double lh_loss(lh_var L, lh_data *d);
/** The output that belongs to a loss: sigmoid(Z) of bce_logits(Z, y), yhat of
 *  bce(yhat, y); recorded when it is not on the tape yet, also after the first run.
 *  Inert after LH_EUSAGE (another loss) or LH_ESTALE, errors of the call. */
LH_API lh_var lh_output(lh_var L);

/** What a network predicts: the variable that is named yhat, or else lh_output(L), with its
 *  errors. */
LH_API lh_var lh_prediction(lh_var L);

/** Prints the steps of L, shapes and memory, for --dry-run. */
LH_API void lh_describe(lh_var L, size_t rows);

#ifdef __cplusplus
}
#endif
#endif
