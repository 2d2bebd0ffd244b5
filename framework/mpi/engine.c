/* engine.c -- the engine over MPI: the only file that includes mpi.h. */
/* SPDX-License-Identifier: MIT */
#include "framework/mpi/engine.h"

#include "framework/system/await.h"
#include "framework/system/mem.h"
#include "framework/system/sys.h"

#include <limits.h>
#include <mpi.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* PIECE: the most bytes of a message, which MPI counts in int.  WINDOWS: the most memories in
 * common; more runs at once do without.  LINE: the bytes of a flag, which only its owner writes. */
enum { PIECE = 1 << 30, WINDOWS = 64, LINE = 128 };

/* Memory in common, of which each rank has a part. */
typedef struct window {
    MPI_Win win;
    size_t bytes; /* of a part; 0: there is no such window */
    void *mine;
    int used;
} window;

typedef struct engine {
    lhi_engine e;
    int *count, *place;
    MPI_Request *request;
    MPI_Comm here;    /* the ranks of this machine */
    window window[WINDOWS];
    void **flag;      /* of each rank: how often it has come to meet(); NULL: no memory in common */
    uint64_t met;
    int users;
    int began;        /* MPI, by us */
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

/* Large ones go piece by piece, from one rank after another. */
static void gather_large(void *all, const size_t *at)
{
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
            mine.count[r] = (int)(at[r + 1] - at[r]);
            mine.place[r] = (int)at[r];
        }
        MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, mine.count, mine.place,
                       MPI_BYTE, MPI_COMM_WORLD);
    }
    lhi_sys_arrived();
}

/* The bytes of a block from `done` on that go with one message; 0: none are left. */
static int piece_of(size_t block, size_t done)
{
    return block <= done ? 0 : block - done < PIECE ? (int)(block - done) : (int)PIECE;
}

/* Bytes from `done` on of all blocks that come to this rank, and of all that go from here. */
static int post(const void *from, size_t apart, const int *first, const size_t *at, void *to,
                size_t done)
{
    const int me = mine.e.rank, own = piece_of(at[me + 1] - at[me], done);
    int n = 0;

    for (int r = 0; r < mine.e.size; r++)
        for (int k = first[r]; r != me && own > 0 && k < first[r + 1]; k++)
            MPI_Irecv((char *)to + (size_t)k * (at[me + 1] - at[me]) + done, own, MPI_BYTE, r,
                      k - first[r], MPI_COMM_WORLD, &mine.request[n++]);
    for (int i = 1; i < mine.e.size; i++) { /* not all to the same one first */
        const int r = (me + i) % mine.e.size, bytes = piece_of(at[r + 1] - at[r], done);

        for (int k = 0; bytes > 0 && k < first[me + 1] - first[me]; k++)
            MPI_Isend((const char *)from + (size_t)k * apart + at[r] + done, bytes, MPI_BYTE, r, k,
                      MPI_COMM_WORLD, &mine.request[n++]);
    }
    return n;
}

static void deal(lhi_engine *e, const void *from, size_t apart, const int *first,
                 const size_t *at, void *to)
{
    size_t most = 0;

    for (int r = 0; r < e->size; r++)
        most = at[r + 1] - at[r] > most ? at[r + 1] - at[r] : most;
    lhi_sys_await(e->doing, e->patience);
    for (size_t done = 0; done < most; done += PIECE)
        MPI_Waitall(post(from, apart, first, at, to, done), mine.request, MPI_STATUSES_IGNORE);
    lhi_sys_arrived();
}

