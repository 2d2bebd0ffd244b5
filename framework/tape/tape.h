/* tape.h -- inside of a tape: nodes, parameters, plans and workspaces.
 *
 * A tape is data: an array of nodes in the order of recording.  A plan is the order in
 * which one root's nodes are worked, forward and backward; a workspace holds the
 * arrays of all nodes in one element type; running is a loop over the plan's acts. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TAPE_H
#define LHI_TAPE_H

#include "framework/base/ctx.h"
#include "framework/base/pace.h"
#include "framework/base/state.h"
#include "framework/kernels/mover.h"
#include "framework/kernels/variant.h"
#include "framework/tape/fuses.h"

#include <longhand/op.h>

/* An op in the variants of this build that it has; those of portable code are always there. */
typedef struct lhi_op_family {
    const lh_op *op[LHI_VARIANTS];
    const char *text; /* what it computes */
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
    double number[LH_NUMBERS];
    size_t param;                /* LHI_PARAM: index in the store */
    int wanted;                  /* LHI_INPUT: its gradient is asked for */
    int graded;                  /* a parameter, a wanted input, or worked from one */
} lhi_node;

typedef struct lhi_param {
    const char *name;
    size_t rows, cols, offset;   /* offset in elements in the collated arrays */
    lh_init first;
    double factor;               /* of the rate at which it moves: 1 at first, 0: it is still */
    int laid;                    /* has its first values */
} lhi_param;

/* What an optimiser keeps of every parameter, such as "velocity", in a collated array. */
typedef struct lhi_slot {
    char name[LHI_NAME];
    void *at;
} lhi_slot;

struct lh_params {
    lh_ctx *c;
    lh_type type;
    lhi_param *at;
    size_t count, room;
    size_t size;                 /* elements of a collated array, with padding */
    size_t laid_size;            /* of them with their first values */
    size_t cells;                /* there is room for, in each array */
    void *value, *grad;
    lhi_slot *slot;              /* those that were asked for; they stay */
    size_t slots, slot_room;
    lhi_scale scale;             /* the model's: rows are scaled so wherever it is used; mean NULL
                                    before it has trained */
    const char *scaled_by;       /* the data set that they are of */
    double threshold;            /* from which on an output says 1 */
    const char *rule;            /* of its last run, for a derivation; NULL before */
};

typedef struct lhi_hand {
    const char *name;
    void (*by_hand)(void);       /* an lh_derivation; verify/ casts it back */
    uint32_t node, loss;         /* it is the derivative of this loss alone */
    const char *cites;           /* the line it works, or NULL */
    const char *file;            /* where lh_hand() stands */
    int line;
} lhi_hand;

typedef struct lhi_ws lhi_ws;
typedef struct lhi_plan lhi_plan;
typedef struct lhi_root lhi_root;
typedef struct lhi_shared lhi_shared;

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
    const void **bound;          /* by lh_bind() */
    lh_type *bound_type;
    size_t *bound_rows, bound_room;
    lhi_root *roots;             /* ready to run, the newest first */
    uint64_t passes;             /* run by hand so far */
    long training;               /* they are this step of a training; -1: none */
    struct lhi_page *page;       /* what the page says that it is of (page/); NULL: no page */
};

/* The most elements an array may have: bytes of the widest type, several arrays together, can
 * still be counted. */
#define LHI_MOST_CELLS ((ptrdiff_t)(PTRDIFF_MAX / 64))

/* The context of a variable, NULL of one that has none. */
static inline lh_ctx *lhi_ctx_of(lh_var v)
{
    return v.tape ? v.tape->c : NULL;
}

/* --- record.c --- */

/* Appends an op to its operands, of which it has one at least, and its numbers (NULL: it takes
 * none).  Inert variable after an error. */
lh_var lhi_record(const lhi_op_family *f, const lh_var *in, const double *number);

/* --- node.c --- */

/* 1 when v is of this tape and not stale; the error is kept otherwise. */
int lhi_var_good(lh_var v, const char *what);
/* A node's name, or "op(operand, ...)" for one that has none; for messages. */
const char *lhi_node_text(const lh_tape *t, uint32_t id, char *text, size_t room);
/* "[m x 16]" */
const char *lhi_shape_text(ptrdiff_t rows, ptrdiff_t cols, char *text, size_t room);
/* The node of that name; NULL: there is none. */
lhi_node *lhi_find(const lh_tape *t, const char *name);
/* 1 when L is of this tape, not stale, and one number; the error of `caller` is kept otherwise. */
int lhi_loss_good(lh_var L, const char *caller);
static inline int lhi_is_batch(const lhi_node *n)
{
    return n->rows == LH_ROWS;
}
/* An op in a variant, or in portable code where it has not got that one. */
static inline const lh_op *lhi_family_op(const lhi_op_family *f, int variant)
{
    return f->op[variant] ? f->op[variant] : f->op[lhi_variant_portable(variant)];
}
/* What a node that is an op does, in any type. */
static inline const lh_op *lhi_node_op(const lhi_node *n)
{
    return n->family->op[LHI_F64];
}
/* The operands of a node: none of an input or a parameter. */
static inline int lhi_arity(const lhi_node *n)
{
    return n->kind == LHI_OP ? lhi_node_op(n)->n_in : 0;
}

