/* laws_of_bits.c -- what of an op's results is equal to the bit, and what an op may not touch. */
/* SPDX-License-Identifier: MIT */
#include "framework/selftest/laws.h"
#include "framework/verify/check.h"

#include <math.h>
#include <string.h>

static const int of_type[LH_TYPES][3] = {{LHI_F32, LHI_F32_AVX2, LHI_F32_AVX512},
                                         {LHI_F64, LHI_F64_AVX2, LHI_F64_AVX512},
                                         {LHI_WIDE, LHI_WIDE, LHI_WIDE}};

/* The op in code of its own for instruction set v of the type, where this machine runs it. */
static const lh_op *in_set(const lhi_trying *s, size_t v)
{
    const int variant = of_type[s->type][v];

    return lhi_variant_pick(s->type, lhi_variant_isa(variant)) < 0 ? NULL : s->f->op[variant];
}

/* --- results --- */

/* Where an array of the results begins in the passes' own: 0 is the output, then the gradients. */
static const void *result_at(const lhi_op_case *k, int which, size_t *cells)
{
    const lh_slot *a = which ? &k->in[which - 1] : &k->out;

    *cells = which && !lhi_op_case_graded(k, which - 1) ? 0 : lhi_cells(a);
    return which ? a->grad : a->value;
}

/* All that the passes made: values, then gradients, one after another. */
static char *results(const lhi_op_case *k)
{
    size_t bytes = 1, cells;
    char *all, *to;

    for (int i = 0; i <= k->op->n_in; i++)
        bytes += (result_at(k, i, &cells), cells) * k->element;
    to = all = lhi_alloc(k->c, bytes);
    for (int i = 0; all && i <= k->op->n_in; i++) {
        const void *from = result_at(k, i, &cells);

        if (cells > 0)
            memcpy(to, from, cells * k->element);
        to += cells * k->element;
    }
    return all;
}

static int same(lh_wide x, lh_wide y)
{
    return (x == y && signbit(x) == signbit(y)) || (x != x && y != y);
}

/* The results are what they were, to the bit, but for the padding that x86's long double has. */
static void same_as(lhi_trying *s, const lhi_op_case *k, const char *were, const char *what)
{
    size_t cells;

    for (int i = 0; were && i <= k->op->n_in; i++, were += cells * k->element) {
        const void *now = result_at(k, i, &cells);

        for (size_t e = 0; e < cells; e++) {
            const lh_wide x = lhi_get(k->type, now, e), y = lhi_get(k->type, were, e);

            if (i == 0)
                lhi_law_says(s, same(x, y), "%s: value %zu is %.20Lg, and %.20Lg", what, e, y, x);
            else
                lhi_law_says(s, same(x, y), "%s: gradient %zu of operand %d is %.20Lg, and %.20Lg",
                             what, e, i - 1, y, x);
        }
    }
}

/* --- laws --- */

static void equal_bits(lhi_trying *s)
{
    static const struct { int threads; const char *text; } teams[] = {
        {1, "by one thread"}, {2, "by 2 threads, and once more"}, {3, "by 3"}, {7, "by 7"}};
    char *first = NULL;

    for (size_t v = 0; v < 3; v++)
        for (size_t t = 0; in_set(s, v) && t < 4; t++) {
            lhi_op_case k;

            if (lhi_op_case_open(&k, s->c, in_set(s, v), s->given, s->type) == 0) {
                lhi_op_case_cotangent(&k, 11, 1);
                lhi_op_case_forward(&k, teams[t].threads);
                lhi_op_case_backward(&k, teams[t].threads);
                if (t == 1)
                    lhi_op_case_backward(&k, teams[t].threads);
                if (first)
                    same_as(s, &k, first, teams[t].text);
                else
                    first = results(&k);
            }
            lhi_op_case_close(&k);
        }
    lhi_release(s->c, first);
}

