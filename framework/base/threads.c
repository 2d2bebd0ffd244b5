/* threads.c -- the only file with OpenMP in it: a team, its jobs, and how its threads wait. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/threads.h"

#include "framework/base/floats.h"
#include "framework/system/sys.h"

#include <stdatomic.h>

#ifdef _OPENMP
#include <omp.h>
#else
#error "Longhand needs a compiler with OpenMP"
#endif

/* How long a thread looks at a word before it sleeps, in seconds: about what sleeping and being
 * woken take.  Where all threads run, the others are there sooner; where one has to wait for a
 * CPU, looking on would keep it from it. */
#define PATIENCE 20e-6

/* A word that changes when something has happened, for threads to wait for. */
typedef struct bell {
    _Alignas(64) _Atomic uint32_t rung;
    _Atomic uint32_t sleepers;
} bell;

/* The threads of one parallel region.  Its lead posts jobs; the others wait for them. */
typedef struct team {
    bell posted, ended, met;
    _Alignas(64) _Atomic int done; /* threads that are through with the job */
    _Atomic int arrived;           /* at the barrier */
    int size;                      /* threads there are */
    int working;                   /* of them, in the present job */
    double patience;
    void (*work)(void *arg, int rank, int size); /* NULL: the team parts */
    void *arg;
} team;

/* The one this thread belongs to. */
static _Thread_local team *mine;

static void ring(bell *b)
{
    atomic_fetch_add(&b->rung, 1);
    /* One who begins to sleep now has been counted before, or sees the new number. */
    if (atomic_load(&b->sleepers) != 0)
        lhi_sys_wake(&b->rung);
}

static int rung_since(bell *b, uint32_t heard)
{
    return atomic_load_explicit(&b->rung, memory_order_acquire) != heard;
}

static void wait_for(bell *b, uint32_t heard, double patience)
{
    double until = 0;

    while (patience > 0) {
        for (int i = 0; i < 32; i++) {
            if (rung_since(b, heard))
                return;
            lhi_sys_relax();
        }
        if (until == 0)
            until = lhi_sys_clock() + patience;
        else if (lhi_sys_clock() > until)
            break;
    }
    atomic_fetch_add(&b->sleepers, 1);
    while (!rung_since(b, heard))
        lhi_sys_sleep(&b->rung, heard);
    atomic_fetch_sub(&b->sleepers, 1);
}

/* A thread that the runtime made has the floating-point setting of that moment. */
static void work_as_usual(team *t, int rank)
{
    LHI_USUAL_FLOATS(NULL);

    t->work(t->arg, rank, t->working);
}

static void serve(team *t, int rank)
{
    mine = t;
    for (uint32_t heard = 0;; heard++) {
        void (*work)(void *arg, int rank, int size);

        wait_for(&t->posted, heard, heard ? t->patience : 0);
        work = t->work;
        if (work && rank < t->working)
            work_as_usual(t, rank);
        if (atomic_fetch_add(&t->done, 1) + 2 == t->size)
            ring(&t->ended);
        if (!work)
            break;
    }
    mine = NULL;
}

static void post(team *t, int working, void (*work)(void *arg, int rank, int size), void *arg)
{
    const uint32_t heard = atomic_load(&t->ended.rung);

    t->working = working;
    t->work = work;
    t->arg = arg;
    atomic_store(&t->done, 0);
    ring(&t->posted);
    if (work)
        work(arg, 0, working);
    wait_for(&t->ended, heard, t->patience);
}

void lhi_barrier(void)
{
    team *t = mine;
    const uint32_t heard = atomic_load(&t->met.rung);

    if (atomic_fetch_add(&t->arrived, 1) + 1 == t->working) {
        atomic_store(&t->arrived, 0);
        ring(&t->met);
    } else
        wait_for(&t->met, heard, t->patience);
}

/* OpenMP's libraries end the process when they cannot make a thread, so it is tried before. */
static int may_have(lh_ctx *c, int size)
{
    static _Thread_local int tried = 1, had = 1;

    if (size <= 1 || lhi_sys_forked())
        return 1;
    lhi_sys_team_begins();
    if (size > tried) {
        had = lhi_sys_threads_to_have(size);
        tried = size;
        if (had < size)
            lhi_warn(c, "the system lets this process have %d of %d threads (ulimit -u and the "
                        "cgroup's pids.max limit them): going on with %d",
                     had, size, had);
    }
    return size < had ? size : had;
}

void lhi_keep_team(lh_ctx *c, int size, void (*lead)(void *arg), void *arg)
{
    team t = {.work = NULL};

    size = mine ? 1 : may_have(c, size);
    if (size <= 1) {
        lead(arg);
        return;
    }
    /* More threads than CPUs: whoever waits has one that another needs. */
    t.patience = size <= omp_get_num_procs() ? PATIENCE : 0;
#pragma omp parallel num_threads(size)
    {
        const int rank = omp_get_thread_num();

        if (rank != 0)
            serve(&t, rank);
        else {
            t.size = omp_get_num_threads(); /* fewer in a region of the caller's own */
            mine = &t;
            lead(arg);
            if (t.size > 1)
                post(&t, 0, NULL, NULL);
            mine = NULL;
        }
    }
}

struct job {
    lh_ctx *c;
    int size;
    void (*work)(void *arg, int rank, int size);
    void *arg;
};

static void lead_one(void *arg)
{
    const struct job *j = arg;

    lhi_team(j->c, j->size, j->work, j->arg);
}

void lhi_team(lh_ctx *c, int size, void (*work)(void *arg, int rank, int size), void *arg)
{
    struct job j = {c, size, work, arg};

    if (mine && size > mine->size)
        size = mine->size;
    if (size > 1 && mine)
        post(mine, size, work, arg);
    else if (size > 1 && may_have(c, size) > 1)
        lhi_keep_team(c, size, lead_one, &j);
    else
        work(arg, 0, 1);
}

int lhi_places(void)
{
    enum { CPUS = 4096 };
    unsigned char seen[CPUS] = {0};
    int count = 0;

    for (int place = 0; place < omp_get_num_places(); place++) {
        int id[CPUS];
        const int n = omp_get_place_num_procs(place);

        if (n <= 0 || n > CPUS)
            continue;
        omp_get_place_proc_ids(place, id);
        for (int i = 0; i < n; i++)
            if (id[i] >= 0 && id[i] < CPUS && !seen[id[i]]) {
                seen[id[i]] = 1;
                count++;
            }
    }
    return count;
}
