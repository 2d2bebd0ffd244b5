/* work.c -- expressions worked in a field, with their tangents. */
/* SPDX-License-Identifier: MIT */
#include "framework/exact/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int lhi_exact_make(lhi_world *w, size_t rows, size_t cols, lhi_exact *out)
{
    *out = (lhi_exact){.rows = rows, .cols = cols};
    out->at = lhi_alloc_array(w->c, rows * cols + 1, sizeof *out->at);
    return out->at != NULL;
}

int lhi_exact_copy(lhi_world *w, const lhi_exact *from, lhi_exact *out)
{
    if (!lhi_exact_make(w, from->rows, from->cols, out))
        return 0;
    memcpy(out->at, from->at, from->rows * from->cols * sizeof *out->at);
    return 1;
}

void lhi_exact_free(lh_ctx *c, lhi_exact *x)
{
    lhi_release(c, x->at);
    *x = (lhi_exact){.rows = 0};
}

int lhi_exact_single(lhi_world *w, lhi_dual x, lhi_exact *out)
{
    if (!lhi_exact_make(w, 1, 1, out))
        return 0;
    out->at[0] = x;
    return 1;
}

/* A number of a line, as the fraction that its decimals are. */
static int number(lhi_world *w, lhi_ref e, lhi_exact *out)
{
    const lhi_tower *t = &w->tower;
    const lhi_dual ten = lhi_dual_whole(t, 10);
    lhi_dual x = lhi_dual_whole(t, 0);
    char text[64];
    const char *at = lhi_number_text(w->pool->at[e].number, text, sizeof text);
    const int negative = *at == '-';
    long shift = 0;

    at += negative;
    for (int behind = 0; (*at >= '0' && *at <= '9') || *at == '.'; at++)
        if (*at == '.')
            behind = 1;
        else {
            x = lhi_dual_sum(t, lhi_dual_product(t, x, ten), lhi_dual_whole(t, *at - '0'));
            shift -= behind;
        }
    shift += *at == 'e' ? strtol(at + 1, NULL, 10) : 0;
    for (; shift > 0; shift--)
        x = lhi_dual_product(t, x, ten);
    for (; shift < 0; shift++)
        x = lhi_dual_quotient(t, x, ten); /* 10 is 0 in none of the fields */
    return lhi_exact_single(w, negative ? lhi_dual_minus(t, x) : x, out);
}

static int exp_of(lhi_world *w, lhi_dual a, lhi_dual *out)
{
    return lhi_dual_exp(&w->tower, a, out) ||
           lhi_stuck(w, LHI_DEEPER, "more than %d exps stand within each other", LHI_FIELDS - 1);
}

/* --- of two numbers --- */

static int raised(lhi_world *w, lhi_ref ref, lhi_dual a, lhi_dual *out)
{
    const lhi_expr *n = &w->pool->at[w->pool->at[ref].b];
    const double by = n->kind == LHI_E_NEG ? -w->pool->at[n->a].number.f64 : n->number.f64;
    const lhi_expr *digits = n->kind == LHI_E_NEG ? &w->pool->at[n->a] : n;
    const lhi_dual one = lhi_dual_whole(&w->tower, 1);
    lhi_dual r = one;

    if (digits->kind != LHI_E_NUMBER || fabs(by) > 64 || 2 * by != floor(2 * by))
        return lhi_stuck(w, LHI_NO_LAW, "it is no whole power, nor one of a root");
    if (by != floor(by))
        a = lhi_dual_root(&w->tower, a);
    for (int i = 0; i < (int)(fabs(by) * (by == floor(by) ? 1 : 2)); i++)
        r = lhi_dual_product(&w->tower, r, a);
    *out = by < 0 ? lhi_dual_quotient(&w->tower, one, r) : r;
    return 1;
}

/* Which is larger, a or b; -1, 0 or 1.  Of a value that is not known nobody can say. */
static int larger(const lhi_world *w, lhi_dual a, lhi_dual b)
{
    return lhi_dual_sign(&w->tower,
                         lhi_dual_sum(&w->tower, a, lhi_dual_minus(&w->tower, b)));
}

