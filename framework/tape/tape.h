/* tape.h -- inside of a tape: nodes, parameters, plans and workspaces.
 *
 * A tape is data: an array of nodes in the order of recording.  A plan is the order in
 * which one root's nodes are worked, forward and backward; a workspace holds the
 * arrays of all nodes in one element type; running is a loop over the plan's acts. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TAPE_H
#define LHI_TAPE_H

#include "framework/base/ctx.h"
#include "framework/base/state.h"
#include "framework/kernels/variant.h"

#include <longhand/op.h>

/* An op in every variant of this build. */
typedef struct lhi_op_family {
    const lh_op *op[LHI_VARIANTS];
} lhi_op_family;

enum lhi_node_kind { LHI_INPUT, LHI_PARAM, LHI_OP };

typedef struct lhi_node {
    enum lhi_node_kind kind;
    const char *name;            /* NULL: not named */
    const char *file;            /* where lh_let() stands */
    int line;
    ptrdiff_t rows, cols;        /* rows LH_ROWS: a batch */
    const lhi_op_family *family; /* LHI_OP */
    uint32_t in[LH_OPERANDS];
    size_t param;                /* LHI_PARAM: index in the store */
    int wanted;                  /* LHI_INPUT: its gradient is asked for */
} lhi_node;

typedef struct lhi_param {
    const char *name;
    size_t rows, cols, offset;   /* offset in elements in the collated arrays */
    lh_init first;
    int laid;                    /* has its first values */
} lhi_param;

struct lh_params {
    lh_ctx *c;
    lh_type type;
    lhi_param *at;
    size_t count, room;
    size_t size;                 /* elements of a collated array, with padding */
    size_t laid_size;
    void *value, *grad, *velocity, *best; /* velocity and best NULL until asked for */
};

typedef struct lhi_hand {
    const char *name;
    void (*by_hand)(void);       /* an lh_derivation; verify/ casts it back */
    uint32_t node;
} lhi_hand;

typedef struct lhi_ws lhi_ws;
typedef struct lhi_plan lhi_plan;

struct lh_tape {
    lh_ctx *c;
    lh_params *params;
    lhi_node *node;
    size_t count, room;
    uint32_t gen;
    int sealed;
    const char **kept;           /* every name once, so that recording anew needs no memory */
    size_t kept_count, kept_room;
    lhi_hand *hand;
    size_t hands, hand_room;
    int warned_pair;
    /* for lh_bind(), lh_forward() and lh_backward() */
    lhi_ws *ws;
    lhi_plan *plan;
    const void **bound;
    size_t *bound_rows, bound_room;
    uint32_t ran;                /* 1 + the root of the last forward pass */
    struct lhi_eval *evals;      /* train/metrics.c: roots ready to be evaluated */
};

/* --- record.c --- */

/* Appends an op; `name` variables only.  Inert variable after an error. */
lh_var lhi_record(const lhi_op_family *f, int n, const lh_var *in);
/* 1 when v is of this tape and not stale; the error is kept otherwise. */
int lhi_var_good(lh_var v, const char *what);
/* A node's name, or "op(operand, ...)" for one that has none; for messages. */
const char *lhi_node_text(const lh_tape *t, uint32_t id, char *text, size_t room);
/* "[m x 16]" */
const char *lhi_shape_text(ptrdiff_t rows, ptrdiff_t cols, char *text, size_t room);
static inline int lhi_is_batch(const lhi_node *n)
{
    return n->rows == LH_ROWS;
}

/* --- params.c --- */

/* Gives every parameter its place and first values; -1: no memory. */
int lhi_params_lay(lh_params *p);
/* Makes velocity or best (pass the member's address); -1: no memory. */
int lhi_params_slot(lh_params *p, void **slot);
static inline void *lhi_params_at(const lh_params *p, void *array, size_t index)
{
    return (char *)array + p->at[index].offset * lhi_type_size(p->type);
}

/* --- plan.c --- */

enum lhi_act_kind { LHI_FORWARD, LHI_FINISH, LHI_BACKWARD };