/* --- params.c --- */

/* Gives every parameter its place and first values; -1: no memory. */
int lhi_params_lay(lh_params *p);
/* The index of the slot of that name, which is made with zeros when it is asked for first; -1: no
 * memory.  Indices stay, arrays move when the store grows. */
long lhi_params_slot(lh_params *p, const char *name);
static inline void *lhi_params_at(const lh_params *p, void *array, size_t index)
{
    return (char *)array + p->at[index].offset * lhi_type_size(p->type);
}
static inline size_t lhi_params_bytes(const lh_params *p, size_t index)
{
    return p->at[index].rows * p->at[index].cols * lhi_type_size(p->type);
}

/* --- plan.c --- */

enum lhi_act_kind { LHI_FORWARD, LHI_FINISH, LHI_BACKWARD };

/* No node. */
#define LHI_NONE UINT32_MAX

/* One piece of work of a step, shared by the team. */
typedef struct lhi_act {
    uint32_t node;
    enum lhi_act_kind kind;
    int operand;  /* backward: whose gradient */
    int barrier;  /* wait for the team first */
    int first;    /* backward: the first to give to this gradient, which it sets */
    int by_rows;  /* shared by rows of the batch; else by the rows of the array itself */
    int moves;    /* backward: the gradient of a parameter is whole, and nobody reads the
                     parameter any more in this step: it may move */
    /* What a product does besides (lhi_fused), in place of the acts that did it: */
    uint32_t out;            /* forward: whose value it fills */
    uint32_t row, keep;      /* LHI_NONE: nothing */
    int cut;
} lhi_act;

struct lhi_plan {
    uint32_t root;
    size_t nodes;            /* of the tape when it was planned: what was recorded later it lacks */
    uint32_t *order;         /* the nodes it needs, operands before users */
    size_t count;
    lhi_act *act;            /* in order: the forward ones, then the backward ones */
    size_t forwards, acts;
    unsigned char *used;     /* a flag a node: it is needed for the root */
    unsigned char *needs;    /* a flag a node: it has a gradient */
    unsigned char *given;    /* a flag a node: an act gives to that gradient */
    /* The node whose array holds a node's value and gradient: itself in a plan that
     * keeps everything; LHI_NONE where a lean plan has no use for the array. */
    uint32_t *value_of, *grad_of;
};

enum {
    LHI_KEEP_ALL = 0,        /* every value and gradient can be looked at afterwards */
    LHI_LEAN = 1,            /* only the root, the parameters' gradients and the inputs' */
    LHI_FORWARD_ONLY = 2
};

/* Plans a root: nodes depth first in the order of the operands, so that the plan
 * depends on the formula and not on the order of recording.  NULL: no memory. */
lhi_plan *lhi_plan_new(lh_tape *t, uint32_t root, unsigned flags);
void lhi_plan_free(lh_ctx *c, lhi_plan *p);

/* --- lean.c --- */

/* Leaves out of a plan what its result does not need: acts that a product does in its
 * ending, gradients that are only passed on, arrays that can be one.  -1: no memory. */
int lhi_plan_lean(lh_tape *t, lhi_plan *p);

/* --- workspace.c --- */

/* An act made ready for one thread. */
typedef struct lhi_job {
    lh_call call;
    lhi_fused fused;       /* of the call */
} lhi_job;

struct lhi_ws {
    lh_tape *t;
    const lhi_plan *p;     /* whose arrays and acts these are; NULL: all arrays, no acts */
    int variant;
    lh_type type;
    size_t element;        /* bytes */
    size_t m, room;        /* rows bound, rows there is memory for */
    size_t shards;
    lh_slot *slot;         /* a node each */
    void **terms;          /* a node each, NULL for most */
    uint32_t *stream;      /* a node each: of what it draws */
    uint64_t step;         /* what is drawn is that of this step */
    int trains;            /* 0: nothing is drawn */
    char *block;           /* the memory of all of them */
    size_t block_bytes, nodes;
    int own_params;        /* parameters are copies (another type), not the store's */
    const void *store;     /* where the store's values were when last looked at */
    lhi_job *job;          /* p->acts for each of `threads` */
    int ready;             /* they are made for m rows */
    char *work;            /* scratch, work_bytes for each of `threads` */
    size_t work_bytes;
    int threads;
    lhi_pace pace[2];      /* of forward passes, or whole steps, and of backward passes */
    lhi_shared *shared;    /* with other ranks (shared.h); NULL: with none */
    lhi_ws *older;         /* roots.c: one with room for fewer rows, kept for its views */
};

enum { LHI_WS_GRADIENTS = 1, LHI_WS_TANGENTS = 2, LHI_WS_OWN_PARAMS = 4, LHI_WS_TRAINS = 8 };

/* A workspace for the acts of a plan, for up to `rows` batch rows and `threads`
 * threads.  Without LHI_WS_GRADIENTS there are no gradients; with LHI_WS_TRAINS its passes are
 * step 0 of a training, until .step says another.  Seals the tape.  NULL after an error. */
