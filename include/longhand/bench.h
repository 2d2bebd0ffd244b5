/* bench.h -- how fast: the machine, the products, the training step, beside other programs. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_BENCH_H
#define LH_BENCH_H

#include <longhand/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What lh_bench() measures and where it leaves it.  "" or NULL: as said. */
typedef struct lh_bench_plan {
    int quick;           /* seconds instead of a minute: to see that it works */
    const char *only;    /* "probe", "gemm", "step", "scaling", "ranks"; "all" but the last */
    const char *peers;   /* "none", or a folder with peer programs; "auto": those installed */
    const char *json;    /* file for every number; none */
    const char *figures; /* folder for scaling and roofline; none */
    double patience;     /* seconds that a peer has for an answer; 60 */
} lh_bench_plan;

/**
 * Measures, in one run, what the machine can do (fused multiply-adds and memory
 * bandwidth), products, and the training step in f32 on 1 to --threads threads, and
 * prints a table.
 *
 * Where other programs are compared, each is a process of its own; samples alternate
 * between it and ours, and its numbers are checked against ours.  A time is the median
 * of samples that last at least 20 ms each; its spread is that of the quartiles.
 *
 * "ranks" is for several processes under mpirun: the sums of a step over all of them beside
 * MPI_Allreduce, steps on all of them and on one, and what a model of slower links predicts.
 *
 * @return LH_OK, also when peers are absent or compute wrongly, which the table says;
 *         LH_EUSAGE (an unknown part, "ranks" in one process, another type than f32,
 *         instructions that this CPU has not got), LH_EIO (the JSON file or a figure),
 *         LH_ENOMEM.
 */
LH_API lh_status lh_bench(lh_ctx *c, lh_bench_plan plan, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
