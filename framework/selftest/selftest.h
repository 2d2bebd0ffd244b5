/* selftest.h -- the checker checked: networks around each op, mutants of it, what was noticed. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SELFTEST_H
#define LHI_SELFTEST_H

#include "framework/base/text.h"
#include "framework/selftest/mutant.h"

#include <longhand/selftest.h>

/* --- networks.c --- */

/* A small network around one node of an op, in a context of its own, its inputs bound. */
typedef struct lhi_network {
    lh_ctx *c;
    lh_tape *t;
    lh_var L;
    uint32_t node; /* the node on trial */
    size_t m;      /* rows of the batch */
    size_t cells;  /* of the largest array */
    char text[120]; /* "[m x 12], [1 x 12], m = 70, another user before it" */
} lhi_network;

/* Network `which` of those that an op has: 1; 0: there are no more; -1 after an error,
 * which the context it should be `like` keeps. */
int lhi_network_open(lh_ctx *like, const lhi_op_family *f, size_t which, lhi_network *n);
/* The one with an operand of a million elements, for ops that take a matrix. */
int lhi_network_open_large(lh_ctx *like, const lhi_op_family *f, lhi_network *n);
void lhi_network_close(lhi_network *n);
/* 1 when there is such a network. */
int lhi_network_there(const lhi_op_family *f, size_t which);
int lhi_network_large_there(const lhi_op_family *f);
/* For lh_on_message(): says nothing. */
void lhi_silent(void *arg, const char *text);

/* --- selftest.c --- */

/* One mutant of one op in one network. */
typedef struct lhi_trial {
    size_t kind;
    const char *op;
    char network[120];
    int works;        /* it changed a gradient; else it is no mutant there */
    int noticed;      /* the report did not agree */
    unsigned by;      /* bit m: method m disagreed */
    lh_reason reason; /* of what is nearest to the loss */
} lhi_trial;

/* All trials, and what the right ops came to in the same networks. */
typedef struct lhi_selftest {
    lh_ctx *c;
    lhi_trial *trial;
    size_t trials, room;
    size_t kinds, ops, networks, alarms;
    char alarm[200];  /* the first one */
} lhi_selftest;

/* Runs every kind on every op, in all networks or in about so many of them (0: all).  NULL after
 * an error. */
lhi_selftest *lhi_selftest_run(lh_ctx *c, size_t most);

/* What the trials of a kind, or of several, come to. */
typedef struct lhi_score {
    size_t trials, noticed, right; /* right: noticed, and for the right reason */
    size_t by[LH_METHODS];
} lhi_score;

/* Counts what is noticed by some methods (bit m: method m; all: whatever noticed it) of
 * kind `kind`, or with kind LHI_ANY of all kinds of a class, LH_REASONS: of all. */
enum { LHI_ALL_METHODS = (1 << LH_METHODS) - 1 };
#define LHI_ANY SIZE_MAX
lhi_score lhi_selftest_score(const lhi_selftest *s, size_t kind, lh_reason class,
                             unsigned methods);
/* Keeps an error in the context when less is noticed than is promised. */
lh_status lhi_selftest_judge(const lhi_selftest *s, unsigned methods);

/* --- selftest_print.c --- */

/* The matrix of kinds and methods; detailed: also what was not noticed or misnamed. */
void lhi_selftest_show(const lhi_selftest *s, lhi_text *t, int detailed);

#endif
