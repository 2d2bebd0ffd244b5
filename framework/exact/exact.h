/* exact.h -- a page's derivation, decided line by line by numbers that are not rounded. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_EXACT_H
#define LHI_EXACT_H

#include "framework/derive/expr.h"
#include "framework/exact/field.h"
#include "framework/page/page.h"

/* A matrix of such numbers. */
typedef struct lhi_exact {
    size_t rows, cols;
    lhi_dual *at;
} lhi_exact;

/* Why an expression has no value. */
typedef enum lhi_trouble {
    LHI_FINE,
    LHI_AGAIN,    /* not in this draw */
    LHI_DEEPER,   /* more exps within each other than there are residues */
    LHI_UNFIT,    /* shapes, or names */
    LHI_NO_LAW,   /* something that a field has no law for */
    LHI_TOO_LARGE
} lhi_trouble;

/* One draw: numbers for all inputs, parameters and letters, and what follows from them. */
typedef struct lhi_world {
    lh_ctx *c;
    lh_tape *t;
    uint32_t root;
    lhi_pool *pool;
    const lhi_page *page;   /* its names */
    lhi_ref *forward;       /* the line of each op's node; LHI_NO_EXPR: it has none */
    lhi_tower tower;
    uint64_t draw;
    size_t rows;            /* of the batch */
    int per_sample;         /* dL/d... is of the sum over the samples, not of their mean */
    lhi_exact *value;       /* of each node, once it was asked for */
    lhi_exact *moved;       /* in a pass of tangents: of each node behind the one that moves */
    lhi_exact *grad;        /* dL/d(node), where it is known */
    lhi_ref moving;         /* the letter whose tangent is 1; LHI_NO_EXPR */
    double work;            /* products of numbers so far */
    lhi_trouble trouble;    /* the first */
    char why[160];
} lhi_world;

/* --- world.c --- */

/* Over the names of a page; the pool reads its claims. */
lhi_world *lhi_world_new(lh_var L, const lhi_page *page, lhi_pool *pool);
void lhi_world_free(lhi_world *w);
/* Other numbers: those of the draw, with so many residues. */
void lhi_world_draw(lhi_world *w, uint64_t draw, int levels);
/* The value of a node; with its tangent in a pass of tangents.  NULL: trouble. */
const lhi_exact *lhi_world_value(lhi_world *w, uint32_t id);
/* What x . d(to)/d(from) is, of the shape of `from`: element by element a pass of tangents. */
int lhi_world_pulled(lhi_world *w, uint32_t from, uint32_t to, const lhi_exact *x, lhi_exact *out);
/* dL/d(node). */
const lhi_exact *lhi_world_gradient(lhi_world *w, uint32_t id);
/* Is `given` dL/d(node)?  By one random direction.  -1: trouble. */
int lhi_world_is_gradient(lhi_world *w, uint32_t id, const lhi_exact *given);
/* The node that a name of the page is; LHI_NONE. */
uint32_t lhi_world_node(const lhi_world *w, const char *name, size_t length);
/* Keeps the first trouble.  Returns 0. */
int lhi_stuck(lhi_world *w, lhi_trouble trouble, const char *format, ...) LH_PRINTF(3, 4);

/* --- work.c --- */

/* The value of an expression; the caller frees it.  0: trouble, or no memory. */
int lhi_work(lhi_world *w, lhi_ref e, lhi_exact *out);
int lhi_exact_make(lhi_world *w, size_t rows, size_t cols, lhi_exact *out);
int lhi_exact_copy(lhi_world *w, const lhi_exact *from, lhi_exact *out);
void lhi_exact_free(lh_ctx *c, lhi_exact *x);
int lhi_exact_single(lhi_world *w, lhi_dual x, lhi_exact *out);
/* Trouble: these two do not go together. */
int lhi_unfit(lhi_world *w, const lhi_exact *a, const lhi_exact *b);

/* --- chain.c --- */

/* The node that an expression is by its name; LHI_NONE. */
uint32_t lhi_world_node_of(const lhi_world *w, lhi_ref e);
/* Is it this letter, and no variable? */
int lhi_is_letter_of(const lhi_world *w, lhi_ref e, const char *letter);
/* A letter that is no variable: m, or one number that is drawn. */
int lhi_work_letter(lhi_world *w, lhi_ref e, lhi_exact *out);
/* g'(Z), and da/db. */
int lhi_work_primed(lhi_world *w, lhi_ref e, lhi_exact *out);
int lhi_work_partial(lhi_world *w, lhi_ref e, lhi_exact *out);
/* x times da/db, where a is no loss: is an expression one, and its value. */
int lhi_is_chained(const lhi_world *w, const lhi_expr *e);
int lhi_work_chained(lhi_world *w, lhi_ref partial, const lhi_exact *x, lhi_exact *out);

/* --- judge.c --- */

/* What an = of a page came to. */
typedef enum lhi_verdict {
    LHI_OPEN, LHI_PROVED, LHI_REFUTED, LHI_UNDECIDED, LHI_VERDICTS
} lhi_verdict;

/* A line in its steps: left = step[1] = step[2] ... */
typedef struct lhi_chain {
    const lhi_page_claim *claim;
    lhi_ref step[LHI_CHAIN];
    size_t steps;
    uint32_t node;          /* whose gradient the left side is; LHI_NONE: it is none */
    uint32_t moves;         /* whose update it is; LHI_NONE */
    struct lhi_said {
        lhi_verdict verdict;
        int draws;          /* in which it was right */
        char why[160];      /* where it was not: what is wrong, or why nobody knows */
        lhi_ref right;      /* the nearest that is right; LHI_NO_EXPR: none is known */
    } said[LHI_CHAIN];
} lhi_chain;

enum { LHI_DRAWS = 8 };     /* in which a line must be right */

/* Is a step right in this draw?  1, 0; -1: trouble.  A gradient that is right is kept for the lines
 * that stand on it. */
int lhi_judge(lhi_world *w, const lhi_chain *l, lhi_ref step);

/* --- nearest.c --- */

/* The step with one change, by which it is right in this draw and others: a sign, a transpose,
 * another letter, m, a mask.  LHI_NO_EXPR: none of these.  Leaves another draw behind. */
lhi_ref lhi_nearest_right(lhi_world *w, const lhi_chain *l, lhi_ref step, int levels);

#endif
