/* softmax.h -- exp of rows of logits less their largest, and what it adds up to. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SOFTMAX_H
#define LHI_SOFTMAX_H

#include "framework/ops/op_impl.h"
#include "framework/ops/row_sums.h"

/* A row of logits: the softmax of column j is e[j] / (1 + rest), e of its largest being 1. */
typedef struct lhi_logits {
    size_t top; /* its first largest */
    real most;  /* is that */
    real rest;  /* the sum of e, a chain over the columns, but for that one: right also where it
                   is nothing beside 1 */
} lhi_logits;

/* Scratch for LHI_SIDE_BY_SIDE rows. */
static inline size_t lhi_logits_work(const lh_call *s)
{
    return LHI_SIDE_BY_SIDE * s->in[0]->cols * sizeof(real);
}

static inline void lhi_largest(const real *z, size_t n, size_t rows, lhi_logits *of)
{
    real most[LHI_SIDE_BY_SIDE];
    size_t top[LHI_SIDE_BY_SIDE] = {0};

    for (size_t r = 0; r < rows; r++)
        most[r] = z[r * n];
    for (size_t j = 1; j < n; j++)
        for (size_t r = 0; r < rows; r++)
            if (z[r * n + j] > most[r])
                most[r] = z[r * n + j], top[r] = j;
    for (size_t r = 0; r < rows; r++)
        of[r] = (lhi_logits){.top = top[r], .most = most[r]};
}

/* Up to LHI_SIDE_BY_SIDE rows of Z, n columns each; e may not be z. */
static inline void lhi_logits_of(const real *z, size_t n, size_t rows, real *e, lhi_logits *of)
{
    real rest[LHI_SIDE_BY_SIDE];

    if (rows == LHI_SIDE_BY_SIDE)
        lhi_largest(z, n, LHI_SIDE_BY_SIDE, of);
    else
        lhi_largest(z, n, rows, of);
    for (size_t r = 0; r < rows; r++) {
        const real most = of[r].most;

        LH_APART
        for (size_t j = 0; j < n; j++)
            e[r * n + j] = z[r * n + j] - most;
    }
    LH_APART
    for (size_t i = 0; i < rows * n; i++)
        e[i] = k_exp(e[i]);
    for (size_t r = 0; r < rows; r++) {
        rest[r] = e[r * n + of[r].top]; /* 1, or NaN */
        e[r * n + of[r].top] = rest[r] - rest[r];
    }
    for (size_t r = 0; r < rows; r++)
        of[r].rest = rest[r];
    lhi_row_sums(e, n, 0, rows, rest);
    for (size_t r = 0; r < rows; r++) {
        e[r * n + of[r].top] = of[r].rest;
        of[r].rest = rest[r];
    }
}

/* Shape rule: as the operand, with a column at least. */
static inline int lhi_has_columns(const lh_shape *z, char *why, size_t room)
{
    if (z->cols > 0)
        return 1;
    snprintf(why, room, "a row of logits has one column at least");
    return 0;
}

/* Over complex numbers: e^(z - largest) of an element, and the sum of those of a row. */
static inline lh_complex lhi_exp_below(const lh_slot *z, size_t element, real largest)
{
    const lh_complex x = lh_complex_at(z, element);

    return lh_complex_exp((lh_complex){x.re - largest, x.im});
}

static inline real lhi_largest_of(const lh_slot *z, size_t row)
{
    const real *x = (const real *)z->value + row * z->cols;
    real largest = x[0];

    for (size_t j = 1; j < z->cols; j++)
        largest = x[j] > largest ? x[j] : largest;
    return largest;
}

static inline lh_complex lhi_exps(const lh_slot *z, size_t row)
{
    const real largest = lhi_largest_of(z, row);
    lh_complex sum = {0, 0};

    for (size_t j = 0; j < z->cols; j++) {
        const lh_complex e = lhi_exp_below(z, row * z->cols + j, largest);

        sum = (lh_complex){sum.re + e.re, sum.im + e.im};
    }
    return sum;
}

#if LH_IS_WIDE
/* For bounds, and for second gradients: the softmax of a row from its logits alone. */
typedef struct lhi_row {
    const lh_slot *z;
    size_t at;     /* its first element */
    real largest, sum;
    double most;   /* the most that one of its logits is off, or may as well be */
} lhi_row;

/* What is off in a logit less the largest, and in its exp, as if all were off in the logit. */
static inline double lhi_logit_off(const lhi_row *w, size_t j, const lh_rounding *r)
{
    const double off = w->z->off ? w->z->off[w->at + j] : 0;
    const double below = (double)(w->largest - ((const real *)w->z->value)[w->at + j]);

    return off + r->u * (below + 2 * off + 4);
}

static inline lhi_row lhi_row_of(const lh_slot *z, size_t row, const lh_rounding *r)
{
    const real *x = (const real *)z->value + row * z->cols;
    lhi_row w = {.z = z, .at = row * z->cols, .largest = lhi_largest_of(z, row)};

    for (size_t j = 0; j < z->cols; j++) {
        const double off = lhi_logit_off(&w, j, r);

        w.sum += k_exp(x[j] - w.largest);
        w.most = off > w.most ? off : w.most;
    }
    return w;
}

/* The softmax of column j. */
static inline real lhi_p(const lhi_row *w, size_t j)
{
    return k_exp(((const real *)w->z->value)[w->at + j] - w->largest) / w->sum;
}

/* And 1 less it: the sum of the others, where that is little. */
static inline real lhi_q(const lhi_row *w, size_t j)
{
    real others = 0;

    if (lhi_p(w, j) < (real)0.5)
        return 1 - lhi_p(w, j);
    for (size_t k = 0; k < w->z->cols; k++)
        others += k == j ? 0 : lhi_p(w, k);
    return others;
}

/* How far p may be off.  Column j against the others moves by t at most, and p' = p q by a
 * factor of e^t < 1 + 2t on the way. */
static inline double lhi_p_off(const lhi_row *w, size_t j, const lh_rounding *r)
{
    const double t = lhi_logit_off(w, j, r) + w->most;

    return t < 1 ? (double)(lhi_p(w, j) * lhi_q(w, j)) * t * (1 + 2 * t) : 1;
}
#endif

#endif
