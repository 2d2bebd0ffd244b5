/* run.c -- works a line over blocks that stay in the first cache: its value and its gradients.
 *
 * What is computed of an element does not depend on the blocks: each operation rounds by itself,
 * in the order of the program.  Sums over rows and columns are chains in order; those over the
 * rows of a batch are cut into shards, as everywhere. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/run.h"

#include "framework/kernels/kernels.h"
#include "framework/lines/element.h"
#include "framework/lines/blocks.h"

#include <string.h>

enum { SIDE = 8 /* rows whose chains go side by side */ };

typedef LH_T(lhi_blocks) run;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Elements from..past-1 of an array of the output's shape. */
static void work_flat(run *r, real *to, size_t from, size_t past)
{
    const size_t block = r->loops > 1 ? r->block : past - from;

    for (size_t e = from, n; e < past; e += n) {
        n = least(block, past - e);
        LH_T(lhi_blocks_go_flat)(r, e);
        r->at[LHI_P_RESULT] = r->at[LHI_P_BEFORE] = to + e;
        LH_T(lhi_blocks_do)(r, n);
    }
}

/* Rows from..past-1 of such an array. */
static void work_rows(run *r, real *to, size_t from, size_t past)
{
    const size_t n = r->n, high = LH_T(lhi_blocks_high)(r);

    for (size_t i = from, rows; i < past; i += rows) {
        rows = least(high, past - i);
        for (size_t j = 0, cols; j < n; j += cols) {
            cols = r->narrow ? n : least(r->block, n - j);
            LH_T(lhi_blocks_go)(r, i, j, rows);
            r->at[LHI_P_RESULT] = r->at[LHI_P_BEFORE] = to + i * n + j;
            LH_T(lhi_blocks_do)(r, rows * cols);
        }
    }
}

void LH_T(lhi_line_forward)(const lh_call *s, size_t from, size_t to)
{
    const lhi_line *l = s->op->data;
    run r;

    if (from == to || s->out->cols == 0)
        return;
    LH_T(lhi_blocks_begin)(&r, s, &l->forward, 0);
    if (r.flat)
        work_flat(&r, s->out->value, from * r.n, to * r.n);
    else
        work_rows(&r, s->out->value, from, to);
}

/* --- gradients of what is repeated: sums over what repeats it --- */

/* sum[i] goes on over the columns of row i, a chain each; several rows side by side, since a chain
 * waits for itself. */
