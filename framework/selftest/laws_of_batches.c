/* laws_of_batches.c -- a batch in another order, in parts, and as a part of a larger one. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/laws.h"

#include <math.h>
#include <string.h>

/* Which operands are a batch together with operand 0, a bit each; 0: that may be none.  *out: the
 * output is one, too. */
static unsigned batches(const lhi_op_case *k, int *out)
{
    unsigned all = 0;

    for (int i = 0; i < k->op->n_in; i++)
        all |= (unsigned)(k->in[i].rows == k->in[0].rows) << i;
    for (unsigned now = all;; now = 1) {
        lh_shape in[LH_OPERANDS], of;
        char why[100];

        for (int i = 0; i < k->op->n_in; i++)
            in[i] = (lh_shape){now >> i & 1 ? LH_ROWS : (ptrdiff_t)k->in[i].rows,
                               (ptrdiff_t)k->in[i].cols};
        if (k->op->shape(k->op, in, k->given->number, &of, why, sizeof why) == 0) {
            *out = of.rows == LH_ROWS;
            return now;
        }
        if (now == 1)
            return 0;
    }
}

/* Some rows of a case as a case of their own. */
typedef struct part {
    lh_case given;
    lhi_op_case k;
    int failed;
} part;

/* Rows from..from+count-1 of a whole case, in the order that turn gives them: row i of the part is
 * row (from + i * turn) mod m. */
static void open_part(part *p, const lhi_op_case *whole, size_t from, size_t count, size_t turn)
{
    const size_t m = whole->in[0].rows, cell = whole->element;
    int out;
    const unsigned batch = batches(whole, &out);

    p->given = *whole->given;
    for (int i = 0; i < whole->op->n_in; i++)
        if (batch >> i & 1)
            p->given.in[i].rows = count;
    p->failed = lhi_op_case_open(&p->k, whole->c, whole->op, &p->given, whole->type);
    if (p->failed)
        return;
    p->k.call.trains = whole->call.trains;
    p->k.call.first = from;
    for (int i = 0; i < whole->op->n_in; i++)
        for (size_t r = 0; r < p->k.in[i].rows; r++) {
            const size_t bytes = whole->in[i].cols * cell;
            const size_t at = batch >> i & 1 ? (from + r * turn) % m : r;

            memcpy((char *)p->k.in[i].value + r * bytes,
                   (const char *)whole->in[i].value + at * bytes, bytes);
        }
    for (size_t r = 0; r < p->k.out.rows; r++) {
        const size_t bytes = whole->out.cols * cell, at = out ? (from + r * turn) % m : r;

        memcpy((char *)p->k.out.grad + r * bytes, (const char *)whole->out.grad + at * bytes,
               bytes);
    }
    lhi_op_case_forward(&p->k, 1);
    lhi_op_case_backward(&p->k, 1);
}

/* Does an op give of equal rows the same, however many there are? */
static int is_mean(const lhi_op_case *k)
{
    part one, two;
    int same = 1;

    open_part(&one, k, 0, 1, 0);
    open_part(&two, k, 0, 2, 0);
    for (size_t e = 0; !one.failed && !two.failed && e < lhi_cells(&one.k.out); e++) {
        const lh_wide x = lhi_get(k->type, one.k.out.value, e);

        same &= fabsl(lhi_get(k->type, two.k.out.value, e) - x) <= 1e-3L * fabsl(x);
    }
    lhi_op_case_close(&two.k);
    lhi_op_case_close(&one.k);
    return same;
}

/* Opens a case with its passes done; grad_off has bounds of its gradients. */
static int open_whole(const lhi_trying *s, lhi_op_case *k, int trains)
{
    lhi_op_case w;
    int failed = lhi_op_case_open(k, s->c, lhi_tried(s), s->given, s->type);

    failed = lhi_op_case_open(&w, s->c, lhi_tried_wide(s), s->given, LH_WIDE) || failed;
    if (!failed) {
        k->call.trains = w.call.trains = trains;
        lhi_op_case_cotangent(k, 21, 1);
        lhi_op_case_forward(k, 1);
        lhi_op_case_backward(k, 1);
        lhi_law_bounds(&w, 21, s->type);
        for (int i = 0; i < k->op->n_in; i++)
            memcpy(k->in[i].grad_off, w.in[i].grad_off, lhi_cells(&k->in[i]) * sizeof(double));
    }
    lhi_op_case_close(&w);
    return failed ? -1 : 0;
}

static void near_enough(lhi_trying *s, const lhi_op_case *k, int i, size_t e, lh_wide x)
{
    const lh_wide whole = lhi_get(k->type, k->in[i].grad, e);

    lhi_law_says(s, fabsl(x - whole) <= 2 * (lh_wide)k->in[i].grad_off[e],
                 "gradient %zu of operand %d: %.20Lg, of the whole batch %.20Lg", e, i, x, whole);
}

