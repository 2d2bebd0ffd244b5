/* ctx.h -- inside of the context: owned memory, first error, settings. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CTX_H
#define LHI_CTX_H

#include "framework/base/every.h"

#include <longhand/ctx.h>
#include <longhand/params.h>

#include <stddef.h>
#include <stdint.h>

/* The options that every program has, read by lh_open(); settings.def has a row for each.  type:
 * LH_TYPES is as the driver says; threads: 0 is to be decided (threads.c). */
typedef struct lhi_settings {
#define LHI_C_FLAG  int
#define LHI_C_WHOLE int
#define LHI_C_REAL  double
#define LHI_C_SEED  uint64_t
#define LHI_C_TYPE  lh_type
#define LHI_C_WORD  const char *
#define LHI_C_PATH  const char *
#define LHI_C_TIME  double
#define LHI_C_EVERY lhi_every
#define LH_SETTING(member, name, kind, otherwise, least, most, uses, shapes, help) \
    LHI_C_##kind member;
#define LH_ASIDE(name)
#include "framework/base/settings.def"
#undef LH_SETTING
#undef LH_ASIDE
#undef LHI_C_FLAG
#undef LHI_C_WHOLE
#undef LHI_C_REAL
#undef LHI_C_SEED
#undef LHI_C_TYPE
#undef LHI_C_WORD
#undef LHI_C_PATH
#undef LHI_C_TIME
#undef LHI_C_EVERY
} lhi_settings;

typedef struct lhi_option {
    const char *name, *value, *otherwise, *help, *kind;
    int given;            /* 1 command line, 2 environment, 3 lh_opt_set() */
    int positional;
    int unused;           /* lh_opt_uses(): the program has no use for it */
} lhi_option;

/* A value that lh_opt_set() gave to an option. */
typedef struct lhi_preset {
    const char *name, *value;
    int used;             /* it is one of the program's */
} lhi_preset;

/* The time that a program has, on the clock that never goes back and on that of the day
 * (stop.c). */
typedef struct lhi_deadline {
    double began;         /* when the context was opened */
    double job;           /* when the job ends; 0: none, or nobody knows */
    int64_t job_at;       /* the same, in seconds since 1970 */
    double saving;        /* the longest save */
    double looked;        /* when a run asked last whether it stops; 0: it has not */
    double pause[2];      /* the two longest times between two of its questions */
    double until;         /* when what comes after a run that was stopped is to end */
} lhi_deadline;

/* Ops of a context's own, beside those of ops.def; ops/registry.c looks at them. */
typedef struct lhi_registry {
    const struct lhi_op_family **family;
    size_t count, room;
    const struct lhi_op_family **row; /* those of ops.def that are lines, when they are asked for */
    struct lhi_line_made *line_made;  /* from the formulas of a driver (lines/family.c) */
} lhi_registry;

typedef struct lhi_ranks lhi_ranks;
typedef struct lhi_block lhi_block;
typedef struct lhi_closer lhi_closer;

struct lh_ctx {
    const char *program, *purpose;
    int argc;
    char **argv;
    unsigned char *used;  /* one flag an argument */
    lhi_option *options;
    size_t option_count, option_room, builtin_count;
    lhi_preset *preset;
    size_t preset_count, preset_room;
    const char *(*examples)[2];
    size_t example_count, example_room;
    int settled;
    lhi_settings set;

    lh_status status;     /* the state's first error: nothing works after it */
    char message[3000];
    lh_status refused;    /* the first error of a call that left the state as it was */
    char refusal[3000];
    uint64_t told[4];     /* digests of the last refusals that were told at once */
    size_t tellings;
    void (*say)(void *arg, const char *text);
    void *say_arg;
    char *swept;          /* the file last looked at for leftovers of killed programs */
    lhi_deadline deadline;
    int under_way;        /* runs between their first step and their end */
    int stopped;          /* one was stopped before its end: lh_close() tells it by its exit code */
    int threads;          /* to be used at most, 0: not decided yet (limits.c) */
    const char *threads_rule;
    unsigned floats_told; /* settings of the floating-point unit that were told (floats.h) */
    int told_on;          /* a run told on what code it goes: the variant + 1 */
    int line_open;        /* a progress line stands unfinished on the terminal */

