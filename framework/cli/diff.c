/* diff.c -- longhand diff: what differs between two checkpoints. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

int verb_diff(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "tell what differs between two checkpoints");
    lh_opt_uses(c, 0);
    lh_opt_example(c, "longhand diff a.h5 b.h5",
                   "network, options, progress, and how far each array is apart");
    lh_opt_example(c, "longhand diff --quiet a.h5 b.h5 || echo another",
                   "for a script: 0 equal (but for host, time, threads), 1 different");
    const char *first = lh_opt_argument(c, "A.h5", "", "a checkpoint; what is its own has a -");
    const char *second = lh_opt_argument(c, "B.h5", "", "another one; what is its own has a +");
    const long most = lh_opt_int(c, "most", 20, "lines of a text, and arrays, to show (0: all)");
    FILE *out = lh_opt_flag(c, "quiet", "") ? NULL : stdout;
    long differ = -1;
    int code;

    if (!first[0] || !second[0])
        lh_fail(c, LH_EUSAGE, "two checkpoints are needed: longhand diff A.h5 B.h5");
    if (most < 0)
        lh_fail(c, LH_EUSAGE, "--most=%ld: 0 or more are wanted", most);
    lh_opt_done(c);
    lh_checkpoint *a = lh_checkpoint_open(c, first);
    lh_checkpoint *b = a ? lh_checkpoint_open(c, second) : NULL;

    if (b)
        differ = lh_checkpoint_difference(a, b, (size_t)most, out);
    code = lh_close(c);
    return code == 0 && differ > 0 ? 1 : code;
}
