/* expr.h -- expressions over a tape: read from an op's lines, rendered, evaluated.
 *
 * One tree serves all: what is printed as text, LaTeX or MathML is what is evaluated. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_EXPR_H
#define LHI_EXPR_H

#include "framework/base/text.h"
#include "framework/tape/tape.h"

/* In the order of render.c's patterns. */
typedef enum lhi_expr_kind {
    LHI_E_NUMBER,    /* digits */
    LHI_E_SYMBOL,    /* a letter of the page, which has no value */
    LHI_E_VALUE,     /* the value of a node */
    LHI_E_GRAD,      /* dL/d(node) */
    LHI_E_COUNT,     /* m, or the number of rows of a node that has a fixed one */
    LHI_E_ADD, LHI_E_SUB, LHI_E_NEG,
    LHI_E_TIMES,     /* element by element, as is the quotient */
    LHI_E_OVER,
    LHI_E_PRODUCT,   /* of matrices, or a number times one */
    LHI_E_DOT,       /* the same as the page writes it */
    LHI_E_POWER,     /* a whole exponent, in number */
    LHI_E_TRANSPOSE,
    LHI_E_PRIME,     /* the derivative of a function, g' */
    LHI_E_ABOVE,     /* [a > b] */
    LHI_E_CALL,      /* a function */
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
    int number;
    const char *name; /* of a symbol or a function: the first `length` bytes */
    int length;
} lhi_expr;

typedef struct lhi_pool {
    lh_ctx *c;
    const lh_tape *t;
    const char **name; /* a node each: how it is called, NULL when it has no line */
    lhi_expr *at;
    size_t count, room;
} lhi_pool;

/* What the letters of a template stand for. */
typedef struct lhi_binding {
    lhi_ref value[1 + LH_OPERANDS]; /* #0, #1, #2 */
    uint32_t node[1 + LH_OPERANDS];
    lhi_ref grad;                   /* d#0 */
    int is_row;                     /* operand 2 is one row against many */
    lhi_ref sigma;                  /* how sigma(#1) is called, or LHI_NO_EXPR */
} lhi_binding;

enum { LHI_CHAIN = 8 }; /* the most steps of "a = b = c" */

/* --- parse.c --- */

lhi_ref lhi_make(lhi_pool *p, lhi_expr e);
/* A leaf, or two parts put together; factors that are the number 1 fall away. */
lhi_ref lhi_leaf(lhi_pool *p, lhi_expr_kind kind, uint32_t node);
lhi_ref lhi_join(lhi_pool *p, lhi_expr_kind kind, lhi_ref a, lhi_ref b);
/* Reads "a = b = c".  With a binding, letters are those of an op; without one (NULL) they
 * are symbols, those of the page.  How many steps; 0 and LH_EFORMAT when it cannot be
 * read, which names `whose` lines these are. */
size_t lhi_parse(lhi_pool *p, const char *text, const lhi_binding *b, const char *whose,
                 lhi_ref step[LHI_CHAIN]);

/* --- functions.c --- */

typedef struct lhi_function {
    const char *name;
    const char *shown[3];          /* in the order of lhi_form: as the patterns of render.c */
    lh_wide (*of)(lh_wide x);      /* NULL: worked by evaluate.c */
    lh_wide (*slope)(lh_wide x);
} lhi_function;

/* NULL: an op's own name, which cannot be evaluated. */
const lhi_function *lhi_function_named(const char *name, int length);

/* --- names.c, render.c --- */

typedef enum lhi_form { LHI_AS_TEXT, LHI_AS_LATEX, LHI_AS_HTML } lhi_form;

/* A name as mathematics: letters with an index, hats, Greek letters. */
void lhi_add_name(lhi_text *t, const char *name, int length, lhi_form form);
/* Any text, made safe for the form. */
void lhi_add_plain(lhi_text *t, const char *text, lhi_form form);
void lhi_render(lhi_text *t, const lhi_pool *p, lhi_ref e, lhi_form form);

/* --- evaluate.c --- */

/* A value in long double, and how far rounding to double may have moved each element,
 * in units of roundoff: of the tape's numbers and of every operation. */
typedef struct lhi_matrix {
    size_t rows, cols;
    lh_wide *at, *spread;
} lhi_matrix;

/* Evaluates over the values and gradients of a workspace of double.  1, or 0 when it
 * contains what has no value (or memory ran out); the caller frees at and spread. */
int lhi_evaluate(const lhi_pool *p, lhi_ref e, const lhi_ws *w, lhi_matrix *out);
void lhi_matrix_free(lh_ctx *c, lhi_matrix *x);

#endif