static void add_columns(const real *g, size_t apart, size_t rows, size_t cols, real *sum)
{
    size_t i = 0;

    for (; i + SIDE <= rows; i += SIDE) {
        real part[SIDE];

        memcpy(part, sum + i, sizeof part);
        for (size_t j = 0; j < cols; j++)
            for (size_t k = 0; k < SIDE; k++)
                part[k] += g[(i + k) * apart + j];
        memcpy(sum + i, part, sizeof part);
    }
    for (; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            sum[i] += g[i * apart + j];
}

/* How many rows sum_rows() takes at a time. */
static size_t rows_at_a_time(const run *r)
{
    return r->narrow ? LH_T(lhi_blocks_high)(r) : SIDE;
}

/* r->sums: of rows i..i+rows-1 the sum over the columns, a chain from 0 each. */
static void sum_rows(run *r, size_t i, size_t rows)
{
    const size_t wide = r->block / SIDE;

    memset(r->sums, 0, rows * sizeof(real));
    r->at[LHI_P_RESULT] = r->values;
    if (r->narrow) {
        LH_T(lhi_blocks_go)(r, i, 0, rows);
        LH_T(lhi_blocks_do)(r, rows * r->n);
        add_columns(r->values, r->n, rows, r->n, r->sums);
        return;
    }
    for (size_t j = 0, cols; j < r->n; j += cols) {
        cols = least(wide, r->n - j);
        for (size_t k = 0; k < rows; k++) {
            LH_T(lhi_blocks_go)(r, i + k, j, 1);
            r->at[LHI_P_RESULT] = r->values + k * wide;
            LH_T(lhi_blocks_do)(r, cols);
        }
        add_columns(r->values, wide, rows, cols, r->sums);
    }
}

static void give_to_column(run *r, real *d, size_t from, size_t past)
{
    for (size_t i = from, rows; i < past; i += rows) {
        rows = least(rows_at_a_time(r), past - i);
        sum_rows(r, i, rows);
        for (size_t k = 0; k < rows; k++)
            d[i + k] = r->s->fresh ? r->sums[k] : d[i + k] + r->sums[k];
    }
}

/* The rows' sums are summed as the terms of a loss are. */
static void give_to_one(run *r, real *d)
{
    const size_t shards = lhi_shard_count(r->m, r->s->shards);
    real part[LHI_MOST_SHARDS] = {0};

    for (size_t shard = 0; shard < shards; shard++) {
        const size_t past = lhi_cut(r->m, shard + 1, shards);

        for (size_t i = lhi_cut(r->m, shard, shards), rows; i < past; i += rows) {
            rows = least(rows_at_a_time(r), past - i);
            sum_rows(r, i, rows);
            for (size_t k = 0; k < rows; k++)
                part[shard] += r->sums[k];
        }
    }
    LH_T(lhi_tree)(part, shards, 1, 1);
    *d = r->s->fresh ? part[0] : *d + part[0];
}

/* sum += the columns of a block, each a chain over the rows. */
static void add_rows(const run *r, const real *g, size_t apart, size_t rows, size_t cols, real *sum)
{
    static const real one[1] = {1};

    /* fma(1, g, sum) is sum + g. */
    LH_T(lhi_gemm)(1, cols, rows, (LH_T(lhi_matrix)){one, 1, 0}, (LH_T(lhi_matrix)){g, apart, 1},
                   sum, cols, 0, NULL, r->gemm);
}

/* Columns j..j+cols-1 of the sum over the rows, by shards.  The partial sums of the tree stand like
 * the digits of a binary number; the sum is in the level that is returned. */
static const real *sum_over_rows(run *r, size_t j, size_t cols)
{
    const size_t shards = lhi_shard_count(r->m, r->s->shards), n = r->n;
    const size_t high = LH_T(lhi_blocks_high)(r), apart = r->block;
    real *level = r->level, *sum = level;

    r->at[LHI_P_RESULT] = r->values;
    for (size_t shard = 0; shard < shards; shard++) {
        const size_t past = lhi_cut(r->m, shard + 1, shards);
        size_t l = 0;

        sum = r->sums;
        memset(sum, 0, cols * sizeof(real));
        for (size_t i = lhi_cut(r->m, shard, shards), rows; i < past; i += rows) {
            rows = least(high, past - i);
            LH_T(lhi_blocks_go)(r, i, r->narrow ? 0 : j, rows);
            LH_T(lhi_blocks_do)(r, r->narrow ? rows * n : cols);
            add_rows(r, r->values + (r->narrow ? j : 0), n, rows, cols, sum);
        }
        for (; shard >> l; l++)
            if (shard >> l & 1 && (shard + 1 == shards || !(~shard & (((size_t)1 << l) - 1))))
                for (size_t k = 0; k < cols; k++)
                    sum[k] = level[l * apart + k] + sum[k];
        for (l = 0; shard >> l & 1; l++)
            ;
        memcpy(level + l * apart, sum, cols * sizeof(real));
    }
    return sum;
}

static void give_to_row(run *r, real *d, size_t from, size_t past)
{
    for (size_t j = from, cols; j < past; j += cols) {
        const real *sum;

        cols = least(r->block, past - j);
        sum = sum_over_rows(r, j, cols);
        for (size_t k = 0; k < cols; k++)
            d[j + k] = r->s->fresh ? sum[k] : d[j + k] + sum[k];
    }
}

void LH_T(lhi_line_backward)(const lh_call *s, int operand, lh_tile t)
{
    const lhi_line *l = s->op->data;
    const lh_slot *in = s->in[operand];
    const enum lhi_kind kind = lhi_kind_of(in, s->out);
    run r;

    LH_T(lhi_blocks_begin)(&r, s, &l->give[operand][kind == LHI_FULL && !s->fresh],
                           kind != LHI_FULL);
    if (kind == LHI_FULL && r.flat)
        work_flat(&r, in->grad, t.i0 * r.n + t.j0, (t.i1 - 1) * r.n + t.j1);
    else if (kind == LHI_FULL)
        work_rows(&r, in->grad, t.i0, t.i1);
    else if (kind == LHI_COLUMN)
        give_to_column(&r, in->grad, t.i0, t.i1);
    else if (kind == LHI_ROW)
        give_to_row(&r, in->grad, t.j0, t.j1);
    else
        give_to_one(&r, in->grad);
}

size_t LH_T(lhi_line_work)(const lh_call *s)
{
    const size_t blocks = LH_T(lhi_blocks_work)(s->op->data);
    const size_t element = LH_T(lhi_element_work)(s->op->data);

    return blocks > element ? blocks : element;
}
