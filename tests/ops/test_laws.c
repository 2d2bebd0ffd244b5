/* test_laws.c -- every law of the ops is broken by an op that is wrong in its way; the list. */
/* SPDX-License-Identifier: MIT */
#include "framework/ops/ops.h"
#include "framework/selftest/laws.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static const lh_op *right; /* the op whose function a wrong one calls */

/* --- functions that are wrong, in double alone --- */

static double *grad_at(const lh_call *s, int operand, lh_tile t)
{
    return (double *)s->in[operand]->grad + t.i0 * s->in[operand]->cols + t.j0;
}

static void wrong_sign(const lh_call *s, int operand, lh_tile t)
{
    const size_t cols = s->in[operand]->cols;

    right->backward(s, operand, t);
    for (size_t i = t.i0; i < t.i1; i++)
        for (size_t j = t.j0; j < t.j1; j++)
            ((double *)s->in[operand]->grad)[i * cols + j] *= -1;
}

static void one_element(const lh_call *s, int operand, lh_tile t)
{
    right->backward(s, operand, t);
    *grad_at(s, operand, t) += 1e-9;
}

static void nothing(const lh_call *s, int operand, lh_tile t)
{
    (void)s, (void)operand, (void)t;
}

static void not_a_number(const lh_call *s, int operand, lh_tile t)
{
    right->backward(s, operand, t);
    *grad_at(s, operand, t) = (double)NAN;
}

static void always_adds(const lh_call *s, int operand, lh_tile t)
{
    lh_call adds = *s;

    adds.fresh = 0;
    right->backward(&adds, operand, t);
}

static void always_sets(const lh_call *s, int operand, lh_tile t)
{
    lh_call sets = *s;

    sets.fresh = 1;
    right->backward(&sets, operand, t);
}

static void first_row_twice(const lh_call *s, int operand, lh_tile t)
{
    right->backward(s, operand, t);
    for (size_t j = t.j0; t.i0 == 0 && j < t.j1; j++)
        ((double *)s->in[operand]->grad)[j] *= 2;
}

static void rows_of_its_own(const lh_call *s, int operand, lh_tile t)
{
    lh_call mine = *s;

    mine.m = s->in[0]->rows;
    right->backward(&mine, operand, t);
}

static void no_mean(const lh_call *s, int operand, lh_tile t)
{
    lh_call one = *s;

    one.m = 1;
    right->backward(&one, operand, t);
}

static void seam(const lh_call *s, size_t from, size_t to)
{
    right->forward(s, from, to);
    if (from < to)
        ((double *)s->out->value)[from * s->out->cols] += 1;
}

/* The first element is worked from the last one of the operand, which may lie in the output. */
static void far_away(const lh_call *s, size_t from, size_t to)
{
    const size_t cells = s->out->rows * s->out->cols;

    right->forward(s, from, to);
    if (from == 0 && cells > 1)
        ((double *)s->out->value)[0] = ((const double *)s->in[0]->value)[cells - 1];
}

static void no_tangent(const lh_call *s)
{
    memset(s->out->tangent, 0, s->out->rows * s->out->cols * sizeof(lh_wide));
}

static void no_gradient(const lh_call *s)
{
    (void)s;
}

static void no_bound(const lh_call *s, const lh_rounding *r)
{
    (void)r;
    memset(s->out->off, 0, s->out->rows * s->out->cols * sizeof(double));
}

static void a_bound(const lh_call *s, int operand, const lh_rounding *r)
{
    right->grad_bound(s, operand, r);
    s->in[operand]->grad_off[0] += 1e-30;
}

static void wrong_in_wide(const lh_call *s, int operand, lh_tile t)
{
    right->backward(s, operand, t);
    ((lh_wide *)s->in[operand]->grad)[t.i0 * s->in[operand]->cols + t.j0] += 1e-3L;
}

/* --- laws and what breaks them --- */

typedef struct breakage {
    const char *law, *op;
    int variant;  /* which is broken */
    lh_op with;   /* its members that are not 0 */
    int reads;    /* LH_READS are none */
} breakage;

#define D LHI_F64, /* broken in double, in wide */
#define W LHI_WIDE,
static const breakage breakages[] = {
    {"values and gradients agree with the second gradient in wide", "relu", D
     {.backward = wrong_sign}, 0},
    {"values and gradients agree with the second gradient in wide", "relu", D
     {.backward = one_element}, 0},
    {"values and gradients agree with the second gradient in wide", "matmul", D
     {.backward = nothing}, 0},
    {"values and gradients agree with the second gradient in wide", "bce", D
     {.backward = not_a_number}, 0},
    {"values and gradients agree with the second gradient in wide", "add", W {.hand = no_gradient},
     0},
    {"gradients agree with central differences in wide", "sigmoid", W {.backward = wrong_in_wide},
     0},
    {"forward and reverse mode satisfy the dot-product identity", "matmul", W {.jvp = no_tangent},
     0},
    {"the complex step is the tangent of forward mode", "sigmoid", W {.analytic = no_tangent}, 0},
    {"values and gradients are within their running error bounds", "sigmoid", W
     {.value_bound = no_bound}, 0},
    {"without rounding there is no bound but what comes in", "add", W {.grad_bound = a_bound}, 0},
    {"the bits do not depend on threads or instruction set", "sigmoid", D {.forward = seam}, 0},
    {"backward is linear in its cotangent, to the bit", "sigmoid", D {.backward = one_element}, 0},
    {"backward reads only what it says", "sigmoid", D {0}, 1},
    {"the first to give to a gradient sets it, the others add", "relu", D
     {.backward = always_adds}, 0},
    {"pointwise ops may work in place", "sigmoid", D {.forward = far_away}, 0},
    {"an operand that is used twice gets both gradients", "add", D {.backward = always_sets}, 0},
    {"rows in another order give gradients in that order", "sigmoid", D
     {.backward = first_row_twice}, 0},
    {"a batch in two parts gives the sum of both", "bce_logits", D {.backward = no_mean}, 0},
    {"a mean is over the rows that the call says", "bce", D {.backward = rows_of_its_own}, 0},
};

