/* run.h -- inside of a training run. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_RUN_H
#define LHI_RUN_H

#include "framework/base/progress.h"
#include "framework/base/state.h"
#include "framework/base/text.h"
#include "framework/data/feed.h"
#include "framework/optim/optim.h"

#include <longhand/train.h>

/* What is to be done between two steps of a run, outside of its team, as soon as a time, a step
 * or an epoch has come.  f says when it is due again; INFINITY and LONG_MAX are never. */
typedef struct lhi_hook lhi_hook;
struct lhi_hook {
    void (*f)(lh_run *r, void *arg);
    void *arg;
    double at;                /* of lhi_sys_clock() */
    long step, epoch;         /* as many done, and of the latter nothing more */
    lhi_hook *next;
};

/* A state that a run has kept, by its numbers (back.c). */
enum { LHI_BACKS = 3, LHI_MARKS = 2, LHI_MARK_NUMBERS = 6 };
typedef struct lhi_back_point {
    int64_t number[LHI_MARK_NUMBERS];
} lhi_back_point;

struct lh_run {
    lh_ctx *c;
    lh_tape *t;
    uint32_t gen;             /* of the tape, when the run began */
    char *listing;            /* of its loss, in a run that outlives the recording; else NULL */
    lhi_plan *p;
    lhi_ws *w;
    lhi_feed feed;
    lh_data *d;
    lhi_optim optim;
    lhi_descent descent;
    uint32_t *param;          /* the store's parameters that the loss depends on, ascending */
    size_t params;
    size_t *moved, *late;     /* those that have a gradient, in the plan's order; of them those that
                                 can move only when the step is over */
    size_t moveds, lates;
    int at_end;               /* all of them do: the move of each depends on all gradients */
    long *slot;               /* of the store, in the order of the optimiser's; then `gathered`;
                                 then copies of values and these for --on-nan=back */
    size_t slots, copies;
    int gathers;              /* several batches make one move */
    lhi_back_point mark[LHI_MARKS]; /* of the copies */
    int marked;               /* they are made */
    int halvings;             /* of the rate: it has gone back so often */
    lhi_piece *piece;         /* of the step: what moves when it is over */
    void **piece_slot;
    size_t pieces;
    double *part[2];          /* room for sums over parameters */
    double kept[2];           /* by an optimiser, from one move to the next */
    lhi_plateau plateau;      /* of the series of that index */
    size_t plateau_of;
    uint32_t *order;          /* of this epoch; NULL: as stored */
    size_t batch;             /* rows of a batch */
    long epochs;              /* to be done in all */
    int inert;                /* nothing to do: an error, or a dry run */
    int stopped;              /* by a signal, or for want of time */

    long epoch, step, moves;  /* done; a step that only gathers is no move */
    long gathered;            /* batches since the last move */
    double weight;            /* of this batch in the gradient that moves, */
    int begins, ends;         /* whose first and last it is */
    long own;                 /* steps of this epoch that the driver made itself */
    int bound;                /* this step is one, over what lh_bind() gave */
    uint64_t seen;            /* the passes by hand before the last lh_move() */
    double step_loss;         /* of the last step of the driver's own */
    size_t position;          /* rows done of the present epoch */
    double loss_sum;          /* of them */
    double last_loss;         /* mean of the last whole epoch */
    double samples, seconds;  /* for the speed */

    lhi_state_series *series;
    size_t series_count, series_room, history_room;
    char watch[LHI_NAME];
    double best_value;
    long best_epoch;
    long patience;
    int told;                 /* that it has ended */
    void *best;               /* of these parameters, laid out as in the store; NULL until then */
    int at_best;              /* the store's values are the model's, and `best` the last */
    lhi_state_number *number; /* of the optimiser, and factors of parameters as it began */
    size_t numbers;
    lhi_state_slot *slot_state; /* the slots as a checkpoint holds them */
    lhi_state_number *kept_state; /* and numbers besides */
    lhi_hook *hooks;
    /* Told of a step whose loss is not finite, before the run fails with it; what was done is
     * added to the message, and what can be done to its hint.  NULL: nobody is. */
    void (*wrong)(lh_run *r, void *arg, char *done, size_t room, char *hint, size_t hint_room);
    void *wrong_arg;
    long met;                 /* the steps after which the ranks met last; -1: not yet */
    int all_stop;             /* they agreed to stop then */
    long look, looked;        /* the steps of the next look at the clock, and of the last one */
    double clock;             /* at that */
    lhi_progress progress;
    int showing, unseen;      /* unseen: an epoch that is not shown yet */
};

