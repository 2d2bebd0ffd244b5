/* loops.c -- one loop for each operation, and for each pair of two cheap ones. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/loops.h"

#include <longhand/op/math.h>

/* A, B and C are an argument each: an array's element, or one number for all. */
#define ELEMENTS(name, x)                                                                     \
    static void name(real *to, const real *a, const real *b, const real *c, size_t n)         \
    {                                                                                         \
        const real one_a = *a, one_b = *b, one_c = *c;                                        \
                                                                                              \
        (void)one_a, (void)one_b, (void)one_c;                                                \
        LH_APART                                                                              \
        for (size_t i = 0; i < n; i++)                                                        \
            to[i] = x;                                                                        \
    }
#define LOOP(name, A, B, C, x) ELEMENTS(name, x(A, B, C))

#define MANY_A a[i]
#define MANY_B b[i]
#define MANY_C c[i]

/* The bits of a comparison are joined without a branch, so that loops stay vectors. */
#define IS_ADD(a, b, c)   ((a) + (b))
#define IS_SUB(a, b, c)   ((a) - (b))
#define IS_MUL(a, b, c)   ((a) * (b))
#define IS_DIV(a, b, c)   ((a) / (b))
#define IS_MAX(a, b, c)   ((((a) >= (b)) | ((a) != (a))) ? (a) : (b))
#define IS_MIN(a, b, c)   ((((a) <= (b)) | ((a) != (a))) ? (a) : (b))
#define IS_ABOVE(a, b, c) ((a) > (b) ? (real)1 : (real)0)
#define IS_ABS(a, b, c)   R_ABS(a)
#define IS_SQRT(a, b, c)  k_sqrt(a)
#define IS_EXP(a, b, c)   k_exp(a)
#define IS_LOG(a, b, c)   k_log(a)
#define IS_LOG1P(a, b, c) k_log1p(a)
#define IS_SIGMA(a, b, c) k_sigmoid(a)
#define IS_TANH(a, b, c)  k_tanh(a)
#define IS_ERF(a, b, c)   k_erf(a)
#define IS_COPY(a, b, c)  (a)

