/* amiss.c -- what is wrong with the gradient of one op, by what the op does alone. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"

#include <stdio.h>
#include <string.h>

/* The op passes the cotangent on as it is, without its own factor. */
static int passes_on(const lhi_alone *a, int o, const lhi_pair *x)
{
    const lhi_pair same = {x->got, a->ref_out.grad, x->off, x->rows, x->cols, x->m, x->type};

    return a->ref_out.rows == x->rows && a->ref_out.cols == x->cols && o == 0 &&
           lhi_fits(&same, 1, NULL, 0);
}

/* What rows from..to-1 of the batch give to operand o, into the wide arrays of the operands. */
static const lh_wide *share_of_rows(lhi_alone *a, int o, size_t from, size_t to, size_t every)
{
    lh_wide *all = a->ref_out.grad;

    for (int i = 0; i < a->op->n_in; i++)
        memset(a->ref_in[i].grad, 0, lhi_cells(&a->ref_in[i]) * sizeof(lh_wide));
    for (size_t e = 0; e < lhi_cells(&a->out); e++) {
        const size_t row = e / a->out.cols;
        const int in = row >= from && row < to && (row - from) % every == 0;

        all[e] = in ? lhi_get(a->type, a->out.grad, e) : 0;
    }
    a->wide->hand(&a->ref_step);
    return a->ref_in[o].grad;
}

/* Are some rows of the batch left out, or counted twice?  A sum over the batch hides which. */
static int rows_amiss(lhi_alone *a, int o, const lhi_pair *x, lhi_diagnosis *d)
{
    const size_t m = a->out.rows;

    if (m < 2 || (double)m * a->op->flops(&a->step) > 1e9)
        return 0;
    for (size_t from = 0; from < m; from++) {
        const struct { size_t to, every; } part[] = {{from + 1, 1}, {m, 1}, {m, 2}};

        for (size_t i = 0; i < (from < 2 ? 3 : 2); i++) {
            const lh_wide *term = share_of_rows(a, o, from, part[i].to, part[i].every);
            const int left_out = lhi_fits(x, 1, term, -1);

            if (!left_out && !lhi_fits(x, 1, term, 1))
                continue;
            d->reason = left_out ? LH_WHY_MISSING_TERM : LH_WHY_DOUBLE_COUNT;
            snprintf(d->why, sizeof d->why, "%s of the batch %s: %s %zu%s",
                     part[i].to - from == 1 ? "a row" : "rows",
                     left_out ? "left out" : "counted twice",
                     part[i].every == 2 ? "every second from" : "number", from,
                     part[i].to - from == 1 || part[i].every == 2 ? "" : " and all after it");
            return 1;
        }
    }
    return 0;
}

void lhi_amiss(lhi_alone *a, int o, const lhi_pair *x, lhi_diagnosis *d)
{
    const int open = d->reason == LH_WHY_VALUE || d->reason == LH_WHY_ROUNDING ||
                     d->reason == LH_WHY_SCALE;

    if (open && passes_on(a, o, x)) {
        d->reason = LH_WHY_MISSING_TERM;
        snprintf(d->why, sizeof d->why, "the op's own factor is missing: it is the cotangent");
    } else if (d->reason == LH_WHY_VALUE)
        rows_amiss(a, o, x, d);
}
