/* optim.h -- how parameters move: optimisers, schedules of their rate, and single parameters.
 *
 * docs/optimizers.md has the formulas, their sources and all defaults. */
/* SPDX-License-Identifier: MIT */
#ifndef LH_OPTIM_H
#define LH_OPTIM_H

#include <longhand/tape.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How the rate changes: a row of the table of schedules and what it takes.  Begin with one of
 *  the macros below, or with zeros: a rate that stays.  Epochs are whole numbers. */
typedef struct lh_schedule {
    const char *name; /* "cosine"; NULL: "constant" */
    double epochs;    /* cosine, one-cycle: how long it lasts, 0: as the run; step: from one drop
                         to the next; plateau: without a smaller value before a drop */
    double factor;    /* step, exponential, plateau: what the rate is multiplied by */
    double floor;     /* cosine, one-cycle, plateau: the least part of the rate */
    double warm_up;   /* of any schedule: epochs in which the rate first rises in a line */
    double start;     /* one-cycle: the part of the rate that it begins with, */
    double climb;     /* and the part of its length in which it rises */
} lh_schedule;

/** A row of the table of schedules with its defaults; `epochs` is the member of that name, or the
 *  warm_up of "warm-up", and `factor` the one of that name where the row takes one. */
LH_API lh_schedule lh_scheduled(const char *name, double epochs, double factor);
#define LH_STEP_DECAY(every, factor)   lh_scheduled("step", every, factor)
#define LH_EXPONENTIAL(factor)         lh_scheduled("exponential", 0, factor)
#define LH_COSINE(epochs)              lh_scheduled("cosine", epochs, 0)
#define LH_WARM_UP(epochs)             lh_scheduled("warm-up", epochs, 0)
#define LH_ONE_CYCLE(epochs)           lh_scheduled("one-cycle", epochs, 0)
#define LH_PLATEAU(patience, factor)   lh_scheduled("plateau", patience, factor)

/** How theta moves: a row of the table of optimisers and what it takes.  Begin with one of the
 *  macros below; members that the row does not take are not read. */
typedef struct lh_optimizer {
    double rate;      /* alpha of NOTES 22 */
    double momentum;  /* 0: theta := theta - alpha dL/dtheta, as on the page */
    const char *rule; /* "adam"; NULL: "sgd", or "momentum" where there is one */
    double beta1, beta2, epsilon;
    double fall, rise, least_step, most_step; /* rprop */
    double pairs;     /* lbfgs: how many it keeps, 1 to 32 */
    double decay;     /* lambda: lambda theta is added to the gradient; */
    int    apart;     /* or else theta is multiplied by 1 - rate lambda, as in AdamW */
    double clip;      /* each element of the gradient is cut to -clip..clip; 0: no */
    double clip_norm; /* the gradient of all parameters is made no longer than this; 0: no */
    long   accumulate; /* batches whose gradients make one move, by rows; 0, 1: each one's */
    lh_schedule schedule;
} lh_optimizer;

/** A row of the table of optimisers with its defaults (NULL: as the member `rule` says), at this
 *  rate, and with this momentum and decay where the row takes them.  A name that is none is an
 *  error of lh_train(). */
LH_API lh_optimizer lh_rule(const char *rule, double rate, double momentum, double decay);
#define LH_SGD(alpha)            lh_rule(NULL, alpha, 0, 0)
#define LH_MOMENTUM(alpha, mu)   lh_rule(NULL, alpha, mu, 0)
#define LH_NESTEROV(alpha, mu)   lh_rule("nesterov", alpha, mu, 0)
#define LH_ADAGRAD(alpha)        lh_rule("adagrad", alpha, 0, 0)
#define LH_RMSPROP(alpha)        lh_rule("rmsprop", alpha, 0, 0)
#define LH_ADAM(alpha)           lh_rule("adam", alpha, 0, 0)
#define LH_ADAMW(alpha, lambda)  lh_rule("adamw", alpha, 0, lambda)
#define LH_RPROP(alpha)          lh_rule("rprop", alpha, 0, 0)
#define LH_LBFGS(alpha)          lh_rule("lbfgs", alpha, 0, 0)

/**
 * Declares the options --optimizer, --schedule, and the numbers of the two that were chosen, with
 * `otherwise` where none is given; --help shows those of the choice on the same line.
 * @return what was chosen; the error of a bad value is kept as lh_opt_real() does it.
 */
LH_API lh_optimizer lh_opt_optimizer(lh_ctx *c, lh_optimizer otherwise);

/**
 * From now on the steps of a parameter are those of the rate times this factor: 1 as at first, 0
 * keeps it still, whatever its gradient is.  A checkpoint knows the factors, and a run goes on with
 * those that it was stopped with.
 * @return LH_OK; LH_EUSAGE (below 0, or not finite), LH_ESTATE (not a parameter), LH_ESTALE: errors
 *         of the call.
 */
LH_API lh_status lh_rate_of(lh_var param, double factor);
/** lh_rate_of(param, 0). */
LH_API lh_status lh_freeze(lh_var param);

#ifdef __cplusplus
}
#endif
#endif
