/* expr.h -- expressions over a tape: rendered, evaluated.
 *
 * One tree serves all: what is printed as text, LaTeX or MathML is what is evaluated. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_EXPR_H
#define LHI_EXPR_H

#include "framework/lines/tree.h"

/* --- parse.c --- */

/* Reads "a = b = c" (lhi_read()).  0 and LH_EFORMAT when it cannot be read, which names `whose`
 * lines these are. */
size_t lhi_parse(lhi_pool *p, const char *text, const lhi_binding *b, const char *whose,
                 lhi_ref step[LHI_CHAIN]);

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
int lhi_evaluate(lhi_pool *p, lhi_ref e, const lhi_ws *w, lhi_matrix *out);
void lhi_matrix_free(lh_ctx *c, lhi_matrix *x);

#endif
