/* bench.h -- inside of `longhand bench`: tasks, those who do them, and what came out. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_BENCH_H
#define LHI_BENCH_H

#include "framework/base/progress.h"
#include "framework/base/text.h"
#include "framework/kernels/variant.h"
#include "framework/system/child.h"

#include <longhand/bench.h>

enum { LHI_SAMPLES = 15, LHI_TROUBLE = 240 };

/* --- bench.c --- */

/* Samples: the middle one, the quartiles, the least. */
typedef struct lhi_spread {
    double median, low, high, least;
    size_t count;
} lhi_spread;

/* Sorts the samples.  Quartiles lie between two samples where they have to. */
lhi_spread lhi_spread_of(double *samples, size_t count);

/* --- clock.c --- */

/* One who takes part in a contest.  run() does the task `reps` times and sets seconds
 * (of all of them) and check; -1 when it cannot, with the trouble told. */
typedef struct lhi_entrant {
    const char *who;
    int peer;                   /* index of the peer, -1: ours */
    int (*run)(struct lhi_entrant *e, long reps);
    void *state;
    const void *task;
    double seconds, check;
    int has_check;
    long reps;
    double sample[LHI_SAMPLES]; /* seconds of one repetition */
    size_t samples;
    char trouble[LHI_TROUBLE];  /* "": none */
} lhi_entrant;

typedef struct lhi_bench lhi_bench;

/* Finds how often each must repeat to be timed well, then takes samples in turn: one of
 * each, again and again, so that a machine that changes its speed does so for all. */
void lhi_contest(lhi_bench *b, lhi_entrant *e, size_t count, int threads);

/* --- answer.c --- */

enum lhi_answer_kind { LHI_READY, LHI_ABSENT, LHI_DONE, LHI_GARBAGE };

/* A line of a peer: "ready NAME TEXT", "absent TEXT", "SECONDS CHECK" ("-": none). */
typedef struct lhi_answer {
    enum lhi_answer_kind kind;
    char name[32], text[200];
    double seconds, check;
    int has_check;
} lhi_answer;

lhi_answer lhi_answer_of(const char *line);

/* --- peers.c --- */

/* Another program, kept running and asked by lines. */
typedef struct lhi_peer {
    const char *family;   /* "OpenBLAS": its column */
    const char *setting;  /* "OPENBLAS_CORETYPE=SkylakeX", or NULL */
    char text[200];       /* version and core */
    int runs;
    double patience;      /* seconds */
    lhi_child child;
    char trouble[LHI_TROUBLE]; /* why it does not run */
} lhi_peer;

/* Starts all that there are; what is not there has its reason in `trouble`. */
void lhi_peers_begin(lhi_bench *b);
void lhi_peers_end(lhi_bench *b);
/* Asks a peer for a task; fills seconds and check of the entrant whose state it is. */
int lhi_peer_ask(lhi_entrant *e, const char *line);

/* --- results --- */

/* A rate of the machine: operations or bytes a second. */
typedef struct lhi_rate {
    const char *what;     /* "avx512", "read" */
    const char *where;    /* element type of a peak, "L2" of a bandwidth */
    int threads;
    size_t bytes;         /* of all arrays together */
    double median, low, high, best;
} lhi_rate;

/* What one of them did. */
typedef struct lhi_result {
    const char *who;      /* "longhand", or a peer's family */
    const char *text;     /* a peer's version and core, "" for ours */
    int peer;             /* index of the peer, -1: ours */
    lhi_spread seconds;   /* of one repetition; count 0: there is none */
    double check;
    int has_check, agrees;
    int is_second;        /* a faster one of the same family stands beside it */
    char trouble[LHI_TROUBLE];
} lhi_result;

typedef struct lhi_product {
    size_t m, n, k;
    double flops, bytes;
    lhi_result *result;
    size_t count;
} lhi_product;

typedef struct lhi_task {
    size_t size[4], batch; /* inputs, two hidden layers, outputs */
    int threads;           /* at most */
    int used;              /* by ours: a small step takes fewer */
    double flops;
    lhi_result *result;
    size_t count;
} lhi_task;

/* A network on several ranks: their sums, those of MPI, and a step; on one rank alone, of as many
 * threads as each has and as all have (count 0: that cannot be told). */
typedef struct lhi_rank_result {
    size_t size[4], batch, floats;
    int partials;          /* of a rank, at most */
    lhi_spread ours, usual, step, alone, wide;
} lhi_rank_result;

