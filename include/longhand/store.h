/* store.h -- checkpoints: one HDF5 file that holds all of a run. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_STORE_H
#define LH_STORE_H

#include <longhand/train.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Saves a run: its model (the parameters that its loss depends on), those to go on from,
 * optimiser, counters, seed, history, tape, data identity, configuration, provenance (left out
 * with --reproducible, so that equal states are equal bytes).  Written under a temporary name
 * in the same folder, synced, then renamed: the file of that name is the old one or the new
 * one, never a part.  A file that stood there hands on its mode and owner; a link is followed;
 * a pipe or device is written to.  docs/checkpoint.md has the layout; h5dump, h5py and Octave
 * read it.
 *
 * What fails is an error of the call (<longhand/ctx.h>): it is told at once, the run can
 * go on, and be saved elsewhere.
 *
 * @return LH_OK; LH_EIO (the old file is untouched; the message has the reason),
 *         LH_ENONFINITE (a parameter is not finite: not saved), LH_EUSAGE (no path),
 *         LH_ESTALE (lh_tape_reset), LH_ENOMEM, all errors of the call: save elsewhere,
 *         or go on; or the context's error of the state (a failed run is not saved).
 */
LH_API lh_status lh_save(lh_run *r, const char *path);

/**
 * Announces, before the first step, where the run will be saved.  Tries folder, rights, name and
 * room for a file of its size, and removes what killed programs have left of that file, saying
 * so.  From then on, unless the path is a pipe or a device:
 *
 * - the run is saved there while it goes on, as --save-every says (10 minutes), from a copy and by
 *   a thread of its own; of the checkpoints before it the newest --keep - 1 (1) stay beside it, as
 *   run-STEP.h5 beside run.h5, and each --keep-every-th for good, as run-STEP-kept.h5.  What fails
 *   there is a warning, and the run goes on.  No bit of the results depends on it;
 * - with --resume=auto or require the run goes on from the newest of them that is whole and of the
 *   same command: network, data and options, but for epochs and patience.  Others are passed over
 *   with their reasons.  Where a scheduler has begun the job again (SLURM_RESTART_COUNT of Slurm,
 *   LSB_RESTART of LSF, RESTARTED of Grid Engine) auto is the default;
 * - the file is this run's alone: run.h5.lock has the process, and is locked until lh_close().
 *
 * lh_save() to the path is then the last save of them.  Another run of the context that announces
 * it has it from then on.
 *
 * @return LH_OK; LH_EIO (it cannot be written, or another process writes to it: the message names
 *         it), LH_ENOINPUT (--resume=require, and there is none): before the first epoch has ended
 *         an error of the state, so that nothing is trained that could not be kept, and after it
 *         one of the call; the run is inert after the latter two.
 */
LH_API lh_status lh_will_save(lh_run *r, const char *path);

/** A checkpoint opened for reading. */
typedef struct lh_checkpoint lh_checkpoint;

/**
 * Opens and checks a checkpoint: a regular file, its length and digest, the version,
 * and every link, type and size before it is read.
 * @return the checkpoint; NULL after LH_ENOINPUT, LH_EFORMAT (with the reason:
 *         not HDF5, not Longhand's, cut short, damaged, newer version), LH_EUSAGE (no
 *         path), LH_ENOMEM: errors of the call.
 */
LH_API lh_checkpoint *lh_checkpoint_open(lh_ctx *c, const char *path);

/**
 * Records the network that a checkpoint holds on a new tape, with the parameters of its model
 * and its scale: what it is measured on is standardised as the training rows were.
 * @return the loss; inert after LH_EFORMAT (the recorded tape cannot be read).
 */
LH_API lh_var lh_checkpoint_network(lh_checkpoint *k);

/**
 * Opens a file as the one that was trained on was read: the same columns, found by their names,
 * the same classes and texts, filled and scaled as its training rows were; by their places in a
 * file that has no names.  Labels may be missing: then the set is for outputs, and what needs
 * labels refuses it.
 * @return the data; inert after LH_EMISMATCH (a column is missing: the message names it), LH_EDATA
 *         (a text or a label that the model does not know, a missing cell where none is filled),
 *         LH_EUSAGE (no path), and what lh_data_read() says.
 */
LH_API lh_data *lh_checkpoint_data(lh_checkpoint *k, const char *path);

/** Makes d standardise as the training rows of the checkpoint did.
 *  @return LH_OK or LH_EMISMATCH. */
LH_API lh_status lh_checkpoint_standardize(lh_checkpoint *k, lh_data *d);

/**
 * How many parts lh_hold_out() took of the data before the training, when d is that file.
 * @return their number; -1 when d is another file, -2 when the checkpoint does not say which
 *         rows they were (one of version 1 that was trained on a part), -1 after LH_EUSAGE (d has
 *         no rows).
 */
