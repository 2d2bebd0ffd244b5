/* fsck.c -- longhand fsck: what stands in a run's folder, and what was left there. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

int verb_fsck(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "check every file of a run's folder");
    lh_opt_uses(c, 0);
    lh_opt_example(c, "longhand fsck run",
                   "checkpoints, histories, locks, leftovers, and what --resume=auto would take");
    lh_opt_example(c, "longhand fsck --quiet run || mail -s 'look at it' me",
                   "for a script: 0 all is well, 1 something is to be seen to");
    const char *folder = lh_opt_argument(c, "FOLDER", "", "where the run was saved");
    const int removes = lh_opt_flag(c, "remove-leftovers",
                                    "remove what processes that are gone have left");
    FILE *out = lh_opt_flag(c, "quiet", "") ? NULL : stdout;
    long faults = -1;
    int code;

    if (!folder[0])
        lh_fail(c, LH_EUSAGE, "a folder is needed: longhand fsck FOLDER");
    if (lh_opt_done(c) == LH_OK)
        faults = lh_folder_check(c, folder, removes, out);
    code = lh_close(c);
    return code == 0 && faults > 0 ? 1 : code;
}
