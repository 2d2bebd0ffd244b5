/* loops.c -- one loop for each operation, and for chains of two or three cheap ones. */
/* SPDX-License-Identifier: MIT */
#include "framework/lines/loops.h"

#include <longhand/op/math.h>

#define ELEMENTS(name, x)                                                                     \
    static void name(real *to, const real *a, const real *b, const real *c, const real *d,    \
                     size_t n)                                                                \
    {                                                                                         \
        const real one_a = *a, one_b = *b, one_c = *c;                                        \
                                                                                              \
        (void)one_a, (void)one_b, (void)one_c, (void)d;                                       \
        LH_APART                                                                              \
        for (size_t i = 0; i < n; i++)                                                        \
            to[i] = x;                                                                        \
    }

/* A and B are an argument each: an array's element, or one number for all. */
#define LOOP(name, A, B, x) ELEMENTS(name, x(A, B))

#define MANY_A a[i]
#define MANY_B b[i]

/* The bits of a comparison are joined without a branch, so that loops stay vectors. */
#define IS_ADD(a, b)      ((a) + (b))
#define IS_SUB(a, b)      ((a) - (b))
#define IS_MUL(a, b)      ((a) * (b))
#define IS_DIV(a, b)      ((a) / (b))
#define IS_MAX(a, b)      ((((a) >= (b)) | ((a) != (a))) ? (a) : (b))
#define IS_MIN(a, b)      ((((a) <= (b)) | ((a) != (a))) ? (a) : (b))
#define IS_ABOVE(a, b)    ((a) > (b) ? (real)1 : (real)0)
#define IS_NEG(a, b)      (-(a))
#define IS_ABS(a, b)      R_ABS(a)
#define IS_SQRT(a, b)     k_sqrt(a)
#define IS_EXP(a, b)      k_exp(a)
#define IS_LOG(a, b)      k_log(a)
#define IS_LOG1P(a, b)    k_log1p(a)
#define IS_SIGMA(a, b)    k_sigmoid(a)
#define IS_TANH(a, b)     k_tanh(a)
#define IS_ERF(a, b)      k_erf(a)
#define IS_COPY(a, b)     (a)
#define IS_SQUARE(a, b)   ((a) * (a))
#define IS_CUBE(a, b)     ((a) * (a) * (a))

