/* values.c -- a tape run on data, and each line compared with what the tape holds. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/document.h"
#include "framework/verify/check.h"

#include <float.h>
#include <math.h>

/* What stands beside the way to the loss (yhat beside a loss on logits) is worked, too. */
static void run_beside(lhi_document *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const lhi_formula *l = &d->line[i];

        if (l->against == LHI_TAPE_VALUE && !d->p->used[l->node])
            lhi_run_value(d->w, l->node);
    }
}

static int run(lhi_document *d, lh_data *data)
{
    lhi_feed feed;

    if (data && (lhi_feed_find(&feed, d->t, d->p, data, "lh_derive") != 0 ||
                 lhi_data_prepare(data, LH_F64) != LH_OK))
        return 0;
    d->w = lhi_ws_new(d->t, NULL, LH_F64, d->rows, 1,
                      LHI_WS_GRADIENTS | LHI_WS_OWN_PARAMS | LHI_WS_TRAINS);
    if (!d->w)
        return 0;
    if (data)
        lhi_feed_rows(&feed, d->w, data, NULL, 0, d->rows, 0, 1);
    else
        lhi_take_bound(d->w, d->p);
    lhi_run_whole(d->w, d->p);
    run_beside(d);
    return lhi_ok(d->c);
}

/* Are two arrays one within 4 units of roundoff of each rounding that went into them?  One row
 * or one column of a stands for all of them.  What is not finite in b cannot be compared. */
static void compare(lhi_formula *l, const lhi_matrix *a, const lhi_matrix *b)
{
    const size_t n = b->rows * b->cols;
    lh_wide most = 0, scale = 0;
    const int one_row = a->rows == 1, one_col = a->cols == 1;
    size_t skipped = 0, wrong = !((a->rows == b->rows || one_row) &&
                                  (a->cols == b->cols || one_col));

    for (size_t i = 0; i < n && !wrong; i++) {
        const size_t e = (one_row ? 0 : i / b->cols) * a->cols + (one_col ? 0 : i % b->cols);
        const lh_wide off = fabsl(a->at[e] - b->at[i]);
        const int known = isfinite(b->at[i]) && (l->against != LHI_STEP_BEFORE ||
                                                 isfinite(a->at[e]));

        if (!known) {
            skipped++;
            continue;
        }
        wrong += !isfinite(a->at[e]) ||
                 off > 2 * (lh_wide)DBL_EPSILON * fmaxl(a->spread[e], b->spread[i]) +
                           (lh_wide)DBL_MIN;
        most = fmaxl(most, off);
        scale = fmaxl(scale, fabsl(b->at[i]));
    }
    l->outcome = wrong ? LHI_DISAGREES : skipped ? LHI_NOT_FINITE : LHI_AGREES;
    if (l->against == LHI_STEP_BEFORE)
        l->far = most == 0 ? 0 : (double)(most / scale);
    else
        l->far = (double)most / lhi_ulp((double)scale, LH_F64);
}

static void check(lhi_document *d, lhi_formula *l)
{
    lhi_matrix a = {.rows = 0}, b = {.rows = 0};
    lhi_ref other = l->before;

    if (l->against == LHI_NO_CHECK)
        return;
    if (l->against != LHI_STEP_BEFORE)
        other = lhi_leaf(&d->pool, l->against == LHI_TAPE_VALUE ? LHI_E_VALUE : LHI_E_GRAD,
                         l->node);
    if (lhi_evaluate(&d->pool, l->right, d->w, &a) && lhi_evaluate(&d->pool, other, d->w, &b))
        compare(l, &a, &b);
    lhi_matrix_free(d->c, &a);
    lhi_matrix_free(d->c, &b);
}

int lhi_check_lines(lhi_document *d, lh_data *data, size_t rows)
{
    if (data)
        d->rows = rows < lh_rows(data) ? rows : lh_rows(data);
    else if (lhi_bound_rows(d->t, d->p, "lh_derive", &d->rows) != 0)
        return 0;
    d->data = data;
    if (!run(d, data))
        return 0;
    for (size_t i = 0; i < d->count && lhi_ok(d->c) && !lhi_gives_up(d->c, "checking"); i++)
        check(d, &d->line[i]);
    return lhi_ok(d->c);
}
