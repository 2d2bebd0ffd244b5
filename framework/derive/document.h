/* document.h -- a derivation in the making: its lines, in order, and what was found of each. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_DOCUMENT_H
#define LHI_DOCUMENT_H

#include "framework/data/feed.h"
#include "framework/derive/expr.h"

#include <longhand/derive.h>

/* The headings of the page of notes. */
typedef enum lhi_section {
    LHI_FEEDFORWARD, LHI_THE_LOSS, LHI_ACTIVATION, LHI_BACKPROPAGATION, LHI_UPDATE, LHI_SECTIONS
} lhi_section;

/* What the right-hand side of a line must equal. */
typedef enum lhi_against {
    LHI_NO_CHECK, LHI_TAPE_VALUE, LHI_TAPE_GRADIENT, LHI_STEP_BEFORE
} lhi_against;

typedef enum lhi_outcome {
    LHI_UNCHECKED, LHI_AGREES, LHI_DISAGREES, LHI_NOT_FINITE, LHI_OUTCOMES
} lhi_outcome;

typedef struct lhi_formula {
    lhi_section section;
    int note;              /* the line of the notes beside it, 0: none */
    lhi_ref left, right;   /* left LHI_NO_EXPR: goes on from the line above */
    int becomes;           /* := instead of = */
    const char *words;     /* in place of a formula or a check, or NULL */
    uint32_t node;         /* whose shape it has, and whose value or gradient it is */
    lhi_against against;
    lhi_ref before;        /* LHI_STEP_BEFORE */
    lhi_outcome outcome;
    double far;            /* in ulps of double of the largest element; a step: relative */
} lhi_formula;

/* The nodes of the page. */
enum lhi_role {
    LHI_X, LHI_W1, LHI_B1, LHI_Z1, LHI_A1, LHI_W2, LHI_B2, LHI_Z2, LHI_A2, LHI_W3, LHI_B3, LHI_Z3,
    LHI_YHAT, LHI_Y, LHI_L, LHI_ROLES
};

typedef struct lhi_document {
    lh_ctx *c;
    lh_tape *t;
    lhi_plan *p;
    lhi_pool pool;
    uint32_t *users;             /* a node each: how many operands it is */
    int is_page;
    uint32_t role[LHI_ROLES];    /* LHI_NONE: not on this tape */
    lhi_formula *line;
    size_t count, room;
    /* With numbers: */
    lhi_ws *w;
    const lh_data *data;         /* NULL: those that are bound */
    size_t rows;
} lhi_document;

/* --- page.c --- */

/* Finds the nodes of the page, and names those that have no name as the page does. */
void lhi_find_page(lhi_document *d);
/* The line of the notes that stands beside a value or a gradient; 0: none. */
int lhi_note_of(const lhi_document *d, uint32_t node, int gradient);
/* A line of the notes in the language of lines, a formula that goes with it, and words;
 * "" for none. */
typedef struct lhi_note {
    const char *formula, *also, *words;
} lhi_note;
const lhi_note *lhi_note_at(int number);

/* --- lines.c --- */

/* What to call each node, and then every line; nothing is checked yet. */
void lhi_write_lines(lhi_document *d);
const char *lhi_section_name(lhi_section s);
/* The sigmoid of a node that has a name, LHI_NONE when there is none. */
uint32_t lhi_sigmoid_of(const lhi_document *d, uint32_t node);

/* --- values.c --- */

/* Runs the tape on the first rows of the data (NULL: on what is bound), and checks every line.
 * 0 after an error. */
int lhi_check_lines(lhi_document *d, lh_data *data, size_t rows);

/* --- as_text.c, as_table.c --- */

void lhi_as_text(lhi_text *t, lhi_document *d);
void lhi_as_latex(lhi_text *t, lhi_document *d);
void lhi_as_html(lhi_text *t, lhi_document *d);
/* "0.5 ulp", "exact", ...: what is known of a line. */
void lhi_add_check(lhi_text *t, const lhi_formula *l, lhi_form form);
/* The sign and the right-hand side of a line. */
void lhi_add_right(lhi_text *t, const lhi_document *d, const lhi_formula *l, lhi_form form);
/* The formulas of a line of the notes, and what follows them. */
size_t lhi_note_steps(lhi_document *d, int number, lhi_ref step[LHI_CHAIN]);
void lhi_add_note_tail(lhi_text *t, lhi_document *d, int number, lhi_form form);
/* "= " or ":= " before a formula. */
void lhi_add_sign(lhi_text *t, int becomes, lhi_form form);
/* "[m x 16]" for a line that has a shape of its own, else "". */
const char *lhi_line_shape(const lhi_document *d, const lhi_formula *l, char *text, size_t room);
/* How many lines were checked, and what the numbers of a check are. */
void lhi_add_summary(lhi_text *t, const lhi_document *d);
/* "The derivation of L, checked on 32 rows of wdbc". */
void lhi_add_title(lhi_text *t, const lhi_document *d, lhi_form form);

/* --- as_dot.c, as_svg.c --- */

void lhi_as_dot(lhi_text *t, lhi_document *d);
void lhi_as_svg(lhi_text *t, lhi_document *d);

#endif