lhi_ws *lhi_ws_new(lh_tape *t, const lhi_plan *p, lh_type type, size_t rows, int threads,
                   unsigned flags);
void lhi_ws_free(lhi_ws *w);
void lhi_job_make(const lhi_ws *w, const lhi_act *a, int rank, lhi_job *j);
/* Sets the number of rows of the next runs, at most the room. */
void lhi_ws_rows(lhi_ws *w, size_t rows);
/* Copies the store's values into own_params, converted. */
void lhi_ws_take_params(lhi_ws *w);
/* What memory a workspace takes, in bytes: the arrays of nodes, and the scratch of a
 * thread (which may be NULL). */
size_t lhi_ws_bytes(const lh_tape *t, const lhi_plan *p, lh_type type, size_t rows,
                    unsigned flags, size_t *scratch);
/* What an op sees of a node; rank chooses the scratch. */
lh_call lhi_call_of(const lhi_ws *w, uint32_t node, int rank);
const lh_op *lhi_op_of(const lhi_ws *w, uint32_t node);
double lhi_plan_flops(const lhi_ws *w, const lhi_plan *p);
static inline size_t lhi_cells(const lh_slot *a)
{
    return a->rows * a->cols;
}

/* --- run.c --- */

enum { LHI_DESCENT_SLOTS = 2 };

/* How parameters move as soon as their gradients are whole. */
typedef struct lhi_descent {
    const lhi_mover *mover;
    lhi_rule rule;                /* its rate is that of a parameter whose factor is 1 */
    size_t slot[LHI_DESCENT_SLOTS], slots; /* of the store */
    int fuses;                    /* a product may move what it gives the gradient of */
    int forget;                   /* gradients need not be stored where that saves something */
} lhi_descent;

/* A thread's part of one act of the workspace's plan; with a descent a parameter whose
 * gradient it makes whole moves (NULL: it stays). */
void lhi_run_act(lhi_ws *w, size_t act, const lhi_descent *d, int rank, int size);
/* The team's part of a pass over the workspace's plan; all threads of the team call it.
 * With a descent the parameters move, unless the root is not finite. */
void lhi_run_forward(lhi_ws *w, int rank, int size);
void lhi_run_backward(lhi_ws *w, const lhi_descent *d, int rank, int size);
/* The root's value is one number, and it is finite. */
int lhi_root_is_finite(const lhi_ws *w);
/* One thread: an act of the forward pass of another plan, and all from one of them on. */
void lhi_run_one(lhi_ws *w, const lhi_plan *p, size_t act);
void lhi_run_from(lhi_ws *w, const lhi_plan *p, size_t act);
/* One thread: the backward pass of another plan. */
void lhi_run_back(lhi_ws *w, const lhi_plan *p);
/* One thread: both passes of another plan, from dL/dL = 1. */
void lhi_run_whole(lhi_ws *w, const lhi_plan *p);
/* One thread: the value of a node, whatever plans leave it out.  -1: no memory. */
int lhi_run_value(lhi_ws *w, uint32_t node);
/* The first op of the plan with finite operands and an output that is not; fills a
 * text "Z2 = add(...) at file:line, row 3, column 7"; 0 when there is none. */
int lhi_first_nonfinite(const lhi_ws *w, const lhi_plan *p, char *text, size_t room);

/* --- roots.c --- */

/* A node made ready to be worked, and kept: what runs by hand and what is measured. */
struct lhi_root {
    lhi_root *next;
    unsigned flags;           /* of the plan */
    lhi_plan *p;
    lhi_ws *w;                /* NULL before it has room */
    uint64_t ran, went_back;  /* by hand: the number of its last pass of the tape, 0: none */
};

/* The root of a node, planned with these flags when it is asked for first.  NULL: no memory. */
lhi_root *lhi_root_of(lh_tape *t, uint32_t node, unsigned flags);
/* Room in the parameters' type for so many rows, which are those of the next pass; where there
 * was less, its arrays move.  -1 after an error. */
int lhi_root_room(lh_tape *t, lhi_root *r, size_t rows);
void lhi_roots_free(lh_tape *t);

/* --- hands_on.c --- */

lh_status lhi_backward(lh_var L); /* lh_backward() without --check */
/* The rows all batch inputs of a plan were bound with; -1 after an error (of the caller named). */
int lhi_bound_rows(lh_tape *t, const lhi_plan *p, const char *caller, size_t *rows);

/* 1 when all the inputs of a plan are bound. */
int lhi_is_bound(const lh_tape *t, const lhi_plan *p);
/* What its inputs are bound to, in the type of the workspace. */
void lhi_take_bound(lhi_ws *w, const lhi_plan *p);

/* --- listing.c --- */

/* The nodes that a root needs as text, a line each: "Z1 = add(%1, b1)".  Equal
 * formulas give equal texts whatever the order of recording.  NULL: no memory. */
char *lhi_listing(lh_tape *t, const lhi_plan *p);

#endif