/* A run at its beginning; inert after an error.  lh_train() adds the resuming. */
lh_run *lhi_run_new(lh_var L, lh_optimizer how, lh_data *d, size_t batch, long epochs);

/* 1 unless the tape was recorded anew under the run (the error of `caller` is kept then). */
int lhi_run_good(const lh_run *r, const char *caller);

/* A run whose batches are the driver's own: its data set has no rows, and it outlives its tape's
 * recording.  lh_loop() adds the resuming. */
lh_run *lhi_run_alone(lh_var L, lh_optimizer how, long epochs);

/* 1 while there is an epoch left to do; shows the last one. */
int lhi_run_goes_on(lh_run *r);
/* Before a step: the parameters are the last ones, the bar is there. */
void lhi_run_begin(lh_run *r);
/* When it is over for now: the parameters are the model's.  0. */
int lhi_run_finish(lh_run *r);
/* The loss of a step is not finite: 1 when the run has gone back, and can go on; else it fails, and
 * says which op made the loss what it is. */
int lhi_run_nonfinite(lh_run *r, size_t from, size_t to);
/* What was done about such a step, also by whoever is told of them, and what helps. */
enum { LHI_WRONG_DONE = 1200, LHI_WRONG_HINT = 700 };
void lhi_run_wrong(lh_run *r, char done[LHI_WRONG_DONE], char hint[LHI_WRONG_HINT]);
/* The order of the rows in the epoch that a run is in. */
void lhi_run_order(lh_run *r);
size_t lhi_run_rows(const lh_run *r); /* of the next step */
/* The next step of an epoch over the data; 0 when its loss is not finite, and nothing has
 * changed. */
int lhi_run_next(lh_run *r);
/* An epoch of which all steps are made ends. */
void lhi_run_end_epoch(lh_run *r);
/* lh_step() without --check; 1 when one was made. */
int lhi_run_own_step(lh_run *r);

/* Workspace and descent of a run that has its plan, batch and optimiser; -1 after an
 * error. */
int lhi_run_ready(lh_run *r, int threads);
/* One step on rows from..to-1 of the epoch's order; the loss is left in the workspace. */
void lhi_run_step(lh_run *r, size_t from, size_t to);

/* --- meet.c --- */

/* The workspace of a run, for so many rows of a batch, which other ranks may share.  NULL after an
 * error. */
lhi_ws *lhi_run_workspace(lh_run *r, size_t rows, int threads);
/* Does it stop before its next step?  All ranks say the same. */
int lhi_run_stops(lh_run *r);
/* Before an epoch: all ranks are there, and the first time they are at the same run. */
void lhi_run_meet(lh_run *r);

/* --- hook.c --- */

/* Adds a hook, which is the caller's and lives as long as the run. */
void lhi_run_hook(lh_run *r, lhi_hook *h);
/* Looks whether one is due; most steps only compare two numbers. */
int lhi_run_looks(lh_run *r);
static inline int lhi_run_due(lh_run *r)
{
    return r->step >= r->look && lhi_run_looks(r);
}
/* Calls those that are due, before a step. */
void lhi_run_hooks(lh_run *r);

/* The slots of a run that its rule and the gathering of batches keep. */
static inline size_t lhi_run_slots(const lh_run *r)
{
    return r->slots + (size_t)r->gathers;
}

/* --- back.c, --on-nan=back: the arrays lie behind the slots of the optimiser, in the store and in
 * a checkpoint; without the option there are none, and all of this does nothing. --- */

