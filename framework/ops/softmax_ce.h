/* softmax_ce.h -- the cross entropy of softmax(Z) with what is wanted: all of an op but its cases.
 *
 * A file defines CLASSES and includes it.  1: operand 1 is a column of class numbers; 0: it has
 * Z's shape, a distribution over the classes in each row. */
/* SPDX-License-Identifier: MIT */
#ifndef LHI_SOFTMAX_CE_H
#define LHI_SOFTMAX_CE_H

#include "framework/ops/op_impl.h"
#include "framework/ops/softmax.h"

static int shape(const lh_op *op, const lh_shape *in, const double *number, lh_shape *out,
                 char *why, size_t room)
{
    (void)op, (void)number;
    *out = (lh_shape){1, 1};
    if (!lhi_has_columns(in, why, room))
        return -1;
    if (in[0].rows == in[1].rows && in[1].cols == (CLASSES ? 1 : in[0].cols))
        return 0;
    snprintf(why, room, CLASSES ? "a class number for each row of the logits is wanted"
                                : "logits and what is wanted of them must have one shape");
    return -1;
}

/* The number of a class below n, n where it is none. */
static inline size_t class_of(real y, size_t n)
{
    const size_t c = y >= 0 && y < (real)n ? (size_t)y : n;

    return c < n && (real)c == y ? c : n;
}

/* What is wanted of row i, over the columns; `room` is for a row.  A number that is no class
 * wants NaN. */
static inline const real *wanted(const lh_call *s, size_t i, real *room)
{
    const size_t n = s->in[0]->cols;
    const real *y = s->in[1]->value;
    size_t c;

    if (!CLASSES)
        return y + i * n;
    c = class_of(y[i], n);
    for (size_t j = 0; j < n; j++)
        room[j] = c < n ? (real)(j == c) : (real)NAN;
    return room;
}

/* And the sums of rows from..from+rows-1 of it. */
static inline void totals(const lh_call *s, size_t from, size_t rows, real *total)
{
    const size_t n = s->in[0]->cols;
    const real *y = s->in[1]->value;

    if (!CLASSES)
        lhi_row_sums(y + from * n, n, 0, rows, total);
    for (size_t r = 0; CLASSES && r < rows; r++)
        total[r] = class_of(y[from + r], n) < n ? 1 : (real)NAN;
}

static size_t work(const lh_call *s)
{
    return (LHI_SIDE_BY_SIDE + 2) * s->in[0]->cols * sizeof(real);
}

/* sum_j y_j (log(1 + rest) - (z_j - largest)) of some rows, a chain over the columns each; what
 * is not wanted may have a logit of -infinity. */
static inline void terms_of(const real *z, const real *y, size_t n, size_t rows,
                            const lhi_logits *of, real *term)
{
    real log[LHI_SIDE_BY_SIDE];

    for (size_t r = 0; r < rows; r++)
        log[r] = k_log1p(of[r].rest);
    for (size_t r = 0; r < rows; r++)
        term[r] = 0;
    if (CLASSES)
        for (size_t r = 0; r < rows; r++) {
            const size_t c = class_of(y[r], n);

            term[r] = c < n ? log[r] - (z[r * n + c] - of[r].most) : (real)NAN;
        }
    else
        for (size_t j = 0; j < n; j++)
            for (size_t r = 0; r < rows; r++) {
                const real x = y[r * n + j];

                term[r] += x == 0 ? 0 : x * (log[r] - (z[r * n + j] - of[r].most));
            }
}

static void forward(const lh_call *s, size_t from, size_t to)
{
    const size_t n = s->in[0]->cols;
    const real *z = s->in[0]->value, *y = s->in[1]->value;

    for (size_t i = from; i < to; i += LHI_SIDE_BY_SIDE) {
        const size_t rows = to - i < LHI_SIDE_BY_SIDE ? to - i : LHI_SIDE_BY_SIDE;
        lhi_logits of[LHI_SIDE_BY_SIDE];

        lhi_logits_of(z + i * n, n, rows, s->work, of);
        terms_of(z + i * n, y + i * (CLASSES ? 1 : n), n, rows, of, (real *)s->terms + i);
    }
}