    lhi_block *blocks;    /* newest first */
    size_t block_count;   /* of them: what a loop must not make grow */
    lhi_closer *closers;  /* newest first */
    lhi_registry ops;
    void *ledger;         /* verify/: the report of the last check */
    void *keepers;        /* session/: the runs that are saved while they go on, newest first */
    lhi_ranks *ranks;     /* the processes it shares its work with; NULL: none (ranks.h) */
    int silent;           /* another of them speaks and writes */
    int trained;          /* a run has trained an epoch: there is something to lose */
};

/* What lh_open() returns when there is no memory for a context at all: one for all threads, so
 * nothing is ever written to it. */
extern const lh_ctx lhi_no_memory;

/* The seeds of splits and of shuffles: --seed where they have none of their own. */
static inline uint64_t lhi_split_seed(const lh_ctx *c)
{
    return c->set.split_seed == UINT64_MAX ? c->set.seed : c->set.split_seed;
}

static inline uint64_t lhi_shuffle_seed(const lh_ctx *c)
{
    return c->set.shuffle_seed == UINT64_MAX ? c->set.seed : c->set.shuffle_seed;
}

/* 1 while there is a context, nothing has failed in it and no help was asked for.  Where it is 0,
 * lh_error() is what a public function returns. */
int lhi_ok(const lh_ctx *c);

/* Keeps the first error: a text of whole lines, and a hint that says what to do
 * (NULL: none).  Returns the context's status, which is never LH_OK then. */
lh_status lhi_fail(lh_ctx *c, lh_status s, const char *hint, const char *format, ...)
    LH_PRINTF(4, 5);

/* For the end of a public call that began while the context was well and has left everything
 * as it was: what failed in it is an error of the call and no longer one of the state.
 * Returns what the call came to. */
lh_status lhi_call_ends(lh_ctx *c);
/* The same for a call without which a driver should not begin: as long as nothing has trained
 * its error is one of the state. */
lh_status lhi_call_ends_if_trained(lh_ctx *c);
/* lhi_fail() and lhi_call_ends() in one: the call is refused, the context goes on. */
lh_status lhi_refuse(lh_ctx *c, lh_status s, const char *hint, const char *format, ...)
    LH_PRINTF(4, 5);

/* Takes the state's error back, as a text without its hint: of what was tried and is not needed.
 * Returns what it was. */
lh_status lhi_take_back(lh_ctx *c, char *text, size_t room);

/* A warning, once for each text of `format`... the caller sees to "once". */
void lhi_warn(lh_ctx *c, const char *format, ...) LH_PRINTF(2, 3);

/* Zeroed memory on a 64-byte boundary, freed with the context, newest first.
 * NULL and LH_ENOMEM when there is none. */
void *lhi_alloc(lh_ctx *c, size_t bytes);
/* The same without the zeros: the thread that writes to a page first has it near. */
void *lhi_alloc_later(lh_ctx *c, size_t bytes);
/* count * size with a check of the product. */
void *lhi_alloc_array(lh_ctx *c, size_t count, size_t size);
/* Frees a block before its time; NULL is allowed. */
void lhi_release(lh_ctx *c, void *block);
/* Makes an owned array hold at least `need` elements; *array may move.  -1: no memory. */
int lhi_grow(lh_ctx *c, void *array, size_t *room, size_t need, size_t size);
/* Copies that live as long as the context. */
char *lhi_strdup(lh_ctx *c, const char *text);
char *lhi_strf(lh_ctx *c, const char *format, ...) LH_PRINTF(2, 3);

/* Calls f(arg) at lh_close(), newest first, before memory is freed. */
void lhi_at_close(lh_ctx *c, void (*f)(void *arg), void *arg);

/* For lh_close(): does that, and frees all memory but the context itself. */
void lhi_ctx_empty(lh_ctx *c);

/* options.c: an option whose value is a span of time; seconds, 0 where it is not given. */
double lhi_opt_time(lh_ctx *c, const char *name, const char *help);
/* settings.c: declares the options of every program, and takes the values of those given. */
void lhi_settings_declare(lh_ctx *c);
/* help.c: prints the help or the version that was asked for. */
void lhi_help(const lh_ctx *c);
/* The nearest of some names, NULL when none is near; for "did you mean". */
const char *lhi_nearest(const char *word, const char *(*name)(const void *set, size_t index),
                        const void *set, size_t count);

/* settings.c: the options that shape the result, as "name=value", in order. */
size_t lhi_config(lh_ctx *c, const char ***lines);

#endif