/* Twice the cotangent is twice the gradient, to the bit; none is none. */
static void linear(lhi_trying *s)
{
    lhi_op_case once, k;
    int failed = lhi_op_case_open(&once, s->c, lhi_tried(s), s->given, s->type);

    failed = lhi_op_case_open(&k, s->c, lhi_tried(s), s->given, s->type) || failed;
    if (!failed) {
        lhi_op_case_forward(&once, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_cotangent(&once, 12, 1);
        lhi_op_case_backward(&once, 1);
    }
    for (int times = 2; !failed && times >= 0; times -= 2) {
        lhi_op_case_cotangent(&k, 12, times);
        lhi_op_case_backward(&k, 1);
        for (int i = 0; i < k.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&k, i) && e < lhi_cells(&k.in[i]); e++) {
                const lh_wide x = lhi_get(s->type, k.in[i].grad, e);
                const lh_wide y = lhi_get(s->type, once.in[i].grad, e);

                lhi_law_says(s, x == (lh_wide)times * y,
                             "gradient %zu of operand %d is %.20Lg, with %d times the cotangent "
                             "%.20Lg", e, i, y, times, x);
            }
    }
    lhi_op_case_close(&k);
    lhi_op_case_close(&once);
}

/* What an op says it does not read may hold anything. */
static void unread(lhi_trying *s)
{
    lhi_op_case k, poisoned;
    int failed = lhi_op_case_open(&k, s->c, lhi_tried(s), s->given, s->type);

    failed = lhi_op_case_open(&poisoned, s->c, lhi_tried(s), s->given, s->type) || failed;
    if (!failed) {
        lhi_op_case_cotangent(&k, 13, 1);
        lhi_op_case_cotangent(&poisoned, 13, 1);
        lhi_op_case_forward(&k, 1);
        lhi_op_case_forward(&poisoned, 1);
        lhi_op_case_backward(&k, 1);
        for (int i = 0; i < k.op->n_in; i++)
            for (size_t e = 0; !(k.op->reads & LH_READS(i)) && e < lhi_cells(&k.in[i]); e++)
                lhi_set(s->type, poisoned.in[i].value, e, (lh_wide)NAN);
        for (size_t e = 0; !(k.op->reads & LH_READS_OUT) && e < lhi_cells(&k.out); e++)
            lhi_set(s->type, poisoned.out.value, e, (lh_wide)NAN);
        lhi_op_case_backward(&poisoned, 1);
        for (int i = 0; i < k.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&k, i) && e < lhi_cells(&k.in[i]); e++)
                lhi_law_says(s, same(lhi_get(s->type, k.in[i].grad, e),
                                     lhi_get(s->type, poisoned.in[i].grad, e)),
                             "gradient %zu of operand %d is another where what .reads leaves out "
                             "is NaN", e, i);
    }
    lhi_op_case_close(&poisoned);
    lhi_op_case_close(&k);
}

/* The first to give to a gradient sets what adding to nothing gives. */
static void set_or_added(lhi_trying *s)
{
    for (size_t v = 0; v < 3; v++) {
        lhi_op_case set, added;
        int failed;

        if (!in_set(s, v))
            continue;
        failed = lhi_op_case_open(&set, s->c, in_set(s, v), s->given, s->type);
        failed = lhi_op_case_open(&added, s->c, in_set(s, v), s->given, s->type) || failed;
        if (!failed) {
            lhi_op_case_cotangent(&set, 14, 1);
            lhi_op_case_cotangent(&added, 14, 1);
            lhi_op_case_forward(&set, 1);
            lhi_op_case_forward(&added, 1);
            added.call.fresh = 0;
            lhi_op_case_backward(&set, 2);
            lhi_op_case_backward(&added, 3);
        }
        for (int i = 0; !failed && i < set.op->n_in; i++)
            for (size_t e = 0; lhi_op_case_graded(&set, i) && e < lhi_cells(&set.in[i]); e++) {
                const lh_wide x = lhi_get(s->type, set.in[i].grad, e);
                const lh_wide y = lhi_get(s->type, added.in[i].grad, e);

                lhi_law_says(s, x == y, "gradient %zu of operand %d: set to %.20Lg, added to 0 "
                             "it is %.20Lg", e, i, x, y);
            }
        lhi_op_case_close(&added);
        lhi_op_case_close(&set);
    }
}

/* An op that says so may write where its operand lies, there and back; where backward() reads the
 * operand its value stays.  A small array beside a large one has its own place. */