/* One piece of work of a step, shared by the team. */
typedef struct lhi_act {
    uint32_t node;
    enum lhi_act_kind kind;
    int operand;  /* backward: whose gradient */
    int barrier;  /* wait for the team first */
    int first;    /* backward: the first to add to this gradient, which is set to 0 before */
    int by_rows;  /* shared by rows of the batch; else by the rows of the array itself */
} lhi_act;

struct lhi_plan {
    uint32_t root;
    lhi_act *forward, *backward;
    size_t forwards, backwards;
    unsigned char *used;     /* a flag a node: it is needed for the root */
    unsigned char *needs;    /* a flag a node: it has a gradient */
};

/* Plans a root: nodes depth first in the order of the operands, so that the plan
 * depends on the formula and not on the order of recording.  NULL: no memory. */
lhi_plan *lhi_plan_new(lh_tape *t, uint32_t root);
void lhi_plan_free(lh_ctx *c, lhi_plan *p);

/* --- workspace.c --- */

struct lhi_ws {
    lh_tape *t;
    int variant;
    lh_type type;
    size_t element;        /* bytes */
    size_t m, room;        /* rows bound, rows there is memory for */
    size_t shards;
    lh_slot *slot;         /* a node each */
    void **terms;          /* a node each, NULL for most */
    char *block;           /* the memory of all of them */
    size_t block_bytes, nodes;
    int own_params;        /* parameters are copies (another type), not the store's */
    char *work;            /* scratch, work_bytes for each of `threads` */
    size_t work_bytes;
    int threads;
};

enum { LHI_WS_GRADIENTS = 1, LHI_WS_TANGENTS = 2, LHI_WS_OWN_PARAMS = 4 };

/* A workspace for all nodes of a tape, for up to `rows` batch rows and `threads`
 * threads.  Seals the tape.  NULL after an error. */
lhi_ws *lhi_ws_new(lh_tape *t, lh_type type, size_t rows, int threads, unsigned flags);
void lhi_ws_free(lhi_ws *w);
/* Sets the number of rows of the next runs, at most the room. */
void lhi_ws_rows(lhi_ws *w, size_t rows);
/* Copies the store's values into own_params, converted. */
void lhi_ws_take_params(lhi_ws *w);
/* What memory a workspace would take, in bytes. */
size_t lhi_ws_bytes(const lh_tape *t, lh_type type, size_t rows, unsigned flags);
/* An element as a wide number. */
lh_wide lhi_get(lh_type type, const void *array, size_t index);
void lhi_set(lh_type type, void *array, size_t index, lh_wide x);

/* --- run.c --- */

/* The team's part of a pass; all threads of the team call it. */
void lhi_run_forward(lhi_ws *w, const lhi_plan *p, int rank, int size);
void lhi_run_backward(lhi_ws *w, const lhi_plan *p, int rank, int size);
/* One thread: the acts of the forward pass from one of them on. */
void lhi_run_from(lhi_ws *w, const lhi_plan *p, size_t act);
/* Both passes by a team of the size that suits the work; *size tells it. */
int lhi_team_size(const lhi_ws *w, const lhi_plan *p, size_t rows);
/* What an op sees of a node; rank chooses the scratch. */
lh_step lhi_step_of(const lhi_ws *w, uint32_t node, int rank);
const lh_op *lhi_op_of(const lhi_ws *w, uint32_t node);
double lhi_plan_flops(const lhi_ws *w, const lhi_plan *p);
/* The first op of the plan with finite operands and an output that is not; fills a
 * text "Z2 = add(...) at file:line, row 3, column 7"; 0 when there is none. */
int lhi_first_nonfinite(const lhi_ws *w, const lhi_plan *p, char *text, size_t room);

/* --- listing.c --- */

/* The nodes that a root needs as text, a line each: "Z1 = add(%1, b1)".  Equal
 * formulas give equal texts whatever the order of recording.  NULL: no memory. */
char *lhi_listing(lh_tape *t, const lhi_plan *p);

#endif