/* The arrays, when the run has its other slots; -1: no memory. */
int lhi_back_slots(lh_run *r);
/* Before a step: where an epoch begins the state is kept. */
void lhi_back_mark(lh_run *r);
/* What the rate is multiplied by. */
double lhi_back_rate(const lh_run *r);
/* Goes back, and tells it with what was wrong; the epoch begins anew.  0: it cannot, since it has
 * no state, has gone back as often as it may, or was there before this very step. */
int lhi_back_go(lh_run *r, const char *what);
/* The same when the last step of an epoch has moved a parameter to what is no number. */
void lhi_back_if_moved(lh_run *r);
/* The numbers of it that a checkpoint holds: into one, are they sound, and out of it. */
enum { LHI_BACK_KEPT = 1 + LHI_MARKS * LHI_MARK_NUMBERS };
void lhi_back_put(const lh_run *r, lhi_state *s);
int lhi_back_sound(const lh_run *r, const lhi_state *s);
void lhi_back_take(lh_run *r, const lhi_state *s);

/* --- move.c --- */

/* What the optimiser needs, for a run that has its workspace; -1: no memory. */
int lhi_run_movers(lh_run *r);
/* Before a step of so many rows: the rate, and what then moves at its end (all parameters, or the
 * late ones); and after it, when the loss was finite. */
void lhi_run_before_move(lh_run *r, size_t rows, int all);
void lhi_run_after_move(lh_run *r);
/* Moves them, by each thread of the team. */
void lhi_run_move(lh_run *r, int rank, int size);

/* Says on what the run goes, and what of it changes speed or results. */
void lhi_run_tell(const lh_run *r);

/* The run as a checkpoint holds it; the arrays stay the run's.  LH_ENOMEM. */
lh_status lhi_run_state(lh_run *r, lhi_state *s);
/* Frees what lhi_run_state() made, also where it failed, and the lines of the provenance: a run
 * that is saved each epoch must not grow. */
void lhi_run_state_free(lh_run *r, lhi_state *s);
/* Takes a state up; `path` is for messages.  LH_EMISMATCH as lhi_run_compare(). */
lh_status lhi_run_restore(lh_run *r, const lhi_state *s, const char *path);

/* --- blame.c --- */

/* Tells what a step on rows from..to-1 of the epoch's order makes that is not finite, of the
 * parameters that are there now: the first op that does so, its place and what it was given, in
 * the forward pass or the backward one.  0: both passes are finite. */
int lhi_run_blame(lh_run *r, long step, size_t from, size_t to, lhi_text *out);

/* --- compare.c --- */

/* LH_EMISMATCH when a state is of another network, other data, batch, seed, shards, optimiser or
 * type: says which, with the lines of the networks and the options that differ. */
lh_status lhi_run_compare(lh_run *r, const lhi_state *s, const char *path);
/* The same, and all options that shape a result must have the same values, but for the patience:
 * the state is of this command. */
lh_status lhi_run_compare_command(lh_run *r, const lhi_state *s, const char *path);

/* 1 when a file's number is a whole one from 0 to most. */
int lhi_is_count(double x, double most);

/* --- restore.c --- */

/* The rule with its numbers, and what it keeps of each parameter; -1: no memory. */
int lhi_run_rule(lh_run *r, lhi_state *s);
/* What a state has under a name; NULL: nothing. */
const lhi_state_slot *lhi_slot_named(const lhi_state *s, const char *name);
const lhi_state_number *lhi_number_named(const lhi_state_number *list, size_t count,
                                         const char *name);
double lhi_kept_value(const lhi_state *s, const char *name, double otherwise);

/* 1 when the watched series has had no smaller value for as long as the patience lasts. */
int lhi_run_has_ended(const lh_run *r);
/* Says so, and which epoch's parameters are the model. */
void lhi_run_say_end(lh_run *r);
/* Makes the array of the best parameters; -1: no memory. */
int lhi_run_best_room(lh_run *r);
/* Puts the model's values (1) or the last ones (0) in the store's place. */
void lhi_run_turn(lh_run *r, int to_best);

/* Sets a value of the last whole epoch under a name. */
void lhi_run_note(lh_run *r, const char *name, double value);

#endif
