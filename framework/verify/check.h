/* check.h -- a gradient check in progress, and what it comes to.
 *
 * ledger.c leads: setup.c runs the tape, local.c looks at each op alone, rows.c compares each
 * named gradient with every method.  Methods: hand.c (the driver's derivations and the ops'
 * second gradients), along.c (forward mode, complex step), differ.c, laws.c, integers.c;
 * bounds.c says how far rounding may go, draws.c where the worst case says nothing.  What is wrong
 * is told by diagnose.c from the numbers, amiss.c from the op, explain.c from the whole. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_CHECK_H
#define LHI_CHECK_H

#include "framework/base/stop.h"
#include "framework/base/text.h"
#include "framework/data/feed.h"

#include <longhand/verify.h>

/* --- ledger.c --- */

/* What a check came to. */
typedef struct lhi_report {
    char loss[64], data[64];
    size_t batch;             /* rows of the batch */
    lh_entry *row;
    size_t rows;
    lh_comparison *by;        /* LH_METHODS a row */
    double *beside;
    lh_finding *finding;      /* nearest to the loss first */
    size_t findings, finding_room;
    lh_verdict verdict;       /* of all rows and findings */
    unsigned drawn;           /* a bit a type: its bounds are statistical */
} lhi_report;

/* Sees an array of a check: "X", "W1", "dW1" (of the tape in wide), "second/dW1", and how far a
 * float or a double tape may be off, "bound32/dW1" and "bound64/dW1". */
typedef void lhi_shown(void *arg, const char *name, size_t rows, size_t cols, const lh_wide *x);

/* Checks L on the first rows of d, or on what is bound (d NULL).  Prints nothing, and what
 * does not agree is no error: the report tells it.  NULL after an error.  It belongs to the
 * context; lhi_report_free() frees it earlier.  show (NULL: nobody) sees inputs, parameters and
 * gradients, in wide. */
lhi_report *lhi_verify(lh_var L, lh_data *d, size_t rows, lhi_shown *show, void *arg);
void lhi_report_free(lh_ctx *c, lhi_report *r);
/* Keeps the error of a report that does not agree in the context. */
lh_status lhi_report_judge(lh_ctx *c, const lhi_report *r);

/* --- ledger_print.c --- */

/* The ledger as text, added to t; printed on standard output; one finding as a paragraph. */
void lhi_ledger_text(const lhi_report *r, lhi_text *t);
void lhi_ledger_print(lh_ctx *c, const lhi_report *r);
void lhi_finding_text(const lh_finding *f, char *text, size_t room);

/* --- bounds.c --- */

/* The unit roundoff of a type, and of what underflows half the least step. */
lh_rounding lhi_rounding(lh_type type);
/* The distance between neighbours at x, in float or double. */
double lhi_ulp(double x, lh_type type);

/* From here on: shared by the files of verify/ alone. */

/* How far values and gradients may be off: slots of the wide workspace with off and grad_off.
 * shared: the values of the wide tape are given, and every method reads these; off is what the op
 * alone may have rounded. */
typedef struct lhi_bounds {
    lh_type type;
    int shared, drawn;        /* drawn: by draws, for the worst case says nothing (draws.c) */
    lh_slot *slot;
    double *zeros, *block;
} lhi_bounds;

typedef struct lhi_differ lhi_differ;

typedef struct lhi_check {
    lh_ctx *c;
    lh_tape *t;
    lhi_plan *p;
    lhi_report *report;
    size_t rows;
    size_t *start;            /* a node each: the first act that a change of it reaches */
    lhi_ws *tape[LH_TYPES];   /* the tape, run forward and backward in each type */
    lhi_ws *hand;             /* wide: gradients by the ops' second rules */
    lh_wide *before;          /* what was there when such a rule begins: lhi_hand_down() */
    lhi_ws *along;            /* tangents; wide, or double where that would take too long */
    lhi_ws *moved;            /* for differences, of the same type */
    lhi_bounds off[LH_TYPES]; /* of the tape in each type */
    double **along_off;       /* what tangents may be off by: lhi_bounds_acts() of their type */
    double work;              /* operations that comparing elements may take, for each row */
    int no_float;             /* the store holds doubles, and a float cannot hold this pass */
    lh_page *page;
    lhi_differ *differ;
} lhi_check;

