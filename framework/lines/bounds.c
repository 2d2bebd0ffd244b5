/* bounds.c -- a line in wide: a second gradient, and how far rounding may take it and the first.
 *
 * The second one sweeps back through the operations of the forward program, and shares nothing
 * with the programs of the slopes.  Bounds run along, an operation at a time (N. Higham, Accuracy
 * and Stability of Numerical Algorithms, 2002, sections 3.1 to 3.3). */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/element.h"
#include "framework/lines/run.h"

#include <longhand/op/math.h>

#include <float.h>
#include <math.h>

typedef LH_T(lhi_element) element;

static size_t cells_of(const lh_slot *a)
{
    return a->rows * a->cols;
}

/* --- slopes of an operation --- */

/* By its first argument (second 0) or its second: of the functions from the argument alone. */
static real slope_of(int code, int second, real a, real b)
{
    const real e = k_exp(-R_ABS(a)), square = e * e;

    switch (code) {
    case LHI_ADD:
        return 1;
    case LHI_SUB:
        return second ? -1 : 1;
    case LHI_MUL:
        return second ? a : b;
    case LHI_DIV:
        return second ? -(a / (b * b)) : 1 / b;
    case LHI_MAX:
    case LHI_MIN:
        return LH_T(lhi_takes_first)(code, a, b) != second;
    case LHI_ABOVE:
        return 0;
    case LHI_NEG:
        return -1;
    case LHI_ABS:
        return a > 0 ? 1 : a < 0 ? -1 : a * 0;
    case LHI_SQRT:
        return 1 / (2 * k_sqrt(a));
    case LHI_EXP:
        return k_exp(a);
    case LHI_LOG:
        return 1 / a;
    case LHI_LOG1P:
        return 1 / (1 + a);
    case LHI_SIGMA:
        return e / ((1 + e) * (1 + e));
    case LHI_TANH:
        return 4 * square / ((1 + square) * (1 + square));
    default:
        return LHI_ERF_SLOPE * k_exp(-a * a);
    }
}

/* What an operation of a result's adjoint gives to its arguments; 0 is given to nobody, so that an
 * infinite slope of what is not used does no harm. */
static void sweep(const element *e, real *adjoint)
{
    for (size_t place = 0; place < e->first + e->p->count; place++)
        adjoint[place] = 0;
    adjoint[e->p->result] = ((const real *)e->s->out->grad)[e->cell];
    for (size_t n = e->p->count; n-- > 0;) {
        const lhi_instr *in = &e->p->instr[n];
        const real a = e->x[in->a], b = e->x[in->b], d = adjoint[e->first + n];

        for (int second = 0; d != 0 && second <= lhi_code_takes_two(in->code); second++) {
            const real slope = slope_of(in->code, second, a, b);

            if (slope != 0)
                adjoint[second ? in->b : in->a] += d * slope;
        }
    }
}

void LH_T(lhi_line_hand)(const lh_call *s)
{
    const lhi_line *l = s->op->data;
    element e;

    LH_T(lhi_element_begin)(&e, s, &l->op.forward, 0);
    for (size_t cell = cells_of(s->out); cell-- > 0;) {
        real *adjoint = e.more[0];

        LH_T(lhi_element_at)(&e, cell);
        sweep(&e, adjoint);
        for (int k = 0; k < s->op->n_in; k++)
            if (s->in[k]->grad)
                ((real *)s->in[k]->grad)[LH_T(lhi_element_of)(&e, s->in[k])] += adjoint[k];
    }
}

/* --- how far a value may be off --- */

static double size(real x)
{
    return (double)R_ABS(x);
}

/* How far what a function of a makes may be off where a is, by its slope near a. */
static double carried(int code, real a, real v, double off)
{
    const double x = (double)a;

    if (off == 0)
        return 0;
    switch (code) {
    case LHI_SQRT:
        return x > off ? off / (sqrt(x) + sqrt(x - off)) : (double)INFINITY;
    case LHI_EXP:
        return size(v) * (off < 0.5 ? off * (1 + off) : (double)k_exp((real)off));
    case LHI_LOG:
        return x > off ? (off < x / 2 ? off / (x - off) : (double)k_log(a / (a - (real)off)))
                       : (double)INFINITY;
    case LHI_LOG1P:
        return 1 + x > off ? off / (1 + x - off) : (double)INFINITY;
    case LHI_SIGMA: /* the slope grows by e^off at most */
        return off * (off < 0.5 ? (double)slope_of(code, 0, a, a) * (1 + 2 * off) : 0.25);
    case LHI_TANH:
        return off * (off < 0.25 ? (double)slope_of(code, 0, a, a) * (1 + 4 * off) : 1);
    case LHI_ERF: {
        const double near = fabs(x) > off ? fabs(x) - off : 0;

        return off * (double)(LHI_ERF_SLOPE * k_exp(-(real)(near * near)));
    }
    default:
        return off;
    }
}