/* Of two arguments: both arrays; or the second, or the first, one for all. */
#define LOOP_OF_TWO(name, x)               \
    LOOP(name, MANY_A, MANY_B, x)          \
    LOOP(name##_by_one, MANY_A, one_b, x)  \
    LOOP(name##_of_one, one_a, MANY_B, x)

LOOP_OF_TWO(sub, IS_SUB)
LOOP_OF_TWO(quotient, IS_DIV)
LOOP_OF_TWO(most, IS_MAX)
LOOP_OF_TWO(least, IS_MIN)
LOOP_OF_TWO(above, IS_ABOVE)
LOOP(add, MANY_A, MANY_B, IS_ADD)
LOOP(add_one, MANY_A, one_b, IS_ADD)
LOOP(mul, MANY_A, MANY_B, IS_MUL)
LOOP(mul_one, MANY_A, one_b, IS_MUL)
LOOP(minus, MANY_A, one_b, IS_NEG)
LOOP(size_of, MANY_A, one_b, IS_ABS)
LOOP(root, MANY_A, one_b, IS_SQRT)
LOOP(exp_of, MANY_A, one_b, IS_EXP)
LOOP(log_of, MANY_A, one_b, IS_LOG)
LOOP(log1p_of, MANY_A, one_b, IS_LOG1P)
LOOP(sigma, MANY_A, one_b, IS_SIGMA)
LOOP(tanh_of, MANY_A, one_b, IS_TANH)
LOOP(erf_of, MANY_A, one_b, IS_ERF)
LOOP(copy, MANY_A, one_b, IS_COPY)
LOOP(fill, one_a, one_b, IS_COPY)
LOOP(square, MANY_A, one_b, IS_SQUARE)
LOOP(cube, MANY_A, one_b, IS_CUBE)

/* Sums and products may be turned round: what is one for all comes second. */
static int turns(int code)
{
    return code == LHI_ADD || code == LHI_MUL;
}

LH_T(lhi_loop) *LH_T(lhi_loop_of)(int code, int one_a, int one_b, int *swapped)
{
    static LH_T(lhi_loop) *const loop[LHI_S_CODES][3] = {
        [LHI_ADD] = {add, add_one, add_one},
        [LHI_SUB] = {sub, sub_by_one, sub_of_one},
        [LHI_MUL] = {mul, mul_one, mul_one},
        [LHI_DIV] = {quotient, quotient_by_one, quotient_of_one},
        [LHI_MAX] = {most, most_by_one, most_of_one},
        [LHI_MIN] = {least, least_by_one, least_of_one},
        [LHI_ABOVE] = {above, above_by_one, above_of_one},
        [LHI_NEG] = {minus},
        [LHI_ABS] = {size_of},
        [LHI_SQRT] = {root},
        [LHI_EXP] = {exp_of},
        [LHI_LOG] = {log_of},
        [LHI_LOG1P] = {log1p_of},
        [LHI_SIGMA] = {sigma},
        [LHI_TANH] = {tanh_of},
        [LHI_ERF] = {erf_of},
        [LHI_COPY] = {copy, NULL, fill},
        [LHI_SQUARE] = {square},
        [LHI_CUBE] = {cube},
    };

    *swapped = turns(code) && one_a;
    return loop[code][code == LHI_COPY && one_a ? 2 : code >= LHI_NEG ? 0 : one_b ? 1 : 2 * one_a];
}

/* --- two operations and three --- */

/* x and a last operation, or none. */
#define ENDS(name, x)                    \
    ELEMENTS(name, x)                    \
    ELEMENTS(name##_plus, (x) + d[i])    \
    ELEMENTS(name##_times, (x) * d[i])

/* All second operations to x, and with these that read no other array the last ones: there a loop
 * more would cost as much again. */
#define CHAINS(name, x)                     \
    ELEMENTS(name##_add, (x) + c[i])        \
    ELEMENTS(name##_sub, (x) - c[i])        \
    ELEMENTS(name##_from, c[i] - (x))       \
    ELEMENTS(name##_mul, (x) * c[i])        \
    ENDS(name##_add_one, (x) + one_c)       \
    ENDS(name##_from_one, one_c - (x))      \
    ENDS(name##_mul_one, (x) * one_c)       \
    ENDS(name##_squared, (x) * (x))

#define ENDS_OF(name) {name, name##_plus, name##_times}
#define CHAINS_OF(name)                                                                         \
    {{name##_add}, {name##_sub}, {name##_from}, {name##_mul}, ENDS_OF(name##_add_one),          \
     ENDS_OF(name##_from_one), ENDS_OF(name##_mul_one), ENDS_OF(name##_squared)}

CHAINS(sum, MANY_A + MANY_B)
CHAINS(sum_one, MANY_A + one_b)
CHAINS(rest, MANY_A - MANY_B)
CHAINS(rest_of_one, one_a - MANY_B)
CHAINS(product, MANY_A * MANY_B)
CHAINS(product_one, MANY_A * one_b)
CHAINS(square, MANY_A * MANY_A)
CHAINS(cube, MANY_A * MANY_A * MANY_A)

LH_T(lhi_loop) *LH_T(lhi_loop_of_chain)(const lhi_stage *s, int one_a, int one_b, int one_c,
                                        int *swapped)
{
    static LH_T(lhi_loop) *const loop[][8][3] = {
        CHAINS_OF(sum), CHAINS_OF(sum_one), CHAINS_OF(rest), CHAINS_OF(rest_of_one),
        CHAINS_OF(product), CHAINS_OF(product_one), CHAINS_OF(square), CHAINS_OF(cube)};
    static const uint8_t then[][2] = {
        [LHI_THEN_ADD] = {0, 4}, [LHI_THEN_SUB] = {1, 1}, [LHI_THEN_FROM] = {2, 5},
        [LHI_THEN_MUL] = {3, 6}, [LHI_THEN_SQUARE] = {7, 7}};
    const int first = s->code == LHI_SQUARE ? 6
                      : s->code == LHI_CUBE ? 7
                      : s->code == LHI_SUB  ? 2 + one_a
                                            : (s->code == LHI_MUL ? 4 : 0) + (one_a || one_b);

    *swapped = turns(s->code) && one_a;
    return loop[first][then[s->then][one_c]]
               [s->last == LHI_END ? 0 : s->last == LHI_THEN_ADD ? 1 : 2];
}
