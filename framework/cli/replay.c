/* replay.c -- longhand replay: the step of a run that went wrong, again, and what did. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

enum { WRONG = 3 }; /* the exit code of LH_ENONFINITE */

int verb_replay(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "make the steps after a checkpoint again, and tell which is "
                                    "not finite and why");

    lh_opt_uses(c, LH_USES_THREADS);
    lh_opt_example(c, "longhand replay run/model-nonfinite.h5",
                   "what a run that ended with exit code 3 has left: its step, rows, op, numbers");
    lh_opt_example(c, "longhand replay run/model.h5 --data=my.csv --steps=500",
                   "from any checkpoint on; exit code 3: a step is not finite, 0: all are");
    const char *file = lh_opt_argument(c, "FILE.h5", "", "checkpoint to go on from");
    const char *data = lh_opt_path(c, "data", "", "the file that was trained on; else that of its "
                                                  "name in this folder");
    const long steps = lh_opt_int(c, "steps", 0, "most steps to make (0: as many as an epoch has)");
    const int f32 = lh_opt_flag(c, "keep-f32", "the run kept its rows in memory as f32");
    int wrong = 0, code;

    if (!file[0])
        lh_fail(c, LH_EUSAGE, "a checkpoint is needed: longhand replay FILE.h5");
    if (steps < 0)
        lh_fail(c, LH_EUSAGE, "--steps=%ld: 0 or more are wanted", steps);
    lh_opt_done(c);
    lh_checkpoint *k = lh_checkpoint_open(c, file);

    if (k)
        wrong = lh_checkpoint_replay(k, data, f32, steps, stdout);
    code = lh_close(c);
    return code == 0 && wrong > 0 ? WRONG : code;
}
