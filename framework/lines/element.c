/* element.c -- a line at one element: its value, forward mode, the complex step, the pieces. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/element.h"

#include "framework/lines/run.h"

#include <longhand/op/math.h>

typedef LH_T(lhi_element) element;

static real number_of(const lhi_number *x)
{
#if LHI_TYPE == 32
    return x->f32;
#elif LHI_TYPE == 64
    return x->f64;
#else
    return x->wide;
#endif
}

static size_t places_of(const lhi_program *p)
{
    return LHI_P_CONSTANTS + p->constants + p->count;
}

/* Bytes that hold a number a place, whatever the type. */
static size_t room_of(const lhi_line *l)
{
    const size_t one = sizeof(real) > sizeof(double) ? sizeof(real) : sizeof(double);
    size_t most = places_of(&l->op.forward);

    for (int k = 0; k < l->op.n_in; k++)
        most = places_of(&l->op.slope[k]) > most ? places_of(&l->op.slope[k]) : most;
    return (most * one + 63) / 64 * 64;
}

enum { ARRAYS = 4 };

size_t LH_T(lhi_element_work)(const lhi_line *l)
{
    return 2 * ARRAYS * room_of(l) + 64;
}

void LH_T(lhi_element_begin)(element *e, const lh_call *s, const lhi_program *p, size_t which)
{
    const size_t room = room_of(s->op->data);
    char *base = (char *)s->work + (64 - (uintptr_t)s->work % 64) % 64 + which * ARRAYS * room;

    *e = (element){.s = s, .p = p, .first = LHI_P_CONSTANTS + p->constants,
                   .x = (real *)(void *)base};
    for (size_t k = 0; k + 1 < ARRAYS; k++)
        e->more[k] = base + (k + 1) * room;
    e->x[LHI_P_M] = (real)s->m;
    for (int k = 0; k < s->op->numbers; k++)
        e->x[LHI_P_NUMBERS + k] = (real)s->number[k];
    for (size_t c = 0; c < p->constants; c++)
        e->x[LHI_P_CONSTANTS + c] = number_of(&p->constant[c]);
}

static real work(int code, real a, real b)
{
    switch (code) {
    case LHI_ADD:
        return a + b;
    case LHI_SUB:
        return a - b;
    case LHI_MUL:
        return a * b;
    case LHI_DIV:
        return a / b;
    case LHI_MAX:
    case LHI_MIN:
        return LH_T(lhi_takes_first)(code, a, b) ? a : b;
    case LHI_ABOVE:
        return a > b;
    case LHI_NEG:
        return -a;
    case LHI_ABS:
        return R_ABS(a);
    case LHI_SQRT:
        return k_sqrt(a);
    case LHI_EXP:
        return k_exp(a);
    case LHI_LOG:
        return k_log(a);
    case LHI_LOG1P:
        return k_log1p(a);
    case LHI_SIGMA:
        return k_sigmoid(a);
    case LHI_TANH:
        return k_tanh(a);
    default:
        return k_erf(a);
    }
}

void LH_T(lhi_element_at)(element *e, size_t cell)
{
    const lh_call *s = e->s;

    e->cell = cell;
    e->i = cell / s->out->cols;
    e->j = cell % s->out->cols;
    for (int k = 0; k < s->op->n_in; k++)
        e->x[k] = ((const real *)s->in[k]->value)[LH_T(lhi_element_of)(e, s->in[k])];
    e->x[LHI_P_OUT] = ((const real *)s->out->value)[cell];
    for (size_t n = 0; n < e->p->count; n++) {
        const lhi_instr *in = &e->p->instr[n];

        e->x[e->first + n] = work(in->code, e->x[in->a], e->x[in->b]);
    }
}

static size_t cells_of(const lh_slot *a)
{
    return a->rows * a->cols;
}

/* --- forward mode: dual numbers --- */

/* The tangent of a result v of a and b from theirs, for what is not piecewise. */
static real dual(int code, real a, real b, real v, real ta, real tb)
{
    switch (code) {
    case LHI_ADD:
        return ta + tb;
    case LHI_SUB:
        return ta - tb;
    case LHI_MUL:
        return ta * b + a * tb;
    case LHI_DIV:
        return (ta - v * tb) / b;
    case LHI_NEG:
        return -ta;
    case LHI_SQRT:
        return (real)0.5 * ta / v;
    case LHI_EXP:
        return v * ta;
    case LHI_LOG:
        return ta / a;
    case LHI_LOG1P:
        return ta / ((real)1 + a);
    case LHI_SIGMA:
        return v * ((real)1 - v) * ta;
    case LHI_TANH:
        return ((real)1 - v * v) * ta;
    default:
        return LHI_ERF_SLOPE * k_exp(-a * a) * ta;
    }
}