/* The members of `with` that are not 0 in the place of the op's. */
static lh_op broken_by(const breakage *b, const lh_op *op)
{
    lh_op wrong = *op;

#define TAKE(member)      \
    if (b->with.member)   \
        wrong.member = b->with.member
    TAKE(forward);
    TAKE(backward);
    TAKE(jvp);
    TAKE(hand);
    TAKE(analytic);
    TAKE(value_bound);
    TAKE(grad_bound);
    if (b->reads)
        wrong.reads = 0;
    return wrong;
}

static const lhi_law *law_named(const char *name)
{
    const lhi_law *law;

    for (size_t i = 0; (law = lhi_law_at(i)) != NULL; i++)
        if (strcmp(law->name, name) == 0)
            return law;
    return NULL;
}

static void every_law(void)
{
    lh_ctx *c = lh_open(0, NULL, "");
    const lhi_law *law;

    for (size_t i = 0; i < sizeof breakages / sizeof *breakages; i++) {
        const breakage *b = &breakages[i];
        lhi_op_family f = *lhi_family(NULL, b->op);
        const lh_op wrong = broken_by(b, f.op[b->variant]);
        lhi_trying s = {.c = c, .f = &f};

        right = f.op[b->variant];
        f.op[b->variant] = &wrong;
        law = law_named(b->law);
        if (!CHECK(law != NULL, "no law '%s'", b->law))
            continue;
        lhi_law_try(law, &s);
        CHECK(s.broken > 0, "%s, broken in its way %zu, keeps '%s'", b->op, i, b->law);
        CHECK(s.broken == 0 || strncmp(s.first, b->op, strlen(b->op)) == 0, "%s", s.first);
    }
    for (size_t i = 0, k; (law = lhi_law_at(i)) != NULL; i++) {
        for (k = 0; k < sizeof breakages / sizeof *breakages; k++)
            if (strcmp(breakages[k].law, law->name) == 0)
                break;
        CHECK(k < sizeof breakages / sizeof *breakages, "nothing breaks '%s'", law->name);
    }
    lh_close(c);
}

/* The comparison with the second gradient, on which most rests, with every op. */
static void every_op(void)
{
    void (*const wrong[])(const lh_call *, int, lh_tile) = {wrong_sign, one_element, nothing,
                                                            not_a_number};
    const lhi_law *law = law_named("values and gradients agree with the second gradient in wide");
    lh_ctx *c = lh_open(0, NULL, "");
    const lhi_op_family *op;
    size_t caught = 0;

    for (size_t i = 0; (op = lhi_family_at(c, i)) != NULL; i++)
        for (size_t k = 0; k < 4; k++) {
            lhi_op_family f = *op;
            lh_op mutant = *op->op[LHI_F64];
            lhi_trying s = {.c = c, .f = &f};

            right = op->op[LHI_F64];
            mutant.backward = wrong[k];
            f.op[LHI_F64] = &mutant;
            lhi_law_try(law, &s);
            if (CHECK(s.broken > 0, "%s: wrong gradient %zu is not noticed", right->name, k))
                caught++;
        }
    CHECK(caught >= 24, "%zu caught", caught);
    lh_close(c);
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
#define LH_UNARY_LINE(name, text, line, lo, hi)              {#name, 1, 0},
#define LH_UNARY_1_LINE(name, text, x, line, lo, hi, one)    {#name, 1, 1},
#define LH_UNARY_2_LINE(name, text, x, y, line, lo, hi, ...) {#name, 1, 2},
#define LH_BINARY_LINE(name, text, line, lo, hi)             {#name, 2, 0},
#include <longhand/ops.def>
    };
    lh_ctx *c = lh_open(0, NULL, NULL);
    const size_t count = sizeof rows / sizeof *rows;
    size_t ops = 0;

    for (const lh_op *op; (op = lh_op_at(c, ops, NULL)) != NULL; ops++) {
        size_t i = 0;

        while (i < count && strcmp(op->name, rows[i].name) != 0)
            i++;
        CHECK(i < count && op->n_in == rows[i].n_in && op->numbers == rows[i].numbers,
              "%s takes %d operands and %d numbers, its row of ops.def says otherwise", op->name,
              op->n_in, op->numbers);
    }
    CHECK(ops == count, "%zu ops, %zu rows", ops, count);
    lh_close(c);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"every law is broken by an op that is wrong in its way", every_law},
        {"a wrong gradient of any op is noticed", every_op},
        {"the rows of the list are what the ops are", rows_of_the_list},
        {0}};

    return check_main(argc, argv, "laws", tests);
}