/* Roundings of an operation: the functions are good to a unit of the last place, sigma and erf to
 * one and a half (make exhaustive). */
static double roundings_of(int code)
{
    switch (code) {
    case LHI_MAX:
    case LHI_MIN:
    case LHI_ABOVE:
    case LHI_NEG:
    case LHI_ABS:
        return 0;
    case LHI_EXP:
    case LHI_LOG:
    case LHI_LOG1P:
    case LHI_TANH:
        return 2;
    case LHI_SIGMA:
    case LHI_ERF:
        return 3;
    default:
        return 1;
    }
}

/* How far the result v of a and b may be off, from how far they may be. */
static double off_of(int code, real a, real b, real v, double a_off, double b_off,
                     const lh_rounding *r)
{
    const double u = roundings_of(code) * r->u;
    double off;

    switch (code) {
    case LHI_ADD:
    case LHI_SUB:
        off = a_off + b_off;
        return off + u * (size(v) + off);
    case LHI_MUL:
        off = (a_off > 0 ? a_off * size(b) : 0) + (b_off > 0 ? (size(a) + a_off) * b_off : 0);
        break;
    case LHI_DIV:
        off = a_off + b_off > 0 ? (size(b) > b_off ? (a_off + size(v) * b_off) / (size(b) - b_off)
                                                   : (double)INFINITY)
                                : 0;
        break;
    case LHI_MAX:
    case LHI_MIN:
        if (size(a - b) > a_off + b_off)
            return LH_T(lhi_takes_first)(code, a, b) ? a_off : b_off;
        return a_off > b_off ? a_off : b_off;
    case LHI_ABOVE:
        return a_off + b_off > 0 && !(size(a - b) > a_off + b_off);
    default:
        off = carried(code, a, v, a_off);
    }
    return u > 0 ? off + u * (size(v) + off) + r->tiny : off;
}

/* How far a number of the type whose rounding this is may be off what it is in wide. */
static double number_off(real x, double in_float, double in_double, const lh_rounding *r)
{
    if (r->u >= (double)FLT_EPSILON / 2)
        return size(x - (real)in_float);
    return r->u >= DBL_EPSILON / 2 ? size(x - (real)in_double) : 0;
}

/* The bounds of leaves that are the same for all elements. */
static void begin_offs(const element *e, double *off, const lh_rounding *r)
{
    for (size_t place = 0; place < e->first; place++)
        off[place] = 0;
    off[LHI_P_M] = number_off(e->x[LHI_P_M], (double)(float)e->s->m, (double)e->s->m, r);
    for (int k = 0; k < e->s->op->numbers; k++)
        off[LHI_P_NUMBERS + k] = number_off(e->x[LHI_P_NUMBERS + k],
                                            (double)(float)e->s->number[k], e->s->number[k], r);
    for (size_t c = 0; c < e->p->constants; c++)
        off[LHI_P_CONSTANTS + c] = number_off(e->x[LHI_P_CONSTANTS + c],
                                              (double)e->p->constant[c].f32,
                                              e->p->constant[c].f64, r);
}

/* Those of an element: `exact`, as if its operands were. */
static void offs(const element *e, double *off, const lh_rounding *r, int exact)
{
    const lh_call *s = e->s;

    for (int k = 0; k < s->op->n_in; k++)
        off[k] = exact ? 0 : s->in[k]->off[LH_T(lhi_element_of)(e, s->in[k])];
    off[LHI_P_OUT] = exact ? 0 : s->out->off[e->cell];
    for (size_t n = 0; n < e->p->count; n++) {
        const lhi_instr *in = &e->p->instr[n];

        off[e->first + n] = off_of(in->code, e->x[in->a], e->x[in->b], e->x[e->first + n],
                                   off[in->a], off[in->b], r);
    }
}

void LH_T(lhi_line_value_bound)(const lh_call *s, const lh_rounding *r)
{
    const lhi_line *l = s->op->data;
    double *off;
    element e;

    LH_T(lhi_element_begin)(&e, s, &l->op.forward, 0);
    off = e.more[0];
    begin_offs(&e, off, r);
    for (size_t cell = 0; cell < cells_of(s->out); cell++) {
        s->out->off[cell] = 0;
        LH_T(lhi_element_at)(&e, cell);
        offs(&e, off, r, 0);
        s->out->off[cell] = off[e.p->result];
    }
}

/* --- how far a gradient may be off --- */

/* How far the slope of an operation may be off where a and b are: their distances are tiny beside
 * what they are, or the slope may be anything. */
