/* engine.c -- the engine over MPI: the only file that includes mpi.h. */
/* SPDX-License-Identifier: MIT */
#include "framework/mpi/engine.h"

#include "framework/system/await.h"
#include "framework/system/mem.h"
#include "framework/system/sys.h"

#include <limits.h>
#include <mpi.h>
#include <stdlib.h>

typedef struct engine {
    lhi_engine e;
    int *count[2], *place[2];
    int users;
    int began; /* MPI, by us */
} engine;

static engine mine;

/* A number in the environment; 0: none. */
static long number_of(const char *name)
{
    const char *text = lhi_sys_env(name);

    return text ? strtol(text, NULL, 10) : 0;
}

/* How many processes the launcher says that there are: those of Open MPI and MPICH, and Slurm where
 * it was told to serve MPI.  Nothing else may begin MPI: without a launcher it takes a second. */
static long processes_told(void)
{
    if (lhi_sys_env("OMPI_COMM_WORLD_SIZE"))
        return number_of("OMPI_COMM_WORLD_SIZE");
    if (lhi_sys_env("PMI_SIZE"))
        return number_of("PMI_SIZE");
    return lhi_sys_env("PMIX_RANK") ? number_of("SLURM_NTASKS") : 0;
}

static void fits(size_t bytes)
{
    if (bytes > INT_MAX) /* who calls cuts it into pieces before */
        MPI_Abort(MPI_COMM_WORLD, 70);
}

/* Large ones go piece by piece, from one rank after another: MPI counts in int. */
static void gather_large(void *all, const size_t *at)
{
    enum { PIECE = 1 << 30 };

    for (int r = 0; r < mine.e.size; r++)
        for (size_t from = at[r], n; from < at[r + 1]; from += n) {
            n = at[r + 1] - from < PIECE ? at[r + 1] - from : PIECE;
            MPI_Bcast((char *)all + from, (int)n, MPI_BYTE, r, MPI_COMM_WORLD);
        }
}

static void gather(lhi_engine *e, void *all, const size_t *at)
{
    lhi_sys_await(e->doing, e->patience);
    if (at[e->size] > INT_MAX)
        gather_large(all, at);
    else {
        for (int r = 0; r < e->size; r++) {
            mine.count[0][r] = (int)(at[r + 1] - at[r]);
            mine.place[0][r] = (int)at[r];
        }
        MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, mine.count[0], mine.place[0],
                       MPI_BYTE, MPI_COMM_WORLD);
    }
    lhi_sys_arrived();
}

static void deal(lhi_engine *e, const void *from, const size_t *at, void *to, const size_t *place,
                 const size_t *bytes)
{
    for (int r = 0; r < e->size; r++) {
        fits(at[r + 1]);
        fits(place[r] + bytes[r]);
        mine.count[0][r] = (int)(at[r + 1] - at[r]);
        mine.place[0][r] = (int)at[r];
        mine.count[1][r] = (int)bytes[r];
        mine.place[1][r] = (int)place[r];
    }
    lhi_sys_await(e->doing, e->patience);
    MPI_Alltoallv(from, mine.count[0], mine.place[0], MPI_BYTE, to, mine.count[1], mine.place[1],
                  MPI_BYTE, MPI_COMM_WORLD);
    lhi_sys_arrived();
}

static void end(void)
{
    /* One that ends with work under way has not been closed: the others must not wait for it. */
    if (mine.users == 0) {
        lhi_sys_await("the end of the program", mine.e.patience);
        MPI_Finalize();
        lhi_sys_arrived();
    }
}

/* The ranks of this machine, and those that may run on the CPUs that this one may run on: the
 * launcher gives each its own, or all of them all. */
static const char *look_around(void)
{
    uint64_t cpus = lhi_sys_cpus_digest(), *of;
    MPI_Comm here;

    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &mine.e.here);
    of = lhi_mem_alloc((size_t)mine.e.here * sizeof *of);
    if (of)
        MPI_Allgather(&cpus, sizeof cpus, MPI_BYTE, of, sizeof cpus, MPI_BYTE, here);
    for (int r = 0; of && r < mine.e.here; r++)
        mine.e.together += of[r] == cpus;
    MPI_Comm_free(&here);
    lhi_mem_free(of);
    return of ? NULL : "memory ran out";
}

static const char *begin(void)
{
    int had, level;

    MPI_Initialized(&had);
    if (!had) {
        lhi_sys_await("the beginning of the job", 600);
        MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
        lhi_sys_arrived();
        mine.began = 1;
    } else
        MPI_Query_thread(&level);
    if (level < MPI_THREAD_FUNNELED)
        return "this MPI does not let a program have threads (MPI_THREAD_FUNNELED)";
    MPI_Comm_rank(MPI_COMM_WORLD, &mine.e.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &mine.e.size);
    for (int k = 0; k < 2; k++) {
        mine.count[k] = lhi_mem_alloc((size_t)mine.e.size * sizeof(int));
        mine.place[k] = lhi_mem_alloc((size_t)mine.e.size * sizeof(int));
        if (!mine.count[k] || !mine.place[k])
            return "memory ran out";
    }
    mine.e.gather = gather;
    mine.e.deal = deal;
    if (mine.began)
        lhi_sys_at_exit(end);
    if (mine.e.rank != 0)
        lhi_sys_look_only();
    return look_around();
}

lhi_engine *lhi_mpi_join(const char **why)
{
    int is_main = 1;

    *why = NULL;
    if (mine.e.size == 0 && processes_told() < 2)
        return NULL;
    if (mine.e.size == 0 && (*why = begin()) != NULL)
        return NULL;
    MPI_Is_thread_main(&is_main);
    if (!is_main)
        *why = "a context of one of several processes is opened by the thread that began MPI";
    if (*why || mine.e.size < 2)
        return NULL;
    mine.users++;
    return &mine.e;
}

void lhi_mpi_part(lhi_engine *e)
{
    (void)e;
    mine.users--;
}