/* 1 when a check is to end before it is done; then that is the error. */
static inline int lhi_check_gives_up(const lhi_check *k)
{
    return lhi_gives_up(k->c, "checking");
}

/* --- setup.c --- */

/* Runs the tape in all types and prepares every method, for k->t, p and rows; -1 after an error. */
int lhi_check_begin(lhi_check *k, lh_data *d);
void lhi_check_end(lhi_check *k);

/* --- bounds.c --- */

/* NaN in bounds becomes infinity. */
void lhi_bounds_settle(double *off, size_t n);
/* Bounds for the tape in a type, after lhi_hand_all(); -1: no memory. */
int lhi_bounds_make(lhi_check *k, lhi_bounds *b, lh_type type);
/* Is there a gradient of whose elements none is known to a quarter of itself? */
int lhi_bounds_say_nothing(const lhi_check *k, const lhi_bounds *b);
/* Values that are the wide ones, rounded to a type. */
int lhi_bounds_near(lhi_check *k, lhi_bounds *b, lh_type type);
void lhi_bounds_free(lhi_check *k, lhi_bounds *b);
/* How far off one op's value may be, and what one act of the backward pass gives; alone: by what
 * it rounds itself.  more: roundings besides those of the act. */
void lhi_bounds_value(const lhi_check *k, const lhi_bounds *b, uint32_t node, int alone,
                      double *off);
void lhi_bounds_act(const lhi_check *k, const lhi_bounds *b, size_t act, int more, int alone,
                    double *off);
/* The node to whose gradient an act gives. */
uint32_t lhi_given_by(const lhi_check *k, size_t act);
/* That of every act alone, an array each; NULL: no memory. */
double **lhi_bounds_acts(lhi_check *k, const lhi_bounds *b,
                         int (*more)(const lhi_check *k, size_t act));
void lhi_bounds_acts_free(lhi_check *k, double **act);
/* How far rounding may take L: what each op rounds, times the slope of L there. */
double lhi_bounds_loss(lhi_check *k, lh_type type);

/* --- draws.c --- */

/* Bounds by draws in place of those that are wider; -1: no memory. */
int lhi_bounds_draw(lhi_check *k, lhi_bounds *b);

/* --- hand.c --- */

/* Room for lhi_hand_down(); NULL: no memory. */
lh_wide *lhi_hand_room(const lhi_check *k);
/* Fills k->hand: the gradients by the ops' own second rules. */
void lhi_hand_all(lhi_check *k);
/* What stands in the gradients of a wide workspace is given on by the ops' second rules. */
void lhi_hand_down(const lhi_check *k, lhi_ws *w);
lh_page *lhi_page_new(lhi_check *k);
void lhi_page_free(lhi_check *k);
/* The driver's derivation of node id for the loss that is checked, NULL when there is none. */
const lhi_hand *lhi_derivation_of(const lhi_check *k, uint32_t id);

enum { LHI_JITTERS = 3, LHI_AGAIN = LHI_JITTERS + 1, LHI_WAYS = LHI_AGAIN + 2 };

/* The driver's derivation of node id.  way 0: from the values, and from what else was derived
 * by hand; 1 to LHI_JITTERS: the same with every value but the labels moved by a unit in its last
 * place; LHI_AGAIN and the next, after 0: the values of 0 once more; -1: with the ops' second
 * gradients for other derivations.  NULL after an error. */
const lh_wide *lhi_derive(lh_page *p, uint32_t id, int way);

/* --- along.c and differ.c: derivatives along a direction --- */

/* Elements first .. first+count-1 of a node, with signs; a single one goes up. */
typedef struct lhi_direction {
    uint32_t node;
    size_t first, count;
} lhi_direction;

/* 1 or -1 for an element of a direction. */
int lhi_sign_of(const lhi_direction *d, size_t e);