/* One act for the roofline: a product, or an op of a step. */
typedef struct lhi_act_cost {
    char name[48];
    double flops, bytes, seconds;
} lhi_act_cost;

struct lhi_bench {
    lh_ctx *c;
    const lh_bench_plan *plan;
    int variant, threads;
    const lhi_kernels *kernels;
    lhi_progress progress;
    long told;
    int stopped;               /* before all was measured */
    lhi_peer *peer;
    size_t peers;
    lhi_rate *peak;
    size_t peaks;
    lhi_rate *bandwidth;
    size_t bandwidths;
    lhi_product *product;
    size_t products;
    lhi_task *step;
    size_t steps;
    lhi_rank_result *rank;
    size_t ranks;
    long met;                  /* how often the ranks have */
    lhi_act_cost *act;
    size_t acts, act_room;
    size_t drawn_from;         /* the acts from here on are in the roofline: those of one step */
};

/* Samples of each, and the least time of one, as --quick says. */
size_t lhi_bench_rounds(const lhi_bench *b);
double lhi_bench_least(const lhi_bench *b);
/* 1 when this part was asked for. */
int lhi_bench_wants(const lhi_bench *b, const char *part);
/* Numbers of threads, 1 2 4 ... and the last one, for scaling; how many. */
size_t lhi_bench_teams(const lhi_bench *b, int *threads, size_t room);
/* 0 when an error ended the measuring, or it is to stop. */
int lhi_bench_goes_on(lhi_bench *b);
/* Room for so many ways of ours, the first of which the checks of all are compared with,
 * and every peer that runs, which are asked by `peers`.  NULL: no memory. */
lhi_entrant *lhi_bench_entrants(lhi_bench *b, const void *task, size_t ours,
                                int (*peers)(lhi_entrant *e, long reps), size_t *count);
/* Takes the results over, compares the checks with the first one (they may differ by a
 * thousandth of it, or of `scale` when that is larger), marks the second best of a family. */
lhi_result *lhi_bench_results(lhi_bench *b, lhi_entrant *e, size_t count, double scale);

void lhi_bench_probe(lhi_bench *b);     /* probe.c: fills peak and bandwidth */
void lhi_bench_products(lhi_bench *b);  /* products.c */
void lhi_bench_steps(lhi_bench *b);     /* steps.c */
void lhi_bench_ranks(lhi_bench *b);     /* ranks.c, where there are several */
void lhi_bench_show_ranks(const lhi_bench *b, lhi_text *t);
size_t lhi_bench_rank_count(const lhi_bench *b);
struct lh_run;
void lhi_bench_acts(lhi_bench *b, struct lh_run *r); /* acts.c: those of one step, one thread */

/* steps.c: a network of ours.  NULL, -1 after an error. */
void *lhi_tape_step_make(lhi_bench *b, const lhi_task *task);
int lhi_tape_step_ready(void *state, int threads);
struct lh_run *lhi_tape_step_run(void *state);

/* by_hand.c: the step without a tape, as a way of ours (steps.c); and in any order */
void *lhi_by_hand_make(lhi_bench *b, const lhi_task *task);
void *lhi_by_hand_make_free(lhi_bench *b, const lhi_task *task);
int lhi_by_hand_ready(void *state, int threads);
int lhi_by_hand_run(lhi_entrant *e, long reps);
int lhi_by_hand_team(const void *state);
/* One more act for the roofline and the JSON. */
void lhi_bench_add_act(lhi_bench *b, const char *name, double flops, double bytes, double seconds);
/* How many there are to do. */
size_t lhi_bench_product_count(const lhi_bench *b);
size_t lhi_bench_step_count(const lhi_bench *b);
/* Tells what is being done now. */
void lhi_bench_tell(lhi_bench *b, const char *format, ...) LH_PRINTF(2, 3);
/* The best measured peak of the chosen instructions in f32, which is what they can do when
 * nothing else runs; 0 when there is none. */
double lhi_bench_peak(const lhi_bench *b, int threads);
/* Bytes a second by name and place, one thread; 0 when it was not measured. */
double lhi_bench_bandwidth(const lhi_bench *b, const char *what, const char *where);

void lhi_bench_show(const lhi_bench *b, FILE *out);         /* show.c */
void lhi_bench_json(const lhi_bench *b, const char *path);  /* json.c */
void lhi_bench_figures(const lhi_bench *b, const char *folder); /* drawn.c */

#endif
