/* optim.h -- the tables of optimisers and schedules, and what a run has chosen of them. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_OPTIM_H
#define LHI_OPTIM_H

#include "framework/base/state.h"
#include "framework/kernels/mover.h"

#include <longhand/optim.h>

enum { LHI_FUSES = 1, LHI_APART = 2, LHI_PAIRED = 4, LHI_STEPS = 8 }; /* flags of a row */
enum { LHI_OPTIM_NUMBERS = 24, LHI_OPTIM_OWN = 5, LHI_OPTIM_PAIRS = 32, LHI_OPTIM_SLOTS = 2 };

/* A number that a row takes, by the name that it has in options, messages and checkpoints. */
typedef struct lhi_optim_number {
    const char *name;
    double value; /* where none is given */
} lhi_optim_number;

typedef struct lhi_optim_row {
    const char *name;
    unsigned flags;
    const char *text;
    const char *slot[LHI_OPTIM_SLOTS + 1]; /* up to a NULL */
    lhi_optim_number number[LHI_OPTIM_OWN + 1];   /* up to a name NULL */
    const lhi_mover *mover[7];             /* in the order of lhi_variant_id */
} lhi_optim_row;

/* Where a run is in its schedule. */
typedef struct lhi_schedule_at {
    int64_t epoch;        /* whole epochs done */
    int64_t moves, each;  /* done in this one, and of an epoch */
    int64_t lasts;        /* epochs of the schedule, after those in which the rate rises */
    int64_t drops;        /* of a plateau */
} lhi_schedule_at;

typedef struct lhi_schedule_row {
    const char *name, *text;
    lhi_optim_number number[5];
    /* The part of the rate that is left. */
    double (*part)(const lh_schedule *s, const lhi_schedule_at *at);
} lhi_schedule_row;

const lhi_optim_row *lhi_optim_at(size_t index);       /* NULL beyond the last one */
const lhi_schedule_row *lhi_schedule_at_index(size_t index);
/* The rows of a name; NULL: there is none. */
const lhi_optim_row *lhi_optim_named(const char *name);
const lhi_schedule_row *lhi_schedule_named(const char *name);
/* The names that an optimiser means where it gives none. */
static inline const char *lhi_optim_rule(const lh_optimizer *how)
{
    return how->rule ? how->rule : how->momentum == 0 ? "sgd" : "momentum";
}
static inline const char *lhi_optim_schedule(const lh_schedule *s)
{
    return s->name ? s->name : "constant";
}
/* Gives the members of a row's numbers their values of the table. */
void lhi_optim_defaults(lh_optimizer *how, const lhi_optim_number *number);

/* What a run moves by. */
typedef struct lhi_optim {
    lh_optimizer how;                /* schedule.epochs is not 0 where it is used */
    const lhi_optim_row *row;
    const lhi_schedule_row *schedule;
    double own[LHI_OPTIM_OWN];       /* the row's numbers, in its order */
    lhi_state_number number[LHI_OPTIM_NUMBERS]; /* all that count, as a checkpoint holds them */
    size_t numbers;
} lhi_optim;

/* The member of a number's name. */
double *lhi_optim_member(lh_optimizer *how, const char *name);
const char *lhi_optim_help(const char *name);
/* Takes a number as a checkpoint holds it; 0: there is none of that name. */
int lhi_optim_take(lh_optimizer *how, const char *name, double value);
/* Looks up and checks what was given; `epochs` are those of the run.  -1 after an error. */
int lhi_optim_of(lh_ctx *c, const lh_optimizer *how, long epochs, const char *caller,
                 lhi_optim *to);
/* The slots of a parameter, and the name of one.  Pairs of lbfgs are slots, too. */
size_t lhi_optim_slots(const lhi_optim *o);
void lhi_optim_slot_name(const lhi_optim *o, size_t slot, char name[LHI_NAME]);
/* 1 when a product may move the parameters as it ends. */
int lhi_optim_fuses(const lhi_optim *o);

/* schedules.c: the rate at a place. */
double lhi_optim_rate(const lhi_optim *o, const lhi_schedule_at *at);
/* 1 when the rate depends on what a series has come to. */
int lhi_optim_looks_back(const lhi_optim *o);
/* What a plateau is to a series, as far as it was looked at; all zero at its beginning. */
typedef struct lhi_plateau {
    double best;
    int64_t without, drops; /* values since the best or the last drop */
    size_t seen;
} lhi_plateau;
/* How often the rate drops on a plateau of a series of `count` values, of which the last may still
 * change.  *p is of the same series, and of no more values. */
int64_t lhi_optim_drops(lhi_plateau *p, const lhi_optim *o, const double *series, size_t count);
double lhi_cos_pi(double x); /* cos(pi x), 0 <= x <= 1 */

#endif