static int combine(lhi_world *w, lhi_ref ref, lhi_dual a, lhi_dual b, lhi_dual *out)
{
    const lhi_tower *t = &w->tower;
    const lhi_expr *e = &w->pool->at[ref];

    switch (e->kind) {
    case LHI_E_ADD:
        *out = lhi_dual_sum(t, a, b);
        return 1;
    case LHI_E_SUB:
        *out = lhi_dual_sum(t, a, lhi_dual_minus(t, b));
        return 1;
    case LHI_E_OVER:
        *out = lhi_dual_quotient(t, a, b);
        return 1;
    case LHI_E_ABOVE:
    case LHI_E_CALL:
        if (a.x_free || b.x_free)
            return lhi_stuck(w, LHI_NO_LAW, "the sign of a log or an erf is not known");
        if (e->kind == LHI_E_ABOVE)
            *out = lhi_dual_whole(t, larger(w, a, b) > 0);
        else if (lhi_function_named(e->name, e->length)->code == LHI_MAX)
            *out = larger(w, a, b) >= 0 ? a : b;
        else
            *out = larger(w, a, b) <= 0 ? a : b;
        return 1;
    default:
        *out = lhi_dual_product(t, a, b);
        return 1;
    }
}

/* Element i, j of what may be one row, one column or one number for all. */
static lhi_dual element(const lhi_exact *x, size_t i, size_t j)
{
    return x->at[(x->rows == 1 ? 0 : i) * x->cols + (x->cols == 1 ? 0 : j)];
}

int lhi_unfit(lhi_world *w, const lhi_exact *a, const lhi_exact *b)
{
    char left[48], right[48];
    const ptrdiff_t batch = (ptrdiff_t)w->rows;
    const ptrdiff_t ra = (ptrdiff_t)a->rows == batch ? LH_ROWS : (ptrdiff_t)a->rows;
    const ptrdiff_t rb = (ptrdiff_t)b->rows == batch ? LH_ROWS : (ptrdiff_t)b->rows;

    return lhi_stuck(w, LHI_UNFIT, "%s and %s do not fit",
                     lhi_shape_text(ra, (ptrdiff_t)a->cols, left, sizeof left),
                     lhi_shape_text(rb, (ptrdiff_t)b->cols, right, sizeof right));
}

static int by_element(lhi_world *w, lhi_ref e, const lhi_exact *a, const lhi_exact *b,
                      lhi_exact *out)
{
    const size_t rows = a->rows == 1 ? b->rows : a->rows, cols = a->cols == 1 ? b->cols : a->cols;

    if ((a->rows != rows && a->rows != 1) || (b->rows != rows && b->rows != 1) ||
        (a->cols != cols && a->cols != 1) || (b->cols != cols && b->cols != 1))
        return lhi_unfit(w, a, b);
    if (!lhi_exact_make(w, rows, cols, out))
        return 0;
    w->work += (double)(rows * cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            if (!combine(w, e, element(a, i, j), element(b, i, j), &out->at[i * cols + j]))
                return 0;
    return 1;
}

static int product(lhi_world *w, const lhi_exact *a, const lhi_exact *b, lhi_exact *out)
{
    const lhi_tower *t = &w->tower;

    if (a->cols != b->rows)
        return lhi_unfit(w, a, b);
    if (!lhi_exact_make(w, a->rows, b->cols, out))
        return 0;
    w->work += (double)a->rows * (double)a->cols * (double)b->cols;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < b->cols; j++) {
            lhi_dual sum = lhi_dual_whole(t, 0);

            for (size_t k = 0; k < a->cols; k++)
                sum = lhi_dual_sum(t, sum, lhi_dual_product(t, a->at[i * a->cols + k],
                                                            b->at[k * b->cols + j]));
            out->at[i * b->cols + j] = sum;
        }
    return 1;
}

static int is_number(const lhi_exact *x)
{
    return x->rows * x->cols == 1;
}

/* Side by side: of matrices where they fit, but a batch has no place on the right. */
static int beside_each_other(lhi_world *w, lhi_ref e, const lhi_exact *a, const lhi_exact *b,
                             lhi_exact *out)
{
    if (!is_number(a) && !is_number(b) && b->rows != w->rows && a->cols == b->rows)
        return product(w, a, b, out);
    return by_element(w, e, a, b, out);
}