static void usual_sum(lhi_engine *e, float *x, size_t n)
{
    lhi_sys_await(e->doing, e->patience);
    for (size_t done = 0; done < n; done += PIECE)
        MPI_Allreduce(MPI_IN_PLACE, x + done, n - done < PIECE ? (int)(n - done) : (int)PIECE,
                      MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    lhi_sys_arrived();
}

/* --- memory in common --- */

/* Windows are made and freed by all ranks together, and so only where a rank asks for one: those
 * that none uses any more are freed then, or used again. */
static int find_window(size_t bytes)
{
    uint64_t used = 0;
    int free = -1, found = -1;

    for (int i = 0; i < WINDOWS; i++)
        used |= (uint64_t)mine.window[i].used << i;
    MPI_Allreduce(MPI_IN_PLACE, &used, 1, MPI_UINT64_T, MPI_BOR, mine.here);
    for (int i = WINDOWS - 1; i >= 0; i--) {
        window *w = &mine.window[i];

        if (used >> i & 1)
            continue;
        if (w->bytes == bytes && found < 0)
            found = i;
        else {
            if (w->bytes > 0)
                MPI_Win_free(&w->win);
            w->bytes = 0;
            free = i;
        }
    }
    return found >= 0 ? found : free;
}

static int all_can(int can)
{
    MPI_Allreduce(MPI_IN_PLACE, &can, 1, MPI_INT, MPI_MIN, mine.here);
    return can;
}

/* Where there is no room Open MPI tells one rank so, and the others wait for it: it is asked for
 * before.  Each part begins on a page, and MPI keeps some. */
static int make_window(window *w, size_t bytes)
{
    const double needed = mine.e.here * ((double)bytes + 4096) + 65536;
    MPI_Info info;
    int made;

    if (!all_can(needed < lhi_sys_room_in_common()))
        return -1;
    MPI_Info_create(&info);
    MPI_Info_set(info, "alloc_shared_noncontig", "true"); /* pages near to who fills them */
    made = all_can(MPI_Win_allocate_shared((MPI_Aint)bytes, 1, info, mine.here, &w->mine,
                                           &w->win) == MPI_SUCCESS);
    MPI_Info_free(&info);
    w->bytes = made ? bytes : 0;
    return made ? 0 : -1;
}

static void look_into(const window *w, void **at)
{
    for (int r = 0; r < mine.e.size; r++) {
        MPI_Aint bytes;
        int unit;

        MPI_Win_shared_query(w->win, r, &bytes, &unit, &at[r]);
    }
}

static int share(lhi_engine *e, size_t bytes, void **at)
{
    int i, status = -1;

    if (!mine.flag) /* of all */
        return -1;
    lhi_sys_await(e->doing, e->patience);
    i = find_window(bytes);
    if (i >= 0 && (mine.window[i].bytes == bytes || make_window(&mine.window[i], bytes) == 0)) {
        mine.window[i].used = 1;
        look_into(&mine.window[i], at);
        status = 0;
    }
    lhi_sys_arrived();
    return status;
}

static void leave(lhi_engine *e, void *part)
{
    (void)e;
    for (int i = 0; i < WINDOWS; i++)
        if (mine.window[i].bytes > 0 && mine.window[i].mine == part)
            mine.window[i].used = 0;
}

static int has_come(int rank)
{
    return atomic_load_explicit((_Atomic uint64_t *)mine.flag[rank], memory_order_acquire) >=
           mine.met;
}

/* One that runs comes within a microsecond.  Then this CPU may be what it waits for, or a message
 * that MPI has kept, which goes when it is called; at last there is time to sleep. */
static void wait_for(const lhi_engine *e, int rank)
{
    enum { LOOKS = 30, CALLS = 8, YIELDS = 10000 };
    int looks = 0, any;

    while (looks < LOOKS && !has_come(rank)) {
        lhi_sys_relax();
        looks++;
    }
    if (looks < LOOKS)
        return;
    lhi_sys_await(e->doing, e->patience);
    for (int i = 0; !has_come(rank); i++) {
        if (i % CALLS == 0)
            MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, mine.here, &any, MPI_STATUS_IGNORE);
        if (i < YIELDS)
            lhi_sys_yield();
        else
            lhi_sys_pause(1e-3);
    }
    lhi_sys_arrived();
}

static void meet(lhi_engine *e)
{
    atomic_store_explicit((_Atomic uint64_t *)mine.flag[e->rank], ++mine.met,
                          memory_order_release);
    for (int r = 0; r < e->size; r++)
        if (!has_come(r))
            wait_for(e, r);
}

static void end(void)
{
    /* One that ends with work under way has not been closed: the others must not wait for it. */
    if (mine.users == 0) {
        lhi_sys_await("the end of the program", mine.e.patience);
        for (int i = 0; i < WINDOWS; i++)
            if (mine.window[i].bytes > 0)
                MPI_Win_free(&mine.window[i].win);
        MPI_Finalize();
        lhi_sys_arrived();
    }
}

/* How many of the ranks of this machine may run on the CPUs that this one may run on: the
 * launcher gives each its own, or all of them all. */
static const char *look_around(void)
{
    uint64_t cpus = lhi_sys_cpus_digest(), *of;

    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &mine.here);
    MPI_Comm_size(mine.here, &mine.e.here);
    of = lhi_mem_alloc((size_t)mine.e.here * sizeof *of);
    if (of)
        MPI_Allgather(&cpus, sizeof cpus, MPI_BYTE, of, sizeof cpus, MPI_BYTE, mine.here);
    for (int r = 0; of && r < mine.e.here; r++)
        mine.e.together += of[r] == cpus;
    lhi_mem_free(of);
    return of ? NULL : "memory ran out";
}

/* Flags in memory in common, where all ranks are on one machine and MPI has such memory. */
static const char *find_flags(void)
{
    void **flag = lhi_mem_alloc((size_t)mine.e.size * sizeof *flag);

    if (!flag)
        return "memory ran out";
    MPI_Comm_set_errhandler(mine.here, MPI_ERRORS_RETURN);
    if (mine.e.here < mine.e.size || make_window(&mine.window[0], LINE) != 0) {
        lhi_mem_free(flag);
        return NULL;
    }
    look_into(&mine.window[0], flag);
    mine.window[0].used = 1;
    memset(mine.window[0].mine, 0, LINE);
    MPI_Barrier(mine.here);
    mine.flag = flag;
    return NULL;
}

static const char *begin(void)
{
    const char *why;
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
    mine.count = lhi_mem_alloc((size_t)mine.e.size * sizeof *mine.count);
    mine.place = lhi_mem_alloc((size_t)mine.e.size * sizeof *mine.place);
    /* Of each of 64 sums a block comes, and from here go two for each level of their tree. */
    mine.request = lhi_mem_alloc((64 + 12 * (size_t)mine.e.size) * sizeof *mine.request);
    if (!mine.count || !mine.place || !mine.request)
        return "memory ran out";
    mine.e.gather = gather;
    mine.e.deal = deal;
    mine.e.usual_sum = usual_sum;
    mine.e.share = share;
    mine.e.leave = leave;
    mine.e.meet = meet;
    if (mine.began)
        lhi_sys_at_exit(end);
    if (mine.e.rank != 0)
        lhi_sys_look_only();
    why = look_around();
    return why ? why : find_flags();
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
