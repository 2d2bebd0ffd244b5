/* bench.c -- longhand bench: how fast this machine, our products and our steps are. */
/* SPDX-License-Identifier: MIT */
#include "framework/cli/cli.h"

int verb_bench(int argc, char **argv)
{
    lh_ctx *c = lh_open(argc, argv, "measure speed, alone and beside other programs");
    lh_opt_uses(c, LH_USES_THREADS | LH_USES_SEED | LH_USES_TYPE | LH_USES_FIGURES);
    lh_opt_example(c, "longhand bench", "all of it, a few minutes; keep the machine idle");
    lh_opt_example(c, "longhand bench --only=gemm --peers=none", "our products against the peak");
    lh_opt_example(c, "longhand bench --json=speed.json --out=figures",
                   "every number as JSON, scaling and roofline as figures");
    lh_opt_example(c, "mpirun -n 2 longhand bench --only=ranks",
                   "sums of several processes, and what a step gains");
    const int quick = lh_opt_flag(c, "quick", "seconds, rough numbers: to see that it works");
    const char *only = lh_opt_choice(c, "only", "all|probe|gemm|step|scaling|ranks",
                                     "probe: the machine; gemm: products; step: the training "
                                     "step on one thread; scaling: on several; ranks: on several "
                                     "processes, under mpirun");
    const char *peers = lh_opt_text(c, "peers", "auto",
                                    "other programs: auto, none, or a folder that has them");
    const char *json = lh_opt_path(c, "json", "", "file for every number");
    const char *out = lh_opt_path(c, "out", "", "folder for the figures scaling and roofline");
    const double patience = lh_opt_real(c, "patience", 60,
                                        "seconds that another program has for an answer");

    if (!(patience > 0))
        lh_fail(c, LH_EUSAGE, "--patience=%g: more than 0 seconds are needed", patience);
    if (lh_opt_done(c) == LH_OK && out[0])
        lh_folder(c, out);
    lh_bench(c, (lh_bench_plan){quick, only, peers, json, out, patience}, stdout);
    return lh_close(c);
}
