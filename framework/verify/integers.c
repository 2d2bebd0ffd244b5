/* integers.c -- <Jv, w> = <v, J^T w> in whole numbers, for ops that are linear in an operand. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "framework/verify/check.h"

#include <stdio.h>

/* -3 .. 3, by place. */
static double small(uint32_t what, size_t e)
{
    return (double)(lhi_random_bits(7, 0x696e74, what, e) % 7) - 3;
}

static void fill(const lhi_alone *a, void *array, size_t n, uint32_t what)
{
    for (size_t e = 0; e < n; e++)
        lhi_set(a->type, array, e, (lh_wide)small(what, e));
}

/* Are all sums of products of such numbers exact in the type? */
static int exact(const lhi_alone *a)
{
    double terms = (double)lhi_cells(&a->out) + 1;

    for (int i = 0; i < a->op->n_in; i++)
        terms += (double)lhi_cells(&a->in[i]);
    return 81 * terms * (double)(a->in[0].cols + 1) < 1 / lhi_rounding(a->type).u;
}

/* <out, w>, w the cotangent. */
static lh_wide along_cotangent(const lhi_alone *a)
{
    lh_wide sum = 0;

    a->op->forward(&a->step, 0, a->out.rows);
    for (size_t e = 0; e < lhi_cells(&a->out); e++)
        sum += lhi_get(a->type, a->out.value, e) * lhi_get(a->type, a->out.grad, e);
    return sum;
}

int lhi_integers_hold(lhi_alone *a, int o)
{
    const size_t n = lhi_cells(&a->in[o]);
    lh_wide left, right = 0;
    lhi_diagnosis d = {.reason = LH_WHY_VALUE};

    if (!(a->op->linear >> o & 1) || a->op->terms || n == 0 || !exact(a))
        return 1;
    for (int i = 0; i < a->op->n_in; i++)
        if (!(a->op->no_grad >> i & 1)) /* data may say which elements: they stay */
            fill(a, a->in[i].value, lhi_cells(&a->in[i]), 1 + (uint32_t)i);
    fill(a, a->out.grad, lhi_cells(&a->out), 8);
    left = -along_cotangent(a);
    for (size_t e = 0; e < n; e++)
        lhi_set(a->type, a->in[o].value, e, (lh_wide)(small(1 + (uint32_t)o, e) + small(9, e)));
    left += along_cotangent(a); /* J v = f(x + v) - f(x) */
    lhi_give(a, o, 1);
    for (size_t e = 0; e < n; e++)
        right += (lh_wide)small(9, e) * lhi_get(a->type, a->in[o].grad, e);
    lhi_load(a);
    if (left == right)
        return 1;
    if (!(right - right == 0))
        d.reason = LH_WHY_NONFINITE;
    d.ratio = left != 0 ? (double)(right / left) : 0;
    lhi_format(d.why, sizeof d.why, "in whole numbers <Jv,w> is %.0Lf and <v,J^T w> is %.12Lg",
               left, right);
    lhi_found(a, o, LH_BY_INTEGERS, &d, right, left, 0);
    return 0;
}