/* Of two arguments: both arrays; or the second, or the first, one for all. */
#define LOOP_OF_TWO(name, x)                      \
    LOOP(name, MANY_A, MANY_B, one_c, x)          \
    LOOP(name##_by_one, MANY_A, one_b, one_c, x)  \
    LOOP(name##_of_one, one_a, MANY_B, one_c, x)

LOOP_OF_TWO(sub, IS_SUB)
LOOP_OF_TWO(quotient, IS_DIV)
LOOP_OF_TWO(most, IS_MAX)
LOOP_OF_TWO(least, IS_MIN)
LOOP_OF_TWO(above, IS_ABOVE)
LOOP(add, MANY_A, MANY_B, one_c, IS_ADD)
LOOP(add_one, MANY_A, one_b, one_c, IS_ADD)
LOOP(mul, MANY_A, MANY_B, one_c, IS_MUL)
LOOP(mul_one, MANY_A, one_b, one_c, IS_MUL)
LOOP(size_of, MANY_A, one_b, one_c, IS_ABS)
LOOP(root, MANY_A, one_b, one_c, IS_SQRT)
LOOP(exp_of, MANY_A, one_b, one_c, IS_EXP)
LOOP(log_of, MANY_A, one_b, one_c, IS_LOG)
LOOP(log1p_of, MANY_A, one_b, one_c, IS_LOG1P)
LOOP(sigma, MANY_A, one_b, one_c, IS_SIGMA)
LOOP(tanh_of, MANY_A, one_b, one_c, IS_TANH)
LOOP(erf_of, MANY_A, one_b, one_c, IS_ERF)
LOOP(copy, MANY_A, one_b, one_c, IS_COPY)
LOOP(fill, one_a, one_b, one_c, IS_COPY)

/* Sums and products may be turned round: what is one for all comes second. */
static int turns(int code)
{
    return code == LHI_ADD || code == LHI_MUL;
}

LH_T(lhi_loop) *LH_T(lhi_loop_of)(int code, int one_a, int one_b, int *swapped)
{
    static LH_T(lhi_loop) *const loop[LHI_CODES + 1][3] = {
        [LHI_ADD] = {add, add_one, add_one},
        [LHI_SUB] = {sub, sub_by_one, sub_of_one},
        [LHI_MUL] = {mul, mul_one, mul_one},
        [LHI_DIV] = {quotient, quotient_by_one, quotient_of_one},
        [LHI_MAX] = {most, most_by_one, most_of_one},
        [LHI_MIN] = {least, least_by_one, least_of_one},
        [LHI_ABOVE] = {above, above_by_one, above_of_one},
        [LHI_NEG] = {NULL}, /* -0 - x */
        [LHI_ABS] = {size_of},
        [LHI_SQRT] = {root},
        [LHI_EXP] = {exp_of},
        [LHI_LOG] = {log_of},
        [LHI_LOG1P] = {log1p_of},
        [LHI_SIGMA] = {sigma},
        [LHI_TANH] = {tanh_of},
        [LHI_ERF] = {erf_of},
        [LHI_COPY] = {copy, NULL, fill},
    };

    *swapped = turns(code) && one_a;
    return loop[code][code == LHI_COPY && one_a ? 2 : code >= LHI_NEG ? 0 : one_b ? 1 : 2 * one_a];
}

/* --- two operations --- */

#define THEN_ADD(x, c)  ((x) + (c))
#define THEN_SUB(x, c)  ((x) - (c))
#define THEN_FROM(x, c) ((c) - (x))
#define THEN_MUL(x, c)  ((x) * (c))
#define SQUARED(x, c)   ((x) * (x))

#define PAIR(name, A, B, first, C, then) ELEMENTS(name, then(first(A, B, 0), C))

/* All second operations to a first one. */
#define PAIRS(name, A, B, first)                        \
    PAIR(name##_add, A, B, first, MANY_C, THEN_ADD)     \
    PAIR(name##_add_one, A, B, first, one_c, THEN_ADD)  \
    PAIR(name##_sub, A, B, first, MANY_C, THEN_SUB)     \
    PAIR(name##_sub_one, A, B, first, one_c, THEN_SUB)  \
    PAIR(name##_from, A, B, first, MANY_C, THEN_FROM)   \
    PAIR(name##_from_one, A, B, first, one_c, THEN_FROM) \
    PAIR(name##_mul, A, B, first, MANY_C, THEN_MUL)     \
    PAIR(name##_mul_one, A, B, first, one_c, THEN_MUL)  \
    PAIR(name##_squared, A, B, first, one_c, SQUARED)

#define PAIRS_OF(name)                                                                      \
    {name##_add, name##_add_one, name##_sub, name##_sub_one, name##_from, name##_from_one,  \
     name##_mul, name##_mul_one, name##_squared, name##_squared}

PAIRS(sum, MANY_A, MANY_B, IS_ADD)
PAIRS(sum_one, MANY_A, one_b, IS_ADD)
PAIRS(rest, MANY_A, MANY_B, IS_SUB)
PAIRS(rest_by_one, MANY_A, one_b, IS_SUB)
PAIRS(rest_of_one, one_a, MANY_B, IS_SUB)
PAIRS(product, MANY_A, MANY_B, IS_MUL)
PAIRS(product_one, MANY_A, one_b, IS_MUL)

LH_T(lhi_loop) *LH_T(lhi_loop_of_two)(const lhi_stage *s, int one_a, int one_b, int one_c,
                                      int *swapped)
{
    static LH_T(lhi_loop) *const loop[][10] = {
        PAIRS_OF(sum), PAIRS_OF(sum_one), PAIRS_OF(rest), PAIRS_OF(rest_by_one),
        PAIRS_OF(rest_of_one), PAIRS_OF(product), PAIRS_OF(product_one)};
    const int one = one_a || one_b;
    const int first = s->code == LHI_ADD   ? one
                      : s->code == LHI_SUB ? 2 + one_b + 2 * one_a
                                           : 5 + one;
    const int then = s->then == LHI_THEN_BOTH   ? 8
                     : s->code2 == LHI_ADD      ? 0
                     : s->code2 == LHI_MUL      ? 6
                     : s->then == LHI_THEN_LEFT ? 2
                                                : 4;

    *swapped = turns(s->code) && one_a;
    return loop[first][then + one_c];
}
