/* test_laws.c -- what holds of every op without a reference: batches, aliases, bounds, tangents. */
/* SPDX-License-Identifier: MIT */
#include "framework/verify/check.h"
#include "tests/check.h"
#include "tests/ops/op_case.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME(f) ((f)->op[LHI_WIDE]->name)

static long tried; /* cases that a law applied to */

static int variant_of(lh_type type)
{
    return type == LH_F32 ? LHI_F32 : type == LH_F64 ? LHI_F64 : LHI_WIDE;
}

/* Bounds of a case in a type: off of the output and grad_off of the operands, from a wide case
 * with equal values and cotangent. */
static void bounds(op_case *w, lh_type type)
{
    const lh_rounding r = lhi_rounding(type);

    op_forward(w, 1);
    op_cotangent(w, 21, 1);
    w->op->value_bound(&w->step, &r);
    for (int i = 0; i < w->op->n_in; i++)
        if (op_has_grad(w, i)) {
            memset(w->in[i].grad_off, 0, op_cells(&w->in[i]) * sizeof(double));
            w->op->grad_bound(&w->step, i, &r);
        }
}

static double worst_value, worst_grad; /* of the bounds, in parts of them */

/* Values and gradients of a type are within the bounds of those in wide. */
static void bounded(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k, w;

    if (type == LH_WIDE)
        return;
    op_case_open(&k, f->op[variant_of(type)], given, type, 8);
    op_case_open(&w, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_cotangent(&k, 21, 1);
    op_forward(&k, 1);
    op_backward(&k, 1);
    bounds(&w, type);
    for (int i = 0; i < w.op->n_in; i++)
        if (op_has_grad(&w, i))
            memset(w.in[i].grad, 0, op_cells(&w.in[i]) * sizeof(lh_wide));
    w.op->hand(&w.step);
    for (size_t e = 0; e < op_cells(&k.out); e++) {
        const double off = (double)fabsl(lhi_get(type, k.out.value, e) -
                                         lhi_get(LH_WIDE, w.out.value, e));

        CHECK(off <= w.out.off[e], "%s, %s, %s: element %zu is off by %g, bound %g", NAME(f),
              given->why, lhi_type_name(type), e, off, w.out.off[e]);
        worst_value = fmax(worst_value, off > 0 ? off / w.out.off[e] : 0);
    }
    for (int i = 0; i < k.op->n_in; i++)
        for (size_t e = 0; op_has_grad(&k, i) && e < op_cells(&k.in[i]); e++) {
            const double off = (double)fabsl(lhi_get(type, k.in[i].grad, e) -
                                             lhi_get(LH_WIDE, w.in[i].grad, e));

            CHECK(off <= w.in[i].grad_off[e],
                  "%s, %s, %s: gradient %zu of operand %d is off by %g, bound %g", NAME(f),
                  given->why, lhi_type_name(type), e, i, off, w.in[i].grad_off[e]);
            worst_grad = fmax(worst_grad, off > 0 ? off / w.in[i].grad_off[e] : 0);
        }
    tried++;
    op_case_close(&k);
    op_case_close(&w);
}

static void within_bounds(void)
{
    tried = 0;
    op_for_all(bounded);
    printf("# at most %.2f of the bound of a value, %.2f of a gradient's\n", worst_value,
           worst_grad);
    CHECK(tried >= 60 && worst_value > 0.2 && worst_grad > 0.2, "%ld cases; bounds that are loose",
          tried);
}

/* Without rounding and with exact values the bound of a gradient is |J^T| times that of the
 * output: nothing comes of nothing. */
static void no_rounding(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    const lh_rounding none = {0, 0, 0};
    op_case w;

    if (type != LH_WIDE)
        return;
    op_case_open(&w, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_forward(&w, 1);
    op_cotangent(&w, 21, 1);
    for (int i = 0; i < w.op->n_in; i++)
        if (op_has_grad(&w, i))
            w.op->grad_bound(&w.step, i, &none);
    for (int i = 0; i < w.op->n_in; i++)
        for (size_t e = 0; op_has_grad(&w, i) && e < op_cells(&w.in[i]); e++)
            CHECK(w.in[i].grad_off[e] == 0, "%s, %s: %g out of nothing", NAME(f), given->why,
                  w.in[i].grad_off[e]);
    op_case_close(&w);
}

static void nothing_of_nothing(void)
{
    op_for_all(no_rounding);
}

/* The complex step and forward mode are one number, by two ways. */
static void two_tangents(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    const lh_wide h = 0x1p-300L;
    op_case a, b;

    if (type != LH_WIDE)
        return;
    op_case_open(&a, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_case_open(&b, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_forward(&a, 1);
    op_forward(&b, 1);
    for (int i = 0; i < a.op->n_in; i++)
        for (size_t e = 0; op_has_grad(&a, i) && e < op_cells(&a.in[i]); e++) {
            ((lh_wide *)a.in[i].tangent)[e] = (lh_wide)((e * 7 + 3) % 11) - 5;
            ((lh_wide *)b.in[i].tangent)[e] = h * ((lh_wide)((e * 7 + 3) % 11) - 5);
        }
    a.op->jvp(&a.step);
    b.op->analytic(&b.step);
    for (size_t e = 0; e < op_cells(&a.out); e++) {
        const lh_wide x = ((lh_wide *)a.out.tangent)[e], y = ((lh_wide *)b.out.tangent)[e] / h;
        /* A sum of many terms, each right to a few units of its size. */
        const lh_wide most = 1e4L * (given->hi > 1e3 ? 1e6L : 1) * LDBL_EPSILON;

        CHECK(fabsl(x - y) <= most * fmaxl(1, fabsl(x)), "%s, %s: %.20Lg and %.20Lg", NAME(f),
              given->why, x, y);
    }
    tried++;
    op_case_close(&a);
    op_case_close(&b);
}

static void complex_is_forward(void)
{
    tried = 0;
    op_for_all(two_tangents);
    CHECK(tried >= 30, "%ld cases", tried);
}

/* m is the call's: with four times as many rows in the batch a mean over it is a quarter, to the
 * bit, and what is no mean stays. */
static void of_a_larger_batch(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k, large;

    op_case_open(&k, f->op[variant_of(type)], given, type, 8);
    op_case_open(&large, f->op[variant_of(type)], given, type, 8);
    large.step.m = 4 * k.step.m;
    op_cotangent(&k, 23, 1);
    op_cotangent(&large, 23, 1);
    op_forward(&k, 1);
    op_forward(&large, 1);
    op_backward(&k, 1);
    op_backward(&large, 1);
    for (int i = 0; i < k.op->n_in; i++)
        for (size_t e = 0; op_has_grad(&k, i) && e < op_cells(&k.in[i]); e++) {
            const lh_wide x = lhi_get(type, k.in[i].grad, e);
            const lh_wide y = lhi_get(type, large.in[i].grad, e);

            CHECK(y == (k.op->output ? x / 4 : x) || (x != x && y != y),
                  "%s, %s, %s: element %zu: %Lg, of four times as many rows %Lg", NAME(f),
                  given->why, lhi_type_name(type), e, x, y);
            tried += k.op->output != NULL;
        }
    if (k.op->output)
        CHECK(lhi_get(type, large.out.value, 0) == lhi_get(type, k.out.value, 0) / 4,
              "%s, %s: the loss", NAME(f), given->why);
    op_case_close(&k);
    op_case_close(&large);
}

static void mean_of_the_call(void)
{
    tried = 0;
    op_for_all(of_a_larger_batch);
    CHECK(tried >= 100, "%ld elements", tried);
}

/* Is operand 1 a batch, too, as operand 0 is? */
static int both_batches(const op_case *k)
{
    const lh_shape in[] = {{LH_ROWS, (ptrdiff_t)k->in[0].cols},
                           {LH_ROWS, (ptrdiff_t)k->in[1].cols}};
    lh_shape out;
    char why[100];

    return k->op->n_in == 2 && k->in[1].rows == k->in[0].rows &&
           k->op->shape(k->op, in, k->given->number, &out, why, sizeof why) == 0;
}

/* Rows from..from+count-1 of a whole case, in the order that turn gives them: row i of the part is
 * row (from + i * turn) mod m. */
static void part_of(op_case *part, lh_case *given, const op_case *whole, size_t from, size_t count,
                    size_t turn)
{
    const size_t m = whole->in[0].rows;
    const int both = both_batches(whole);

    *given = *whole->given;
    given->in[0].rows = count;
    if (both)
        given->in[1].rows = count;
    op_case_open(part, whole->op, given, whole->type, 8);
    for (int i = 0; i < whole->op->n_in; i++) {
        const size_t bytes = whole->in[i].cols * whole->element;

        if (i == 1 && !both)
            memcpy(part->in[1].value, whole->in[1].value, whole->in[1].rows * bytes);
        for (size_t r = 0; (i == 0 || both) && r < count; r++)
            memcpy((char *)part->in[i].value + r * bytes,
                   (char *)whole->in[i].value + (from + r * turn) % m * bytes, bytes);
    }
    for (size_t r = 0; r < part->out.rows; r++) {
        const size_t bytes = whole->out.cols * whole->element;
        const size_t at = whole->op->terms ? 0 : (from + r * turn) % m;

        memcpy((char *)part->out.grad + r * bytes, (char *)whole->out.grad + at * bytes, bytes);
    }
    op_forward(part, 1);
    op_backward(part, 1);
}

/* Opens a case with its passes done; grad_off has bounds of its gradients. */
static void open_whole(op_case *k, const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case w;

    op_case_open(k, f->op[variant_of(type)], given, type, 8);
    op_case_open(&w, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_cotangent(k, 21, 1);
    op_forward(k, 1);
    op_backward(k, 1);
    bounds(&w, type);
    for (int i = 0; i < k->op->n_in; i++)
        memcpy(k->in[i].grad_off, w.in[i].grad_off, op_cells(&k->in[i]) * sizeof(double));
    op_case_close(&w);
}

static void near_enough(const lhi_op_family *f, const op_case *k, int i, size_t e, lh_wide x,
                        const char *law)
{
    CHECK(fabsl(x - lhi_get(k->type, k->in[i].grad, e)) <= 2 * (lh_wide)k->in[i].grad_off[e],
          "%s, %s, %s: %s: element %zu of operand %d: %Lg, whole %Lg", NAME(f), k->given->why,
          lhi_type_name(k->type), law, e, i, x, lhi_get(k->type, k->in[i].grad, e));
}

/* Rows in another order give the gradients in that order, and sums over them stay. */
static void permuted(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    const size_t m = given->in[0].rows, turn = m % 2 ? 2 : m - 1; /* both prime to m */
    op_case k, p;
    lh_case other;

    if (m < 2)
        return;
    open_whole(&k, f, given, type);
    part_of(&p, &other, &k, 1, m, turn);
    for (int i = 0; i < k.op->n_in; i++)
        for (size_t e = 0; op_has_grad(&k, i) && e < op_cells(&k.in[i]); e++) {
            const size_t cols = k.in[i].cols;
            const int batch = i == 0 || both_batches(&k);
            const size_t to = batch ? (1 + e / cols * turn) % m * cols + e % cols : e;

            near_enough(f, &k, i, to, lhi_get(type, p.in[i].grad, e), "permuted");
        }
    tried++;
    op_case_close(&p);
    op_case_close(&k);
}

static void permutation(void)
{
    tried = 0;
    op_for_all(permuted);
    CHECK(tried >= 70, "%ld cases", tried);
}

/* The parts of a batch, weighed as their means are, add up to the whole. */
static void split(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    const size_t m = given->in[0].rows, first = m / 3 + 1;
    op_case k, part[2];
    lh_case other[2];

    if (m < 2)
        return;
    open_whole(&k, f, given, type);
    part_of(&part[0], &other[0], &k, 0, first, 1);
    part_of(&part[1], &other[1], &k, first, m - first, 1);
    for (int i = 0; i < k.op->n_in; i++)
        for (size_t e = 0; op_has_grad(&k, i) && e < op_cells(&k.in[i]); e++) {
            const size_t cols = k.in[i].cols, row = e / cols;
            const int batch = i == 0 || both_batches(&k);
            lh_wide sum = 0;

            for (int h = 0; h < 2; h++) {
                const size_t from = h ? first : 0, rows = part[h].in[0].rows;
                const lh_wide weight = k.op->terms ? (lh_wide)rows / (lh_wide)m : 1;

                if (!batch)
                    sum += weight * lhi_get(type, part[h].in[i].grad, e);
                else if (row >= from && row < from + rows)
                    sum = weight * lhi_get(type, part[h].in[i].grad, e - from * cols);
            }
            near_enough(f, &k, i, e, sum, "in two parts");
        }
    tried++;
    for (int h = 0; h < 2; h++)
        op_case_close(&part[h]);
    op_case_close(&k);
}

static void batches_add_up(void)
{
    tried = 0;
    op_for_all(split);
    CHECK(tried >= 70, "%ld cases", tried);
}

/* f(A, A): what comes through both operands adds up in one gradient. */
static void aliased(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    static const lh_case square = {.why = "one operand twice", .in = {{6, 6}, {6, 6}}, .lo = -2,
                                   .hi = 2};
    op_case apart, one;

    if (given != f->op[LHI_WIDE]->cases || f->op[LHI_WIDE]->n_in < 2 || f->op[LHI_WIDE]->no_grad)
        return;
    op_case_open(&apart, f->op[variant_of(type)], &square, type, 8);
    op_case_open(&one, f->op[variant_of(type)], &square, type, 8);
    memcpy(apart.in[1].value, apart.in[0].value, 36 * apart.element);
    one.step.in[1] = one.step.in[0];
    op_cotangent(&apart, 22, 1);
    op_cotangent(&one, 22, 1);
    op_forward(&apart, 1);
    op_forward(&one, 1);
    op_backward(&apart, 1);
    one.op->backward(&one.step, 0, (lh_tile){0, 6, 0, 6});
    one.step.fresh = 0;
    one.op->backward(&one.step, 1, (lh_tile){0, 6, 0, 6});
    for (size_t e = 0; e < 36; e++) {
        const lh_wide x = lhi_get(type, one.in[0].grad, e);
        const lh_wide a = lhi_get(type, apart.in[0].grad, e);
        const lh_wide b = lhi_get(type, apart.in[1].grad, e);

        CHECK(fabsl(x - (a + b)) <= 64 * (lh_wide)lhi_rounding(type).u * (fabsl(a) + fabsl(b) + 12),
              "%s, %s: element %zu: %Lg, apart %Lg and %Lg", NAME(f), lhi_type_name(type), e, x, a,
              b);
    }
    tried++;
    op_case_close(&one);
    op_case_close(&apart);
}

static void aliases_accumulate(void)
{
    tried = 0;
    op_for_all(aliased);
    CHECK(tried >= 6, "%ld cases", tried);
}

/* The constructor of a row hands over as many operands and numbers as the op takes. */
static void rows_of_the_list(void)
{
    static const struct { const char *name; int n_in, numbers; } rows[] = {
#define LH_UNARY(name, text)         {#name, 1, 0},
#define LH_UNARY_1(name, text, x)    {#name, 1, 1},
#define LH_UNARY_2(name, text, x, y) {#name, 1, 2},
#define LH_BINARY(name, text)        {#name, 2, 0},
#define LH_TERNARY(name, text)       {#name, 3, 0},
#define LH_TERNARY_1(name, text, x)  {#name, 3, 1},
#include <longhand/ops.def>
    };
    size_t i = 0;

    for (const lh_op *op; (op = lh_op_at(NULL, i, NULL)) != NULL; i++)
        CHECK(op->n_in == rows[i].n_in && op->numbers == rows[i].numbers &&
                  strcmp(op->name, rows[i].name) == 0,
              "%s takes %d operands and %d numbers, its row of ops.def says %d and %d", op->name,
              op->n_in, op->numbers, rows[i].n_in, rows[i].numbers);
    CHECK(i == sizeof rows / sizeof *rows, "%zu ops", i);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the rows of the list are what the ops are", rows_of_the_list},
        {"values and gradients are within their running error bounds", within_bounds},
        {"without rounding there is no bound but what comes in", nothing_of_nothing},
        {"the complex step is the tangent of forward mode", complex_is_forward},
        {"rows in another order give gradients in that order", permutation},
        {"a batch in two parts gives the sum of both", batches_add_up},
        {"a mean is over the rows that the call says", mean_of_the_call},
        {"an operand that is used twice gets both gradients", aliases_accumulate},
        {0}};

    return check_main(argc, argv, "laws", tests);
}