static void in_place(lhi_trying *s)
{
    for (size_t v = 0; lhi_tried_wide(s)->pointwise && v < 3; v++) {
        lhi_op_case apart, one;
        int failed;

        if (!in_set(s, v))
            continue;
        failed = lhi_op_case_open(&apart, s->c, in_set(s, v), s->given, s->type);
        failed = lhi_op_case_open(&one, s->c, in_set(s, v), s->given, s->type) || failed;
        if (!failed && lhi_cells(&one.in[0]) == lhi_cells(&one.out)) {
            if (!(one.op->reads & LH_READS(0)))
                one.out.value = one.in[0].value;
            one.in[0].grad = one.out.grad;
            lhi_op_case_cotangent(&apart, 15, 1);
            lhi_op_case_forward(&apart, 1);
            lhi_op_case_forward(&one, 3);
            lhi_op_case_backward(&apart, 1);
            lhi_op_case_cotangent(&one, 15, 1);
            one.op->backward(&one.call, 0, (lh_tile){0, one.in[0].rows, 0, one.in[0].cols});
            for (size_t e = 0; e < lhi_cells(&one.out); e++) {
                lhi_law_says(s, same(lhi_get(s->type, apart.out.value, e),
                                     lhi_get(s->type, one.out.value, e)),
                             "value %zu is another where it lies in operand 0", e);
                lhi_law_says(s, same(lhi_get(s->type, apart.in[0].grad, e),
                                     lhi_get(s->type, one.in[0].grad, e)),
                             "gradient %zu is another where it lies in that of the output", e);
            }
        }
        lhi_op_case_close(&one);
        lhi_op_case_close(&apart);
    }
}

/* The first case, with square operands; 0 where the op takes none. */
static int squared(const lhi_trying *s, lh_case *square)
{
    const lh_op *op = lhi_tried(s);
    lh_shape in[LH_OPERANDS], out;
    char why[100];

    *square = *s->given;
    for (int i = 0; i < op->n_in; i++) {
        square->in[i].rows = square->in[i].cols = 6;
        in[i] = (lh_shape){6, 6};
    }
    return s->given == lhi_tried_wide(s)->cases && op->n_in > 1 && !op->no_grad &&
           op->shape(op, in, square->number, &out, why, sizeof why) == 0;
}

/* f(A, A): what comes through both operands adds up in one gradient. */
static void aliased(lhi_trying *s)
{
    const lh_wide u = (lh_wide)lhi_rounding(s->type).u;
    lhi_op_case apart, one;
    lh_case square;
    int failed;

    if (!squared(s, &square))
        return;
    failed = lhi_op_case_open(&apart, s->c, lhi_tried(s), &square, s->type);
    failed = lhi_op_case_open(&one, s->c, lhi_tried(s), &square, s->type) || failed;
    if (!failed) {
        memcpy(apart.in[1].value, apart.in[0].value, 36 * apart.element);
        one.call.in[1] = one.call.in[0];
        lhi_op_case_cotangent(&apart, 22, 1);
        lhi_op_case_cotangent(&one, 22, 1);
        lhi_op_case_forward(&apart, 1);
        lhi_op_case_forward(&one, 1);
        lhi_op_case_backward(&apart, 1);
        one.op->backward(&one.call, 0, (lh_tile){0, 6, 0, 6});
        one.call.fresh = 0;
        one.op->backward(&one.call, 1, (lh_tile){0, 6, 0, 6});
    }
    for (size_t e = 0; !failed && e < 36; e++) {
        const lh_wide x = lhi_get(s->type, one.in[0].grad, e);
        const lh_wide a = lhi_get(s->type, apart.in[0].grad, e);
        const lh_wide b = lhi_get(s->type, apart.in[1].grad, e);

        lhi_law_says(s, fabsl(x - (a + b)) <= 64 * u * (fabsl(a) + fabsl(b) + 12),
                     "gradient %zu of one operand twice is %.20Lg, through each %.20Lg and %.20Lg",
                     e, x, a, b);
    }
    lhi_op_case_close(&one);
    lhi_op_case_close(&apart);
}

const lhi_law lhi_laws_of_bits[] = {
    {"the bits do not depend on threads or instruction set", equal_bits, 0},
    {"backward is linear in its cotangent, to the bit", linear, 0},
    {"backward reads only what it says", unread, 0},
    {"the first to give to a gradient sets it, the others add", set_or_added, 0},
    {"pointwise ops may work in place", in_place, 0},
    {"an operand that is used twice gets both gradients", aliased, 0},
    {0}};