static void finish(const lh_call *s)
{
    const real sum = LH_T(lhi_total)(s->in[0]->rows, s->shards, s->terms);

    *(real *)s->out->value = sum / (real)s->m;
}

/* dZ_j += dL/m ((Y - y_j) p_j - y_j q_j), p the softmax, q = 1 - p and Y what all y of the row
 * add up to: it is Y p_j - y_j, and stays right where p is so near to y that this would cancel. */
static void backward(const lh_call *s, int operand, lh_tile t)
{
    const size_t n = s->in[0]->cols;
    const real *z = s->in[0]->value, scale = *(const real *)s->out->grad / (real)s->m;
    real *e = s->work, *q = e + LHI_SIDE_BY_SIDE * n, *room = q + n;

    for (size_t top = t.i0; top < t.i1; top += LHI_SIDE_BY_SIDE) {
        const size_t rows = t.i1 - top < LHI_SIDE_BY_SIDE ? t.i1 - top : LHI_SIDE_BY_SIDE;
        lhi_logits of[LHI_SIDE_BY_SIDE];
        real total[LHI_SIDE_BY_SIDE];

        lhi_logits_of(z + top * n, n, rows, e, of);
        totals(s, top, rows, total);
        for (size_t r = 0; r < rows; r++) {
            const lh_tile of_row = {0, 1, t.j0, t.j1};
            const real *y = wanted(s, top + r, room), all = total[r], sum = (real)1 + of[r].rest;
            real *p = e + r * n, *dz = (real *)s->in[operand]->grad + (top + r) * n;

            LH_APART
            for (size_t j = 0; j < n; j++) {
                p[j] = p[j] / sum;
                q[j] = (real)1 - p[j];
            }
            q[of[r].top] = of[r].rest / sum;
            LH_GIVE(dz, of_row, n, scale * ((all - y[i]) * p[i] - y[i] * q[i]));
        }
    }
}

/* sum_j dL/dz_j z'_j from the softmax of each row as it is. */
static void jvp(const lh_call *s)
{
    const size_t n = s->in[0]->cols;
    const real *z = s->in[0]->value, *tz = s->in[0]->tangent;
    real *e = s->work, *room = e + (LHI_SIDE_BY_SIDE + 1) * n, sum = 0;

    for (size_t i = 0; i < s->in[0]->rows; i++) {
        const real *y = wanted(s, i, room);
        lhi_logits of;
        real along = 0;

        lhi_logits_of(z + i * n, n, 1, e, &of);
        for (size_t j = 0; j < n; j++)
            along += e[j] / ((real)1 + of.rest) * tz[i * n + j];
        for (size_t j = 0; j < n; j++)
            sum += y[j] * (along - tz[i * n + j]);
    }
    *(real *)s->out->tangent = sum / (real)s->m;
}

/* The forward formula, log(sum_j e^z_j) - z. */
static void analytic(const lh_call *s)
{
    const size_t n = s->in[0]->cols;
    real *room = (real *)s->work + (LHI_SIDE_BY_SIDE + 1) * n, sum = 0;

    for (size_t i = 0; i < s->in[0]->rows; i++) {
        const real *y = wanted(s, i, room);
        const lh_complex log = lh_complex_log(lhi_exps(s->in[0], i));

        for (size_t j = 0; j < n; j++)
            sum += y[j] * (log.im - lh_complex_at(s->in[0], i * n + j).im);
    }
    *(real *)s->out->tangent = sum / (real)s->m;
}

#if LH_IS_WIDE
/* y_k asks column k up and all others down: each of them hands -y_k q_k to its own logit and
 * y_k p_j to the others. */
