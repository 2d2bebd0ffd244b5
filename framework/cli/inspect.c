/* inspect.c -- longhand inspect: what a checkpoint holds. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

int verb_inspect(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "show what a checkpoint holds, after checking its digest");
    lh_opt_uses(c, 0);
    lh_opt_example(c, "longhand inspect run/model.h5", "network, parameters, counters, history");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint to show");

    if (!file[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed: longhand inspect FILE.h5");
    lh_opt_done(c);
    lh_checkpoint_print(lh_checkpoint_open(c, file), stdout);
    return lh_close(c);
}