static double slope_off(int code, int second, real a, real b, double slope, double a_off,
                        double b_off)
{
    switch (code) {
    case LHI_MUL:
        return second ? a_off : b_off;
    case LHI_DIV:
        if (b_off > size(b) / 2)
            return (double)INFINITY;
        return (2 * slope * b_off + (second ? 2 * a_off / size(b) : 0)) / size(b);
    case LHI_MAX:
    case LHI_MIN:
    case LHI_ABOVE:
        return a_off + b_off > 0 && !(size(a - b) > a_off + b_off);
    case LHI_ABS:
        return size(a) > a_off ? 0 : 2 * (a_off > 0);
    case LHI_SQRT:
    case LHI_LOG:
        return a_off > size(a) / 2 ? (double)INFINITY : 2 * slope * a_off / size(a);
    case LHI_LOG1P:
        return a_off > size(1 + a) / 2 ? (double)INFINITY : 2 * slope * a_off / size(1 + a);
    case LHI_EXP:
    case LHI_SIGMA:
        return a_off > 0.25 ? (double)INFINITY : 2 * slope * a_off;
    case LHI_TANH:
        return a_off > 0.25 ? (double)INFINITY : 4 * slope * a_off;
    case LHI_ERF:
        return a_off * (size(a) + 1) > 0.25 ? (double)INFINITY
                                            : 4 * slope * a_off * (size(a) + a_off);
    default:
        return 0;
    }
}

/* How far the sweep of hand() may be off by its own roundings, in adjoint_off. */
static void sweep_off(const element *e, const double *off, real *adjoint, double *adjoint_off)
{
    static const double u = (double)(LDBL_EPSILON / 2);

    for (size_t place = 0; place < e->first + e->p->count; place++)
        adjoint[place] = 0, adjoint_off[place] = 0;
    adjoint[e->p->result] = ((const real *)e->s->out->grad)[e->cell];
    for (size_t n = e->p->count; n-- > 0;) {
        const lhi_instr *in = &e->p->instr[n];
        const real a = e->x[in->a], b = e->x[in->b], d = adjoint[e->first + n];
        const double d_off = adjoint_off[e->first + n];

        for (int second = 0; second <= lhi_code_takes_two(in->code) && (d != 0 || d_off > 0);
             second++) {
            const size_t to = second ? in->b : in->a;
            const real slope = slope_of(in->code, second, a, b);
            const double p_off =
                slope_off(in->code, second, a, b, size(slope), off[in->a], off[in->b]);

            if (slope == 0 && !(p_off > 0))
                continue;
            adjoint[to] += d * slope;
            adjoint_off[to] += (size(d) + d_off) * p_off + d_off * size(slope) +
                               u * (8 * size(d * slope) + size(adjoint[to]));
        }
    }
}

/* Roundings of the sums over what repeats an operand. */
static double sums_of(const lh_slot *in, const lh_slot *out)
{
    return (in->rows < out->rows ? (double)out->rows : 0) +
           (in->cols < out->cols ? (double)out->cols : 0);
}

/* Is a slope the number 1 or -1, by which nothing is multiplied? */
static int is_sign(const lhi_program *p)
{
    const size_t at = p->result - (size_t)LHI_P_CONSTANTS;

    return p->count == 0 && p->result >= LHI_P_CONSTANTS && size(p->constant[at].wide) == 1;
}

void LH_T(lhi_line_grad_bound)(const lh_call *s, int operand, const lh_rounding *r)
{
    static const lh_rounding wide = {.u = (double)(LDBL_EPSILON / 2),
                                     .tiny = DBL_MIN * DBL_EPSILON};
    const lhi_line *l = s->op->data;
    const lh_slot *in = s->in[operand];
    const int sign = is_sign(&l->op.slope[operand]);
    const double n = sums_of(in, s->out) + r->adds + !sign;
    const double gamma = n * r->u < 1 ? n * r->u / (1 - n * r->u) : (double)INFINITY;
    element slope, hand;
    double *off, *hand_off;

    LH_T(lhi_element_begin)(&slope, s, &l->op.slope[operand], 0);
    LH_T(lhi_element_begin)(&hand, s, &l->op.forward, 1);
    off = slope.more[0];
    hand_off = hand.more[0];
    begin_offs(&slope, off, r);
    begin_offs(&hand, hand_off, &wide);
    for (size_t cell = 0; cell < cells_of(s->out); cell++) {
        const double d_off = s->out->grad_off[cell];
        const double d = size(((const real *)s->out->grad)[cell]) + d_off;
        double *to = &in->grad_off[(in->rows == 1 ? 0 : cell / s->out->cols) * in->cols +
                                   (in->cols == 1 ? 0 : cell % s->out->cols)];
        double p, p_off;

        if (d == 0)
            continue;
        LH_T(lhi_element_at)(&slope, cell);
        offs(&slope, off, r, 0);
        p = size(slope.x[slope.p->result]);
        p_off = off[slope.p->result];
        *to += (d_off > 0 ? d_off * p : 0) + (p_off > 0 ? d * p_off : 0) +
               (gamma > 0 ? gamma * d * (p + p_off) : 0) + (sign ? 0 : r->tiny);
        if (r->u > 0) {
            LH_T(lhi_element_at)(&hand, cell);
            offs(&hand, hand_off, &wide, 1);
            sweep_off(&hand, hand_off, hand.more[1], hand.more[2]);
            *to += ((double *)hand.more[2])[operand];
        }
    }
}