static void hand(const lh_call *s)
{
    const lh_rounding none = {0, 0, 0};
    const size_t n = s->in[0]->cols;
    const real dl = *(const real *)s->out->grad / (real)s->m;
    real *room = (real *)s->work + (LHI_SIDE_BY_SIDE + 1) * n, *dz = s->in[0]->grad;

    for (size_t i = 0; i < s->in[0]->rows; i++) {
        const real *y = wanted(s, i, room);
        const lhi_row w = lhi_row_of(s->in[0], i, &none);

        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; y[k] != 0 && j < n; j++)
                dz[i * n + j] += dl * y[k] * (j == k ? -lhi_q(&w, k) : lhi_p(&w, j));
    }
}

/* The size of (Y - y_j) p_j - y_j q_j, and of both terms. */
static double slope_size(const lhi_row *w, const real *y, real all, size_t j, double *terms)
{
    const double up = (double)((all - y[j]) * lhi_p(w, j)), down = (double)(y[j] * lhi_q(w, j));

    *terms = up + down;
    return up > down ? up - down : down - up;
}

/* How many of what is wanted of a row are not 0: the sum of one does not round. */
static real all_wanted(const real *y, size_t n, size_t *many)
{
    real all = 0;

    *many = 0;
    for (size_t j = 0; j < n; j++)
        all += y[j], *many += y[j] != 0;
    return all;
}

/* By the mean value theorem, with the slope where it is most; then the roundings of the largest
 * taken off, of exp, of the sums. */
static void value_bound(const lh_call *s, const lh_rounding *r)
{
    const size_t n = s->in[0]->cols;
    const double g = lh_gamma((double)lh_elements(s->in[0]) + 16, r);
    real *room = (real *)s->work + (LHI_SIDE_BY_SIDE + 1) * n;
    double sum = 0;

    for (size_t i = 0; i < s->in[0]->rows; i++) {
        const real *y = wanted(s, i, room);
        const lhi_row w = lhi_row_of(s->in[0], i, r);
        const double log = (double)k_log(w.sum);
        size_t many;
        const real all = all_wanted(y, n, &many);

        for (size_t j = 0; j < n; j++) {
            const double off = s->in[0]->off[i * n + j], p = (double)lhi_p(&w, j);
            const double below = (double)(w.largest - ((const real *)s->in[0]->value)[i * n + j]);
            double terms;

            sum += off * (slope_size(&w, y, all, j, &terms) + (double)all * lhi_p_off(&w, j, r)) +
                   g * (double)y[j] * (log + below + off) +
                   (double)all * g * (p * (below + off) + (below > 0 ? p : 0)) + 4 * r->tiny;
        }
    }
    *s->out->off = sum / (double)s->m;
}

static void grad_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    const size_t n = s->in[0]->cols;
    const double dl = lh_grad_size_at(s->out, 0), dl_off = *s->out->grad_off, m = (double)s->m;
    const double g = lh_gamma((double)n + 16 + r->adds, r);
    real *room = (real *)s->work + (LHI_SIDE_BY_SIDE + 1) * n;

    for (size_t i = 0; i < s->in[0]->rows; i++) {
        const real *y = wanted(s, i, room);
        const lhi_row w = lhi_row_of(s->in[0], i, r);
        size_t many;
        const real all = all_wanted(y, n, &many);

        for (size_t j = 0; j < n; j++) {
            double terms;
            const double slope = slope_size(&w, y, all, j, &terms);
            const double summed = many > 1 ? (double)(all * lhi_p(&w, j)) : 0;

            s->in[operand]->grad_off[i * n + j] +=
                (dl_off * slope + (dl + dl_off) * ((double)all * lhi_p_off(&w, j, r) +
                                                   g * (terms + summed))) / m + 8 * r->tiny;
        }
    }
}
#endif

/* Of the logits: exp, a sum, a quotient. */
static double flops(const lh_call *s)
{
    return 16.0 * (double)lh_elements(s->in[0]);
}

#define LHI_SOFTMAX_CE                                                                      \
    .n_in = 2, .shape = shape, .finish = finish, .terms = 1, .flops = flops, .work = work, \
    .lines = &lines, .no_grad = 2, .reads = LH_READS(0) | LH_READS(1), .output = "softmax"

#endif