LH_API long lh_checkpoint_parts(lh_checkpoint *k, lh_data *d);

/**
 * The rows of d that were trained on (part 0), or that were held out as a part, from 1.
 * They share the scale of d.
 * @return the rows; inert after LH_EUSAGE (no such part).
 */
LH_API lh_data *lh_checkpoint_rows(lh_checkpoint *k, lh_data *d, long part);

/** The series that chose the epoch of the model (lh_watch()), "" when none did. */
LH_API const char *lh_checkpoint_watched(lh_checkpoint *k);

/**
 * Makes the steps after a checkpoint of lh_train() once more, with the bits of the run: its
 * network, rows, batches, optimiser and seeds are those of the file.  Tells on out (NULL: nothing)
 * of the first step that is not finite: epoch, step, the rows of its batch, and the first op that
 * makes such a number of finite ones, in the forward or the backward pass, with its line, its place
 * and what it was given; or the parameter whose move does.
 *
 * path is the file that was trained on ("": that of its name in this folder, or wdbc), keep_f32 as
 * in the run's lh_reading.  At most `count` steps are made (0: as many as an epoch has).  A
 * schedule that looks back at a series ends it with the epoch.  What a driver does between epochs
 * besides (lh_set(), for one) is not known to a checkpoint and not done.
 *
 * Seeds and shards of the context are those of the file from then on.
 * @return 1 when a step went wrong, 0 when none did; -1 after an error of the call: LH_EUSAGE (a
 *         loop of the driver's own, whose batches only its program knows; no path; count below 0 or
 *         above 1e9), LH_EMISMATCH (another file than was trained on), LH_EFORMAT (an op or an
 *         optimiser that this program does not know), what lh_data_read() says, LH_ENOMEM.
 */
LH_API int lh_checkpoint_replay(lh_checkpoint *k, const char *path, int keep_f32, long count,
                                FILE *out);

/** Prints what a checkpoint holds.  What could steer a terminal is shown as \x1b. */
LH_API void lh_checkpoint_print(lh_checkpoint *k, FILE *out);

/**
 * The same of a file that may have been made to do harm: it is parsed, by HDF5 as well, in a
 * process of its own that has little memory and time, an empty environment, and no files but that
 * one; on Linux (x86-64, AArch64) the kernel ends or refuses all else that it might try (seccomp).
 * That process is this program once more: its main() must begin with lh_confined().
 *
 * @param seconds of processor time for it, 0: by the size of the file.
 * @return LH_OK; LH_ENOINPUT; LH_EFORMAT (it is damaged, no checkpoint, or the process crashed, ran
 *         out of its time or tried what reading a file does not need: nothing is printed then);
 *         LH_EUSAGE (no path, or main() does not begin so), LH_EIO (the process could not be
 *         begun), LH_ENOMEM: errors of the call.
 */
LH_API lh_status lh_inspect_untrusted(lh_ctx *c, const char *path, long seconds, FILE *out);

/**
 * For the first line of main(): is this the process that lh_inspect_untrusted() has begun?
 *
 *     if (lh_confined(argc, argv, &code))
 *         return code;
 *
 * @return 1 when it was, and its work is done; else 0.
 */
LH_API int lh_confined(int argc, char **argv, int *code);

/**
 * What differs between two checkpoints of one context: lines of the network, options, optimiser,
 * progress, identity of the data, recipe, and each array (parameters, those to go on from, what
 * the optimiser keeps, history, scale): how many elements differ in their bits, by how many ulps
 * and how much at most, and the first one with both values.  Two that differ in nothing but their
 * provenance (host, time, threads) are equal.
 *
 * At most `most` lines of a text, and as many arrays, are printed to out; 0: all.  out NULL:
 * nothing is.
 *
 * @return how many things differ, 0 where the two are equal; -1 after an error: LH_EUSAGE (one of
 *         them is NULL, or of another context), LH_ENOMEM.
 */
LH_API long lh_checkpoint_difference(lh_checkpoint *a, lh_checkpoint *b, size_t most, FILE *out);

/**
 * Checks the folder of a run, and prints a line for each of its files (out NULL: nothing): each
 * checkpoint, whole or what is wrong with it; history.csv and history.jsonl, whether they are those
 * of the newest checkpoint; locks and files in the making, of processes that live or are gone; and
 * from which file --resume=auto would go on.  It changes nothing, unless remove_leftovers says
 * that what processes that are gone have left is to be removed.
 *
 * @return how many things are to be seen to, 0 where all is well; -1 after an error: LH_ENOINPUT
 *         (it is no folder), LH_ENOMEM, errors of the call.
 */
LH_API long lh_folder_check(lh_ctx *c, const char *folder, int remove_leftovers, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
