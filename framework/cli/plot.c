/* plot.c -- longhand plot: the figures of a checkpoint. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

int verb_plot(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "draw the figures of a checkpoint");
    lh_opt_uses(c, LH_USES_FIGURES);
    lh_opt_example(c, "longhand plot run/model.h5 --plot=term", "in the terminal");
    lh_opt_example(c, "longhand plot run/model.h5 --names='loss' --out=figures --plot=svg",
                   "one curve as SVG, with its gnuplot script");
    const char *names = lh_opt_text(c, "names", "loss", "series to draw, separated by commas");
    const char *out = lh_opt_path(c, "out", ".", "folder for figures and scripts");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint to draw");

    if (!file[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed: longhand plot FILE.h5");
    lh_opt_done(c);
    lh_checkpoint *k = lh_checkpoint_open(c, file);

    if (k)
        lh_folder(c, out);
    lh_checkpoint_plot(k, lh_path(c, out, "curves.png"), names);
    lh_checkpoint_plot_norms(k, lh_path(c, out, "norms.png"));
    return lh_close(c);
}