/* "dL/dZ3 . 1" is what stands on the left. */
static int dot(lhi_world *w, lhi_ref e, const lhi_exact *a, const lhi_exact *b, lhi_exact *out)
{
    if (lhi_is_whole(w->pool, w->pool->at[e].b, 1))
        return lhi_exact_copy(w, a, out);
    return product(w, a, b, out);
}

/* --- of one matrix --- */

static int transposed(lhi_world *w, const lhi_exact *a, lhi_exact *out)
{
    if (!lhi_exact_make(w, a->cols, a->rows, out))
        return 0;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++)
            out->at[j * a->rows + i] = a->at[i * a->cols + j];
    return 1;
}

static int sum(lhi_world *w, const lhi_exact *a, int rows, int cols, lhi_exact *out)
{
    if (!lhi_exact_make(w, rows ? 1 : a->rows, cols ? 1 : a->cols, out))
        return 0;
    for (size_t i = 0; i < out->rows * out->cols; i++)
        out->at[i] = lhi_dual_whole(&w->tower, 0);
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        lhi_dual *to = &out->at[(rows ? 0 : i / a->cols) * out->cols + (cols ? 0 : i % a->cols)];

        *to = lhi_dual_sum(&w->tower, *to, a->at[i]);
    }
    return 1;
}

static int of_number(lhi_world *w, lhi_code code, lhi_dual x, lhi_dual *out)
{
    const lhi_tower *t = &w->tower;
    const lhi_dual one = lhi_dual_whole(t, 1);
    lhi_dual y;

    switch (code) {
    case LHI_EXP:
        return exp_of(w, x, out);
    case LHI_SIGMA: /* 1/(1 + e^-x) */
        return exp_of(w, lhi_dual_minus(t, x), &y) &&
               (*out = lhi_dual_quotient(t, one, lhi_dual_sum(t, one, y)), 1);
    case LHI_TANH: /* 2 sigma(2x) - 1 */
        return of_number(w, LHI_SIGMA, lhi_dual_sum(t, x, x), &y) &&
               (*out = lhi_dual_sum(t, lhi_dual_sum(t, y, y), lhi_dual_minus(t, one)), 1);
    case LHI_SQRT:
        *out = lhi_dual_root(t, x);
        return 1;
    case LHI_LOG:
    case LHI_LOG1P:
        y = code == LHI_LOG ? x : lhi_dual_sum(t, one, x);
        *out = lhi_dual_of_slope(t, x, lhi_dual_quotient(t, one, y));
        return 1;
    case LHI_ABS:
        *out = lhi_dual_sign(t, x) < 0 ? lhi_dual_minus(t, x) : x;
        return !x.x_free || lhi_stuck(w, LHI_NO_LAW, "the sign of a log is not known");
    default:
        return lhi_stuck(w, LHI_NO_LAW, "a field has no law of this function");
    }
}

static int of_one(lhi_world *w, lhi_ref ref, const lhi_exact *a, lhi_exact *out)
{
    const lhi_expr *e = &w->pool->at[ref];
    const lhi_function *f = e->kind == LHI_E_CALL ? lhi_function_named(e->name, e->length) : NULL;

    if (e->kind == LHI_E_TRANSPOSE)
        return transposed(w, a, out);
    if (f && f->code == LHI_CODES && strcmp(f->name, "rows") == 0)
        return lhi_exact_single(w, lhi_dual_whole(&w->tower, (int64_t)a->rows), out);
    if (f && f->code == LHI_CODES && strcmp(f->name, "columns") == 0)
        return lhi_exact_single(w, lhi_dual_whole(&w->tower, (int64_t)a->cols), out);
    if (f && f->code == LHI_CODES)
        return sum(w, a, strcmp(f->name, "over_columns") != 0, strcmp(f->name, "over_rows") != 0,
                   out);
    if (!lhi_exact_make(w, a->rows, a->cols, out))
        return 0;
    w->work += (double)(a->rows * a->cols);
    for (size_t i = 0; i < a->rows * a->cols; i++)
        if (f ? !of_number(w, f->code, a->at[i], &out->at[i])
              : (out->at[i] = lhi_dual_minus(&w->tower, a->at[i]), 0))
            return 0;
    return 1;
}