/* That of what is piecewise, in the piece that the value chooses. */
static real piece_of(int code, real a, real b, real ta, real tb)
{
    if (code == LHI_ABOVE)
        return 0;
    if (code == LHI_ABS)
        return a > 0 ? ta : a < 0 ? -ta : a * 0;
    return LH_T(lhi_takes_first)(code, a, b) ? ta : tb;
}

typedef real tangent_rule(int code, real a, real b, real v, real ta, real tb);

/* Fills the tangent of the output by a rule. */
static void tangents(const lh_call *s, tangent_rule *rule)
{
    const lhi_line *l = s->op->data;
    element e;
    real *t;

    LH_T(lhi_element_begin)(&e, s, &l->op.forward, 0);
    t = e.more[0];
    for (size_t place = 0; place < e.first; place++)
        t[place] = 0;
    for (size_t cell = 0; cell < cells_of(s->out); cell++) {
        LH_T(lhi_element_at)(&e, cell);
        for (int k = 0; k < s->op->n_in; k++)
            t[k] = ((const real *)s->in[k]->tangent)[LH_T(lhi_element_of)(&e, s->in[k])];
        for (size_t n = 0; n < e.p->count; n++) {
            const lhi_instr *in = &e.p->instr[n];
            const real a = e.x[in->a], b = e.x[in->b];

            t[e.first + n] = lhi_is_piecewise(in->code)
                                 ? piece_of(in->code, a, b, t[in->a], t[in->b])
                                 : rule(in->code, a, b, e.x[e.first + n], t[in->a], t[in->b]);
        }
        ((real *)s->out->tangent)[cell] = t[e.p->result];
    }
}

void LH_T(lhi_line_jvp)(const lh_call *s)
{
    tangents(s, dual);
}

/* --- the complex step: value + i tangent, the tangent tiny --- */

/* The imaginary part of (a + i ta) / (b + i tb). */
static real divided(real a, real ta, real b, real tb)
{
    return (ta * b - a * tb) / (b * b + tb * tb);
}

/* The imaginary part of the function over complex numbers.  sin(t) = t and cos(t) = 1. */
static real imaginary(int code, real a, real b, real v, real ta, real tb)
{
    const real side = a < 0 ? 1 : -1; /* e^(side a) is small */
    const real once = k_exp(side * a), twice = once * once;

    switch (code) {
    case LHI_DIV:
        return divided(a, ta, b, tb);
    case LHI_SQRT: /* that of e^((log z)/2) */
        return v * (real)0.5 * (ta / a);
    case LHI_SIGMA: /* 1/(1 + e^-z), or e^z/(1 + e^z) on the left */
        return divided(a < 0 ? once : 1, a < 0 ? once * ta : 0, 1 + once, side * once * ta);
    case LHI_TANH: /* (1 - e^-2|z|)/(1 + e^-2|z|), and it is odd */
        return -side * divided(1 - twice, -2 * side * twice * ta, 1 + twice, 2 * side * twice * ta);
    default:
        return dual(code, a, b, v, ta, tb);
    }
}

void LH_T(lhi_line_analytic)(const lh_call *s)
{
    tangents(s, imaginary);
}

/* --- pieces --- */

size_t LH_T(lhi_line_pieces)(const lh_call *s, unsigned char *piece)
{
    const lhi_line *l = s->op->data;
    size_t kinks = 0;
    element e;

    for (size_t n = 0; n < l->op.forward.count; n++)
        kinks += (size_t)lhi_is_piecewise(l->op.forward.instr[n].code);
    if (!piece)
        return kinks * cells_of(s->out);
    LH_T(lhi_element_begin)(&e, s, &l->op.forward, 0);
    for (size_t cell = 0; cell < cells_of(s->out); cell++) {
        LH_T(lhi_element_at)(&e, cell);
        for (size_t n = 0; n < e.p->count; n++) {
            const lhi_instr *in = &e.p->instr[n];
            const real a = e.x[in->a], b = e.x[in->b];

            if (in->code == LHI_ABS)
                *piece++ = (unsigned char)(a > 0 ? 2 : a < 0 ? 0 : 1);
            else if (in->code == LHI_ABOVE)
                *piece++ = a > b;
            else if (lhi_is_piecewise(in->code))
                *piece++ = (unsigned char)LH_T(lhi_takes_first)(in->code, a, b);
        }
    }
    return kinks * cells_of(s->out);
}