/* Rows in another order give the gradients in that order, and sums over them stay; but what is
 * drawn goes with the place in the batch. */
static void permuted(lhi_trying *s)
{
    const size_t m = s->given->in[0].rows, turn = m % 2 ? 2 : m - 1; /* both prime to m */
    lhi_op_case k;
    unsigned batch = 0;
    int out;

    if (open_whole(s, &k, 0) == 0)
        batch = batches(&k, &out);
    if (batch && m > 1) {
        part p;

        open_part(&p, &k, 1, m, turn);
        for (int i = 0; !p.failed && i < k.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&k, i) && e < lhi_cells(&k.in[i]); e++) {
                const size_t cols = k.in[i].cols;
                const size_t to =
                    batch >> i & 1 ? (1 + e / cols * turn) % m * cols + e % cols : e;

                near_enough(s, &k, i, to, lhi_get(s->type, p.k.in[i].grad, e));
            }
        lhi_op_case_close(&p.k);
    }
    lhi_op_case_close(&k);
}

/* What element e of operand i is given by two parts of a batch, weighed. */
static lh_wide of_parts(const part *p, int i, size_t e, int batch, const lh_wide *weight)
{
    const lhi_op_case *a = &p[0].k, *b = &p[1].k;
    const size_t first = lhi_cells(&a->in[i]);

    if (!batch)
        return weight[0] * lhi_get(a->type, a->in[i].grad, e) +
               weight[1] * lhi_get(b->type, b->in[i].grad, e);
    return e < first ? weight[0] * lhi_get(a->type, a->in[i].grad, e)
                     : weight[1] * lhi_get(b->type, b->in[i].grad, e - first);
}

/* The parts of a batch, weighed as their means are, add up to the whole. */
static void split(lhi_trying *s)
{
    const size_t m = s->given->in[0].rows, first = m / 3 + 1;
    lhi_op_case k;
    unsigned batch = 0;
    int out = 0;

    if (open_whole(s, &k, 1) == 0)
        batch = batches(&k, &out);
    if (batch && m > 1) {
        const int mean = !out && is_mean(&k);
        const lh_wide weight[] = {mean ? (lh_wide)first / (lh_wide)m : 1,
                                  mean ? (lh_wide)(m - first) / (lh_wide)m : 1};
        part p[2];

        open_part(&p[0], &k, 0, first, 1);
        open_part(&p[1], &k, first, m - first, 1);
        for (int i = 0; !p[0].failed && !p[1].failed && i < k.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&k, i) && e < lhi_cells(&k.in[i]); e++)
                near_enough(s, &k, i, e, of_parts(p, i, e, batch >> i & 1, weight));
        lhi_op_case_close(&p[1].k);
        lhi_op_case_close(&p[0].k);
    }
    lhi_op_case_close(&k);
}

/* m is the call's: with four times as many rows in the batch a mean over it is a quarter, to the
 * bit, and what is no mean stays. */
static void of_a_larger_batch(lhi_trying *s)
{
    const int mean = lhi_tried(s)->output != NULL;
    lhi_op_case k, large;
    int failed = lhi_op_case_open(&k, s->c, lhi_tried(s), s->given, s->type);

    failed = lhi_op_case_open(&large, s->c, lhi_tried(s), s->given, s->type) || failed;
    if (!failed) {
        large.call.m = 4 * k.call.m;
        lhi_op_case_cotangent(&k, 23, 1);
        lhi_op_case_cotangent(&large, 23, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_forward(&large, 1);
        lhi_op_case_backward(&k, 1);
        lhi_op_case_backward(&large, 1);
        if (mean)
            lhi_law_says(s, lhi_get(s->type, large.out.value, 0) ==
                                lhi_get(s->type, k.out.value, 0) / 4,
                         "with four times as many rows in the batch the loss is no quarter");
    }
    for (int i = 0; !failed && i < k.op->n_in; i++)
        for (size_t e = 0; lhi_op_case_graded(&k, i) && e < lhi_cells(&k.in[i]); e++) {
            const lh_wide x = lhi_get(s->type, k.in[i].grad, e);
            const lh_wide y = lhi_get(s->type, large.in[i].grad, e);

            lhi_law_says(s, y == (mean ? x / 4 : x) || (x != x && y != y),
                         "gradient %zu of operand %d is %.20Lg, in a batch of four times as many "
                         "rows %.20Lg", e, i, x, y);
        }
    lhi_op_case_close(&large);
    lhi_op_case_close(&k);
}

const lhi_law lhi_laws_of_batches[] = {
    {"rows in another order give gradients in that order", permuted, 0},
    {"a batch in two parts gives the sum of both", split, 0},
    {"a mean is over the rows that the call says", of_a_larger_batch, 0},
    {0}};
