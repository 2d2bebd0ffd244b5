/* threads.c -- the only file with OpenMP in it. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/threads.h"

#include "framework/base/floats.h"
#include "framework/system/sys.h"

#include <stdlib.h>

#ifdef _OPENMP
#include <omp.h>
#endif

/* The first number of OMP_NUM_THREADS=4,2 and the like, 0 when there is none. */
static int from_environment(const char *name)
{
    const char *text = lhi_sys_env(name);
    const long n = text ? strtol(text, NULL, 10) : 0;

    return n > 0 && n <= 1024 ? (int)n : 0;
}

int lhi_threads(const lh_ctx *c, const char **rule)
{
    const int asked = from_environment("OMP_NUM_THREADS");
    const int slurm = from_environment("SLURM_CPUS_PER_TASK");
    const double quota = lhi_sys_cpu_quota();
    int best = lhi_sys_cpus();
    const char *why = "the CPUs this process may run on";

    if (c->set.threads > 0) {
        best = c->set.threads;
        why = "--threads";
    } else {
        if (quota > 0 && quota < best) {
            best = quota < 1 ? 1 : (int)(quota + 0.999);
            why = "the cgroup's CPU quota";
        }
        if (slurm && slurm < best) {
            best = slurm;
            why = "SLURM_CPUS_PER_TASK";
        }
        if (asked && asked < best) {
            best = asked;
            why = "OMP_NUM_THREADS";
        }
    }
    if (rule)
        *rule = why;
    return best;
}

int lhi_threads_forced(const lh_ctx *c)
{
    return c->set.threads > 0;
}

/* A thread of the runtime has the floating-point setting of the moment it was made. */
static void work_as_usual(void (*work)(void *arg, int rank, int size), void *arg, int rank,
                          int size)
{
    LHI_USUAL_FLOATS(NULL);

    work(arg, rank, size);
}

#ifdef _OPENMP
void lhi_team(int size, void (*work)(void *arg, int rank, int size), void *arg)
{
    if (size <= 1) {
        work(arg, 0, 1);
        return;
    }
#pragma omp parallel num_threads(size)
    work_as_usual(work, arg, omp_get_thread_num(), omp_get_num_threads());
}

void lhi_barrier(void)
{
#pragma omp barrier
}
#else
#error "Longhand needs a compiler with OpenMP"
#endif
