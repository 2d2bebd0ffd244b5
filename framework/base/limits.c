/* limits.c -- how many threads may be used, and what says so. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/ranks.h"
#include "framework/base/threads.h"

#include "framework/system/sys.h"

#include <stdlib.h>

/* What batch systems say of the job's CPUs on a machine, and what OpenMP is told. */
static const char *const variables[] = {
    "OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE",
    "PBS_NUM_PPN", "NCPUS", "NSLOTS", "LSB_DJOB_NUMPROC",
};
enum { VARIABLES = sizeof variables / sizeof *variables };

/* The first number of OMP_NUM_THREADS=4,2 and the like, 0 when there is none. */
static double from_environment(const char *name)
{
    const char *text = lhi_sys_env(name);
    const long n = text ? strtol(text, NULL, 10) : 0;

    return n > 0 ? (double)n : 0;
}

int lhi_least(const lhi_limit *limit, size_t count, const char **rule)
{
    double least = 0;

    for (size_t i = 0; i < count; i++)
        if (limit[i].most > 0 && (least == 0 || limit[i].most < least)) {
            least = limit[i].most;
            *rule = limit[i].rule;
        }
    /* A quota of 1.5 CPUs keeps two threads busy for most of the time. */
    return least <= 1 ? 1 : least >= 1024 ? 1024 : (int)(least + 0.999);
}

static int decide(const lh_ctx *c, const char **rule)
{
    const int places = lhi_places();
    const double cpus = places ? places : lhi_sys_cpus();
    int here, together;
    lhi_limit limit[2 + VARIABLES];

    lhi_ranks_beside(c, &here, &together);
    limit[0] = (lhi_limit){places ? "the CPUs of OpenMP's places"
                                  : "the CPUs this process may run on", cpus / together};
    limit[1] = (lhi_limit){"the cgroup's CPU quota", lhi_sys_cpu_quota("") / here};

    for (size_t i = 0; i < VARIABLES; i++)
        limit[2 + i] = (lhi_limit){variables[i], from_environment(variables[i])};
    return lhi_least(limit, 2 + VARIABLES, rule);
}

int lhi_threads(lh_ctx *c, const char **rule)
{
    const char *why = "--threads";
    int n = c->set.threads;

    if (lhi_sys_forked()) {
        n = 1;
        why = "this being a fork, in which its parent's threads are not";
    } else if (n <= 0) {
        if (c->threads <= 0)
            c->threads = decide(c, &c->threads_rule);
        n = c->threads;
        why = c->threads_rule;
    }
    if (rule)
        *rule = why;
    return n;
}

int lhi_threads_forced(const lh_ctx *c)
{
    return c->set.threads > 0;
}
