/* tree.h -- mathematics as a tree: read from a text, differentiated, written back, compiled.
 *
 * Of equal expressions a pool holds one, so that equal ones have equal references. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_TREE_H
#define LHI_TREE_H

#include "framework/base/text.h"
#include "framework/lines/program.h"
#include "framework/tape/tape.h"

typedef enum lhi_expr_kind {
    LHI_E_NUMBER,    /* 0 or more, but for an exponent */
    LHI_E_SYMBOL,    /* a name, which has no value yet */
    LHI_E_VALUE,     /* the value of a node; in a line of its own: of an operand, node 0 is #0 */
    LHI_E_GRAD,      /* dL/d(node) */
    LHI_E_COUNT,     /* m, or the number of rows of a node that has a fixed one */
    LHI_E_SETTING,   /* $1..$4, of node 0..3 */
    LHI_E_ADD, LHI_E_SUB, LHI_E_NEG,
    LHI_E_TIMES,     /* element by element, as is the quotient */
    LHI_E_OVER,
    LHI_E_PRODUCT,   /* side by side: of matrices, or a number times one */
    LHI_E_DOT,       /* of matrices always */
    LHI_E_POWER,     /* a^b, element by element */
    LHI_E_TRANSPOSE,
    LHI_E_PRIME,     /* the derivative of a function, g' */
    LHI_E_ABOVE,     /* [a > b] */
    LHI_E_CALL,      /* a function of a, or of a and b; node not 0: only its name is known */
    LHI_E_LIST,      /* more arguments in the place of b: a, then b */
    LHI_E_PARTIAL,   /* da/db */
    LHI_E_BACKWARD,  /* what an op without lines does */
    LHI_E_KINDS
} lhi_expr_kind;

typedef uint32_t lhi_ref; /* of an expression in its pool */
#define LHI_NO_EXPR UINT32_MAX

typedef struct lhi_expr {
    lhi_expr_kind kind;
    lhi_ref a, b;
    uint32_t node;
    uint32_t at;      /* where it was read first: no part of what it is */
    lhi_number number;
    const char *name; /* of a symbol or a function: the first `length` bytes */
    int length;
} lhi_expr;

/* A pool is set up by naming its context, and ends with lhi_pool_free(). */
typedef struct lhi_pool {
    lh_ctx *c;
    lhi_op_finder find; /* NULL: functions.def alone is known */
    /* Is this a name?  It is a symbol then, and not a function; NULL: no name is known. */
    int (*is_name)(void *arg, const char *name, size_t length);
    /* Another name of a function, or NULL; NULL: no function has one. */
    const char *(*function)(void *arg, const char *name, size_t length);
    void *arg;
    int derivatives;    /* dL/dZ3 is one */
    const lh_tape *t;   /* where nodes are those of a tape, and how each is called (derive/) */
    const char **name;
    lhi_expr *at;
    size_t count, room;
    lhi_ref *bucket;
    size_t buckets;
    int nested;         /* functions whose lines are being worked */
} lhi_pool;

/* What the letters of a template stand for. */
typedef struct lhi_binding {
    lhi_ref value[1 + LHI_LINE_OPERANDS]; /* #0, #1, ...; LHI_NO_EXPR where there is none */
    lhi_ref setting[LHI_LINE_OPERANDS];   /* $1, ... */
    lhi_ref grad;                         /* d#0 */
    lhi_ref count;                        /* m */
    int is_row, is_column;                /* over_rows(), over_columns() are sums: else nothing */
    lhi_ref sigma;                        /* how sigma(#1) is called, or LHI_NO_EXPR */
    uint32_t node;                        /* of a tape, whose lines these are */
    int placed;                           /* the text stands for a call: its place is `at` */
    uint32_t at;
} lhi_binding;

enum {
    LHI_CHAIN = 8,         /* the most steps of "a = b = c" */
    LHI_LINE_ROOM = 2000,  /* the most bytes of a line */
    LHI_NESTED = 12        /* the most functions whose lines name each other */
};

/* --- tree.c --- */

/* The expression, found or made; 0 without memory, which the context then knows. */
lhi_ref lhi_make(lhi_pool *p, lhi_expr e);
/* A leaf, or two parts put together; factors that are the number 1 fall away. */
lhi_ref lhi_leaf(lhi_pool *p, lhi_expr_kind kind, uint32_t node);
lhi_ref lhi_join(lhi_pool *p, lhi_expr_kind kind, lhi_ref a, lhi_ref b);
/* A number that all types hold exactly, or every type's nearest to a double. */
lhi_ref lhi_whole(lhi_pool *p, int number);
lhi_ref lhi_of_double(lhi_pool *p, double number);
int lhi_is_whole(const lhi_pool *p, lhi_ref e, int number);
/* A flag for each expression up to e: it is e or a part of it.  NULL: no memory; else to be
 * released.  Parts stand before what they are parts of. */