/* It lies in low..high, which is one number but at a kink, where these are the slopes on the
 * two sides; each is off by `estimate` at most. */
typedef struct lhi_derivative {
    lh_wide low, high;
    double estimate;
    int kink; /* a piecewise op changes piece within every step tried */
} lhi_derivative;

/* By forward mode or the complex step, and how far that may be off. */
lh_wide lhi_tangent_along(lhi_check *k, int complex_step, const lhi_direction *d);
double lhi_tangent_off(const lhi_check *k, int complex_step, const lhi_direction *d);

/* The pieces at the unchanged point; 0 after an error. */
int lhi_differ_begin(lhi_check *k);
void lhi_differ_end(lhi_check *k);
/* doubted: only what shorter steps come to, too; at a kink nothing. */
lhi_derivative lhi_difference_along(lhi_check *k, const lhi_direction *d, int doubted);

/* --- diagnose.c --- */

/* An array beside what it should be. */
typedef struct lhi_pair {
    const lh_wide *got, *wanted;
    const double *off;        /* how far apart they may be, an element each */
    size_t rows, cols, m;
    lh_type type;             /* of what got was worked in */
} lhi_pair;

typedef struct lhi_diagnosis {
    lh_reason reason;
    double ratio;
    size_t worst;             /* the element farthest over what is allowed */
    size_t wrong;             /* elements that are over it */
    char why[240];
} lhi_diagnosis;

/* What is wrong, from the numbers alone; LH_WHY_NOTHING when nothing is. */
lhi_diagnosis lhi_diagnose(const lhi_pair *x);
/* 1 when got is scale * wanted + term (NULL: 0), everywhere. */
int lhi_fits(const lhi_pair *x, double scale, const lh_wide *term, double times);

/* --- local.c: an op of the tape alone, in one type, on copies of what it works on --- */

typedef struct lhi_alone {
    lhi_check *k;
    uint32_t node;
    lh_type type;
    const lh_op *op, *wide;   /* in that type, and in wide */
    lh_call step, ref_step;   /* on the slots below */
    lh_slot in[LH_OPERANDS], out;
    lh_slot ref_in[LH_OPERANDS], ref_out; /* the same numbers in wide, with bounds */
    lh_wide *got, *wanted;    /* the gradient of the operand that is looked at */
    double *off;              /* how far they may be apart */
} lhi_alone;

/* Looks at every op of the tape, and adds what it finds to the report. */
void lhi_look_at_ops(lhi_check *k);
/* The values and the cotangent of the tape. */
void lhi_load(lhi_alone *a);
/* Calls backward() for the whole of operand o; fresh as for the first to give. */
void lhi_give(lhi_alone *a, int o, int fresh);
/* Adds a finding about operand o. */
void lhi_found(lhi_alone *a, int o, lh_method by, const lhi_diagnosis *d, lh_wide got,
               lh_wide wanted, double bound);

/* --- amiss.c --- */

/* Sharpens a diagnosis by what the op does alone. */
void lhi_amiss(lhi_alone *a, int o, const lhi_pair *x, lhi_diagnosis *d);

/* --- laws.c and integers.c --- */

/* For operand o, whose gradient by a first call is in got: a second one gives the same bits, also
 * after one on other values; 1 when that holds.  What does not cannot be compared with anything. */
int lhi_same_again(lhi_alone *a, int o);
/* The other laws; off says how far got may be off.  1 when all hold. */
int lhi_laws_hold(lhi_alone *a, int o);
/* The adjoint identity in whole numbers; 1 when it holds or does not apply. */
int lhi_integers_hold(lhi_alone *a, int o);

/* --- explain.c --- */

/* Says why a row does not agree; hand: the driver's derivation, or NULL. */
void lhi_explain_row(lhi_check *k, uint32_t id, const lh_wide *hand, lh_entry *e);

/* --- rows.c --- */

/* Compares the gradient of node id with every method. */
void lhi_compare_row(lhi_check *k, uint32_t id, lh_entry *r);

#endif
