/* evaluate.c -- an expression worked in long double as it is printed. */
/* SPDX-License-Identifier: MIT */
#include "framework/derive/expr.h"

#include "framework/base/stop.h"

#include <longhand/op/wide.h>

#include <math.h>
#include <string.h>

static int make(lh_ctx *c, size_t rows, size_t cols, lhi_matrix *x)
{
    *x = (lhi_matrix){.rows = rows, .cols = cols};
    x->at = lhi_alloc_array(c, rows * cols + 1, sizeof *x->at);
    x->spread = lhi_alloc_array(c, rows * cols + 1, sizeof *x->spread);
    return x->at && x->spread;
}

void lhi_matrix_free(lh_ctx *c, lhi_matrix *x)
{
    lhi_release(c, x->at);
    lhi_release(c, x->spread);
    *x = (lhi_matrix){.rows = 0};
}

/* Every number on the tape was rounded once. */
static int leaf(const lhi_pool *p, const lh_slot *from, const void *array, lhi_matrix *out)
{
    if (!array || !make(p->c, from->rows, from->cols, out))
        return 0;
    for (size_t i = 0; i < from->rows * from->cols; i++) {
        out->at[i] = (lh_wide)((const double *)array)[i];
        out->spread[i] = fabsl(out->at[i]);
    }
    return 1;
}

static int constant(const lhi_pool *p, lh_wide value, lhi_matrix *out)
{
    if (!make(p->c, 1, 1, out))
        return 0;
    out->at[0] = value;
    return 1;
}

/* One number, and how far it may be off. */
typedef struct number {
    lh_wide x, spread;
} number;

/* As the runs do it: whole powers and roots by products, others through exp and log. */
static lh_wide raised(lh_wide x, lh_wide n)
{
    lh_wide r = 1;

    if (fabsl(n) == (lh_wide)0.5)
        r = sqrtl(x);
    else if (n != floorl(n) || fabsl(n) > 256)
        return lh_wide_exp(n * lh_wide_log(x));
    else
        for (int i = 0; i < (int)fabsl(n); i++)
            r *= x;
    return n < 0 ? 1 / r : r;
}

static number combine(const lhi_expr *e, number a, number b)
{
    number r;

    switch (e->kind) {
    case LHI_E_ADD:
        r = (number){a.x + b.x, a.spread + b.spread};
        break;
    case LHI_E_SUB:
        r = (number){a.x - b.x, a.spread + b.spread};
        break;
    case LHI_E_OVER:
        r.x = a.x / b.x;
        r.spread = (a.spread + fabsl(r.x) * b.spread) / fabsl(b.x);
        break;
    case LHI_E_ABOVE: /* no rounding between 0 and 1 */
        return (number){a.x > b.x ? 1 : 0, 0};
    case LHI_E_CALL:
        if (lhi_function_named(e->name, e->length)->code == LHI_MAX)
            return a.x >= b.x || a.x != a.x ? a : b;
        return a.x <= b.x || a.x != a.x ? a : b;
    case LHI_E_POWER:
        r.x = raised(a.x, b.x);
        r.spread = fabsl(b.x * r.x / a.x) * a.spread + fabsl(r.x) * fabsl(b.x);
        return r;
    default:
        r = (number){a.x * b.x, a.spread * fabsl(b.x) + fabsl(a.x) * b.spread};
    }
    r.spread += fabsl(r.x);
    return r;
}

/* Element i, j of an array that may be one row or one number for all. */
static number element(const lhi_matrix *x, size_t i, size_t j)
{
    const size_t e = (x->rows == 1 ? 0 : i) * x->cols + (x->cols == 1 ? 0 : j);

    return (number){x->at[e], x->spread[e]};
}

static int fits(const lhi_matrix *a, const lhi_matrix *b)
{
    return (a->rows == b->rows || a->rows == 1 || b->rows == 1) &&
           (a->cols == b->cols || a->cols == 1 || b->cols == 1);
}

static int by_element(const lhi_pool *p, const lhi_expr *e, const lhi_matrix *a,
                      const lhi_matrix *b, lhi_matrix *out)
{
    const size_t rows = a->rows == 1 ? b->rows : a->rows, cols = a->cols == 1 ? b->cols : a->cols;

    if (!fits(a, b) || !make(p->c, rows, cols, out))
        return 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const number r = combine(e, element(a, i, j), element(b, i, j));

            out->at[i * cols + j] = r.x;
            out->spread[i * cols + j] = r.spread;
        }
    return 1;
}

static int product(const lhi_pool *p, const lhi_expr *e, const lhi_matrix *a, const lhi_matrix *b,
                   lhi_matrix *out)
{
    if (a->rows * a->cols == 1 && b->rows != 1)
        return by_element(p, e, a, b, out);
    if (a->cols != b->rows || !make(p->c, a->rows, b->cols, out))
        return 0;
    for (size_t i = 0; i < a->rows && !lhi_gives_up(p->c, "checking"); i++)
        for (size_t k = 0; k < a->cols; k++)
            for (size_t j = 0; j < b->cols; j++) {
                const number x = element(a, i, k), y = element(b, k, j);
                const lh_wide term = fabsl(x.x * y.x);

                out->at[i * b->cols + j] += x.x * y.x;
                /* A sum of n terms is rounded n times, by all of them at most. */
                out->spread[i * b->cols + j] += x.spread * fabsl(y.x) + fabsl(x.x) * y.spread +
                                                (lh_wide)(a->cols + 1) * term;
            }
    return lhi_ok(p->c);
}