static int inner(lhi_world *w, lhi_ref ref, lhi_exact *out)
{
    const lhi_expr e = w->pool->at[ref];
    lhi_exact a = {.rows = 0}, b = {.rows = 0};
    int good = lhi_work(w, e.a, &a);

    if (good && lhi_is_chained(w, &e))
        good = lhi_work_chained(w, e.b, &a, out);
    else if (good && e.kind == LHI_E_POWER) {
        good = lhi_exact_make(w, a.rows, a.cols, out);
        for (size_t i = 0; good && i < a.rows * a.cols; i++)
            good = raised(w, ref, a.at[i], &out->at[i]);
    } else if (good && e.b != LHI_NO_EXPR) {
        good = lhi_work(w, e.b, &b) &&
               (e.kind == LHI_E_DOT ? dot(w, ref, &a, &b, out)
                : e.kind == LHI_E_PRODUCT ? beside_each_other(w, ref, &a, &b, out)
                                          : by_element(w, ref, &a, &b, out));
        lhi_exact_free(w->c, &b);
    } else if (good)
        good = of_one(w, ref, &a, out);
    lhi_exact_free(w->c, &a);
    return good;
}

/* The call of an op by the op's own line. */
static int called(lhi_world *w, lhi_ref call, lhi_exact *out)
{
    const lhi_ref body = w->pool->nested < LHI_NESTED ? lhi_expanded(w->pool, call) : LHI_NO_EXPR;
    int good;

    if (body == LHI_NO_EXPR)
        return lhi_stuck(w, LHI_NO_LAW, "this op has no line that could be worked");
    w->pool->nested++;
    good = lhi_work(w, body, out);
    w->pool->nested--;
    return good;
}

static int work(lhi_world *w, lhi_ref ref, lhi_exact *out)
{
    const lhi_expr e = w->pool->at[ref]; /* the pool may move while parts are worked */
    const lhi_function *f = e.kind == LHI_E_CALL ? lhi_function_named(e.name, e.length) : NULL;
    const lhi_exact *x;
    uint32_t id;

    switch (e.kind) {
    case LHI_E_NUMBER:
        return number(w, ref, out);
    case LHI_E_COUNT:
        x = lhi_world_value(w, e.node);
        return x && lhi_exact_single(w, lhi_dual_whole(&w->tower, (int64_t)x->rows), out);
    case LHI_E_SYMBOL:
    case LHI_E_VALUE:
        id = lhi_world_node_of(w, ref);
        if (id == LHI_NONE)
            return lhi_work_letter(w, ref, out);
        x = lhi_world_value(w, id);
        return x && lhi_exact_copy(w, x, out);
    case LHI_E_POWER:
        if (lhi_is_letter_of(w, e.a, "e")) /* e^x */
            return lhi_work(w, lhi_make(w->pool, (lhi_expr){.kind = LHI_E_CALL, .a = e.b,
                                                            .b = LHI_NO_EXPR, .name = "exp",
                                                            .length = 3, .at = e.at}), out);
        return inner(w, ref, out);
    case LHI_E_PRIME:
        return lhi_work_primed(w, ref, out);
    case LHI_E_PARTIAL:
        return lhi_work_partial(w, ref, out);
    case LHI_E_CALL:
        if (!f)
            return called(w, ref, out);
        if (f->code == LHI_CODES && f->arguments > 1)
            return lhi_stuck(w, LHI_NO_LAW, "columns by their numbers are not worked here");
        return inner(w, ref, out);
    case LHI_E_GRAD:
    case LHI_E_SETTING:
    case LHI_E_LIST:
    case LHI_E_BACKWARD:
    case LHI_E_KINDS:
        return lhi_stuck(w, LHI_NO_LAW, "it cannot be worked");
    default:
        return inner(w, ref, out);
    }
}

int lhi_work(lhi_world *w, lhi_ref e, lhi_exact *out)
{
    *out = (lhi_exact){.rows = 0};
    if (lhi_ok(w->c) && w->trouble == LHI_FINE && work(w, e, out) && lhi_ok(w->c))
        return 1;
    lhi_exact_free(w->c, out);
    return 0;
}
