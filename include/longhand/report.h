/* report.h -- the history as CSV and JSON lines, figures through gnuplot. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_REPORT_H
#define LH_REPORT_H

#include <longhand/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Figures.  The path ends in .png or .svg; the gnuplot script with its data is kept
 * beside it (.gp).  --plot=term draws in the terminal instead, --plot=none not at
 * all.  Without gnuplot, or when it fails, a warning is given, the script is kept,
 * and LH_OK is returned: a figure never fails a run.  Before the first epoch, and in
 * a dry run, there is nothing to draw.  LH_EIO: the script could not be written;
 * LH_EUSAGE: the path or a name of a series is wrong; LH_ESTALE: the run's tape was
 * recorded anew.  All are errors of the call.
 */

/** 1 when figures are drawn: unless --plot=none, --check or --dry-run says otherwise. */
LH_API int lh_draws(const lh_ctx *c);

/** Curves of the history over the epochs: names separated by commas, "loss, test accuracy". */
LH_API lh_status lh_plot(lh_run *r, const char *path, const char *names);

/** The norm of each weight's gradient over the epochs, each that of the epoch's last batch. */
LH_API lh_status lh_plot_norms(lh_run *r, const char *path);

/** The ROC curve of an output on a data set. */
LH_API lh_status lh_plot_roc(lh_var yhat, lh_data *d, const char *path);

/** Curves, and gradient norms, from the history in a checkpoint. */
LH_API lh_status lh_checkpoint_plot(lh_checkpoint *k, const char *path, const char *names);
LH_API lh_status lh_checkpoint_plot_norms(lh_checkpoint *k, const char *path);

/**
 * Writes the history, one row an epoch and one column a name, with all digits:
 * path.csv-like comma separated values when the path ends in .csv, else one JSON
 * object a line.  Written under a temporary name and renamed.
 * @return LH_OK, LH_EIO, LH_EUSAGE (no path), LH_ESTALE, LH_ENOMEM: errors of the call.
 */
LH_API lh_status lh_history(lh_run *r, const char *path);

/**
 * Makes a folder for results, with its parents, tries whether it can be written to, and removes
 * what killed programs have left of files in the making, saying so.
 * @return LH_OK, LH_EIO (exists and is no folder, may not be written, no room): before the
 *         first epoch has ended an error of the state, and after it one of the call.
 */
LH_API lh_status lh_folder(lh_ctx *c, const char *path);

/** "folder/name", kept as long as the context; the name alone without a folder. */
LH_API const char *lh_path(lh_ctx *c, const char *folder, const char *name);

/** Prints version, compiler, instruction set, threads with the rule that won, HDF5, gnuplot. */
LH_API void lh_info(lh_ctx *c, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