static int transposed(const lhi_pool *p, const lhi_matrix *a, lhi_matrix *out)
{
    if (!make(p->c, a->cols, a->rows, out))
        return 0;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < a->cols; j++) {
            out->at[j * a->rows + i] = a->at[i * a->cols + j];
            out->spread[j * a->rows + i] = a->spread[i * a->cols + j];
        }
    return 1;
}

/* Over the rows, over the columns, or both. */
static int sum(const lhi_pool *p, const lhi_matrix *a, int rows, int cols, lhi_matrix *out)
{
    const size_t n = a->rows * a->cols, terms = (rows ? a->rows : 1) * (cols ? a->cols : 1);

    if (!make(p->c, rows ? 1 : a->rows, cols ? 1 : a->cols, out))
        return 0;
    for (size_t i = 0; i < n; i++) {
        const size_t to = (rows ? 0 : i / a->cols) * out->cols + (cols ? 0 : i % a->cols);

        out->at[to] += a->at[i];
        out->spread[to] += a->spread[i] + (lh_wide)terms * fabsl(a->at[i]);
    }
    return 1;
}

/* 1 in the column that a number of a is, else 0, of the shape of b. */
static int one_hot(const lhi_pool *p, const lhi_matrix *a, const lhi_matrix *b, lhi_matrix *out)
{
    if (a->rows != b->rows || a->cols != 1 || !make(p->c, b->rows, b->cols, out))
        return 0;
    for (size_t i = 0; i < b->rows * b->cols; i++)
        out->at[i] = a->at[i / b->cols] == (lh_wide)(i % b->cols);
    return 1;
}

/* The columns first.. of a, as many as out has from its column `to` on. */
static void copy_columns(const lhi_matrix *a, size_t first, size_t count, lhi_matrix *out,
                         size_t to)
{
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < count; j++) {
            out->at[i * out->cols + to + j] = a->at[i * a->cols + first + j];
            out->spread[i * out->cols + to + j] = a->spread[i * a->cols + first + j];
        }
}

static int beside(const lhi_pool *p, const lhi_matrix *a, const lhi_matrix *b, lhi_matrix *out)
{
    if (a->rows != b->rows || !make(p->c, a->rows, a->cols + b->cols, out))
        return 0;
    copy_columns(a, 0, a->cols, out, 0);
    copy_columns(b, 0, b->cols, out, a->cols);
    return 1;
}

/* A place among `cols` columns, or their end; -1: it is none. */
static long column(const lhi_matrix *x, size_t cols)
{
    return x->rows * x->cols == 1 && x->at[0] >= 0 && x->at[0] <= (lh_wide)cols ? (long)x->at[0]
                                                                               : -1;
}

static int cut(const lhi_pool *p, const lhi_matrix *a, const lhi_matrix *x, const lhi_matrix *y,
               lhi_matrix *out)
{
    const long from = column(x, a->cols), to = column(y, a->cols);

    if (from < 0 || to < from || !make(p->c, a->rows, (size_t)(to - from), out))
        return 0;
    copy_columns(a, (size_t)from, out->cols, out, 0);
    return 1;
}

/* a from column x on in zeros of the shape of like. */
static int into(const lhi_pool *p, const lhi_matrix *a, const lhi_matrix *x,
                const lhi_matrix *like, lhi_matrix *out)
{
    const long from = column(x, like->cols);

    if (from < 0 || a->rows != like->rows || (size_t)from + a->cols > like->cols ||
        !make(p->c, like->rows, like->cols, out))
        return 0;
    copy_columns(a, 0, a->cols, out, (size_t)from);
    return 1;
}

/* A function that is not element by element. */
static int whole(const lhi_pool *p, const char *name, const lhi_matrix *a, lhi_matrix *out)
{
    if (strcmp(name, "rows") == 0)
        return constant(p, (lh_wide)a->rows, out);
    if (strcmp(name, "columns") == 0)
        return constant(p, (lh_wide)a->cols, out);
    if (strcmp(name, "one_hot") == 0)
        return one_hot(p, &a[0], &a[1], out);
    if (strcmp(name, "beside") == 0)
        return beside(p, &a[0], &a[1], out);
    if (strcmp(name, "cut") == 0)
        return cut(p, &a[0], &a[1], &a[2], out);
    if (strcmp(name, "into") == 0)
        return into(p, &a[0], &a[1], &a[2], out);
    return sum(p, a, strcmp(name, "over_columns") != 0, strcmp(name, "over_rows") != 0, out);
}

