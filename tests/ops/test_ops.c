/* test_ops.c -- every op of ops.def, in every type, by laws that need no reference numbers. */
/* SPDX-License-Identifier: MIT */
#include "framework/base/rng.h"
#include "tests/check.h"
#include "tests/ops/op_case.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int of_type[LH_TYPES][3] = {{LHI_F32, LHI_F32_AVX2, LHI_F32_AVX512},
                                         {LHI_F64, LHI_F64_AVX2, LHI_F64_AVX512},
                                         {LHI_WIDE, LHI_WIDE, LHI_WIDE}};

#define NAME(f) ((f)->op[LHI_WIDE]->name)

/* |a - b| in units of roundoff of the type, of what the case says: of b, or of 1; but in
 * any case of `size`, what the number's terms add up to. */
static double off(const op_case *k, lh_wide a, lh_wide b, lh_wide size)
{
    const lh_wide u = (k->type == LH_F32 ? (lh_wide)FLT_EPSILON : (lh_wide)DBL_EPSILON) / 2;
    const lh_wide scale = k->given->claim == LH_ABSOLUTE ? fmaxl(size, 1) : size;

    if (a != a || b != b)
        return a != a && b != b ? 0 : (double)INFINITY;
    return a == b ? 0 : (double)(fabsl(a - b) / (scale * u));
}

/* The largest magnitude of an array. */
static lh_wide most(lh_type type, const void *at, size_t cells)
{
    lh_wide x = 0;

    for (size_t e = 0; e < cells; e++)
        x = fmaxl(x, fabsl(lhi_get(type, at, e)));
    return x;
}

/* The largest difference of two arrays. */
static double off_most(const op_case *k, const void *x, const void *wide, size_t cells)
{
    const lh_wide size = most(LH_WIDE, wide, cells);
    double worst = 0;

    for (size_t e = 0; e < cells; e++)
        worst = fmax(worst, off(k, lhi_get(k->type, x, e), lhi_get(LH_WIDE, wide, e), size));
    return worst;
}