unsigned char *lhi_parts(const lhi_pool *p, lhi_ref e);
/* Does another expression occur in this one?  -1: no memory. */
int lhi_occurs(const lhi_pool *p, lhi_ref within, lhi_ref e);
/* e with every `from` in it replaced. */
lhi_ref lhi_replace(lhi_pool *p, lhi_ref e, lhi_ref from, lhi_ref to);
/* Arguments of a call. */
size_t lhi_arguments(const lhi_pool *p, lhi_ref call, lhi_ref argument[2 * LHI_LINE_OPERANDS]);
/* #1..#n, #0 and d#0 as they are in a line of its own; $1..$4 are numbers, or settings
 * where there are none (NULL). */
lhi_binding lhi_operands(lhi_pool *p, int n, const double *numbers);
void lhi_pool_free(lhi_pool *p);

/* --- parse.c --- */

/* Reads "a = b = c".  With a binding, letters are those of an op; without one (NULL) they are
 * symbols.  How many steps; 0 when it cannot be read, with the reason and the place. */
size_t lhi_read(lhi_pool *p, const char *text, const lhi_binding *b, lhi_ref step[LHI_CHAIN],
                lhi_misread *why);

/* --- functions.c --- */

/* A function that is no op: a row of functions.def. */
typedef struct lhi_function {
    const char *name;
    int arguments;
    lhi_code code;           /* LHI_CODES: it is not element by element */
    const char *slope[2];    /* by each argument; #0 is the function itself */
    const char *shown[3];    /* as text, LaTeX and MathML: derive/render.c says how */
} lhi_function;

/* NULL: there is none, but an op may have the name. */
const lhi_function *lhi_function_named(const char *name, int length);
const lhi_function *lhi_function_at(size_t index);
/* What an instruction makes of numbers in each type: of functions, only those that every
 * machine rounds alike (sums, products, pieces, square roots).  0: it is not one of these. */
int lhi_apply(lhi_code code, lhi_number a, lhi_number b, lhi_number *out);
/* The op that a call names, when it is one whose line is known; else NULL. */
const lh_op *lhi_called_op(const lhi_pool *p, lhi_ref call);
/* The arguments of such a call as the letters of the op's lines.  0: their number is wrong. */
int lhi_bind(lhi_pool *p, lhi_ref call, const lh_op *op, lhi_binding *b);
/* A call of an op in the words of the op's line; LHI_NO_EXPR where it cannot be. */
lhi_ref lhi_expanded(lhi_pool *p, lhi_ref call);

/* --- simplify.c: parts put together, with 0, 1 and signs worked at once --- */

lhi_ref lhi_plus(lhi_pool *p, lhi_ref a, lhi_ref b);
lhi_ref lhi_minus(lhi_pool *p, lhi_ref a, lhi_ref b);
lhi_ref lhi_negative(lhi_pool *p, lhi_ref a);
lhi_ref lhi_times(lhi_pool *p, lhi_ref a, lhi_ref b);
lhi_ref lhi_over(lhi_pool *p, lhi_ref a, lhi_ref b);
lhi_ref lhi_raised(lhi_pool *p, lhi_ref a, lhi_ref b);

/* --- slope.c --- */

/* The derivative of e by a leaf.  LHI_NO_EXPR where e is not element by element (`why` says
 * where), or memory ran out. */
lhi_ref lhi_slope(lhi_pool *p, lhi_ref e, lhi_ref leaf, lhi_misread *why);

/* --- write.c --- */

/* The line that reads as this expression: #1, d#0, m, $1, names as they are.  0 where it would
 * be longer than a line may be. */
int lhi_write(lhi_text *t, const lhi_pool *p, lhi_ref e);
/* The shortest decimal that every type rounds to this number. */
const char *lhi_number_text(lhi_number x, char *text, size_t room);
/* How tightly a kind holds together, and what its left and right parts must hold at least:
 * what holds less stands in brackets. */
typedef struct lhi_hold {
    unsigned char itself, left, right;
} lhi_hold;
enum { LHI_SUM = 1, LHI_TERM, LHI_SIDE, LHI_POSTFIX, LHI_ATOM };
extern const lhi_hold lhi_holds[LHI_E_KINDS];

/* --- compile.c --- */

/* An elementwise tree as a program in the context's memory.  -1 with the reason and its place
 * when it is not element by element or too long, or memory ran out. */
int lhi_compile(lhi_pool *p, lhi_ref e, lhi_program *out, lhi_misread *why);

#endif