/* A function of one number, and the size of its derivative. */
static number of_number(lhi_code code, lh_wide x)
{
    lh_wide y;

    switch (code) {
    case LHI_EXP:
        y = lh_wide_exp(x);
        return (number){y, y};
    case LHI_LOG:
        return (number){lh_wide_log(x), 1 / x};
    case LHI_LOG1P:
        return (number){lh_wide_log1p(x), 1 / (1 + x)};
    case LHI_SIGMA:
        y = lh_wide_sigmoid(x);
        return (number){y, y * lh_wide_sigmoid(-x)};
    case LHI_TANH:
        y = lh_wide_sigmoid(2 * x);
        return (number){lh_wide_tanh(x), 4 * y * lh_wide_sigmoid(-2 * x)};
    case LHI_SQRT:
        y = sqrtl(x);
        return (number){y, 1 / (2 * y)};
    case LHI_ERF: /* 2/sqrt(pi) = 1.128... */
        return (number){lh_wide_erf(x), 1.13L * lh_wide_exp(-x * x)};
    case LHI_ABS:
        return (number){fabsl(x), 1};
    default:
        return (number){(lh_wide)NAN, 0};
    }
}

static int of_one(const lhi_pool *p, const lhi_expr *e, const lhi_matrix *a, lhi_matrix *out)
{
    const lhi_function *f = e->kind == LHI_E_CALL ? lhi_function_named(e->name, e->length) : NULL;

    if (e->kind == LHI_E_TRANSPOSE)
        return transposed(p, a, out);
    if (!make(p->c, a->rows, a->cols, out))
        return 0;
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        const number y = f ? of_number(f->code, a->at[i]) : (number){-a->at[i], 1};

        out->at[i] = y.x;
        out->spread[i] = a->spread[i] * fabsl(y.spread) + (f ? 2 * fabsl(y.x) : 0);
    }
    return 1;
}

/* A call of such a function: its arguments, then itself. */
static int call(lhi_pool *p, lhi_ref ref, const char *name, const lhi_ws *w, lhi_matrix *out)
{
    lhi_ref argument[2 * LHI_LINE_OPERANDS];
    lhi_matrix a[2 * LHI_LINE_OPERANDS] = {{.rows = 0}};
    const size_t n = lhi_arguments(p, ref, argument);
    int good = 1;

    for (size_t i = 0; good && i < n; i++)
        good = lhi_evaluate(p, argument[i], w, &a[i]);
    good = good && whole(p, name, a, out);
    for (size_t i = 0; i < n; i++)
        lhi_matrix_free(p->c, &a[i]);
    return good;
}

/* The call of an op by the op's own line. */
static int called(lhi_pool *p, lhi_ref call, const lhi_ws *w, lhi_matrix *out)
{
    const lhi_ref body = p->nested < LHI_NESTED ? lhi_expanded(p, call) : LHI_NO_EXPR;
    int good;

    if (body == LHI_NO_EXPR)
        return 0;
    p->nested++;
    good = lhi_evaluate(p, body, w, out);
    p->nested--;
    return good;
}

/* The parts of an expression, then itself. */
static int inner(lhi_pool *p, const lhi_expr *e, const lhi_ws *w, lhi_matrix *out)
{
    lhi_matrix a = {.rows = 0}, b = {.rows = 0};
    int good = lhi_evaluate(p, e->a, w, &a);

    if (good && e->b != LHI_NO_EXPR) {
        good = lhi_evaluate(p, e->b, w, &b) &&
               (e->kind == LHI_E_PRODUCT ? product(p, e, &a, &b, out)
                                         : by_element(p, e, &a, &b, out));
        lhi_matrix_free(p->c, &b);
    } else if (good)
        good = of_one(p, e, &a, out);
    lhi_matrix_free(p->c, &a);
    return good;
}

int lhi_evaluate(lhi_pool *p, lhi_ref ref, const lhi_ws *w, lhi_matrix *out)
{
    const lhi_expr own = p->at[ref], *e = &own; /* the pool may move while parts are worked */
    const lhi_function *f = e->kind == LHI_E_CALL ? lhi_function_named(e->name, e->length) : NULL;

    if (f && f->code == LHI_CODES)
        return call(p, ref, f->name, w, out);
    switch (e->kind) {
    case LHI_E_NUMBER:
        return constant(p, e->number.wide, out);
    case LHI_E_COUNT:
        return constant(p, (lh_wide)w->slot[e->node].rows, out);
    case LHI_E_VALUE:
        return leaf(p, &w->slot[e->node], w->slot[e->node].value, out);
    case LHI_E_GRAD:
        return leaf(p, &w->slot[e->node], w->slot[e->node].grad, out);
    case LHI_E_SYMBOL:
    case LHI_E_DOT:
    case LHI_E_PRIME:
    case LHI_E_PARTIAL:
    case LHI_E_BACKWARD:
    case LHI_E_SETTING:
    case LHI_E_LIST:
        return 0;
    case LHI_E_CALL:
        return f ? inner(p, e, w, out) : called(p, ref, w, out);
    default:
        return inner(p, e, w, out);
    }
}