/* Values and gradients in a type against the wide forward pass and the second gradient. */
static double error_of(const lh_op *op, const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k, w;
    double worst;

    op_case_open(&k, op, given, type, 8);
    op_case_open(&w, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_cotangent(&k, 5, 1);
    op_cotangent(&w, 5, 1);
    op_forward(&k, 1);
    op_forward(&w, 1);
    op_backward(&k, 1);
    w.op->hand(&w.step);
    worst = off_most(&k, k.out.value, w.out.value, op_cells(&k.out));
    for (int i = 0; i < op->n_in; i++)
        if (op_has_grad(&k, i))
            worst = fmax(worst, off_most(&k, k.in[i].grad, w.in[i].grad, op_cells(&k.in[i])));
    op_case_close(&k);
    op_case_close(&w);
    return worst;
}

/* Units of roundoff of the largest element: chains of some hundred terms and a few more. */
static const double CLOSE = 60;

static double worst_error;

static void against_hand(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    const double error = error_of(f->op[of_type[type][0]], f, given, type);

    worst_error = fmax(worst_error, error);
    CHECK(error <= CLOSE, "%s, %s, %s: %g units of roundoff", NAME(f), given->why,
          lhi_type_name(type), error);
}

static void second_gradient(void)
{
    worst_error = 0;
    op_for_all(against_hand);
    printf("# at most %.3g units of roundoff of the largest element\n", worst_error);
}

/* sum(cotangent * output) in wide, with one element of one operand moved. */
static lh_wide functional(op_case *k, int operand, size_t e, lh_wide x)
{
    lh_wide sum = 0;

    ((lh_wide *)k->in[operand].value)[e] = x;
    op_forward(k, 1);
    for (size_t i = 0; i < op_cells(&k->out); i++)
        sum += ((lh_wide *)k->out.value)[i] * ((lh_wide *)k->out.grad)[i];
    return sum;
}

/* Is the op in other pieces on the two sides of an element? */
static int is_kink(op_case *k, int operand, size_t e, lh_wide x, lh_wide h)
{
    const size_t n = k->op->pieces ? k->op->pieces(&k->step, NULL) : 0;
    unsigned char *left = calloc(2 * n + 1, 1), *right = left + n;
    int differs;

    ((lh_wide *)k->in[operand].value)[e] = x - h;
    if (n)
        k->op->pieces(&k->step, left);
    ((lh_wide *)k->in[operand].value)[e] = x + h;
    if (n)
        k->op->pieces(&k->step, right);
    ((lh_wide *)k->in[operand].value)[e] = x;
    differs = memcmp(left, right, n) != 0;
    free(left);
    return differs;
}

static void against_differences(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k;
    size_t compared = 0;

    if (type != LH_WIDE)
        return;
    op_case_open(&k, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_cotangent(&k, 6, 1);
    op_forward(&k, 1);
    op_backward(&k, 1);
    for (int i = 0; i < k.op->n_in; i++) {
        const size_t cells = op_cells(&k.in[i]), step = cells / 40 + 1;

        for (size_t e = 0; op_has_grad(&k, i) && e < cells; e += step, compared++) {
            const lh_wide x = ((lh_wide *)k.in[i].value)[e], h = 1e-6L * fmaxl(1, fabsl(x));
            const lh_wide up = functional(&k, i, e, x + h), down = functional(&k, i, e, x - h);
            const lh_wide slope = (up - down) / (2 * h), g = ((lh_wide *)k.in[i].grad)[e];
            const lh_wide at = functional(&k, i, e, x), left = (at - down) / h,
                          right = (up - at) / h;

            if (is_kink(&k, i, e, x, h)) /* the slope lies between those of both sides */
                CHECK(g >= fminl(left, right) - 1e-4L && g <= fmaxl(left, right) + 1e-4L,
                      "%s, %s: %.12Lg at a kink of %.12Lg and %.12Lg", NAME(f), given->why, g, left,
                      right);
            else
                CHECK(fabsl(slope - g) <= 1e-9L * fmaxl(fabsl(g), 1) * fmaxl(1, fabsl(x)) +
                                              1e-12L * fabsl(up),
                      "%s, %s: element %zu of operand %d: %.12Lg, differences %.12Lg", NAME(f),
                      given->why, e, i, g, slope);
        }
    }
    CHECK(compared > 0 || op_cells(&k.in[0]) == 0, "%s, %s: nothing compared", NAME(f), given->why);
    op_case_close(&k);
}

static void differences(void)
{
    op_for_all(against_differences);
}

/* <J v, w> = <v, J^T w>. */
static void dot_products(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k;
    lh_wide left = 0, right = 0, size = 0;

    if (type != LH_WIDE)
        return;
    op_case_open(&k, f->op[LHI_WIDE], given, LH_WIDE, 8);
    op_cotangent(&k, 8, 1);
    op_forward(&k, 1);
    op_backward(&k, 1);
    for (int i = 0; i < k.op->n_in; i++)
        for (size_t e = 0; e < op_cells(&k.in[i]); e++) {
            const lh_wide u = lhi_random_unit(9, 42, (uint32_t)i, e);
            const lh_wide v = op_has_grad(&k, i) ? 2 * u - 1 : 0;

            ((lh_wide *)k.in[i].tangent)[e] = v;
            if (op_has_grad(&k, i))
                right += v * ((lh_wide *)k.in[i].grad)[e];
        }
    k.op->jvp(&k.step);
    for (size_t e = 0; e < op_cells(&k.out); e++) {
        left += ((lh_wide *)k.out.tangent)[e] * ((lh_wide *)k.out.grad)[e];
        size += fabsl(((lh_wide *)k.out.tangent)[e] * ((lh_wide *)k.out.grad)[e]);
    }
    CHECK(fabsl(left - right) <= 1e-15L * size, "%s, %s: %.20Lg is not %.20Lg", NAME(f), given->why,
          left, right);
    op_case_close(&k);
}

static void forward_mode(void)
{
    op_for_all(dot_products);
}

/* All that the passes made: values, then gradients, one after another. */
static char *result(const op_case *k, size_t *bytes)
{
    char *all;

    *bytes = op_cells(&k->out) * k->element;
    for (int i = 0; i < k->op->n_in; i++)
        *bytes += op_has_grad(k, i) ? op_cells(&k->in[i]) * k->element : 0;
    all = calloc(*bytes + 1, 1);
    memcpy(all, k->out.value, op_cells(&k->out) * k->element);
    *bytes = op_cells(&k->out) * k->element;
    for (int i = 0; i < k->op->n_in; i++)
        if (op_has_grad(k, i)) {
            memcpy(all + *bytes, k->in[i].grad, op_cells(&k->in[i]) * k->element);
            *bytes += op_cells(&k->in[i]) * k->element;
        }
    return all;
}

/* The results are equal bits, up to the padding that x86's long double has. */
static int same_bits(const op_case *k, const char *a, const char *b, size_t bytes)
{
    for (size_t e = 0; e < bytes / k->element; e++) {
        const lh_wide x = lhi_get(k->type, a, e), y = lhi_get(k->type, b, e);

        if (!(x == y && signbit(x) == signbit(y)) && !(x != x && y != y))
            return 0;
    }
    return 1;
}

static long bit_cases;

static void bits_of(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    static const int teams[] = {1, 2, 3, 7};
    char *first = NULL;
    size_t bytes;

    for (size_t v = 0; v < 3; v++)
        for (size_t t = 0; t < 4; t++) {
            const int variant = of_type[type][v];
            op_case k;
            char *now;

            if (lhi_variant_pick(type, lhi_variant_isa(variant)) < 0)
                continue;
            op_case_open(&k, f->op[variant], given, type, 8);
            op_cotangent(&k, 11, 1);
            op_forward(&k, teams[t]);
            op_backward(&k, teams[t]);
            if (t == 1)
                op_backward(&k, teams[t]); /* twice is the same as once */
            now = result(&k, &bytes);
            if (first)
                CHECK(same_bits(&k, first, now, bytes), "%s, %s, %s: %s by %d threads", NAME(f),
                      given->why, lhi_type_name(type), lhi_variant_isa(variant), teams[t]);
            bit_cases++;
            if (first)
                free(now);
            else
                first = now;
            op_case_close(&k);
        }
    free(first);
}

static void equal_bits(void)
{
    bit_cases = 0;
    op_for_all(bits_of);
    CHECK(bit_cases >= 30 * 3 * 4, "only %ld runs were compared", bit_cases);
}

/* Twice the cotangent is twice the gradient, to the bit; none is none. */
static void linear(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k;

    op_case_open(&k, f->op[of_type[type][0]], given, type, 8);
    op_forward(&k, 1);
    for (int i = 0; i < k.op->n_in; i++) {
        const size_t cells = op_has_grad(&k, i) ? op_cells(&k.in[i]) : 0;
        lh_wide *once = calloc(cells + 1, sizeof *once);

        op_cotangent(&k, 12, 1);
        op_backward(&k, 1);
        for (size_t e = 0; e < cells; e++)
            once[e] = lhi_get(type, k.in[i].grad, e);
        op_cotangent(&k, 12, 2);
        op_backward(&k, 1);
        for (size_t e = 0; e < cells; e++)
            CHECK(lhi_get(type, k.in[i].grad, e) == 2 * once[e], "%s, %s, %s: element %zu", NAME(f),
                  given->why, lhi_type_name(type), e);
        op_cotangent(&k, 12, 0);
        op_backward(&k, 1);
        for (size_t e = 0; e < cells; e++)
            CHECK(lhi_get(type, k.in[i].grad, e) == 0, "%s, %s: element %zu of nothing", NAME(f),
                  given->why, e);
        free(once);
    }
    op_case_close(&k);
}

static void linearity(void)
{
    op_for_all(linear);
}

/* What an op says it does not read may hold anything. */
static void poisoned(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    op_case k;
    char *clean, *now;
    size_t bytes;

    op_case_open(&k, f->op[of_type[type][0]], given, type, 8);
    op_cotangent(&k, 13, 1);
    op_forward(&k, 1);
    op_backward(&k, 1);
    clean = result(&k, &bytes);
    for (int i = 0; i < k.op->n_in; i++)
        for (size_t e = 0; !(k.op->reads & LH_READS(i)) && e < op_cells(&k.in[i]); e++)
            lhi_set(type, k.in[i].value, e, (lh_wide)NAN);
    for (size_t e = 0; !(k.op->reads & LH_READS_OUT) && e < op_cells(&k.out); e++)
        lhi_set(type, k.out.value, e, (lh_wide)NAN);
    op_backward(&k, 1);
    if (!(k.op->reads & LH_READS_OUT)) /* the value itself is poisoned: put it back */
        memcpy(k.out.value, clean, op_cells(&k.out) * k.element);
    now = result(&k, &bytes);
    CHECK(same_bits(&k, clean, now, bytes), "%s, %s, %s reads more than it says", NAME(f),
          given->why, lhi_type_name(type));
    free(clean);
    free(now);
    op_case_close(&k);
}

static void unread(void)
{
    op_for_all(poisoned);
}

/* The first to give to a gradient sets what adding to nothing gives. */
static void set_or_added(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    for (size_t v = 0; v < 3; v++) {
        const int variant = of_type[type][v];
        op_case set, added;

        if (lhi_variant_pick(type, lhi_variant_isa(variant)) < 0)
            continue;
        op_case_open(&set, f->op[variant], given, type, 8);
        op_case_open(&added, f->op[variant], given, type, 8);
        op_cotangent(&set, 14, 1);
        op_cotangent(&added, 14, 1);
        op_forward(&set, 1);
        op_forward(&added, 1);
        added.step.fresh = 0;
        op_backward(&set, 2);
        op_backward(&added, 3);
        for (int i = 0; i < set.op->n_in; i++)
            for (size_t e = 0; op_has_grad(&set, i) && e < op_cells(&set.in[i]); e++)
                CHECK(lhi_get(type, set.in[i].grad, e) == lhi_get(type, added.in[i].grad, e),
                      "%s, %s, %s: element %zu of operand %d", NAME(f), given->why,
                      lhi_type_name(type), e, i);
        op_case_close(&set);
        op_case_close(&added);
    }
}

static void setting(void)
{
    op_for_all(set_or_added);
}

static long in_place;

/* An op that says so may write where its operand lies, there and back; where backward() reads the
 * operand its value stays. */
static void in_one_array(const lhi_op_family *f, const lh_case *given, lh_type type)
{
    const lh_op *op = f->op[LHI_WIDE];

    for (size_t v = 0; op->pointwise && v < 3; v++) {
        const int variant = of_type[type][v];
        op_case apart, one;
        size_t bytes;
        char *wanted, *now;

        if (lhi_variant_pick(type, lhi_variant_isa(variant)) < 0)
            continue;
        op_case_open(&apart, f->op[variant], given, type, 8);
        op_case_open(&one, f->op[variant], given, type, 8);
        if (op_cells(&one.in[0]) != op_cells(&one.out)) { /* a small array beside a large one */
            op_case_close(&apart);
            op_case_close(&one);
            continue;
        }
        if (!(op->reads & LH_READS(0)))
            one.out.value = one.in[0].value;
        one.in[0].grad = one.out.grad;
        op_cotangent(&apart, 15, 1);
        op_forward(&apart, 1);
        op_forward(&one, 3);
        op_backward(&apart, 1);
        op_cotangent(&one, 15, 1);
        one.op->backward(&one.step, 0, (lh_tile){0, one.in[0].rows, 0, one.in[0].cols});
        wanted = result(&apart, &bytes);
        bytes = (op_cells(&apart.out) + op_cells(&apart.in[0])) * apart.element;
        now = result(&one, &(size_t){0});
        CHECK(same_bits(&apart, wanted, now, bytes), "%s, %s, %s", NAME(f), given->why,
              lhi_type_name(type));
        free(wanted);
        free(now);
        op_case_close(&apart);
        op_case_close(&one);
        in_place++;
    }
}

static void placed(void)
{
    in_place = 0;
    op_for_all(in_one_array);
    CHECK(in_place >= 3 * 12, "only %ld were tried", in_place);
}

static const lh_op *right_op;

static void wrong_sign(const lh_call *s, int operand, lh_tile t)
{
    const lh_slot *a = s->in[operand];

    right_op->backward(s, operand, t);
    for (size_t i = t.i0; i < t.i1; i++)
        for (size_t j = t.j0; j < t.j1; j++)
            ((double *)a->grad)[i * a->cols + j] *= -1;
}

static void one_element(const lh_call *s, int operand, lh_tile t)
{
    right_op->backward(s, operand, t);
    ((double *)s->in[operand]->grad)[t.i0 * s->in[operand]->cols + t.j0] += 1e-9;
}

static void nothing(const lh_call *s, int operand, lh_tile t)
{
    (void)s, (void)operand, (void)t;
}

static void not_a_number(const lh_call *s, int operand, lh_tile t)
{
    right_op->backward(s, operand, t);
    ((double *)s->in[operand]->grad)[t.i0 * s->in[operand]->cols + t.j0] = (double)NAN;
}

/* The comparison that the tests above rest on must be able to fail. */
static void mutants(void)
{
    void (*const wrong[])(const lh_call *, int, lh_tile) = {wrong_sign, one_element, nothing,
                                                            not_a_number};
    size_t caught = 0;

    const lhi_op_family *f;
    lh_ctx *c = lh_open(0, NULL, "");

    for (size_t i = 0; (f = lhi_family_at(c, i)) != NULL; i++)
        for (size_t w = 0; w < 4; w++) {
            lh_op mutant = *f->op[LHI_F64];

            right_op = f->op[LHI_F64];
            mutant.backward = wrong[w];
            if (CHECK(error_of(&mutant, f, &f->op[LHI_WIDE]->cases[0], LH_F64) > CLOSE,
                      "%s: wrong gradient %zu is not noticed", NAME(f), w))
                caught++;
        }
    CHECK(caught >= 24, "%zu caught", caught);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"values and gradients agree with the second gradient in wide", second_gradient},
        {"gradients agree with central differences in wide", differences},
        {"forward and reverse mode satisfy the dot-product identity", forward_mode},
        {"the bits do not depend on threads or instruction set", equal_bits},
        {"backward is linear in its cotangent, to the bit", linearity},
        {"backward reads only what it says", unread},
        {"the first to give to a gradient sets it, the others add", setting},
        {"pointwise ops may work in place", placed},
        {"a wrong gradient is noticed", mutants},
        {0}};

    return check_main(argc, argv, "ops", tests);
}
