/* inspect.c -- longhand inspect: what a checkpoint holds. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

int verb_inspect(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "show what a checkpoint holds, after checking its digest");
    lh_opt_uses(c, 0);
    lh_opt_example(c, "longhand inspect run/model.h5", "network, parameters, counters, history");
    lh_opt_example(c, "longhand inspect --untrusted theirs.h5",
                   "parsed in a process of its own that can do nothing else");
    const int untrusted = lh_opt_flag(c, "untrusted", "the file may be made to do harm");
    const long seconds = lh_opt_int(c, "seconds", 0,
                                    "processor time for an untrusted file (0: by its size)");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint to show");

    if (!file[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed: longhand inspect FILE.h5");
    if (seconds < 0)
        lh_fail(c, LH_EUSAGE, "--seconds=%ld: 0 or more are wanted", seconds);
    lh_opt_done(c);
    if (untrusted)
        lh_inspect_untrusted(c, file, seconds, stdout);
    else
        lh_checkpoint_print(lh_checkpoint_open(c, file), stdout);
    return lh_close(c);
}
